import { isDeepStrictEqual } from 'node:util';

/** True in the long form of these tests, which tries everything and takes an hour or more. */
export const everything = process.env.LONGPLAY_FAULTS === 'all';

/** No test here measures time; this only ends a hanging one. */
export const patience = everything ? 6 * 3_600_000 : 1_200_000;

/** Returns `most` of the items, spread evenly from the first, or the middle one: few, because the whole suite has half an hour. All of them in the long form. */
export function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (everything || items.length <= most) return [...items];
  const from = most === 1 ? 0.5 : 0;
  return Array.from({ length: most }, (_, at) => items[Math.floor(((at + from) * items.length) / most)]).filter((item) => item !== undefined);
}

/** Whole numbers from 1. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}

/** Tries all items, two at a time; returns the failures, each with its item's name. */
export async function trials<Item>(items: readonly Item[], one: (item: Item) => AsyncIterable<string>): Promise<string[]> {
  const complaints: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      for await (const complaint of one(item)) complaints.push(complaint);
      if (everything) process.stderr.write(`${next} of ${items.length}, ${complaints.length} complaints ${complaints.at(-1)?.slice(0, 600) ?? ''}\n`);
    }
  };
  await Promise.all([lane(), lane()]);
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
