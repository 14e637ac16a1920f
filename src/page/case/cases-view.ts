import type { PageCase, PageCases } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { createChosenCase } from './chosen-case.ts';
import { createCaseForms, newCaseForm } from './forms.ts';
import { registerTrouble } from './parts.ts';
import { caseTimeline } from './timeline.ts';

/** The panel of cases. */
export interface CasesView {
  readonly element: HTMLElement;
  /** Adds recordings to the chosen case. Null: none is chosen. */
  add(recordings: readonly string[]): Promise<void> | null;
  /** Tells the panel which recording is open (null: none). Called when rows are ticked or another recording is opened. */
  offer(open: string | null): void;
  /** Opens the panel with a case chosen. */
  choose(id: string): void;
  /** Hides the panel's timeline while the page of cases is shown, which has its own. */
  rest(isResting: boolean): void;
}

/** What the panel needs from the page. */
export interface CasesWiring {
  readonly wording: Wording;
  readonly cases: PageCases;
  readonly signal: AbortSignal;
  /** Shows a recording. */
  readonly open: (recording: string) => void;
  readonly ticked: () => readonly string[];
  readonly untick: () => void;
  /** Called with the title of the chosen case; null: none. */
  readonly chosen: (title: string | null) => void;
}

/** Number of recordings sent per request. */
const together = 500;

/** Creates a closed panel; content is requested when it is opened. */
export function createCasesView(wiring: CasesWiring): CasesView {
  const { wording, cases, signal, open, ticked, untick } = wiring;
  const { text } = wording;
  let call: string | null = null;
  let isResting = false;
  let reading = new AbortController();
  const said = h('p', { class: 'soft said', role: 'status' });
  const place = h('div', { class: 'caseplace' });
  const registerPlace = h('div', {});
  const show = async (id: string | null): Promise<void> => {
    reading.abort();
    reading = new AbortController();
    const mine = AbortSignal.any([signal, reading.signal]);
    if (id === null || isResting) {
      place.replaceChildren();
      return;
    }
    try {
      const view = await cases.open(id, mine);
      if (mine.aborted) return;
      const { remove } = chosen;
      place.replaceChildren(view === null ? h('p', { role: 'alert' }, text('caseGone')) : caseTimeline(view, { wording, open, remove }));
    } catch (error) {
      // Another case was chosen meanwhile.
      if (!mine.aborted) throw error;
    }
  };
  const chosen = createChosenCase({
    ...{ wording, cases, signal, show },
    tell: (words) => {
      said.textContent = words;
    },
    listed: (register) => registerPlace.replaceChildren(registerTrouble(register, wording) ?? ''),
    changed: () => labels(),
  });
  const put = (recordings: readonly string[]): Promise<void> | null => chosen.add(requestsOf(recordings));
  const bar = createCaseBar(wiring, {
    choose: chosen.choose,
    addTicked: () => void put(ticked())?.then(untick),
    addOpen: () => void (call === null ? null : put([call])),
  });
  const forms = createCaseForms({ wording, add: (request) => chosen.add([request]) ?? Promise.resolve(), receive: chosen.receive });
  const labels = (): void => {
    const one = chosen.one();
    bar.show(chosen.known(), one, call !== null);
    forms.element.hidden = one === null;
    forms.show(one?.isAboutSomebody === true);
    wiring.chosen(one?.title ?? null);
  };
  const create = newCaseForm('case', wording, (asked, empty) => void chosen.create(asked, empty));
  const element = h(
    'details',
    { class: 'cases', ontoggle: () => void (element.open && chosen.known().length === 0 ? chosen.list() : null) },
    h('summary', {}, text('cases')),
    registerPlace,
    h('div', { class: 'casebar' }, bar.choice, create),
    ...[bar.actions, forms.element, said, place],
  );
  labels();
  return {
    element,
    add: put,
    choose: (id) => {
      element.open = true;
      void chosen.list().then(() => chosen.choose(id));
    },
    rest: (resting) => {
      if (resting === isResting) return;
      isResting = resting;
      if (chosen.hasChoice()) void chosen.show();
    },
    offer: (opened) => {
      call = opened;
      labels();
    },
  };
}

/** Divides recordings among requests. */
function requestsOf(recordings: readonly string[]): { readonly recordings: readonly string[] }[] {
  return Array.from({ length: Math.ceil(recordings.length / together) }, (_, at) => ({
    recordings: recordings.slice(at * together, (at + 1) * together),
  }));
}

/** Actions of the panel's controls. */
interface CaseBarActs {
  readonly choose: (id: string | null) => void;
  readonly addTicked: () => void;
  readonly addOpen: () => void;
}

/** The choice of a case, and the actions on the chosen case. */
interface CaseBar {
  readonly choice: HTMLElement;
  readonly actions: HTMLElement;
  /** Shows the cases to choose from. @param one the chosen case; null: none @param hasCall true if a recording is open */
  show(known: readonly PageCase[], one: PageCase | null, hasCall: boolean): void;
}

function createCaseBar({ wording, cases, ticked }: CasesWiring, { choose, addTicked, addOpen }: CaseBarActs): CaseBar {
  const { text, number } = wording;
  const choice = h('select', { id: 'case-choice', onchange: () => choose(choice.value === '' ? null : choice.value) });
  const withTicked = h('button', { type: 'button', onclick: addTicked });
  const withOpen = h('button', { type: 'button', onclick: addOpen }, text('caseAddOpen'));
  const take = h('a', { class: 'take', download: '' }, text('caseTake'));
  const takeMasked = h('a', { class: 'take masked', download: '', title: text('caseMaskHint') }, text('caseTakeMasked'));
  const actions = h('div', { class: 'caseactions' }, withTicked, withOpen, take, takeMasked);
  return {
    choice: h('div', { class: 'field' }, h('label', { for: 'case-choice' }, text('caseChoose')), choice),
    actions,
    show: (known, one, hasCall) => {
      actions.hidden = one === null;
      takeMasked.hidden = one?.isAboutSomebody !== true;
      withTicked.textContent = text('caseAddTicked', { n: number(ticked().length) });
      withTicked.disabled = ticked().length === 0;
      withOpen.disabled = !hasCall;
      if (one !== null) {
        take.href = cases.address(one.id, false);
        takeMasked.href = cases.address(one.id, true);
      }
      choice.replaceChildren(
        h('option', { value: '' }, text(known.length === 0 ? 'casesNone' : 'caseNoChoice')),
        ...known.map(({ id, title, recordings }) => h('option', { value: id, selected: id === one?.id }, `${title} (${number(recordings)})`)),
      );
    },
  };
}
