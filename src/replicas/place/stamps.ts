import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { TimedEntry } from '../../log/entries/log-entry.ts';
import { isRenewalOf } from '../../log/stamps/check.ts';
import { addStampFiles } from '../../log/stamps/entries.ts';

/** Logged SHA-256 digests of time-stamp files, by path below the archive, the newest last: a renewal replaces a record with a longer one. */
export type StampFiles = ReadonlyMap<string, readonly string[]>;

/** Adds what an entry says about stamp files. Call it in the log's order. */
export function foldStampHistory(files: Map<string, readonly string[]>, entry: TimedEntry): void {
  const told = new Map<string, string>();
  addStampFiles(told, entry);
  for (const [path, digest] of told) files.set(path, [...(files.get(path) ?? []), digest]);
}

/** Returns the largest valid size of a stamp file. */
export function mostStampBytes(path: string): number {
  return path.endsWith('.digests') ? limits.digestListBytes : limits.evidenceBytes;
}

/** State of a stamp file compared with the log; `older`: as it was before a renewal. */
export type StampState = 'well' | 'older' | 'missing' | 'altered' | { readonly unreadable: string };

/** Examines a stamp file in a copy. Does not follow links. */
export function stampState(dir: string, path: string, digests: readonly string[]): StampState {
  try {
    const stat = lstatSync(join(dir, path));
    if (!stat.isFile() || stat.size > mostStampBytes(path)) return 'altered';
    const bytes = readFileSync(join(dir, path));
    const digest = sha256Hex(bytes);
    const newest = digests.at(-1);
    // A run that was stopped between a renewal and its log entry leaves a record with one more stamp.
    if (digest === newest || (newest !== undefined && path.endsWith('.ers') && isRenewalOf(bytes, newest))) return 'well';
    return digests.includes(digest) ? 'older' : 'altered';
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code === 'ENOENT' ? 'missing' : { unreadable: code };
  }
}
