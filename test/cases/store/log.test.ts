import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { caseFolder } from '../../../src/archive/documents/case-json.ts';
import { type CaseTools, changeCase, createCase } from '../../../src/cases/store/store.ts';
import type { LogDetail } from '../../../src/log/entries/log-entry.ts';

const never = new AbortController().signal;
let dir: string;
let archive: Parameters<typeof createCase>[0];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longplay-test-'));
  mkdirSync(join(dir, 'keys'));
  archive = { dir, id: '00000000-0000-8000-8000-000000000001', createdAt: '2026-01-01T00:00:00Z', page: null } as typeof archive; // the members that cases read
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const toolsWith = (enter: (type: string, detail: LogDetail) => Promise<string | null>): CaseTools => ({
  now: () => '2026-11-26T10:00:00.000Z',
  user: () => 'anna',
  keys: join(dir, 'keys'),
  enter,
});
const wanted = { title: 'Deal', country: null, subject: null };
const digestOf = (id: string): string =>
  createHash('sha256')
    .update(readFileSync(join(caseFolder(dir, id), 'case.json')))
    .digest('hex');

test('a log entry is written before a case is created or changed; it has the digest of the content written next, and no title', async () => {
  const seen: { type: string; detail: LogDetail; there: string | null }[] = [];
  const tools = toolsWith(async (type, detail) => {
    const id = String(detail.case);
    seen.push({ type, detail, there: existsSync(caseFolder(dir, id)) ? digestOf(id) : null });
    return null;
  });
  const { id } = await createCase(archive, wanted, tools);
  const first = digestOf(id);
  await changeCase(
    archive,
    id,
    {
      action: 'recordings-removed',
      change: async (document) => ({ ...document, removed: [{ recordingId: 'x', reason: 'secret', at: '', by: null }] }),
    },
    tools,
    never,
  );
  await changeCase(archive, id, { action: 'recordings-added', change: async (document) => document }, tools, never);
  expect(seen).toEqual([
    { type: 'case-changed', detail: { case: id, deed: 'opened', recordings: 0, messages: 0, sha256: first }, there: null },
    { type: 'case-changed', detail: { case: id, deed: 'recordings-removed', recordings: 0, messages: 0, sha256: digestOf(id) }, there: first },
  ]);
});

test('a change that cannot be logged does not happen', async () => {
  const refused = toolsWith(async () => 'the disk is full');
  await expect(createCase(archive, wanted, refused)).rejects.toMatchObject({ code: 'C115' });
  // Its draft stays for an hour: the entry may exist although the wait for it ended.
  expect(readdirSync(join(dir, 'cases')).filter((name) => !name.startsWith('.longplay-tmp-'))).toEqual([]);
  const { id } = await createCase(
    archive,
    wanted,
    toolsWith(async () => null),
  );
  const before = digestOf(id);
  const renamed = changeCase(
    archive,
    id,
    { action: 'messages-added', change: async (document) => ({ ...document, title: 'Other' }) },
    refused,
    never,
  );
  await expect(renamed).rejects.toMatchObject({ code: 'C115' });
  expect(digestOf(id)).toBe(before);
  // Nor does the next change apply it.
  await changeCase(
    archive,
    id,
    { action: 'messages-added', change: async (document) => ({ ...document, country: '46' }) },
    toolsWith(async () => null),
    never,
  );
  expect(JSON.parse(readFileSync(join(caseFolder(dir, id), 'case.json'), 'utf8'))).toMatchObject({ title: 'Deal', country: '46' });
  expect(readdirSync(caseFolder(dir, id))).toEqual(['case.json']);
});
