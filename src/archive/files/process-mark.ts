import { readFileSync, readlinkSync } from 'node:fs';
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
  /**
   * Inode number of the process-id namespace to which `pid` refers (pid_namespaces(7)): containers of one machine count their processes separately. Null if
   * the system has no namespaces, or if the version of longplay that wrote the mark did not state it.
   */
  readonly pidNamespace: string | null;
}

/** Returns the mark of this process. */
export function thisProcess(): ProcessMark {
  return { pid: process.pid, host: hostname(), bootId: bootId(), startTicks: startTicks('self'), pidNamespace: pidNamespace() };
}

/**
 * Judges by a mark whether its process still runs. `unknown`: it may run on another machine, or in a process-id namespace from which its id says nothing here.
 * A namespace's number is used again only after all of its processes have ended, so a mark with the number of this namespace is never one of a living process
 * of another one.
 */
export function stateOf(mark: ProcessMark): 'running' | 'ended' | 'unknown' {
  if (mark.host !== hostname()) return 'unknown';
  const boot = bootId();
  if (boot !== null && mark.bootId !== null && boot !== mark.bootId) return 'ended';
  if (mark.pidNamespace !== pidNamespace()) return 'unknown';
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    if (systemCode(error) === 'ESRCH') return 'ended';
  }
  const ticks = startTicks(mark.pid);
  return ticks === null || mark.startTicks === null || ticks === mark.startTicks ? 'running' : 'ended';
}

/** Returns true if the process of a mark was surely started under the kernel that runs now, whatever its container calls the machine. */
export function isOfThisBoot(mark: ProcessMark): boolean {
  const boot = bootId();
  return boot !== null && mark.bootId === boot;
}

function bootId(): string | null {
  return orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

function pidNamespace(): string | null {
  return orNull(() => /^pid:\[(\d{1,20})\]$/.exec(readlinkSync('/proc/self/ns/pid'))?.[1] ?? null);
}

/**
 * Returns field 22 of /proc/PID/stat (proc_pid_stat(5)). The name in field 2 may contain blanks and parentheses, so fields are counted from the last
 * parenthesis. Null if /proc shows the processes of another namespace, where the same id is another process.
 */
function startTicks(pid: number | 'self'): string | null {
  return orNull(() => {
    if (pid !== 'self' && readlinkSync('/proc/self') !== String(process.pid)) return null;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? null;
  });
}

function orNull(read: () => string | null): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
