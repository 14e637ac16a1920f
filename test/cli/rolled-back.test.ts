import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeAuthority } from '../log/authority.ts';
import { createRig, type Rig, root } from './rig.ts';

const source = join(root, 'samples/sidecar-xml');

/** An archive that was time-stamped or sent to a witness after its log had grown, and that log before it grew. */
async function rolledBack(rig: Rig, keep: (archive: string) => Promise<void>): Promise<string> {
  const archive = rig.path('archive');
  expect((await rig.run(['import', source, '--into', archive])).code).toBe(0);
  cpSync(join(archive, 'log'), rig.path('older'), { recursive: true });
  expect((await rig.run(['verify', archive])).code).toBe(0);
  await keep(archive);
  const kept = ['stamps', 'witness'].filter((name) => existsSync(join(archive, 'log', name)));
  for (const name of kept) cpSync(join(archive, 'log', name), join(rig.path('older'), name), { recursive: true });
  rmSync(join(archive, 'log'), { recursive: true });
  cpSync(rig.path('older'), join(archive, 'log'), { recursive: true });
  return archive;
}

/** Exit codes and finding codes of all commands that read a log, on a machine that has never seen the archive. */
async function judged(rig: Rig, archive: string): Promise<{ readonly codes: readonly (number | null)[]; readonly told: readonly string[] }> {
  const empty = rig.path('no-keys');
  rmSync(empty, { recursive: true, force: true });
  mkdirSync(empty, { mode: 0o700 });
  const runs = [];
  for (const args of [
    ['verify', archive],
    ['verify', archive, '--every', '90d'],
    ['verify', archive, '--every', '90d', '--status'],
    ['watch', archive],
    ['log', 'verify', archive],
  ])
    runs.push(await rig.json(args, { LONGPLAY_KEYS: empty }));
  // This machine needs a server's key, and remembers nothing.
  rig.forget();
  runs.push(await rig.json(['serve', archive, '--port', '0']));
  return { codes: runs.map(({ code }) => code), told: runs.map(({ lines }) => JSON.stringify(lines)) };
}

test('a log older than a time stamp on it is reported as rolled back by all commands, and nothing is appended to it', async () => {
  await using rig = createRig();
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const { program, args } = authority.program('2026-02-02 12:00:00');
  const clock = { SOURCE_DATE_EPOCH: String(Date.parse('2026-02-02T12:00:00Z') / 1_000) };
  const archive = await rolledBack(rig, async (dir) => {
    expect((await rig.run(['log', 'stamp', dir, '--roots', authority.rootFile, '--tsa', program, ...args], { env: clock })).code).toBe(0);
  });
  const before = readFileSync(join(archive, 'log/checkpoint'), 'utf8');
  const { codes, told } = await judged(rig, archive);
  expect(codes).toEqual([4, 4, 4, 4, 4, 4]);
  for (const text of told) expect(text).toMatch(/A116.*log\/stamps\/\d{12}\.checkpoint states that there were/);
  expect(readFileSync(join(archive, 'log/checkpoint'), 'utf8')).toBe(before);
  // Nothing continues it before somebody gives the lost entries up. Then the log reports that for ever; the stamp on the lost entries is evidence of nothing else.
  const refused = await rig.run(['import', source, '--into', archive]);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringMatching(/L132.*longplay log remember ARCHIVE --lost/s)]);
  const given = await rig.run(['log', 'remember', archive, '--lost']);
  expect([given.code, given.stdout + given.stderr]).toEqual([0, expect.stringMatching(/lost entr(y|ies) of the log (was|were) given up/)]);
  expect((await rig.run(['log', 'remember', archive, '--lost'])).code).toBe(2);
  expect((await rig.run(['import', source, '--into', archive])).code).toBe(4);
  const { lines, code } = await rig.json(['log', 'verify', archive]);
  expect([code, lines.flatMap((line) => (line.type === 'finding' ? [line.code] : []))]).toEqual([4, ['A116']]);
});

test("a log older than a witness's signature is rolled back, and a stamp signed by another key proves nothing", async () => {
  await using rig = createRig();
  const line = `— witness.example ${Buffer.alloc(76, 7).toString('base64')}`;
  const archive = await rolledBack(rig, async (dir) => {
    expect((await rig.run(['log', 'publish', dir, '--command', 'sh', '--', '-c', `cat; echo "${line}"`])).code).toBe(0);
    expect(readdirSync(join(dir, 'log/witness'))).toHaveLength(1);
  });
  const { codes, told } = await judged(rig, archive);
  expect(codes).toEqual([4, 4, 4, 4, 4, 4]);
  for (const text of told) expect(text).toContain('log/witness/');
  // The same archive without that file is OK: it lacks only the end of its log, of which nothing is known.
  const other = rig.path('other');
  expect((await rig.run(['import', source, '--into', other])).code).toBe(0);
  expect((await rig.run(['verify', other])).code).toBe(0);
  for (const name of readdirSync(join(archive, 'log/witness'))) cpSync(join(other, 'log/checkpoint'), join(archive, 'log/witness', name));
  rig.forget();
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, errors: 0 });
});
