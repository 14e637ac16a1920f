/** Which replicas have a bag according to the log: it was copied or verified there, and no later entry says otherwise. */
export interface BagCopies {
  take(entry: { readonly type: string; readonly detail: Readonly<Record<string, unknown>> }): void;
  /** Returns the names of the replicas that have a bag, in code-point order. */
  of(bag: string): readonly string[];
  clear(): void;
}

/** Creates an empty record. */
export function createBagCopies(): BagCopies {
  const byReplica = new Map<string, Set<string>>();
  const bagsOf = (replica: string): Set<string> => {
    const there = byReplica.get(replica) ?? new Set();
    byReplica.set(replica, there);
    return there;
  };
  return {
    take: ({ type, detail }) => {
      const { bag, replica, verdict } = detail;
      if (typeof replica !== 'string') return;
      if (type === 'replica-added' || type === 'replica-removed') byReplica.delete(replica);
      if (typeof bag !== 'string') return;
      if (type === 'bag-copied' || (type === 'bag-verified' && verdict === 'ok')) bagsOf(replica).add(bag);
      else if (type === 'bag-verified' && verdict === 'faults') bagsOf(replica).delete(bag);
    },
    of: (bag) =>
      [...byReplica]
        .filter(([, bags]) => bags.has(bag))
        .map(([name]) => name)
        .sort(),
    clear: () => byReplica.clear(),
  };
}
