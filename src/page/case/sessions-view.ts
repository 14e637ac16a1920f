import type { PageQuota, PageSession } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { messageOf, momentOf, type Wording } from '../base/wording.ts';

/** Source of sessions, and ways to end them. */
export interface SessionSource {
  /** Returns the user's own sessions and quota. */
  own(): Promise<{ readonly sessions: readonly PageSession[]; readonly quota: PageQuota | null }>;
  /** Returns all sessions, if this user may see them. */
  readonly everybody?: () => Promise<{ readonly sessions: readonly PageSession[]; readonly more: number }>;
  /** Ends a session. @param isOwn true for the user's own */
  end(name: string, isOwn: boolean): Promise<void>;
  endOthers(): Promise<void>;
  /** Called when this session is over. */
  left(): void;
}

/** Creates the dialog that lists and ends sessions: the user's own, and all for administrators. */
export function createSessionsView(wording: Wording, source: SessionSource): { readonly dialog: HTMLDialogElement; open(): void } {
  const { text } = wording;
  const said = h('p', { class: 'said', role: 'status' });
  const mine = h('ul', { class: 'sessions' });
  const all = h('ul', { class: 'sessions' });
  const more = h('p', { class: 'soft' });
  const had = h('p', { class: 'soft' });
  const others = h('button', { type: 'button', onclick: () => void change(() => source.endOthers(), false) }, text('sessionEndOthers'));
  const dialog = h('dialog', { class: 'help sessionsview', 'aria-labelledby': 'sessions-title' });
  const rest = h('section', { hidden: source.everybody === undefined }, h('h2', {}, text('sessionsAll')), all, more);
  dialog.append(
    h('h2', { id: 'sessions-title', tabindex: -1, autofocus: true }, text('sessionsMine')),
    mine,
    others,
    had,
    rest,
    said,
    h('button', { type: 'button', class: 'close', onclick: () => dialog.close() }, text('close')),
  );
  const show = async (): Promise<void> => {
    const [{ sessions: own, quota }, everybody] = await Promise.all([source.own(), source.everybody?.() ?? null]);
    mine.replaceChildren(...own.map((one) => itemOf(one, true)));
    others.hidden = own.length < 2;
    had.textContent = quota === null ? '' : text('quotaToday', { used: quotaText(quota, wording) });
    if (everybody === null) return;
    const strangers = everybody.sessions.filter(({ name }) => !own.some((one) => one.name === name));
    all.replaceChildren(...strangers.map((one) => itemOf(one, false)));
    more.textContent =
      everybody.more > 0 ? text('sessionsMore', { n: wording.number(everybody.more) }) : strangers.length === 0 ? text('sessionsNone') : '';
  };
  const change = async (work: () => Promise<void>, isHere: boolean): Promise<void> => {
    try {
      await work();
      if (isHere) {
        source.left();
        return;
      }
      await show();
      said.textContent = text('sessionEnded');
      // The pressed button is gone, so the dialog takes the keyboard focus.
      dialog.focus();
    } catch (error) {
      said.textContent = messageOf(error);
    }
  };
  const itemOf = (one: PageSession, isOwn: boolean): HTMLElement =>
    sessionItem(one, isOwn, () => void change(() => source.end(one.name, isOwn), one.isThis), wording);
  return {
    dialog,
    open: () => {
      said.textContent = '';
      dialog.showModal();
      show().catch((error: unknown) => {
        said.textContent = messageOf(error);
      });
    },
  };
}

/** Creates the item of a session. @param end ends it */
function sessionItem(one: PageSession, isOwn: boolean, end: () => void, wording: Wording): HTMLElement {
  const { text } = wording;
  const { browser, system, address, by, user, isThis, ageMs, idleMs } = one;
  const known = browser === null ? system : system === null ? browser : text('sessionBrowser', { browser, system });
  const name = `${isOwn ? '' : `${user}: `}${known ?? text('sessionUnknown')}`;
  const moment = momentOf(new Date(Date.now() - ageMs).toISOString(), wording);
  const times = text('sessionTimes', { since: ago(ageMs, wording), used: ago(idleMs, wording) });
  const button = h(
    'button',
    {
      type: 'button',
      'aria-label': text('sessionEndOf', { session: `${name}, ${times}` }),
      onclick: end,
    },
    text('sessionEnd'),
  );
  return h(
    'li',
    {},
    h(
      'div',
      {},
      h('strong', {}, name),
      isThis ? h('span', { class: 'thisone' }, text('sessionThis')) : null,
      h(
        'div',
        { class: 'soft', title: `${moment.text} ${moment.zone}` },
        [address, wording.valued('by', by), times].filter((part) => part !== null).join(' · '),
      ),
    ),
    // A user of a proxy is signed in again by the next request.
    by === 'proxy' ? null : button,
  );
}

function quotaText({ recordings, mostRecordings, hours, mostHours }: PageQuota, { text, number }: Wording): string {
  const parts = [
    mostRecordings === null ? null : text('quotaRecordings', { used: number(recordings), most: number(mostRecordings) }),
    mostHours === null ? null : text('quotaHours', { used: number(hours), most: number(mostHours) }),
  ];
  return parts.filter((part) => part !== null).join(', ');
}

const minuteMs = 60_000;
/** Lengths from which the next larger unit is used, e.g. two days are shown in days, 36 hours in hours. */
const agoUnits = [
  ['year', 2 * 365 * 1_440 * minuteMs, 365.25 * 1_440 * minuteMs],
  ['month', 60 * 1_440 * minuteMs, 30.44 * 1_440 * minuteMs],
  ['day', 2 * 1_440 * minuteMs, 1_440 * minuteMs],
  ['hour', 60 * minuteMs, 60 * minuteMs],
  ['minute', minuteMs, minuteMs],
] as const;

/** Formats an age, e.g. `3 minutes ago`. */
export function ago(ms: number, { tag, text }: Wording): string {
  const unit = agoUnits.find(([, from]) => Math.round(ms / minuteMs) * minuteMs >= from);
  return unit === undefined ? text('sessionNow') : new Intl.RelativeTimeFormat(tag).format(-Math.round(ms / unit[2]), unit[0]);
}
