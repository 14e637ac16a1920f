import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { TimedEntry } from '../../log/entries/log-entry.ts';
import { isRenewalOf } from '../../log/stamps/check.ts';
import { foldStampFiles } from '../../log/stamps/entries.ts';

/** SHA-256 that the log has had of files of time stamps, by path below the archive, the newest last: a renewal puts a longer record over the older one. */
export type StampFiles = ReadonlyMap<string, readonly string[]>;

/** Takes in what an entry tells of files of stamps; to be called for each in log order. */
export function foldStampHistory(files: Map<string, readonly string[]>, entry: TimedEntry): void {
  const told = new Map<string, string>();
  foldStampFiles(told, entry);
  for (const [path, digest] of told) files.set(path, [...(files.get(path) ?? []), digest]);
}

/** No file of a stamp has more bytes. */
export function mostStampBytes(path: string): number {
  return path.endsWith('.digests') ? limits.digestListBytes : limits.evidenceBytes;
}

/** How a file of a stamp stands to what the log has of it; `older`: as it was before a renewal. */
export type StampState = 'well' | 'older' | 'missing' | 'altered' | { readonly unreadable: string };

/** Looks at a file of a stamp in a copy; links are not followed. */
export function stampState(dir: string, path: string, digests: readonly string[]): StampState {
  try {
    const stat = lstatSync(join(dir, path));
    if (!stat.isFile() || stat.size > mostStampBytes(path)) return 'altered';
    const bytes = readFileSync(join(dir, path));
    const digest = sha256Hex(bytes);
    const newest = digests.at(-1);
    // A run that was stopped between a renewal and its entry leaves a record that has one stamp more.
    if (digest === newest || (newest !== undefined && path.endsWith('.ers') && isRenewalOf(bytes, newest))) return 'well';
    return digests.includes(digest) ? 'older' : 'altered';
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code === 'ENOENT' ? 'missing' : { unreadable: code };
  }
}
