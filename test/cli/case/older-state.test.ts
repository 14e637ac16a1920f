import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprint, root } from '../rig.ts';
import { createSealedRig, type SealedRig } from '../sealed/sealed-rig.ts';

describe.each(['open', 'sealed'] as const)('a case whose folder was rolled back to an older state, in an archive that is %s', (kind) => {
  let rig: SealedRig;
  let archive: string;
  let id: string;
  let folder: string;
  const run = (...args: readonly string[]) => rig.sealed(...args);
  const restore = (from: string): void => {
    rmSync(folder, { recursive: true });
    cpSync(rig.path(from), folder, { recursive: true, preserveTimestamps: true });
  };

  beforeAll(async () => {
    rig = await createSealedRig();
    archive = rig.path('archive');
    expect((await run('import', join(root, 'samples/sidecar-xml'), '--into', archive, '--no-keep-tables', `--${kind}`)).code).toBe(0);
    const made = await rig.json(['case', 'new', archive, '--title', 'Deal'], { LONGPLAY_KEYRING: rig.keyring });
    id = String(made.summary.id);
    folder = join(archive, 'cases', id);
    writeFileSync(rig.path('a.eml'), 'From: anna@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nhello\r\n');
    writeFileSync(rig.path('b.eml'), 'From: bo@example.org\r\nDate: Mon, 1 Jan 2024 11:00:00 +0000\r\n\r\nlater\r\n');
    expect((await run('case', 'messages', archive, id, rig.path('a.eml'))).code).toBe(0);
    cpSync(folder, rig.path('older'), { recursive: true, preserveTimestamps: true });
    expect((await run('case', 'messages', archive, id, rig.path('b.eml'))).code).toBe(0);
    expect((await run('case', 'due', archive, id, '2099-01-31', '--reason', 'later')).code).toBe(0);
    expect((await run('replica', 'add', archive, 'nas', rig.path('nas'))).code).toBe(0);
    expect((await run('replica', 'sync', archive)).code).toBe(0);
    cpSync(folder, rig.path('newest'), { recursive: true, preserveTimestamps: true });
    restore('older');
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  test.each([
    [['case', 'show', 'ARCHIVE', 'ID']],
    [['case', 'timeline', 'ARCHIVE', 'ID']],
    [['case', 'list', 'ARCHIVE']],
    [['case', 'export', 'ARCHIVE', 'ID', '--out', 'handed']],
    [['erase', 'request', 'ARCHIVE', '--message', 'ID:m1', '--ground', 'error', '--reason', 'x']],
  ])('is read, and the command says what is missing and ends with 4: %j', async (words) => {
    const { code, stderr } = await run(...words.map((word) => word.replace('ARCHIVE', archive).replace('ID', id)));
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/C125 cases\/\S+: is an older state of the case: it lacks the last 2 changes .*longplay replica repair/),
    ]);
  });

  test.each([
    [['case', 'messages', 'ARCHIVE', 'ID', 'b.eml']],
    [['case', 'due', 'ARCHIVE', 'ID', '2099-02-28', '--reason', 'x']],
    [['case', 'review', 'ARCHIVE', 'ID', 'm1', '--state', 'relevant', '--reason', 'x']],
    [['case', 'compare', 'ARCHIVE', 'ID', 'list.csv', '--zone', 'UTC']],
    [['hold', 'add', 'ARCHIVE', '--case', 'ID', '--reason', 'x']],
  ])('is not changed, so that nothing that was added since is lost: %j', async (words) => {
    writeFileSync(rig.path('list.csv'), 'start,caller\n2025-10-26 02:29:56,+46846500401\n');
    const before = fingerprint(folder);
    const { code, stderr } = await run(
      ...words.map((word) =>
        word
          .replace('ARCHIVE', archive)
          .replace('ID', id)
          .replace(/^(b\.eml|list\.csv)$/, rig.path('$1')),
      ),
    );
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/C125 .*is an older state of the case[\s\S]*nothing was changed[\s\S]*longplay replica repair/),
    ]);
    expect(fingerprint(folder)).toEqual(before);
  });

  test('is restored by the step that the message names, and is read and changed again', async () => {
    expect((await run('replica', 'repair', archive)).code).toBe(0);
    expect(await run('case', 'show', archive, id)).toMatchObject({ code: 0, stdout: expect.stringContaining('2099-01-31') });
    expect((await run('case', 'due', archive, id, '2099-02-28', '--reason', 'x')).code).toBe(0);
  });

  test('becomes the newest state once somebody acknowledges that no copy has a later one', async () => {
    expect((await run('replica', 'remove', archive, 'nas')).code).toBe(0);
    restore('older');
    expect((await run('verify', archive)).code).toBe(4);
    expect((await run('case', 'forget', archive, id, '--reason', 'no backup is newer')).code).toBe(0);
    expect(await run('case', 'show', archive, id)).toMatchObject({ code: 0, stderr: '' });
    expect((await run('case', 'messages', archive, id, rig.path('b.eml'))).code).toBe(0);
    expect((await run('verify', archive)).code).toBe(0);
    const again = await run('case', 'forget', archive, id, '--reason', 'again');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('C118')]);
  });
});
