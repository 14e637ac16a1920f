import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makingOf } from '../../../src/archive/bag/info.ts';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import { approved, approver, judgeCertificate } from '../erasure-rig.ts';
import { fingerprint } from '../rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from './sealed-rig.ts';

let rig: SealedRig;
let archive: string;
/** A recording with three originals, a copy of each, and a joined copy; and one with an original and its copy. */
let sides: string;
let plain: string;

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  const how = ['--zone', 'Europe/Stockholm', '--sealed', '--join-sides', '--no-keep-tables'];
  expect((await rig.sealed('import', asterisk.folder, '--into', 'archive', ...how)).code).toBe(0);
  process.env.LONGPLAY_KEYRING = rig.keyring;
  await approver(rig, 'archive');
  const withFile = (name: string) => basename(recordingFolders(archive).find((folder) => readdirSync(folder).includes(name)) ?? '');
  sides = withFile('access-joined.opus.age');
  plain = withFile('original-1.gsm.age');
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

const folderOf = (id: string): string => recordingFolders(archive).find((folder) => basename(folder) === id) ?? '';
const noAccess = { passphrase: async () => null, identities: async () => null };

/** Returns the secrets that a copy of the keyring has of a recording; an empty one is erased. */
async function secretsIn(copy: string, id: string): Promise<Readonly<Record<string, string>>> {
  const keys = await openKeyring({ folder: rig.path(copy), access: noAccess, signal: new AbortController().signal });
  const secrets = keys.secretsOf(makingOf(join(folderOf(id), '../..')) ?? '', id);
  keys.close();
  return secrets === null || secrets === 'erased' ? {} : secrets;
}

/** Requests the erasure of files of a recording and executes it. */
async function eraseFiles(id: string, ...only: string[]): Promise<string> {
  const request = await approved(rig, 'archive', [id, '--only', ...only]);
  const run = await rig.sealed('erase', 'run', 'archive');
  // Exports are reported as well (E129).
  expect([run.code, run.stderr.split('\n').filter((line) => /^\w+ [A-Z]\d{3} /.test(line) && !line.includes('E129'))]).toEqual([0, []]);
  expect(run.stdout).toMatch(/Erased \d files? alone; the recordings? stays?\./);
  return request;
}

async function verified(...args: string[]) {
  const { code, stdout } = await rig.sealed('verify', 'archive', '--json', ...args);
  return { code, ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object) };
}

describe('erasing only files of recordings, in a sealed archive', () => {
  test('is refused before the request if it is impossible', async () => {
    const refused = async (id: string, ...only: string[]) => {
      const { code, stderr } = await rig.sealed('erase', 'request', 'archive', id, '--only', ...only, '--ground', 'error', '--reason', 'a test');
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused(plain, 'recording.json')).toContain('recording.json describes recording');
    expect(await refused(sides, 'original-1.wav:left')).toMatch(
      /E127 one side of original-1\.wav cannot be erased alone[\s\S]*--only original-1\.wav/,
    );
    expect(await refused(plain, 'original-1.wav')).toMatch(
      /E127 .*has no file 'original-1\.wav'; it has original-1\.gsm, access-1\.opus, source-1\.csv/,
    );
    expect(await refused(sides, 'access-2.opus')).toMatch(/access-joined\.opus of recording \S+ has the sound of access-2\.opus as well/);
    expect((await rig.sealed('erase', 'status', 'archive')).stdout).toContain('No request to erase.');
  });

  test('waits while a legal hold protects the recording', async () => {
    const held = await rig.json(['hold', 'add', 'archive', '--text', '46701740607', '--reason', 'a lawsuit']);
    expect(held.code).toBe(0);
    const request = await approved(rig, 'archive', [plain, '--only', 'originals']);
    const run = await rig.sealed('erase', 'run', 'archive');
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('E111')]);
    expect((await secretsIn('keyring', plain))['original-1.gsm']).toMatch(/^AGE-SECRET-KEY-/);
    expect((await rig.sealed('hold', 'release', 'archive', String(held.summary.id), '--reason', 'it is over')).code).toBe(0);
    expect((await rig.sealed('erase', 'withdraw', 'archive', request, '--reason', 'the test goes on')).code).toBe(0);
  });

  test('makes the original unreadable: no byte of a bag changes, the copy plays, and every command reports it', async () => {
    const before = fingerprint(join(archive, 'bags'));
    const old = await secretsIn('keyring', plain);
    for (const one of ['keyring', 'keyring-copy']) cpSync(rig.path(one), rig.path(`${one}-old`), { recursive: true });
    const request = await eraseFiles(plain, 'originals');
    expect(fingerprint(join(archive, 'bags'))).toEqual(before);
    for (const copy of ['keyring', 'keyring-copy']) expect(await secretsIn(copy, plain)).toEqual({ ...old, 'original-1.gsm': '' });
    // The secret that opened it is in no page any more, and opens nothing else.
    const stored = (name: string): string => join(folderOf(plain), `${name}.age`);
    const age = (secret: string, name: string) =>
      rig.exec('bash', ['-c', `printf '%s\\n' "$0" | age -d -i - "$1" | sha256sum`, secret, stored(name)]);
    expect((await age(old['original-1.gsm'] ?? '', 'original-1.gsm')).stderr).toBe('');
    for (const name of ['access-1.opus', 'source-1.csv', 'recording.json']) {
      expect((await age(old['original-1.gsm'] ?? '', name)).stderr).toContain('no identity matched');
      expect((await age(old[name] ?? '', name)).stderr).toBe('');
    }
    const day = '20\\d\\d-\\d\\d-\\d\\d';
    const shown = await rig.sealed('show', 'archive', plain);
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`ERASED: original-1\\.gsm was erased on ${day} on request ${request}`)),
    ]);
    const given = await rig.sealed('export', 'archive', plain, '--out', 'copy');
    expect([given.code, given.stderr]).toEqual([0, '']);
    const [copy = ''] = readdirSync(rig.path('copy')).filter((name) => name.endsWith('.opus'));
    expect((await rig.exec('opusinfo', [rig.path('copy', copy)])).stdout).toContain('Playback length: 0m:05');
    const both = await rig.sealed('export', 'archive', plain, '--take', 'original', '--out', 'original');
    expect([both.code, both.stderr]).toEqual([0, expect.stringMatching(/warning E128 \S+\/original-1\.gsm\.age: was erased; it was not exported/)]);
    expect(both.stdout).toContain('1 file was erased alone and not exported.');
    expect(readdirSync(rig.path('original')).sort()).toEqual(['manifest-sha256.txt', 'recordings.jsonl']);
    // Without the keyring, with it, and with every original decoded.
    const bare = await rig.run(['verify', 'archive', '--json'], { env: { LONGPLAY_KEYRING: rig.path('nowhere') } });
    expect(JSON.parse(bare.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ erasedFiles: 1, erased: 0, errors: 0 });
    const well = { code: 0, erasedFiles: 1, erased: 0, unopened: 0, untried: 0, errors: 0, warnings: 0 };
    expect(await verified('--play')).toMatchObject(well);
    expect(await verified('--play', '--originals')).toMatchObject(well);
    expect((await rig.sealed('verify', 'archive', '--play')).stdout).toContain('1 file was erased alone, e.g. originals whose copies remain');
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).code).toBe(0);
    // The list of the request is gone, and the log has only keyed digests.
    const { stdout: log } = await rig.sealed('log', 'list', 'archive', '--json');
    expect(log).toContain('"files-erased"');
    const entries = log.split('\n').filter((line) => line.includes(request));
    expect(entries.length).toBeGreaterThan(4);
    for (const entry of entries) expect(entry).not.toMatch(/original-1\.gsm|Request 4711/);
    const made = await rig.json(['erase', 'certificate', 'archive', request, '--out', rig.path('certificate')]);
    expect(made.code).toBe(0);
    await judgeCertificate(rig, 'archive', rig.path('certificate'));
    const { stdout } = await rig.exec('jq', [
      '-c',
      '[.method, .request.parts, (.marks | length), (.fileMarks | length)]',
      rig.path('certificate/certificate.json'),
    ]);
    expect(JSON.parse(stdout)).toEqual(['purge: cryptographic erase', 1, 0, 1]);
    expect(readFileSync(rig.path('certificate/certificate.txt'), 'utf8')).toContain('1 file erased alone, whose recordings stay');
  });

  test('is not undone by an import of the same source, nor by an older copy of the keyring', async () => {
    const how = ['--zone', 'Europe/Stockholm', '--join-sides', '--no-keep-tables'];
    const again = await rig.sealed('import', asterisk.folder, '--into', 'archive', ...how);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing new')]);
    expect((await secretsIn('keyring', plain))['original-1.gsm']).toBe('');
    // One older copy opens nothing, because the other has the newer state.
    for (const one of ['keyring', 'keyring-copy']) {
      rmSync(rig.path(one), { recursive: true });
      cpSync(rig.path(`${one}-old`), rig.path(one), { recursive: true });
      if (one === 'keyring') expect((await secretsIn(one, plain))['original-1.gsm']).toBe('');
    }
    const back = await rig.sealed('verify', 'archive', '--play');
    const alarm = /unexpected E115 \S+\/original-1\.gsm\.age: was erased on \S+ \(request [0-9a-f]{8}\), but the keyring opens it/;
    expect([back.code, back.stdout]).toEqual([4, expect.stringMatching(alarm)]);
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
    expect((await secretsIn('keyring', plain))['original-1.gsm']).toBe('');
    expect(await verified('--play')).toMatchObject({ code: 0, erasedFiles: 1, errors: 0 });
  });

  test('erases one side and its row file, and leaves the other side intact', async () => {
    await eraseFiles(sides, 'original-2.wav', 'access-2.opus', 'access-joined.opus', 'source-1.csv');
    const left = Object.entries(await secretsIn('keyring-copy', sides)).filter(([, secret]) => secret !== '');
    const names = ['access-1.opus', 'access-3.opus', 'original-1.wav', 'original-3.wav', 'public.json', 'recording.json'];
    expect(left.map(([name]) => name).sort()).toEqual(names);
    expect(await verified('--play', '--originals')).toMatchObject({ code: 0, erasedFiles: 5, untried: 0, errors: 0, warnings: 0 });
    const given = await rig.sealed('export', 'archive', sides, '--out', 'side');
    expect(given.code).toBe(0);
    expect(readdirSync(rig.path('side')).filter((name) => name.endsWith('.opus'))).toEqual([
      expect.stringMatching(/-1\.opus$/),
      expect.stringMatching(/-3\.opus$/),
    ]);
    // A person is still found by everything that is left.
    expect((await rig.sealed('subject', 'archive', '46701740605', '--out', 'person')).code).toBeLessThan(4);
  });

  test('is not a fault for a drill, and a hand-over omits the files and lists them', async () => {
    expect((await rig.sealed('replica', 'add', 'archive', 'nas', rig.path('replica'))).code).toBe(0);
    expect((await rig.sealed('replica', 'sync', 'archive')).code).toBe(0);
    const drilled = await rig.sealed('drill', 'archive', '--out', rig.path('drills'));
    expect([drilled.code, drilled.stdout], drilled.stderr).toEqual([0, expect.stringContaining('decoding to the recorded length.')]);
    const { summary } = await rig.json(['case', 'new', 'archive', '--title', 'Case 4711']);
    const id = String(summary.case ?? summary.id);
    expect((await rig.sealed('case', 'add', 'archive', id, sides, plain)).code).toBe(0);
    const handed = await rig.sealed('case', 'export', 'archive', id, '--out', 'handed');
    expect(handed.stderr).toMatch(/E128 \S+\/original-1\.gsm: was erased; it was not exported/);
    expect(readdirSync(rig.path('handed/data/recordings'), { recursive: true, encoding: 'utf8' }).join(' ')).toContain('original-3.wav');
    // The case keeps the recording, which still has other files.
    await approved(rig, 'archive', [sides, '--only', 'access-3.opus']);
    expect((await rig.sealed('erase', 'run', 'archive')).code).toBe(0);
  });

  test('keeps a recording with erased parts from being exported unencrypted; its neighbours are exported', async () => {
    const asked = await rig.json(['unseal', 'request', 'archive', '--reason', 'the end of a contract']);
    const request = String(asked.summary.request);
    expect((await rig.sealed('unseal', 'approve', 'archive', request, '--key-file', 'approver.pem')).code).toBe(0);
    const run = await rig.sealed('unseal', 'run', 'archive', request, '--out', 'plain');
    expect([run.code, run.stderr]).toEqual([
      3,
      expect.stringMatching(new RegExp(`K213 \\S+/${plain}: was not written: original-1\\.gsm was erased alone`)),
    ]);
    const written = () =>
      readdirSync(rig.path('plain/bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('recording.json'));
    expect(written()).toHaveLength(4);
    expect((await rig.sealed('verify', 'plain', '--play')).code).toBe(0);
    // The new archive knows what was erased.
    const how = ['--zone', 'Europe/Stockholm', '--open', '--join-sides', '--no-keep-tables'];
    const again = await rig.sealed('import', asterisk.folder, '--into', 'plain', ...how);
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/E112 .*2 recordings/)]);
    expect(written()).toHaveLength(4);
    expect(await rig.sealed('erase', 'run', 'plain')).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
    expect((await rig.sealed('verify', 'plain', '--play')).code).toBe(0);
  });

  test('is an alarm if somebody destroyed a secret without a log entry', async () => {
    const session = openSession({ folder: rig.keyring, access: noAccess, signal: new AbortController().signal });
    const page = makingOf(join(folderOf(sides), '../..')) ?? '';
    await eraseSecrets(session, [{ page, cell: sides, names: ['original-3.wav'] }], '2026-12-01T00:00:00.000Z');
    const past = await rig.sealed('verify', 'archive', '--play');
    const alarm = /unexpected E114 \S+\/original-3\.wav\.age: the keyring says that it was erased, but the log has no entry of the erasure/;
    expect([past.code, past.stdout]).toEqual([4, expect.stringMatching(alarm)]);
    // A proper request makes it a valid erasure.
    await eraseFiles(sides, 'original-3.wav');
    expect(await verified('--play')).toMatchObject({ code: 0, erasedFiles: 7, errors: 0 });
  });

  test('can be followed by the erasure of the whole recording', async () => {
    await approved(rig, 'archive', [plain, '--only', 'copies']);
    await approved(rig, 'archive', [plain]);
    const run = await rig.sealed('erase', 'run', 'archive');
    expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/Erased 1 recording from 1 bag\.\n2 requests were executed\./)]);
    expect(await secretsIn('keyring', plain)).toEqual({});
    expect(await verified('--play')).toMatchObject({ code: 0, erased: 1, erasedFiles: 6, errors: 0 });
    expect((await rig.sealed('erase', 'run', 'archive')).stdout).toContain('No request is due.');
  });
});
