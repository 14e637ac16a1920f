import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { cannotWrite, syncFolder } from '../../archive/files/durable.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LogEntry, NewEntry } from '../../log/entries/log-entry.ts';
import { erasureIntended, filesErased, recordingsErased, secretsDestroyed } from '../../log/erasure/known-erasures.ts';
import { eraseForgotten, forgetting, forgottenSecrets, type MeantEntries } from '../../log/forget-details.ts';
import { destructionDetail } from '../../log/history/destructions.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { secretsOfReport } from '../../pipeline/report/kept.ts';
import { generationsOf, isKnown } from '../../sealing/keyring/cells.ts';
import { eraseSecrets, type SecretsToErase } from '../../sealing/keyring/erase.ts';
import { syncKeyring } from '../../sealing/keyring/manage.ts';
import type { KeyringSession } from '../../sealing/keyring/session.ts';
import type { CopyOutcome } from '../../sealing/keyring/sync.ts';
import type { BagEraser } from './bag.ts';

/** A recording, or one of its files alone, whose secrets are to be destroyed on a request. */
export interface DoomedRecording {
  readonly request: string;
  /** Keyed digest of the recording's id, or of its id and the file's name. */
  readonly mark: string;
  readonly isFile: boolean;
  /** Cells of the keyring, or files within cells. */
  readonly secrets: readonly SecretsToErase[];
}

/** Secrets that are destroyed together, so that each copy of the keyring gets only one new root. */
export interface Doomed {
  readonly recordings: readonly DoomedRecording[];
  /** Import reports that name the recordings: the import, and the page of the report's secrets. */
  readonly reports: readonly { readonly job: string; readonly page: string }[];
  /** Entries whose details name the recordings. */
  readonly details: readonly MeantEntries[];
  /**
   * Secrets of earlier versions of bags of tables, which open erased rows; secrets of deleted cases; and secrets that came back with older copies of the
   * keyring.
   */
  readonly others: readonly SecretsToErase[];
  /** Ids of requests for which some of `others` are destroyed. */
  readonly requests: readonly string[];
}

/** Tools for destroying secrets. The caller holds the archive's lock. */
export type SecretsEraser = Pick<BagEraser, 'archive' | 'enter'> & {
  readonly session: KeyringSession;
  /** Returns the current entries of the whole log. */
  readonly entries: () => Promise<() => AsyncIterable<LogEntry>>;
};

/**
 * Destroys secrets in every reachable copy of the keyring, with one new root for each. The log first announces what is to be destroyed, then records what was
 * destroyed and which copies owe it. No bag changes. After a stop at any point, the next call continues: it gets the same recordings from the announcements.
 * @returns false if there was nothing to destroy
 * @throws LongplayError K102, K104: no copy can be opened; A105, A107
 */
export async function* destroySecrets(doomed: Doomed, eraser: SecretsEraser, signal: AbortSignal): AsyncGenerator<PipelineEvent, boolean> {
  const { archive, enter, session, entries } = eraser;
  const { recordings, reports, details, others, requests: also } = doomed;
  signal.throwIfAborted();
  const announced = [
    ...markEntries(recordings, null),
    ...reports.map(({ job }): NewEntry => ({ type: 'report-erased', detail: { job } })),
    ...forgetting({ meant: details, reason: 'erasure of recordings' }),
  ];
  if (announced.length > 0) await enter(announced);
  const secrets: SecretsToErase[] = [...recordings.flatMap((one) => one.secrets), ...others];
  for (const { page } of reports) secrets.push({ ...secretsOfReport(page), names: null });
  const now = await entries();
  // A lost page keeps no erasure: if a copy brings it back, a later run destroys its secrets.
  for await (const { page, cell } of forgottenSecrets(archive, now)) if (isKnown(session, page, cell)) secrets.push({ page, cell, names: null });
  if (secrets.length === 0 && recordings.length === 0) return false;
  const { copies } = await eraseSecrets(session, secrets, session.now());
  if (copies.every(({ state }) => state === 'owed')) throw copies[0]?.why ?? new Error('a keyring has a copy');
  const generations = generationsOf(session, new Set(secrets.map(({ page }) => page)));
  const requests = [...new Set([...recordings.map(({ request }) => request), ...also])];
  const destroyed = destructionOf(session, copies, { requests, cells: secrets.length, pages: generations.size });
  await enter([...markEntries(recordings, generations), destroyed]);
  for (const { job } of reports) await removeReport(archive.dir, job);
  await eraseForgotten(archive, now, signal);
  for (const found of owedFindings(copies)) yield findingEvent(found);
  return true;
}

/**
 * Lets copies of the keyring make earlier destructions that they owe, and enters in the log if one of them has followed.
 * @param owing names of the copies that owed destructions
 */
export async function* settleCopies(
  { session, enter }: Pick<SecretsEraser, 'session' | 'enter'>,
  owing: readonly string[],
): AsyncGenerator<PipelineEvent> {
  const copies = await syncKeyring(session, {});
  const isOwed = (name: string): boolean => copies.some(({ copy, state }) => copy === name && state === 'owed');
  if (!owing.every(isOwed)) await enter([destructionOf(session, copies, { requests: [], cells: 0, pages: 0 })]);
  for (const found of owedFindings(copies)) yield findingEvent(found);
}

function destructionOf(
  { description, domains }: KeyringSession,
  copies: readonly CopyOutcome[],
  counts: { readonly requests: readonly string[]; readonly cells: number; readonly pages: number },
): NewEntry {
  const done = copies.filter(({ state }) => state === 'done');
  const rootOf = (name: string): { readonly root: number; readonly kept: string } => {
    const now = domains.find((domain) => domain.name === name)?.describe();
    return { root: now?.root ?? 0, kept: now?.kind.kind ?? '' };
  };
  const detail = destructionDetail({
    ...counts,
    keyring: description.id,
    epoch: description.recovery?.epoch ?? 0,
    done: new Map(done.map(({ copy }) => [copy, rootOf(copy)])),
    owed: copies.filter(({ state }) => state === 'owed').map(({ copy }) => copy),
    doubts: done.filter(({ doubt }) => doubt !== null).map(({ copy }) => copy),
  });
  return { type: secretsDestroyed, detail };
}

function owedFindings(copies: readonly CopyOutcome[]): Finding[] {
  return copies.flatMap(({ copy, path, why, doubt }) => {
    if (why !== null)
      return [finding('E116', path, `copy ${copy} of the keyring owes the erasure, and until then still opens what was erased: ${why.message}`)];
    return doubt === null ? [] : [finding('E116', path, `copy ${copy} of the keyring has destroyed its earlier root, but not for certain: ${doubt}`)];
  });
}

/** Largest size in bytes of marks and pages in one entry, which may have at most 65,535. */
const mostBytes = 48_000;

/** Returns the announcements or, if the generations of the pages are given, the ledger's entries: some per request and kind. */
function markEntries(recordings: readonly DoomedRecording[], generations: ReadonlyMap<string, number> | null): NewEntry[] {
  const byRequest = new Map<string, DoomedRecording[]>();
  for (const one of recordings) {
    const key = `${one.request} ${one.isFile}`;
    const all = byRequest.get(key);
    if (all === undefined) byRequest.set(key, [one]);
    else all.push(one);
  }
  return [...byRequest.values()].flatMap((all) => {
    const { request = '', isFile = false } = all[0] ?? {};
    const parts: { readonly marks: string[]; readonly pages: Set<string>; bytes: number }[] = [];
    for (const { mark, secrets } of [...all].sort((a, b) => byCodePoint(a.mark, b.mark))) {
      const bytes = 33 + secrets.length * 40;
      let part = parts.at(-1);
      if (part === undefined || part.bytes + bytes > mostBytes) {
        part = { marks: [], pages: new Set(), bytes: 0 };
        parts.push(part);
      }
      part.marks.push(mark);
      for (const { page } of secrets) part.pages.add(page);
      part.bytes += bytes;
    }
    return parts.map(({ marks, pages }): NewEntry => {
      const detail = { request, [isFile ? 'files' : 'recordings']: marks.length, marks: marks.join(' ') };
      if (generations === null) return { type: erasureIntended, detail };
      const named = [...pages].sort(byCodePoint).map((page) => `${page}:${generations.get(page) ?? 0}`);
      return { type: isFile ? filesErased : recordingsErased, detail: { ...detail, pages: named.join(' ') } };
    });
  });
}

/** Removes the report of an import; the log has announced this. */
export async function removeReport(dir: string, job: string): Promise<void> {
  const folder = join(dir, reportsFolder, job);
  await rm(folder, { recursive: true, force: true }).catch((error: unknown) => Promise.reject(cannotWrite(folder, error)));
  await syncFolder(join(dir, reportsFolder));
}

/** Returns the keyring's session. @throws Error if this process cannot erase secrets, which is a bug */
export function sessionOf(session: KeyringSession | null): KeyringSession {
  if (session === null) throw new Error('a process with a key agent erases nothing');
  return session;
}
