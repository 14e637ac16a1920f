import { openArchive } from '../../archive/layout.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { createHandOvers, type PastHandOver } from './hand-overs.ts';

/** The hand-over that a recipient was told to expect. */
export interface HandOverNumber {
  /** Id of the case; null: only the number is known, so a case with another id passes. */
  readonly case: string | null;
  readonly number: number;
}

function toldText({ case: id, number }: HandOverNumber): string {
  return id === null ? `hand-over ${number}` : `hand-over ${number} of case ${id}`;
}

/** Position of a hand-over among those of its case. */
interface Place {
  readonly number: number | null;
  /** Number of hand-overs of the case in a log: the given one or, without it, the archive's log when this hand-over was made. */
  readonly known: number;
  readonly faults: readonly Finding[];
  /** Findings on later hand-overs, one for each. */
  readonly later: readonly Finding[];
  /** Findings about the given log. */
  readonly ofLog: readonly Finding[];
}

/** Compares the number of a hand-over with the expected number and with the given log. @param before hand-overs of the case that the bag proves */
export async function placeAmong(
  { entry }: { readonly entry: LogEntry },
  { archiveDir, told }: { readonly archiveDir: string | null; readonly told: HandOverNumber | null },
  before: readonly LogEntry[],
  signal: AbortSignal,
): Promise<Place> {
  const caseId = String(entry.detail.case);
  const proved = createHandOvers(caseId);
  for (const one of [...before.filter(({ seq }) => seq < entry.seq), entry]) proved.take(one);
  const own = typeof entry.detail.handOver === 'number' ? entry.detail.handOver : null;
  const number = own ?? proved.all.at(-1)?.number ?? null;
  const faults: Finding[] = [];
  if (told !== null && (told.number !== number || (told.case !== null && told.case !== caseId)))
    faults.push(finding('C188', 'hand-over.tlog-proof', `it is hand-over ${number ?? 'without a number'} of case ${caseId}, not ${toldText(told)}`));
  if (archiveDir === null) return { number, known: Math.max(proved.all.length, number ?? 0), faults, later: [], ofLog: [] };
  const { has, all, ofLog } = await inLog(archiveDir, caseId, entry, signal);
  if (!has) faults.push(finding('C188', 'hand-over.tlog-proof', `the log of ${archiveDir} does not contain its entry ${entry.seq}`));
  const later = all.filter(({ seq }) => has && seq > entry.seq);
  return { number, known: all.length, faults, later: later.map((one) => laterFinding(one, number)), ofLog };
}

async function inLog(
  archiveDir: string,
  caseId: string,
  entry: LogEntry,
  signal: AbortSignal,
): Promise<{ readonly has: boolean; readonly all: readonly PastHandOver[]; readonly ofLog: readonly Finding[] }> {
  const archive = await openArchive(archiveDir);
  const handOvers = createHandOvers(caseId);
  let has = false;
  const log = await inspectLog(archive, null, signal);
  for await (const one of readEntries(archive, log, signal)) {
    handOvers.take(one);
    if (one.seq === entry.seq)
      has = canonicalJson({ ...one.detail }) === canonicalJson({ ...entry.detail }) && one.time === entry.time && one.type === entry.type;
  }
  // If a run was stopped before its bag was renamed, nobody received the hand-over. The hand-over that is being checked counts in any case, because it exists.
  const all = handOvers.all.filter(({ landed, seq }) => landed || seq === entry.seq);
  return { has, all, ofLog: log.findings };
}

function laterFinding({ number, time, supplementTo }: PastHandOver, own: number | null): Finding {
  const what = supplementTo === null ? 'of the whole case' : `a supplement to hand-over ${supplementTo}`;
  return finding(
    'C187',
    'hand-over.tlog-proof',
    `it is hand-over ${own ?? 'without a number'}, but the log has a later one: hand-over ${number} of ${time.slice(0, 10)}, ${what}`,
  );
}
