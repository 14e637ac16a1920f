import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { SoundPart } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import type { FixityContext } from './fixity-view.ts';
import type { Outlet } from './save-control.ts';
import { createSoundView, type PlayerView } from './sound-view.ts';
import { type Sound, soundsOf } from './sounds.ts';

/** What the player of a call needs from its view. */
export interface PlayerWiring {
  readonly document: RecordingDocument;
  /** Returns the address of a file of the recording. */
  readonly address: (file: string) => string;
  /** What is known about its files. */
  readonly standing: FixityContext;
  readonly outlet: Outlet;
  /** Called when a part of the recording is selected; null: none. */
  readonly marked: (part: SoundPart | null) => void;
  readonly wording: Wording;
}

/** Creates the player of a call, with a choice if it has several recordings. */
export function createPlayerView(wiring: PlayerWiring): PlayerView {
  const { document, address, standing, marked, wording } = wiring;
  const sounds = soundsOf(document);
  const place = h('div', { class: 'sounds' });
  let view: PlayerView | null = null;
  let notes = standing.detail.notes ?? [];
  const choose = (index: number): void => {
    view?.close();
    marked(null);
    const sound = sounds[index];
    view = sound === undefined ? null : createSoundView(sound, { ...wiring, address: address(sound.stored.path) });
    view?.annotate(notes);
    place.replaceChildren(view === null ? nothingToPlay(document, wording) : view.element);
  };
  const options = sounds.map((sound, index) => h('option', { value: index }, soundLabel(sound, wording)));
  const select = h('select', { onchange: () => choose(Number(select.value)) }, ...options);
  const choice = sounds.length < 2 ? null : h('label', { class: 'soundchoice' }, h('span', {}, wording.text('soundChoice')), ' ', select);
  choose(0);
  return {
    element: h('section', { class: 'player', 'aria-label': wording.text('player') }, choice, place),
    key: (event) => view?.key(event) ?? false,
    seek: (ms) => view?.seek(ms),
    annotate: (all) => {
      notes = all;
      view?.annotate(all);
    },
    mark: (note) => {
      const index = sounds.findIndex(({ stored }) => stored.path === note.file);
      if (index >= 0 && Number(select.value) !== index) {
        select.value = String(index);
        choose(index);
      }
      view?.mark(note);
    },
    close: () => view?.close(),
  };
}

function soundLabel({ kind, medium, stored }: Sound, wording: Wording): string {
  const what = wording.text(kind === 'joined' ? 'soundJoined' : kind === 'copy' ? 'soundCopy' : 'soundOriginal');
  return `${medium === null ? '' : `${medium + 1}: `}${what} (${stored.path})`;
}

function nothingToPlay({ media, recording }: RecordingDocument, wording: Wording): HTMLElement {
  const reasons = media.flatMap(({ original, accessReason }) =>
    accessReason === null ? [] : [h('li', {}, wording.text('noSound-reason', { file: original.path, reason: accessReason }))],
  );
  const status = wording.valued('status', recording.reconciliation.status);
  return h(
    'div',
    { class: 'nosound' },
    h('p', {}, h('strong', {}, wording.text('noSound')), ' '),
    media.length === 0 ? h('p', {}, wording.text('noSound-none', { status })) : h('ul', {}, ...reasons),
    media.length === 0 ? null : h('p', { class: 'soft' }, wording.text('originalsBelow')),
  );
}
