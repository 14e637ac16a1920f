import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cdrLine, wav } from '../importers/asterisk/rows.ts';
import { createRig } from './rig.ts';

const mapping = `[source]\nzone = "UTC"\n[table]\nfiles = "calls.csv"\n[columns]\nkey = "id"\nstart = "start"\n[columns.correlation]\nlinkedid = "linked"\n[join]\ncolumn = "file"\nmatch = "name"\n`;
const ids = ['1767603600.1', '1767603900.2'];

interface Totals {
  readonly code: number | null;
  readonly reconciliation: {
    readonly files: number;
    readonly recordings: unknown;
    readonly tables: unknown;
    readonly recordingsTotal: number;
    readonly alreadyArchived: number;
    readonly changed: number;
    readonly toImport: number;
  };
}

/** Two recorders that number their calls alike, and the exchange that records both. */
function exported(rig: ReturnType<typeof createRig>): void {
  for (const [at, name] of ['one', 'two'].entries()) {
    mkdirSync(rig.path(name));
    writeFileSync(rig.path(name, 'calls.csv'), `id,start,linked,file\n1,2026-01-05 09:0${at * 5}:00,${ids[at]},${name}.wav\n`);
    writeFileSync(rig.path(name, `${name}.wav`), wav(800 + at));
  }
  mkdirSync(rig.path('cdr'));
  writeFileSync(
    rig.path('cdr/Master.csv'),
    ids.map((uniqueid, at) => cdrLine({ start: `2026-01-05 09:0${at * 5}:00`, uniqueid, sequence: at + 1 })).join(''),
  );
  writeFileSync(rig.path('mapping.toml'), mapping);
}

async function run(rig: ReturnType<typeof createRig>, command: string, sources: readonly string[], ...more: string[]): Promise<Totals> {
  const given = [command, ...sources, '--mapping', 'mapping.toml', '--zone', 'UTC', '--join-sources', ...more];
  const { code, lines, summary } = await rig.json(given);
  const reconciliation = (summary.reconciliation ?? lines.findLast(({ type }) => type === 'reconciliation')) as Totals['reconciliation'];
  return { code, reconciliation };
}

test('joined exports imported again, then with one more, duplicate nothing and lose nothing; survey and dry run count the same', async () => {
  await using rig = createRig();
  exported(rig);
  const into = ['--into', 'archive'];
  const both = ['one', 'cdr'];
  const survey = await run(rig, 'survey', both);
  const dry = await run(rig, 'import', both, ...into, '--dry-run');
  const first = await run(rig, 'import', both, ...into);
  const { files, recordings, tables, recordingsTotal, toImport } = first.reconciliation;
  expect({ files, recordingsTotal, toImport }).toEqual({ files: 3, recordingsTotal: 2, toImport: 2 });
  for (const other of [survey, dry]) expect(other.reconciliation).toMatchObject({ files, recordings, tables, recordingsTotal, toImport });
  expect((await run(rig, 'import', both, ...into)).reconciliation).toMatchObject({ alreadyArchived: 2, toImport: 0, changed: 0 });
  const all = ['one', 'two', 'cdr'];
  // The second recorder has a different call with the same key, which takes its row of the exchange.
  expect((await run(rig, 'import', all, ...into)).reconciliation).toMatchObject({ recordingsTotal: 2, alreadyArchived: 1, toImport: 1, changed: 0 });
  for (const order of [all, ['two', 'one', 'cdr']])
    expect((await run(rig, 'import', order, ...into)).reconciliation).toMatchObject({
      recordingsTotal: 2,
      alreadyArchived: 2,
      toImport: 0,
      changed: 0,
    });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});
