import type { CatalogScope } from '../../store/catalog/catalog-query.ts';
import type { PasswordHash } from './password-hash.ts';

/** What a role may do. `listen`: find, read and hear; `export`: take originals and copies along; `annotate`: write notes and tags to what may be heard; `administer`: end other people's sessions. */
export const rights = ['listen', 'export', 'annotate', 'administer'] as const;

/** One of them. */
export type Right = (typeof rights)[number];

/** What several people may do alike. */
export interface Role {
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
  /** What one of them may hear and take along in a day; absent: as much as they like. */
  readonly perDay?: DayQuota;
}

/** Sound that one user may have in a day. Infinity: no limit. */
export interface DayQuota {
  readonly recordings: number;
  readonly hours: number;
}

/** Somebody as a provider of OpenID Connect says who they are. */
export interface ProvidedPerson {
  readonly user: string;
  readonly groups: readonly string[];
  /** As the recorders name them; null: no agent. */
  readonly agent: string | null;
}

/** Somebody who may come in. */
export interface Account {
  /** Its id, as entered in the log: not a caller's, so it may stand there. */
  readonly user: string;
  /** Null: comes in through the trusted proxy or a provider only. */
  readonly password: PasswordHash | null;
  readonly role: Role;
  /** Recordings outside of all of these are not there for them; null: all of the archive. */
  readonly within: readonly CatalogScope[] | null;
  /** Set where a provider said who somebody is: what they may do follows from it. */
  readonly person?: ProvidedPerson;
}

/** The one who started the server, where there is no users file. */
export const starter: Account = {
  user: 'local',
  password: null,
  role: { name: 'starter', rights: new Set<Right>(['listen', 'export', 'annotate']) },
  within: null,
};

/** An account's id: it stands in log entries, headers and lines. */
export function isAccountId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text);
}
