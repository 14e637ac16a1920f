import { byCodePoint } from '../../../src/core/base/order.ts';
import type { ClaimedFile } from '../records/call.ts';
import type { Family } from '../records/family.ts';

/** The files of a recording without those that repeat another of its files. */
export interface OwnFiles {
  readonly files: readonly ClaimedFile[];
  /** Copies, each with the path of the file that it repeats. */
  readonly copies: readonly { readonly file: ClaimedFile; readonly of: string }[];
}

/**
 * Finds the files of one recording that are copies of another of its files, by their bytes; the file with the first path is the original. Reads only files that
 * share their key and size.
 */
export async function withoutCopies(family: Family, files: readonly ClaimedFile[], digest: (path: string) => Promise<string>): Promise<OwnFiles> {
  if (files.length < 2 || family.twinKeys === undefined) return { files, copies: [] };
  const keys = family.twinKeys(files);
  const twins = new Map<string, ClaimedFile[]>();
  for (const [index, file] of files.entries()) {
    const key = keys[index] ?? null;
    if (key === null) continue;
    const sized = `${file.size} ${key}`;
    const known = twins.get(sized);
    if (known === undefined) twins.set(sized, [file]);
    else known.push(file);
  }
  const copies: { file: ClaimedFile; of: string }[] = [];
  for (const alike of twins.values()) {
    if (alike.length < 2) continue;
    const originals = new Map<string, string>();
    for (const file of alike.sort((a, b) => byCodePoint(a.path, b.path))) {
      const bytes = await digest(file.path);
      const original = originals.get(bytes);
      if (original === undefined) originals.set(bytes, file.path);
      else copies.push({ file, of: original });
    }
  }
  copies.sort((a, b) => byCodePoint(a.file.path, b.file.path));
  const repeated = new Set(copies.map(({ file }) => file));
  return { files: files.filter((file) => !repeated.has(file)), copies };
}
