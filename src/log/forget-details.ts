import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurable } from '../archive/files/durable.ts';
import type { LogEntry, NewEntry } from './entries/log-entry.ts';
import { lockLog } from './files/lock.ts';
import type { ArchiveLog } from './log.ts';
import { createDetailsCheck } from './who/check-details.ts';
import {
  bundleOf,
  createDetailsReader,
  type DetailLines,
  detailsFile,
  digestMember,
  readDetailLines,
  removeUnfinished,
} from './who/entry-details.ts';
import { covers, detailsForgotten, type Erasure, erasureOf, subjectOf } from './who/erasure.ts';
import { secretOfLine } from './who/sealed-details.ts';

/** Selects the details to be erased. */
export interface ForgetRequest {
  /** User, pseudonym or login name; null: everybody. */
  readonly who: string | null;
  /** ISO time before which the entries were written; null: all entries. */
  readonly before: string | null;
  /** Reason, stored in the details of the entry that records the erasure. */
  readonly reason: string;
}

/** Result of an erasure. */
export interface Forgotten {
  /** Number of entries whose details were erased. */
  readonly entries: number;
  /** Number of pseudonyms to which these entries belong; null if the erasure concerned everybody. */
  readonly persons: number | null;
}

/** Range of entries of one pseudonym, or of everybody, both ends included. */
export interface MeantEntries {
  /** Pseudonym; null: everybody. */
  readonly of: string | null;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Id of the note to which the entries belong; absent: not limited to a note. */
  readonly note?: string;
}

/** Persons whose details are to be erased. */
export interface MeantPersons {
  /** Pseudonyms whose details are all selected. */
  readonly persons: ReadonlySet<string>;
  /**
   * Entries of other pseudonyms whose details have the name as login name, because `--as` gave another name: runs of consecutive entries of one
   * pseudonym.
   */
  readonly asOther: readonly MeantEntries[];
}

/**
 * Finds the persons with a name: pseudonyms in whose details the name is the user, pseudonyms that the secret gives for the name, and entries in
 * whose details it is the login name.
 */
export async function personsFor(
  dir: string,
  name: string,
  known: (user: string) => string | null,
  entries: () => AsyncIterable<LogEntry>,
): Promise<MeantPersons> {
  const persons = new Set<string>();
  const own = known(name);
  if (own !== null) persons.add(own);
  const beside = createDetailsReader(dir);
  const asOther: MeantEntries[] = [];
  const open = new Map<string, { readonly of: string; readonly fromSeq: number; toSeq: number }>();
  for await (const entry of entries()) {
    const { who, of } = entry.detail;
    // The name may itself be a pseudonym.
    for (const one of [who, of]) if (one === name) persons.add(name);
    const details = await beside.of(entry);
    if (details === null) continue;
    if (details.user === name && typeof who === 'string') persons.add(who);
    if (details.userEnded === name && typeof of === 'string') persons.add(of);
    if (typeof who !== 'string') continue;
    const run = open.get(who);
    if (details.login !== name) open.delete(who);
    else if (run !== undefined) run.toSeq = entry.seq;
    else {
      const begun = { of: who, fromSeq: entry.seq, toSeq: entry.seq };
      open.set(who, begun);
      asOther.push(begun);
    }
    // Actions on a person are erased with that person's pseudonym, so a run of the person's own entries ends here.
    if (typeof of === 'string' && of !== who) open.delete(of);
  }
  return { persons, asOther: asOther.filter((one) => one.of === null || !persons.has(one.of)) };
}

/**
 * Erases details: first the log records the erasure, then the lines are deleted. A line that several entries share is deleted when the last of them
 * is erased. Lines without an entry, left by stopped runs, are deleted as well. The details of earlier erasures stay, unless their author is
 * selected. If interrupted, the same call continues.
 */
export async function forgetDetails(
  archive: { readonly dir: string; readonly id: string },
  log: Pick<ArchiveLog, 'appendAll'>,
  { meant, reason }: { readonly meant: readonly MeantEntries[]; readonly reason: string },
  entries: () => AsyncIterable<LogEntry>,
  signal: AbortSignal,
): Promise<number> {
  await log.appendAll(forgetting({ meant, reason }));
  return await eraseForgotten(archive, entries, signal);
}

/** Makes the entries that record an erasure of details; `eraseForgotten` then deletes the lines. */
export function forgetting({ meant, reason }: { readonly meant: readonly MeantEntries[]; readonly reason: string }): NewEntry[] {
  const details = { reason };
  return meant.map((one) => ({ type: detailsForgotten, detail: { ...one, keepsErasures: true }, details }));
}

/** Yields the places of secrets that are still to be destroyed: those of sealed lines that the log calls erased and that were not deleted yet. */
export async function* forgottenSecrets(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
): AsyncGenerator<{ readonly page: string; readonly cell: string }> {
  const forgettings = await forgettingsOf(entries);
  for await (const { bundle, kept, gone } of partsOf(entries(), forgettings)) {
    const lines = gone.length === 0 ? null : await readDetailLines(archive.dir, bundle);
    const pages = pagesOf(lines);
    for (const digest of new Set(gone)) {
      const line = kept.has(digest) ? undefined : lines?.get(digest);
      const secret = line === undefined ? null : secretOfLine(line);
      // Once the line is deleted, nothing says which page of the bundle had its secret: the cell goes in all of them.
      if (secret !== null) for (const page of pages) yield { page, cell: secret.cell };
    }
  }
}

/**
 * Yields the possible places of the secrets of lines that earlier erasures deleted: one in each page that a remaining line of the bundle names. If
 * all copies of a keyring were rolled back, they have these secrets again, and an older copy of the archive has the lines. `seq` is the number of the
 * entry that erased them.
 */
export async function* deletedSecrets(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
): AsyncGenerator<{ readonly page: string; readonly cell: string; readonly seq: number }> {
  const forgettings = await forgettingsOf(entries);
  let bundle = -1;
  let seen = new Set<string>();
  let pages = new Set<string>();
  for await (const entry of entries()) {
    const digest = entry.detail[digestMember];
    if (typeof digest !== 'string') continue;
    if (bundleOf(entry.seq) !== bundle) {
      bundle = bundleOf(entry.seq);
      const lines = await readDetailLines(archive.dir, bundle);
      seen = new Set(lines?.keys());
      pages = pagesOf(lines);
    }
    // If several entries share a line, the first one named the cell.
    if (seen.has(digest)) continue;
    seen.add(digest);
    const by = forgettings.find((one) => covers(one, entry.seq, subjectOf(entry)));
    if (by === undefined) continue;
    for (const page of pages) yield { page, cell: String(entry.seq), seq: by.enteredAt };
  }
}

/** Returns the pages of the keyring that the lines of a bundle name. */
function pagesOf(lines: DetailLines | null): Set<string> {
  return new Set([...(lines?.values() ?? [])].flatMap((line) => secretOfLine(line)?.page ?? []));
}

/** Returns the erasures of details that the log has, without acknowledged losses. */
export async function forgettingsOf(entries: () => AsyncIterable<LogEntry>): Promise<readonly Erasure[]> {
  const found: Erasure[] = [];
  for await (const entry of entries()) {
    const one = erasureOf(entry);
    if (one !== null && !one.isLoss) found.push(one);
  }
  return found;
}

/** Lost details, in the form in which `acknowledgeLost` logs them. */
interface Lost {
  readonly entries: number;
  readonly runs: readonly { readonly fromSeq: number; readonly toSeq: number }[];
}

/** Finds details that are missing or altered although no entry records their erasure. */
export async function findLost(archive: { readonly dir: string }, entries: () => AsyncIterable<LogEntry>): Promise<Lost> {
  const check = createDetailsCheck(archive.dir);
  const withDetails: number[] = [];
  for await (const entry of entries()) {
    await check.take(entry);
    if (typeof entry.detail[digestMember] === 'string') withDetails.push(entry.seq);
  }
  const lost = new Set(check.gone());
  const runs: { readonly fromSeq: number; toSeq: number }[] = [];
  let isOpen = false;
  for (const seq of withDetails) {
    const run = runs.at(-1);
    if (!lost.has(seq)) isOpen = false;
    else if (isOpen && run !== undefined) run.toSeq = seq;
    else {
      runs.push({ fromSeq: seq, toSeq: seq });
      isOpen = true;
    }
  }
  return { entries: lost.size, runs };
}

/**
 * Logs that somebody acknowledges lost details, which are then no longer reported as missing. Changes no file of details except that of the new
 * entry.
 */
export async function acknowledgeLost(log: Pick<ArchiveLog, 'appendAll'>, { runs }: Lost, reason: string): Promise<void> {
  const details = { reason };
  await log.appendAll(runs.map((run) => ({ type: detailsForgotten, detail: { of: null, ...run, lost: true }, details })));
}

/** Digests of the lines of one bundle. */
interface Part {
  readonly bundle: number;
  readonly kept: Set<string>;
  readonly gone: string[];
}

/** Deletes all lines whose erasure the log records. Returns the number of entries that lose their details with this call. */
export async function eraseForgotten(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  signal: AbortSignal,
): Promise<number> {
  const forgettings = await forgettingsOf(entries);
  let erased = 0;
  // Nobody may add lines meanwhile: a line that no entry names yet would look like a leftover of a stopped run.
  await using _lock = await lockLog(archive, signal);
  await removeUnfinished(archive.dir);
  for await (const part of partsOf(entries(), forgettings)) {
    signal.throwIfAborted();
    erased += await rewrite(archive, part);
  }
  return erased;
}

async function* partsOf(entries: AsyncIterable<LogEntry>, forgettings: readonly Erasure[]): AsyncGenerator<Part> {
  let part: Part = { bundle: -1, kept: new Set(), gone: [] };
  for await (const entry of entries) {
    const digest = entry.detail[digestMember];
    if (typeof digest !== 'string') continue;
    const bundle = bundleOf(entry.seq);
    if (part.bundle !== bundle) {
      yield part;
      part = { bundle, kept: new Set(), gone: [] };
    }
    const subject = subjectOf(entry);
    if (forgettings.some((one) => covers(one, entry.seq, subject))) part.gone.push(digest);
    else part.kept.add(digest);
  }
  yield part;
}

async function rewrite({ dir }: { readonly dir: string }, { bundle, kept, gone }: Part): Promise<number> {
  const path = join(dir, detailsFile(bundle));
  if (gone.length === 0 || !existsSync(path)) return 0;
  const lines = await readDetailLines(dir, bundle);
  if (lines === null) return 0;
  const left = [...lines].filter(([digest]) => kept.has(digest));
  if (left.length < lines.size) await writeDurable(path, Buffer.concat(left.flatMap(([, line]) => [Buffer.from(line), Buffer.of(0x0a)])));
  return gone.filter((digest) => lines.has(digest) && !kept.has(digest)).length;
}
