import type { CatalogScope } from '../catalog/catalog-query.ts';
import type { PasswordHash } from './password-hash.ts';

/** What a role may do. `listen`: find, read and hear; `export`: take originals and copies along; `administer`: end other people's sessions. */
export const rights = ['listen', 'export', 'administer'] as const;

/** One of them. */
export type Right = (typeof rights)[number];

/** What several people may do alike. */
export interface Role {
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
}

/** Somebody who may come in. */
export interface Account {
  /** Its id, as entered in the log: not a caller's, so it may stand there. */
  readonly user: string;
  /** Null: comes in through the trusted proxy only. */
  readonly password: PasswordHash | null;
  readonly role: Role;
  /** Recordings outside of all of these are not there for them; null: all of the archive. */
  readonly within: readonly CatalogScope[] | null;
}

/** The one who started the server, where there is no users file. */
export const starter: Account = {
  user: 'local',
  password: null,
  role: { name: 'starter', rights: new Set<Right>(['listen', 'export']) },
  within: null,
};

/** An account's id: it stands in log entries, headers and lines. */
export function isAccountId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text);
}
