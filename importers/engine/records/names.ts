import { firstIndexes, type Header } from '../../../src/tables/values/values.ts';

/** Largest number of looked-up names that are kept per list. Families look up the names in their code, and names in the table. */
const mostFound = 2_048;

/**
 * Names of the values of a record, found without regard to letter case, because databases differ in it. Nearly all records of a table have the same names, so
 * that one lookup serves all of them. Of names that differ in letter case only, the exact one is found, or else the first.
 */
export class Names implements Header {
  readonly mayRepeat: boolean;
  readonly nameAt: (index: number) => string;
  readonly #names: readonly string[];
  readonly #exact: Map<string, number>;
  readonly #found = new Map<string, number | undefined>();
  #folded: Map<string, number> | null = null;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#exact = firstIndexes(names);
    this.mayRepeat = this.#exact.size < names.length;
    this.nameAt = (index) => names[index] ?? '';
  }

  indexOf(column: string): number | undefined {
    const index = this.#exact.get(column) ?? this.#found.get(column);
    if (index !== undefined || this.#found.has(column)) return index;
    this.#folded ??= firstIndexes(this.#names.map((name) => name.toLowerCase()));
    const folded = this.#folded.get(column.toLowerCase());
    if (this.#found.size < mostFound) this.#found.set(column, folded);
    return folded;
  }

  /** Returns true if these are the names of the pairs, in order. */
  areOf(pairs: readonly (readonly [name: string, value: string])[]): boolean {
    if (pairs.length !== this.#names.length) return false;
    for (let index = 0; index < pairs.length; index++) if (pairs[index]?.[0] !== this.#names[index]) return false;
    return true;
  }
}

const known = new WeakMap<readonly string[], Names>();
let last: Names | null = null;

/** Returns the lookup for a list of names, which must not change. */
export function namesOf(names: readonly string[]): Names {
  const kept = known.get(names);
  if (kept !== undefined) return kept;
  const made = new Names(names);
  known.set(names, made);
  return made;
}

/** Returns the lookup for the names of pairs: that of the pairs before, if the names are the same. */
export function namesOfPairs(pairs: readonly (readonly [name: string, value: string])[]): Names {
  if (last?.areOf(pairs) !== true) last = new Names(pairs.map(([name]) => name));
  return last;
}
