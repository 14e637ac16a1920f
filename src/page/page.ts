import type { DataSource, PageOverview, PageQuery, PageResult } from '../core/page-data.ts';
import { defaultOrder, orderText, type PageOrder } from '../core/page-order.ts';
import { createCallView } from './call-view.ts';
import { createCasesView } from './cases-view.ts';
import { h, isTyping } from './dom.ts';
import { createHelp } from './help.ts';
import { createResultHead } from './result-head.ts';
import { createResults } from './results.ts';
import { createSearchForm } from './search-form.ts';
import { hashOf, type PageState, stateOf, tidied } from './state.ts';
import { languages } from './texts/index.ts';
import { createTimeLine } from './time-line.ts';
import { momentOf, preferredLanguage, rememberLanguage, type Wording, wordingIn } from './wording.ts';

/** Rows that come with an answer. */
const firstRows = 100;
/** A screen reader is told of an answer when it has stood for so long. */
const tellMs = 600;

/** Starts the page: builds it, and again in another language where one is chosen. */
export function startPage(data: DataSource, account: HTMLElement): void {
  let running = new AbortController();
  const build = (tag: string): void => {
    running.abort();
    running = new AbortController();
    const wording = wordingIn(tag);
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
            account,
            h('p', { class: 'fatal', role: 'alert' }, wording.text('failed', { reason: error instanceof Error ? error.message : String(error) })),
          );
      },
    );
  };
  build(preferredLanguage());
}

function frame(
  data: DataSource,
  overview: PageOverview,
  wording: Wording,
  account: HTMLElement,
  speak: (tag: string) => void,
  signal: AbortSignal,
): void {
  const { text } = wording;
  let state: PageState = stateOf(location.hash);
  let question: string | null = null;
  let orderShown: string | null = null;
  let searching = new AbortController();
  let telling = 0;
  const go = (next: PageState, how: 'push' | 'replace'): void => {
    const hash = hashOf(next);
    if (hash === hashOf(stateOf(location.hash))) return;
    if (how === 'push') location.hash = hash;
    else location.replace(hash);
  };
  const ask = (query: PageQuery, how: 'push' | 'replace' = 'replace'): void => go({ ...state, query: tidied(query) }, how);

  const openCall = (id: string): void => go({ ...state, call: id }, state.call === null ? 'push' : 'replace');
  /** A bookmark may ask for an order that this source does not have. */
  const orderOfState = (): PageOrder => (data.orders.includes(state.order.by) ? state.order : defaultOrder);
  const head = createResultHead(wording, data.orders, (order) => go({ ...state, order }, 'replace'));
  const results = createResults({
    wording,
    head: head.row,
    rows: async (offset, limit) => {
      let rows: PageResult['rows'] = [];
      for await (const result of data.search(state.query, orderOfState(), offset, limit, searching.signal)) rows = result.rows;
      return rows;
    },
    open: (row) => openCall(row.id),
    onTick: overview.may.cases && data.cases !== undefined ? () => offer() : null,
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
  const taken = h('a', { class: 'take', download: '', hidden: true }, text('exportFound'));
  const form = createSearchForm(wording, overview, (query) => ask(query));
  const timeLine = createTimeLine(wording, (range) => {
    const { from: _from, to: _to, ...rest } = state.query;
    ask({ ...rest, ...range }, 'push');
  });
  const close = (): void => {
    go({ ...state, call: null }, 'push');
    results.focus();
  };
  const call = createCallView({
    wording,
    data,
    close,
    move: (step) => results.move(step),
    group: (id) => go({ ...state, query: { text: id } }, 'push'),
    toCase: cases === null ? null : toCase,
  });
  const help = createHelp(wording, cases !== null);
  const count = h('p', { class: 'count' });
  const progress = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': text('search') });
  const live = h('p', { class: 'hidden', role: 'status' });
  const language = h(
    'select',
    { 'aria-label': text('languageLabel'), onchange: () => choose(language.value) },
    ...Object.entries(languages).map(([tag, { language: name }]) => h('option', { value: tag, lang: tag, selected: tag === wording.tag }, name)),
  );
  const choose = (tag: string): void => {
    rememberLanguage(tag);
    call.show(null);
    results.close();
    speak(tag);
  };
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
      account,
      language,
      h('button', { type: 'button', class: 'icon', 'aria-label': text('help'), title: text('help'), onclick: () => help.showModal() }, '?'),
    ),
    h(
      'div',
      { class: 'panes' },
      h(
        'main',
        { class: 'list' },
        form.element,
        timeLine.element,
        h('div', { class: 'counts' }, count, progress, taken, head.list),
        cases?.element ?? null,
        results.element,
      ),
      call.element,
    ),
    live,
    help,
  );

  const show = (result: PageResult): void => {
    const { total, searched, durationMs } = result;
    timeLine.show(result, state.query);
    if (result.unordered !== true) results.show(total, result.rows);
    const calls = wording.counted('calls', total);
    const none = total > 0 || searched < 1 ? null : text(overview.recordings === 0 ? 'empty' : 'none');
    count.textContent = none ?? `${calls} · ${text('sound', { length: wording.length(durationMs) })}`;
    const file = overview.may.export && searched >= 1 && total > 0 && total <= (data.export?.mostRecordings ?? 0) ? data.export : undefined;
    taken.hidden = file === undefined;
    if (file !== undefined) taken.href = file.address(state.query);
    progress.hidden = searched >= 1;
    progress.value = searched;
    clearTimeout(telling);
    telling = setTimeout(() => {
      const found = none ?? [text('found', { calls }), head.words(orderOfState())].filter((words) => words !== null).join(' ');
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
    const order = orderText(orderOfState());
    const asked = order + JSON.stringify(state.query);
    if (asked !== question) {
      const isOther = orderShown !== null && orderShown !== order;
      question = asked;
      orderShown = order;
      head.show(orderOfState());
      if (isOther) results.rewind();
      form.show(state.query);
      void search(state.query);
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
    // Space presses the button that has the focus.
    const onButton = event.target instanceof HTMLElement && event.target.closest('button, summary, a') !== null;
    if (event.key === '/') form.focus();
    else if (event.key === '?') help.showModal();
    else if (event.key === 'n') results.move(1);
    else if (event.key === 'p') results.move(-1);
    else if (onButton && (event.key === ' ' || event.key.startsWith('Arrow'))) return;
    else if (call.player()?.key(event) !== true) return;
    event.preventDefault();
  };
  window.addEventListener('hashchange', follow, { signal });
  document.addEventListener('keydown', onKey, { signal });
  signal.addEventListener('abort', () => searching.abort());
  follow();
}
