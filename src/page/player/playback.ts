import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import type { Player } from './player.ts';

/** What playback needs from the view. */
export interface PlaybackWiring {
  readonly player: Player;
  readonly durationMs: number;
  readonly wording: Wording;
  readonly tell: (words: string) => void;
  /** Returns where playing continues from a moment; `stop`: it ends; null: unchanged. */
  readonly follow: (ms: number) => number | 'stop' | null;
  /** Returns the end of the silence to skip at a moment; null: none is skipped. */
  readonly silenceEnd: (ms: number) => number | null;
  /** Called with each shown position. @param words the position in words for a screen reader */
  readonly shown: (ms: number, words: string) => void;
  /** Returns why the audio could not be played. */
  readonly failed: () => Promise<string>;
}

/** Playback of one recording: the button, the clock, and the position during playback. */
export interface Playback {
  readonly button: HTMLButtonElement;
  readonly clock: HTMLElement;
  at(): number;
  seek(ms: number): void;
  toggle(): Promise<void>;
  show(): void;
  /** Ends playback for good. */
  forbid(): void;
  close(): void;
}

/** Creates the button and the clock, and follows the audio. */
export function createPlayback({ player, durationMs, wording, tell, follow, silenceEnd, shown, failed }: PlaybackWiring): Playback {
  const { audio } = player;
  const clock = h('output', { class: 'clock', 'aria-live': 'off' });
  const button = h('button', { type: 'button', class: 'play', onclick: () => void toggle() });
  const at = (): number => Math.min(durationMs, audio.currentTime * 1000);
  const show = (): void => {
    const ms = at();
    const said = wording.text('positionText', { at: wording.length(ms), length: wording.length(durationMs) });
    clock.textContent = said;
    shown(ms, said);
    const label = wording.text(audio.paused ? 'play' : 'pause');
    button.setAttribute('aria-label', label);
    button.title = label;
    button.dataset.state = audio.paused ? 'paused' : 'playing';
  };
  const toggle = async (): Promise<void> => {
    try {
      tell('');
      await player.toggle();
    } catch {
      // The element reports the error by its own event, or the next action interrupted playing.
    }
  };
  const jump = (): void => {
    if (audio.paused) return;
    const ms = audio.currentTime * 1000;
    const next = follow(ms);
    if (next === 'stop') audio.pause();
    else if (next !== null) player.seek(next / 1000);
    const end = next === null ? silenceEnd(ms) : null;
    if (end !== null) player.seek(end / 1000);
  };
  const stopFollowing = whilePlaying(audio, () => {
    show();
    jump();
  });
  audio.addEventListener('ended', () => {
    // The audio ended: a region may end there too.
    const next = follow(durationMs);
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
    void failed().then(tell);
  });
  return {
    button,
    clock,
    at,
    seek: (ms) => {
      player.seek(ms / 1000);
      show();
    },
    toggle,
    show,
    forbid: () => {
      audio.pause();
      audio.removeAttribute('src');
      button.disabled = true;
    },
    close: () => {
      stopFollowing();
      player.close();
    },
  };
}

/** Calls `step` with each frame while audio plays, and once for events that occur while it does not play. @returns a function that stops this */
function whilePlaying(audio: HTMLAudioElement, step: () => void): () => void {
  let frame = 0;
  const follow = (): void => {
    step();
    frame = audio.paused ? 0 : requestAnimationFrame(follow);
  };
  for (const name of ['play', 'pause', 'seeked', 'ended', 'loadedmetadata']) {
    audio.addEventListener(name, () => {
      if (frame === 0) follow();
    });
  }
  return () => cancelAnimationFrame(frame);
}
