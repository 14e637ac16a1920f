import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CaseDocument, caseBytes, parseCase } from '../../../src/archive/documents/case-json.ts';
import { syncCases } from '../../../src/replicas/copy/cases.ts';
import { checkCaseDigests, checkCases } from '../../../src/verify/checks/cases.ts';

const id = '20261126-0123abcd';
const never = new AbortController().signal;
let folder: string;
let dir: string;

const original = Buffer.from('From: anna\r\n\r\nhello\r\n');
const file = (path: string, bytes: Buffer) => ({
  path,
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  sha512: createHash('sha512').update(bytes).digest('hex'),
});
const document: CaseDocument = {
  format: 'longplay-case',
  version: 1,
  id,
  archive: 'a',
  title: 't',
  createdAt: '2026-11-26T00:00:00Z',
  createdBy: null,
  country: null,
  subject: null,
  recordings: [{ recordingId: '00000000-0000-8000-8000-000000000000', reasons: [{ kind: 'hand', detail: '', at: '', by: null }] }],
  removed: [],
  messages: [
    { set: 1, kind: 'eml', name: 'a.eml', importedAt: '', by: null, zone: null, messages: 1, files: [file('messages/1/original.eml', original)] },
  ],
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-test-'));
  dir = join(folder, 'archive');
  mkdirSync(join(dir, 'cases', id, 'messages/1'), { recursive: true });
  writeFileSync(join(dir, 'cases', id, 'messages/1/original.eml'), original);
  writeFileSync(join(join(dir, 'cases', id), 'case.json'), caseBytes(document));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const found = () => [...checkCases({ dir })].map(({ verdict, code, path }) => [verdict, code, path.replace(id, 'CASE')]);

test('an unchanged case has no findings, nor has an archive without cases', () => {
  expect(found()).toEqual([]);
  expect([...checkCases({ dir: folder })]).toEqual([]);
});

test('a file that is altered, missing, a link, or not named by a case is reported by its path', () => {
  const at = (...parts: string[]): string => join(dir, 'cases', ...parts);
  writeFileSync(at(id, 'messages/1/original.eml'), original.toString().replace('hello', 'hullo'));
  writeFileSync(at(id, 'messages/1/other.bin'), 'x');
  mkdirSync(at(id, 'deep/er/and/er'), { recursive: true });
  writeFileSync(at(id, 'deep/er/and/er/x'), 'x');
  writeFileSync(at(id, '.longplay-tmp-1'), 'work under way');
  mkdirSync(at('stuff'));
  expect(found()).toEqual([
    ['unexpected', 'C124', 'cases/CASE/deep/er/and/er'],
    ['corrupt', 'C121', 'cases/CASE/messages/1/original.eml'],
    ['unexpected', 'C124', 'cases/CASE/messages/1/other.bin'],
    ['unexpected', 'V103', 'cases/stuff'],
  ]);
  rmSync(at('stuff'), { recursive: true });
  rmSync(at(id, 'deep'), { recursive: true });
  rmSync(at(id, 'messages/1/other.bin'));
  rmSync(at(id, 'messages/1/original.eml'));
  expect(found()).toEqual([['missing', 'C121', 'cases/CASE/messages/1/original.eml']]);
  symlinkSync('/etc/passwd', at(id, 'messages/1/original.eml'));
  expect(found()).toEqual([['corrupt', 'C121', 'cases/CASE/messages/1/original.eml']]);
  writeFileSync(at(id, 'case.json'), '{');
  expect(found()).toEqual([['corrupt', 'C101', 'cases/CASE/case.json']]);
});

test('a document that names a file outside of its folder is invalid', () => {
  for (const path of ['../x', '/etc/passwd', 'messages/1/../../x', 'case.json', 'messages/1/.lock', 'messages/01/a', 'messages/1/A']) {
    const [imported] = document.messages;
    expect([path, typeof parseCase({ ...document, messages: [{ ...imported, files: [file(path, original)] }] })]).toEqual([path, 'string']);
  }
  expect(parseCase(JSON.parse(JSON.stringify(document)))).toEqual(document);
});

test('a replica gets cases as the log has them, never a lock, and altered files are not overwritten on either side', async () => {
  const to = join(folder, 'replica');
  mkdirSync(to);
  writeFileSync(join(dir, 'cases', id, '.lock'), '{}');
  const digest = (top: string): string =>
    createHash('sha256')
      .update(readFileSync(join(top, 'cases', id, 'case.json')))
      .digest('hex');
  const sync = async (...digests: string[]): Promise<unknown[]> => {
    const told: string[] = [];
    const log = new Map(digests.length === 0 ? [] : [[id, { digests, deleted: false }]]);
    const work = syncCases({ name: 'primary', dir }, { name: 'offsite', dir: to }, log, never);
    for (let next = await work.next(); ; next = await work.next()) {
      if (next.done === true) return [...told, next.value > 0];
      told.push(`${next.value.code} ${next.value.place.replace(id, 'CASE')}`);
    }
  };
  const first = digest(dir);
  // In its unlogged state, and in the logged one.
  expect(await sync()).toEqual([true]);
  expect([...checkCases({ dir: to })]).toEqual([]);
  expect(() => readFileSync(join(to, 'cases', id, '.lock'))).toThrow();
  rmSync(join(to, 'cases'), { recursive: true });
  expect(await sync(first)).toEqual([true]);
  expect([...checkCases({ dir: to })]).toEqual([]);
  expect(await sync(first)).toEqual([false]);
  writeFileSync(join(join(dir, 'cases', id), 'case.json'), caseBytes({ ...document, title: 'another' }));
  const second = digest(dir);
  // Not logged, so altered. The right one stays where it is.
  expect(await sync(first)).toEqual(['R149 cases/CASE/case.json', false]);
  expect(digest(to)).toBe(first);
  expect(await sync(first, second)).toEqual([true]);
  expect(digest(to)).toBe(second);
  writeFileSync(join(to, 'cases', id, 'messages/1/original.eml'), 'x');
  writeFileSync(join(to, 'cases', id, 'case.json'), '{');
  expect(await sync(first, second)).toEqual(['R150 offsite:cases/CASE/messages/1/original.eml', 'R150 offsite:cases/CASE/case.json', false]);
  rmSync(join(to, 'cases'), { recursive: true });
  writeFileSync(join(dir, 'cases', id, 'messages/1/original.eml'), original.toString().replace('hello', 'hullo'));
  expect((await sync(first, second))[0]).toBe('R149 cases/CASE/messages/1/original.eml');
  rmSync(join(dir, 'cases'), { recursive: true });
  expect(await sync(first, second)).toEqual(['C127 cases/CASE', false]);
});

test('case.json is compared with the newest digest in the log: altered, rolled back and unknown ones are reported; one that changed meanwhile, or is being changed, is not', async () => {
  const at = join(dir, 'cases', id);
  const digest = (): string =>
    createHash('sha256')
      .update(readFileSync(join(at, 'case.json')))
      .digest('hex');
  const first = digest();
  writeFileSync(join(at, 'case.json'), caseBytes({ ...document, title: 'second' }));
  const second = digest();
  const told = async (before: readonly string[], now: readonly string[] = before, whole = true, deleted = false): Promise<unknown[]> => {
    const verdicts: unknown[] = [];
    const log = (digests: readonly string[]) => new Map(digests.length === 0 ? [] : [[id, { digests, deleted }]]);
    for await (const one of checkCaseDigests({ dir }, log(before), whole, async () => log(now))) verdicts.push([one.verdict, one.code, one.severity]);
    return verdicts;
  };
  expect(await told([first, second])).toEqual([]);
  // Changed while the log was read; and changed again after that.
  expect(await told([first], [first, second])).toEqual([]);
  expect(await told([first], [first, second, 'c'.repeat(64)])).toEqual([]);
  expect(await told([])).toEqual([['unverifiable', 'C126', 'warning']]);
  expect(await told([], [second])).toEqual([]);
  expect(await told([second, first])).toEqual([['rolled-back', 'C125', 'error']]);
  expect(await told([first])).toEqual([['corrupt', 'C125', 'error']]);
  expect(await told([first], [first], false)).toEqual([['unverifiable', 'C125', 'error']]);
  // Logged and killed: the new state is beside the old one. Any other file there excuses nothing.
  const pending = Buffer.from('the next one');
  writeFileSync(join(at, '.longplay-next-case.json'), pending);
  expect(await told([second, createHash('sha256').update(pending).digest('hex')])).toEqual([]);
  expect(await told([second, first])).toEqual([['rolled-back', 'C125', 'error']]);
  expect(await told([first], [first], true, true)).toEqual([['unexpected', 'C129', 'error']]);
  // A vanished case is missing, unless the log says that it was deleted; if lines of the log are damaged it may be among them.
  rmSync(at, { recursive: true });
  expect(await told([first, second])).toEqual([['missing', 'C127', 'error']]);
  expect(await told([first, second], [first, second], false)).toEqual([['unverifiable', 'C127', 'error']]);
  expect(await told([first], [first], true, true)).toEqual([]);
  // Logged and killed before the folder was placed.
  mkdirSync(join(dir, 'cases/.longplay-tmp-1'));
  writeFileSync(join(dir, 'cases/.longplay-tmp-1/case.json'), pending);
  expect(await told([createHash('sha256').update(pending).digest('hex')])).toEqual([['unverifiable', 'C128', 'warning']]);
  expect(await told([first])).toEqual([['missing', 'C127', 'error']]);
});
