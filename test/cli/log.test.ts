import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goJudge, hasGoJudge } from '../log/go-judge.ts';
import { cli, createRig, fingerprint, type Rig, root } from './rig.ts';

let rig: Rig;
let archive: string;

beforeAll(async () => {
  rig = createRig();
  archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive])).code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Shown {
  readonly document: { readonly recordingId: string };
  readonly folder: string;
}

test('the log is listed, verified, and compared with an older checkpoint and a key', async () => {
  cpSync(join(archive, 'log/checkpoint'), rig.path('witness'));
  expect((await rig.run(['verify', archive])).code).toBe(0);
  const { lines } = await rig.json(['log', 'list', archive]);
  const types = lines.flatMap((line) => (line.type === 'result' ? [(line.value as { type: string }).type] : []));
  expect(types.slice(0, 2)).toEqual(['archive-created', 'import-started']);
  expect(types.slice(-4)).toEqual(['verification-started', 'bag-verified', 'bag-verified', 'verification-finished']);
  expect((await rig.run(['log', 'list', archive])).stdout.trim().split('\n')).toHaveLength(types.length + 1);
  const { code, summary } = await rig.json(['log', 'verify', archive, '--since', rig.path('witness')]);
  expect([code, summary]).toMatchObject([0, { entries: types.length, errors: 0, continues: 8 }]);
  expect((await rig.json(['log', 'verify', archive, '--key', String(summary.key)])).code).toBe(0);
  const other = String(summary.key).replace(/\+[0-9a-f]{8}\+/, '+00000000+');
  expect((await rig.json(['log', 'verify', archive, '--key', other])).code).toBe(2);
  if (hasGoJudge) expect(goJudge('log', join(archive, 'log'), String(summary.key))).toBe(`RIGHT ${types.length} entries`);
});

test('a recording is proved with its files alone; any changed byte fails the proof', async () => {
  const { lines } = await rig.json(['list', archive]);
  const ids = lines.flatMap((line) => (line.type === 'result' ? [(line.value as { recordingId: string }).recordingId] : []));
  expect(ids).toHaveLength(3);
  for (const id of ids) {
    const { summary } = await rig.json(['proof', 'make', archive, id, '--out', rig.path(`${id}.tlog-proof`)]);
    expect(summary).toMatchObject({ exitCode: 0, recordingId: id });
    const proof = readFileSync(rig.path(`${id}.tlog-proof`), 'utf8');
    expect(proof.length).toBeLessThan(4_000);
    const shown = (await rig.json(['show', archive, id])).lines.find((line) => line.type === 'result')?.value as unknown as Shown;
    const files = readdirSync(shown.folder).map((name) => join(shown.folder, name));
    const check = (key: unknown, named = files): Promise<{ readonly code: number | null }> =>
      rig.json(['proof', 'check', rig.path(`${id}.tlog-proof`), ...named, '--key', String(key)]);
    expect((await check(summary.key)).code).toBe(0);
    if (hasGoJudge) {
      const extra = /^extra (\S+)$/m.exec(proof)?.[1] ?? '';
      writeFileSync(rig.path('entry'), (JSON.parse(Buffer.from(extra, 'base64').toString('utf8')) as { entry: string }).entry);
      expect(goJudge('proof', rig.path(`${id}.tlog-proof`), String(summary.key), rig.path('entry'))).toMatch(/^RIGHT entry \d+ of \d+$/);
    }
    if (id !== ids[0]) continue;
    rmSync(rig.path('files'), { recursive: true, force: true });
    cpSync(shown.folder, rig.path('files'), { recursive: true });
    const copies = files.map((file) => join(rig.path('files'), file.slice(shown.folder.length + 1)));
    expect((await check(summary.key, copies)).code).toBe(0);
    for (const file of copies) {
      const was = readFileSync(file);
      const changed = Buffer.from(was);
      changed[was.length >> 1] = (changed[was.length >> 1] ?? 0) ^ 1;
      writeFileSync(file, changed);
      expect((await check(summary.key, copies)).code, file).toBe(4);
      writeFileSync(file, was);
    }
    for (const line of proof.split('\n').keys()) {
      const lines = proof.split('\n');
      const text = lines[line] ?? '';
      if (text === '') continue;
      lines[line] = `${text.slice(0, -8)}${text.at(-8) === 'A' ? 'B' : 'A'}${text.slice(-7)}`;
      writeFileSync(rig.path(`${id}.tlog-proof`), lines.join('\n'));
      expect([2, 4], `line ${line}`).toContain((await check(summary.key)).code);
    }
  }
});

test('a key is changed only after a confirmation: by a person at a terminal, elsewhere by the option', async () => {
  const copy = rig.copyOf(archive, 'asked');
  // The tests after this one use the present key.
  const keys = rig.copyOf(rig.keys, 'keys of the one that is asked');
  const keyNow = async () => (await rig.json(['log', 'verify', copy], { LONGPLAY_KEYS: keys })).summary.key;
  const before = await keyNow();
  const refused = await rig.run(['log', 'key', copy], { env: { LONGPLAY_KEYS: keys } });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('U314') });
  expect(refused.stderr).toContain(`longplay log key ${copy} --yes`);
  // script(1) of util-linux provides a terminal, and the answer.
  const answer = (word: string) => {
    const command = `LONGPLAY_KEYS='${keys}' '${process.execPath}' '${cli}' log key '${copy}'`;
    return rig.exec('/bin/sh', ['-c', `echo ${word} | script -qec "$1" /dev/null`, 'sh', command]);
  };
  expect((await answer('n')).stdout).toMatch(/Change it\? \[y\/N\][\s\S]*U314/);
  expect(await keyNow()).toBe(before);
  expect((await answer('y')).stdout).toContain('The log is signed from now on with');
  expect(await keyNow()).not.toBe(before);
});

test('a key is rotated with a signature of the old one; a lost key leaves a permanent mark', async () => {
  const copy = rig.copyOf(archive, 'rotated');
  const before = (await rig.json(['log', 'verify', archive])).summary.key;
  const { summary } = await rig.json(['log', 'key', copy, '--yes']);
  expect(summary).toMatchObject({ exitCode: 0, before });
  expect((await rig.json(['log', 'verify', copy])).summary).toMatchObject({ errors: 0, key: summary.key });
  expect((await rig.json(['verify', copy])).summary).toMatchObject({ errors: 0, warnings: 0 });
  expect((await rig.run(['log', 'key', copy, '--lost', '--yes'])).code).toBe(2);
  const keys = readdirSync(rig.keys);
  expect(keys.filter((name) => name.endsWith('.pem'))).toHaveLength(2);
  // All its keys are lost; the state that this machine has seen is still known.
  for (const name of keys) if (name.endsWith('.pem')) renameSync(join(rig.keys, name), rig.path(name));
  const none = fingerprint(copy);
  expect((await rig.json(['verify', copy])).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 1 });
  expect(fingerprint(copy)).toEqual(none);
  expect((await rig.run(['log', 'key', copy, '--yes'])).code).toBe(5);
  const lost = await rig.json(['log', 'key', copy, '--lost', '--yes']);
  expect(lost.summary).toMatchObject({ exitCode: 0, before: summary.key });
  // A machine with the new key accepts it; one without it warns.
  expect((await rig.json(['verify', copy])).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 1 });
  const elsewhere = await rig.json(['verify', copy], { LONGPLAY_KEYS: rig.path('elsewhere') });
  expect(elsewhere.lines).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'L103', verdict: 'unverifiable' })]));
  expect(elsewhere.code).toBe(4);
});
