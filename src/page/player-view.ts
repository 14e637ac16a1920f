import type { RecordingDocument } from '../core/recording-document.ts';
import { h } from './dom.ts';
import { type Mark, marksOf } from './marks.ts';
import { createPlayer, speeds } from './player.ts';
import { soloView } from './solo-view.ts';
import { type Sound, silencesOf, soundsOf } from './sounds.ts';
import { laneImage, markPlace } from './waveform.ts';
import type { Wording } from './wording.ts';

/** Plays the sounds of a call. */
export interface PlayerView {
  readonly element: HTMLElement;
  /** Does what a key asks. @returns false where it asks nothing of a player */
  key(event: KeyboardEvent): boolean;
  /** Goes to a moment. */
  seek(ms: number): void;
  close(): void;
}

/** @param address of a file of the recording */
export function createPlayerView(document: RecordingDocument, address: (file: string) => string, wording: Wording): PlayerView {
  const sounds = soundsOf(document);
  const place = h('div', { class: 'sounds' });
  let view: PlayerView | null = null;
  const choose = (index: number): void => {
    view?.close();
    const sound = sounds[index];
    view = sound === undefined ? null : soundView(sound, document, address(sound.stored.path), wording);
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

function soundView(sound: Sound, document: RecordingDocument, address: string, wording: Wording): PlayerView {
  const { lanes, durationMs } = sound;
  const player = createPlayer(address, Math.max(1, lanes.length));
  const { audio } = player;
  const marks = marksOf(document, sound.medium);
  const heard = lanes.map(() => true);
  let silences = silencesOf(lanes, durationMs);
  let skip = false;
  const images = lanes.map((lane) => laneImage(lane, durationMs));
  const head = h('div', { class: 'playhead' });
  const wave = h(
    'div',
    {
      class: 'waves',
      role: 'slider',
      tabindex: 0,
      'aria-label': wording.text('position'),
      'aria-valuemin': 0,
      'aria-valuemax': Math.round(durationMs / 1000),
    },
    ...images.map(({ element }) => element),
    ...marks.flatMap((mark) => markElement(mark, durationMs, wording)),
    head,
  );
  const clock = h('output', { class: 'clock', 'aria-live': 'off' });
  const play = h('button', { type: 'button', class: 'play', onclick: () => void toggle() });
  const message = h('p', { class: 'message', role: 'status' });
  const speed = h(
    'select',
    { onchange: () => player.setSpeed(Number(speed.value)) },
    ...speeds.map((value) => h('option', { value, selected: value === 1 }, `${wording.number(value)}×`)),
  );
  const skipBox = h('input', { type: 'checkbox', onchange: () => (skip = skipBox.checked) });
  const silentMs = silences.reduce((sum, [from, to]) => sum + to - from, 0);
  const skipLabel =
    silences.length === 0
      ? null
      : h(
          'label',
          { class: 'check', title: wording.text('skipped', { length: wording.length(silentMs) }) },
          skipBox,
          ' ',
          wording.text('skipSilence'),
        );
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
  const show = (): void => {
    const at = atMs();
    const share = durationMs > 0 ? at / durationMs : 0;
    for (const image of images) image.show(share);
    head.style.left = `${share * 100}%`;
    const said = wording.text('positionText', { at: wording.length(at), length: wording.length(durationMs) });
    clock.textContent = said;
    wave.setAttribute('aria-valuenow', String(Math.round(at / 1000)));
    wave.setAttribute('aria-valuetext', said);
    const label = wording.text(audio.paused ? 'play' : 'pause');
    play.setAttribute('aria-label', label);
    play.title = label;
    play.dataset.state = audio.paused ? 'paused' : 'playing';
  };
  const jump = (): void => {
    if (!skip || audio.paused) return;
    const at = audio.currentTime * 1000;
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
      // The element says what is wrong by its own event, or playing was interrupted by the next act.
    }
  };
  const seek = (ms: number): void => {
    player.seek(ms / 1000);
    show();
  };
  for (const name of ['play', 'pause', 'seeked', 'ended', 'loadedmetadata']) {
    audio.addEventListener(name, () => {
      if (frame === 0) follow();
    });
  }
  // Pages in the background get no frames.
  audio.addEventListener('timeupdate', jump);
  audio.addEventListener('error', () => {
    if (audio.getAttribute('src') !== null) message.textContent = wording.text('playFailed', { file: sound.stored.path });
  });
  wave.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const go = (moved: PointerEvent): void => {
      const { left, width } = wave.getBoundingClientRect();
      seek(Math.max(0, Math.min(1, (moved.clientX - left) / Math.max(1, width))) * durationMs);
    };
    wave.setPointerCapture(event.pointerId);
    wave.addEventListener('pointermove', go);
    wave.addEventListener('lostpointercapture', () => wave.removeEventListener('pointermove', go), { once: true });
    go(event);
  });
  const changeSpeed = (step: number): void => {
    const at = speeds.map(Number).indexOf(Number(speed.value)) + step;
    const value = speeds[at];
    if (value === undefined) return;
    speed.value = String(value);
    player.setSpeed(value);
  };
  const key = (event: KeyboardEvent): boolean => {
    const far = event.shiftKey ? 30_000 : 5_000;
    const channel = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    if (event.key === ' ' || event.key === 'k') void toggle();
    else if (event.key === 'ArrowLeft') seek(atMs() - far);
    else if (event.key === 'ArrowRight') seek(atMs() + far);
    else if (event.key === 'Home' && event.target === wave) seek(0);
    else if (event.key === 'End' && event.target === wave) seek(durationMs);
    else if (event.key === '-') changeSpeed(-1);
    else if (event.key === '+') changeSpeed(1);
    else if (event.key === 's' && skipLabel !== null) skipBox.click();
    else if (channel >= 0 && channel < lanes.length) solo.only(channel);
    else return false;
    return true;
  };
  show();
  const element = h(
    'div',
    { class: 'soundview' },
    h('div', { class: 'lanes' }, solo.labels, wave),
    h('div', { class: 'controls' }, play, clock, h('label', { class: 'speed' }, wording.text('speed'), ' ', speed), skipLabel),
    solo.note,
    message,
    markList(marks, durationMs, wording, seek),
  );
  return {
    element,
    key,
    seek,
    close: () => {
      cancelAnimationFrame(frame);
      player.close();
    },
  };
}

function markElement(mark: Mark, durationMs: number, wording: Wording): HTMLElement[] {
  const at = markPlace(mark, durationMs);
  if (at === null) return [];
  const { event } = mark;
  const element = h('span', {
    class: `mark ${event.type} effect-${event.mediaEffect} ${at.width === null ? 'moment' : 'span'}`,
    title: markText(mark, wording),
    'aria-hidden': 'true',
  });
  element.style.left = `${at.left}%`;
  if (at.width !== null) element.style.width = `${at.width}%`;
  return [element];
}

function markText({ event }: Mark, wording: Wording): string {
  return `${wording.valued('event', event.type)}: ${wording.valued('effect', event.mediaEffect)}`;
}

function markList(marks: readonly Mark[], durationMs: number, wording: Wording, seek: (ms: number) => void): HTMLElement | null {
  const shown = marks.filter((mark) => markPlace(mark, durationMs) !== null);
  if (shown.length === 0) return null;
  const items = shown.map((mark) => {
    const { atMs, endMs, open, event } = mark;
    const until = open ? wording.text('untilEnd') : endMs === null ? null : wording.length(endMs);
    const time = `${wording.length(Math.max(0, atMs ?? 0))}${until === null ? '' : ` – ${until}`}`;
    return h(
      'li',
      { class: `markitem ${event.type}` },
      h('button', { type: 'button', class: 'quiet', onclick: () => seek(Math.max(0, atMs ?? 0)) }, time),
      ' ',
      h('span', {}, markText(mark, wording)),
    );
  });
  return h('div', { class: 'marklist' }, h('h3', {}, wording.text('marks')), h('ul', {}, ...items));
}
