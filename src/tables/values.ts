import type { NameValue } from '../core/recording.ts';

/** Named values of a row or of a file name; knows which of them have found their place in a recording. */
export interface Values {
  /** The row or file, for findings. */
  readonly place: string;
  /** The columns' values, joined by a blank; null where all are empty. */
  peek(columns: readonly string[]): string | null;
  /** The same, and the columns have found their place. */
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
  const taken = new Set<number>();
  const first = new Map<string, number>();
  for (const [index, [name]] of pairs.entries()) if (!first.has(name)) first.set(name, index);
  const indexesOf = (columns: readonly string[]): number[] => columns.flatMap((column) => first.get(column) ?? first.get(nameOf(column)) ?? []);
  const join = (indexes: readonly number[]): string | null => {
    const texts = indexes.map((index) => pairs[index]?.[1] ?? '').filter((text) => text.trim() !== '');
    return texts.length === 0 ? null : texts.join(' ');
  };
  return {
    place,
    formatOf,
    peek: (columns) => join(indexesOf(columns)),
    take: (columns) => {
      const indexes = indexesOf(columns);
      for (const index of indexes) taken.add(index);
      return join(indexes);
    },
    takeAll: (names) => {
      const found = pairs.flatMap(([name, value], index) => (names.test(name) ? [{ index, value }] : []));
      for (const { index } of found) taken.add(index);
      return found.filter(({ value }) => value.trim() !== '').length;
    },
    rest: () => pairs.flatMap(([name, value], index) => (taken.has(index) || value.trim() === '' ? [] : [{ name, value }])),
  };
}
