import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/layout.ts';
import { openLog } from '../../../src/log/log.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { provideKeys } from '../../../src/sealing/open-keys.ts';
import { openKeyAgent } from '../../../src/serve/keys/key-agent.ts';
import type { KeyRequest } from '../../../src/serve/keys/key-request.ts';
import { asterisk, createSealedRig, recordingFolders } from '../../cli/sealed/sealed-rig.ts';

const signal = new AbortController().signal;
const access = { passphrase: async () => null, identities: async () => null };

test('a key agent gives the secrets of one recording against its log entry, and nothing without it', { timeout: 120_000 }, async () => {
  await using rig = await createSealedRig();
  const imported = await rig.sealed('import', asterisk.folder, '--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed');
  expect(imported.code, imported.stderr).toBe(0);
  const archive = await openArchive(rig.path('archive'));
  const log = await openLog(archive, { now: () => new Date().toISOString(), keys: rig.keys });
  const folders = recordingFolders(archive.dir);
  const folder = folders.find((one) => existsSync(join(one, 'access-1.opus.age'))) ?? '';
  const other = folders.find((one) => one !== folder) ?? '';
  const [recordingId, otherId] = [basename(folder), basename(other)];
  const bagOf = (one: string): string => join(one, '../..').slice(join(archive.dir, 'bags').length + 1);
  const names = Object.keys(await rig.secretsOf(folder)).sort();
  const sound = names.find((name) => name.startsWith('original-')) ?? '';

  // Made before the agent began: it does not count.
  await log.append('recording-taken', { session: 'before', recording: recordingId, file: sound });
  provideKeys(() => openKeyring({ folder: rig.keyring, access, signal }));
  const agent = await openKeyAgent({ archiveDir: archive.dir, temporary: rig.folder, keys: rig.keys }, () => undefined, signal);
  const ask = async (request: Partial<KeyRequest>): Promise<readonly string[] | string> => {
    const whole: KeyRequest = { session: 's1', recordingId, action: 'shown', file: null, bags: [bagOf(folder)], ...request };
    try {
      return Object.values(await agent.keysFor(whole)).flatMap((secrets) => Object.keys(secrets).sort());
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
  };
  expect(await ask({})).toBe('K210');
  expect(await ask({ session: 'before', action: 'taken', file: sound })).toBe('K210');

  await log.append('recording-shown', { session: 's1', recording: recordingId });
  expect(await ask({})).toEqual(['public.json', 'recording.json']);
  expect(await ask({ session: 's2' })).toBe('K210');
  expect(await ask({ recordingId: otherId, bags: [bagOf(other)] })).toBe('K210');
  expect(await ask({ file: sound })).toBe('K210');
  expect(await ask({ action: 'listened', file: sound })).toBe('K210');

  await log.append('recording-listened', { session: 's1', recording: recordingId });
  expect(await ask({ action: 'listened', file: sound })).toEqual([sound, 'public.json', 'recording.json'].sort());
  const row = names.find((name) => name.startsWith('source-')) ?? 'source-1.csv';
  expect(await ask({ action: 'listened', file: row })).toBe('K210');
  expect(await ask({ action: 'taken', file: sound })).toBe('K210');
  await log.append('recording-taken', { session: 's1', recording: recordingId, file: row });
  expect(await ask({ action: 'taken', file: sound })).toBe('K210');

  await log.append('export-begun', { session: 's1', recordings: 1 }, { recordings: [recordingId] });
  expect(await ask({ action: 'exported' })).toEqual(names);
  expect(await ask({ action: 'exported', recordingId: otherId, bags: [bagOf(other)] })).toBe('K210');
  expect(await ask({ action: 'exported', bags: ['../../../elsewhere'] })).toBe('K210');
  await log.close();
  provideKeys(null);
});
