import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { caseDrafts, fileSha256 } from '../../archive/documents/case-draft.ts';
import {
  type CaseDocument,
  type CaseReason,
  type CaseRecording,
  type CaseRemoval,
  caseFileName,
  caseFolder,
  caseIdPattern,
  casesFolder,
} from '../../archive/documents/case-json.ts';
import { type StoredCase, storedCaseBytes } from '../../archive/documents/stored-case.ts';
import { landFolder, makeFolder, makeFolderDurable, syncTree, temporaryPrefix, writeDurable } from '../../archive/files/durable.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { readCaseHistories } from '../../log/read/case-digests.ts';
import { beginCaseChange, type CaseAdditions } from './case-change.ts';
import { deletedCases, explainErased, type OutdatedCase, outdatedNow, refuseOutdated, returnedError } from './case-state.ts';
import { type CaseAction, type CaseLogTools, logCaseChange, settleCase, writeCaseEntered } from './log.ts';
import { type FoundCase, readCase } from './open-case.ts';

/** User and clock for work on a case. */
export interface CaseTools extends CaseLogTools {
  /** Returns the name of the user; null if the system has none. */
  readonly user: () => string | null;
}

/** Content of a new case. */
export type NewCase = Pick<CaseDocument, 'title' | 'country' | 'subject' | 'register'> & {
  /** Deadline for the hand-over, e.g. `2026-12-30`; absent if there is none. */
  readonly due?: string;
};

/**
 * Creates a case. Its folder appears completely or not at all, and only after the log has recorded it. If the run is killed in between, its draft remains and a
 * later call puts it in place. The keyring of a sealed archive must be unlocked.
 * @throws LongplayError A107, C115; usage C104 if the title is invalid; as `Keyring.addPage`
 */
export async function createCase(archive: Archive, { title, country, subject, register, due }: NewCase, tools: CaseTools): Promise<CaseDocument> {
  const plain = title.replace(/\s+/gu, ' ').trim();
  if (plain === '' || plain.length > 500)
    throw new LongplayError('usage', 'C104', 'the title is empty or has more than 500 characters', 'name the case in a few words with --title');
  const createdAt = tools.now();
  const cases = join(archive.dir, casesFolder);
  await makeFolderDurable(cases);
  await settleDrafts(archive, tools);
  const id = `${createdAt.slice(0, 10).replaceAll('-', '')}-${randomBytes(4).toString('hex')}`;
  const document: CaseDocument = {
    format: 'longplay-case',
    version: 1,
    id,
    archive: archive.id,
    title: plain,
    createdAt,
    createdBy: tools.user(),
    country,
    subject,
    ...(register === undefined ? {} : { register }),
    recordings: [],
    removed: [],
    ...(due === undefined ? {} : { deadlines: [{ due, reason: '', at: createdAt, by: tools.user() }] }),
    messages: [],
  };
  const draft = join(cases, `${temporaryPrefix}${randomUUID()}`);
  let next: StoredCase;
  try {
    await makeFolder(draft);
    const { stored, works } = await beginCaseChange(archive, draft).complete(document, null);
    for (const work of works) await work();
    await writeDurable(join(draft, caseFileName), storedCaseBytes(stored));
    await syncTree(draft);
    next = stored;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  // From here on the log may name the draft even if the call fails, because an entry that took too long may still be written.
  await logCaseChange(archive, { document, stored: next, action: 'opened' }, tools);
  await landFolder(draft, caseFolder(archive.dir, id));
  return document;
}

/** Puts drafts in place that killed runs had logged, and removes other drafts. @param which `old`: drafts younger than an hour are left alone; `all`: no other run may be making a case */
export async function settleDrafts(archive: Archive, tools: CaseLogTools, which: 'old' | 'all' = 'old'): Promise<void> {
  const old = caseDrafts(archive).filter((draft) => which === 'all' || isOld(join(archive.dir, draft)));
  if (old.length === 0) return;
  const entered = await readCaseHistories(archive, tools.keys, new AbortController().signal);
  for (const draft of old) {
    const folder = join(archive.dir, draft);
    const digest = fileSha256(join(folder, caseFileName));
    const [id] = [...entered].find(([, { digests, deleted }]) => !deleted && digest !== null && digests.at(-1) === digest) ?? [];
    if (id !== undefined && !existsSync(caseFolder(archive.dir, id))) await landFolder(folder, caseFolder(archive.dir, id));
    else rmSync(folder, { recursive: true, force: true });
  }
}

function isOld(path: string): boolean {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 3_600_000;
}

/** Returns the ids of an archive's cases, oldest first. */
export function caseIds(archive: Pick<Archive, 'dir'>): string[] {
  let names: string[];
  try {
    names = readdirSync(join(archive.dir, casesFolder));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names.filter((name) => caseIdPattern.test(name)).sort(byCodePoint);
}

/** Returns the id that begins or ends with a text; null if none does. @throws LongplayError usage C100 if several match */
export function matchCase(ids: Iterable<string>, wanted: string): string | null {
  const [id, ...more] = [...ids].filter((one) => one === wanted || (wanted.length >= 4 && (one.startsWith(wanted) || one.endsWith(wanted))));
  if (more.length > 0)
    throw new LongplayError('usage', 'C100', agree`${more.length + 1} case[s] [has|have] ids like '${wanted}'`, 'give the whole id');
  return id ?? null;
}

/** Returns the id of the existing case that begins or ends with a text. @throws LongplayError usage C100 */
export function findCaseId(archive: Pick<Archive, 'dir'>, wanted: string): string {
  const id = matchCase(caseIds(archive), wanted);
  if (id === null) throw new LongplayError('usage', 'C100', `there is no case '${wanted}'`, `list the cases with: longplay case list ${archive.dir}`);
  return id;
}

/**
 * Returns the case whose id begins or ends with a text. The keyring of a sealed archive must be unlocked.
 * @throws LongplayError usage C100; C101, C102, C125; K203, K204
 */
export function findCase(archive: Archive, wanted: string): FoundCase {
  const id = findCaseId(archive, wanted);
  const folder = caseFolder(archive.dir, id);
  const found = readCase(archive, folder);
  const { document } = found;
  if (document.id !== id || document.archive !== archive.id)
    throw new LongplayError(
      'incomplete',
      'C101',
      `${folder} holds a case of another ${document.id === id ? 'archive' : 'id'}`,
      'move it to where it belongs',
    );
  return found;
}

/**
 * Finds a case like `findCase`, unless the log records that it was deleted. If it does not open because an older state was restored, the error says so.
 * @throws LongplayError as `findCase`; C125, C129
 */
export async function openCase(archive: Archive, wanted: string, keys: string, signal: AbortSignal): Promise<FoundCase> {
  const id = findCaseId(archive, wanted);
  if ((await deletedCases(archive, keys, signal)).has(id)) throw returnedError(archive, id);
  try {
    return findCase(archive, id);
  } catch (error) {
    throw await explainErased(archive, id, error, keys, signal);
  }
}

/** A change of a case. */
export interface CaseChange {
  /** The action as the log records it. */
  readonly action: CaseAction;
  /** Returns the changed document, or the same one. @param additions takes files that the changed document will name @param folder of the case, absolute */
  readonly change: (document: CaseDocument, additions: CaseAdditions, folder: string) => Promise<CaseDocument>;
}

/** SHA-256 of case.json as a server last found or left it in the log, by folder of the case: while a server runs, it does not read the whole log for each change. */
const currentCases = new Map<string, string>();

/** Returns true if a server found or left a case in this state. */
function isAsLeft(folder: string, { enter }: Pick<CaseLogTools, 'enter'>): boolean {
  return enter !== undefined && currentCases.get(folder) === (fileSha256(join(folder, caseFileName)) ?? '');
}

/** Finds a case that is to be changed. @throws LongplayError as `openCase` */
async function openForChange(archive: Archive, wanted: string, tools: CaseLogTools, signal: AbortSignal): Promise<FoundCase> {
  const id = findCaseId(archive, wanted);
  return isAsLeft(caseFolder(archive.dir, id), tools) ? findCase(archive, id) : await openCase(archive, id, tools.keys, signal);
}

/**
 * Refuses to change an outdated case, except to erase something from it.
 * @returns its state if something is to be erased from an outdated case; null: it is not outdated
 * @throws LongplayError C125
 */
async function requireCurrent(
  archive: Archive,
  folder: string,
  id: string,
  { action, tools }: { action: CaseAction; tools: CaseLogTools },
  signal: AbortSignal,
): Promise<OutdatedCase | null> {
  if (action === 'recordings-erased' || action === 'messages-erased') return await outdatedNow(archive, id, tools.keys, signal);
  if (isAsLeft(folder, tools)) return null;
  const digest = fileSha256(join(folder, caseFileName)) ?? '';
  await refuseOutdated(archive, id, tools.keys, signal);
  currentCases.set(folder, digest);
  return null;
}

/**
 * Changes a case under its lock. The document that `change` returns is logged and written, unless it equals the current one.
 * @throws LongplayError A105 if somebody else is changing the case; C100 to C102, A107, C115; C125 if its folder has an older state than the log
 */
export async function changeCase(
  archive: Archive,
  wanted: string,
  { action, change }: CaseChange,
  tools: CaseLogTools,
  signal: AbortSignal,
): Promise<CaseDocument> {
  const { folder, document: found } = await openForChange(archive, wanted, tools, signal);
  await using _lock = await acquireLock(folder, signal);
  await settleCase(archive, folder, found.id, tools, signal);
  const outdated = await requireCurrent(archive, folder, found.id, { action, tools }, signal);
  const { document, stored: before } = readCase(archive, folder);
  const work = beginCaseChange(archive, folder);
  const changed = await change(document, work, folder);
  if (changed !== document) {
    const lacking = outdated === null ? {} : { lacking: outdated.lacking };
    await writeCaseEntered(archive, folder, { document: changed, action, ...lacking, ...(await work.complete(changed, before)) }, tools);
  }
  currentCases.set(folder, fileSha256(join(folder, caseFileName)) ?? '');
  return changed;
}

/** Returns the case with these recordings added, or with a further reason for existing ones. @throws LongplayError usage C103 if there are too many */
export function withRecordings(
  document: CaseDocument,
  added: ReadonlyMap<string, readonly CaseReason[]>,
): { readonly document: CaseDocument; readonly fresh: number } {
  const known = new Map<string, CaseRecording>(document.recordings.map((one) => [one.recordingId, one]));
  let fresh = 0;
  let changed = false;
  for (const [recordingId, reasons] of added) {
    const before = known.get(recordingId);
    const missing = reasons.filter(({ kind, detail }) => before?.reasons.some((one) => one.kind === kind && one.detail === detail) !== true);
    if (before === undefined) fresh++;
    if (before !== undefined && missing.length === 0) continue;
    changed = true;
    known.set(recordingId, { recordingId, reasons: [...(before?.reasons ?? []), ...missing] });
  }
  if (known.size > limits.caseRecordings)
    throw new LongplayError(
      'usage',
      'C103',
      agree`the case would hold ${known.size} recording[s], more than ${limits.caseRecordings}`,
      'narrow the query, or make several cases',
    );
  if (!changed) return { document, fresh };
  return { document: { ...document, recordings: [...known.values()].sort((a, b) => byCodePoint(a.recordingId, b.recordingId)) }, fresh };
}

/**
 * Returns the case without these recordings. The case keeps the fact that they were in it, and the reason for their removal.
 * @throws LongplayError usage C103 if too many were already removed
 */
export function withoutRecordings(document: CaseDocument, gone: ReadonlySet<string>, why: Omit<CaseRemoval, 'recordingId'>): CaseDocument {
  const removed = [...document.removed, ...[...gone].sort(byCodePoint).map((recordingId) => ({ recordingId, ...why }))];
  if (removed.length > limits.caseRecordings)
    throw new LongplayError(
      'usage',
      'C103',
      agree`${removed.length} recording[s] [was|were] removed from the case, more than ${limits.caseRecordings}`,
      'make another case',
    );
  return { ...document, recordings: document.recordings.filter(({ recordingId }) => !gone.has(recordingId)), removed };
}
