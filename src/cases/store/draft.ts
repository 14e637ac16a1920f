import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { manifestText } from '../../archive/bag/writer.ts';
import { cannotWrite, syncTree } from '../../archive/files/durable.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import { isLostByDisk, LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { copyChecked } from '../../pipeline/files/digested-file.ts';

/** A file of a draft bag. */
export interface DraftFile {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha512: string;
}

/** A draft bag, with its files and their digests. */
export interface Draft {
  /** Absolute path. */
  readonly folder: string;
  /** Paths relative to the bag. */
  readonly files: ReadonlyMap<string, DraftFile>;
  write(path: string, content: string | Uint8Array): void;
  /**
   * Copies a file and compares both of its digests while copying.
   * @returns null if the file was added; else the digest that differs, or the error of a failing disk
   * @throws LongplayError P175 if the next run may succeed
   */
  copy(from: Parameters<typeof copyChecked>[0], path: string, expected: DraftFile): ReturnType<typeof copyChecked>;
  /** Registers a file that other code wrote into the draft. */
  take(path: string): DraftFile;
  /** Creates the folder for a path. @returns its absolute path */
  folderFor(path: string): string;
  /** Writes the tag files and makes everything durable. */
  finish(
    info: readonly (readonly [label: string, value: string])[],
    signal: AbortSignal,
  ): Promise<{ readonly files: number; readonly bytes: number }>;
}

/** Begins a draft bag in an empty folder. */
export function beginDraft(folder: string): Draft {
  const files = new Map<string, DraftFile>();
  const folderFor = (path: string): string => {
    const parent = dirname(join(folder, path));
    try {
      mkdirSync(parent, { recursive: true });
    } catch (error) {
      throw cannotWrite(parent, error);
    }
    return parent;
  };
  const write = (path: string, content: string | Uint8Array): void => {
    const bytes = typeof content === 'string' ? Buffer.from(content.toWellFormed(), 'utf8') : content;
    folderFor(path);
    try {
      writeFileSync(join(folder, path), bytes, { flag: 'wx' });
    } catch (error) {
      throw cannotWrite(join(folder, path), error);
    }
    files.set(path, {
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sha512: createHash('sha512').update(bytes).digest('hex'),
    });
  };
  const take = (path: string): DraftFile => {
    const { sizeBytes, digests } = hashFile(join(folder, path), ['sha256', 'sha512']);
    const file = { sizeBytes, sha256: digests.sha256 ?? '', sha512: digests.sha512 ?? '' };
    files.set(path, file);
    return file;
  };
  return {
    folder,
    files,
    folderFor,
    write,
    take,
    copy: (from, path, expected) => {
      folderFor(path);
      const wrong = copyChecked(from, join(folder, path), { sha256: expected.sha256, sha512: expected.sha512 });
      // A file that a failing disk has lost is left out and reported. Any other file that cannot be read now may be readable in the next run.
      if (wrong?.refused === true && !isLostByDisk(wrong.found))
        throw new LongplayError('incomplete', 'P175', `${from} cannot be read: ${wrong.found}`, 'fix the cause, then run the same command again');
      if (wrong !== null) return wrong;
      files.set(path, { sizeBytes: expected.sizeBytes, sha256: expected.sha256, sha512: expected.sha512 });
      return null;
    },
    finish: async (info, signal) => {
      const listed = (isPayload: boolean): [string, DraftFile][] =>
        [...files].filter(([path]) => path.startsWith('data/') === isPayload).sort(([a], [b]) => byCodePoint(a, b));
      const payload = listed(true);
      const bytes = payload.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
      const all = [...info, ['Payload-Oxum', `${bytes}.${payload.length}`] as const];
      write('bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
      write('bag-info.txt', all.map(([label, value]) => `${label}: ${value.replace(/\s+/gu, ' ').trim()}\n`).join(''));
      for (const algorithm of ['sha256', 'sha512'] as const)
        write(`manifest-${algorithm}.txt`, manifestText(payload.map(([path, file]) => [path, file[algorithm]])));
      const tags = listed(false);
      for (const algorithm of ['sha256', 'sha512'] as const)
        write(`tagmanifest-${algorithm}.txt`, manifestText(tags.map(([path, file]) => [path, file[algorithm]])));
      await syncTree(folder, signal);
      return { files: files.size, bytes: [...files.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    },
  };
}
