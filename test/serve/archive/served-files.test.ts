import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallDetail, PageOverview, PageResult } from '../../../src/core/page/data.ts';
import type { Rig } from '../../cli/rig.ts';
import { createArchive, entriesOf, type Server, startServer, writeUsers } from '../rig.ts';

let rig: Rig;
let server: Server;
let cookie: string;

beforeAll(async () => {
  rig = await createArchive();
  server = await startServer(rig, ['--users', writeUsers(rig)]);
  ({ cookie } = await server.signIn('anna'));
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

/** Copies of different calls, each with its id and its path. */
function copies(): { readonly id: string; readonly name: string; readonly path: string }[] {
  const bags = rig.path('archive/bags');
  const seen = new Set<string>();
  return readdirSync(bags, { recursive: true, encoding: 'utf8' }).flatMap((path) => {
    const [, id = '', name = ''] = /([0-9a-f-]{36})\/(access-1\.opus)$/.exec(path) ?? [];
    if (name === '' || seen.has(id)) return [];
    seen.add(id);
    return [{ id, name, path: join(bags, path) }];
  });
}

/** Changes one byte of a file and keeps its length. */
function alter(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const rowsOf = async (): Promise<PageResult['rows']> =>
  (JSON.parse((await server.ask('/api/search?limit=500', { cookie })).text.split('\n')[0] ?? '') as PageResult).rows;
const faultsOf = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await rowsOf()).flatMap(({ id, fault }) => (fault === undefined ? [] : [[id, fault]])));
const asked = (id: string, name: string, range?: string) =>
  server.ask(`/files/${id}/${name}`, { cookie, headers: range === undefined ? {} : { range } });
const codeOf = (text: string): unknown => (JSON.parse(text) as { code?: unknown }).code;

test('an altered copy is not played, not even in part, a lost one is reported as lost, and the list shows both from then on', async () => {
  const [altered, lost, cut, well] = copies();
  if (altered === undefined || lost === undefined || cut === undefined || well === undefined) throw new Error('too few copies in the samples');
  const kept = rig.path('kept.opus');
  copyFileSync(altered.path, kept);
  // Played before it is altered: a file that was read once is read again when it changes.
  expect((await asked(altered.id, altered.name)).status).toBe(200);
  expect(await faultsOf()).toEqual({});
  alter(altered.path);
  rmSync(lost.path);
  writeFileSync(cut.path, readFileSync(cut.path).subarray(1));
  const before = (await entriesOf(rig)).filter(({ type }) => type === 'recording-listened').length;
  for (const [{ id, name }, code] of [
    [altered, 'altered'],
    [lost, 'lost'],
    [cut, 'altered'],
  ] as const) {
    for (const range of [undefined, 'bytes=0-0', 'bytes=-100']) {
      const answer = await asked(id, name, range);
      expect([code, range, answer.status, codeOf(answer.text)]).toEqual([code, range, 503, code]);
    }
  }
  expect((await asked(well.id, well.name, 'bytes=0-99')).status).toBe(206);
  expect(await faultsOf()).toEqual({ [altered.id]: 'damaged', [lost.id]: 'lost', [cut.id]: 'damaged' });
  const detail = JSON.parse((await server.ask(`/api/recordings/${altered.id}`, { cookie })).text) as CallDetail;
  expect(detail.row.fault).toBe('damaged');
  // Nothing was handed out, so nothing counts as listening; the operator is told of each, without a number or a name.
  expect((await entriesOf(rig)).filter(({ type }) => type === 'recording-listened')).toHaveLength(before + 1);
  expect(server.printed()).toContain(`/data/${lost.id}/${lost.name} cannot be served: ENOENT; run longplay verify`);
  expect(server.printed()).toContain(`/data/${altered.id}/${altered.name} cannot be served: its bytes are not those that were archived`);

  // A verification lists the calls, in its output and in the log, and counts them and not their files.
  const verified = await rig.run(['verify', 'archive']);
  expect(verified.code).toBe(4);
  expect(verified.stdout).toContain('3 calls damaged or lost; ');
  for (const { id } of [altered, lost, cut]) expect(verified.stdout).toContain(`longplay show archive ${id}`);
  expect(verified.stdout).toContain('Restore the named files from another copy of the archive.');
  const named = (await entriesOf(rig)).filter(({ type, detail }) => type === 'bag-verified' && detail.verdict === 'faults');
  expect(named.flatMap(({ detail }) => `${String(detail.damaged)} ${String(detail.lost)}`.trim().split(/\s+/)).sort()).toEqual(
    [altered.id, lost.id, cut.id].sort(),
  );

  // A server that has met no fault knows it from the log; the page's head states how many.
  await server.stop();
  server = await startServer(rig, ['--users', writeUsers(rig)]);
  ({ cookie } = await server.signIn('anna'));
  expect(await faultsOf()).toEqual({ [altered.id]: 'damaged', [lost.id]: 'lost', [cut.id]: 'damaged' });
  expect((JSON.parse((await server.ask('/api/overview', { cookie })).text) as PageOverview).faults).toBe(3);
  // Restored by hand it plays at once.
  copyFileSync(kept, altered.path);
  expect((await asked(altered.id, altered.name)).status).toBe(200);
});

test('if the disk is absent no file is reported as lost: the operator is told that the archive is unreachable, and the list marks nothing', async () => {
  await server.stop();
  server = await startServer(rig, ['--users', writeUsers(rig)]);
  ({ cookie } = await server.signIn('anna'));
  const whole = copies().find(({ path }) => path.endsWith('access-1.opus'));
  if (whole === undefined) throw new Error('no copy in the samples');
  const before = await faultsOf();
  const [year = ''] = readdirSync(rig.path('archive/bags'));
  for (const [away, isMountPoint] of [
    ['archive/bags', true],
    [`archive/bags/${year}`, true],
    ['archive', false],
  ] as const) {
    const folder = rig.path(away);
    renameSync(folder, rig.path('disk'));
    if (isMountPoint) mkdirSync(folder);
    try {
      for (const path of [`/files/${whole.id}/${whole.name}`, `/api/recordings/${whole.id}`]) {
        const answer = await server.ask(path, { cookie });
        expect([away, path, answer.status, codeOf(answer.text)]).toEqual([away, path, 503, 'archive']);
      }
    } finally {
      if (isMountPoint) rmSync(folder, { recursive: true });
      renameSync(rig.path('disk'), folder);
    }
  }
  expect(await faultsOf()).toEqual(before);
  expect(server.printed()).not.toContain('cannot be handed out: ENOENT');
  // Reported once a minute for each way in which it is absent.
  expect(server.printed()).toMatch(/\/recording\.json cannot be served: A102 archive unreachable: \S+ no longer has a year folder/);
  expect(server.printed()).toMatch(/\/recording\.json cannot be served: A102 archive unreachable: \S+ is empty/);
  expect(server.printed()).toMatch(/^\S*.*A102 archive unreachable: \S+ no longer has longplay\.json/m);
  // A single missing document is lost.
  const folder = whole.path.slice(0, whole.path.lastIndexOf('/'));
  renameSync(join(folder, 'recording.json'), rig.path('recording.json'));
  const lost = await server.ask(`/api/recordings/${whole.id}`, { cookie });
  expect([lost.status, codeOf(lost.text)]).toEqual([503, 'lost']);
  renameSync(rig.path('recording.json'), join(folder, 'recording.json'));
});
