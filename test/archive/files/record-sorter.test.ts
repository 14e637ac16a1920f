import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordSorter, type SortRecord } from '../../../src/archive/files/record-sorter.ts';
import { temporaryFolder } from '../rig.ts';

/** A few keys, so that many are equal, and any text without an unpaired surrogate. */
const key = fc.oneof(fc.constantFrom('', 'a', 'a/b', 'a-b', 'b', '\u{1f4de}', '\ufffe'), fc.string({ unit: 'grapheme' }));
const records = fc.array(fc.record({ key, value: fc.string({ unit: 'grapheme', maxLength: 40 }) }), { maxLength: 200 });

function sorted(all: readonly SortRecord[], temporary: string, charsInMemory: number): SortRecord[] {
  const sorter = createRecordSorter(temporary, charsInMemory);
  try {
    for (const one of all) sorter.add(one.key, one.value);
    return [...sorter.sorted()];
  } finally {
    sorter.close();
  }
}

describe('sorting', () => {
  it('gives the result of a stable sort in memory, however little of it is in memory', () => {
    using folder = temporaryFolder();
    fc.assert(
      fc.property(records, fc.constantFrom(1, 500, 3_000, 1_000_000), (all, charsInMemory) => {
        const expected = [...all].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
        expect(sorted(all, folder.path, charsInMemory)).toEqual(expected);
      }),
    );
  });

  it('takes records longer than one read or write', () => {
    using folder = temporaryFolder();
    const all = ['c', 'a', 'b'].map((one) => ({ key: one.repeat(90_000), value: `\u00e9${one}`.repeat(700_000) }));
    const [c, a, b] = all;
    expect(sorted(all, folder.path, 1)).toEqual([a, b, c]);
  });

  it('takes the same memory for any number of records', () => {
    using folder = temporaryFolder();
    const sorter = createRecordSorter(folder.path, 10_000);
    const before = process.memoryUsage().arrayBuffers;
    const count = 200_000;
    for (let at = 0; at < count; at++) sorter.add(String((at * 7_919) % count).padStart(8, '0'), 'a path of some forty characters, or more');
    let most = 0;
    let records = 0;
    let last = '';
    for (const { key: next } of sorter.sorted()) {
      if (records++ % 10_000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      expect(last < next).toBe(true);
      last = next;
    }
    sorter.close();
    expect(records).toBe(count);
    // It writes and reads 66 MB in total; what the cipher returned counts until it is collected.
    expect(most).toBeLessThan(24 * 1024 * 1024);
  });

  it('leaves nothing behind, not even during the sort', () => {
    using folder = temporaryFolder();
    const sorter = createRecordSorter(folder.path, 1);
    sorter.add('b', '');
    sorter.add('a', '');
    const first = sorter.sorted().next();
    expect(first).toMatchObject({ value: { key: 'a' } });
    // A killed process cannot clean up, so the file has no name from the start.
    expect(readdirSync(folder.path)).toEqual([]);
    sorter.close();
  });
});
