import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, root } from './rig.ts';

const sample = (name: string): string => join(root, 'samples', name);

test('a survey tries the import in the temporary folder, states space and time as ranges, and leaves nothing anywhere', async () => {
  await using rig = createRig();
  cpSync(sample('asterisk-normal'), rig.path('export'), { recursive: true });
  const temporary = rig.path('temporary');
  cpSync(sample('canaries'), join(temporary, 'other'), { recursive: true });
  const before = readdirSync(rig.folder, { recursive: true }).sort();
  const { code, summary } = await rig.json(['survey', 'export', '-j', '1'], { LONGPLAY_TMPDIR: temporary });
  expect(code).toBe(0);
  const forecast = summary.import as Record<'archiveBytes' | 'timeMs', { low: number; high: number }> & { originalBytes: number };
  expect(summary.import).toMatchObject({ jobs: 1, reason: null, notTried: 0, access: { format: 'opus' } });
  expect(forecast.timeMs.low).toBeGreaterThan(0);
  expect(forecast.timeMs.high).toBeGreaterThan(forecast.timeMs.low);
  expect(forecast.archiveBytes.low).toBeGreaterThan(forecast.originalBytes);
  expect(readdirSync(rig.folder, { recursive: true }).sort()).toEqual(before);
  const text = await rig.run(['survey', 'export', '--headers-only', '--access', 'wav'], { env: { LONGPLAY_TMPDIR: temporary } });
  expect(text.stdout).toContain('time: not known; not tried, as requested');
  expect(text.stdout).toMatch(/copies +\d.* as WAV/);
  expect(text.stdout).toMatch(/^Time: from .* to /m);
  expect(text.stdout).toMatch(/Nothing was written\.\n$/);
});

test('a survey of a source that two importers recognise shows both and ends with 3; an import of it with 2', async () => {
  await using rig = createRig();
  const sources = [sample('asterisk-normal'), sample('siprec')];
  const text = await rig.run(['survey', ...sources]);
  expect(text.code).toBe(3);
  expect(text.stdout).toContain('2 importers recognise asterisk-normal, siprec: asterisk, siprec. Choose one.');
  expect(text.stdout).toContain('--join-sources');
  expect(text.stderr).toContain('verified: SIPREC documents and messages');
  const { code, summary } = await rig.json(['survey', ...sources, '--report', 'report']);
  expect([code, summary.decided, summary.exitCode]).toEqual([3, false, 3]);
  expect(readdirSync(rig.folder)).toEqual([]);
  const chosen = await rig.json(['survey', ...sources, '--importer', 'siprec', '--headers-only']);
  expect([chosen.code, chosen.summary.decided]).toEqual([3, true]);
  // Then nothing reads the tables of the other one, and its calls have no rows.
  expect(chosen.lines.filter(({ code: told }) => told === 'P117')).toHaveLength(1);
  expect((await rig.run(['import', ...sources, '--into', 'archive'])).code).toBe(2);
});
