import type { PageCase } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { sinceElement, stateChip } from './case-state.ts';

/** Numeric columns. */
const numerals: ReadonlySet<string> = new Set(['caseCalls', 'caseMessages']);
const heads = ['caseTitleHead', 'caseState', 'caseCalls', 'caseMessages', 'caseOpened', 'caseChangedAt'] as const;

/** Lists cases. @param address returns the address of a case's page */
export function caseList(known: readonly PageCase[], wording: Wording, address: (id: string) => string): HTMLElement {
  const { text } = wording;
  if (known.length === 0) return h('p', { class: 'soft' }, text('casesEmpty'));
  return h(
    'table',
    { class: 'casetable' },
    h('thead', {}, h('tr', {}, ...heads.map((key) => h('th', { scope: 'col', class: numerals.has(key) ? 'numeral' : null }, text(key))))),
    h('tbody', {}, ...known.map((one) => rowOf(one, wording, address(one.id)))),
  );
}

function rowOf(one: PageCase, wording: Wording, href: string): HTMLElement {
  const { text, number } = wording;
  return h(
    'tr',
    {},
    h('td', { class: 'casetitle' }, h('a', { href }, h('bdi', {}, one.title))),
    h('td', { 'data-label': text('caseState') }, stateChip(one, wording)),
    h('td', { class: 'numeral', 'data-label': text('caseCalls') }, number(one.recordings)),
    h('td', { class: 'numeral', 'data-label': text('caseMessages') }, number(one.messages)),
    h(
      'td',
      { 'data-label': text('caseOpened') },
      sinceElement(one.createdAt, wording),
      one.createdBy === null ? null : h('span', { class: 'soft' }, ` · ${one.createdBy}`),
    ),
    h('td', { 'data-label': text('caseChangedAt') }, sinceElement(one.changedAt, wording)),
  );
}
