import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../../core/base/error.ts';

/** Identifies a process permanently: process ids are reused, so the start time is included, and the boot id, to which the start time refers. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** Boot id of the running kernel; null if the system has none. */
  readonly bootId: string | null;
  /** Start of the process in clock ticks since boot; null if the system does not report it. */
  readonly startTicks: string | null;
}

/** Returns the mark of this process. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, host: hostname(), bootId: bootId(), startTicks: startTicks(process.pid) };
}

/** Returns false only if the process has certainly ended. Nothing is known about processes of other machines. */
export function mayBeAlive(mark: ProcessMark): boolean {
  if (mark.host !== hostname()) return true;
  const boot = bootId();
  if (boot !== null && mark.bootId !== null && boot !== mark.bootId) return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    if (systemCode(error) === 'ESRCH') return false;
  }
  const ticks = startTicks(mark.pid);
  return ticks === null || mark.startTicks === null || ticks === mark.startTicks;
}

function bootId(): string | null {
  return textOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

/**
 * Returns field 22 of /proc/PID/stat (proc_pid_stat(5)). The name in field 2 may contain blanks and parentheses, so fields are counted from the last
 * parenthesis.
 */
function startTicks(pid: number): string | null {
  const stat = textOrNull(`/proc/${pid}/stat`);
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? null);
}

function textOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
