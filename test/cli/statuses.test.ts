import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig, root } from './rig.ts';

// A source whose rows all find their file, and whose files are of every kind that processing can show.
const files: readonly (readonly [name: string, seconds: string, bytes: string | Buffer])[] = [
  ['whole.wav', '3', wave(24_000)],
  ['long.wav', '3', wave(80_000)],
  ['short.wav', '30', wave(24_000)],
  ['headers.au', '3', 'au-header-only.au'],
  ['nothing.wav', '3', Buffer.alloc(0)],
  ['strange.wav', '3', Buffer.from('no sound that anybody knows')],
  ['no-index.m4a', '3', 'mp4-without-index.m4a'],
  ['dictation.ds2', '3', 'ds2-encrypted-128.ds2'],
  ['protected.m4a', '3', 'mp4-encrypted.m4a'],
  ['protected.wma', '3', 'asf-encrypted.wma'],
  ['srtp.wav', '3', 'pcap-srtp.pcap'],
];
const statuses = {
  'audio-length-differs': ['long.wav', 'short.wav'],
  'encrypted-no-key': ['dictation.ds2', 'protected.m4a', 'protected.wma', 'srtp.wav'],
  matched: ['whole.wav'],
  'row-without-audio': ['absent'],
  'unreadable-audio': ['no-index.m4a', 'strange.wav'],
  'zero-audio': ['headers.au', 'nothing.wav'],
};
const counts = Object.fromEntries(Object.entries(statuses).map(([status, keys]) => [status, keys.length]));
const mapping = `[source]
zone = "UTC"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
duration = { column = "length", unit = "s" }
[join]
column = "file"
`;
const importing = ['import', 'source', '--mapping', 'mapping.toml', '--bag-recordings', '3', '-j', '2'];

let rig: Rig;
let summary: Record<string, unknown>;

interface Reconciled {
  readonly files: number;
  readonly bytes: number;
  readonly byBucket: readonly { readonly bucket: string; readonly files: number; readonly bytes: number }[];
  readonly recordings: Readonly<Record<string, number>>;
  readonly recordingsTotal: number;
}

function reconciled(of: Record<string, unknown>): Reconciled {
  // Exit codes of `import` and `survey`.
  return of.reconciliation as Reconciled;
}

beforeAll(async () => {
  rig = createRig();
  mkdirSync(rig.path('source'));
  for (const [name, , bytes] of files) {
    if (typeof bytes === 'string') copyFileSync(join(root, 'samples/formats', bytes), rig.path('source', name));
    else writeFileSync(rig.path('source', name), bytes);
  }
  const rows = files.map(([name, seconds], index) => `${name},2019-03-12 10:${10 + index}:00,${seconds},${name}\n`);
  writeFileSync(rig.path('source/calls.csv'), `id,start,length,file\n${rows.join('')}absent,2019-03-12 11:00:00,3,\n`);
  writeFileSync(rig.path('mapping.toml'), mapping);
  const { code, summary: end } = await rig.json([...importing, '--into', 'archive']);
  expect(code).toBe(3);
  summary = end;
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function listed(...options: string[]) {
  const { lines } = await rig.json(['list', 'archive', ...options]);
  const values = lines.filter((line) => line.of === 'recording').map(({ value }) => value);
  return values as { key: string; status: string; joined: string; rule: string; reason: string | null }[];
}

test('an import counts each call under the status that its audio showed, and all sums are unchanged', () => {
  const { recordings, recordingsTotal, byBucket, files: inSource, bytes } = reconciled(summary);
  expect(recordings).toEqual(counts);
  expect(Object.values(recordings).reduce((sum, number) => sum + number, 0)).toBe(recordingsTotal);
  expect(byBucket.map(({ bucket, files: number }) => [bucket, number])).toEqual(
    [...Object.entries(counts).filter(([status]) => status !== 'row-without-audio'), ['table', 1]].sort(),
  );
  expect([byBucket.reduce((sum, one) => sum + one.files, 0), byBucket.reduce((sum, one) => sum + one.bytes, 0)]).toEqual([inSource, bytes]);
  const sizes = new Map(readdirSync(rig.path('source')).map((name) => [name, readFileSync(rig.path('source', name)).length]));
  for (const [status, keys] of Object.entries(statuses)) {
    const size = keys.reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0);
    expect([status, byBucket.find(({ bucket }) => bucket === status)?.bytes ?? 0]).toEqual([status, size]);
  }
});

test('the calls of each status are listed with rule and reason', async () => {
  for (const [status, keys] of Object.entries(statuses)) {
    const found = await listed('--status', status);
    expect(found.map(({ key }) => key).sort()).toEqual(keys);
    for (const { joined, rule, reason } of found) {
      expect(rule).not.toBe('');
      if (status === 'matched' || status === 'row-without-audio') expect([joined, reason]).toEqual([status, null]);
      else expect([joined, reason]).toEqual(['matched', expect.any(String)]);
    }
  }
  expect((await listed('--joined', 'matched')).length).toBe(11);
  const [long, short] = await listed('--status', 'audio-length-differs');
  expect([long?.reason, short?.reason]).toEqual(['the audio lasts 10.0 s, its row says 3.0 s', 'the audio lasts 3.0 s, its row says 30.0 s']);
  const text = await rig.run(['list', 'archive', '--status', 'unreadable-audio']);
  expect(text.stdout).toMatch(/strange\.wav +1 of 1 audio file: unknown format; matched: file = /);
});

test('recording.json has both statuses, and the page of a call shows them', async () => {
  const { lines } = await rig.json(['list', 'archive', '--status', 'encrypted-no-key', '--limit', '1']);
  const [first] = lines.map(({ value }) => value as { recordingId: string } | undefined);
  const recordingId = first?.recordingId ?? '';
  const shown = await rig.json(['show', 'archive', recordingId]);
  expect(shown.lines[0]).toMatchObject({
    value: {
      document: { recording: { reconciliation: { status: 'encrypted-no-key', joined: 'matched', reason: expect.stringMatching(/encrypted/) } } },
    },
  });
  expect((await rig.run(['show', 'archive', recordingId])).stdout).toMatch(
    /^status +encrypted-no-key: 1 of 1 audio file: encrypted .*; joined as matched: file/m,
  );
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a second import, a resumed one and a rebuilt catalog give the same statuses', async () => {
  const again = await rig.json([...importing, '--into', 'archive']);
  expect([again.summary.imported, reconciled(again.summary).recordings]).toEqual([0, counts]);
  expect(reconciled(again.summary).byBucket).toEqual(reconciled(summary).byBucket);
  const stopped = await rig.run([...importing, '--into', 'stopped'], { abortAfter: /^bag \d/m });
  const resumed = await rig.json([...importing, '--into', 'stopped']);
  expect(reconciled(resumed.summary).recordings).toEqual(counts);
  expect(reconciled(resumed.summary).byBucket).toEqual(reconciled(summary).byBucket);
  // If the signal came in time, some bags existed before: those are counted, too.
  if (stopped.code === 130) expect(resumed.summary.bagsThereBefore).toBeGreaterThan(0);
  expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
  expect((await listed()).map(({ status }) => status).sort()).toEqual(
    Object.entries(counts).flatMap(([status, number]) => Array(number).fill(status)),
  );
});

test('a survey reports what the files show by themselves: no length yet, but encrypted, unknown or empty', async () => {
  const { summary: end } = await rig.json(['survey', 'source', '--mapping', 'mapping.toml']);
  const { 'audio-length-differs': _, ...known } = counts;
  expect(reconciled(end).recordings).toEqual({ ...known, matched: 3 });
  expect(reconciled(end).byBucket.reduce((sum, one) => sum + one.files, 0)).toBe(reconciled(end).files);
});

test('with the password a dictation is decoded, and its status says so', async () => {
  const { samplePassword } = await import('../formats/dictation/dss-samples.ts');
  writeFileSync(rig.path('password.txt'), samplePassword);
  const { summary: end } = await rig.json([...importing, '--into', 'opened', '--password-file', 'password.txt']);
  expect(reconciled(end).recordings['encrypted-no-key']).toBe(3);
});

test('a duration that the mapping declares as that of the audio is compared to the second', async () => {
  writeFileSync(rig.path('audio.toml'), mapping.replace('unit = "s"', 'unit = "s", of = "audio"'));
  mkdirSync(rig.path('cut'));
  writeFileSync(rig.path('cut/calls.csv'), 'id,start,length,file\n1,2019-03-12 10:00:00,10,a.wav\n2,2019-03-12 10:01:00,10,b.wav\n');
  writeFileSync(rig.path('cut/a.wav'), wave(80_000));
  writeFileSync(rig.path('cut/b.wav'), wave(56_000));
  const { summary: end, lines } = await rig.json(['import', 'cut', '--mapping', 'audio.toml', '--into', 'cut-archive']);
  expect(reconciled(end).recordings).toEqual({ 'audio-length-differs': 1, matched: 1 });
  expect(lines.filter(({ code }) => code === 'P122').map(({ message }) => message)).toEqual([
    'the audio lasts 7.0 s, 3.0 s less than the 10.0 s that the recorder measured for the audio itself',
  ]);
});
