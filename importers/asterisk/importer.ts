import { agree } from '../../src/core/base/agree.ts';
import { finding } from '../../src/core/findings/finding.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Family, SeenSource } from '../engine/records/family.ts';
import type { Shape } from '../engine/records/shape.ts';
import { describeAsterisk } from './call.ts';
import { claimsOf, fileKeys, narrowKeys } from './claims.ts';
import { tableRank } from './duplicates.ts';
import { isLayoutPath, type Layouts, readLayouts } from './layouts.ts';
import { twinKeys } from './media.ts';
import { isUniqueId, parseAudioName } from './names.ts';
import { describeFiles, fileCalls, fileGroup } from './orphans.ts';
import { type AsteriskTable, canonicalName, layoutOf, tableColumns, tableFile } from './tables.ts';

/**
 * Imports Asterisk, FreePBX and Issabel: CDR and CEL tables as CSV, in databases and in dumps of them, in any folder, and the files that MixMonitor and Monitor
 * wrote. A recording is a call (all rows of one linkedid), or a conference (all calls that share a file).
 */
export const asterisk = familyImporter({
  ...familyOf(new Map(), () => false),
  forSource: async (source, { media }, signal) => familyOf(await readLayouts(source, signal), (name) => media.kindOfName(name) !== null),
});

/**
 * Creates the family.
 * @param layouts columns of tables without column names, according to configurations in the source
 * @param isAudio returns true for the name of an audio file
 */
function familyOf(layouts: Layouts, isAudio: (name: string) => boolean): Family {
  return {
    id: 'asterisk',
    title: 'Asterisk, FreePBX, Issabel (CDR and CEL in CSV and databases, MixMonitor files)',
    grade: 'verified',
    facts: [
      'a run of Asterisk git f0c1c1a7b7: CDR CSV, CEL CSV, CDR in SQLite, MixMonitor tree with sides and wav49',
      'asterisk/asterisk f0c1c1a7b7: cdr/cdr_csv.c, include/asterisk/cel.h, configs/samples/cel_custom.conf.sample, cdr_custom.conf.sample; apps/app_mixmonitor.c: option a',
      'FreePBX/callrecording 364c1c6, functions.inc.php: file names; FreePBX/cdr ba021d0: columns of the export',
    ],
    tested: ['the output of a run of Asterisk git f0c1c1a7b7 across a clock change', 'samples/asterisk-normal, synthetic'],
    shapes: [...shapesOf('cdr', layouts), ...shapesOf('cel', layouts)],
    namesFile,
    evidence,
    fileKeys,
    narrowKeys,
    claims: (key, records) => claimsOf(key === null || !isUniqueId(key) ? null : key, records, isAudio),
    twinKeys,
    describe: (call, context) => describeAsterisk(call, context, isAudio),
    fileGroup,
    fileCalls,
    describeFile: (_file, context, files, why) => describeFiles(files, context, why),
    unclaimedReason,
    unzoned: (place, calls) => finding('I112', place, agree`the start of ${calls} call[s] is local time without a zone, and no uniqueid gives UTC`),
  };
}

/** Returns one shape for each set of columns that a database may have; a CSV is recognised by its rows. */
function shapesOf(table: 'cdr', layouts: Layouts): [Shape, ...Shape[]];
function shapesOf(table: AsteriskTable, layouts: Layouts): Shape[];
function shapesOf(table: AsteriskTable, layouts: Layouts): Shape[] {
  return tableColumns[table].map(
    (columns): Shape => ({
      name: table,
      unit: table === 'cdr' ? 'CDR rows' : 'CEL events',
      table: `${table.toUpperCase()} table`,
      role: table === 'cdr' ? 'call' : 'event',
      at: {
        kind: 'table',
        file: tableFile,
        columns,
        layout: (rows, path) => {
          const known = layoutOf(rows, path, layouts);
          return known?.table === table ? known.layout : null;
        },
        pairs: (pairs) => pairs.map(([name, value]) => [canonicalName(name), value] as const),
      },
      key: (record) => idIn(record, 'linkedid') ?? (idIn(record, 'uniqueid') === null ? `row ${record.sha256}` : null),
      part: (record) => idIn(record, 'uniqueid'),
      parts: (record) => {
        const uniqueid = valueIn(record, 'uniqueid');
        return uniqueid === valueIn(record, 'linkedid') || !isUniqueId(uniqueid) ? [] : [uniqueid];
      },
      order: orderOf,
    }),
  );
}

function idIn(record: JoinedRecord, column: 'linkedid' | 'uniqueid'): string | null {
  const id = valueIn(record, column);
  return isUniqueId(id) ? id : null;
}

function valueIn({ pairs }: JoinedRecord, column: string): string {
  return pairs.findLast(([name]) => name === column)?.[1] ?? '';
}

/**
 * Returns a text that orders records: CDR rows first, in the order of the legs, then events in chronological order. Within one leg or moment, rows that name
 * their call come first, and among these those of Master.csv.
 */
function orderOf(record: JoinedRecord): string {
  const rank = `${valueIn(record, 'linkedid') === '' ? '~' : ''}${tableRank(record)}`;
  if (record.shape === 'cel') return `2 ${valueIn(record, 'eventtime')} ${rank}`;
  return `1 ${valueIn(record, 'sequence').padStart(12, '0')} ${valueIn(record, 'start')} ${rank}`;
}

/** Returns true for a name with a uniqueid in a place where MixMonitor's names have it. */
function namesFile(path: string): boolean {
  const name = parseAudioName(path);
  return name.idCore !== null && (name.uniqueid !== null || name.side !== null || /^(.+-)?\d+\.\d+$/.test(name.stem));
}

function evidence({ tables, named }: SeenSource): string | null {
  const cdr = tables.filter(({ shape }) => shape === 'cdr');
  const cel = tables.filter(({ shape }) => shape === 'cel');
  const widths = [...new Set(cdr.flatMap((table) => table.widths))].sort((a, b) => a - b);
  const seen = [
    ...(cdr.length > 0 ? [agree`${count(cdr.length, 'CDR table')} (${widths.join(' and ')} column[s])`] : []),
    ...(cel.length > 0 ? [count(cel.length, 'CEL table')] : []),
    ...(named > 0 ? [`${count(named, 'recording')} named as MixMonitor names them`] : []),
  ];
  return seen.length === 0 ? null : seen.join(', ');
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function unclaimedReason(path: string, sizeBytes: number): string | null {
  if (isLayoutPath(path)) return 'configuration; the columns of custom tables were taken from it';
  return tableFile.test(path) && sizeBytes === 0 ? 'an empty table' : null;
}
