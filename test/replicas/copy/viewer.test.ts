import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from '../../cli/rig.ts';

let rig: Rig;

/** Result of a command: its exit code, and its findings and verdicts as `CODE place`. */
async function run(...args: string[]): Promise<{ readonly code: number | null; readonly said: string[]; readonly text: string }> {
  const { code, lines } = await rig.json(args);
  const said = lines.flatMap(({ code: of, place, path }) => (typeof of === 'string' ? [`${of} ${String(place ?? path ?? '')}`] : []));
  return { code, said, text: JSON.stringify(lines) };
}
const viewerOf = (copy: string): readonly string[] => fingerprint(rig.path(copy, 'viewer'));
/** Only findings about the viewer: copies on one device are reported as well. */
const ofViewer = (said: readonly string[]): string[] => said.filter((line) => /viewer|^V1(?:03|17|18|19)|^R1(?:07|27)/.test(line));

beforeAll(async () => {
  rig = createRig();
  expect((await run('import', join(root, 'samples/freeswitch'), '--into', 'archive', '--expect-audio', '0%')).code).toBe(0);
  expect((await run('viewer', 'archive')).code).toBe(0);
  expect((await run('replica', 'add', 'archive', 'vault', rig.path('vault'))).code).toBe(0);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

test('a sync copies the viewer, which opens there as in the archive; a verification of the replica finds the viewer that the log names', async () => {
  expect((await run('replica', 'sync', 'archive', 'vault')).code).toBe(0);
  expect(viewerOf('vault')).toEqual(viewerOf('archive'));
  const verified = await run('replica', 'verify', 'archive', 'vault');
  expect([verified.code, ofViewer(verified.said)]).toEqual([0, []]);
  // By itself as well, on a copy, because a verification is logged: the copied log names the viewer.
  cpSync(rig.path('vault'), rig.path('alone'), { recursive: true });
  rig.forget();
  const alone = await run('verify', 'alone');
  expect([alone.code, ofViewer(alone.said)]).toEqual([0, []]);
  rig.forget();
});

test('the viewer command does not write into a replica, under any name of its folder, and nothing there changes', async () => {
  const before = fingerprint(rig.path('vault'));
  symlinkSync(rig.path('vault'), rig.path('other-name'));
  for (const folder of ['vault', 'other-name']) {
    const { code, stderr } = await rig.run(['viewer', folder]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('R107')]);
    expect(stderr).toContain('longplay replica sync ARCHIVE vault');
  }
  expect(fingerprint(rig.path('vault'))).toEqual(before);
});

test('a replica that is behind is OK; a sync copies the new viewer and removes files that it does not name any more', async () => {
  expect([0, 3]).toContain((await run('import', join(root, 'samples/asterisk-normal'), '--zone', 'Europe/Stockholm', '--into', 'archive')).code);
  const behind = await run('replica', 'verify', 'archive', 'vault');
  expect(ofViewer(behind.said)).toEqual([]);
  const before = viewerOf('vault');
  // A killed run left something.
  writeFileSync(rig.path('vault/viewer/data/.longplay-tmp-1'), 'half');
  expect((await run('replica', 'sync', 'archive', 'vault')).code).toBe(0);
  expect(viewerOf('vault')).toEqual(viewerOf('archive'));
  expect(viewerOf('vault')).not.toEqual(before);
  const again = await run('replica', 'verify', 'archive', 'vault');
  expect([again.code, ofViewer(again.said)]).toEqual([0, []]);
});

test('altered or additional files in the viewer of a replica are an error there; once deleted and synced it is OK', async () => {
  appendFileSync(rig.path('vault/viewer/page.js'), '//');
  const altered = await run('replica', 'verify', 'archive', 'vault');
  expect([altered.code, ofViewer(altered.said)]).toEqual([4, ['V118 vault:viewer/page.js']]);
  writeFileSync(rig.path('vault/viewer/more.html'), 'x');
  const more = await run('replica', 'verify', 'archive', 'vault');
  expect([more.code, ofViewer(more.said)]).toEqual([4, ['V118 vault:viewer/page.js', 'V103 vault:viewer/more.html']]);
  rmSync(rig.path('vault/viewer'), { recursive: true });
  expect((await run('replica', 'sync', 'archive', 'vault')).code).toBe(0);
  expect(viewerOf('vault')).toEqual(viewerOf('archive'));
});

test('a viewer that differs from the log is not copied, and the replica keeps its own', async () => {
  const before = viewerOf('vault');
  const list = rig.path('archive/viewer/files.json');
  const kept = readFileSync(list, 'utf8');
  writeFileSync(list, kept.replace(/"sizeBytes": ?\d+/, '"sizeBytes": 1'));
  const other = await run('replica', 'sync', 'archive', 'vault');
  expect(ofViewer(other.said)).toEqual(['R127 viewer/files.json']);
  writeFileSync(list, kept);
  // The list is right, one file is not: nothing of the page is replaced.
  const month = readdirSync(rig.path('archive/viewer/data/months'))[0] ?? '';
  rmSync(rig.path('vault/viewer/data/months', month));
  const file = rig.path('archive/viewer/data/months', month);
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.from(bytes).fill(0x20, 0, 1));
  const bad = await run('replica', 'sync', 'archive', 'vault');
  expect(ofViewer(bad.said)).toEqual([`R127 viewer/data/months/${month}`]);
  expect(existsSync(rig.path('vault/viewer/data/months', month))).toBe(false);
  writeFileSync(file, bytes);
  expect((await run('replica', 'sync', 'archive', 'vault')).code).toBe(0);
  expect(viewerOf('vault')).toEqual(before);
});

test('nothing is written through a link in the place of a folder of the viewer', async () => {
  cpSync(rig.path('vault/viewer'), rig.path('elsewhere'), { recursive: true });
  renameSync(rig.path('vault/viewer'), rig.path('moved'));
  symlinkSync(rig.path('elsewhere'), rig.path('vault/viewer'));
  rmSync(rig.path('elsewhere/page.css'));
  const { code, text } = await run('replica', 'sync', 'archive', 'vault');
  expect([code, text]).toEqual([5, expect.stringContaining('R138')]);
  expect(existsSync(rig.path('elsewhere/page.css'))).toBe(false);
});

test('a copy that replaces the archive gets its viewer again once it is not a replica any more', async () => {
  rmSync(rig.path('vault/viewer'));
  renameSync(rig.path('moved'), rig.path('vault/viewer'));
  renameSync(rig.path('archive'), rig.path('lost'));
  expect((await run('viewer', 'vault')).code).toBe(2);
  expect((await run('replica', 'remove', 'vault', 'vault')).code).toBe(0);
  expect((await run('viewer', 'vault')).code).toBe(0);
});
