import type { CallRow, PageQuery, PageResult } from '../core/page/data.ts';
import { defaultOrder, orderText, type PageOrder } from '../core/page/order.ts';
import { h } from './base/dom.ts';
import { datesIn, hashOf } from './base/state.ts';
import { type CasesView, createCasesView } from './case/cases-view.ts';
import { copyLink } from './copy-link.ts';
import { type AnswerLine, createAnswerLine } from './list/answer-line.ts';
import { createResultHead, type ResultHead } from './list/result-head.ts';
import { createResults, type Results } from './list/results.ts';
import { createSavedSearches, type SavedSearches } from './list/saved-searches.ts';
import { createSearchForm, type SearchForm } from './list/search-form.ts';
import { createSelectionBar, type SelectionBar } from './list/selection-bar.ts';
import { createTimeLine, type TimeLine } from './list/time-line.ts';
import type { PageContext } from './page-context.ts';
import type { Route } from './route.ts';

/** The pane of the search: the form, the results, and the actions on them. */
export interface ListPane {
  readonly element: HTMLElement;
  /** Button that adds the open recording to the chosen case. Null: this user has no cases. */
  readonly toCase: HTMLElement | null;
  /** True if rows can be ticked. */
  readonly hasTicks: boolean;
  /** Searches if the query or the order of the route has changed. */
  follow(): void;
  /** Suspends updates while the page of cases is shown. */
  rest(isResting: boolean): void;
  /** Marks the open recording. Null: none is open. */
  mark(id: string | null): void;
  /** Opens a neighbour of the open recording, or the first one. */
  move(step: number): void;
  /** Opens the panel of cases with a case chosen. */
  chooseCase(id: string): void;
  focusForm(): void;
  focusResults(): void;
  close(): void;
}

/** Number of rows that come with an answer. */
const firstRows = 100;

/** Creates the pane. @param announce announces words to a screen reader */
export function createListPane(context: PageContext, route: Route, announce: (words: string) => void): ListPane {
  const { data, overview, wording, signal } = context;
  /** A bookmark may name an order that this source does not support. */
  const order = (): PageOrder => (data.orders.includes(route.now().order.by) ? route.now().order : defaultOrder);
  const hasTicks = (overview.may.cases && data.cases !== undefined) || (overview.may.export && data.export !== undefined);
  const head = createResultHead(wording, data.orders, (chosen) => route.go({ order: chosen }, 'replace'));
  /** Number of results of the shown answer. */
  let total = 0;
  const ticked = (): void => {
    cases?.view.offer(route.now().call);
    selection?.show(results.ticked().length, total);
  };
  const results = createResults({
    wording,
    head: head.row,
    rows: (offset, limit) => search.rows(offset, limit),
    open: (row) => route.open(row.id),
    onTick: hasTicks ? ticked : null,
  });
  const cases = createCasesOf(context, route, results);
  const selection = hasTicks ? createSelection(context, results, cases?.view ?? null) : null;
  const { form, timeLine, saved } = createControls(context, route);
  const answer = createAnswerLine({ wording, overview, download: data.export, orderWords: () => head.words(order()), announce });
  const search = createSearch(context, route, order, {
    begin: () => {
      results.element.ariaBusy = 'true';
    },
    show: (result) => {
      total = result.total;
      selection?.show(results.ticked().length, total);
      timeLine.show(result, route.question());
      if (result.unordered !== true) results.show(total, result.rows);
      answer.show(result, route.question());
    },
    fail: answer.fail,
    end: () => {
      results.element.ariaBusy = 'false';
    },
  });
  const asked = createAsked(route, order);
  signal.addEventListener('abort', () => search.stop());
  const link = copyLink(wording, announce);
  return {
    element: paneElement({ form, saved, timeLine, answer, selection, link, head, cases: cases?.view ?? null, results }),
    toCase: cases?.button ?? null,
    hasTicks,
    follow: () => {
      const change = asked();
      if (change === null) return;
      head.show(order());
      if (change === 'order') results.rewind();
      form.show(route.now().query);
      void search.run();
    },
    rest: (isResting) => cases?.view.rest(isResting),
    mark: (id) => {
      results.mark(id);
      cases?.view.offer(id);
    },
    move: results.move,
    chooseCase: (id) => cases?.view.choose(id),
    focusForm: form.focus,
    focusResults: results.focus,
    close: results.close,
  };
}

/** Parts of the pane. */
interface PaneParts {
  readonly form: SearchForm;
  readonly saved: SavedSearches;
  readonly timeLine: TimeLine;
  readonly answer: AnswerLine;
  readonly selection: SelectionBar | null;
  readonly link: HTMLElement | null;
  readonly head: ResultHead;
  readonly cases: CasesView | null;
  readonly results: Results;
}

function paneElement({ form, saved, timeLine, answer, selection, link, head, cases, results }: PaneParts): HTMLElement {
  return h(
    'main',
    { class: 'list' },
    ...[form.element, saved.list, timeLine.element],
    h('div', { class: 'counts' }, answer.count, answer.progress, selection?.all ?? null, answer.take, link, saved.save, head.list),
    ...[selection?.element ?? null, cases?.element ?? null, results.element],
  );
}

/** Creates what narrows the search: the form, the time line, the saved searches. */
function createControls(
  { data, overview, wording, signal }: PageContext,
  route: Route,
): { readonly form: SearchForm; readonly timeLine: TimeLine; readonly saved: SavedSearches } {
  const form = createSearchForm({
    wording,
    overview,
    ask: (query) => route.ask(query),
    prepare: () => data.prepare?.(),
    tagsNow: data.tags === undefined ? null : () => data.tags?.(signal) ?? Promise.resolve([]),
  });
  const timeLine = createTimeLine(wording, (range) => {
    const { from: _from, to: _to, text: words = '', ...rest } = route.now().query;
    // No range means all times: typed dates are removed as well.
    route.ask({ ...rest, text: range === null ? datesIn(words).text : words, ...range }, 'push');
  });
  const saved = createSavedSearches(wording, overview.archiveId, route.now, ({ zone, ...next }) => {
    if (zone === null || zone === wording.zone) route.go({ ...next, call: route.now().call }, 'push');
    // The days of a saved search refer to its own zone.
    else location.hash = hashOf({ ...next, zone });
  });
  return { form, timeLine, saved };
}

/** Creates the panel of cases, and the button that adds the open recording. Null: this user has no cases. */
function createCasesOf(
  { data, overview, wording, signal }: PageContext,
  route: Route,
  results: Results,
): { readonly view: CasesView; readonly button: HTMLElement } | null {
  if (data.cases === undefined || !overview.may.cases) return null;
  const add = (): void => {
    const { call } = route.now();
    if (call !== null) void view.add([call]);
  };
  const button = h('button', { type: 'button', class: 'tocase', hidden: true, onclick: add });
  const view = createCasesView({
    wording,
    cases: data.cases,
    signal,
    open: route.open,
    ticked: results.ticked,
    untick: results.untick,
    chosen: (title) => {
      button.hidden = title === null;
      button.textContent = wording.text('caseAddTo', { title: title ?? '' });
    },
  });
  return { view, button };
}

function createSelection({ data, overview, wording, signal }: PageContext, results: Results, cases: CasesView | null): SelectionBar {
  const { ticked, tickAll, untick } = results;
  return createSelectionBar({
    ...{ wording, signal, ticked, tickAll, untick },
    take: overview.may.export ? (data.export ?? null) : null,
    toCase: cases === null ? null : (ids) => intoCase(cases, ids, untick),
  });
}

/** Adds recordings to the chosen case; if none is chosen, opens the panel to choose one. */
function intoCase(cases: CasesView, recordings: readonly string[], then: () => void): void {
  const adding = cases.add(recordings);
  if (adding !== null) {
    void adding.then(then);
    return;
  }
  if (cases.element instanceof HTMLDetailsElement) cases.element.open = true;
  cases.element.querySelector('select')?.focus();
}

/** Returns a function that tells how the search differs from the last one; null: it does not differ. */
function createAsked(route: Route, order: () => PageOrder): () => 'order' | 'query' | null {
  let question: string | null = null;
  let orderShown: string | null = null;
  return () => {
    const now = orderText(order());
    const asked = now + JSON.stringify(route.now().query);
    if (asked === question) return null;
    const isOther = orderShown !== null && orderShown !== now;
    question = asked;
    orderShown = now;
    return isOther ? 'order' : 'query';
  };
}

/** Searches; a new search ends the previous one. */
interface Search {
  /** Returns rows of the current answer. */
  rows(offset: number, limit: number): Promise<readonly CallRow[]>;
  run(): Promise<void>;
  stop(): void;
}

/** Events of a search that was not ended by another one. */
interface SearchEvents {
  readonly begin: () => void;
  /** Called with each state of the answer; the last one is complete. */
  readonly show: (result: PageResult) => void;
  readonly fail: (error: unknown) => void;
  readonly end: () => void;
}

function createSearch({ data }: PageContext, route: Route, order: () => PageOrder, { begin, show, fail, end }: SearchEvents): Search {
  let searching = new AbortController();
  return {
    rows: async (offset, limit) => {
      let rows: PageResult['rows'] = [];
      for await (const result of data.search(route.question(), order(), offset, limit, searching.signal)) rows = result.rows;
      return rows;
    },
    run: async () => {
      searching.abort();
      searching = new AbortController();
      const mine = searching.signal;
      const query: PageQuery = route.question();
      begin();
      try {
        for await (const result of data.search(query, order(), 0, firstRows, mine)) {
          if (mine.aborted) return;
          show(result);
        }
      } catch (error) {
        if (!mine.aborted) fail(error);
      }
      if (!mine.aborted) end();
    },
    stop: () => searching.abort(),
  };
}
