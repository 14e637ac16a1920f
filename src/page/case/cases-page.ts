import type { PageCaseList, PageCases, PageCaseView } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { failedText, type Wording } from '../base/wording.ts';
import { caseList } from './case-list.ts';
import { momentText, sinceElement, stateChip } from './case-state.ts';
import { caseTabs } from './case-tabs.ts';
import { decisionId } from './decision.ts';
import { newCaseForm } from './forms.ts';
import { registerTrouble } from './parts.ts';

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
  /** Opens the search with this case chosen for adding recordings. */
  readonly fill: (id: string) => void;
  /** Called with the title of what is shown. */
  readonly titled: (title: string | null) => void;
}

/** Creates an empty page; content is requested when it is shown. */
export function createCasesPage(wiring: CasesPageWiring): CasesPage {
  const { wording, cases, signal, titled } = wiring;
  const { text } = wording;
  let shown: string | null = null;
  let order: readonly string[] = [];
  let reading = new AbortController();
  const said = h('p', { class: 'soft said', role: 'status' });
  const place = h('div', { class: 'casespace' });
  const element = h('main', { class: 'casespage', tabindex: -1, hidden: true, 'aria-label': text('cases') }, place);
  const failed = (error: unknown): void => {
    said.textContent = failedText(error, wording);
    if (!said.isConnected) place.replaceChildren(said);
  };
  const one = (view: PageCaseView): void => {
    titled(view.title);
    said.textContent = '';
    order = recordingsOf(view);
    place.replaceChildren(backLink(wiring), caseHead(view, wiring, said), tabsOf(view));
  };
  const load = (id: string): void => {
    reading.abort();
    reading = new AbortController();
    const mine = AbortSignal.any([signal, reading.signal]);
    const work =
      id === 'all'
        ? cases.list(mine).then((list) => {
            titled(null);
            place.replaceChildren(...listParts(list, wiring, failed), said);
          })
        : cases.open(id, mine).then((view) => {
            if (view === null) place.replaceChildren(backLink(wiring), h('p', { role: 'alert' }, text('caseGone')));
            else one(view);
          });
    work.catch((error: unknown) => {
      if (!mine.aborted) failed(error);
    });
  };
  /** Changes a case, shows its new state, and reports the result. */
  const change = async (id: string, words: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      const view = await cases.open(id, signal);
      if (view !== null && shown === id) one(view);
      said.textContent = words;
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
  };
  const tabsOf = createTabs(wiring, change, (id, recording) => {
    // The focused element was redrawn.
    if (shown === id && !element.contains(document.activeElement)) document.getElementById(decisionId(recording))?.focus();
  });
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

/** Changes a case, and shows the result in words. */
type Change = (id: string, words: string, work: () => Promise<void>) => Promise<void>;

/** Returns a function that creates the tabs of a case. The tab that was shown last is kept from case to case. @param decided called after a decision */
function createTabs(
  { wording, cases, signal, open }: CasesPageWiring,
  change: Change,
  decided: (id: string, recording: string) => void,
): (view: PageCaseView) => HTMLElement {
  const { text } = wording;
  let tab = 0;
  return (view) => {
    const { id } = view;
    return caseTabs(view, {
      wording,
      open,
      first: tab,
      chosen: (index) => {
        tab = index;
      },
      remove: (recording, reason) => change(id, text('caseRemoved'), () => cases.remove(id, recording, reason, signal)),
      decide: async (request) => {
        await change(id, text('caseDecidedNow'), () => cases.decide(id, request, signal));
        decided(id, request.recording);
      },
    });
  };
}

/** Returns the recordings of a case in chronological order; those without a row in the timeline come last. */
function recordingsOf({ timeline, members }: PageCaseView): readonly string[] {
  const calls = (timeline?.rows ?? []).filter(({ kind }) => kind === 'recording').map(({ key }) => key);
  return [...new Set([...calls, ...members.map(({ recording }) => recording)])];
}

function backLink({ wording: { text }, address }: CasesPageWiring): HTMLElement {
  return h('a', { class: 'back-all', href: address('all') }, `‹ ${text('casesAll')}`);
}

/** Creates the content of the page of all cases. @param failed receives the error if creating a case fails */
function listParts(
  { cases: known, register }: PageCaseList,
  { wording, cases, signal, address }: CasesPageWiring,
  failed: (error: unknown) => void,
): readonly (HTMLElement | string)[] {
  const { text } = wording;
  const creation = newCaseForm('newcase', wording, ({ title, country, about }) => {
    cases.create(title, country, about, signal).then((made) => {
      location.hash = address(made.id);
    }, failed);
  });
  return [
    h('h2', {}, text('cases')),
    registerTrouble(register, wording) ?? '',
    caseList(known, wording, address),
    h('h3', {}, text('caseNew')),
    creation,
  ];
}

/** Creates the head of a case: its description and its actions. @param said element for results */
function caseHead(view: PageCaseView, { wording, cases, fill }: CasesPageWiring, said: HTMLElement): HTMLElement {
  const { text, counted, number } = wording;
  const facts = [counted('calls', view.recordings), text('caseMessageCount', { n: number(view.messages) })];
  const by = view.createdBy === null ? '' : ` · ${view.createdBy}`;
  return h(
    'header',
    { class: 'casehead' },
    h('h2', {}, h('bdi', {}, view.title), ' ', stateChip(view, wording)),
    h(
      'p',
      { class: 'soft' },
      `${facts.join(' · ')} · ${text('caseOpened')} ${momentText(view.createdAt, wording)}${by} · ${text('caseChangedAt')} `,
      sinceElement(view.changedAt, wording),
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
  );
}
