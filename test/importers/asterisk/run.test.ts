import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { brief, type Imported, importAll } from '../import-all.ts';
import { media } from '../media.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';

/** Output of a real Asterisk: three calls, one busy, one in GSM; sides recorded apart; accountlogs on. */
const run = fileURLToPath(new URL('../../../../shared/samples/recorders/asterisk/normal', import.meta.url));
const day = 'monitor/2026/11/24';
/** Rows of Master.csv, and the same legs in the database. */
const rowsOf = (csv: readonly number[], database: readonly number[]): string[] => [
  ...csv.map((row) => `cdr-csv/Master.csv ${row}`),
  ...database.map((row) => `master.db ${row}`),
];

describe.skipIf(!existsSync(run))('the export of a real Asterisk', () => {
  let imported: Imported;
  beforeAll(async () => {
    imported = await importAll(asterisk, await memorySourceOfFolder(run));
  });

  it('is recognised by its tables and by the names of its recordings', async () => {
    const options = { zone: null, mapping: null, encoding: null, media, scratch: tmpdir() };
    expect(await asterisk.recognise(await memorySourceOfFolder(run), options, new AbortController().signal)).toBe(
      '3 CDR tables (19 and 21 columns), 1 CEL table, 7 recordings named as MixMonitor names them',
    );
  });

  it('holds three calls, each with its own rows, files and times', () => {
    expect(brief(imported)).toEqual({
      'demo-1795559989.0': {
        status: 'matched',
        media: [
          `mixed ${day}/in-1001-46701740605-20261124-223950-demo-1795559989.0.wav`,
          'in monitor/sides/demo-1795559989.0-in.wav',
          'out monitor/sides/demo-1795559989.0-out.wav',
        ],
        start: '2026-11-24T22:39:49.000Z',
        end: '2026-11-24T22:39:58.000Z',
        rows: rowsOf([6, 7, 5], [6, 7, 5]),
      },
      'demo-1795559992.4': {
        status: 'zero-audio',
        media: [
          `mixed ${day}/in-1002-46701740605-20261124-223953-demo-1795559992.4.wav`,
          'in monitor/sides/demo-1795559992.4-in.wav',
          'out monitor/sides/demo-1795559992.4-out.wav',
        ],
        start: '2026-11-24T22:39:52.000Z',
        end: '2026-11-24T22:39:55.000Z',
        rows: rowsOf([2, 4, 1, 3], [2, 4, 1, 3]),
      },
      'demo-1795559992.6': {
        status: 'matched',
        media: [`mixed ${day}/out-0701740698-1001-20261124-223953-demo-1795559992.6.WAV`],
        start: '2026-11-24T22:39:52.000Z',
        end: '2026-11-24T22:40:01.000Z',
        rows: rowsOf([10, 9, 8], [9, 10, 8]),
      },
    });
  });

  it('counts every row once: the rows of the account table and of the database are duplicates, and all events belong to a call', () => {
    expect(imported.tables).toEqual([
      { kind: 'table', path: 'cdr-csv/Master.csv', unit: 'CDR rows', records: 10, byStatus: { matched: 6, 'zero-audio': 4 } },
      { kind: 'table', path: 'cdr-csv/retail.csv', unit: 'CDR rows', records: 5, byStatus: { 'duplicate-row': 5 } },
      { kind: 'table', path: 'cel-custom/Master.csv', unit: 'CEL events', records: 87, byStatus: { event: 87 } },
      { kind: 'table', path: 'master.db:cdr', unit: 'CDR rows', records: 10, byStatus: { 'duplicate-row': 10 } },
    ]);
  });

  it('classifies every other file', () => {
    expect(imported.files.map(({ path, role }) => `${role} ${path}`)).toEqual([
      'table cdr-csv/Master.csv',
      'table cdr-csv/retail.csv',
      'table cel-custom/Master.csv',
      'table master.db',
    ]);
  });

  it('has findings only about the three files of the busy call', () => {
    expect(imported.findings).toEqual(['I105 demo-1795559992.4']);
  });

  it('takes direction, parties and the start of the audio from name, row and event', () => {
    const [first, , third] = imported.recordings;
    expect(first?.direction).toEqual({ value: 'inbound', raw: 'in' });
    expect(third?.direction).toEqual({ value: 'outbound', raw: 'out' });
    expect(first?.parties.map(({ role, phone, name }) => [role, phone?.raw, name])).toEqual([
      ['caller', '46701740605', 'Åsa Öberg'],
      ['callee', '1001', null],
    ]);
    // MixMonitor waits for the bridge (option b) in the first call, not in the third.
    expect(first?.media.map((medium) => medium.audioStart?.raw)).toEqual(['1795559990.189772', '1795559990.189772', '1795559990.189772']);
    expect(third?.media.map((medium) => medium.audioStart?.raw)).toEqual(['1795559993.215073']);
    expect(first?.tags).toEqual([{ name: 'userfield', value: 'case="4711",note' }]);
    expect(first?.durationDeclared).toEqual({ ms: 9_000, raw: '9', unit: 's' });
  });

  it('keeps each event of a call in order of time', () => {
    const [, busy] = imported.recordings;
    const told = busy?.events.filter((event) => event.type !== 'tag').map((event) => `${event.at?.utc} ${event.type}`);
    expect(told).toEqual([
      '2026-11-24T22:39:53.203Z answer',
      '2026-11-24T22:39:53.203Z answer',
      '2026-11-24T22:39:53.203Z record-start',
      '2026-11-24T22:39:55.204Z disconnect',
      '2026-11-24T22:39:55.204Z disconnect',
      '2026-11-24T22:39:55.205Z disconnect',
      '2026-11-24T22:39:55.206Z disconnect',
    ]);
  });

  it('keeps each row unchanged, with its digest', () => {
    const refs = imported.recordings.flatMap((recording) => recording.provenance).filter((ref) => ref.kind === 'row');
    expect(refs).toHaveLength(20);
    for (const ref of refs) expect(ref.sha256).toBe(sha256Hex(ref.text ?? ''));
  });

  it('gives the same recordings wherever its tree is', async () => {
    const deeper = await importAll(asterisk, await memorySourceOfFolder(run, 'backup.tar!var/spool/'));
    expect(Object.keys(brief(deeper))).toEqual(Object.keys(brief(imported)));
  });

  it('gives the same calls from the database alone', async () => {
    const files = await memorySourceOfFolder(run);
    const alone: Record<string, Uint8Array> = {};
    for await (const entry of files.entries(new AbortController().signal)) {
      if (entry.path.endsWith('.csv')) continue;
      alone[entry.path] = await (await files.open(entry, new AbortController().signal)).read(0, entry.size, new AbortController().signal);
    }
    const from = await importAll(asterisk, memorySource(alone));
    const view = ({ recordings }: Imported) => recordings.map(({ key, callStart, reconciliation }) => [key, callStart?.utc, reconciliation.status]);
    expect(view(from)).toEqual(view(imported));
    expect(from.tables).toMatchObject([{ path: 'master.db:cdr', records: 10, byStatus: { matched: 6, 'zero-audio': 4 } }]);
  });

  it('determines the zone of the machine by the uniqueid and reports if another was given', async () => {
    const right = await importAll(asterisk, await memorySourceOfFolder(run), { zone: 'UTC' });
    expect(right.findings).toEqual(['I105 demo-1795559992.4']);
    const wrong = await importAll(asterisk, await memorySourceOfFolder(run), { zone: 'Europe/Stockholm' });
    expect(wrong.findings).toEqual(['I100 demo-1795559989.0', 'I100 demo-1795559992.4', 'I105 demo-1795559992.4', 'I100 demo-1795559992.6']);
    expect(brief(wrong)).toEqual(brief(imported));
  });
});
