import type { NameValue } from '../../core/model/recording.ts';

/** Named values of a row or a file name. It records which of them are used in a recording. */
export interface Values {
  /** The row or file, as findings name it. */
  readonly place: string;
  /** Returns the values of columns, joined by a blank; null if all are empty. */
  peek(columns: readonly string[]): string | null;
  /** Returns the values of a name after the first one, in order: lists in JSON and repeated elements in XML. */
  repeats(column: string): readonly string[];
  /** Returns the values of columns like `peek`, and marks the columns as used. */
  take(columns: readonly string[]): string | null;
  /** Marks every value whose name matches as used, including repeated ones. Returns how many of them are not empty. */
  takeAll(names: RegExp): number;
  /** Returns the format in which a field of a file name states its time, according to the template that matched; null if unspecified. */
  formatOf(column: string): string | null;
  /** Returns unused pairs that are not empty, under their raw names. */
  rest(): NameValue[];
}

/**
 * Creates named values.
 * @param pairs raw names and values; of a repeated name the first is the value, and the others remain in `rest`.
 * @param nameOf returns the raw name for a name that no pair has
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

/** The columns of a table, shared by all its rows: their names and positions. */
export interface Header {
  nameAt(index: number): string;
  /** Returns the position of a named column; undefined if there is none. */
  indexOf(column: string): number | undefined;
}

/** Returns the values of a table row, by the names of its header. Nothing is built per row. */
export function rowValues(place: string, header: Header, cells: readonly string[]): Values {
  return valuesAt(
    { place, count: cells.length, nameAt: header.nameAt, valueAt: (index) => cells[index] ?? '', indexOf: header.indexOf, mayRepeat: false },
    () => null,
  );
}

/** Positions of names and values. */
interface Places extends Header {
  readonly place: string;
  readonly count: number;
  valueAt(index: number): string;
  /** True if several values may have the same name. The columns of a table have unique names. */
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
