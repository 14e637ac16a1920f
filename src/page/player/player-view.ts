import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { PageNote, SoundPart } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { createFixityView, type FixityContext } from './fixity-view.ts';
import { waveLegend } from './legend.ts';
import { marksOf } from './marks.ts';
import { kindOf, markElement, markList, numbered } from './placed-marks.ts';
import { createPlayer } from './player.ts';
import { skipControl, speedControl, volumeControl } from './player-controls.ts';
import { createRegionView } from './region-view.ts';
import { type Outlet, saveControl } from './save-control.ts';
import { soloView } from './solo-view.ts';
import { type Sound, silencesOf, soundsOf } from './sounds.ts';
import { createWaveView } from './wave-view.ts';

/** The player of a call's recordings. */
export interface PlayerView {
  readonly element: HTMLElement;
  /** Handles a key. @returns false if it is not for a player */
  key(event: KeyboardEvent): boolean;
  /** Seeks to a moment. */
  seek(ms: number): void;
  /** Draws the parts that notes are about. */
  annotate(notes: readonly PageNote[]): void;
  /** Selects the part that a note is about. */
  mark(note: PageNote): void;
  close(): void;
}

/** Creates the view. @param address returns the address of a file of the recording @param standing what is known about its files */
export function createPlayerView(
  document: RecordingDocument,
  address: (file: string) => string,
  standing: FixityContext,
  outlet: Outlet,
  marked: (part: SoundPart | null) => void,
  wording: Wording,
): PlayerView {
  const sounds = soundsOf(document);
  const place = h('div', { class: 'sounds' });
  let view: PlayerView | null = null;
  let notes = standing.detail.notes ?? [];
  const choose = (index: number): void => {
    view?.close();
    marked(null);
    const sound = sounds[index];
    view = sound === undefined ? null : soundView(sound, document, { address: address(sound.stored.path), standing, outlet, marked }, wording);
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

function soundView(
  sound: Sound,
  document: RecordingDocument,
  {
    address,
    standing,
    outlet,
    marked,
  }: { readonly address: string; readonly standing: FixityContext; readonly outlet: Outlet; readonly marked: (part: SoundPart | null) => void },
  wording: Wording,
): PlayerView {
  const { lanes, durationMs } = sound;
  const player = createPlayer(address, Math.max(1, lanes.length));
  const { audio } = player;
  const marks = numbered(marksOf(document, sound.medium), durationMs);
  const heard = lanes.map(() => true);
  let silences = silencesOf(lanes, durationMs);
  const clock = h('output', { class: 'clock', 'aria-live': 'off' });
  const play = h('button', { type: 'button', class: 'play', onclick: () => void toggle() });
  const message = h('p', { class: 'message', role: 'status' });
  const skip = skipControl(silences, wording);
  const fixity = createFixityView(sound, standing, player, wording, () => {
    audio.pause();
    audio.removeAttribute('src');
    play.disabled = true;
  });
  const solo = soloView(
    sound,
    player,
    wording,
    message,
    () => {
      silences = silencesOf(
        lanes.filter((_, index) => heard[index] === true),
        durationMs,
      );
    },
    heard,
  );
  const atMs = (): number => Math.min(durationMs, audio.currentTime * 1000);
  const seek = (ms: number): void => {
    region.sought(ms);
    player.seek(ms / 1000);
    show();
  };
  const wave = createWaveView(
    lanes,
    durationMs,
    marks.flatMap((mark) => markElement(mark, durationMs, wording)),
    {
      seek,
      mark: (from, to) => region.mark(from, to),
      middle: () => {
        const span = region.span();
        return span === null ? null : (span.fromMs + span.toMs) / 2;
      },
    },
    wording,
  );
  const tell = (words: string): void => {
    message.textContent = words;
  };
  const save = saveControl(sound, { document, player, outlet, wording, tell, ask: solo.ask });
  const region = createRegionView(
    durationMs,
    {
      at: atMs,
      play: (fromMs) => {
        player.seek(fromMs / 1000);
        show();
        if (audio.paused) void toggle();
      },
      changed: (span) => {
        save?.show(span);
        marked(span === null ? null : { span, file: sound.stored.path });
      },
    },
    save?.element ?? null,
    wording,
  );
  const bars = h('div', { class: 'notebars', 'aria-hidden': 'true' });
  wave.track.append(bars, region.overlay);
  const show = (): void => {
    const at = atMs();
    wave.show(at);
    const said = wording.text('positionText', { at: wording.length(at), length: wording.length(durationMs) });
    clock.textContent = said;
    wave.slider.setAttribute('aria-valuenow', String(Math.round(at / 1000)));
    wave.slider.setAttribute('aria-valuetext', said);
    const label = wording.text(audio.paused ? 'play' : 'pause');
    play.setAttribute('aria-label', label);
    play.title = label;
    play.dataset.state = audio.paused ? 'paused' : 'playing';
  };
  const jump = (): void => {
    if (audio.paused) return;
    const at = audio.currentTime * 1000;
    const next = region.follow(at);
    if (next === 'stop') audio.pause();
    else if (next !== null) player.seek(next / 1000);
    if (!skip.isOn() || next !== null) return;
    const silence = silences.find(([from, to]) => at >= from && at < to);
    if (silence !== undefined) player.seek(silence[1] / 1000);
  };
  let frame = 0;
  const follow = (): void => {
    show();
    jump();
    frame = audio.paused ? 0 : requestAnimationFrame(follow);
  };
  const toggle = async (): Promise<void> => {
    try {
      message.textContent = '';
      await player.toggle();
    } catch {
      // The element reports the error by its own event, or the next action interrupted playing.
    }
  };
  for (const name of ['play', 'pause', 'seeked', 'ended', 'loadedmetadata']) {
    audio.addEventListener(name, () => {
      if (frame === 0) follow();
    });
  }
  audio.addEventListener('ended', () => {
    // A region that ends with the audio.
    const next = region.follow(durationMs);
    if (typeof next !== 'number') return;
    player.seek(next / 1000);
    void toggle();
  });
  // Background pages get no animation frames.
  audio.addEventListener('timeupdate', jump);
  audio.addEventListener('error', () => {
    if (audio.getAttribute('src') === null) return;
    audio.pause();
    show();
    void fixity.failed(address).then(tell);
  });
  const speed = speedControl(player, wording);
  const volume = volumeControl(player, wording);
  const key = (event: KeyboardEvent): boolean => {
    if (region.key(event)) return true;
    const far = event.shiftKey ? 30_000 : 5_000;
    const channel = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    if (event.key === ' ' || event.key === 'k') void toggle();
    else if (event.key === 'ArrowLeft') seek(Math.max(0, atMs() - far));
    else if (event.key === 'ArrowRight') seek(atMs() + far);
    else if (event.key === 'Home' && event.target === wave.slider) seek(0);
    else if (event.key === 'End' && event.target === wave.slider) seek(durationMs);
    else if (event.key === '-') speed.change(-1);
    else if (event.key === '+') speed.change(1);
    else if (event.key === 'z') wave.zoom(1);
    else if (event.key === 'Z') wave.zoom(-1);
    else if (event.key === 'm') volume.mute();
    else if (event.key === 's' && skip.element !== null) skip.toggle();
    else if (channel >= 0 && channel < lanes.length) solo.only(channel);
    else return false;
    return true;
  };
  show();
  const element = h(
    'div',
    { class: 'soundview' },
    h('div', { class: 'lanes' }, solo.labels, wave.element),
    h('div', { class: 'controls' }, play, clock, speed.element, volume.element, wave.zoomControls, skip.element),
    region.controls,
    solo.note,
    message,
    fixity.element,
    markList(marks, wording, seek),
    waveLegend(
      standing.detail.notes !== undefined,
      marks.map(({ mark, at }) => kindOf(mark, at.width !== null)),
      wording,
    ),
  );
  return {
    element,
    key,
    seek,
    annotate: (notes) => bars.replaceChildren(...notes.flatMap((note) => noteBar(note, sound, wording))),
    mark: ({ span }) => {
      if (span === null) return;
      region.mark(span.fromMs, span.toMs);
      seek(span.fromMs);
    },
    close: () => {
      cancelAnimationFrame(frame);
      wave.close();
      player.close();
    },
  };
}

/** Draws the part that a note is about; empty if it is of another file or withdrawn. */
function noteBar({ span, file, withdrawn, text }: PageNote, { stored, durationMs }: Sound, wording: Wording): HTMLElement[] {
  if (span === null || withdrawn !== null || (file !== null && file !== stored.path) || span.fromMs > durationMs) return [];
  const bar = h('span', { title: text ?? wording.text('noteErased') });
  bar.style.left = `${(span.fromMs / durationMs) * 100}%`;
  bar.style.width = `${((Math.min(span.toMs, durationMs) - span.fromMs) / durationMs) * 100}%`;
  return [bar];
}
