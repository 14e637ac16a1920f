import { count, counted, periodText } from '../../core/words/quantity.ts';
import type { SyncOutcome } from '../../replicas/copy/sync.ts';
import type { ListedReplica } from '../../replicas/list.ts';
import type { RepairReport } from '../../replicas/repair/work.ts';
import type { ReplicaVerifyOutcome } from '../../replicas/verify.ts';
import { bytes, table } from '../report/units.ts';

/** Formats the table of `replica list`. */
export function listedText(replicas: readonly ListedReplica[]): string {
  if (replicas.length === 0) return 'No replica is registered: this archive is the only copy that longplay knows of.';
  const rows = replicas.map((one) => [
    one.name,
    one.medium,
    one.reachable ? 'there' : 'AWAY',
    one.bagsPresent === null ? '-' : `${count(one.bagsPresent)} of ${count(one.bagsPresent + (one.bagsMissing ?? 0))}`,
    one.lastRead === null ? 'never' : one.lastRead.slice(0, 10),
    one.everyMs === null ? '-' : periodText(one.everyMs),
    one.overdue === null ? '-' : one.overdue === 0 ? 'none' : counted(one.overdue, 'bag'),
    one.lock === null ? '-' : one.lock.until === null ? `read-only (${one.lock.found})` : `until ${one.lock.until}`,
    one.owesSince === null ? '-' : `since ${one.owesSince.slice(0, 10)}`,
    one.path,
  ]);
  return table([['name', 'medium', 'state', 'bags', 'read', 'period', 'overdue', 'locked', 'owes', 'path'], ...rows]);
}

/** Returns one line per synced replica. */
export function syncedText(outcomes: readonly SyncOutcome[]): string[] {
  return outcomes.map(({ replica, bagsCopied, bagsThere, bytes: copied, bagsNotWell, log, bagsErased = 0, owes = false }) => {
    const parts = [`${replica}: ${counted(bagsCopied, 'bag')} copied (${bytes(copied)}), ${count(bagsThere)} there before`];
    if (bagsErased > 0) parts.push(`${counted(bagsErased, 'bag')} replaced or removed after an erasure or sealing`);
    if (owes) parts.push('an erasure or the sealing is still to be done there');
    if (bagsNotWell > 0) parts.push(`${counted(bagsNotWell, 'bag')} NOT as recorded, listed above`);
    parts.push({ copied: 'the log is up to date', same: 'the log was up to date', 'held-back': 'the log was NOT copied' }[log]);
    return `${parts.join('; ')}.`;
  });
}

/** Returns one line per verified replica. */
export function readText(outcomes: readonly ReplicaVerifyOutcome[]): string[] {
  return outcomes.map((one) => {
    const parts = [`${one.replica}: ${counted(one.files, 'file')} in ${counted(one.bags, 'bag')} read, ${bytes(one.bytes)}`];
    if (one.errors > 0) parts.push(`${counted(one.errors, 'fault')}, listed above; ${counted(one.bags - one.bagsWell, 'bag')} with faults`);
    else if (one.bags > 0) parts.push('OK');
    else if (!one.hasLog) parts.push('NOT a complete copy yet: no sync has finished');
    if (one.notDue > 0) parts.push(`${counted(one.notDue, 'bag')} not due yet`);
    if (one.notCopied > 0) parts.push(`${counted(one.notCopied, 'bag')} never copied there`);
    return `${parts.join('; ')}.`;
  });
}

/** Formats the result of a repair. @param faults number of reported faults, which include what a repair leaves to other commands */
export function repairedText(report: RepairReport, dryRun: boolean, faults: number): string {
  const { bags, copies, damaged, mended, files, lost, undecided, notSound, incomplete, filesAround } = report;
  const looked = `${counted(bags, 'bag')} read in ${copies.join(', ')}`;
  const around = `${counted(filesAround, 'file')} around the bags ${dryRun ? 'would be ' : ''}repaired, listed above`;
  const well = faults === 0 ? 'OK' : `${counted(faults, 'fault')} that a repair cannot fix, listed above with the next step`;
  if (damaged === 0) return filesAround > 0 ? `${looked}: ${well}; ${around}.` : `${looked}: ${well}${faults === 0 ? ', nothing to repair' : ''}.`;
  const parts = [`${looked}: ${counted(damaged, 'bag')} damaged in some copy`];
  if (filesAround > 0) parts.push(around);
  const done = `${counted(files, 'file')} (${bytes(report.bytes)}) in ${counted(mended, 'copy', 'copies')} of bags`;
  if (mended > 0) parts.push(dryRun ? `${done} would be repaired` : `${done} repaired, read again and entered in the log`);
  if (lost > 0) parts.push(`${counted(lost, 'file is', 'files are')} intact in NO copy`);
  if (undecided > 0) parts.push(`${counted(undecided, 'bag')} NOT decided`);
  if (notSound > 0) parts.push(`${counted(notSound, 'copy', 'copies')} still NOT intact`);
  if (incomplete) parts.push('something could not be checked or written now: run again');
  return `${parts.join('; ')}.`;
}

/** Returns the line about unreachable replicas. */
export function awayText(away: readonly string[]): string[] {
  return away.length === 0 ? [] : [`Not reached: ${away.join(', ')}. Nothing is known about them; run again when they are reachable.`];
}
