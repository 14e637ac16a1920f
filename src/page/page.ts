import type { DataSource } from '../core/page/data.ts';
import { h, isTyping } from './base/dom.ts';
import { preferredZone } from './base/shown-zone.ts';
import { stateOf } from './base/state.ts';
import { failedText, preferredLanguage, type Wording, wordingIn } from './base/wording.ts';
import { type CallView, createCallView } from './call/call-view.ts';
import { type CasesPage, createCasesPage } from './case/cases-page.ts';
import { createHelp } from './list/help.ts';
import { createListPane, type ListPane } from './list-pane.ts';
import type { PageContext } from './page-context.ts';
import { createPageHead } from './page-head.ts';
import { createRoute, type Route } from './route.ts';

/** Builds the page in a language and a zone. */
type Build = (tag: string, zone: string) => void;

/** Starts the page: builds it, and rebuilds it when another language is chosen. */
export function startPage(data: DataSource, account: HTMLElement): void {
  let running = new AbortController();
  const build: Build = (tag, zone) => {
    running.abort();
    running = new AbortController();
    const wording = wordingIn(tag, zone);
    document.documentElement.lang = tag;
    document.title = wording.text('title');
    const { signal } = running;
    data.overview(signal).then(
      (overview) => {
        if (!signal.aborted) frame({ data, overview, wording, signal }, account, build);
      },
      (error: unknown) => {
        if (!signal.aborted) document.body.replaceChildren(...fatalParts(error, wording, account));
      },
    );
  };
  build(preferredLanguage(), stateOf(location.hash).zone ?? preferredZone());
}

/** Creates a page that says why the archive cannot be shown. */
function fatalParts(error: unknown, wording: Wording, account: HTMLElement): readonly HTMLElement[] {
  return [
    h('header', { class: 'top' }, h('h1', {}, wording.text('title')), h('span', { class: 'about' }), account),
    h('main', { class: 'fatal' }, h('p', { role: 'alert' }, failedText(error, wording))),
  ];
}

/** Parts of a page in which a state is shown. */
interface PageParts {
  readonly route: Route;
  readonly list: ListPane;
  /** Null: this user has no cases. */
  readonly casesPage: CasesPage | null;
  readonly call: CallView;
  readonly help: HTMLDialogElement;
}

/** Creates the parts of the page, assembles them, and makes them follow the address and the keyboard. */
function frame(context: PageContext, account: HTMLElement, build: Build): void {
  const { wording, signal } = context;
  const route = createRoute(wording.zone);
  const live = h('p', { class: 'hidden', role: 'status' });
  const list = createListPane(context, route, (words) => {
    live.textContent = words;
  });
  const casesPage = createCasesPageOf(context, route, list);
  const help = createHelp(wording, list.hasTicks);
  const call = createCallView({
    wording,
    data: context.data,
    close: () => close(parts),
    move: (step) => move(parts, step),
    group: (id) => route.go({ cases: null, query: { text: id } }, 'push'),
    mayExport: context.overview.may.export,
    mayAnnotate: context.overview.may.notes === true,
    toCase: list.toCase,
  });
  const parts: PageParts = { route, list, casesPage, call, help };
  const rebuild: Build = (tag, zone) => {
    call.show(null);
    list.close();
    build(tag, zone);
  };
  const head = createPageHead(context, { account, route, hasCases: casesPage !== null, help, rebuild });
  document.body.replaceChildren(
    skipLink(wording, list),
    head.element,
    h('div', { class: 'panes' }, list.element, casesPage?.element ?? null, call.element),
    live,
    help,
  );
  const follow = (): void => {
    const state = route.follow();
    // An address from elsewhere: its days refer to its own zone.
    if (state.zone !== null && state.zone !== wording.zone) {
      rebuild(wording.tag, state.zone);
      return;
    }
    const onCases = state.cases !== null && casesPage !== null;
    document.body.classList.toggle('oncases', onCases);
    casesPage?.show(state.cases);
    list.rest(onCases);
    head.show(onCases);
    if (!onCases) list.follow();
    document.body.classList.toggle('withcall', state.call !== null);
    call.show(state.call);
    list.mark(state.call);
  };
  window.addEventListener('hashchange', follow, { signal });
  document.addEventListener('keydown', (event) => onKey(event, parts), { signal });
  follow();
}

/** Creates the link that lets keyboard users skip the head. */
function skipLink({ text }: Wording, list: ListPane): HTMLElement {
  const skip = (event: Event): void => {
    event.preventDefault();
    list.focusResults();
  };
  return h('a', { class: 'skip', href: '#results', onclick: skip }, text('skip'));
}

function createCasesPageOf({ data, overview, wording, signal }: PageContext, route: Route, list: ListPane): CasesPage | null {
  if (data.cases === undefined || !overview.may.cases) return null;
  const { text } = wording;
  return createCasesPage({
    wording,
    cases: data.cases,
    signal,
    address: route.addressOf,
    open: route.open,
    fill: (id) => {
      location.hash = route.addressOf(null);
      list.chooseCase(id);
    },
    titled: (title) => {
      document.title = title === null ? text('title') : `${title} – ${text('title')}`;
    },
  });
}

/** Closes the open recording. */
function close({ route, list }: PageParts): void {
  route.go({ call: null }, 'push');
  list.focusResults();
}

/** Opens a neighbour of the open recording: of the results, or of the shown case. */
function move({ route, list, casesPage }: PageParts, step: number): void {
  const { cases, call } = route.now();
  if (cases === null) list.move(step);
  else if (call !== null) {
    const next = casesPage?.beside(call, step) ?? null;
    if (next !== null) route.open(next);
  }
}

function onKey(event: KeyboardEvent, parts: PageParts): void {
  const { route, list, call, help } = parts;
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.key === 'Escape') {
    if (route.now().call !== null) close(parts);
    return;
  }
  if (isTyping(event.target)) return;
  // Space presses the focused button.
  const onButton = event.target instanceof HTMLElement && event.target.closest('button, summary, a') !== null;
  if (event.key === '/' && route.now().cases !== null) location.hash = route.addressOf(null);
  else if (event.key === '/') list.focusForm();
  else if (event.key === '?') help.showModal();
  else if (event.key === 'n') move(parts, 1);
  else if (event.key === 'p') move(parts, -1);
  else if (onButton && (event.key === ' ' || event.key.startsWith('Arrow'))) return;
  else if (call.player()?.key(event) !== true) return;
  event.preventDefault();
}
