import { h } from './dom.ts';
import type { Wording } from './wording.ts';

/** Keys and a few words on the page. */
export function createHelp(wording: Wording, hasCases: boolean): HTMLDialogElement {
  const text = wording.text;
  const tick = hasCases ? ([['x', 'keyTick']] as const) : [];
  const keys = [
    ...tick,
    ['/', 'keyFind'],
    ['↑ ↓ Enter, p n', 'keyMove'],
    ['Space, k', 'keyPlay'],
    ['← →', 'keySeek'],
    ['− +', 'keySpeed'],
    ['s', 'keySkip'],
    ['1 … 9', 'keyChannel'],
    ['Esc', 'keyEscape'],
    ['?', 'keyHelp'],
  ] as const;
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' });
  dialog.append(
    h('h2', { id: 'help-title' }, text('help')),
    h('dl', { class: 'keys' }, ...keys.flatMap(([key, meaning]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, text(meaning))])),
    h('p', {}, text('searchHint')),
    h('p', {}, text('helpTimes')),
    h('p', {}, text('helpText')),
    h('button', { type: 'button', onclick: () => dialog.close() }, text('close')),
  );
  return dialog;
}
