import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyIndex } from '../../src/tables/key-index.ts';
import { openKeyedStage } from '../../src/tables/keyed-stage.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Thing {
  readonly name: string;
}

describe.each([
  ['in memory', Number.POSITIVE_INFINITY],
  ['in a file', 1_000],
])('values with several keys, %s', (_, memoryChars) => {
  it('are found by each of their keys in the order in which they were put, and by narrow keys', () => {
    const own = join(folder, String(memoryChars));
    const narrowOf = ({ name }: Thing): readonly string[] => [`end ${name.slice(-1)}`];
    const stage = openKeyedStage<Thing>(own, narrowOf, memoryChars);
    const things = Array.from({ length: 2_000 }, (_each, at): Thing => ({ name: `Åsa ${(at * 7_919) % 2_000}` }));
    for (const thing of things) stage.put([`name ${thing.name}`, `tens ${thing.name.slice(0, -1)}`, 'all'], thing);
    expect(readdirSync(own).filter((name) => name.endsWith('.sqlite'))).toHaveLength(memoryChars === 1_000 ? 1 : 0);
    expect(stage.size).toBe(2_000);
    expect(things.filter((thing) => stage.get(`name ${thing.name}`)[0]?.name !== thing.name)).toEqual([]);
    expect(stage.get('tens Åsa 17')).toEqual(things.filter(({ name }) => name.slice(0, -1) === 'Åsa 17'));
    expect([stage.get('all'), stage.get('all', 3), stage.get('all', 0)]).toEqual([things, things.slice(0, 3), []]);
    expect([stage.get('end 7'), stage.get('name Åsa'), stage.get('')]).toEqual([[], [], []]);
    const ending = things.filter(({ name }) => name.endsWith('7'));
    expect([stage.getNarrow('end 7'), stage.getNarrow('end 7', 2), stage.getNarrow('all')]).toEqual([ending, ending.slice(0, 2), []]);
    expect([...stage.all()]).toEqual(things);
    stage.close();
    expect(readdirSync(own)).toEqual([]);
  });

  it('are found by a key with half of a character, and by narrow keys that were put with the others', () => {
    const stage = openKeyedStage<Thing>(folder, null, memoryChars);
    stage.put(['name \ud800', 'narrow'], { name: '\ud800' });
    expect([stage.get('name \ud800'), stage.getNarrow('narrow')]).toEqual([[{ name: '\ud800' }], [{ name: '\ud800' }]]);
    stage.close();
  });
});

it('an index returns the numbers of a key in order, and few others', () => {
  const index = createKeyIndex();
  for (let number = 0; number < 50_000; number++) index.add(`key ${number % 20_000}`, number);
  const found = Array.from({ length: 20_000 }, (_, key) => [...index.of(`key ${key}`)]);
  const expected = found.map((_, key) => [key, key + 20_000, key + 40_000].filter((number) => number < 50_000));
  const others = found.map((numbers, key) => numbers.filter((number) => number % 20_000 !== key));
  expect(found.map((numbers, key) => numbers.filter((number) => number % 20_000 === key))).toEqual(expected);
  expect(others.flat().length).toBeLessThan(10);
  expect(found.filter((numbers) => numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] ?? 0)))).toEqual([]);
});
