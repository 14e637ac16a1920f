import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import { directionBy, durationOf, pairsOf, partyOf, timeOf, utcAndLocal } from '../engine/records/describe.ts';
import { nameKey } from '../engine/records/keys.ts';

/**
 * Imports NICE Trading Recording, formerly CyberTech: the table CVS in any kind of export, and the tree of channels that its CVSLCT names. The meaning of
 * CVSC02 and the columns after it differs by site: they are kept under their names, and a mapping file (docs/reference/mapping-file.md) can define them.
 */
export const niceTrading = familyImporter({
  id: 'nice-trading',
  title: 'NICE Trading Recording, CyberTech (table CVS, channel tree)',
  grade: 'experimental',
  facts: [
    'dfgs/NTRCheck f628f027, NTRCheck/Models/CVS.cs: columns of the table CVS and what they hold',
    'a public web client of an NTR database: CVSSDT, CVSEDT, CVSC00, CVSC01, CVSDIR, CVSLCT; no real export available',
  ],
  tested: ['samples/nice-trading, written from columns seen in public code', 'no real export was available'],
  shapes: [
    {
      name: 'CVS',
      unit: 'CVS rows',
      role: 'call',
      at: { kind: 'table', columns: ['cvskey', 'cvssdt'] },
      key: (row) => row.peek(['CVSKEY']),
      claims: (row) => {
        const place = row.peek(['CVSLCT']);
        return place === null ? [] : [{ key: nameKey(place), by: 'path in CVSLCT', path: place }];
      },
    },
  ],
  namesFile: (path) => /^CH\d+_\d+_\d+\.[a-z0-9]+$/i.test(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1)),
  describe: ({ key, records }, { zone }) => {
    const [row] = records;
    if (row === undefined) return { key };
    const start = timesOf(row, 'UtcStartTime', 'CVSSDT', zone);
    const end = timesOf(row, 'UtcEndTime', 'CVSEDT', zone);
    const destination = partyOf('callee', { phone: row.take(['CVSC00']) });
    const source = partyOf('caller', { phone: row.take(['CVSC01']) });
    return {
      key,
      sourceKeys: pairsOf(row, { cvskey: 'CVSKEY', path: 'CVSLCT' }),
      callStart: start.time,
      callEnd: end.time,
      durationDeclared: durationOf(row, 'CVSDUR', 's'),
      direction: directionBy(row.take(['CVSDIR']), {
        in: 'inbound',
        incoming: 'inbound',
        out: 'outbound',
        outgoing: 'outbound',
        internal: 'internal',
      }),
      parties: [source, destination].filter((party) => party !== null),
      org: pairsOf(row, { channel: 'CVSCHN', user: 'CVSUSR' }),
      findings: [...start.findings, ...end.findings],
    };
  },
});

function timesOf(row: JoinedRecord, utc: string, local: string, zone: string | null) {
  return utcAndLocal(timeOf(row, utc, { format: 'iso', zone: 'UTC' }), timeOf(row, local, { format: 'iso', zone }), row.place);
}
