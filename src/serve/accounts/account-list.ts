import { errorText, isTrouble } from '../../core/base/error.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { Account, DayQuota } from './account.ts';
import type { OpenidSettings } from './openid.ts';
import type { Sessions } from './session.ts';

/** Where accounts are from. */
export interface AccountSource {
  /** A text that is another one when the accounts may be: asked for with each request. */
  state(): string;
  /** @throws LongplayError where they cannot be had */
  read(): AccountSettings;
}

/** Who may come in. */
export interface AccountSettings {
  readonly accounts: readonly Account[];
  /** Whom a provider vouches for; null: nobody comes in so. */
  readonly openid: OpenidSettings | null;
  /** True where a role has a quota. */
  readonly hasQuotas: boolean;
  /** What one person may export in a day without a second one; null: as much as they like. */
  readonly twoPersons: DayQuota | null;
}

/** Who may come in now. */
export interface AccountList {
  /** By id. */
  readonly accounts: () => ReadonlyMap<string, Account>;
  readonly openid: () => OpenidSettings | null;
  readonly twoPersons: () => DayQuota | null;
}

/** What becomes of a change. */
export interface AccountWatch {
  readonly sessions: Pick<Sessions, 'all' | 'end'>;
  readonly tell: (message: string) => void;
  readonly enter: (entry: NewEntry) => Promise<string | null>;
}

/**
 * Reads accounts again when they have changed. Whoever is gone from them, or is another one in them (role, rights, part of the archive, password), loses their sessions before the
 * request that noticed it is answered. What cannot be read changes nothing and is told once for each state of it.
 * @param first of `state`, as they were read at the start
 */
export function createAccountList(
  source: AccountSource,
  first: { readonly state: string; readonly admission: AccountSettings },
  watch: AccountWatch,
): AccountList {
  let seen = first.state;
  let known: ReadonlyMap<string, Account> = new Map(first.admission.accounts.map((account) => [account.user, account]));
  let provider = first.admission.openid;
  let alone = first.admission.twoPersons;
  /** Of somebody of the file the same object; of somebody whom the provider vouched for, what they would get now is what they have. */
  const isStill = (account: Account): boolean => {
    if (account.person === undefined) return known.get(account.user) === account;
    const now = provider?.accountFor(account.person) ?? null;
    return now !== null && textOf(now) === textOf(account);
  };
  const take = ({ accounts, openid, twoPersons }: AccountSettings): void => {
    const before = known;
    // One that is as it was stays the same object.
    const kept = (account: Account): Account => {
      const old = before.get(account.user);
      return old !== undefined && textOf(old) === textOf(account) ? old : account;
    };
    known = new Map(accounts.map((account) => [account.user, kept(account)]));
    provider = openid;
    alone = twoPersons;
    const lost = [...watch.sessions.all()].filter(({ account }) => !isStill(account));
    for (const session of lost) watch.sessions.end(session);
    const removed = [...before.keys()].filter((user) => !known.has(user)).length;
    const added = [...known.keys()].filter((user) => !before.has(user)).length;
    const changed = [...known.values()].filter((account) => before.has(account.user) && before.get(account.user) !== account).length;
    watch.tell(
      `the users file was read again: ${known.size} users, ${added} new, ${changed} changed, ${removed} gone; ${lost.length} sessions ended`,
    );
    void watch
      .enter({ type: 'users-changed', actor: null, detail: { users: known.size, added, changed, removed, sessions: lost.length } })
      .then((refusal) => {
        // It counts nevertheless: who is gone is gone.
        if (refusal !== null) watch.tell(`that the users file was read again could not be entered in the log: ${refusal}`);
      });
  };
  const look = (): void => {
    const state = source.state();
    if (state === seen) return;
    seen = state;
    try {
      take(source.read());
    } catch (error) {
      if (!isTrouble(error)) throw error;
      watch.tell(`the users file has changed and cannot be used, so that those who might come in before still may: ${errorText(error)}`);
    }
  };
  return {
    accounts: () => {
      look();
      return known;
    },
    openid: () => {
      look();
      return provider;
    },
    twoPersons: () => {
      look();
      return alone;
    },
  };
}

/** All that makes an account what it is. */
function textOf({ user, password, role, within }: Account): string {
  return JSON.stringify([user, password, role.name, [...role.rights].sort(), role.perDay ?? null, within]);
}
