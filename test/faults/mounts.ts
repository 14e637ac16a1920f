import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Reason why no file system can be mounted here; null if one can. */
export function unmountable(): string | null {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const folder = mkdtempSync(join(tmpdir(), 'longplay-mount-'));
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { encoding: 'utf8' });
  if (status === 0) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return status === 0 ? null : `mount does not work here: ${error?.message ?? stderr}`;
}

/** File systems in memory that a test mounts. */
export interface Mounts {
  /** @param size as tmpfs takes it: `60k`, `8m` */
  at(folder: string, size: string): void;
  /** Mounts a folder on itself, as a mount of its own on the same file system; `readOnly`: without write permission. */
  bind(folder: string, readOnly?: boolean): void;
  /** Unmounts all of them; one that is already gone is not an error. */
  end(): void;
}

/** None mounted yet. */
export function createMounts(): Mounts {
  const mounted: string[] = [];
  return {
    at: (folder, size) => {
      mkdirSync(folder, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
      mounted.push(folder);
    },
    bind: (folder, readOnly = false) => {
      execFileSync('mount', ['--bind', folder, folder]);
      mounted.push(folder);
      if (readOnly) execFileSync('mount', ['-o', 'remount,bind,ro', folder]);
    },
    end: () => {
      for (const folder of mounted.splice(0).reverse()) {
        // Programs that examine all mounts of a busy machine hold one for a moment.
        const { status } = spawnSync('umount', [folder], { stdio: 'ignore' });
        if (status !== 0) spawnSync('umount', ['-l', folder], { stdio: 'ignore' });
      }
    },
  };
}
