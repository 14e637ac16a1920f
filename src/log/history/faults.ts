/** Parses faults by kind, e.g. `corrupt=1 missing=2`. */
export function kindsOf(faults: string): Map<string, number> {
  // Fast path: most bags of most runs have no faults.
  if (faults === '') return new Map();
  return new Map([...faults.matchAll(/(?:^| )([a-z-]{1,40})=(\d{1,12})(?= |$)/g)].map(([, kind = '', count]) => [kind, Number(count)]));
}

/** Formats faults by kind: `corrupt=1 missing=2`. */
export function faultsText(kinds: ReadonlyMap<string, number>): string {
  return [...kinds]
    .map(([kind, times]) => `${kind}=${times}`)
    .sort()
    .join(' ');
}
