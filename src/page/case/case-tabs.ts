import type { PageCaseView } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import type { Decide } from './decision.ts';
import { caseMembers, caseNotes, custodyOf } from './parts.ts';
import { caseTimeline } from './timeline.ts';

/** What the parts of a case need from the page. */
export interface CaseTabsWiring {
  readonly wording: Wording;
  /** Shows a recording. */
  readonly open: (recording: string) => void;
  /** Removes a recording from the case. */
  readonly remove: (recording: string, reason: string) => Promise<void>;
  readonly decide: Decide;
  /** Number of the tab that is shown first. */
  readonly first: number;
  /** Called with the number of the tab that the user opens. */
  readonly chosen: (tab: number) => void;
}

const tabs = ['caseTabTime', 'caseTabCalls', 'caseTabNotes', 'caseTabCustody'] as const;

/** Creates the tabs of a case, one of which is shown. */
export function caseTabs(view: PageCaseView, { wording, open, remove, decide, first, chosen }: CaseTabsWiring): HTMLElement {
  const { text, number } = wording;
  let tab = first;
  const parts = [
    () => caseTimeline(view, { wording, open, remove }),
    () => caseMembers(view, wording, open, decide),
    () => caseNotes(view, wording, open),
    () => custodyOf(view, wording),
  ];
  const numbers = [null, view.members.length, view.notes.filter(({ note }) => note.withdrawn === null).length, null];
  const panel = h('div', { class: 'casepanel', role: 'tabpanel', id: 'case-panel', tabindex: 0 });
  const buttons = tabs.map((key, index) =>
    h(
      'button',
      { type: 'button', role: 'tab', id: `tab-${key}`, 'aria-controls': 'case-panel', onclick: () => choose(index) },
      text(key),
      numbers[index] == null ? null : h('span', { class: 'soft' }, ` ${number(numbers[index] ?? 0)}`),
    ),
  );
  const choose = (index: number): void => {
    tab = index;
    chosen(index);
    for (const [at, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    }
    panel.setAttribute('aria-labelledby', `tab-${tabs[index] ?? ''}`);
    panel.replaceChildren(parts[index]?.() ?? '');
  };
  const bar = h('div', { class: 'tabs', role: 'tablist', 'aria-label': text('caseParts') }, ...buttons);
  bar.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = (tab + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next]?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  choose(tab);
  return h('div', {}, bar, panel);
}
