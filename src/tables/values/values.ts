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
  const indexOf = (column: string): number | undefined => {
    first ??= firstIndexes(pairs.map(([name]) => name));
    return first.get(column) ?? first.get(nameOf(column));
  };
  const header = { mayRepeat: true, nameAt: (index: number) => pairs[index]?.[0] ?? '', indexOf };
  return new NamedValues(place, header, pairs, formatOf);
}

/** Returns the position of each name; of a repeated name, the first. */
export function firstIndexes(names: readonly string[]): Map<string, number> {
  const made = new Map<string, number>();
  for (const [index, name] of names.entries()) if (!made.has(name)) made.set(name, index);
  return made;
}

/** The columns of a table, shared by all its rows: their names and positions. */
export interface Header {
  nameAt(index: number): string;
  /** Returns the position of a named column; undefined if there is none. */
  indexOf(column: string): number | undefined;
  /** True if several values may have the same name. Absent: the names are unique. */
  readonly mayRepeat?: boolean;
}

/** A value, or a name with its value. */
type Cells = readonly (string | readonly [name: string, value: string])[];

/** Returns the values of a table row, by the names of its header. Nothing is built per row. @param cells the values, or pairs of name and value */
export function rowValues(place: string, header: Header, cells: Cells): Values {
  return new NamedValues(place, header, cells, noFormat);
}

function noFormat(): null {
  return null;
}

/** A class for speed: there are millions of rows, and each is opened several times. */
class NamedValues implements Values {
  readonly place: string;
  readonly formatOf: Values['formatOf'];
  readonly #header: Header;
  readonly #cells: Cells;
  #taken: Set<number> | null = null;

  constructor(place: string, header: Header, cells: Cells, formatOf: Values['formatOf']) {
    this.place = place;
    this.formatOf = formatOf;
    this.#header = header;
    this.#cells = cells;
  }

  peek(columns: readonly string[]): string | null {
    return this.#read(columns, false);
  }

  repeats(column: string): readonly string[] {
    const { mayRepeat = false, nameAt } = this.#header;
    const first = mayRepeat ? this.#header.indexOf(column) : undefined;
    const found: string[] = [];
    if (first === undefined) return found;
    for (let index = first + 1; index < this.#cells.length; index++) {
      const value = this.#valueAt(index);
      if (nameAt(index) === nameAt(first) && value.trim() !== '') found.push(value);
    }
    return found;
  }

  take(columns: readonly string[]): string | null {
    return this.#read(columns, true);
  }

  takeAll(names: RegExp): number {
    let said = 0;
    for (let index = 0; index < this.#cells.length; index++) {
      if (!names.test(this.#header.nameAt(index))) continue;
      this.#take(index);
      if (this.#valueAt(index).trim() !== '') said++;
    }
    return said;
  }

  rest(): NameValue[] {
    const left: NameValue[] = [];
    for (let index = 0; index < this.#cells.length; index++) {
      if (this.#taken?.has(index) === true) continue;
      const value = this.#valueAt(index);
      if (value.trim() !== '') left.push({ name: this.#header.nameAt(index), value });
    }
    return left;
  }

  #valueAt(index: number): string {
    const cell = this.#cells[index] ?? '';
    return typeof cell === 'string' ? cell : cell[1];
  }

  #take(index: number): void {
    this.#taken ??= new Set();
    this.#taken.add(index);
  }

  #read(columns: readonly string[], isTaken: boolean): string | null {
    let joined: string | null = null;
    for (const column of columns) {
      const index = this.#header.indexOf(column);
      if (index === undefined) continue;
      if (isTaken) this.#take(index);
      const text = this.#valueAt(index);
      if (text.trim() !== '') joined = joined === null ? text : `${joined} ${text}`;
    }
    return joined;
  }
}
