import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approver, erase } from '../erasure-rig.ts';
import { copyFolder, createRig, root } from '../rig.ts';

test('recordings in a bag that a backup brought back in an earlier state are left out: nothing calls them missing, or searched', async () => {
  await using rig = createRig();
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
  expect((await rig.run(['import', join(root, 'samples/finos'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(3);
  await approver(rig, 'archive');
  const caseId = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal'])).summary.id);
  for (const text of ['46701740609', '46701740606']) expect((await rig.run(['case', 'add', 'archive', caseId, '--text', text])).code).toBe(0);
  const { lines } = await rig.json(['list', 'archive']);
  const all = lines.flatMap(({ of, value }) => (of === 'recording' ? [value as { recordingId: string; bag: string; key: string }] : [])); // as it is printed
  const one = all.find(({ key }) => key === 'pbx1-1761438596.0');
  const bag = one?.bag ?? '';
  const inBag = all.filter((each) => each.bag === bag).length;
  copyFolder(join(archive, 'bags', bag), rig.path('backup'));
  await erase(rig, 'archive', [one?.recordingId ?? '']);
  rmSync(join(archive, 'bags', bag), { recursive: true });
  copyFolder(rig.path('backup'), join(archive, 'bags', bag));
  writeFileSync(rig.path('list.csv'), 'start,caller\n2025-10-26 03:40:00,46701740609\n');

  const compared = await rig.json(['case', 'compare', 'archive', caseId, rig.path('list.csv'), '--zone', 'Europe/Stockholm']);
  expect(compared.summary).toMatchObject({ rows: 1, missing: 1, missingBags: 0, leftOutBags: 1 });
  const [row] = compared.lines.flatMap(({ of, value }) => (of === 'compared-row' ? [value as { why: readonly string[] }] : [])); // as it is printed
  expect(row?.why).toContainEqual('1 bag is in an earlier state (E109, K217) and was left out: it may be in there');
  const told = (await rig.run(['case', 'compare', 'archive', caseId, rig.path('list.csv'), '--zone', 'Europe/Stockholm'])).stdout;
  expect(told).toContain('1 bag is in an earlier state (E109, K217) and was left out: its recordings were NOT searched');
  expect(told).not.toContain('The archive lacks');

  const exported = await rig.json(['case', 'export', 'archive', caseId, '--out', rig.path('handed')]);
  const found = exported.lines.flatMap(({ code, message }) => (code === 'C120' || code === 'C199' ? [`${code} ${message}`] : []));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((text) => !text.startsWith(`C199 is in the case; bags/${bag} has it`))).toEqual([]);
  const scope = readFileSync(rig.path('handed/data/scope.csv'), 'utf8');
  expect(scope).toMatch(/bags that the log lists and that are missing"?,0/);
  expect(scope).toMatch(/bags in an earlier state[^\n]*,1\r?\n/);
  expect(scope).not.toContain('could not be read');
  const cover = readFileSync(rig.path('handed/cover.txt'), 'utf8');
  expect(cover).toContain(`${found.length} recordings of the case in bags that were left out`);
  expect(cover).not.toMatch(/could not be read from the archive|altered since/);

  const timeline = await rig.run(['case', 'show', 'archive', caseId, '--timeline']);
  expect(timeline.stdout + timeline.stderr).not.toContain('C120');
  const searched = await rig.json(['search', 'archive', '46701740606']);
  expect(searched.lines.flatMap(({ code }) => (typeof code === 'string' ? [code] : []))).toContain('E109');
  expect((await rig.json(['list', 'archive'])).lines.filter(({ of }) => of === 'recording')).toHaveLength(all.length - inBag);

  expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
  const again = await rig.json(['case', 'compare', 'archive', caseId, rig.path('list.csv'), '--zone', 'Europe/Stockholm']);
  expect(again.summary).toMatchObject({ found: 1, missing: 0, leftOutBags: 0 });
});
