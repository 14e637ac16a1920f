import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { appendDurable, cannotWrite, syncFiles, syncFolder } from '../../archive/files/durable.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { Entry } from '../../core/model/source.ts';
import { type Checksums, checksumText, readChecksums, writeChecksums } from '../files/checksum-file.ts';
import { removePartials } from '../files/digested-file.ts';
import { linesOfFile } from '../files/file-lines.ts';
import { createLineFile } from '../files/line-file.ts';
import { type ConversionRecord, leftOutLine, readConversions, recordName } from './record.ts';

/** The folder of a conversion: its manifest and its record are written during the run, so that a crash loses only the last few files. */
export interface ConversionOutput extends Pick<ConversionRecord, 'find' | 'isFree'> {
  /** Returns true if a file is listed and exists. */
  holds(path: string): boolean;
  /**
   * Removes copies of these stems with other settings from the lists, durably, before the first of them is overwritten. If the process is killed,
   * neither list then describes a file that no longer exists.
   */
  release(stems: ReadonlySet<string>, asked: string): Promise<void>;
  /** Lists a finished file. Now and then it waits until everything listed so far is durable. */
  add(entry: Entry, asked: string, to: string, sha256: string): Promise<void>;
  /** Lists a file that is not copied; entries may come in any order. */
  leaveOut(entry: Entry, reason: string): void;
  /** Lists a file that is not even tried; entries must come in source order. There may be many, so none is kept in memory. */
  passOver(entry: Entry, reason: string): void;
  /** Makes everything listed so far durable: the files first, then their lines. */
  flush(): Promise<void>;
  /** Makes everything durable like `flush`, and rewrites both lists sorted; the manifest then includes the record. */
  finish(): Promise<void>;
}

/** Name of the manifest, which marks a conversion's folder. */
export const manifestName = 'manifest-sha256.txt';
/** Prefix of unfinished files. */
export const partialPrefix = '.partial-';

const passedOverName = 'passed-over.jsonl';

/** Number of files between two flushes: few enough to repeat after a crash, many enough to share disk syncs. */
const filesPerFlush = 256;

/**
 * Opens a conversion's folder, or creates it.
 * @param scratch folder for a temporary list
 * @throws LongplayError A107 if the system refuses; its methods throw it as well
 */
export async function openConversionOutput(folder: string, scratch: string): Promise<ConversionOutput> {
  const manifestFile = join(folder, manifestName);
  const recordFile = join(folder, recordName);
  const manifest = readChecksums(manifestFile);
  const record = readConversions(recordFile);
  // Drops incomplete lines before new ones are appended. The manifest is rewritten first, because a second run recognises the folder by it.
  manifest.delete(recordName);
  await writeChecksums(manifestFile, manifest);
  removeUnfinished(folder);
  record.write(recordFile);
  await syncFolder(folder);
  const leftOut = new Map<string, string>();
  const passedOver = createLineFile(join(scratch, passedOverName));
  let fresh: Checksums = new Map();
  let freshLines: string[] = [];
  let last: Promise<void> = Promise.resolve();
  const write = async (files: Checksums, lines: readonly string[]): Promise<void> => {
    if (files.size === 0) return;
    await syncFiles(
      [...files.keys()].map((path) => join(folder, path)),
      folder,
    );
    await append(recordFile, lines.join(''));
    await append(manifestFile, checksumText(files));
  };
  const flush = (): Promise<void> => {
    const [files, lines] = [fresh, freshLines];
    [fresh, freshLines] = [new Map(), []];
    // After a failure nothing more is appended, because the last line may be incomplete.
    last = last.then(() => write(files, lines));
    return last;
  };
  function* furtherLines(): Generator<string> {
    for (const [, line] of [...leftOut].sort(([a], [b]) => byCodePoint(a, b))) yield line;
    for (const line of linesOfFile(join(scratch, passedOverName))) yield `${line}\n`;
  }
  return {
    find: record.find,
    isFree: record.isFree,
    holds: (path) => manifest.has(path) && existsSync(join(folder, path)),
    release: async (stems, asked) => {
      const released = record.release(stems, asked);
      if (released.length === 0) return;
      for (const to of released) manifest.delete(to);
      await writeChecksums(manifestFile, manifest);
      record.write(recordFile);
      await syncFolder(folder);
    },
    leaveOut: (entry, reason) => void leftOut.set(entry.path, leftOutLine(entry, reason)),
    passOver: (entry, reason) => passedOver.write(leftOutLine(entry, reason)),
    add: async (entry, asked, to, sha256) => {
      manifest.set(to, sha256);
      fresh.set(to, sha256);
      freshLines.push(record.add(entry, asked, to));
      if (fresh.size >= filesPerFlush) await flush();
    },
    flush,
    finish: async () => {
      await flush();
      passedOver.finish();
      manifest.set(recordName, record.write(recordFile, furtherLines()));
      await writeChecksums(manifestFile, manifest);
    },
  };
}

async function append(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'a');
    try {
      await appendDurable(handle, text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Deletes the unfinished files of a killed run. */
function removeUnfinished(folder: string): void {
  removePartials(folder);
  for (const name of readdirSync(folder)) if (name.startsWith(partialPrefix)) rmSync(join(folder, name), { force: true });
}
