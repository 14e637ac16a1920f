/** Identifies a root: the names to which it is bound, and the folder of its domain. */
export interface RootPlace {
  /** Id of the keyring. */
  readonly keyring: string;
  readonly domain: string;
  /** Number of the root, from 1. */
  readonly number: number;
  /** Folder of the domain. */
  readonly folder: string;
}
