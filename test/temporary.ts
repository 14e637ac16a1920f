import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Eight times the peak temporary files of test/source, test/tables and test/pipeline, three at a time (0.74 GB); the other tests were not measured. */
const roomBytes = 6_000_000_000;

/**
 * Makes a folder for temporary files in memory; null if the machine has none that is large enough, or if the tester has chosen a folder. An import waits for the disk some 140
 * times, a quarter of its time. Tests of the state of the disk after a power cut count the calls, and do not need the wait.
 */
export function memoryFolder(): string | null {
  if (process.env.TMPDIR !== undefined) return null;
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize < roomBytes || availableBytes() < roomBytes) return null;
    const folder = mkdtempSync('/dev/shm/longplay-');
    // Containers mount it with noexec, and tests also write programs.
    const program = join(folder, 'try');
    writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    if (spawnSync(program).status === 0) {
      rmSync(program);
      // Tests act as other users.
      chmodSync(folder, 0o1777);
      return folder;
    }
    rmSync(folder, { recursive: true, force: true });
    return null;
  } catch {
    return null;
  }
}

function availableBytes(): number {
  const [, kib] = /^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kib ?? 0) * 1_024;
}
