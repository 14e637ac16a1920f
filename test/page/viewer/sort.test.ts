import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultOrder, isDefaultOrder, orderColumns, orderOf, orderText } from '../../../src/core/page/order.ts';
import type { Shard } from '../../../src/core/page/viewer-data.ts';
import { latestFirst, type OrderedPart, orderedBy, sizeOf } from '../../../src/page/viewer/sort.ts';

interface Row {
  readonly from: string;
  readonly agent: string;
  readonly durationMs: number | null;
}

function shardOf(rows: readonly Row[]): Shard {
  const agents = [...new Set(rows.map(({ agent }) => agent))];
  // The members that an order reads.
  return {
    recordings: rows.length,
    from: rows.map(({ from }) => from),
    durationsMs: rows.map(({ durationMs }) => durationMs),
    agent: { values: agents, rows: rows.map(({ agent }) => agents.indexOf(agent)) },
  } as unknown as Shard;
}

const row = fc.record({
  from: fc.constantFrom('', '1001', '999', '+46701740605', '0701740605'),
  agent: fc.constantFrom('', 'Åsa Öberg', 'Anna', 'Örjan', 'Zeb', 'Agent 2', 'Agent 10'),
  durationMs: fc.option(fc.nat(5_000)),
});
/** Months with all of their rows, or with some of them. */
const months = fc.array(fc.tuple(fc.array(row, { maxLength: 20 }), fc.option(fc.array(fc.nat(19)))), { maxLength: 5 });

test('each order has every row once, ascends or descends, keeps the order of the starts among equals, and has rows without the value last', async () => {
  await fc.assert(
    fc.asyncProperty(months, fc.constantFrom('from', 'agent', 'length'), fc.boolean(), async (made, by, descending) => {
      const parts = made.map(([rows, some], index) => ({
        month: `2019-${String(index + 1).padStart(2, '0')}`,
        recordings: rows.length,
        rows: some === null ? ('all' as const) : Int32Array.from([...new Set(some)].filter((at) => at < rows.length).sort((a, b) => a - b)),
        shard: shardOf(rows),
        whole: rows,
      }));
      const lying = parts.flatMap(({ rows, whole }) => (rows === 'all' ? whole : [...rows].map((at) => whole[at] as Row)));
      const places = await orderedBy(parts, { by, descending }, async ({ shard }) => shard, 'sv');
      const order = lying.map((_, index) => places(index));
      expect([...order].sort((a, b) => a - b)).toEqual(lying.map((_, index) => index));
      const { compare } = new Intl.Collator('sv', { numeric: true });
      const against = (a: Row, b: Row): number => {
        const [one, other] = by === 'length' ? [a.durationMs, b.durationMs] : [a[by] || null, b[by] || null];
        if (one === other) return 0;
        if (one === null) return 1;
        if (other === null) return -1;
        const difference = typeof one === 'number' && typeof other === 'number' ? one - other : compare(String(one), String(other));
        return descending ? -difference : difference;
      };
      for (let at = 1; at < order.length; at++) {
        const [before = 0, after = 0] = [order[at - 1], order[at]];
        const difference = against(lying[before] as Row, lying[after] as Row);
        expect(difference).toBeLessThanOrEqual(0);
        if (difference === 0) expect(before).toBeLessThan(after);
      }
    }),
  );
});

test('Swedish letters have their place in the Swedish alphabet, and numbers are sorted by value', async () => {
  const rows = ['Örjan', 'Agent 10', 'Åsa', 'Zeb', 'Agent 2', 'Ärla', ''].map((agent) => ({ agent, from: '', durationMs: null }));
  const part = { month: '2019-01', recordings: rows.length, rows: 'all' as const };
  const named = async (language: string): Promise<string[]> => {
    const places = await orderedBy([part], { by: 'agent', descending: false }, async () => shardOf(rows), language);
    return rows.map((_, index) => rows[places(index)]?.agent ?? '?');
  };
  expect(await named('sv')).toEqual(['Agent 2', 'Agent 10', 'Zeb', 'Åsa', 'Ärla', 'Örjan', '']);
  expect(await named('en')).toEqual(['Agent 2', 'Agent 10', 'Ärla', 'Åsa', 'Örjan', 'Zeb', '']);
});

test('the latest first reverses the rows with a start and keeps those without one last', () => {
  const parts: OrderedPart[] = [
    { month: '2019-01', recordings: 3, rows: 'all' },
    { month: '2019-02', recordings: 9, rows: Int32Array.of(1, 4) },
    { month: 'undated', recordings: 2, rows: 'all' },
  ];
  const places = latestFirst(parts);
  expect(Array.from({ length: sizeOf(parts) }, (_, index) => places(index))).toEqual([4, 3, 2, 1, 0, 5, 6]);
});

test('an order is written to an address and read back; anything else is not an order', () => {
  for (const by of orderColumns) for (const descending of [false, true]) expect(orderOf(orderText({ by, descending }))).toEqual({ by, descending });
  expect(isDefaultOrder(defaultOrder)).toBe(true);
  for (const text of ['', '-', 'marks', '--start', 'start ', '__proto__']) expect(orderOf(text)).toBeNull();
});

test('more values than are sorted in one step are in order as well', async () => {
  const size = 9_000;
  // 7,919 is coprime to the number of rows, so each number occurs once.
  const rows = Array.from({ length: size }, (_, index) => ({ from: `+4670174${(index * 7_919) % size}`, agent: '', durationMs: null }));
  const part = { month: '2019-01', recordings: size, rows: 'all' as const };
  for (const descending of [false, true]) {
    const places = await orderedBy([part], { by: 'from', descending }, async () => shardOf(rows), 'en');
    const numbers = rows.map((_, index) => Number(rows[places(index)]?.from.slice('+4670174'.length)));
    expect(numbers).toEqual(Array.from({ length: size }, (_, index) => (descending ? size - 1 - index : index)));
  }
});
