import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { createLandings, type Landing, type LandingHistory, type Landings } from '../../archive/bag/landing.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { archiveCheck } from '../../archive/documents/archive-check.ts';
import { markerName, verifierName } from '../../archive/layout.ts';
import { isFileError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { errorVerdict, type Verdict, type VerdictKind } from '../../core/model/verdict.ts';
import { isHarmless } from '../../log/entries/harmless.ts';
import { checkpointFile, type LogEntry } from '../../log/entries/log-entry.ts';
import { checkLogDigests } from '../../log/files/digests.ts';
import { closedBy } from '../../log/read/closed-by.ts';
import { endOf, type LogEnd } from '../../log/read/continue-log.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { judgeLog } from '../../log/read/replica-behind.ts';
import { createDetailsCheck, type DetailsCheck } from '../../log/who/check-details.ts';

/** The log's statements about the archive. */
export interface LogReading {
  readonly verdicts: readonly Verdict[];
  /** Histories by bag name. */
  readonly landed: ReadonlyMap<string, LandingHistory>;
  /** Bags that were announced and have not landed since, by bag name. */
  readonly announced: ReadonlyMap<string, Landing>;
  /** Where to continue with later entries, which change `landed`. Null: the log's end could not be determined. */
  readonly end: (LogEnd & { readonly landings: Landings }) | null;
  /** False if lines are damaged or lost; such lines may have named bags that are unknown now. */
  readonly whole: boolean;
  /** Null: entries may be added; otherwise the reason why something must be restored first. */
  readonly closed: string | null;
  /**
   * True if the log has no fault and this machine vouches for it: its own key signs the log, or it has seen an earlier state of the log. Nothing else shows that
   * the entries are those that were made: whoever can write the archive can replace the whole log and sign it with a key of his own.
   */
  readonly isVouchedFor: boolean;
}

/** Verdict kinds of log findings other than missing and corrupt. */
export const kindsOfLog: Readonly<Record<string, VerdictKind>> = {
  A115: 'swapped',
  L102: 'rolled-back',
  L103: 'unverifiable',
  L116: 'unverifiable',
  L118: 'rolled-back',
  L119: 'rolled-back',
  L120: 'swapped',
  L121: 'rolled-back',
  L122: 'unverifiable',
  L125: 'missing',
  L126: 'unreachable',
  L129: 'unexpected',
  K217: 'unexpected',
};

/** Checks the log's tree, the landed bags that it names, and the files whose digests it has held since the archive was created. */
export async function checkLog(
  archive: { readonly dir: string; readonly id: string | null },
  memory: string | null,
  onEntry: (entry: LogEntry) => void,
  signal: AbortSignal,
): Promise<LogReading> {
  const verdicts: Verdict[] = [];
  const landings = createLandings();
  const digests = checkLogDigests();
  const verifiers: string[] = [];
  const markers: string[] = [];
  const found = await inspectLog(archive, memory, signal);
  let whole = found.obstacle === null || found.obstacle.code === 'L116';
  const { findings, behind, replica, mine } = await judgeLog(archive, found, memory, signal);
  if (behind !== null) verdicts.push(behind);
  for (const item of findings) {
    if (takesEntriesAway.has(item.code)) whole = false;
    const missing = ['A110', 'A116', 'L101'].includes(item.code) || (item.code === 'A117' && !isThere(join(archive.dir, checkpointFile)));
    if (isHarmless(item, mine)) verdicts.push({ ...errorVerdict('unverifiable', item.code, item.place, item.message), severity: 'warning' });
    else verdicts.push(errorVerdict(missing ? 'missing' : (kindsOfLog[item.code] ?? 'corrupt'), item.code, item.place, item.message));
  }
  const details = createDetailsCheck(archive.dir);
  for await (const item of readEntries(archive, found, signal)) {
    onEntry(item);
    await details.take(item);
    landings.take(item);
    for (const { code, place, message } of digests.take(item))
      verdicts.push(
        code === 'H101'
          ? { ...errorVerdict('unverifiable', code, place, message), severity: 'warning' }
          : errorVerdict('corrupt', code, place, message),
      );
    if (typeof item.detail.verifierSha256 === 'string') verifiers.push(item.detail.verifierSha256);
    if (typeof item.detail.markerSha256 === 'string') markers.push(item.detail.markerSha256);
    if (item.type === 'archive-created' && typeof item.detail.readmeSha256 === 'string')
      verdicts.push(...checkPlainFile(archive.dir, 'README.txt', [item.detail.readmeSha256]));
  }
  // Sealing enters the next state of the file before it writes it.
  if (markers.length > 0) verdicts.push(...checkPlainFile(archive.dir, markerName, markers.slice(-2)));
  verdicts.push(...detailVerdicts(details));
  verdicts.push(...checkVerifier(archive.dir, verifiers, whole));
  const end = endOf(found);
  return {
    verdicts,
    landed: landings.bags,
    announced: landings.announced,
    end: end === null ? null : { ...end, landings },
    whole,
    closed: replica === null ? closedBy(found) : `it is the replica ${replica.name} of an archive: only a sync may write into it`,
    isVouchedFor: (mine || found.remembers) && found.obstacle === null && found.findings.every((item) => isHarmless(item, mine)),
  };
}

/** Returns verdicts on the details stored beside entries. */
export function detailVerdicts(details: DetailsCheck): Verdict[] {
  return details.findings().map(({ code, place, message }) => ({
    ...errorVerdict(kindsOfLog[code] ?? 'corrupt', code, place, message),
    severity: findingTable.get(code)?.severity === 'warning' ? 'warning' : 'error',
  }));
}

const takesEntriesAway: ReadonlySet<string> = new Set(['A110', 'A111', 'A114', 'A115', 'A116', 'L101', 'L102']);

/**
 * Checks check.py, which people run. It must be a version that the log has, or the version of this longplay, which an interrupted import may have written
 * without an entry. Archives of earlier versions have no check.py.
 */
function checkVerifier(dir: string, entered: readonly string[], whole: boolean): Verdict[] {
  const verdicts = checkPlainFile(dir, verifierName, [sha256Hex(archiveCheck), ...entered]);
  if (entered.length > 0) return verdicts;
  // The entry of check.py may be among the lost ones.
  if (!whole) return [];
  return verdicts.flatMap((verdict) =>
    verdict.verdict === 'missing' ? [] : [errorVerdict('unexpected', 'V103', verifierName, 'does not belong in an archive')],
  );
}

/** Compares a file with its permitted digests. @param recorded permitted digests, the newest last */
function checkPlainFile(dir: string, name: string, recorded: readonly string[]): Verdict[] {
  try {
    const found = fileDigest(join(dir, name), 'sha256');
    return recorded.includes(found) ? [] : [errorVerdict('corrupt', 'V105', name, digestsDiffer(found, recorded.at(-1) ?? ''))];
  } catch (cause) {
    if (systemCode(cause) === null) throw cause;
    if (systemCode(cause) === 'ENOENT') return [errorVerdict('missing', 'V105', name, 'is missing')];
    if (isFileError(systemCode(cause) ?? '')) return [errorVerdict('corrupt', 'V105', name, 'is not a regular file')];
    return [errorVerdict('unreachable', 'V105', name, `cannot be read: ${systemCode(cause)}`)];
  }
}

function fileDigest(file: string, algorithm: string): string {
  return createHash(algorithm).update(readTagFile(file)).digest('hex');
}

/** Describes in words how two digests differ. */
export function digestsDiffer(found: string, recorded: string): string {
  return `has the digest ${found.slice(0, 16)}…, the log says ${recorded.slice(0, 16)}…`;
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ENOENT';
  }
}
