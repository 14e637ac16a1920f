import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import { h } from '../base/dom.ts';
import { messageOf, preferredLanguage, wordingIn } from '../base/wording.ts';
import { createExportRequestsView, type ExportRequestsView } from '../case/export-requests-view.ts';
import { createSessionsView } from '../case/sessions-view.ts';
import { ask, fetched, json, Refused } from './requests.ts';

/** The signed-in user, as stated by the server. */
export interface SignedIn {
  readonly user: string;
  readonly role: string;
  readonly rights: readonly string[];
  /** True if downloads may be refused by a daily quota. */
  readonly hasQuota: boolean;
  /** True if large exports need a second person. */
  readonly asksSecond: boolean;
  /** Token that must accompany every change. */
  readonly token: string;
  /** Null: signing out is impossible. */
  readonly signOut: string | null;
}

/** Sends a change: a file, or a value as JSON. */
export type Send = <Value>(path: string, body: unknown, signal: AbortSignal | null) => Promise<Value>;

/** Reasons for refusing an export that a second person can lift. */
const needsSecond: ReadonlySet<string | null> = new Set<string | null>(['second-recordings', 'second-hours'] satisfies RefusalCode[]);

/** Asks the server before the browser saves audio: a refusal is then shown on the page, where the browser would only report a failed download. */
export function askBeforeSaving(requests: () => ExportRequestsView | null): void {
  const said = h('p', { class: 'refusal', role: 'alert' });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[download]') : null;
    if (
      link === null ||
      event.defaultPrevented ||
      link.protocol !== location.protocol ||
      link.host !== location.host ||
      /\.(?:json|tlog-proof)(?:$|\?)/.test(link.href)
    )
      return;
    event.preventDefault();
    said.remove();
    ask(`${link.href}${link.href.includes('?') ? '&' : '?'}trial`, null).then(
      () => location.assign(link.href),
      (error: unknown) => {
        const view = requests();
        if (error instanceof Refused && needsSecond.has(error.code) && view !== null) {
          view.ask(`${link.pathname}${link.search}`, error.message);
          return;
        }
        said.textContent = messageOf(error);
        // If a dialog is open, the message must be inside it to be visible.
        (document.querySelector('dialog[open]') ?? document.body).append(said);
      },
    );
  });
}

/** Shows the user. @returns the requests for exports that need a second person; null: none do, or the role may not export */
export function showAccount(
  account: HTMLElement,
  { user, role, rights, asksSecond, token, signOut }: SignedIn,
  send: Send,
): ExportRequestsView | null {
  const wording = wordingIn(preferredLanguage());
  const { text } = wording;
  const leave = async (path: string): Promise<void> => {
    // If the sign-out fails, the browser's next page shows that the user is still signed in.
    await fetched(path, { method: 'POST', headers: { 'X-Longplay-Token': token } }).catch(() => undefined);
    location.assign('/');
  };
  const end = async (path: string, form: Record<string, string>): Promise<void> => {
    await ask(path, null, 200, { method: 'POST', headers: { 'X-Longplay-Token': token }, body: new URLSearchParams(form) });
  };
  const sessions = createSessionsView(wording, {
    own: () => json('/api/my/sessions', null),
    ...(rights.includes('administer') ? { everybody: () => json('/api/sessions', null) } : {}),
    end: (session, isOwn) => end(isOwn ? '/api/my/sessions/end' : '/api/sessions/end', { session }),
    endOthers: () => end('/api/my/sessions/end', { others: 'yes' }),
    left: () => location.assign('/'),
  });
  const requests = asksSecond
    ? createExportRequestsView(wording, {
        list: () => json('/api/export/requests', null),
        decide: (id, allow) => send(`/api/export/requests/${encodeURIComponent(id)}/decide`, { allow }, null),
        withdraw: (id) => send(`/api/export/requests/${encodeURIComponent(id)}/withdraw`, {}, null),
        // The address for requests lies beside the export's own address and has the same query.
        ask: (address, reason) => send(address.replace(/\/export\.zip(?=$|\?)/, '/export/requests'), { reason }, null),
      })
    : null;
  account.replaceChildren(
    ...(requests === null ? [] : [requests.button, requests.dialog]),
    h(
      'button',
      {
        type: 'button',
        class: 'user quiet',
        title: text('userRole', { role }),
        'aria-label': `${user}: ${text('sessions')}`,
        'aria-haspopup': 'dialog',
        onclick: () => sessions.open(),
      },
      user,
    ),
    ...(signOut === null ? [] : [h('button', { type: 'button', class: 'leave', onclick: () => void leave(signOut) }, text('signOut'))]),
    sessions.dialog,
  );
  return requests;
}
