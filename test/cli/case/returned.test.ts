import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved } from '../erasure-rig.ts';
import { fingerprint, root } from '../rig.ts';
import { createSealedRig, type SealedRig } from '../sealed/sealed-rig.ts';

describe.each(['open', 'sealed'] as const)('a deleted case whose folder a backup brought back, in an archive that is %s', (kind) => {
  let rig: SealedRig;
  let archive: string;
  let id: string;
  let other: string;
  let folder: string;
  let recording: string;
  const run = (...args: readonly string[]) => rig.sealed(...args);
  const opened = async (title: string): Promise<string> => {
    const made = await rig.json(['case', 'new', archive, '--title', title]);
    return String(made.summary.id);
  };

  beforeAll(async () => {
    rig = await createSealedRig();
    process.env.LONGPLAY_KEYRING = rig.keyring;
    archive = rig.path('archive');
    expect((await run('import', join(root, 'samples/sidecar-xml'), '--into', archive, '--no-keep-tables', `--${kind}`)).code).toBe(0);
    const listed = await rig.json(['list', archive]);
    recording = String((listed.lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
    id = await opened('Deal');
    other = await opened('Other');
    folder = join(archive, 'cases', id);
    writeFileSync(rig.path('a.eml'), 'From: anna@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nhello\r\n');
    expect((await run('case', 'messages', archive, id, rig.path('a.eml'))).code).toBe(0);
    expect((await run('case', 'add', archive, id, recording)).code).toBe(0);
    expect((await run('case', 'due', archive, id, '2020-01-31', '--reason', 'x')).code).toBe(0);
    expect((await run('erase', 'make-key', rig.path('approver.pem'))).code).toBe(0);
    expect((await run('erase', 'add-approver', archive, rig.path('approver.pem'), '--name', 'anna')).code).toBe(0);
    cpSync(folder, rig.path('kept'), { recursive: true, preserveTimestamps: true });
    expect((await run('case', 'delete', archive, id, '--reason', 'wrong person')).code).toBe(0);
    expect((await run('verify', archive)).code).toBe(0);
    cpSync(rig.path('kept'), folder, { recursive: true, preserveTimestamps: true });
  });
  afterAll(async () => {
    delete process.env.LONGPLAY_KEYRING;
    await rig[Symbol.asyncDispose]();
  });

  test.each([[['verify', 'ARCHIVE']], [['verify', 'ARCHIVE', '--every', '90d', '--status']], [['watch', 'ARCHIVE']], [['case', 'list', 'ARCHIVE']]])(
    'is an alarm with the next step: %j',
    async (words) => {
      const { code, stdout, stderr } = await run(...words.map((word) => word.replace('ARCHIVE', archive)));
      expect([code, stdout + stderr]).toEqual([4, expect.stringMatching(new RegExp(`C129 \\S*${id}.*longplay case delete ARCHIVE ${id} --reason`))]);
      // Its deadline is over.
      expect(stdout + stderr).not.toContain('C190');
    },
  );

  test.each([
    [['case', 'show', 'ARCHIVE', 'ID']],
    [['case', 'timeline', 'ARCHIVE', 'ID']],
    [['case', 'add', 'ARCHIVE', 'ID', 'RECORDING']],
    [['case', 'remove', 'ARCHIVE', 'ID', 'RECORDING', '--reason', 'x']],
    [['case', 'messages', 'ARCHIVE', 'ID', 'a.eml']],
    [['case', 'compare', 'ARCHIVE', 'ID', 'list.csv', '--zone', 'UTC']],
    [['case', 'decide', 'ARCHIVE', 'ID', 'RECORDING', '--is', '--reason', 'x']],
    [['case', 'review', 'ARCHIVE', 'ID', 'm1', '--state', 'relevant', '--reason', 'x']],
    [['case', 'due', 'ARCHIVE', 'ID', '2099-02-28', '--reason', 'x']],
    [['case', 'export', 'ARCHIVE', 'ID', '--out', 'handed']],
    [['hold', 'add', 'ARCHIVE', '--case', 'ID', '--reason', 'x']],
    [['erase', 'request', 'ARCHIVE', '--message', 'ID:m1', '--ground', 'error', '--reason', 'x']],
    [['erase', 'request', 'ARCHIVE', '--from-case', 'ID', '--ground', 'error', '--reason', 'x']],
  ])('is neither read nor changed: %j', async (words) => {
    writeFileSync(rig.path('list.csv'), 'start,caller\n2025-10-26 02:29:56,+46846500401\n');
    const before = fingerprint(folder);
    const { code, stdout, stderr } = await run(
      ...words.map((word) =>
        word
          .replace('ARCHIVE', archive)
          .replace('RECORDING', recording)
          .replace('ID', id)
          .replace(/^(a\.eml|list\.csv|handed)$/, rig.path('$1')),
      ),
    );
    expect([code, stderr], stdout).toEqual([5, expect.stringMatching(/C129 .*nothing was read or changed[\s\S]*longplay case delete/)]);
    expect(stdout).not.toMatch(/anna|Deal/);
    expect([fingerprint(folder), existsSync(rig.path('handed'))]).toEqual([before, false]);
  });

  test('is not searched for a person, and the answer says so', async () => {
    const { code, stdout, stderr } = await run('subject', archive, 'anna@example.org');
    expect([code, stdout + stderr]).toEqual([4, expect.stringMatching(/C129 .*its messages were not searched/)]);
  });

  test('refuses the erasure of what it names until it is deleted again, which is recorded, and ends the alarm', async () => {
    await approved(rig, archive, [recording], rig.path('approver.pem'));
    const before = fingerprint(folder);
    const refused = await run('erase', 'run', archive);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(new RegExp(`E104 .*${id}.*longplay case delete ARCHIVE ${id}`))]);
    expect(fingerprint(folder)).toEqual(before);
    expect((await run('case', 'delete', archive, id, '--reason', 'it was back')).code).toBe(0);
    expect(readdirSync(join(archive, 'cases'))).toEqual([other]);
    const entries = (await rig.json(['log', 'list', archive])).lines.map((line) => JSON.stringify(line));
    expect(entries.filter((line) => line.includes('"case-deleted"'))).toHaveLength(2);
    for (const args of [
      ['verify', archive],
      ['erase', 'run', archive],
      ['verify', archive],
      ['case', 'list', archive],
    ])
      expect(await run(...args), JSON.stringify(args)).toMatchObject({ code: 0 });
  });

  test('back after an erasure it is still an alarm, and no erasure writes into it', async () => {
    cpSync(rig.path('kept'), folder, { recursive: true, preserveTimestamps: true });
    const before = fingerprint(folder);
    const done = await run('erase', 'run', archive);
    // In a sealed archive its secrets were destroyed, so that nothing is left in it to be erased.
    expect([done.code, done.stderr]).toEqual(kind === 'open' ? [2, expect.stringMatching(/E104/)] : [4, expect.stringMatching(/C129/)]);
    expect(fingerprint(folder)).toEqual(before);
    expect(await run('verify', archive)).toMatchObject({ code: 4, stdout: expect.stringContaining('C129') });
    expect((await run('case', 'delete', archive, id, '--reason', 'again')).code).toBe(0);
    expect((await run('verify', archive)).code).toBe(0);
  });
});
