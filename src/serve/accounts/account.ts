import type { CatalogScope } from '../../store/catalog/catalog-query.ts';
import type { PasswordHash } from './password-hash.ts';

/**
 * Rights of a role. `listen`: search, read and play; `export`: download originals and copies; `annotate`: write notes and tags on recordings that the user may
 * play; `administer`: end other users' sessions.
 */
export const rights = ['listen', 'export', 'annotate', 'administer'] as const;

/** A right of a role. */
export type Right = (typeof rights)[number];

/** A role: rights that several users share. */
export interface Role {
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
  /** Daily limit for each user of the role; absent: no limit. */
  readonly perDay?: DayQuota;
}

/** Amount of audio that one user may get per day; Infinity: no limit. */
export interface DayQuota {
  readonly recordings: number;
  readonly hours: number;
}

/** A person as described by the claims of an OpenID Connect provider. */
export interface ProvidedPerson {
  readonly user: string;
  readonly groups: readonly string[];
  /** Agent id of the person in the recorders; null if unknown. */
  readonly agent: string | null;
}

/** A user who may sign in. */
export interface Account {
  /** Id of the user. It may appear in the log, because it names an employee and not a caller. */
  readonly user: string;
  /** Password of the user; null: the user can sign in only through the trusted proxy or a provider. */
  readonly password: PasswordHash | null;
  readonly role: Role;
  /** Parts of the archive that the user may see; a recording must be in at least one of them. Null: the whole archive. */
  readonly within: readonly CatalogScope[] | null;
  /** Present if a provider identified the person. The role was derived from these claims. */
  readonly person?: ProvidedPerson;
}

/** The account of the user who started the server; used without a users file. */
export const starter: Account = {
  user: 'local',
  password: null,
  role: { name: 'starter', rights: new Set<Right>(['listen', 'export', 'annotate']) },
  within: null,
};

/** Returns true for a valid account id. Ids appear in log entries, headers and log lines. */
export function isAccountId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text);
}
