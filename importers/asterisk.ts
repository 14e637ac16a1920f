import { finding } from '../src/core/finding.ts';
import type { Importer, ImportItem, ImportOptions, TableRead } from '../src/core/importer.ts';
import { byCodePoint } from '../src/core/order.ts';
import type { ReconciliationStatus } from '../src/core/recording.ts';
import { baseName } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import type { Unions } from '../src/joins/unions.ts';
import { openStage, openStages } from '../src/tables/stage.ts';
import type { Stage } from '../src/tables/types.ts';
import { withoutDuplicates } from './asterisk-duplicates.ts';
import { claimFiles, type OwnedFile, type Ownership, plannedFiles, settleClaims } from './asterisk-join.ts';
import { readLayouts } from './asterisk-layouts.ts';
import { sortMedia } from './asterisk-media.ts';
import { isAudioPath, parseAudioName } from './asterisk-names.ts';
import { copyRecording, orphanGroup, orphanRecordings } from './asterisk-orphans.ts';
import { type Call, callRecording } from './asterisk-recording.ts';
import { idOfGroup, readTables, type StagedRow, type Survey, survey } from './asterisk-survey.ts';
import { isDatabasePath, isTablePath, knowDatabase, peekTable } from './asterisk-tables.ts';

/** Tables that `recognise` looks into; one is enough to know. */
const recognisedTables = 100;

/**
 * Asterisk, FreePBX, Issabel: CDR and CEL tables as CSV, in databases and in dumps of these, wherever they lie, and the files that MixMonitor and Monitor
 * wrote. A recording is a call (all rows of one linkedid), or a conference (all calls that share a file).
 */
export const asterisk: Importer = {
  id: 'asterisk',
  title: 'Asterisk, FreePBX, Issabel (CDR and CEL in CSV and databases, MixMonitor files)',
  grade: 'verified',
  facts: [
    'a run of Asterisk git f0c1c1a7b7: CDR CSV, CEL CSV, CDR in SQLite, MixMonitor tree with sides and wav49',
    'asterisk/asterisk f0c1c1a7b7: cdr/cdr_csv.c, include/asterisk/cel.h, configs/samples/cel_custom.conf.sample, cdr_custom.conf.sample; apps/app_mixmonitor.c: option a',
    'FreePBX/callrecording 364c1c6, functions.inc.php: file names; FreePBX/cdr ba021d0: columns of the export',
  ],
  tested: ['what a run of Asterisk git f0c1c1a7b7 wrote over a clock change', 'samples/asterisk-normal, written for this'],
  recognise: async (source, options, signal) => {
    const seen = { cdr: 0, cel: 0 };
    const columns = new Set<number>();
    let peeked = 0;
    let named = 0;
    const layouts = await readLayouts(source, signal);
    for await (const entry of source.entries(signal)) {
      if (isAudioPath(entry.path)) {
        const name = parseAudioName(entry.path);
        if (name.idCore !== null && (name.uniqueid !== null || name.side !== null || /^(.+-)?\d+\.\d+$/.test(name.stem))) named++;
      } else if ((isTablePath(entry.path) || isDatabasePath(entry.path)) && peeked++ < recognisedTables) {
        const reader = await source.open(entry, signal);
        const tables = isDatabasePath(entry.path)
          ? await knowDatabase(reader, entry.path, options, signal)
          : [await peekTable(reader, entry.path, options, layouts, signal)];
        for (const known of tables) {
          if (known === null) continue;
          seen[known.kind]++;
          if (known.kind === 'cdr') for (const width of known.widths) columns.add(width);
        }
      }
    }
    const evidence = [
      ...(seen.cdr > 0 ? [`${count(seen.cdr, 'CDR table')} (${[...columns].sort((a, b) => a - b).join(' and ')} columns)`] : []),
      ...(seen.cel > 0 ? [count(seen.cel, 'CEL table')] : []),
      ...(named > 0 ? [`${count(named, 'recording')} named as MixMonitor names them`] : []),
    ];
    return evidence.length === 0 ? null : evidence.join(', ');
  },
  items: async function* (source, options, signal) {
    using stages = openStages(options.scratch);
    yield* importAll(source, options, stages.open, signal);
  },
};

async function* importAll(source: Source, options: ImportOptions, open: () => Stage, signal: AbortSignal): AsyncGenerator<ImportItem> {
  const [audio, files, calls, owned, orphans] = [open(), open(), open(), open(), open()];
  const surveyed = yield* survey(source, options, audio, files, signal);
  yield* readTables(source, surveyed, options, calls, () => openStage(options.scratch), signal);
  for (const { group, values } of calls.groups()) {
    signal.throwIfAborted();
    claimFiles(group, rowsOf(values), audio, files);
  }
  const unions = settleClaims(files, owned, (file) => orphans.put(orphanGroup(file.path), file.path, file), signal);
  const counts = surveyed.tables.map(() => new Map<string, number>());
  const keyOf = fileKeys(audio, surveyed.audioFolder);
  let unzoned = 0;
  for (const { group, values } of calls.groups()) {
    signal.throwIfAborted();
    if (unions.root(group) !== group) continue;
    const call = await gatherCall(group, rowsOf(values), unions, calls, owned, keyOf, source, signal);
    tally(counts, call.repeatedEvents, 'duplicate-row');
    if (call.rows.length === 0 && call.media.files.length === 0) {
      tally(counts, call.events, 'event-without-recording');
      continue;
    }
    const recording = callRecording(call, (index) => surveyed.tables[index]?.path ?? '', options.zone);
    if (recording.callStart?.certainty === 'unzoned') unzoned++;
    tally(counts, call.rows, recording.reconciliation.status);
    tally(counts, call.duplicates, 'duplicate-row');
    tally(counts, call.events, 'event');
    yield recording;
    for (const { file } of call.media.copies) yield* copyRecording(file.path, file.size, call.key, keyOf, options.zone);
  }
  yield* orphanRecordings(orphans, source, keyOf, options.zone, signal);
  if (unzoned > 0) yield finding('I112', source.name, `the start of ${unzoned} calls is local time without a zone, and no uniqueid gives UTC`);
  yield* tablesRead(surveyed, counts);
}

/** A call with everything that belongs to it, and its duplicate rows. */
interface GatheredCall extends Call {
  readonly duplicates: readonly StagedRow[];
  readonly repeatedEvents: readonly StagedRow[];
}

async function gatherCall(
  group: string,
  ownRows: readonly StagedRow[],
  unions: Unions,
  calls: Stage,
  owned: Stage,
  keyOf: (path: string) => string,
  source: Source,
  signal: AbortSignal,
): Promise<GatheredCall> {
  const members = unions.members(group);
  const staged = members.length === 1 ? ownRows : members.flatMap((member) => rowsOf(calls.get(member)));
  const got = members.flatMap((member) => owned.get(member) as readonly Ownership[]); // put by `settleClaims`
  const media = await sortMedia(
    got.filter((file): file is OwnedFile => 'path' in file),
    source,
    signal,
  );
  const { rows, duplicates } = withoutDuplicates(staged.filter((row) => row.kind === 'cdr'));
  const events = withoutDuplicates(staged.filter((row) => row.kind === 'cel'));
  const texts = new Set(rows.map(({ raw }) => raw));
  const shared = media.files.find((file) => file.sharers > 1);
  const id = idOfGroup(group);
  const key = shared !== undefined && members.length > 1 ? keyOf(shared.path) : (id ?? group.slice(0, 20).replace(' ', '-'));
  const findings = conflicts(key, rows);
  const sameTable = duplicates.filter((duplicate) => duplicate.table === rows[0]?.table).length;
  if (id === null && members.length === 1 && sameTable > 0) {
    findings.push(finding('I107', key, `${sameTable + 1} identical rows of one table have no uniqueid; they are taken as one call`));
  }
  return {
    key,
    ids: members.flatMap((member) => idOfGroup(member) ?? []),
    rows,
    duplicates,
    also: duplicates.filter(({ raw }) => !texts.has(raw)),
    events: events.rows,
    repeatedEvents: events.duplicates,
    media,
    planned: plannedFiles(staged),
    doubted: got.flatMap((file) => ('doubted' in file ? [file.doubted] : [])),
    calls: members.length,
    findings,
  };
}

/** Two different rows of one table with one uniqueid and one sequence number: no single Asterisk writes that. */
function conflicts(key: string, rows: readonly StagedRow[]) {
  const seen = new Set<string>();
  let twice = 0;
  for (const { table, fields } of rows) {
    const row = new Map(fields);
    const sequence = row.get('sequence') ?? '';
    if (sequence === '' || sequence === '0') continue;
    const leg = `${row.size} ${table} ${row.get('uniqueid') ?? ''} ${sequence}`;
    if (seen.has(leg)) twice++;
    seen.add(leg);
  }
  return twice === 0 ? [] : [finding('I108', key, `${twice} rows have the uniqueid and sequence of another row and differ from it`)];
}

function* tablesRead({ tables }: Survey, counts: readonly ReadonlyMap<string, number>[]): Generator<TableRead> {
  const read = tables.map((table, index): TableRead => {
    const counted = [...(counts[index] ?? []), ...(table.damaged === 0 ? [] : [['parse-error', table.damaged] as const])];
    const byStatus = Object.fromEntries(counted.sort(([a], [b]) => byCodePoint(a, b)));
    const { path, known } = table;
    const place = known.at.kind === 'csv' ? path : `${path}:${known.at.table}`;
    return { kind: 'table', path: place, unit: table.known.kind === 'cdr' ? 'CDR rows' : 'CEL events', records: table.records, byStatus };
  });
  yield* read.sort((a, b) => byCodePoint(a.path, b.path));
}

function tally(
  counts: readonly Map<string, number>[],
  rows: readonly StagedRow[],
  status: ReconciliationStatus | 'event' | 'event-without-recording',
): void {
  for (const { table } of rows) {
    const count = counts[table];
    count?.set(status, (count.get(status) ?? 0) + 1);
  }
}

/** Key of a recording that only a file names: its base name; with the folder below that of all audio, where base names repeat. */
function fileKeys(audio: Stage, audioFolder: string): (path: string) => string {
  return (path) => (audio.get(`name ${baseName(path)}`).length > 1 ? path.slice(audioFolder.length).replaceAll('!', '/') : baseName(path));
}

function rowsOf(values: readonly unknown[]): readonly StagedRow[] {
  return values as readonly StagedRow[]; // put by `readTables`
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
