import type { PageCase, PageCaseList, PageCases, PageCaseView } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import { type Decide, decisionId } from './decision.ts';
import { field, spellingsIn } from './forms.ts';
import { caseMembers, caseNotes, custodyOf, registerTrouble } from './parts.ts';
import { ago } from './sessions-view.ts';
import { caseTimeline } from './timeline.ts';

/** The page of all cases, or of one. */
export interface CasesPage {
  readonly element: HTMLElement;
  /** Shows `all` cases, or one by id; null: another page is shown. */
  show(cases: string | null): void;
  /** Returns the previous or next recording in the order of the case; null: none. */
  beside(recording: string, step: number): string | null;
}

/** What the page needs from its frame. */
export interface CasesPageWiring {
  readonly wording: Wording;
  readonly cases: PageCases;
  readonly signal: AbortSignal;
  /** Returns the address of another part of the page. */
  readonly address: (cases: string | null) => string;
  /** Shows a recording. */
  readonly open: (recording: string) => void;
  /** Opens the search with a case chosen for adding. */
  readonly fill: (id: string) => void;
  /** Called with the title of what is shown. */
  readonly titled: (title: string | null) => void;
}

/** Numeric columns. */
const numerals: ReadonlySet<string> = new Set(['caseCalls', 'caseMessages']);

const tabs = ['caseTabTime', 'caseTabCalls', 'caseTabNotes', 'caseTabCustody'] as const;

/** Creates an empty page; content is requested when it is shown. */
export function createCasesPage({ wording, cases, signal, address, open, fill, titled }: CasesPageWiring): CasesPage {
  const { text, counted, number } = wording;
  let shown: string | null = null;
  let order: readonly string[] = [];
  let reading = new AbortController();
  /** The part that was shown last; kept from case to case. */
  let tab = 0;
  const said = h('p', { class: 'soft said', role: 'status' });
  const place = h('div', { class: 'casespace' });
  const element = h('main', { class: 'casespage', tabindex: -1, hidden: true, 'aria-label': text('cases') }, place);
  const failed = (error: unknown): void => {
    said.textContent = text('failed', { reason: error instanceof Error ? error.message : String(error) });
    if (!said.isConnected) place.replaceChildren(said);
  };
  const load = (id: string): void => {
    reading.abort();
    reading = new AbortController();
    const mine = AbortSignal.any([signal, reading.signal]);
    const work = id === 'all' ? cases.list(mine).then(listed) : cases.open(id, mine).then((view) => (view === null ? gone() : one(view)));
    work.catch((error: unknown) => {
      if (!mine.aborted) failed(error);
    });
  };
  const back = (): HTMLElement => h('a', { class: 'back-all', href: address('all') }, `‹ ${text('casesAll')}`);
  const gone = (): void => place.replaceChildren(back(), h('p', { role: 'alert' }, text('caseGone')));
  const moment = (iso: string): string => `${momentOf(iso, wording).text} ${momentOf(iso, wording).zone}`;
  const since = (iso: string | null): HTMLElement =>
    iso === null
      ? h('span', { class: 'soft' }, '–')
      : h('time', { datetime: iso, title: moment(iso) }, ago(Math.max(0, Date.now() - Date.parse(iso)), wording));
  const dueText = ({ due, daysLeft, isMet }: NonNullable<PageCase['deadline']>): string =>
    text(isMet ? 'caseDueMet' : daysLeft < 0 ? 'caseOverdue' : 'caseDue', { day: due, n: number(Math.abs(daysLeft)) });
  const chip = ({ state, deadline }: PageCase): HTMLElement =>
    h(
      'span',
      {},
      h('span', { class: `chip case-${state}` }, wording.valued('caseState', state)),
      deadline === undefined ? null : h('span', { class: 'soft' }, ` ${dueText(deadline)}`),
    );

  const listed = ({ cases: known, register }: PageCaseList): void => {
    titled(null);
    const row = (one: PageCase): HTMLElement =>
      h(
        'tr',
        {},
        h('td', { class: 'casetitle' }, h('a', { href: address(one.id) }, h('bdi', {}, one.title))),
        h('td', { 'data-label': text('caseState') }, chip(one)),
        h('td', { class: 'numeral', 'data-label': text('caseCalls') }, number(one.recordings)),
        h('td', { class: 'numeral', 'data-label': text('caseMessages') }, number(one.messages)),
        h(
          'td',
          { 'data-label': text('caseOpened') },
          since(one.createdAt),
          one.createdBy === null ? null : h('span', { class: 'soft' }, ` · ${one.createdBy}`),
        ),
        h('td', { 'data-label': text('caseChangedAt') }, since(one.changedAt)),
      );
    const heads = ['caseTitleHead', 'caseState', 'caseCalls', 'caseMessages', 'caseOpened', 'caseChangedAt'] as const;
    place.replaceChildren(
      h('h2', {}, text('cases')),
      ...[registerTrouble(register, wording) ?? ''],
      known.length === 0
        ? h('p', { class: 'soft' }, text('casesEmpty'))
        : h(
            'table',
            { class: 'casetable' },
            h('thead', {}, h('tr', {}, ...heads.map((key) => h('th', { scope: 'col', class: numerals.has(key) ? 'numeral' : null }, text(key))))),
            h('tbody', {}, ...known.map(row)),
          ),
      h('h3', {}, text('caseNew')),
      creation(),
      said,
    );
  };
  const creation = (): HTMLElement => {
    const title = field('newcase-title', text('caseTitle'), { maxlength: 500, required: true });
    const about = field('newcase-about', text('caseAbout'), { maxlength: 2_000 });
    const country = field('newcase-country', text('caseCountry'), { maxlength: 5, size: 5, placeholder: '+46' });
    const begin = (event: Event): void => {
      event.preventDefault();
      cases.create(title.input.value, country.input.value.trim(), spellingsIn(about.input.value), signal).then((made) => {
        location.hash = address(made.id);
      }, failed);
    };
    return h(
      'form',
      { class: 'casenew', onsubmit: begin },
      title.element,
      about.element,
      country.element,
      h('button', { type: 'submit' }, text('caseNew')),
    );
  };

  const one = (view: PageCaseView): void => {
    titled(view.title);
    said.textContent = '';
    const calls = (view.timeline?.rows ?? []).filter(({ kind }) => kind === 'recording').map(({ key }) => key);
    order = [...new Set([...calls, ...view.members.map(({ recording }) => recording)])];
    const facts = [counted('calls', view.recordings), text('caseMessageCount', { n: number(view.messages) })];
    place.replaceChildren(
      back(),
      h(
        'header',
        { class: 'casehead' },
        h('h2', {}, h('bdi', {}, view.title), ' ', chip(view)),
        h(
          'p',
          { class: 'soft' },
          `${facts.join(' · ')} · ${text('caseOpened')} ${moment(view.createdAt)}${view.createdBy === null ? '' : ` · ${view.createdBy}`} · ${text('caseChangedAt')} `,
          since(view.changedAt),
          ' · ',
          h('code', {}, view.id),
        ),
        view.about.length === 0 ? null : h('p', {}, `${text('caseAboutWhom')}: `, h('bdi', {}, view.about.join(', '))),
        registerTrouble(view.register, wording),
        h(
          'div',
          { class: 'caseactions' },
          h('button', { type: 'button', onclick: () => fill(view.id) }, text('caseFillHere')),
          h('a', { class: 'take', download: '', href: cases.address(view.id, false) }, text('caseTake')),
          view.isAboutSomebody
            ? h('a', { class: 'take', download: '', href: cases.address(view.id, true), title: text('caseMaskHint') }, text('caseTakeMasked'))
            : null,
        ),
        said,
      ),
      tabbed(view),
    );
  };
  /** Changes a case, shows its new state, and reports it. */
  const changed = async (id: string, words: string, change: () => Promise<void>): Promise<void> => {
    try {
      await change();
      const view = await cases.open(id, signal);
      if (view !== null && shown === id) one(view);
      said.textContent = words;
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
  };
  const remove = (id: string) => (recording: string, reason: string) =>
    changed(id, text('caseRemoved'), () => cases.remove(id, recording, reason, signal));
  const decide =
    (id: string): Decide =>
    async (request) => {
      await changed(id, text('caseDecidedNow'), () => cases.decide(id, request, signal));
      // The focused element was redrawn.
      if (shown === id && !element.contains(document.activeElement)) document.getElementById(decisionId(request.recording))?.focus();
    };
  const tabbed = (view: PageCaseView): HTMLElement => {
    const parts = [
      () => caseTimeline(view, { wording, open, remove: remove(view.id) }),
      () => caseMembers(view, wording, open, decide(view.id)),
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
  };
  return {
    element,
    show: (next) => {
      element.hidden = next === null;
      if (next === shown) return;
      shown = next;
      order = [];
      if (next === null) {
        reading.abort();
        place.replaceChildren();
        titled(null);
        return;
      }
      place.replaceChildren(h('p', { class: 'soft', role: 'status' }, text('loading')));
      element.scrollTop = 0;
      load(next);
      element.focus({ preventScroll: true });
    },
    beside: (recording, step) => order[order.indexOf(recording) + step] ?? null,
  };
}
