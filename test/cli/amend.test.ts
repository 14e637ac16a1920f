import { readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, fingerprint, type Rig } from './rig.ts';

/** Returns a tone as µ-law bytes (ITU-T G.711), 8000 per second. */
function mulawTone(hz: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => {
    const sample = Math.round(8_000 * Math.sin((2 * Math.PI * hz * at) / 8_000));
    const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
    const exponent = Math.floor(Math.log2(magnitude)) - 7;
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
  });
}

/** Modification time of the files, in seconds. */
const writtenAt = 1_550_000_000;

const head = 'id,start,from,to,agent,file';
const rows = ['1,2019-01-12 10:15:00,+15550101,1001,Åsa,c1.raw', '2,2019-02-12 10:15:00,+15550102,1002,Åke,c2.raw'];

/** Writes a source of two calls, in UTF-8, with mappings. */
function writeSource(rig: Rig, table: readonly string[] = rows): void {
  writeFileSync(rig.path('source', 'calls.csv'), `${[head, ...table].join('\n')}\n`);
}

function writeMapping(rig: Rig, name: string, { zone, caller, callee }: { zone: string; caller: string; callee: string }): void {
  const lines = ['[source]', 'name = "Logger"', `zone = "${zone}"`, '[table]', 'files = "calls.csv"', '[columns]', 'key = "id"'];
  const columns = ['start = { column = "start", format = "YYYY-MM-DD HH:mm:ss" }', `caller = "${caller}"`, `callee = "${callee}"`, 'agent = "agent"'];
  writeFileSync(rig.path(name), `${[...lines, ...columns, '[join]', 'column = "file"'].join('\n')}\n`);
}

const wrong = [
  'import',
  'source',
  '--into',
  'archive',
  '--mapping',
  'wrong.toml',
  '--declare',
  '*.raw=alaw,8000',
  '--accept',
  'P271=2',
  '--reason',
  'test',
];
const right = ['import', 'source', '--into', 'archive', '--mapping', 'right.toml', '--declare', '*.raw=mulaw,8000'];

/** Imports with wrong zone, two columns exchanged and the wrong codec. */
async function importWrongly(rig: Rig): Promise<void> {
  const folder = rig.copyOf(join(import.meta.dirname, '../../samples/mappings'), 'source');
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  writeSource(rig);
  for (const at of [1, 2]) {
    writeFileSync(rig.path('source', `c${at}.raw`), mulawTone(300 * at, 8_000));
    // Whole seconds, which a test can set again.
    utimesSync(rig.path('source', `c${at}.raw`), writtenAt, writtenAt);
  }
  writeMapping(rig, 'wrong.toml', { zone: 'America/New_York', caller: 'to', callee: 'from' });
  writeMapping(rig, 'right.toml', { zone: 'Europe/Stockholm', caller: 'from', callee: 'to' });
  const { code, stderr } = await rig.run(wrong);
  expect(code, stderr).toBe(0);
}

interface Listed {
  readonly recordingId: string;
  readonly revision: number;
  readonly bag: string;
  readonly start: string;
  readonly from: string;
  readonly to: string;
  readonly codecs: string;
}

async function list(rig: Rig): Promise<Listed[]> {
  const { lines } = await rig.json(['list', 'archive']);
  return lines.filter((line) => line.of === 'recording').map((line) => line.value as Listed);
}

const bagsOf = (rig: Rig): string[] =>
  readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).filter((name) => /^\d{4}\/[^/]+$/.test(name));

test('an import that would change the description of archived recordings reports it, and a dry run prints each difference; nothing is changed', async () => {
  await using rig = createRig();
  await importWrongly(rig);
  const [before, logged] = [fingerprint(rig.path('archive/bags')), fingerprint(rig.path('archive/log'))];
  const told = await rig.json(right);
  expect(told.code).toBe(3);
  expect(told.lines).toContainEqual(
    expect.objectContaining({
      code: 'P265',
      count: 2,
      message: expect.stringMatching(/^2 archived recordings would .*callStart 2.*media 2.*parties 2.*e\.g\. 1, 2/),
    }),
  );
  const dry = await rig.json([...right, '--amend', '--dry-run', '--differences', 'differences.csv']);
  expect(dry.code).toBe(0);
  const differences = dry.lines
    .filter((line) => line.of === 'difference')
    .map((line) => line.value as { key: string; member: string; before: unknown; after: unknown });
  expect(differences.map(({ key, member }) => `${key} ${member}`)).toEqual([
    '1 callStart',
    '1 media',
    '1 parties',
    '2 callStart',
    '2 media',
    '2 parties',
  ]);
  expect(differences[0]).toMatchObject({ before: { utc: '2019-01-12T15:15:00.000Z' }, after: { utc: '2019-01-12T09:15:00.000Z' } });
  const csv = readFileSync(rig.path('differences.csv'), 'utf8').trimEnd().split('\r\n');
  expect(csv).toHaveLength(7);
  expect(csv[0]).toBe('\ufeffkey,bag,revision,member,before,after');
  expect((await rig.run([...right, '--amend', '--dry-run'])).stdout).toMatch(/^1 {2}callStart: .*→.*2019-01-12T09:15:00\.000Z/m);
  expect((await rig.run([...right, '--differences', 'x.csv'])).code).toBe(2);
  expect([fingerprint(rig.path('archive/bags')), fingerprint(rig.path('archive/log'))]).toEqual([before, logged]);
});

test('one command corrects zone, columns and codec: everything shows the correction, the earlier description stays, both are proved, and a repetition adds nothing', async () => {
  await using rig = createRig();
  await importWrongly(rig);
  const [first = ''] = bagsOf(rig);
  const untouched = fingerprint(rig.path('archive/bags', first));
  const wrongCopies = await rig.json(['export', 'archive', '--all', '--out', 'wrong-copies']);
  expect(wrongCopies.code).toBe(0);
  const amended = await rig.json([...right, '--amend']);
  expect([amended.code, amended.summary]).toMatchObject([0, { imported: 0, amended: 2, bytes: 0, audioMs: 0 }]);
  expect(await list(rig)).toMatchObject([
    { revision: 2, start: '2019-01-12T09:15:00.000Z', from: '+15550101', to: '1001', codecs: 'mulaw' },
    { revision: 2, start: '2019-02-12T09:15:00.000Z', from: '+15550102', to: '1002', codecs: 'mulaw' },
  ]);
  expect(fingerprint(rig.path('archive/bags', first))).toEqual(untouched);
  const [{ recordingId: id = '', bag = '' } = {}] = await list(rig);
  expect(bag).not.toBe(first);
  // The original stays where it is; the copy is new, because the first was decoded wrongly.
  const folder = rig.path('archive/bags', bag, 'data', id);
  expect(readdirSync(folder).sort()).toEqual(['access-1.opus', 'recording.json']);
  const document = JSON.parse(readFileSync(join(folder, 'recording.json'), 'utf8'));
  expect(document).toMatchObject({
    version: 2,
    revision: 2,
    amends: { bag: first, revision: 1, cause: 'options', changed: ['callStart', 'media', 'parties'] },
  });
  expect(document.media[0].original.bag).toBe(first);

  for (const judged of [...bagsOf(rig)]) {
    const sums = await rig.exec(
      'sha256sum',
      ['--strict', '--quiet', '-c', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'],
      rig.path('archive/bags', judged),
    );
    expect([judged, sums.code]).toEqual([judged, 0]);
  }
  const readme = readFileSync(rig.path('archive/bags', bag, 'data/README.txt'), 'utf8');
  expect(readme).toMatch(/^This folder is a bag with newer descriptions of 2 telephone recordings/);
  const command = /^ {4}(jq .*"this bag".*)$/m.exec(readme)?.[1] ?? 'false';
  const named = await rig.exec('bash', ['-c', command], rig.path('archive/bags', bag));
  expect([
    named.code,
    named.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t').slice(1)),
  ]).toEqual([
    0,
    [
      [first, 'original-1.raw'],
      [first, 'original-1.raw'],
    ],
  ]);
  const verified = await rig.json(['verify', 'archive', '--play', '--originals']);
  expect([verified.code, verified.lines.filter(({ type, severity }) => type === 'verdict' && severity === 'error')]).toEqual([0, []]);
  expect((await rig.exec('python3', ['archive/check.py'])).code).toBe(0);

  expect((await rig.run(['show', 'archive', id])).stdout).toMatch(/revision +2 of 2: callStart, media, parties changed by options/);
  const earlier = await rig.json(['show', 'archive', id, '--revision', '1']);
  const shown = earlier.lines.find(({ of }) => of === 'document')?.value as { document: { recording: { callStart: { utc: string } } } };
  expect(shown.document.recording.callStart.utc).toBe('2019-01-12T15:15:00.000Z');
  expect((await rig.run(['show', 'archive', id, '--revision', '3'])).code).toBe(2);
  const out = await rig.json(['export', 'archive', '--all', '--out', 'copies']);
  expect(out.code).toBe(0);
  const copyOf = (name: string): Buffer => readFileSync(rig.path(name, readdirSync(rig.path(name)).find((file) => file.endsWith('.opus')) ?? ''));
  expect(copyOf('copies').equals(readFileSync(join(folder, 'access-1.opus')))).toBe(true);
  expect(copyOf('copies').equals(copyOf('wrong-copies'))).toBe(false);

  for (const revision of ['1', '2']) {
    const made = await rig.json(['proof', 'make', 'archive', id, '--revision', revision, '--out', `proof-${revision}`]);
    const proved = rig.path('archive/bags', String(made.summary.bag), 'data', id);
    const original = rig.path('archive/bags', first, 'data', id, 'original-1.raw');
    const checked = await rig.json([
      'proof',
      'check',
      `proof-${revision}`,
      join(proved, 'recording.json'),
      original,
      '--key',
      String(made.summary.key),
    ]);
    expect([revision, checked.code, checked.summary.holds]).toEqual([revision, 0, true]);
  }

  const again = await rig.json([...right, '--amend']);
  expect([again.code, again.summary, bagsOf(rig).length]).toMatchObject([0, { imported: 0, amended: 0, bagsLanded: 0 }, 2]);
  expect((await rig.run(right)).code).toBe(0);
  // The catalog is rebuilt from the bags.
  const listed = await list(rig);
  rmSync(rig.path('archive/catalog.sqlite'));
  expect(await list(rig)).toEqual(listed);
  // Now the wrong options are differences.
  expect((await rig.run(wrong)).code).toBe(3);
});

test('an amendment that decodes again never takes a file with different bytes for the archived original', async () => {
  await using rig = createRig();
  await importWrongly(rig);
  const file = rig.path('source/c1.raw');
  writeFileSync(file, mulawTone(900, 8_000));
  utimesSync(file, writtenAt, writtenAt);
  const amended = await rig.json([...right, '--amend']);
  expect([amended.code, amended.summary]).toMatchObject([3, { amended: 1, notImported: 1, findings: { P268: 1 } }]);
  expect((await list(rig)).map(({ revision, codecs }) => [revision, codecs])).toEqual([
    [1, 'alaw'],
    [2, 'mulaw'],
  ]);
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
  const compared = await rig.json([...right, '--compare-bytes', '--accept', 'P260=1', '--accept', 'P265=1', '--reason', 'test']);
  expect(compared.summary).toMatchObject({ imported: 1, findings: { P260: 1 } });
});

test('a corrected row becomes an amendment with only the row, and a lost bag of either description is noticed', async () => {
  await using rig = createRig();
  await importWrongly(rig);
  writeSource(rig, [rows[0] ?? '', (rows[1] ?? '').replace('1002', '1009')]);
  const amended = await rig.json([...wrong, '--amend']);
  expect([amended.code, amended.summary]).toMatchObject([0, { imported: 0, amended: 1 }]);
  const [, second] = await list(rig);
  expect(second).toMatchObject({ revision: 2, from: '1009' });
  const { recordingId = '', bag = '' } = second ?? {};
  expect(readdirSync(rig.path('archive/bags', bag, 'data', recordingId)).sort()).toEqual(['recording.json', 'source-1.csv']);
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);

  const [first = ''] = bagsOf(rig).filter((name) => name !== bag);
  expect((await rig.run(['show', 'archive', recordingId])).stdout).toMatch(/^play: ffplay .*access-1\.opus/m);
  renameSync(rig.path('archive/bags', first), rig.path('aside'));
  // Its description is present, its files are not.
  const shown = await rig.run(['show', 'archive', recordingId]);
  expect([shown.code, shown.stdout]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^NOT THERE: bags/${first}/data/${recordingId}/original-1\\.raw[\\s\\S]*NOT THERE: .*access-1\\.opus$`, 'm')),
  ]);
  expect(shown.stdout).not.toContain('play:');
  const without = await rig.json(['verify', 'archive']);
  expect([without.code, without.lines.some(({ code, path }) => code === 'V132' && String(path).startsWith(`bags/${bag}/`))]).toEqual([4, true]);
  // An import that finds only the newest description does not take the recording for completely archived, however often it runs.
  for (const more of [[], ['--amend']]) {
    const torn = await rig.json([...wrong, ...more, '--dry-run']);
    expect([torn.code, torn.lines.filter(({ code }) => code === 'P267').map(({ count }) => count)]).toEqual([4, [1]]);
  }
  renameSync(rig.path('aside'), rig.path('archive/bags', first));
  // Without the amendment the earlier description is the newest again, until the bag is back.
  renameSync(rig.path('archive/bags', bag), rig.path('aside'));
  expect((await list(rig)).map(({ revision, from }) => [revision, from])).toEqual([
    [1, '1001'],
    [1, '1002'],
  ]);
  renameSync(rig.path('aside'), rig.path('archive/bags', bag));
  expect((await list(rig)).map(({ revision, from }) => [revision, from])).toEqual([
    [1, '1001'],
    [2, '1009'],
  ]);
  // Both descriptions of one call are altered: one call without audio.
  const documents = [first, bag].map((name) => rig.path('archive/bags', name, 'data', recordingId, 'recording.json'));
  const intact = documents.map((file) => readFileSync(file));
  for (const file of documents) writeFileSync(file, 'x');
  const altered = await rig.run(['verify', 'archive']);
  expect([altered.code, altered.stdout]).toEqual([4, expect.stringContaining(': 1 call damaged or lost in the description alone, no audio; ')]);
  for (const [at, file] of documents.entries()) writeFileSync(file, intact[at] ?? '');
  // A bag of amendments is valid by itself, and the output says that it was checked by itself.
  const alone = rig.copyOf(rig.path('archive/bags', bag), 'alone');
  const verified = await rig.json(['verify', alone]);
  expect([verified.code, verified.lines.filter(({ type }) => type === 'verdict').map(({ code }) => code)]).toEqual([0, ['V133']]);
});
