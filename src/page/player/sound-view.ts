import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { PageNote, SoundPart } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { unknownText } from '../base/unknown-text.ts';
import type { Wording } from '../base/wording.ts';
import { createFixityView, type FixityContext } from './fixity-view.ts';
import { waveLegend } from './legend.ts';
import { marksOf } from './marks.ts';
import { kindOf, markElement, markList, numbered } from './placed-marks.ts';
import { createPlayback, type Playback } from './playback.ts';
import { createPlayer } from './player.ts';
import { skipControl, speedControl, volumeControl } from './player-controls.ts';
import { createRegionView, type RegionView } from './region-view.ts';
import { type Outlet, saveControl } from './save-control.ts';
import { type SoloView, soloView } from './solo-view.ts';
import { type Sound, silencesOf } from './sounds.ts';
import { createWaveView, type WaveView } from './wave-view.ts';

/** The player of a call's recordings. */
export interface PlayerView {
  readonly element: HTMLElement;
  /** Handles a key. @returns false if it is not for a player */
  key(event: KeyboardEvent): boolean;
  /** Seeks to a moment. */
  seek(ms: number): void;
  /** Draws the parts to which notes refer. */
  annotate(notes: readonly PageNote[]): void;
  /** Selects the part to which a note refers. */
  mark(note: PageNote): void;
  close(): void;
}

/** What the view of one recording needs. */
export interface SoundWiring {
  readonly document: RecordingDocument;
  /** Address of its file. */
  readonly address: string;
  /** What is known about the files of the call. */
  readonly standing: FixityContext;
  readonly outlet: Outlet;
  /** Called when a part of the recording is selected; null: none. */
  readonly marked: (part: SoundPart | null) => void;
  readonly wording: Wording;
}

/** Creates the view of one recording: waveform, controls, selection, marks. */
export function createSoundView(sound: Sound, { document, address, standing, outlet, marked, wording }: SoundWiring): PlayerView {
  const { lanes, durationMs } = sound;
  const player = createPlayer(address, Math.max(1, lanes.length));
  const marks = numbered(marksOf(document, sound.medium), durationMs);
  const message = h('p', { class: 'message', role: 'status' });
  const tell = (words: string): void => {
    message.textContent = words;
  };
  const skipping = createSkipping(sound, wording);
  const solo = soloView({ sound, player, wording, tell, changed: skipping.hear });
  const playback: Playback = createPlayback({
    ...{ player, durationMs, wording, tell, silenceEnd: skipping.endAt },
    follow: (ms) => region.follow(ms),
    shown: (ms, words) => {
      wave.show(ms);
      wave.slider.setAttribute('aria-valuenow', String(Math.round(ms / 1000)));
      wave.slider.setAttribute('aria-valuetext', words);
    },
    failed: () => fixity.failed(address),
  });
  const fixity = createFixityView(sound, standing, player, wording, () => playback.forbid());
  const seek = (ms: number): void => {
    region.sought(ms);
    playback.seek(ms);
  };
  const wave = createWaveView(
    { lanes, durationMs, inside: marks.flatMap((mark) => markElement(mark, durationMs, wording)) },
    { seek, mark: (from, to) => region.mark(from, to), middle: () => middleOf(region) },
    wording,
  );
  const save = saveControl(sound, { document, player, outlet, wording, tell, ask: solo.ask });
  const acts = {
    at: playback.at,
    play: (fromMs: number) => {
      playback.seek(fromMs);
      if (player.audio.paused) void playback.toggle();
    },
    changed: (span: ReturnType<RegionView['span']>) => {
      save?.show(span);
      marked(span === null ? null : { span, file: sound.stored.path });
    },
  };
  const region = createRegionView(durationMs, acts, save?.element ?? null, wording);
  const bars = h('div', { class: 'notebars', 'aria-hidden': 'true' });
  wave.track.append(bars, region.overlay);
  const [speed, volume] = [speedControl(player, wording), volumeControl(player, wording)];
  playback.show();
  const { toggle } = playback;
  return {
    element: h(
      'div',
      { class: 'soundview' },
      h('div', { class: 'lanes' }, solo.labels, wave.element),
      h('div', { class: 'controls' }, playback.button, playback.clock, speed.element, volume.element, wave.zoomControls, skipping.element),
      ...[region.controls, solo.note, message, fixity.element, markList(marks, wording, seek)],
      waveLegend(
        standing.detail.notes !== undefined,
        marks.map(({ mark, at }) => kindOf(mark, at.width !== null)),
        wording,
      ),
    ),
    key: (event) => region.key(event) || onKey(event, { sound, at: playback.at, toggle, seek, speed, volume, skipping, solo, wave }),
    seek,
    annotate: (notes) => bars.replaceChildren(...notes.flatMap((note) => noteBar(note, sound, wording))),
    mark: ({ span }) => {
      if (span === null) return;
      region.mark(span.fromMs, span.toMs);
      seek(span.fromMs);
    },
    close: () => {
      wave.close();
      playback.close();
    },
  };
}

/** Returns the middle of the selection; null: nothing is selected. */
function middleOf(region: RegionView): number | null {
  const span = region.span();
  return span === null ? null : (span.fromMs + span.toMs) / 2;
}

/** Skipping of the silences of the audible channels. */
interface Skipping {
  /** Null: the recording has no silences. */
  readonly element: HTMLElement | null;
  toggle(): void;
  /** Called when other channels are audible. */
  hear(heard: readonly boolean[]): void;
  /** Returns the end of the silence at a moment; null: there is none, or silences are played. */
  endAt(ms: number): number | null;
}

function createSkipping({ lanes, durationMs }: Sound, wording: Wording): Skipping {
  let silences = silencesOf(lanes, durationMs);
  const { element, isOn, toggle } = skipControl(silences, wording);
  return {
    element,
    toggle,
    hear: (heard) => {
      silences = silencesOf(
        lanes.filter((_, index) => heard[index] === true),
        durationMs,
      );
    },
    endAt: (ms) => (isOn() ? (silences.find(([from, to]) => ms >= from && ms < to)?.[1] ?? null) : null),
  };
}

/** Objects on which keys act. */
interface KeyActs extends Pick<Playback, 'at' | 'toggle'> {
  readonly sound: Sound;
  readonly seek: (ms: number) => void;
  readonly speed: ReturnType<typeof speedControl>;
  readonly volume: ReturnType<typeof volumeControl>;
  readonly skipping: Skipping;
  readonly solo: SoloView;
  readonly wave: WaveView;
}

/** Handles a key. @returns false if it is not for a player */
function onKey(event: KeyboardEvent, { sound, at, toggle, seek, speed, volume, skipping, solo, wave }: KeyActs): boolean {
  const far = event.shiftKey ? 30_000 : 5_000;
  const channel = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
  if (event.key === ' ' || event.key === 'k') void toggle();
  else if (event.key === 'ArrowLeft') seek(Math.max(0, at() - far));
  else if (event.key === 'ArrowRight') seek(at() + far);
  else if (event.key === 'Home' && event.target === wave.slider) seek(0);
  else if (event.key === 'End' && event.target === wave.slider) seek(sound.durationMs);
  else if (event.key === '-') speed.change(-1);
  else if (event.key === '+') speed.change(1);
  else if (event.key === 'z') wave.zoom(1);
  else if (event.key === 'Z') wave.zoom(-1);
  else if (event.key === 'm') volume.mute();
  else if (event.key === 's' && skipping.element !== null) skipping.toggle();
  else if (channel >= 0 && channel < sound.lanes.length) solo.only(channel);
  else return false;
  return true;
}

/** Draws the part to which a note refers; empty if the note refers to another file or is withdrawn. */
function noteBar({ span, file, withdrawn, text, unknown }: PageNote, { stored, durationMs }: Sound, wording: Wording): HTMLElement[] {
  if (span === null || withdrawn !== null || (file !== null && file !== stored.path) || span.fromMs > durationMs) return [];
  const bar = h('span', { title: text ?? unknownText(unknown, wording) });
  bar.style.left = `${(span.fromMs / durationMs) * 100}%`;
  bar.style.width = `${((Math.min(span.toMs, durationMs) - span.fromMs) / durationMs) * 100}%`;
  return [bar];
}
