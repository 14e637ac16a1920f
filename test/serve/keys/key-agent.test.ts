import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { caseFolder } from '../../../src/archive/documents/case-json.ts';
import { openArchive } from '../../../src/archive/layout.ts';
import { createCase } from '../../../src/cases/store/store.ts';
import type { EntryType } from '../../../src/log/entries/entry-types.ts';
import type { LogDetail } from '../../../src/log/entries/log-entry.ts';
import { openLog } from '../../../src/log/log.ts';
import { openKeyring } from '../../../src/sealing/keyring/keyring.ts';
import { provideKeys } from '../../../src/sealing/open-keys.ts';
import { openKeyAgent } from '../../../src/serve/keys/key-agent.ts';
import type { CaseKeyRequest, KeyRequest } from '../../../src/serve/keys/key-request.ts';
import { asterisk, createSealedRig, recordingFolders } from '../../cli/sealed/sealed-rig.ts';

const signal = new AbortController().signal;
const access = { passphrase: async () => null, identities: async () => null };

test('a key agent gives the secrets of one recording if its access is logged, and nothing otherwise', async () => {
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

  // Logged before the agent began: it does not count.
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

  // Cases: each with a page of its own, which the log announces.
  const tools = {
    now: () => new Date().toISOString(),
    keys: rig.keys,
    user: () => null,
    enter: async (type: EntryType, detail: LogDetail) => {
      await log.append(type, detail);
      return null;
    },
  };
  const none = { title: 'Deal', country: null, subject: null };
  await agent.addPage({ page: '0'.repeat(32), of: 'details 0', cells: [] });
  await expect(agent.addPage({ page: '1'.repeat(32), of: 'bag 2019/20190312', cells: [] })).rejects.toMatchObject({ code: 'K210' });
  const [one, two] = [(await createCase(archive, none, tools)).id, (await createCase(archive, none, tools)).id];
  const askCase = async (request: Partial<CaseKeyRequest>): Promise<readonly string[] | string> => {
    const whole: CaseKeyRequest = { session: 's3', action: 'shown', caseId: one, recordings: [], ...request };
    try {
      return Object.values(await agent.caseKeysFor(whole)).flatMap((cells) =>
        Object.entries(cells).flatMap(([cell, secrets]) => (cell === 'case.json' ? [cell] : Object.keys(secrets).sort())),
      );
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
  };
  const recordings = [{ recordingId, bag: bagOf(folder) }];
  expect([await askCase({}), await askCase({ action: 'listed', caseId: null }), await askCase({ action: 'read', recordings })]).toEqual([
    'K210',
    'K210',
    'K210',
  ]);
  await log.append('case-shown', { session: 's3', case: one });
  expect([
    await askCase({}),
    await askCase({ caseId: two }),
    await askCase({ session: 's2' }),
    await askCase({ action: 'listed', caseId: null }),
  ]).toEqual([['case.json'], 'K210', 'K210', 'K210']);
  await log.append('cases-listed', { session: 's3' });
  expect(await askCase({ action: 'listed', caseId: null })).toEqual(['case.json', 'case.json']);
  // A case.json that names the page of another case opens nothing of it.
  const path = join(caseFolder(archive.dir, one), 'case.json');
  const [own, theirs] = [path, join(caseFolder(archive.dir, two), 'case.json')].map(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as { document: unknown },
  );
  writeFileSync(path, JSON.stringify({ ...own, document: theirs?.document }));
  expect(await askCase({})).toEqual([]);
  await log.append('case-read', { session: 's3', case: one, recordings: 1 }, { recordings: [recordingId] });
  expect(await askCase({ action: 'read', recordings })).toEqual(names.filter((name) => !name.startsWith('original-') && !name.startsWith('access-')));
  const neighbour = { recordingId: otherId, bag: bagOf(other) };
  expect([
    await askCase({ action: 'read', caseId: two, recordings }),
    await askCase({ action: 'read', recordings: [...recordings, neighbour] }),
    await askCase({ action: 'exported', recordings }),
    await askCase({ action: 'read', recordings: [{ recordingId, bag: '../../elsewhere' }] }),
  ]).toEqual(['K210', 'K210', 'K210', 'K210']);
  await log.append('export-begun', { session: 's3', case: one, recordings: 1 }, { recordings: [recordingId] });
  expect(await askCase({ action: 'exported', recordings })).toEqual(names);
  await log.close();
  provideKeys(null);
});
