import { isDeepStrictEqual } from 'node:util';

/** The long form tries one of so many items: `LONGPLAY_FAULTS=all` each of them, `all/61` every 61st. Null: the short form. */
const step = ((form) => (form === null ? null : Number(form[1] ?? '1')))(/^all(?:\/([1-9]\d*))?$/.exec(process.env.LONGPLAY_FAULTS ?? ''));

/** True in the long form of these tests, which tries everything and takes an hour or more. */
export const everything = step !== null;

/** No test here measures time; this only ends a hanging one. */
export const patience = everything ? 6 * 3_600_000 : 1_200_000;

/** Returns `most` of the items, spread evenly from the first, or the middle one: few, because the whole suite has half an hour. In the long form as many as it says. */
export function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (step !== null) return ofLongForm(items);
  if (items.length <= most) return [...items];
  const from = most === 1 ? 0.5 : 0;
  return Array.from({ length: most }, (_, at) => items[Math.floor(((at + from) * items.length) / most)]).filter((item) => item !== undefined);
}

/** Returns the items that the long form tries. */
export function ofLongForm<Item>(items: readonly Item[]): Item[] {
  const every = step ?? 1;
  return items.filter((_, at) => at % every === every >> 1);
}

/** Whole numbers from 1. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}

/**
 * Tries all items, `atOnce` at a time; returns the failures, each with its item's name. The short form tries one at a time, because of simultaneous commands only one can run in the
 * process of the tests: the others start a process each, which takes more CPU time.
 */
export async function trials<Item>(
  items: readonly Item[],
  one: (item: Item) => AsyncIterable<string>,
  atOnce = everything ? 2 : 1,
): Promise<string[]> {
  const complaints: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      for await (const complaint of one(item)) complaints.push(complaint);
      if (everything) process.stderr.write(`${next} of ${items.length}, ${complaints.length} complaints ${complaints.at(-1)?.slice(0, 600) ?? ''}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return complaints;
}

/** Returns the differences from the expected value, member by member; empty if there are none. */
export function differences<T extends object>(found: T, expected: T): string[] {
  return Object.keys(expected).flatMap((key) => {
    const [a, b] = [found[key as keyof T], expected[key as keyof T]]; // a key of the same type
    if (isDeepStrictEqual(a, b)) return [];
    if (!Array.isArray(a) || !Array.isArray(b)) return [`${key} is ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`];
    const more = a.filter((item) => !b.includes(item));
    const less = b.filter((item) => !a.includes(item));
    return [`${key}: ${a.length} instead of ${b.length}; too much ${JSON.stringify(more)}, missing ${JSON.stringify(less)}`];
  });
}
