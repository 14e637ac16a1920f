import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHere } from '../cli/in-process.ts';
import { cli, createRig, fingerprint, type Rig, type Run, root } from '../cli/rig.ts';
import { own, programOf, runtimes, versions } from './runtimes.ts';

let rig: Rig;
beforeAll(async () => {
  rig = createRig();
  if (versions.length > 0) expect((await run(own, importing('made'), rig.path('keys of the made'))).code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function run(runtime: string, args: readonly string[], keys: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return rig.exec(programOf(runtime), [cli, ...args], rig.folder, { ...process.env, LONGPLAY_KEYS: keys, ...env });
}

const source = join(root, 'samples/asterisk-normal');
const fixed = { SOURCE_DATE_EPOCH: '1790000000' };
const importing = (archive: string): string[] => ['import', source, '--into', archive, '--zone', 'Europe/Stockholm'];

/** All files of the bags of an archive, by their digests. */
function bagsOf(archive: string): unknown {
  return fingerprint(rig.path(archive, 'bags'));
}

/** Copies the archive that the test runner's version has made, with its keys. Returns the folder of the keys. */
function copyOfMade(archive: string): string {
  const keys = rig.path(`keys of the ${archive}`);
  cpSync(rig.path('made'), rig.path(archive), { recursive: true, preserveTimestamps: true });
  cpSync(rig.path('keys of the made'), keys, { recursive: true });
  // Each command is told that another folder has the same archive.
  rmSync(join(keys, 'places'), { recursive: true, force: true });
  return keys;
}

/** Types of the entries of a log, in order, as read by the test runner's version. */
async function entriesOf(archive: string, keys: string): Promise<string[]> {
  const { out } = await runHere(['log', 'list', rig.path(archive), '--json'], keys);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly value?: { readonly type?: string } })
    .flatMap(({ value }) => value?.type ?? []);
}

describe.skipIf(versions.length === 0)(`${runtimes.join(', ')}`, () => {
  test('an archive made by one is verified by all others and extended, without a new finding, and its log grows only by their entries', async () => {
    const keys = copyOfMade('round');
    const bags = bagsOf('round');
    let entries = await entriesOf('round', keys);
    for (const runtime of [...runtimes, own]) {
      const verified = await run(runtime, ['verify', 'round', '--play'], keys);
      expect([runtime, verified.code, verified.stderr]).toEqual([runtime, 0, '']);
      expect((await run(runtime, ['log', 'verify', 'round'], keys)).code).toBe(0);
      const again = await run(runtime, importing('round'), keys);
      expect([runtime, again.code]).toEqual([runtime, 0]);
      expect(again.stdout).toContain('Nothing new');
      const grown = await entriesOf('round', keys);
      expect([runtime, grown.slice(0, entries.length)]).toEqual([runtime, entries]);
      const added = grown.slice(entries.length);
      expect([runtime, added.filter((type) => !/^(?:verification-|bag-verified|canaries-checked|decoders-compared|import-)/.test(type))]).toEqual([
        runtime,
        [],
      ]);
      entries = grown;
      expect(bagsOf('round')).toEqual(bags);
    }
  });

  test('each makes the same bags, byte for byte, finds the same words and exports the same files', async () => {
    // The id of an archive is part of the ids in it, so one empty archive is copied for each.
    const keys = rig.path('keys of the bags');
    expect((await run(own, [...importing('begun'), '--site', 'another'], keys, fixed)).code).toBe(0);
    const made: unknown[] = [];
    for (const runtime of runtimes) {
      const archive = `by ${runtime}`;
      cpSync(rig.path('begun'), rig.path(archive), { recursive: true });
      const keysHere = rig.path(`keys of ${runtime}`);
      cpSync(keys, keysHere, { recursive: true });
      expect([runtime, (await run(runtime, importing(archive), keysHere, fixed)).code]).toEqual([runtime, 0]);
      const listed = await run(runtime, ['list', archive], keysHere);
      const found = await run(runtime, ['search', archive, '1001'], keysHere);
      expect([runtime, listed.code, found.code]).toEqual([runtime, 0, 0]);
      const out = rig.path(`taken by ${runtime}`);
      expect([runtime, (await run(runtime, ['export', archive, '--all', '--out', out], keysHere, fixed)).code]).toEqual([runtime, 0]);
      expect([runtime, (await run(runtime, ['viewer', archive], keysHere, fixed)).code]).toEqual([runtime, 0]);
      const [first = ''] = readFileSync(join(out, 'recordings.jsonl'), 'utf8').split('\n');
      const { recordingId } = (JSON.parse(first) as { readonly document: { readonly recordingId: string } }).document;
      const proof = await run(runtime, ['proof', 'make', archive, recordingId, '--out', rig.path(`proof by ${runtime}`)], keysHere);
      expect([runtime, proof.code, proof.stderr]).toEqual([runtime, 0, expect.anything()]);
      made.push({ bags: bagsOf(archive), listed: listed.stdout, found: found.stdout, taken: fingerprint(out) });
    }
    for (const one of made.slice(1)) expect(one).toEqual(made[0]);
  });

  test('a replica registered by one is updated and verified by the others', async () => {
    const keys = copyOfMade('kept');
    expect((await run(own, ['replica', 'add', 'kept', 'second', rig.path('second')], keys)).code).toBe(0);
    for (const runtime of runtimes) {
      expect([runtime, (await run(runtime, ['replica', 'sync', 'kept', 'second'], keys)).code]).toEqual([runtime, 0]);
      expect([runtime, (await run(runtime, ['replica', 'verify', 'kept', 'second'], keys)).code]).toEqual([runtime, 0]);
    }
  });

  test('each opens databases with the release of the package that is made for it, and its doctor reports it', async () => {
    const keys = copyOfMade('other');
    const before = await entriesOf('other', keys);
    // One of each release.
    for (const runtime of new Set([own, runtimes.at(-1) ?? own])) {
      const doctor = await run(runtime, ['doctor'], keys);
      expect([runtime, doctor.code]).toEqual([runtime, 0]);
      expect(doctor.stdout).toMatch(runtime === 'node20' ? /SQLite +better-sqlite3 12\./ : /SQLite +better-sqlite3 13\./);
    }
    expect(await entriesOf('other', keys)).toEqual(before);
  });
});
