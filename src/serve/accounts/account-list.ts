import { agree } from '../../core/base/agree.ts';
import { errorText, isTrouble } from '../../core/base/error.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import type { Account, DayQuota } from './account.ts';
import type { OpenidSettings } from './openid.ts';
import type { Sessions } from './session.ts';

/** Source of the accounts: the users file, or a fixed list. */
export interface AccountSource {
  /** Returns a text that changes whenever the accounts may have changed. Called before each request. */
  state(): string;
  /** Reads the accounts. @throws LongplayError if they cannot be read */
  read(): AccountSettings;
}

/** Everything that the users file contains: accounts, provider and limits. */
export interface AccountSettings {
  readonly accounts: readonly Account[];
  /** OpenID Connect provider through which people may sign in; null if there is none. */
  readonly openid: OpenidSettings | null;
  /** True if a role has a quota. */
  readonly hasQuotas: boolean;
  /** Daily limit per person above which an export needs a second person; null: no limit. */
  readonly twoPersons: DayQuota | null;
}

/** The current accounts and settings. */
export interface AccountList {
  /** Accounts by id. */
  readonly accounts: () => ReadonlyMap<string, Account>;
  readonly openid: () => OpenidSettings | null;
  readonly twoPersons: () => DayQuota | null;
}

/** What a change of the accounts affects: sessions, warnings and the audit log. */
export interface AccountWatch {
  readonly sessions: Pick<Sessions, 'all' | 'end'>;
  readonly tell: (message: string) => void;
  readonly enter: (entry: NewEntry) => Promise<string | null>;
}

/**
 * Reads the accounts again when their source has changed. A user who was removed or changed (role, rights, part of the archive, password) loses all sessions
 * before the next request is answered. An unreadable source changes nothing and is reported once per state of the source.
 * @param first accounts and `state` as read at the start
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
  /**
   * Returns true if an account is unchanged: one from the file is the same object; one from the provider equals the account that the provider's claims give
   * now.
   */
  const isStill = (account: Account): boolean => {
    if (account.person === undefined) return known.get(account.user) === account;
    const now = provider?.accountFor(account.person) ?? null;
    return now !== null && textOf(now) === textOf(account);
  };
  const take = ({ accounts, openid, twoPersons }: AccountSettings): void => {
    const before = known;
    // An unchanged account keeps its object.
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
      agree`the users file was read again: ${known.size} user[s], ${added} new, ${changed} changed, ${removed} gone; ${lost.length} session[s] ended`,
    );
    void watch
      .enter({ type: 'users-changed', actor: null, detail: { users: known.size, added, changed, removed, sessions: lost.length } })
      .then((refusal) => {
        // The change applies even if it could not be logged, because a removed user must have no access.
        if (refusal !== null) watch.tell(`the reload of the users file could not be logged: ${refusal}`);
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
      watch.tell(`the users file has changed and cannot be used; its previous state stays in effect: ${errorText(error)}`);
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

/** Returns a text of all properties that decide what an account may do. */
function textOf({ user, password, role, within }: Account): string {
  return JSON.stringify([user, password, role.name, [...role.rights].sort(), role.perDay ?? null, within]);
}
