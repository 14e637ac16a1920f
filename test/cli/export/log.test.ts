import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runRefused, strace } from '../refused-calls.ts';
import { createRig, fingerprint, type Rig, root } from '../rig.ts';

const sample = join(root, 'samples/asterisk-normal');

async function importSample(rig: Rig): Promise<void> {
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
}

test('every export is logged: the recordings before they are handed out, the numbers of recordings, files and bytes, and no data subject, purpose or recipient', async () => {
  await using rig = createRig();
  await importSample(rig);
  const exported = await rig.json(['export', 'archive', '--from', '2019-01-01', '--out', 'secret-purpose']);
  expect(exported.code).toBe(0);
  const { recordings, files, bytes } = exported.summary;
  expect(Number(recordings)).toBeGreaterThan(0);
  const entries = (await rig.json(['log', 'list', 'archive'])).lines.flatMap((line) => (line.of === 'entry' ? [line.value] : []));
  expect(entries.at(-1)).toMatchObject({ type: 'exported' });
  const person = { who: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{24}$/), detailsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(entries.at(-1)).toHaveProperty('detail', { recordings, files, bytes, complete: true, ...person });
  expect(entries.at(-2)).toMatchObject({ type: 'export-begun', detail: { recordings, take: 'access', ...person } });
  const handedOut = exported.lines.flatMap((line) => (line.of === 'exported' ? [(line.value as { recordingId: string }).recordingId] : []));
  expect((entries.at(-2) as { details: { recordings: string[] } }).details.recordings).toEqual(expect.arrayContaining(handedOut));
  // The statement about user actions shows it.
  expect((await rig.run(['report', 'archive', '--out', 'out'])).stdout).toMatch(/^ {2}exported: 1, \d{4}-\d\d-\d\d to .*, signed with [0-9a-f]{8}$/m);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  // A search without results exports nothing.
  expect((await rig.run(['export', 'archive', '--from', '2199-01-01', '--out', 'none'])).code).toBe(2);
  expect((await rig.json(['log', 'list', 'archive'])).lines.filter((line) => JSON.stringify(line).includes('"exported"'))).toHaveLength(1);
});

test('an export that cannot be logged is made all the same, and reports it', async () => {
  await using rig = createRig();
  await importSample(rig);
  const before = fingerprint(rig.path('archive/log'));
  const { code, lines } = await rig.json(['export', 'archive', '--all', '--out', 'out'], { LONGPLAY_KEYS: rig.path('none') });
  expect(code).toBe(0);
  expect(lines.filter((line) => line.type === 'finding' && line.code === 'P172')).toHaveLength(1);
  expect(readdirSync(rig.path('out'))).toContain('manifest-sha256.txt');
  expect(fingerprint(rig.path('archive/log'))).toEqual(before);
});

test.skipIf(!strace)('if the system refuses the log, the export is made and ends with 5, because it is not recorded', async () => {
  await using rig = createRig();
  await importSample(rig);
  const before = fingerprint(rig.path('archive/log'));
  const lock = rig.path('archive/log/.lock');
  const { code, stderr, stdout } = await runRefused(rig, 'EIO', [lock], ['export', 'archive', '--all', '--out', 'out']);
  expect(stdout + stderr).toContain('P177 log: ');
  expect(code).toBe(5);
  expect(readdirSync(rig.path('out'))).toContain('manifest-sha256.txt');
  expect(fingerprint(rig.path('archive/log'))).toEqual(before);
});

test('a key that everybody can write signs nothing: the export is made, reports it, and ends with 0', async () => {
  await using rig = createRig();
  await importSample(rig);
  const before = fingerprint(rig.path('archive/log'));
  for (const name of readdirSync(rig.keys)) if (name.endsWith('.pem')) chmodSync(join(rig.keys, name), 0o666);
  const { code, lines } = await rig.json(['export', 'archive', '--all', '--out', 'out']);
  const told = lines.flatMap(({ type, code: one }) => (type === 'finding' && (one === 'P172' || one === 'P177') ? [one] : []));
  expect([code, told]).toEqual([0, ['P172']]);
  expect(fingerprint(rig.path('archive/log'))).toEqual(before);
});
