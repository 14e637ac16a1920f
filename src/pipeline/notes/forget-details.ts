import { openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import {
  acknowledgeLost,
  type ForgetRequest,
  type Forgotten,
  findLost,
  forgetDetails,
  type MeantEntries,
  type MeantPersons,
  personsFor,
} from '../../log/forget-details.ts';
import { knownPseudonyms } from '../../log/keys/pseudonym.ts';
import { openLog } from '../../log/log.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { covers, subjectOf } from '../../log/who/erasure.ts';
import { unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import type { PipelineEvent } from '../events/events.ts';
import type { EntryTools } from '../open/enter-one.ts';

/**
 * Erases details of entries at somebody's request. The log records the erasure first, and stays valid; replicas follow with their next sync.
 * @throws LongplayError usage L128: no entry has details of that name; L105: the log is damaged
 */
export async function* forgetEntryDetails(
  archiveDir: string,
  request: ForgetRequest,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Forgotten> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const log = await openLog(archive, tools);
  try {
    const entries = await wholeEntries(archive, tools, 'the log is damaged, so the owner of some details is unknown', signal);
    const pseudonyms = await knownPseudonyms(tools.keys, archive.id);
    const who = request.who === null ? null : await personsFor(archive.dir, request.who, (user) => pseudonyms?.of(user) ?? null, entries);
    const beside = createDetailsReader(archive.dir);
    const hasDetails = async (entry: LogEntry): Promise<boolean> => (await beside.of(entry)) !== null;
    const meant = await meantEntries(entries, who, request.before, hasDetails);
    if (meant.length === 0 && who !== null)
      throw new LongplayError(
        'usage',
        'L128',
        'no entry of the log has such details',
        'give a user, a login name, or a pseudonym as `longplay log list` prints it, and a time after the first entry',
      );
    // A scheduled run that has nothing to erase logs nothing.
    if (meant.length === 0) return { entries: 0, persons: null };
    const erased = await forgetDetails(archive, log, { meant, reason: request.reason }, entries, signal);
    const persons = who === null ? null : new Set(meant.map(({ of }) => of)).size;
    const upTo = Math.max(...meant.map(({ toSeq }) => toSeq));
    yield { type: 'result', of: 'forgotten', value: { entries: erased, persons, upTo } };
    return { entries: erased, persons };
  } finally {
    await log.close();
  }
}

/**
 * Logs, with user and reason, that details which no copy has any more are lost. Details that a replica still has must be restored first.
 * @throws LongplayError L105: the log is damaged
 */
export async function* acknowledgeLostDetails(
  archiveDir: string,
  reason: string,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly entries: number }> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const log = await openLog(archive, tools);
  try {
    const lost = await findLost(archive, await wholeEntries(archive, tools, 'it is unknown what is lost', signal));
    if (lost.entries > 0) await acknowledgeLost(log, lost, reason);
    yield { type: 'result', of: 'acknowledged', value: { entries: lost.entries } };
    return { entries: lost.entries };
  } finally {
    await log.close();
  }
}

/**
 * Returns a reader of the entries of a log whose details are to be erased; it can be called repeatedly.
 * @param why explains why a damaged log prevents the erasure
 * @throws LongplayError L105: the log is damaged
 */
export async function wholeEntries(
  archive: { readonly dir: string; readonly id: string },
  tools: EntryTools,
  why: string,
  signal: AbortSignal,
): Promise<() => AsyncGenerator<LogEntry>> {
  return await readableEntries(archive, tools, { why, bearable: new Set(['L103']) }, signal);
}

/**
 * Returns a reader of the remaining entries of a log whose end was lost, e.g. because an older backup was restored.
 * @throws LongplayError L105: the log is damaged in another way
 */
export async function entriesWithoutEnd(
  archive: { readonly dir: string; readonly id: string },
  tools: EntryTools,
  why: string,
  signal: AbortSignal,
): Promise<() => AsyncGenerator<LogEntry>> {
  return await readableEntries(archive, tools, { why, bearable: new Set(['L103', 'A116']) }, signal);
}

async function readableEntries(
  archive: { readonly dir: string; readonly id: string },
  tools: EntryTools,
  { why, bearable }: { readonly why: string; readonly bearable: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<() => AsyncGenerator<LogEntry>> {
  const found = await inspectLog(archive, tools.keys, signal);
  const wrong = found.findings.find(({ code }) => findingTable.get(code)?.severity === 'error' && !bearable.has(code));
  if (wrong !== undefined)
    throw new LongplayError(
      'incomplete',
      'L105',
      `the log is damaged (${wrong.code} ${wrong.message}): ${why}`,
      'repair it first: longplay replica repair',
    );
  return async function* () {
    yield* loggedEntries(archive, tools.keys, signal);
  };
}

/** Returns the range of the erasure: entries up to the last one with details of the person, and before the first entry of the given time. */
async function meantEntries(
  entries: () => AsyncIterable<LogEntry>,
  who: MeantPersons | null,
  before: string | null,
  hasDetails: (entry: LogEntry) => Promise<boolean>,
): Promise<MeantEntries[]> {
  const of: readonly (string | null)[] = who === null ? [null] : [...who.persons];
  const ever = of.map((one) => ({ of: one, fromSeq: 1, toSeq: Number.MAX_SAFE_INTEGER, isLoss: false, keepsErasures: true }));
  let last = 0;
  let end = 0;
  for await (const entry of entries()) {
    // The order of the log counts: if the clock was set back, later entries are not erased.
    if (before !== null && entry.time >= before) break;
    end = entry.seq;
    const subject = subjectOf(entry);
    if (ever.some((one) => covers(one, entry.seq, subject)) && (await hasDetails(entry))) last = entry.seq;
  }
  const all = last === 0 ? [] : of.map((one) => ({ of: one, fromSeq: 1, toSeq: last }));
  const asOther = (who?.asOther ?? []).flatMap((one) => (one.fromSeq > end ? [] : [{ ...one, toSeq: Math.min(one.toSeq, end) }]));
  return [...all, ...asOther];
}
