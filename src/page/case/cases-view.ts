import type { CaseAdditionRequest, CaseFilled, PageCase, PageCases } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import { createCaseForms, field, filledText, mostUploaded, spellingsIn } from './forms.ts';
import { registerTrouble } from './parts.ts';
import { caseTimeline } from './timeline.ts';

/** The panel of cases. */
export interface CasesView {
  readonly element: HTMLElement;
  /** Adds recordings to the chosen case. Null: none is chosen. */
  add(recordings: readonly string[]): Promise<void> | null;
  /** Called when rows are ticked or another recording is opened; null: none is open. */
  offer(open: string | null): void;
  /** Opens the panel with a case chosen. */
  choose(id: string): void;
  /** Hides its timeline while the page of cases is shown, which has its own. */
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

/** Recordings that are sent per request. */
const together = 500;

/** Creates a closed panel; content is requested when it is opened. */
export function createCasesView({ wording, cases, signal, open, ticked, untick, chosen }: CasesWiring): CasesView {
  const { text } = wording;
  let known: readonly PageCase[] = [];
  let current: string | null = null;
  let call: string | null = null;
  let listing = 0;
  let isResting = false;
  let reading = new AbortController();
  const said = h('p', { class: 'soft said', role: 'status' });
  const place = h('div', { class: 'caseplace' });
  const registerPlace = h('div', {});
  const choice = h('select', { id: 'case-choice', onchange: () => choose(choice.value === '' ? null : choice.value) });
  const title = field('case-title', text('caseTitle'), { maxlength: 500, required: true });
  const about = field('case-about', text('caseAbout'), { maxlength: 2_000 });
  const country = field('case-country', text('caseCountry'), { maxlength: 5, size: 5, placeholder: '+46' });
  const create = h(
    'form',
    { class: 'casenew', onsubmit: (event) => void begin(event) },
    title.element,
    about.element,
    country.element,
    h('button', { type: 'submit' }, text('caseNew')),
  );
  const addTicked = h('button', { type: 'button', onclick: () => void put(ticked())?.then(untick) });
  const addOpen = h('button', { type: 'button', onclick: () => void (call === null ? null : put([call])) }, text('caseAddOpen'));
  const take = h('a', { class: 'take', download: '' }, text('caseTake'));
  const takeMasked = h('a', { class: 'take masked', download: '', title: text('caseMaskHint') }, text('caseTakeMasked'));
  const actions = h('div', { class: 'caseactions' }, addTicked, addOpen, take, takeMasked);
  const forms = createCaseForms({ wording, add: (request) => fill(request) ?? Promise.resolve(), receive: (files, zone) => receive(files, zone) });
  const element = h(
    'details',
    { class: 'cases', ontoggle: () => void (element.open && known.length === 0 ? list() : null) },
    h('summary', {}, text('cases')),
    registerPlace,
    h('div', { class: 'casebar' }, h('div', { class: 'field' }, h('label', { for: 'case-choice' }, text('caseChoose')), choice), create),
    actions,
    forms.element,
    said,
    place,
  );

  const tell = (words: string): void => {
    said.textContent = words;
  };
  /** Runs an action and shows its error. */
  const doing = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) tell(text('failed', { reason: error instanceof Error ? error.message : String(error) }));
    }
  };
  const labels = (): void => {
    const one = known.find(({ id }) => id === current) ?? null;
    actions.hidden = one === null;
    forms.element.hidden = one === null;
    forms.show(one?.isAboutSomebody === true);
    takeMasked.hidden = one?.isAboutSomebody !== true;
    addTicked.textContent = text('caseAddTicked', { n: wording.number(ticked().length) });
    addTicked.disabled = ticked().length === 0;
    addOpen.disabled = call === null;
    if (one !== null) {
      take.href = cases.address(one.id, false);
      takeMasked.href = cases.address(one.id, true);
    }
    choice.replaceChildren(
      h('option', { value: '' }, text(known.length === 0 ? 'casesNone' : 'caseNoChoice')),
      ...known.map(({ id, title: name, recordings }) =>
        h('option', { value: id, selected: id === current }, `${name} (${wording.number(recordings)})`),
      ),
    );
    chosen(one?.title ?? null);
  };
  const list = (): Promise<void> =>
    doing(async () => {
      const mine = ++listing;
      const found = await cases.list(signal);
      // A later request has newer data.
      if (mine !== listing) return;
      known = found.cases;
      registerPlace.replaceChildren(...[registerTrouble(found.register, wording) ?? '']);
      labels();
    });
  const show = (): Promise<void> =>
    doing(async () => {
      reading.abort();
      reading = new AbortController();
      const mine = AbortSignal.any([signal, reading.signal]);
      if (current === null || isResting) {
        place.replaceChildren();
        return;
      }
      try {
        const view = await cases.open(current, mine);
        if (mine.aborted) return;
        place.replaceChildren(view === null ? h('p', { role: 'alert' }, text('caseGone')) : caseTimeline(view, { wording, open, remove }));
      } catch (error) {
        // Another case was chosen meanwhile.
        if (!mine.aborted) throw error;
      }
    });
  const choose = (id: string | null): void => {
    current = id;
    tell('');
    labels();
    void show();
  };
  const begin = (event: Event): Promise<void> => {
    event.preventDefault();
    return doing(async () => {
      const made = await cases.create(title.input.value, country.input.value.trim(), spellingsIn(about.input.value), signal);
      for (const { input } of [title, about, country]) input.value = '';
      await list();
      choose(made.id);
      tell(text('caseMade', { title: made.title }));
    });
  };
  const titleOf = (id: string): string => known.find((one) => one.id === id)?.title ?? '';
  /** Sends requests one by one to the chosen case, and shows the results. */
  const sent = (requests: readonly CaseAdditionRequest[]): Promise<void> | null => {
    const id = current;
    if (id === null || requests.length === 0) return null;
    return doing(async () => {
      const sum: Record<keyof CaseFilled, number> = {
        added: 0,
        uncertainLeftOut: 0,
        perhapsInTime: 0,
        undatedLeftOut: 0,
        unreadable: 0,
        keysNotFollowed: 0,
      };
      tell(text('caseWorking'));
      for (const request of requests) {
        const filled = await cases.add(id, request, signal);
        for (const name of Object.keys(sum) as (keyof CaseFilled)[]) sum[name] += filled[name]; // its own members
      }
      await list();
      await show();
      tell(filledText(sum, titleOf(id), wording));
    });
  };
  const fill = (request: CaseAdditionRequest): Promise<void> | null => sent([request]);
  const put = (recordings: readonly string[]): Promise<void> | null =>
    sent(
      Array.from({ length: Math.ceil(recordings.length / together) }, (_, at) => ({
        recordings: recordings.slice(at * together, (at + 1) * together),
      })),
    );
  const receive = (files: readonly File[], zone: string): Promise<void> =>
    doing(async () => {
      const id = current;
      if (id === null) return;
      const large = files.find(({ size }) => size > mostUploaded);
      if (large !== undefined) {
        tell(text('caseFileLarge', { file: large.name, size: wording.bytes(mostUploaded) }));
        return;
      }
      let [messages, before, beyond] = [0, 0, 0];
      for (const file of files) {
        const { received, isKnown, leftOut } = await cases.receive(id, file, zone, signal);
        messages += received;
        before += isKnown ? 1 : 0;
        beyond += leftOut;
      }
      await list();
      await show();
      const twice = before === 0 ? '' : ` ${text('caseFilesKnown', { n: wording.number(before) })}`;
      const lost = beyond === 0 ? '' : ` ${text('caseLeftOut', { n: wording.number(beyond) })}`;
      tell(`${text('caseReceived', { n: wording.number(messages), title: titleOf(id) })}${lost}${twice}`);
    });
  const remove = (recording: string, reason: string): Promise<void> =>
    doing(async () => {
      if (current === null) return;
      await cases.remove(current, recording, reason, signal);
      await list();
      await show();
      tell(text('caseRemoved'));
    });
  labels();
  return {
    element,
    add: put,
    choose: (id) => {
      element.open = true;
      void list().then(() => choose(id));
    },
    rest: (resting) => {
      if (resting === isResting) return;
      isResting = resting;
      if (current !== null) void show();
    },
    offer: (opened) => {
      call = opened;
      labels();
    },
  };
}
