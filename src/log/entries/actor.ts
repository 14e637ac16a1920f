/** Who causes an entry. Nothing of it stands in the log itself: it goes into the details beside the entry, which can be erased. */
export interface Actor {
  /** The user of `serve`; on the command line the login name, or the name of `--as`. */
  readonly user: string;
  /** Name of the machine on which it was done. */
  readonly host: string;
  /** The login name where `--as` says another name; anybody can say any. */
  readonly login?: string;
  /** Address from which the request came, where it may be kept. */
  readonly address?: string;
}

/** What else stands beside an entry and can be erased: reasons, queries, lists of recordings. */
export type PrivateDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
