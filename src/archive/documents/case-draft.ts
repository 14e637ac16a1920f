import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { temporaryPrefix } from '../files/durable.ts';
import { codeOf, hashFile } from '../files/hash-file.ts';
import { caseFileName, casesFolder } from './case-json.ts';

/** Returns the SHA-256 of a file; null if it cannot be read or is not a file. */
export function fileSha256(path: string): string | null {
  try {
    return hashFile(path, ['sha256']).digests.sha256 ?? null;
  } catch (error) {
    // `codeOf` throws an error without a system code, because such an error is a bug.
    codeOf(error);
    return null;
  }
}

/** Returns the folders, relative to the archive, of cases that are being created or deleted, or that an interrupted run left. */
export function caseDrafts({ dir }: { readonly dir: string }): string[] {
  try {
    return readdirSync(join(dir, casesFolder))
      .filter((name) => name.startsWith(temporaryPrefix))
      .map((name) => `${casesFolder}/${name}`);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Returns the draft of a case that the log records and that was not put in place; null if there is none.
 * @param digest SHA-256 of its case.json; absent: the log has none
 */
export function caseDraft(archive: { readonly dir: string }, digest: string | undefined): string | null {
  if (digest === undefined) return null;
  return caseDrafts(archive).find((draft) => fileSha256(join(archive.dir, draft, caseFileName)) === digest) ?? null;
}
