import type { DataSource, PageOverview, PageQuery, PageResult } from '../core/page/data.ts';
import { defaultOrder, orderText, type PageOrder } from '../core/page/order.ts';
import { h, isTyping } from './base/dom.ts';
import { preferredZone, rememberZone } from './base/shown-zone.ts';
import { datesIn, hashOf, type PageState, questionOf, stateOf, tidied, type ZonelessQuery } from './base/state.ts';
import { momentOf, preferredLanguage, rememberLanguage, type Wording, wordingIn } from './base/wording.ts';
import { createCallView } from './call/call-view.ts';
import { createCasesPage } from './case/cases-page.ts';
import { type CasesView, createCasesView } from './case/cases-view.ts';
import { copyLink } from './copy-link.ts';
import { createHelp } from './list/help.ts';
import { createResultHead } from './list/result-head.ts';
import { createResults } from './list/results.ts';
import { createSavedSearches } from './list/saved-searches.ts';
import { createSearchForm } from './list/search-form.ts';
import { createSelectionBar } from './list/selection-bar.ts';
import { createTimeLine } from './list/time-line.ts';
import { languages } from './texts/index.ts';
import { createZoneChoice } from './zone-choice.ts';

/** Rows that come with an answer. */
const firstRows = 100;
/** Delay after which a screen reader announces an answer. */
const tellMs = 600;

/** Starts the page: builds it, and rebuilds it when another language is chosen. */
export function startPage(data: DataSource, account: HTMLElement): void {
  let running = new AbortController();
  const build = (tag: string, zone: string): void => {
    running.abort();
    running = new AbortController();
    const wording = wordingIn(tag, zone);
    document.documentElement.lang = tag;
    document.title = wording.text('title');
    const { signal } = running;
    data.overview(signal).then(
      (overview) => {
        if (!signal.aborted) frame(data, overview, wording, account, build, signal);
      },
      (error: unknown) => {
        if (!signal.aborted)
          document.body.replaceChildren(
            h('header', { class: 'top' }, h('h1', {}, wording.text('title')), h('span', { class: 'about' }), account),
            h(
              'main',
              { class: 'fatal' },
              h('p', { role: 'alert' }, wording.text('failed', { reason: error instanceof Error ? error.message : String(error) })),
            ),
          );
      },
    );
  };
  build(preferredLanguage(), stateOf(location.hash).zone ?? preferredZone());
}

function frame(
  data: DataSource,
  overview: PageOverview,
  wording: Wording,
  account: HTMLElement,
  build: (tag: string, zone: string) => void,
  signal: AbortSignal,
): void {
  const { text } = wording;
  let state: PageState = stateOf(location.hash);
  let question: string | null = null;
  let orderShown: string | null = null;
  let searching = new AbortController();
  let telling = 0;
  const go = (next: Omit<PageState, 'zone'>, how: 'push' | 'replace'): void => {
    const hash = hashOf({ ...next, zone: wording.zone });
    if (hash === hashOf(stateOf(location.hash))) return;
    if (how === 'push') location.hash = hash;
    else location.replace(hash);
  };
  const asking = (): PageQuery => questionOf(state.query, wording.zone);
  const ask = (query: ZonelessQuery, how: 'push' | 'replace' = 'replace'): void => go({ ...state, query: tidied(query) }, how);

  const openCall = (id: string): void => go({ ...state, call: id }, state.call === null ? 'push' : 'replace');
  /** A bookmark may name an order that this source does not offer. */
  const orderOfState = (): PageOrder => (data.orders.includes(state.order.by) ? state.order : defaultOrder);
  const hasCases = overview.may.cases && data.cases !== undefined;
  const mayTake = overview.may.export && data.export !== undefined;
  /** Total of the shown answer. */
  let totalShown = 0;
  const head = createResultHead(wording, data.orders, (order) => go({ ...state, order }, 'replace'));
  const results = createResults({
    wording,
    head: head.row,
    rows: async (offset, limit) => {
      let rows: PageResult['rows'] = [];
      for await (const result of data.search(asking(), orderOfState(), offset, limit, searching.signal)) rows = result.rows;
      return rows;
    },
    open: (row) => openCall(row.id),
    onTick: hasCases || mayTake ? () => tickedChanged() : null,
  });
  const toCase = h('button', {
    type: 'button',
    class: 'tocase',
    hidden: true,
    onclick: () => void (state.call === null ? null : cases?.add([state.call])),
  });
  const cases =
    data.cases === undefined || !overview.may.cases
      ? null
      : createCasesView({
          wording,
          cases: data.cases,
          signal,
          open: (id) => openCall(id),
          ticked: () => results.ticked(),
          untick: () => results.untick(),
          chosen: (title) => {
            toCase.hidden = title === null;
            toCase.textContent = text('caseAddTo', { title: title ?? '' });
          },
        });
  const offer = (): void => cases?.offer(state.call);
  const to = (cases: string | null): string => hashOf({ ...state, zone: wording.zone, call: null, cases });
  const casesPage =
    data.cases === undefined || !overview.may.cases
      ? null
      : createCasesPage({
          wording,
          cases: data.cases,
          signal,
          address: to,
          open: (id) => openCall(id),
          fill: (id) => {
            location.hash = to(null);
            cases?.choose(id);
          },
          titled: (title) => {
            document.title = title === null ? text('title') : `${title} – ${text('title')}`;
          },
        });
  const casesLink = h('a', { class: 'caseslink', href: to('all'), hidden: casesPage === null }, text('cases'));
  const move = (step: number): void => {
    if (state.cases === null) results.move(step);
    else if (state.call !== null) {
      const next = casesPage?.beside(state.call, step) ?? null;
      if (next !== null) openCall(next);
    }
  };
  const selection =
    !hasCases && !mayTake
      ? null
      : createSelectionBar({
          wording,
          signal,
          ticked: () => results.ticked(),
          tickAll: () => results.tickAll(),
          untick: () => results.untick(),
          take: mayTake ? (data.export ?? null) : null,
          toCase: cases === null ? null : (ids) => intoCase(cases, ids, () => results.untick()),
        });
  const tickedChanged = (): void => {
    offer();
    selection?.show(results.ticked().length, totalShown);
  };
  const taken = h('a', { class: 'take', download: '', hidden: true }, text('exportFound'));
  const form = createSearchForm(
    wording,
    overview,
    (query) => ask(query),
    () => data.prepare?.(),
    data.tags === undefined ? null : () => data.tags?.(signal) ?? Promise.resolve([]),
  );
  const timeLine = createTimeLine(wording, (range) => {
    const { from: _from, to: _to, text: words = '', ...rest } = state.query;
    // All times: also without typed dates.
    ask({ ...rest, text: range === null ? datesIn(words).text : words, ...range }, 'push');
  });
  const close = (): void => {
    go({ ...state, call: null }, 'push');
    results.focus();
  };
  const call = createCallView({
    wording,
    data,
    close,
    move,
    group: (id) => go({ ...state, cases: null, query: { text: id } }, 'push'),
    mayExport: overview.may.export,
    mayAnnotate: overview.may.notes === true,
    toCase: cases === null ? null : toCase,
  });
  const saved = createSavedSearches(
    wording,
    overview.archiveId,
    () => state,
    ({ zone, ...next }) => {
      if (zone === null || zone === wording.zone) go({ ...next, call: state.call }, 'push');
      // Its days refer to its own zone.
      else location.hash = hashOf({ ...next, zone });
    },
  );
  const help = createHelp(wording, selection !== null);
  const count = h('p', { class: 'count' });
  const progress = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': text('search') });
  const live = h('p', { class: 'hidden', role: 'status' });
  const link = copyLink(wording, (words) => {
    live.textContent = words;
  });
  const language = h(
    'select',
    { 'aria-label': text('languageLabel'), onchange: () => choose(language.value) },
    ...Object.entries(languages).map(([tag, { language: name }]) => h('option', { value: tag, lang: tag, selected: tag === wording.tag }, name)),
  );
  const choose = (tag: string): void => {
    rememberLanguage(tag);
    rebuild(tag, wording.zone);
  };
  const rebuild = (tag: string, zone: string): void => {
    call.show(null);
    results.close();
    build(tag, zone);
  };
  const clock = createZoneChoice(wording, (zone) => {
    rememberZone(zone);
    // The address names it as well; whoever listens for the change is gone by then.
    location.replace(hashOf({ ...state, zone }));
    rebuild(wording.tag, zone);
  });
  const written = overview.writtenAt;
  const when = written === null ? text('live') : text('asOf', { time: `${momentOf(written, wording).text} ${momentOf(written, wording).zone}` });
  document.body.replaceChildren(
    h(
      'a',
      {
        class: 'skip',
        href: '#results',
        onclick: (event) => {
          event.preventDefault();
          results.focus();
        },
      },
      text('skip'),
    ),
    h(
      'header',
      { class: 'top' },
      h('h1', {}, text('title')),
      h(
        'p',
        { class: 'about soft' },
        `${wording.counted('calls', overview.recordings)} · ${text('sound', { length: wording.length(overview.durationMs) })} · ${when}`,
      ),
      overview.faults === undefined
        ? null
        : h(
            'button',
            { type: 'button', class: 'quiet known bad', title: text('onlyDamaged'), onclick: () => ask({ damaged: 'yes' }, 'push') },
            text('faultsKnown', { calls: wording.counted('calls', overview.faults) }),
          ),
      casesLink,
      h(
        'div',
        { class: 'tools' },
        account,
        clock,
        language,
        h('button', { type: 'button', class: 'icon', 'aria-label': text('help'), title: text('help'), onclick: () => help.showModal() }, '?'),
      ),
    ),
    h(
      'div',
      { class: 'panes' },
      h(
        'main',
        { class: 'list' },
        form.element,
        saved.list,
        timeLine.element,
        h('div', { class: 'counts' }, count, progress, selection?.all ?? null, taken, link, saved.save, head.list),
        selection?.element ?? null,
        cases?.element ?? null,
        results.element,
      ),
      casesPage?.element ?? null,
      call.element,
    ),
    live,
    help,
  );

  const show = (result: PageResult): void => {
    const { total, searched, durationMs } = result;
    totalShown = total;
    selection?.show(results.ticked().length, total);
    timeLine.show(result, asking());
    if (result.unordered !== true) results.show(total, result.rows);
    const calls = wording.counted('calls', total);
    const none = total > 0 || searched < 1 ? null : text(overview.recordings === 0 ? 'empty' : 'none');
    // How many calls are in the requested range for certain, if not all are.
    const { perhaps = 0, withoutTime = 0 } = result.window ?? {};
    const times = [
      ...(perhaps === 0 ? [] : [text('perhapsInTime', { n: wording.number(perhaps) })]),
      ...(withoutTime === 0 ? [] : [text('withoutTime', { n: wording.number(withoutTime) })]),
    ];
    count.textContent = [...(none === null ? [calls, text('sound', { length: wording.length(durationMs) })] : [none]), ...times].join(' · ');
    const file = overview.may.export && searched >= 1 && total > 0 && total <= (data.export?.mostRecordings ?? 0) ? data.export : undefined;
    taken.hidden = file === undefined;
    if (file !== undefined) taken.href = file.address(asking());
    progress.hidden = searched >= 1;
    progress.value = searched;
    clearTimeout(telling);
    telling = setTimeout(() => {
      const found = none ?? [text('found', { calls }), head.words(orderOfState()), ...times].filter((words) => words !== null).join(' ');
      live.textContent = searched < 1 ? text('searching', { share: Math.floor(searched * 100) }) : found;
    }, tellMs);
  };
  const search = async (query: PageQuery): Promise<void> => {
    searching.abort();
    searching = new AbortController();
    const mine = searching.signal;
    results.element.ariaBusy = 'true';
    try {
      for await (const result of data.search(query, orderOfState(), 0, firstRows, mine)) {
        if (mine.aborted) return;
        show(result);
      }
    } catch (error) {
      if (!mine.aborted) {
        progress.hidden = true;
        count.textContent = text('failed', { reason: error instanceof Error ? error.message : String(error) });
      }
    }
    if (!mine.aborted) results.element.ariaBusy = 'false';
  };
  const follow = (): void => {
    state = stateOf(location.hash);
    // An address from elsewhere: its days refer to its own zone.
    if (state.zone !== null && state.zone !== wording.zone) {
      rebuild(wording.tag, state.zone);
      return;
    }
    const order = orderText(orderOfState());
    const asked = order + JSON.stringify(state.query);
    const onCases = state.cases !== null && casesPage !== null;
    document.body.classList.toggle('oncases', onCases);
    casesPage?.show(state.cases);
    cases?.rest(onCases);
    casesLink.href = onCases ? to(null) : to('all');
    casesLink.textContent = text(onCases ? 'toSearch' : 'cases');
    if (asked !== question && !onCases) {
      const isOther = orderShown !== null && orderShown !== order;
      question = asked;
      orderShown = order;
      head.show(orderOfState());
      if (isOther) results.rewind();
      form.show(state.query);
      void search(asking());
    }
    document.body.classList.toggle('withcall', state.call !== null);
    call.show(state.call);
    results.mark(state.call);
    offer();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.key === 'Escape') {
      if (state.call !== null) close();
      return;
    }
    if (isTyping(event.target)) return;
    // Space presses the focused button.
    const onButton = event.target instanceof HTMLElement && event.target.closest('button, summary, a') !== null;
    if (event.key === '/' && state.cases !== null) location.hash = to(null);
    else if (event.key === '/') form.focus();
    else if (event.key === '?') help.showModal();
    else if (event.key === 'n') move(1);
    else if (event.key === 'p') move(-1);
    else if (onButton && (event.key === ' ' || event.key.startsWith('Arrow'))) return;
    else if (call.player()?.key(event) !== true) return;
    event.preventDefault();
  };
  window.addEventListener('hashchange', follow, { signal });
  document.addEventListener('keydown', onKey, { signal });
  signal.addEventListener('abort', () => searching.abort());
  follow();
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
