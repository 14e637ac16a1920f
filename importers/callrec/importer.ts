import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { nameKey, stemKey } from '../engine/records/keys.ts';
import { describeCouples } from './describe.ts';
import { couplePairs, filesOf, kindOf, screenName } from './files.ts';

/**
 * Imports ZOOM CallREC, later Eleveo and Genesys Quality Management: the tables of its database, and its archives of couples and their files. A recording is a
 * couple: a caller and a called party who speak with each other. A call groups its couples.
 */
export const callrec = familyImporter({
  id: 'callrec',
  title: 'ZOOM CallREC, Eleveo, Genesys Quality Management (tables couples and cfiles, archive*.zip)',
  grade: 'experimental',
  facts: [
    'the schema of the database callrec in a public repository: tables calls, couples, cfiles, couple_extdata, deleted_couples, their domains and comments',
    'a public script that restores calls.xml of archive*.zip into these tables: call(id, start, stop, length), couple, data(key, value), file; no real export available',
  ],
  tested: ['samples/callrec, written from the public schema', 'no real export was available'],
  shapes: [
    {
      name: 'couples',
      unit: 'couples rows',
      role: 'call',
      at: { kind: 'table', columns: ['id', 'callid', 'callingnr'] },
      key: (row) => coupleKey(row.peek(['id'])),
      links: bySid,
    },
    {
      name: 'couple',
      unit: 'couples of calls.xml',
      role: 'call',
      at: { kind: 'table', columns: ['id', 'callingnr'], named: /^couple$/, xmlRecord: 'couple', xmlAround: 'call', pairs: couplePairs },
      key: (couple) => coupleKey(couple.peek(['id'])),
      links: bySid,
      claims,
    },
    {
      name: 'cfiles',
      unit: 'cfiles rows',
      role: 'call',
      at: { kind: 'table', columns: ['cplid', 'cfpath'] },
      key: (row) => coupleKey(row.peek(['cplid'])),
      claims,
    },
    {
      name: 'deleted_couples',
      unit: 'deleted_couples rows',
      role: 'call',
      at: { kind: 'table', columns: ['sid', 'deleted_ts'] },
      key: (row) => bySid(row)[0] ?? null,
    },
    {
      name: 'couple_extdata',
      unit: 'couple_extdata rows',
      role: 'detail',
      at: { kind: 'table', columns: ['cplid', 'key', 'value'] },
      key: (row) => row.peek(['cplid']),
    },
    {
      name: 'calls',
      unit: 'calls rows',
      role: 'detail',
      at: { kind: 'table', columns: ['id', 'cplcnt', 'start_ts'] },
      key: (row) => row.peek(['id']),
    },
  ],
  mediumKind: (path, usual) => (screenName.test(path) ? 'screen' : usual),
  describe: describeCouples,
});

function coupleKey(id: string | null): string | null {
  return id === null ? null : `couple ${id}`;
}

/** The sid of a couple is the same in all databases (comment on couples.sid). */
function bySid(record: JoinedRecord): readonly string[] {
  const sid = record.peek(['sid']);
  return sid === null ? [] : [`sid ${sid}`];
}

function claims(record: JoinedRecord): readonly Claim[] {
  const by = record.shape === 'cfiles' ? 'path in cfiles' : 'file in calls.xml';
  // Screenshots are not recordings.
  return filesOf(record)
    .filter(({ type }) => type !== 'IMAGE')
    .flatMap(({ path, type }): Claim[] => {
      const exact: Claim = { key: nameKey(path), by, path };
      if (kindOf(type, path) !== null) return [exact];
      return [
        exact,
        { key: stemKey(path), by: `${by}, with another extension`, strength: 'other-name', path, fits: (file) => !screenName.test(file) },
      ];
    });
}
