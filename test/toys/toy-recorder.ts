import { familyImporter } from '../../importers/engine/family-importer.ts';
import { pairsOf, partyOf, timeOf } from '../../importers/engine/records/describe.ts';
import { nameKey } from '../../importers/engine/records/keys.ts';

/** A recorder family made up for test/toys: one table with a row per call, which names its file. It represents a contributed importer. */
export const toyRecorder = familyImporter({
  id: 'toy-recorder',
  title: 'Toy recorder (table of calls with TOYFILE)',
  grade: 'documented',
  facts: ['made up for the test that adds it'],
  tested: ['the source that this test writes'],
  shapes: [
    {
      name: 'TOYCALL',
      unit: 'toy rows',
      role: 'call',
      at: { kind: 'table', columns: ['toyid', 'toyfile'] },
      key: (row) => row.peek(['TOYID']),
      claims: (row) => {
        const place = row.peek(['TOYFILE']);
        return place === null ? [] : [{ key: nameKey(place), by: 'name in TOYFILE', path: place }];
      },
    },
  ],
  describe: ({ key, records: [row] }, { zone }) => {
    if (row === undefined) return { key };
    const caller = partyOf('caller', { phone: row.take(['TOYCALLER']) });
    return {
      key,
      sourceKeys: pairsOf(row, { id: 'TOYID', path: 'TOYFILE' }),
      callStart: timeOf(row, 'TOYSTART', { format: 'iso', zone }),
      parties: caller === null ? [] : [caller],
    };
  },
});
