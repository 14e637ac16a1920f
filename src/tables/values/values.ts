import type { NameValue } from '../../core/model/recording.ts';

/** Named values of a row or of a file name; knows which of them have found their place in a recording. */
export interface Values {
  /** The row or file, for findings. */
  readonly place: string;
  /** The columns' values, joined by a blank; null where all are empty. */
  peek(columns: readonly string[]): string | null;
  /** Values of a name beyond its first, in their order: lists of JSON and elements that XML repeats. */
  repeats(column: string): readonly string[];
  /** The same as `peek`, and the columns have found their place. */
  take(columns: readonly string[]): string | null;
  /** Takes every value whose name fits, repeated ones, too, so that none of them is left; how many say something. */
  takeAll(names: RegExp): number;
  /** How a field of a file name writes its time, by the template that fitted; null: it does not say. */
  formatOf(column: string): string | null;
  /** Pairs that nobody took and that say something, under their raw names. */
  rest(): NameValue[];
}

/**
 * @param pairs raw names and values; of a repeated name the first is the value, and the others stay in the rest.
 * @param nameOf the raw name that a name stands for which no pair has.
 */
export function valuesOf(
  place: string,
  pairs: readonly (readonly [name: string, value: string])[],
  nameOf: (column: string) => string,
  formatOf: Values['formatOf'] = () => null,
): Values {
  let first: Map<string, number> | null = null;
  const indexes = (): Map<string, number> => {
    const made = new Map<string, number>();
    for (const [index, [name]] of pairs.entries()) if (!made.has(name)) made.set(name, index);
    return made;
  };
  const indexOf = (column: string): number | undefined => {
    first ??= indexes();
    return first.get(column) ?? first.get(nameOf(column));
  };
  return valuesAt(
    { place, count: pairs.length, nameAt: (index) => pairs[index]?.[0] ?? '', valueAt: (index) => pairs[index]?.[1] ?? '', indexOf, mayRepeat: true },
    formatOf,
  );
}

/** The columns of a table, for all its rows: their names and where each stands. */
export interface Header {
  nameAt(index: number): string;
  /** The column that a name means; undefined: none. */
  indexOf(column: string): number | undefined;
}

/** Values of a row of a table whose names are in its header: nothing is re-created for each of millions of rows. */
export function rowValues(place: string, header: Header, cells: readonly string[]): Values {
  return valuesAt(
    { place, count: cells.length, nameAt: header.nameAt, valueAt: (index) => cells[index] ?? '', indexOf: header.indexOf, mayRepeat: false },
    () => null,
  );
}

/** Where names and values stand. */
interface Places extends Header {
  readonly place: string;
  readonly count: number;
  valueAt(index: number): string;
  /** Several values may have one name; columns of a table have names of their own. */
  readonly mayRepeat: boolean;
}

function valuesAt({ place, count, nameAt, valueAt, indexOf, mayRepeat }: Places, formatOf: Values['formatOf']): Values {
  const taken = new Set<number>();
  const read = (columns: readonly string[], isTaken: boolean): string | null => {
    let joined: string | null = null;
    for (const column of columns) {
      const index = indexOf(column);
      if (index === undefined) continue;
      if (isTaken) taken.add(index);
      const text = valueAt(index);
      if (text.trim() !== '') joined = joined === null ? text : `${joined} ${text}`;
    }
    return joined;
  };
  return {
    place,
    formatOf,
    peek: (columns) => read(columns, false),
    repeats: (column) => {
      const first = mayRepeat ? indexOf(column) : undefined;
      const found: string[] = [];
      if (first === undefined) return found;
      for (let index = first + 1; index < count; index++) {
        if (nameAt(index) === nameAt(first) && valueAt(index).trim() !== '') found.push(valueAt(index));
      }
      return found;
    },
    take: (columns) => read(columns, true),
    takeAll: (names) => {
      let said = 0;
      for (let index = 0; index < count; index++) {
        if (!names.test(nameAt(index))) continue;
        taken.add(index);
        if (valueAt(index).trim() !== '') said++;
      }
      return said;
    },
    rest: () => {
      const left: NameValue[] = [];
      for (let index = 0; index < count; index++)
        if (!taken.has(index) && valueAt(index).trim() !== '') left.push({ name: nameAt(index), value: valueAt(index) });
      return left;
    },
  };
}
