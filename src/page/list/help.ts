import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { rowLegend } from '../player/legend.ts';

/** Creates the help dialog: keys, and a short description of the page. */
export function createHelp(wording: Wording, hasTicks: boolean): HTMLDialogElement {
  const text = wording.text;
  const tick = hasTicks
    ? ([
        ['x', 'keyTick'],
        ['Shift + x', 'keyTickRun'],
      ] as const)
    : [];
  const keys = [
    ...tick,
    ['/', 'keyFind'],
    ['↑ ↓ Enter, p n', 'keyMove'],
    ['Space, k', 'keyPlay'],
    ['← →', 'keySeek'],
    ['− +', 'keySpeed'],
    ['s', 'keySkip'],
    ['1 … 9', 'keyChannel'],
    ['m', 'keyMute'],
    ['z Z', 'keyZoom'],
    ['i o', 'keyRegion'],
    ['r l Del', 'keyRegionPlay'],
    ['Esc', 'keyEscape'],
    ['?', 'keyHelp'],
  ] as const;
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' });
  dialog.append(
    h('h2', { id: 'help-title', tabindex: -1, autofocus: true }, text('help')),
    h('dl', { class: 'keys' }, ...keys.flatMap(([key, meaning]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, text(meaning))])),
    h('h3', {}, text('legendList')),
    rowLegend(wording),
    h('p', {}, text('searchHint')),
    h('p', {}, text('helpTimes')),
    h('p', {}, text('helpText')),
    h('button', { type: 'button', onclick: () => dialog.close() }, text('close')),
  );
  return dialog;
}
