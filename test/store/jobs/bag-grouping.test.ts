import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createBagGrouper, type Grouped } from '../../../src/store/jobs/bag-grouping.ts';

function planned(recordingId: string): Grouped {
  return { recordingId, amends: null };
}

test('a bag ends when its recordings, its bytes or its year reach the limit', () => {
  const grouper = createBagGrouper({ recordings: 2, bytes: 100 });
  const places = [
    grouper.place(planned('a'), '2018-12-31', 10),
    grouper.place(planned('b'), '2019-01-01', 10),
    grouper.place(planned('c'), '2019-01-02', 10),
    grouper.place(planned('d'), '2019-01-03', 10),
    grouper.place(planned('e'), '2019-01-04', 500),
    grouper.place(planned('f'), null, 10),
  ];
  expect(places).toEqual([0, 1, 1, 2, 3, 4]);
  expect(grouper.finish().map(({ name, recordings, bytes }) => [name.replace(/-[0-9a-f]{16}$/, '-#'), recordings, bytes])).toEqual([
    ['2018/20181231-#', 1, 10],
    ['2019/20190101-#', 2, 20],
    ['2019/20190103-#', 1, 10],
    ['2019/20190104-#', 1, 500],
    ['undated/undated-#', 1, 10],
  ]);
});

test('every recording is in exactly one bag, bags are filled in order, and no bag exceeds its limits except for one large recording', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ year: fc.integer({ min: 2017, max: 2019 }), bytes: fc.nat(150) }), { maxLength: 60 }), (items) => {
      const grouper = createBagGrouper({ recordings: 5, bytes: 100 });
      const places = items.map(({ year, bytes }, at) => grouper.place(planned(String(at)), `${year}-01-01`, bytes));
      const bags = grouper.finish();
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(bags.reduce((sum, bag) => sum + bag.recordings, 0)).toBe(items.length);
      for (const bag of bags) expect(bag.recordings <= 5 && (bag.bytes <= 100 || bag.recordings === 1)).toBe(true);
      expect(new Set(bags.map((bag) => bag.name)).size).toBe(bags.length);
    }),
  );
});
