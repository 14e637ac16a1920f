import { hkdfSync } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { parseRecordingJson } from '../../../src/archive/documents/recording-json.ts';
import { openAgeBytes } from '../../../src/sealing/age/open-now.ts';
import { secretBytes, x25519Identity } from '../../../src/sealing/age/x25519.ts';
import { createKeyring } from '../../../src/sealing/keyring/create.ts';
import { catalogEntry, entriesDigest, entryDigest } from '../../../src/store/catalog/catalog-entry.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

// A plain verification compares the catalog of a sealed archive if the keyring opens without asking anybody.

let rig: SealedRig;
let archive: string;
const signal = new AbortController().signal;
const passphrase = 'correct horse battery staple';

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  const { code, stderr } = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3');
  expect(code, stderr).toBe(0);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

// Copies of one archive, whose logs diverge.
beforeEach(() => rig.forget());

const keyed = (): Record<string, string> => ({ LONGPLAY_KEYRING: rig.keyring });
const without = { LONGPLAY_KEYRING: '/nonexistent/keyring' };

type Line = Readonly<Record<string, unknown>>;
interface Run {
  readonly code: number | null;
  /** Codes of findings and verdicts that are not OK. */
  readonly codes: readonly string[];
  readonly lines: readonly Line[];
  readonly summary: Line;
}

async function verified(dir: string, env: Record<string, string> = keyed(), ...options: string[]): Promise<Run> {
  const { code, lines, summary } = await rig.json(['verify', dir, ...options], env);
  const codes = lines.flatMap((line) =>
    line.type === 'finding' || (line.type === 'verdict' && line.verdict !== 'ok') ? [`${line.severity} ${line.code} ${line.path ?? line.place}`] : [],
  );
  return { code, codes, lines, summary };
}

async function entries(dir: string, type: string): Promise<readonly Line[]> {
  const { lines } = await rig.json(['log', 'list', dir], keyed());
  const found = lines.flatMap((line) => (line.type === 'result' ? [line.value as { readonly type: string; readonly detail: Line }] : []));
  return found.filter((one) => one.type === type).map(({ detail }) => detail);
}

async function catalogKey(): Promise<Uint8Array> {
  const { sealing } = JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8')) as { sealing: { page: string } };
  const { catalog = '' } = await rig.secretsIn(sealing.page, 'archive');
  return new Uint8Array(hkdfSync('sha256', secretBytes(catalog), '', 'longplay: catalog', 32));
}

async function changeCatalog(file: string, sql: string): Promise<void> {
  const db = openDatabase(file, 'derived', await catalogKey());
  db.exec(sql);
  db.pragma('journal_mode = DELETE');
  db.close();
}

const note = 'note V134 catalog.sqlite';

describe('verify without --play', () => {
  test('opens the documents, compares the catalog, and takes both over the next time', async () => {
    const copy = rig.copyOf(archive, 'compared');
    const first = await verified(copy);
    const bags = Number(first.summary.bags);
    expect([first.code, first.codes, first.summary.described, first.summary.unopened, first.summary.examinedBefore]).toEqual([0, [], 6, 6, 0]);
    const [finished] = (await entries(copy, 'verification-finished')).slice(-1);
    expect(finished?.catalogSha256).toMatch(/^[0-9a-f]{64}$/);
    const second = await verified(copy);
    expect([second.code, second.codes, second.summary.described, second.summary.examinedBefore]).toEqual([0, [], 6, bags]);
    // Another catalog of the same content is compared by its rows, without opening a document again.
    await changeCatalog(join(copy, 'catalog.sqlite'), 'VACUUM');
    const third = await verified(copy);
    expect([third.code, third.codes, third.summary.examinedBefore]).toEqual([0, [], bags]);
    const { stdout } = await rig.sealed('verify', copy);
    expect(stdout).toContain('6 documents with the catalog');
  });

  test.each([
    ['before the first comparison', false],
    ['after it', true],
  ])('finds a row that was changed %s', async (_when, isAfter) => {
    const copy = rig.copyOf(archive, `changed-${isAfter}`);
    if (isAfter) expect((await verified(copy)).codes).toEqual([]);
    await changeCatalog(join(copy, 'catalog.sqlite'), `UPDATE recording SET direction = 'internal' WHERE place = (SELECT min(place) FROM recording)`);
    const { code, codes, summary } = await verified(copy);
    expect([code, codes, summary.derived]).toEqual([4, ['error V106 catalog.sqlite'], 1]);
    // Nobody can see that without a key.
    expect((await verified(copy, without)).codes).toEqual([note]);
  });

  test('enters no digest that confirms a guess about a call', async () => {
    const copy = rig.copyOf(archive, 'keyed');
    await verified(copy);
    const byBag = new Map<string, ReturnType<typeof entryDigest>[]>();
    for (const folder of recordingFolders(copy)) {
      const { 'recording.json': secret = '' } = await rig.secretsOf(folder);
      const { document } = parseRecordingJson(openAgeBytes(readFileSync(join(folder, 'recording.json.age')), x25519Identity(secret)));
      if (document === null) throw new Error('no document');
      const bag = join(folder, '../..');
      byBag.set(bag, [...(byBag.get(bag) ?? []), entryDigest(catalogEntry(document))]);
    }
    const plain = [...byBag.values()].map((some) => entriesDigest(some, null));
    const entered = (await entries(copy, 'bag-verified')).map(({ entriesSha256 }) => entriesSha256);
    expect([plain.length, entered.length]).toEqual([2, 3]);
    expect(entered.filter((one) => plain.includes(String(one)))).toEqual([]);
    const key = await catalogKey();
    expect([...byBag.values()].map((some) => entriesDigest(some, key)).every((one) => entered.includes(one))).toBe(true);
  });

  test('opens the documents although an earlier run without the keyring found the bags sound', async () => {
    const copy = rig.copyOf(archive, 'without-first');
    const closed = await verified(copy, without);
    expect([closed.code, closed.codes, closed.summary.described, closed.summary.warnings]).toEqual([0, [note], 0, 0]);
    expect((await entries(copy, 'verification-finished')).at(-1)).not.toHaveProperty('catalogSha256');
    await changeCatalog(join(copy, 'catalog.sqlite'), `UPDATE recording SET direction = 'internal' WHERE place = (SELECT min(place) FROM recording)`);
    expect((await verified(copy)).codes).toEqual(['error V106 catalog.sqlite']);
    // And a later run without the keyring keeps what was found with it.
    cpSync(join(archive, 'catalog.sqlite'), join(copy, 'catalog.sqlite'));
    expect((await verified(copy)).codes).toEqual([]);
    expect((await verified(copy, without)).codes).toEqual([note]);
    const again = await verified(copy);
    expect([again.codes, again.summary.examinedBefore]).toEqual([[], again.summary.bags]);
  });

  test('names the bags that a keyring without their pages leaves uncompared, and does not trust the catalog the next time', async () => {
    const copy = rig.copyOf(archive, 'lacking');
    const [bag = ''] = [...new Set(recordingFolders(copy).map((folder) => join(folder, '../..')))];
    const making = makingOf(bag) ?? '';
    const pages = [rig.keyring, rig.path('keyring-copy')].map((folder) => join(folder, 'pages'));
    const files = pages.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => basename(name).startsWith(making))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBe(2);
    for (const file of files) renameSync(file, `${file}.away`);
    try {
      const { code, codes, lines, summary } = await verified(copy);
      expect([code, codes]).toEqual([0, [note]]);
      expect(lines.find((line) => line.code === 'V134')?.message).toMatch(/^was not compared with 1 bag: /);
      expect([summary.described, summary.unopened]).toEqual([3, 6]);
      expect((await entries(copy, 'verification-finished')).at(-1)).not.toHaveProperty('catalogSha256');
    } finally {
      for (const file of files) renameSync(`${file}.away`, file);
    }
    const found = await verified(copy);
    expect([found.codes, found.summary.described]).toEqual([[], 6]);
  });

  test('asks nobody: roots with a passphrase leave the catalog uncompared, with a note', async () => {
    const folder = rig.path('asking');
    const access = { passphrase: async () => passphrase, identities: async () => null, workFactor: 4 };
    const kind = { kind: 'passphrase', identity: null } as const;
    await createKeyring({ folder, kind, copies: [{ folder: rig.path('asking-copy'), kind }] }, '2026-03-01T12:00:00.000Z', access, signal);
    const dir = rig.path('asked');
    const file = rig.path('passphrase');
    writeFileSync(file, `${passphrase}\n`, { mode: 0o600 });
    const env = { LONGPLAY_KEYRING: folder, LONGPLAY_PASSPHRASE_FILE: file };
    const made = await rig.run(['import', asterisk.folder, '--into', dir, '--zone', 'Europe/Stockholm'], { env });
    expect(made.code, made.stderr).toBe(0);
    const plain = await rig.run(['verify', dir], { env });
    expect([plain.code, plain.stdout, plain.stderr]).toEqual([
      0,
      expect.stringMatching(/: OK\.\n/),
      expect.stringContaining(
        'note V134 catalog.sqlite: was not compared with the bags: the root of main cannot be opened: it is not kept in a file',
      ),
    ]);
    expect((await rig.run(['verify', dir, '--quiet'], { env })).stderr).toBe('');
    const played = await rig.run(['verify', dir, '--play'], { env });
    expect([played.code, played.stderr]).toEqual([0, expect.not.stringContaining('V134')]);
  });
});
