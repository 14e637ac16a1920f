import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { type Player, sha256Of } from './player.ts';
import type { Sound } from './sounds.ts';

/** Buttons that play single channels. */
export interface SoloView {
  /** Names of the channels, as buttons if there are several; null: unknown. */
  readonly labels: HTMLElement | null;
  /** Asks for the file if the browser can separate channels only in a provided file. */
  readonly note: HTMLElement;
  /** Asks for the file if the browser does not let the page read it. */
  ask(): void;
  /** Plays one channel alone, or all again. */
  only(channel: number): void;
}

/** What the buttons need from the player's view. */
export interface SoloWiring {
  readonly sound: Sound;
  readonly player: Player;
  readonly wording: Wording;
  /** Tells the result of providing a file. */
  readonly tell: (words: string) => void;
  /** Called when the selection changes. @param heard audible channels by index */
  readonly changed: (heard: readonly boolean[]) => void;
}

/** Creates the buttons; all channels are audible. */
export function soloView({ sound: { lanes, stored }, player, wording, tell, changed }: SoloWiring): SoloView {
  const heard = lanes.map(() => true);
  const note = h('div', { class: 'solonote', hidden: true });
  const names = lanes.map(({ role, side }, index) => {
    const who = role !== null ? wording.valued('role', role) : side === 'in' || side === 'out' ? wording.valued('side', side) : null;
    return who === null ? wording.text('channel', { n: index + 1 }) : `${index + 1} · ${who}`;
  });
  const buttons = names.map((name, index) =>
    h(
      'button',
      {
        type: 'button',
        class: 'channel',
        'aria-pressed': 'true',
        'aria-label': wording.text('hear', { channel: name }),
        onclick: () => toggle(index),
      },
      name,
    ),
  );
  const apply = (): void => {
    player.hear(heard);
    for (const [index, button] of buttons.entries()) button.setAttribute('aria-pressed', String(heard[index] === true));
    changed(heard);
  };
  const possible = (): boolean => {
    note.hidden = player.apart === 'yes';
    if (player.apart !== 'yes') input.focus();
    return player.apart === 'yes';
  };
  const toggle = (index: number): void => {
    if (!possible()) return;
    heard[index] = heard[index] !== true;
    if (!heard.includes(true)) heard.fill(true);
    apply();
  };
  const input = h('input', { type: 'file', 'aria-label': wording.text('chooseFile', { file: stored.path }) });
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    void sha256Of(file).then((sha256) => {
      if (sha256 !== stored.sha256) {
        tell(wording.text('fileWrong', { file: stored.path }));
        return;
      }
      player.takeBytes(file);
      note.hidden = true;
      tell(wording.text('fileTaken'));
    });
  });
  note.append(h('p', {}, wording.text('soloNeedsFile', { file: stored.path })), input);
  return {
    labels:
      lanes.length === 0
        ? null
        : lanes.length === 1
          ? h('div', { class: 'channels' }, h('span', { class: 'channel' }, names[0] ?? ''))
          : h('div', { class: 'channels' }, ...buttons),
    note,
    ask: () => {
      note.hidden = false;
      input.focus();
    },
    only: (channel) => {
      if (lanes.length < 2 || !possible()) return;
      const alone = heard.every((on, index) => on === (index === channel));
      for (const index of heard.keys()) heard[index] = alone || index === channel;
      apply();
    },
  };
}
