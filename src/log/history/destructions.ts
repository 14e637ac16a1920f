import type { LoggedStep } from './logged-step.ts';

/** A destruction of secrets in the copies of a keyring, according to the log. */
export interface Destruction {
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  /** Id of the keyring. */
  readonly keyring: string;
  /** Ids of the requests whose recordings had these secrets. */
  readonly requests: readonly string[];
  /** Number of cells whose secrets were destroyed; number of pages that were rewritten without them. */
  readonly cells: number;
  readonly pages: number;
  /** Epoch of the recovery at that time; 0: there was none. */
  readonly epoch: number;
  /** Copies that destroyed the secrets, each with the number of its new root and how that root is kept. */
  readonly done: ReadonlyMap<string, { readonly root: number; readonly kept: string }>;
  /** Copies that were unavailable and still have to destroy the secrets. */
  readonly owed: readonly string[];
  /** Copies whose earlier root may still exist, e.g. in the store of a key command. */
  readonly doubts: readonly string[];
}

/** Creates the detail of a log entry about a destruction. */
export function destructionDetail({
  keyring,
  requests,
  cells,
  pages,
  epoch,
  done,
  owed,
  doubts,
}: Omit<Destruction, 'seq' | 'time'>): LoggedStep['detail'] {
  const roots = [...done].map(([copy, { root, kept }]) => `${copy}:${root}:${kept}`);
  return { keyring, requests: requests.join(' '), cells, pages, epoch, done: roots.join(' '), owed: owed.join(' '), doubts: doubts.join(' ') };
}

/** Parses a log entry about a destruction. */
export function destructionOf({ seq, time, detail }: LoggedStep): Destruction {
  const words = (value: unknown): string[] => (typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : []);
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const done = words(detail.done).map((word) => {
    const [copy = '', root = '0', kept = ''] = word.split(':');
    return [copy, { root: Number(root), kept }] as const;
  });
  return {
    seq,
    time,
    keyring: String(detail.keyring),
    requests: words(detail.requests),
    cells: number(detail.cells),
    pages: number(detail.pages),
    epoch: number(detail.epoch),
    done: new Map(done),
    owed: words(detail.owed),
    doubts: words(detail.doubts),
  };
}

/**
 * Returns, by request, which copies of the keyring still owe its erasures. A copy that carries out a destruction carries out all earlier ones as
 * well.
 */
export function owedCopies({ destructions }: { readonly destructions: readonly Destruction[] }): ReadonlyMap<string, readonly string[]> {
  const owed = new Map<string, readonly string[]>();
  for (const one of destructions) {
    // A copy that is no longer named was removed from the keyring, or is up to date.
    for (const [request, copies] of owed)
      owed.set(
        request,
        copies.filter((copy) => one.owed.includes(copy)),
      );
    for (const request of one.requests) owed.set(request, one.owed);
  }
  return new Map([...owed].filter(([, copies]) => copies.length > 0));
}
