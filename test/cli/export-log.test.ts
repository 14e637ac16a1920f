import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');

async function importSample(rig: Rig): Promise<void> {
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
}

test('every export is an entry of the log: how many recordings, files and bytes, and nothing of whom, what for or to whom', async () => {
  await using rig = createRig();
  await importSample(rig);
  const exported = await rig.json(['export', 'archive', '--from', '2019-01-01', '--out', 'secret-purpose']);
  expect(exported.code).toBe(0);
  const { recordings, files, bytes } = exported.summary;
  expect(Number(recordings)).toBeGreaterThan(0);
  const entries = (await rig.json(['log', 'list', 'archive'])).lines.flatMap((line) => (line.of === 'entry' ? [line.value] : []));
  expect(entries.at(-1)).toMatchObject({ type: 'exported' });
  expect(entries.at(-1)).toHaveProperty('detail', { recordings, files, bytes, complete: true });
  // Seen in the statement by whoever reads who did what.
  expect((await rig.run(['report', 'archive', '--out', 'out'])).stdout).toMatch(/^ {2}exported: 1, \d{4}-\d\d-\d\d to .*, signed with [0-9a-f]{8}$/m);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  // What matches nothing hands nothing out.
  expect((await rig.run(['export', 'archive', '--from', '2199-01-01', '--out', 'none'])).code).toBe(2);
  expect((await rig.json(['log', 'list', 'archive'])).lines.filter((line) => JSON.stringify(line).includes('"exported"'))).toHaveLength(1);
});

test('an export that cannot be entered is made all the same, and says so', async () => {
  await using rig = createRig();
  await importSample(rig);
  const before = fingerprint(rig.path('archive/log'));
  const { code, lines } = await rig.json(['export', 'archive', '--all', '--out', 'out'], { LONGPLAY_KEYS: rig.path('none') });
  expect(code).toBe(0);
  expect(lines.filter((line) => line.type === 'finding' && line.code === 'P172')).toHaveLength(1);
  expect(readdirSync(rig.path('out'))).toContain('manifest-sha256.txt');
  expect(fingerprint(rig.path('archive/log'))).toEqual(before);
});
