import type { PageCase } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import { ago } from './sessions-view.ts';

/** Formats a time with its zone. */
export function momentText(iso: string, wording: Wording): string {
  const { text, zone } = momentOf(iso, wording);
  return `${text} ${zone}`;
}

/** Shows how long ago something was; null: never. */
export function sinceElement(iso: string | null, wording: Wording): HTMLElement {
  if (iso === null) return h('span', { class: 'soft' }, '–');
  return h('time', { datetime: iso, title: momentText(iso, wording) }, ago(Math.max(0, Date.now() - Date.parse(iso)), wording));
}

/** Shows the state of a case, and when it is due. */
export function stateChip({ state, deadline }: PageCase, wording: Wording): HTMLElement {
  return h(
    'span',
    {},
    h('span', { class: `chip case-${state}` }, wording.valued('caseState', state)),
    deadline === undefined ? null : h('span', { class: 'soft' }, ` ${dueText(deadline, wording)}`),
  );
}

function dueText({ due, daysLeft, isMet }: NonNullable<PageCase['deadline']>, { text, number }: Wording): string {
  return text(isMet ? 'caseDueMet' : daysLeft < 0 ? 'caseOverdue' : 'caseDue', { day: due, n: number(Math.abs(daysLeft)) });
}
