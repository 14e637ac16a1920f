/** Author of an entry. The log itself contains nothing of it: the author is stored in the details beside the entry, which can be erased. */
export interface Actor {
  /** User of `serve`; on the command line, the login name or the name given with `--as`. */
  readonly user: string;
  /** Name of the machine. */
  readonly host: string;
  /** Login name, if `--as` gave another name, which nobody verified. */
  readonly login?: string;
  /** Address from which the request came, if it may be kept. */
  readonly address?: string;
}

/** Other erasable details of an entry: reasons, queries, lists of recordings. */
export type PrivateDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
