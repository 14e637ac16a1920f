import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordLine, startServer, writeUsersFile } from '../serve/rig.ts';
import { createRig, type Rig, root } from './rig.ts';

// Somebody without the key of the log changes a recording and rebuilds all digests of its bag: the bag is valid by itself, and only the log shows the change.

let rig: Rig;
let forged: { readonly recordingId: string; readonly file: string };
let caseId: string;

const digest = (algorithm: 'sha256' | 'sha512', bytes: Buffer): string => createHash(algorithm).update(bytes).digest('hex');

/** Changes a file and every text of the bag that contains its digests, from recording.json up to the tag manifests. */
function forge(bag: string, file: string): void {
  const change = (path: string, after: (bytes: Buffer) => Buffer): (readonly [string, string])[] => {
    const before = readFileSync(path);
    const bytes = after(before);
    writeFileSync(path, bytes);
    return (['sha256', 'sha512'] as const).map((algorithm) => [digest(algorithm, before), digest(algorithm, bytes)]);
  };
  const replaced =
    (pairs: readonly (readonly [string, string])[]) =>
    (bytes: Buffer): Buffer =>
      Buffer.from(pairs.reduce((text, [before, after]) => text.replaceAll(before, after), bytes.toString('utf8')));
  const ofFile = change(join(bag, file), (bytes) => {
    const other = Buffer.from(bytes);
    other[other.length - 20] = (other[other.length - 20] ?? 0) ^ 0x40;
    return other;
  });
  const ofDocument = change(join(bag, file.replace(/[^/]+$/, 'recording.json')), replaced(ofFile));
  const ofManifests = ['manifest-sha256.txt', 'manifest-sha512.txt'].flatMap((name) => change(join(bag, name), replaced([...ofFile, ...ofDocument])));
  for (const name of ['tagmanifest-sha256.txt', 'tagmanifest-sha512.txt']) change(join(bag, name), replaced(ofManifests));
}

beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', 'archive'])).code).toBe(0);
  const listed = (await rig.json(['list', 'archive'])).lines.flatMap(({ of, value }) =>
    of === 'recording' ? [value as { recordingId: string; bag: string }] : [],
  );
  const found = listed.flatMap(({ recordingId, bag }) => {
    const folder = rig.path('archive/bags', bag, 'data', recordingId);
    const name = readdirSync(folder).find((one) => one.startsWith('original-1.') && statSync(join(folder, one)).size > 200);
    return name === undefined ? [] : [{ recordingId, bag, file: `data/${recordingId}/${name}` }];
  })[0];
  if (found === undefined) throw new Error('no recording with an original');
  const made = await rig.json(['case', 'new', 'archive', '--title', 'Forged']);
  caseId = String(made.summary.id);
  expect((await rig.run(['case', 'add', 'archive', caseId, found.recordingId])).code).toBe(0);
  forge(rig.path('archive/bags', found.bag), found.file);
  forged = { recordingId: found.recordingId, file: found.file.slice(found.file.lastIndexOf('/') + 1) };
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

test('is exported by no export', async () => {
  const bag = await rig.json(['verify', 'archive']);
  expect([bag.code, bag.lines.flatMap(({ type, code }) => (type === 'verdict' ? [code] : []))]).toEqual([4, ['V104', 'V104']]);
  const { code, lines } = await rig.json(['export', 'archive', forged.recordingId, '--take', 'original', '--out', 'exported']);
  expect([code, lines.flatMap((line) => (line.type === 'finding' ? [line.code] : []))]).toEqual([4, ['P134', 'P171']]);
  expect(readdirSync(rig.path('exported')).filter((name) => name.endsWith('.wav'))).toEqual([]);
  expect((await rig.run(['export', 'archive', '--all', '--take', 'original', '--out', 'others'])).code).toBe(4);
  expect(readdirSync(rig.path('others')).some((name) => name.endsWith('.wav'))).toBe(true);
});

test('nor by the export of a case', async () => {
  const { code, lines } = await rig.json(['case', 'export', 'archive', caseId, '--out', 'case']);
  expect([code, lines.flatMap((line) => (line.type === 'finding' ? [line.code] : []))]).toEqual([4, ['P171']]);
  expect(existsSync(rig.path('case/data/recordings', forged.recordingId))).toBe(false);
});

test('nor by the server, which reports that it is altered', async () => {
  const users = writeUsersFile(
    rig,
    'forged.toml',
    `[users.anna]\npassword = "${passwordLine()}"\nrole = "all"\n[roles.all]\nrights = ["listen", "export"]\n`,
  );
  await using server = await startServer(rig, ['--users', users]);
  const { cookie } = await server.signIn('anna');
  const codeOf = (text: string): unknown => (JSON.parse(text) as { code: string }).code;
  for (const path of [
    `/files/${forged.recordingId}/${forged.file}`,
    `/files/${forged.recordingId}/${forged.file}?take`,
    `/files/${forged.recordingId}/recording.json`,
    `/api/recordings/${forged.recordingId}`,
  ]) {
    const { status, text } = await server.ask(path, { cookie });
    expect([path, status, codeOf(text)]).toEqual([path, 503, 'altered']);
  }
  expect(server.printed()).toContain('it is not the archived one');
});
