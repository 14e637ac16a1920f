import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baggingYear } from '../../../src/archive/bag/info.ts';
import { readTagFile } from '../../../src/archive/bag/tag-file.ts';
import { tagManifestDigests } from '../../../src/archive/bag/tag-manifest.ts';
import { createArchive, openArchive } from '../../../src/archive/layout.ts';
import { landingDigests } from '../../../src/log/entries/landing.ts';
import { checkLanding } from '../../../src/verify/checks/landing.ts';
import { checkLog } from '../../../src/verify/checks/log.ts';
import { runPlayTask } from '../../../src/verify/play/play-task.ts';
import { calm, checked, first, makeBag, put, temporaryFolder } from '../rig.ts';

/** Replaces a file by a pipe without a writer: opening it like a file would block without end. */
function pipeAt(...path: readonly string[]): void {
  execFileSync('rm', ['-f', join(...path)]);
  execFileSync('mkfifo', [join(...path)]);
}

test('a tag file is read whole up to the limit; links, folders, pipes and longer files are refused with a code', () => {
  using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  writeFileSync(at('plain'), 'twelve bytes');
  writeFileSync(at('empty'), '');
  symlinkSync('plain', at('link'));
  mkdirSync(at('folder'));
  pipeAt(at('pipe'));
  expect(readTagFile(at('plain'), 12).toString()).toBe('twelve bytes');
  expect(readTagFile(at('empty')).length).toBe(0);
  const codeOf = (name: string, most?: number): unknown => {
    try {
      readTagFile(at(name), most);
      return null;
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
  };
  expect([codeOf('plain', 11), codeOf('link'), codeOf('folder'), codeOf('pipe'), codeOf('absent')]).toEqual([
    'EFBIG',
    'ELOOP',
    'ENOTFILE',
    'ENOTFILE',
    'ENOENT',
  ]);
});

test('a pipe in place of any file of a bag blocks nothing: each is reported or skipped', async () => {
  using folder = temporaryFolder();
  const bag = { path: join(folder.path, 'bag'), folder: 'bags/2019/bag' };
  await makeBag(bag.path);
  const current = new Map([['tagmanifest-sha256.txt', { algorithm: 'sha256', digest: '0'.repeat(64) }]]);
  for (const name of ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt', `${first}/recording.json`])
    pipeAt(bag.path, name);
  expect(baggingYear(bag.path)).toBeNull();
  // The check of the bag reports what cannot be read; the second tag manifest is one that no landing names.
  expect(checkLanding(bag, { current, earlier: [], intended: [], withdrawn: [], deleted: false }).map(({ code, path }) => `${code} ${path}`)).toEqual(
    ['V103 bags/2019/bag/tagmanifest-sha512.txt'],
  );
  expect(() => tagManifestDigests(bag.path)).toThrow(/not a regular file/);
  expect(() => landingDigests(bag.path)).toThrow(/not a regular file/);
  const tools = { formats: [], codecs: new Map(), ffmpeg: null, opus: null };
  const task = { kind: 'play' as const, bag: bag.path, recordings: [{ recordingId: first.slice(5), copies: true, originals: 'none' as const }] };
  const [tried] = await runPlayTask(task, tools, calm);
  expect(tried?.trouble).toBe('recording.json: ENOTFILE');
  expect((await checked(bag.path)).said).toContain('A153 bagit.txt');
});

test('an archive whose longplay.json or README.txt is a pipe is reported', async () => {
  using folder = temporaryFolder();
  const dir = join(folder.path, 'archive');
  const archive = await createArchive(dir, { now: '2026-01-01T00:00:00Z', beginLog: async () => undefined }, calm);
  pipeAt(dir, 'longplay.json');
  await expect(openArchive(dir)).rejects.toMatchObject({ kind: 'incomplete', code: 'A104', message: expect.stringContaining('not a regular file') });
  put(dir, 'log/checkpoint', '');
  pipeAt(dir, 'log/checkpoint');
  const { verdicts } = await checkLog(archive, null, () => undefined, calm);
  expect(verdicts.map(({ code }) => code)).toEqual(['A110']);
});
