import type { DataSource } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { failedText, type Wording } from '../base/wording.ts';
import { mostTicked } from './ticks.ts';

/** Actions for the ticked calls. */
export interface SelectionBar {
  /** Button that ticks all results; placed beside the count. */
  readonly all: HTMLElement;
  readonly element: HTMLElement;
  /** Shows how many calls are ticked. @param total number of results */
  show(ticked: number, total: number): void;
}

/** What the bar needs from the page. */
export interface SelectionWiring {
  readonly wording: Wording;
  readonly signal: AbortSignal;
  readonly ticked: () => readonly string[];
  readonly tickAll: () => Promise<void>;
  readonly untick: () => void;
  /** Null: this user may not export. */
  readonly take: NonNullable<DataSource['export']> | null;
  /** Adds the calls to a case. Null: this user has no cases. */
  readonly toCase: ((recordings: readonly string[]) => void) | null;
}

/** Creates the bar with nothing ticked. */
export function createSelectionBar({ wording, signal, ticked, tickAll, untick, take, toCase }: SelectionWiring): SelectionBar {
  const { text, number } = wording;
  const said = h('strong', { role: 'status' });
  const trouble = h('span', { class: 'bad', role: 'alert' });
  const doing = async (work: () => Promise<void>): Promise<void> => {
    trouble.textContent = '';
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) trouble.textContent = failedText(error, wording);
    }
  };
  const download = async (from: NonNullable<DataSource['export']>): Promise<void> => {
    h('a', { href: await from.selected(ticked(), signal), download: '' }).click();
  };
  const all = h('button', { type: 'button', class: 'quiet', onclick: () => void doing(tickAll) });
  const element = h(
    'div',
    { class: 'selection', role: 'group', 'aria-label': text('ticked'), hidden: true },
    said,
    take === null ? null : h('button', { type: 'button', onclick: () => void doing(() => download(take)) }, text('tickedTake')),
    toCase === null ? null : h('button', { type: 'button', onclick: () => toCase(ticked()) }, text('tickedToCase')),
    h('button', { type: 'button', class: 'quiet', onclick: untick }, text('tickedNone')),
    trouble,
  );
  return {
    all,
    element,
    show: (size, total) => {
      all.hidden = total === 0;
      all.textContent = text(total > mostTicked ? 'tickFirst' : 'tickAll', { n: number(Math.min(total, mostTicked)) });
      element.hidden = size === 0;
      said.textContent = text(size === 1 ? 'ticked_one' : 'ticked_other', { n: number(size) });
    },
  };
}
