import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, holding } from './erasure-rig.ts';
import { fingerprint } from './rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

describe.each(['open', 'sealed'] as const)(
  'a case of which an older state was restored before something was erased from it, in an archive that is %s',
  (kind) => {
    let rig: SealedRig;
    let archive: string;
    let id: string;
    let gone: string;
    const run = (...args: readonly string[]) => rig.sealed(...args);
    const well = async (...args: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await run(...args);
      expect([args, code, code === 0 ? '' : stdout + stderr]).toEqual([args, 0, '']);
    };
    const exchange = (folder: string, from: string): void => {
      rmSync(folder, { recursive: true });
      cpSync(from, folder, { recursive: true, preserveTimestamps: true });
    };
    const traces = ['46701740605', 'pbx1-1761438596.0'];
    const bytesOf = (top: string): string => readFileSync(join(top, 'cases', id, 'case.json'), 'utf8');

    const prepare = async (): Promise<void> => {
      await rig?.[Symbol.asyncDispose]();
      rig = await createSealedRig();
      process.env.LONGPLAY_KEYRING = rig.keyring;
      archive = rig.path('archive');
      await well('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--no-keep-tables', `--${kind}`);
      await well('erase', 'make-key', 'approver.pem');
      await well('erase', 'add-approver', archive, 'approver.pem', '--name', 'anna');
      const { lines } = await rig.json(['list', archive, '--text', '46701740605']);
      gone = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
      id = String((await rig.json(['case', 'new', archive, '--title', 'Deal'])).summary.id);
      await well('case', 'add', archive, id, gone);
      for (const [name, words] of [
        ['a', `about ${gone}`],
        ['b', 'later'],
      ] as const)
        writeFileSync(rig.path(`${name}.eml`), `From: a@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\nSubject: ${name}\r\n\r\n${words}\r\n`);
      await well('case', 'messages', archive, id, rig.path('a.eml'));
      cpSync(join(archive, 'cases', id), rig.path('older'), { recursive: true, preserveTimestamps: true });
      await well('case', 'messages', archive, id, rig.path('b.eml'));
      await well('case', 'due', archive, id, '2099-01-31', '--reason', 'later');
      await well('replica', 'add', archive, 'nas', rig.path('nas'));
      await well('replica', 'sync', archive);
      exchange(join(archive, 'cases', id), rig.path('older'));
      await approved(rig, archive, [gone], 'approver.pem');
      const ran = await run('erase', 'run', archive);
      expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/C125 nas:\S+: has 2 changes .*it was left unchanged/)]);
      const kept = /C125 cases\S+: lacks changes .*secrets of the earlier states were kept.*longplay case forget/;
      expect(kept.test(ran.stderr)).toBe(kind === 'sealed');
    };
    beforeAll(prepare);
    afterAll(async () => {
      delete process.env.LONGPLAY_KEYRING;
      await rig?.[Symbol.asyncDispose]();
    });

    test('is not copied over the newer state of a replica, by no command; each says how to keep that state', async () => {
      const before = fingerprint(rig.path('nas', 'cases', id));
      const words = /C125 nas:cases\/\S+case\.json: has 2 changes that the newest state in the log lacks/;
      for (const args of [
        ['replica', 'sync', archive],
        ['replica', 'repair', archive],
        ['replica', 'verify', archive],
        ['replica', 'sync', archive],
        ['verify', rig.path('nas')],
      ]) {
        const told = await run(...args);
        const own = args[0] === 'verify' ? /C125 cases\/\S+case\.json: has 2 changes that the newest state in the log lacks/ : words;
        expect([args, told.code, told.stdout + told.stderr]).toEqual([args, 4, expect.stringMatching(own)]);
        if (args[1] === 'sync') expect(told.stderr).toMatch(/E121 nas:cases\/\S+ may have what was erased.*C125 says how to keep them/);
        expect(fingerprint(rig.path('nas', 'cases', id))).toEqual(before);
      }
    });

    test('gets the changes of the replica back with the printed commands, without what was erased', async () => {
      const told = await run('replica', 'sync', archive);
      const copying = /to keep the changes: (rm .*?); then longplay/.exec(told.stderr)?.[1] ?? 'false';
      expect(await rig.exec('sh', ['-c', copying])).toMatchObject({ code: 0 });
      const newer = bytesOf(archive);
      for (const args of [
        ['verify', archive],
        ['case', 'show', archive, id],
        ['replica', 'repair', archive],
      ]) {
        const found = await run(...args);
        expect([args, found.code, found.stdout + found.stderr]).toEqual([
          args,
          4,
          expect.stringMatching(/C125 \S+case\.json: has 2 changes .*longplay erase run/),
        ]);
      }
      expect(bytesOf(archive)).toBe(newer);
      await well('erase', 'run', archive);
      await well('verify', archive, '--play');
      await well('replica', 'sync', archive);
      await well('replica', 'verify', archive);
      expect(bytesOf(rig.path('nas'))).toBe(bytesOf(archive));
      const shown = await run('case', 'show', archive, id);
      expect(shown.stdout).toContain('2099-01-31');
      const messages = (await rig.json(['case', 'timeline', archive, id])).lines;
      expect(JSON.stringify(messages)).toContain('later');
      for (const top of [archive, rig.path('nas')]) expect(holding(join(top, 'cases', id), [...traces, gone])).toEqual([]);
    });

    test('is copied once somebody has acknowledged that the changes are lost, and their secrets are then destroyed', async () => {
      await prepare();
      await well('case', 'forget', archive, id, '--reason', 'not needed');
      if (kind === 'sealed') expect(await run('verify', archive, '--play')).toMatchObject({ code: 4, stdout: expect.stringContaining('E115') });
      await well('erase', 'run', archive);
      await well('verify', archive, '--play');
      await well('replica', 'sync', archive);
      await well('replica', 'verify', archive);
      expect(bytesOf(rig.path('nas'))).toBe(bytesOf(archive));
      expect(holding(rig.path('nas', 'cases', id), [...traces, gone])).toEqual([]);
    });
  },
);
