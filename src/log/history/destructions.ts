import type { LoggedStep } from './logged-step.ts';

/** A destruction of secrets in the copies of a keyring, as the log has it. */
export interface Destruction {
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  /** Id of the keyring. */
  readonly keyring: string;
  /** Ids of the requests whose recordings it concerned. */
  readonly requests: readonly string[];
  /** Number of cells whose secrets were destroyed, and of pages that were written again. */
  readonly cells: number;
  readonly pages: number;
  /** Epoch of the recovery at that time; 0: there was none. */
  readonly epoch: number;
  /** Copies that did it, with the root that has replaced the one before: its number, and how the earlier one was kept. */
  readonly done: ReadonlyMap<string, { readonly root: number; readonly kept: string }>;
  /** Copies that were away. */
  readonly owed: readonly string[];
  /** Copies whose earlier root may still exist, e.g. in the store of a key command. */
  readonly doubts: readonly string[];
}

/** Makes the detail of an entry. */
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

/** Reads an entry. */
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

/** Returns which copies of the keyring still owe the erasures of a request, by request. A copy that executes one has executed all before it. */
export function owedCopies({ destructions }: { readonly destructions: readonly Destruction[] }): ReadonlyMap<string, readonly string[]> {
  const owed = new Map<string, readonly string[]>();
  for (const one of destructions) {
    // A copy that is not named any more was removed from the keyring.
    for (const [request, copies] of owed)
      owed.set(
        request,
        copies.filter((copy) => one.owed.includes(copy)),
      );
    for (const request of one.requests) owed.set(request, one.owed);
  }
  return new Map([...owed].filter(([, copies]) => copies.length > 0));
}
