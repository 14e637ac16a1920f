import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRecordingJson } from '../../../src/archive/documents/recording-json.ts';
import { createPartedRecordings } from '../../../src/verify/play/parted-recordings.ts';
import { recordingDocument } from '../../archive/recording-documents.ts';
import { put, temporaryFolder } from '../../archive/rig.ts';
import { createVerifier } from '../archive-rig.ts';

let verifier: ReturnType<typeof createVerifier>;
beforeAll(() => {
  verifier = createVerifier();
});
afterAll(async () => {
  await verifier?.[Symbol.asyncDispose]();
});

const digest = (algorithm: string, text: string | Uint8Array): string => createHash(algorithm).update(text).digest('hex');
const samples = fc.sample(recordingDocument, { seed: 5, numRuns: 1 });
const id = '0a0a0a0a-0000-8000-8000-000000000001';
const folder = `data/${id}`;

/** A bag of one recording with so many files of the same content; `sha512` says which of them the second manifest lists. */
function bagOfOne(bag: string, files: number, sha512: (at: number) => boolean, there = true): void {
  const text = 'a row\n';
  const stored = Array.from({ length: files }, (_, at) => ({
    path: `source-${at + 1}.csv`,
    sizeBytes: text.length,
    sha256: digest('sha256', text),
    sha512: digest('sha512', text),
  }));
  const [any] = samples;
  if (any === undefined) throw new Error('no document was made');
  const json = writeRecordingJson({ ...any, recordingId: id, media: [], joined: null, sources: stored });
  put(bag, 'bagit.txt', 'BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n');
  put(bag, `${folder}/recording.json`, json);
  if (there) for (const { path } of stored) writeFileSync(join(bag, folder, path), text);
  const lines = (algorithm: 'sha256' | 'sha512', of: typeof stored): string =>
    [[digest(algorithm, json), 'recording.json'], ...of.map((file) => [file[algorithm], file.path])]
      .map(([value, path]) => `${value}  ${folder}/${path}\n`)
      .join('');
  put(bag, 'manifest-sha256.txt', lines('sha256', stored));
  put(
    bag,
    'manifest-sha512.txt',
    lines(
      'sha512',
      stored.filter((_, at) => sha512(at)),
    ),
  );
}

/** Removes a file, and the lines of the manifests that list it. */
function takeAway(bag: string, path: string): void {
  rmSync(join(bag, path));
  for (const algorithm of ['sha256', 'sha512']) {
    const manifest = join(bag, `manifest-${algorithm}.txt`);
    const left = readFileSync(manifest, 'utf8')
      .split('\n')
      .filter((line) => !line.endsWith(`  ${path}`));
    writeFileSync(manifest, left.join('\n'));
  }
}

test.each([
  ['with more files than one thread gets', 2_500, () => true],
  ['whose files are not all listed by the same manifests', 40, (at: number) => at % 3 !== 1],
] as const)('a recording %s is OK if it is complete, and a lost file is reported', async (_, files, sha512) => {
  using temporary = temporaryFolder();
  const bag = join(temporary.path, 'bag');
  bagOfOne(bag, files, sha512);
  const well = await verifier.verify(bag, { bag: true });
  expect(well.said).toEqual([]);
  expect(well.outcome).toMatchObject({ recordings: 1, files: files + 1 });
  takeAway(bag, `${folder}/source-7.csv`);
  expect((await verifier.verify(bag, { bag: true })).said).toEqual([`missing bag/${folder}/source-7.csv`]);
});

test('a folder inside a recording does not split it', async () => {
  using temporary = temporaryFolder();
  const bag = join(temporary.path, 'bag');
  bagOfOne(bag, 3, () => true);
  // Sorted before recording.json, and other files after it.
  put(bag, `${folder}/inside/note.txt`, 'x');
  for (const algorithm of ['sha256', 'sha512']) {
    const manifest = join(bag, `manifest-${algorithm}.txt`);
    writeFileSync(manifest, `${digest(algorithm, 'x')}  ${folder}/inside/note.txt\n${readFileSync(manifest, 'utf8')}`);
  }
  const { said, outcome } = await verifier.verify(bag, { bag: true });
  expect([said, outcome.recordings]).toEqual([[], 1]);
});

test('a document that names any number of missing files is reported in a limited number of verdicts that represent all', async () => {
  using temporary = temporaryFolder();
  const bag = join(temporary.path, 'bag');
  bagOfOne(bag, 200_000, () => false, false);
  const json = readFileSync(join(bag, folder, 'recording.json'));
  for (const algorithm of ['sha256', 'sha512']) put(bag, `manifest-${algorithm}.txt`, `${digest(algorithm, json)}  ${folder}/recording.json\n`);
  const { verdicts, outcome } = await verifier.verify(bag, { bag: true });
  expect(verdicts).toHaveLength(1_001);
  expect(verdicts.at(-1)).toMatchObject({ code: 'V112', more: 199_000, path: 'bag' });
  expect(outcome).toMatchObject({ errors: 200_000, recordings: 1 });
});

test('parts beyond the memory limit are not judged, which is reported', () => {
  const parted = createPartedRecordings(3);
  const file = (name: string) => ({ path: `a/${name}`, name, sizeBytes: 1, sha256: null, ogg: null });
  parted.add({ folder: 'data/a/', files: [file('1'), file('2')], unread: [] });
  parted.add({ folder: 'data/b/', files: [file('1')], unread: ['2'] });
  parted.add({ folder: 'data/b/', files: [file('3')], unread: [] });
  parted.add({ folder: 'data/a/', files: [file('3')], unread: [] });
  expect([...parted.whole()].map(({ folder: of, files }) => [of, files.length])).toEqual([['data/a/', 3]]);
  expect([...parted.verdicts('bag')].map(({ code, path, verdict }) => [code, path, verdict])).toEqual([['V115', 'bag/data/b', 'unverifiable']]);
});
