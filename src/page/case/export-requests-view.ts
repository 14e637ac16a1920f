import type { PageExportRequest } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { messageOf, type Wording } from '../base/wording.ts';
import type { TextKey } from '../texts/en.ts';
import { ago } from './sessions-view.ts';

/** Source of export requests that need a second person. */
export interface ExportRequestSource {
  /** Returns the user's own requests, and those of others that the user may decide on. */
  list(): Promise<{ readonly own: readonly PageExportRequest[]; readonly others: readonly PageExportRequest[] }>;
  decide(id: string, allow: boolean): Promise<unknown>;
  withdraw(id: string): Promise<unknown>;
  /** Requests an export. @param address of the export */
  ask(address: string, reason: string): Promise<unknown>;
}

/** Dialog of these requests, and the button that opens it. */
export interface ExportRequestsView {
  readonly dialog: HTMLDialogElement;
  readonly button: HTMLButtonElement;
  /** Asks for the reason for a refused export. @param why the server's message */
  ask(address: string, why: string): void;
}

/** Longest reason that the server accepts. */
const reasonChars = 500;

/** Creates the dialog with the user's own requests and those of others. */
export function createExportRequestsView(wording: Wording, source: ExportRequestSource): ExportRequestsView {
  const { text, number } = wording;
  const said = h('p', { class: 'said', role: 'status' });
  const others = h('ul', { class: 'sessions requests' });
  const mine = h('ul', { class: 'sessions requests' });
  const noOthers = h('p', { class: 'soft' }, text('exportRequestsOthersNone'));
  const noMine = h('p', { class: 'soft' }, text('exportRequestsMineNone'));
  const form = createAskForm(wording, (address, reason) => void change(() => source.ask(address, reason), text('exportAsked')));
  const button = h('button', { type: 'button', class: 'requestsopen', 'aria-haspopup': 'dialog', onclick: () => open() }, text('exportRequests'));
  const dialog = h(
    'dialog',
    { class: 'help sessionsview', 'aria-labelledby': 'requests-title' },
    h('h2', { id: 'requests-title', tabindex: -1, autofocus: true }, text('exportRequests')),
    form.element,
    h('section', {}, h('h3', {}, text('exportRequestsOthers')), others, noOthers),
    h('section', {}, h('h3', {}, text('exportRequestsMine')), mine, noMine),
    said,
    h('button', { type: 'button', class: 'close', onclick: () => dialog.close() }, text('close')),
  );
  const tell = (error: unknown): void => {
    said.textContent = messageOf(error);
  };
  const show = async (): Promise<void> => {
    const listed = await source.list();
    others.replaceChildren(...listed.others.map((one) => requestItem(one, false, acts, wording)));
    mine.replaceChildren(...listed.own.map((one) => requestItem(one, true, acts, wording)));
    noOthers.hidden = listed.others.length > 0;
    noMine.hidden = listed.own.length > 0;
    const open = listed.others.length;
    button.textContent = open === 0 ? text('exportRequests') : text('exportRequestsOpen', { n: number(open) });
  };
  const change = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await work();
      said.textContent = done;
      form.hide();
      // The pressed button is gone, so the dialog takes the keyboard focus.
      dialog.focus();
    } catch (error) {
      tell(error);
    }
    await show().catch(tell);
  };
  const open = (): void => {
    form.hide();
    said.textContent = '';
    if (!dialog.open) dialog.showModal();
    show().catch(tell);
  };
  const acts: RequestActs = {
    decide: (id, allow) => void change(() => source.decide(id, allow), text(allow ? 'exportAllowed' : 'exportRefused')),
    withdraw: (id) => void change(() => source.withdraw(id), text('exportWithdrawn')),
    taken: () => dialog.close(),
  };
  // Loads the number of waiting requests before the dialog is opened.
  show().catch(() => undefined);
  return {
    dialog,
    button,
    ask: (address, why) => {
      open();
      form.show(address, why);
    },
  };
}

/** Form that asks for the reason of an export. */
interface AskForm {
  readonly element: HTMLElement;
  /** @param address of the export @param refusal the server's message */
  show(address: string, refusal: string): void;
  hide(): void;
}

function createAskForm({ text }: Wording, send: (address: string, reason: string) => void): AskForm {
  const why = h('p', {});
  const reason = h('textarea', { id: 'export-reason', rows: 3, maxlength: reasonChars, required: true });
  let address = '';
  const submit = (event: Event): void => {
    event.preventDefault();
    send(address, reason.value);
  };
  const element = h(
    'form',
    { hidden: true, onsubmit: submit },
    h('h3', {}, text('exportAskTitle')),
    why,
    h('label', { for: 'export-reason' }, text('exportAskReason')),
    reason,
    h('button', { type: 'submit' }, text('exportAskSend')),
  );
  return {
    element,
    show: (asked, refusal) => {
      address = asked;
      why.textContent = refusal;
      reason.value = '';
      element.hidden = false;
      reason.focus();
    },
    hide: () => {
      element.hidden = true;
    },
  };
}

/** What can be done with a request. */
interface RequestActs {
  readonly decide: (id: string, allow: boolean) => void;
  readonly withdraw: (id: string) => void;
  /** Called when the allowed export is downloaded. */
  readonly taken: () => void;
}

/** Creates the item of a request. @param isOwn true for the user's own request */
function requestItem(one: PageExportRequest, isOwn: boolean, acts: RequestActs, wording: Wording): HTMLElement {
  const { text, counted, number } = wording;
  const what = requestedExportText(one, wording);
  const name = isOwn ? what : `${one.user}: ${what}`;
  const isOpen = one.state === 'waits' || one.state === 'allowed';
  const size = text('exportSize', { calls: counted('calls', one.recordings), hours: number(one.hours) });
  const take = one.take === null ? null : wording.valued('exporttake', one.take);
  const times = text('exportTimes', { since: ago(one.ageMs, wording), hours: number(Math.ceil(one.leftMs / 3_600_000)) });
  const parts = [isOwn ? stateText(one, wording) : null, size, take, times];
  const controls = isOwn ? (isOpen ? [withdrawButton(one.id, name, acts, wording)] : []) : decideButtons(one.id, name, acts, wording);
  return h(
    'li',
    {},
    h(
      'div',
      { title: text('exportSet', { sha256: one.setSha256 }) },
      h('strong', {}, name),
      h('div', {}, text('exportReason', { reason: one.reason })),
      h('div', { class: 'soft' }, parts.filter((part) => part !== null).join(' · ')),
    ),
    one.address === null
      ? null
      : h(
          'a',
          { class: 'take', download: '', href: one.address, 'aria-label': text('exportTakeOf', { request: name }), onclick: acts.taken },
          text('exportTake'),
        ),
    controls.length === 0 ? null : h('div', { class: 'decide' }, ...controls),
  );
}

function decideButtons(id: string, request: string, { decide }: RequestActs, { text }: Wording): HTMLElement[] {
  return [true, false].map((allow) =>
    h(
      'button',
      { type: 'button', 'aria-label': text(allow ? 'exportAllowOf' : 'exportRefuseOf', { request }), onclick: () => decide(id, allow) },
      text(allow ? 'exportAllow' : 'exportRefuse'),
    ),
  );
}

function withdrawButton(id: string, request: string, { withdraw }: RequestActs, { text }: Wording): HTMLElement {
  return h('button', { type: 'button', 'aria-label': text('exportWithdrawOf', { request }), onclick: () => withdraw(id) }, text('exportWithdraw'));
}

/** Describes the requested export. */
function requestedExportText({ kind, said, masked }: PageExportRequest, wording: Wording): string {
  const { text } = wording;
  const words = (kind === 'search' ? said.map((part) => memberText(part, wording)) : said).join(', ');
  if (kind === 'selection') return text('exportRequestedSelection');
  if (kind === 'case') return text(masked ? 'exportRequestedMasked' : 'exportRequestedCase', { title: words });
  return said.length === 0 ? text('exportRequestedAll') : text('exportRequestedSearch', { words });
}

const memberTexts = {
  ...({ from: 'from', to: 'to', direction: 'direction', agent: 'agent', tag: 'tag', codec: 'codec', status: 'status' } as const),
  ...({ importer: 'importer', minLength: 'minLength', maxLength: 'maxLength', weekday: 'weekday', timeOfDay: 'timeOfDay' } as const),
  ...({ damaged: 'onlyDamaged', zone: 'zoneLabel' } as const),
} as const satisfies Readonly<Record<string, TextKey>>;

/** Translates a member of a search, which the server writes as `status matched`, to the page's filter names; typed words stay. */
function memberText(part: string, { text, valued }: Wording): string {
  const [, name = '', value = ''] = /^(\S+) (.*)$/s.exec(part) ?? [];
  if (name === 'text') return `“${value}”`;
  if (!Object.hasOwn(memberTexts, name)) return part;
  const label = text(memberTexts[name as keyof typeof memberTexts]); // hasOwn has just said so
  return name === 'damaged' ? label : `${label}: ${valued(name, value)}`;
}

function stateText({ state, decidedBy }: PageExportRequest, { text }: Wording): string {
  const by = { by: decidedBy ?? '' };
  if (state === 'waits') return text('exportIsWaiting');
  if (state === 'withdrawn') return text('exportIsWithdrawn');
  if (state === 'allowed') return text('exportIsAllowed', by);
  return state === 'refused' ? text('exportIsRefused', by) : text('exportIsTaken', by);
}
