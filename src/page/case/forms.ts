import type { CaseAdditionRequest, CaseFilled } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { after, questionOf, stateOf } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';

/** What the forms need from their panel. */
export interface CaseFormsWiring {
  readonly wording: Wording;
  /** Adds the requested recordings to the chosen case. */
  readonly add: (request: CaseAdditionRequest) => Promise<void>;
  /** Imports files with messages into the chosen case. @param zone zone of local times in them */
  readonly receive: (files: readonly File[], zone: string) => Promise<void>;
}

/** Forms that add to a case: by the current search, by shared keys, by participants, by messages. */
export interface CaseForms {
  readonly element: HTMLElement;
  /** Adapts the forms to the kind of the chosen case. */
  show(isAboutSomebody: boolean): void;
}

/** Largest file that the server accepts (see docs/how-to/cases.md). */
export const mostUploaded = 16 * 1024 * 1024;

/** Creates the forms, all closed. */
export function createCaseForms({ wording, add, receive }: CaseFormsWiring): CaseForms {
  const { text } = wording;
  const button = (words: string, onclick: () => void): HTMLButtonElement => h('button', { type: 'button', onclick }, words);
  // The current query is in the address.
  const addFound = button(text('caseAddFound'), () => void add({ query: questionOf(stateOf(location.hash).query, wording.zone) }));
  const addKeys = button(text('caseAddKeys'), () => void add({ correlated: true }));
  const addAbout = button(text('caseAddAbout'), () => void add({ subject: true, uncertain: unsure.checked }));
  const who = field('case-party', text('caseParty'), { maxlength: 2_000, required: true });
  const from = field('case-from', text('from'), { type: 'date' });
  const to = field('case-to', text('to'), { type: 'date' });
  const unsure = h('input', { type: 'checkbox', id: 'case-unsure' });
  const party = h(
    'form',
    {
      class: 'casenew',
      onsubmit: (event) => {
        event.preventDefault();
        const [first, last] = [from.input.value, to.input.value];
        const zone = first === '' && last === '' ? {} : { zone: wording.zone };
        const query = { ...(first === '' ? {} : { from: first }), ...(last === '' ? {} : { to: after(last) }), ...zone };
        void add({ party: spellingsIn(who.input.value), query, uncertain: unsure.checked });
      },
    },
    who.element,
    from.element,
    to.element,
    h('button', { type: 'submit' }, text('caseAddParty')),
  );
  const files = h('input', { type: 'file', id: 'case-files', multiple: true, accept: '.eml,.csv,.vcon,.json', required: true });
  const zone = field('case-zone', text('caseZone'), { maxlength: 64, value: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const messages = h(
    'form',
    {
      class: 'casenew',
      onsubmit: (event) => {
        event.preventDefault();
        void receive([...(files.files ?? [])], zone.input.value.trim()).then(() => {
          files.value = '';
        });
      },
    },
    h('div', { class: 'field' }, h('label', { for: 'case-files' }, text('caseFiles')), files),
    zone.element,
    h('button', { type: 'submit' }, text('caseReceive')),
  );
  const element = h(
    'details',
    { class: 'casefill' },
    h('summary', {}, text('caseFill')),
    h('div', { class: 'caseactions' }, addFound, addKeys, addAbout),
    h('p', { class: 'soft' }, text('casePartyHint')),
    party,
    h('p', {}, unsure, ' ', h('label', { for: 'case-unsure' }, text('caseUnsure'))),
    messages,
  );
  return {
    element,
    show: (isAboutSomebody) => {
      addAbout.hidden = !isAboutSomebody;
    },
  };
}

/** A case that is to be created. */
export interface NewCase {
  readonly title: string;
  /** Calling code of numbers without one; empty: none. */
  readonly country: string;
  /** Spellings of the data subject; empty: the case has no data subject. */
  readonly about: readonly string[];
}

/**
 * Creates the form for a new case.
 * @param prefix prefix of the ids of its fields
 * @param create receives what was typed, and a function that empties the form
 */
export function newCaseForm(prefix: string, { text }: Wording, create: (asked: NewCase, empty: () => void) => void): HTMLElement {
  const title = field(`${prefix}-title`, text('caseTitle'), { maxlength: 500, required: true });
  const about = field(`${prefix}-about`, text('caseAbout'), { maxlength: 2_000 });
  const country = field(`${prefix}-country`, text('caseCountry'), { maxlength: 5, size: 5, placeholder: '+46' });
  const begin = (event: Event): void => {
    event.preventDefault();
    create({ title: title.input.value, country: country.input.value.trim(), about: spellingsIn(about.input.value) }, () => {
      for (const { input } of [title, about, country]) input.value = '';
    });
  };
  return h(
    'form',
    { class: 'casenew', onsubmit: begin },
    title.element,
    about.element,
    country.element,
    h('button', { type: 'submit' }, text('caseNew')),
  );
}

/** Creates a field with its label. */
export function field(
  id: string,
  label: string,
  attributes: Parameters<typeof h>[1],
): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const input = h('input', { type: 'text', autocomplete: 'off', id, ...attributes });
  return { element: h('div', { class: 'field' }, h('label', { for: id }, label), input), input };
}

/** Splits spellings of one person at commas and semicolons. */
function spellingsIn(typed: string): readonly string[] {
  return typed
    .split(/[;,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Describes what was added to a case and what was not. */
export function filledText(
  { added, uncertainLeftOut, perhapsInTime, undatedLeftOut, unreadable, keysNotFollowed }: CaseFilled,
  title: string,
  wording: Wording,
): string {
  const { text, counted, number } = wording;
  const more = [
    ['caseUncertain', uncertainLeftOut],
    ['casePerhapsInTime', perhapsInTime],
    ['caseUndated', undatedLeftOut],
    ['caseNotRead', unreadable],
    ['caseKeysLeft', keysNotFollowed],
  ] as const;
  return [
    text('caseAdded', { calls: counted('calls', added), title }),
    ...more.flatMap(([key, n]) => (n === 0 ? [] : [text(key, { n: number(n) })])),
  ].join(' ');
}
