import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../../core/base/error.ts';

/** Names a process for good. Process ids are used again, so it is named by its start as well, and the start by the boot. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** Of the running kernel; null where the system has none. */
  readonly bootId: string | null;
  /** Start of the process in clock ticks since boot; null where the system does not tell. */
  readonly startTicks: string | null;
}

/** The mark of this process. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, host: hostname(), bootId: bootId(), startTicks: startTicks(process.pid) };
}

/** False only where the process is known to be gone: of another machine nothing is known. */
export function mayBeAlive(mark: ProcessMark): boolean {
  if (mark.host !== hostname()) return true;
  const boot = bootId();
  if (boot !== null && mark.bootId !== null && boot !== mark.bootId) return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if (systemCode(error) === 'ESRCH') return false;
  }
  const ticks = startTicks(mark.pid);
  return ticks === null || mark.startTicks === null || ticks === mark.startTicks;
}

function bootId(): string | null {
  return textOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); the name in field 2 may hold blanks and parentheses, so it is counted from the last one. */
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
