/** Which root: what it is bound to, and where its domain lies. */
export interface RootPlace {
  /** Id of the keyring. */
  readonly keyring: string;
  readonly domain: string;
  /** Counts from 1. */
  readonly number: number;
  /** Folder of the domain. */
  readonly folder: string;
}
