import { openArchive } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { LongplayError } from '../core/base/error.ts';
import { shellWord } from '../core/words/shell-word.ts';
import type { EntryType } from '../log/entries/entry-types.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { createDetailsFates } from '../log/erasure/details-fate.ts';
import type { KnownErasures } from '../log/erasure/known-erasures.ts';
import { type Forgotten, forgetDetails, type MeantEntries } from '../log/forget-details.ts';
import { openLog } from '../log/log.ts';
import { createDetailsReader } from '../log/who/entry-details.ts';
import { subjectOf } from '../log/who/erasure.ts';
import { sharersOf } from '../log/who/shared-lines.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import { wholeEntries } from '../pipeline/notes/forget-details.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { keepingTypes } from '../policy/state/entries.ts';
import { createKeepingLog, type Hold, isActive } from '../policy/state/keeping-log.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';

/** Selects entries whose details are to be erased alone. */
export interface EntriesToForget {
  /** Numbers of the entries. */
  readonly seqs: readonly number[];
  /** Reason, stored in the details of the entries that record the erasure. */
  readonly reason: string;
}

/** What a log says that decides whether the details of an entry may be erased. */
interface Needs {
  readonly dir: string;
  readonly holds: ReadonlyMap<unknown, Hold>;
  readonly requests: KnownErasures['requests'];
  readonly sharers: ReadonlyMap<number, number>;
  readonly nowMs: number;
}

/**
 * Erases the details of single entries, and of no other. The log records the erasure first. All entries are erased, or none is. Entries whose details are
 * erased already are left out, so that the same call continues after an interruption.
 * @throws LongplayError usage L128: an entry has no details; L134: an entry shares its details, or something needs them; L105: the log is damaged
 */
export async function* forgetEntries(
  archiveDir: string,
  { seqs, reason }: EntriesToForget,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Forgotten> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const log = await openLog(archive, tools);
  try {
    const entries = await wholeEntries(archive, tools, 'it is unknown what needs the details of the entries', signal);
    const keeping = createKeepingLog({ of: async () => null });
    const fates = createDetailsFates(archive);
    const named = new Map<number, LogEntry | null>(seqs.map((seq) => [seq, null]));
    for await (const entry of entries()) {
      await keeping.take(entry);
      fates.take(entry);
      if (named.has(entry.seq)) named.set(entry.seq, entry);
    }
    const there: LogEntry[] = [];
    const beside = createDetailsReader(archive.dir);
    for (const [seq, entry] of [...named].sort(([one], [other]) => one - other)) {
      if (entry !== null && (await beside.of(entry)) !== null) there.push(entry);
      // Of a type that a later version added, nothing states whether the details were erased.
      else if (entry === null || (await fates.of(entry.type as EntryType, entry)) !== 'erased') throw nothingThere(seq);
    }
    const holds = new Map(keeping.holds().map((hold) => [hold.id, hold]));
    const sharers = await sharersOf(there, entries);
    const needs: Needs = { dir: archiveDir, holds, requests: log.erasures().requests, sharers, nowMs: Date.parse(tools.now()) };
    for (const entry of there) {
      const refusal = whyKept(entry, needs);
      if (refusal !== null) throw refusal;
    }
    if (there.length === 0) return { entries: 0, persons: null };
    const erased = await forgetDetails(archive, log, { meant: there.map(aloneOf), reason }, entries, signal);
    yield { type: 'result', of: 'forgotten', value: { entries: erased, persons: null, numbers: there.map(({ seq }) => seq) } };
    return { entries: erased, persons: null };
  } finally {
    await log.close();
  }
}

/** Returns the range of one entry. An erasure of everybody leaves the record of an earlier erasure: that is erased by its author. */
function aloneOf(entry: LogEntry): MeantEntries {
  const { isErasure, who } = subjectOf(entry);
  return { of: isErasure ? who : null, fromSeq: entry.seq, toSeq: entry.seq };
}

function nothingThere(seq: number): LongplayError {
  return new LongplayError(
    'usage',
    'L128',
    `entry ${seq} of the log has no details`,
    'give the number of an entry that has some, as `longplay log list` or `longplay subject` prints it; `longplay log verify` names details that are missing',
  );
}

/** Returns the error that says what needs the details of an entry, with the step that works; null: they may be erased alone. */
function whyKept(entry: LogEntry, { dir, holds, requests, sharers, nowMs }: Needs): LongplayError | null {
  const { seq, type, detail } = entry;
  const archive = shellWord(dir);
  const refused = (why: string, next: string): LongplayError => new LongplayError('usage', 'L134', `the details of entry ${seq} ${why}`, next);
  const hold = type === keepingTypes.holdList ? holds.get(detail.hold) : undefined;
  if (hold !== undefined && isActive(hold, nowMs))
    return refused(
      `list what hold ${hold.id} protects, and the hold is active`,
      `if it is no longer needed, release it, then repeat this: longplay hold release ${archive} ${hold.id} --reason TEXT`,
    );
  if (type === keepingTypes.rules)
    return refused(
      `are the rules of version ${String(detail.version)} of the retention policy, and without them nothing may be deleted (D105)`,
      `they stay; to name nobody in later versions: longplay retention set ${archive} FILE --reason TEXT`,
    );
  const request = [...requests.values()].find(
    ({ lists, executedAt, withdrawnAt }) => executedAt === null && withdrawnAt === null && lists.some((list) => list.seq === seq),
  );
  if (request !== undefined)
    return refused(
      `list what request ${request.request} is to erase, and it is not executed`,
      `they are erased when it is executed: longplay erase run ${archive}; or withdraw it, then repeat this: longplay erase withdraw ${archive} ${request.request} --reason TEXT`,
    );
  const shared = (sharers.get(seq) ?? 1) - 1;
  const who = subjectOf(entry).who;
  if (shared > 0)
    return refused(
      agree`only name the author, and ${shared} other entr[y|ies] of the run [shares|share] them`,
      who === null
        ? `erase what is older than a time: longplay log forget ${archive} --before TIME --reason TEXT`
        : `erase all details of their author: longplay log forget ${archive} --who ${who} --reason TEXT`,
    );
  return null;
}
