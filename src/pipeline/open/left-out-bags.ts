import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';

/** Bags of the log that the catalog lacks, so that nothing in them is searched. */
export interface BagsNotIndexed {
  /** Number of bags that are missing. */
  readonly missingBags: number;
  /** Number of bags that are there, but in a state before an erasure or before they were sealed (E109, K217): the catalog leaves them out. */
  readonly leftOutBags: number;
}

/** Counts the bags that the catalog lacks, by whether they are there. @param standing names of the bags that must exist according to the log */
export function bagsNotIndexed({ dir }: { readonly dir: string }, catalog: Pick<Catalog, 'bags'>, standing: readonly string[]): BagsNotIndexed {
  const indexed = new Set(catalog.bags());
  const lacking = standing.filter((bag) => !indexed.has(bag));
  const leftOutBags = lacking.filter((bag) => existsSync(join(dir, 'bags', bag, 'bagit.txt'))).length;
  return { leftOutBags, missingBags: lacking.length - leftOutBags };
}

/** Returns the name of a bag that the catalog leaves out and that has a recording; null: none has it. @param bags names of the indexed bags */
export function leftOutBagWith({ dir }: { readonly dir: string }, bags: readonly string[], recordingId: string): string | null {
  const indexed = new Set(bags);
  for (const year of namesIn(join(dir, 'bags')))
    for (const bag of namesIn(join(dir, 'bags', year)).map((name) => `${year}/${name}`))
      if (!indexed.has(bag) && existsSync(join(dir, 'bags', bag, 'data', recordingId))) return bag;
  return null;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    // What cannot be listed is reported by a verification.
    if (systemCode(error) === null) throw error;
    return [];
  }
}

/** Words about bags of which nothing was searched; none if there are none. */
export function notIndexedWords({ missingBags, leftOutBags }: BagsNotIndexed): readonly string[] {
  return [
    ...(missingBags === 0 ? [] : [agree`${missingBags} bag[s] of the log [is|are] missing`]),
    ...(leftOutBags === 0 ? [] : [agree`${leftOutBags} bag[s] [is|are] in an earlier state (E109, K217) and [was|were] left out`]),
  ];
}
