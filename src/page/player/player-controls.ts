import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { lastVolume, type Player, speeds } from './player.ts';

/** Creates the control of the playback speed. */
export function speedControl(player: Player, wording: Wording): { readonly element: HTMLElement; change(step: number): void } {
  const choice = h(
    'select',
    { onchange: () => player.setSpeed(Number(choice.value)) },
    ...speeds.map((value) => h('option', { value, selected: value === 1 }, `${wording.number(value)}×`)),
  );
  return {
    element: h('label', { class: 'speed' }, wording.text('speed'), ' ', choice),
    change: (step) => {
      const value = speeds[speeds.map(Number).indexOf(Number(choice.value)) + step];
      if (value === undefined) return;
      choice.value = String(value);
      player.setSpeed(value);
    },
  };
}

/** Creates the volume control; the volume applies to later calls as well. */
export function volumeControl(player: Player, wording: Wording): { readonly element: HTMLElement; mute(): void } {
  let before = 1;
  const set = (volume: number): void => {
    player.setVolume(volume);
    bar.value = String(Math.round(volume * 100));
    bar.setAttribute('aria-valuetext', `${bar.value} %`);
  };
  const bar = h('input', {
    type: 'range',
    class: 'volume',
    min: 0,
    max: 100,
    step: 5,
    oninput: () => set(Number(bar.value) / 100),
  });
  set(lastVolume());
  return {
    element: h('label', { class: 'volumelabel' }, wording.text('volume'), ' ', bar),
    mute: () => {
      const now = lastVolume();
      if (now > 0) before = now;
      set(now > 0 ? 0 : before);
    },
  };
}

/** Creates the control that skips silences. There is no element without silences. */
export function skipControl(
  silences: readonly (readonly [start: number, end: number])[],
  wording: Wording,
): { readonly element: HTMLElement | null; readonly isOn: () => boolean; toggle(): void } {
  const box = h('input', { type: 'checkbox' });
  const silentMs = silences.reduce((sum, [from, to]) => sum + to - from, 0);
  const title = wording.text('skipped', { length: wording.length(silentMs) });
  return {
    element: silences.length === 0 ? null : h('label', { class: 'check', title }, box, ' ', wording.text('skipSilence')),
    isOn: () => box.checked,
    toggle: () => box.click(),
  };
}
