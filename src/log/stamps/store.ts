import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderDurable, temporaryPrefix, writeDurable } from '../../archive/files/durable.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { readSmallFile } from '../files/files.ts';

/** Folder of stamps, relative to the archive. */
const stampFolder = 'log/stamps';

/** Files of one stamp: the stamped checkpoint, the authority's answer, the evidence record. */
export const stampParts = ['checkpoint', 'tsr', 'ers'] as const;
export type StampPart = (typeof stampParts)[number];

/** Files of one stamp, i.e. for one size of the log. */
export interface StampFiles {
  /** Number of log entries when it was stamped. */
  readonly size: number;
  readonly parts: ReadonlySet<StampPart>;
  /** Digest algorithms of the lists from hash-tree renewals. */
  readonly lists: readonly string[];
}

/** Digits of a size in a file name, so that names sort like sizes. */
const sizeDigits = 12;

/** Returns the path of a stamp file, relative to the archive: `log/stamps/000000001234.tsr`. */
export function stampFile(size: number, part: StampPart): string {
  return `${stampFolder}/${sizeName(size)}.${part}`;
}

/** Returns the path of a list of digests from a hash-tree renewal: `log/stamps/000000001234.sha512.digests`. */
export function listFile(size: number, digest: string): string {
  return `${stampFolder}/${sizeName(size)}.${digest}.digests`;
}

/** Returns true for a size that fits into a file name. */
export function isStampSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0 && size < 10 ** sizeDigits;
}

function sizeName(size: number): string {
  if (!isStampSize(size)) throw new RangeError(`${size} is not a size of a log`);
  return String(size).padStart(sizeDigits, '0');
}

const namePattern = new RegExp(`^(\\d{${sizeDigits}})\\.(?:(checkpoint|tsr|ers)|([a-z0-9-]{1,20})\\.digests)$`);

/**
 * Lists all stamps by size, ascending, and the names of unexpected files.
 * @throws LongplayError A102 if the folder cannot be read; a missing folder has no stamps
 */
export async function listStamps(archive: {
  readonly dir: string;
}): Promise<{ readonly stamps: readonly StampFiles[]; readonly strangers: readonly string[] }> {
  const bySize = new Map<number, { parts: Set<StampPart>; lists: string[] }>();
  const strangers: string[] = [];
  for (const { name, isFile } of await entriesOf(archive.dir)) {
    const [, digits, part, list] = namePattern.exec(name) ?? [];
    // Leftovers of a killed run; the next cleanup deletes them.
    if (name.startsWith(temporaryPrefix)) continue;
    if (digits === undefined || !isFile) {
      strangers.push(`${stampFolder}/${name}`);
      continue;
    }
    const files = bySize.get(Number(digits)) ?? { parts: new Set<StampPart>(), lists: [] };
    bySize.set(Number(digits), files);
    const known = stampParts.find((one) => one === part);
    if (known !== undefined) files.parts.add(known);
    else if (list !== undefined) files.lists.push(list);
  }
  const stamps = [...bySize].map(([size, files]) => ({ size, ...files })).sort((a, b) => a.size - b.size);
  return { stamps, strangers };
}

async function entriesOf(dir: string): Promise<{ readonly name: string; readonly isFile: boolean }[]> {
  try {
    const entries = await readdir(join(dir, stampFolder), { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFile: entry.isFile() })).sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw unreadable(join(dir, stampFolder), error);
  }
}

/**
 * Reads a stamp file; null: it does not exist, or exceeds the limit.
 * @throws LongplayError A102 if it cannot be read.
 */
export async function readStampFile(archive: { readonly dir: string }, file: string): Promise<Uint8Array | null> {
  const path = join(archive.dir, file);
  try {
    return await readSmallFile(path, file.endsWith('.digests') ? limits.digestListBytes : limits.evidenceBytes);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'A102',
    `${path} cannot be read: ${systemText(error)}`,
    'fix the disk or the permissions, then run again',
    error,
  );
}

/** The bytes of a new stamp. */
export interface NewStamp {
  readonly size: number;
  readonly checkpoint: Uint8Array;
  readonly response: Uint8Array;
  readonly evidence: Uint8Array;
}

/** Stores a stamp. The evidence record is written last: without it the stamp counts as incomplete. @throws LongplayError A107 */
export async function keepStamp(archive: { readonly dir: string }, { size, checkpoint, response, evidence }: NewStamp): Promise<void> {
  await makeFolderDurable(join(archive.dir, stampFolder));
  await writeDurable(join(archive.dir, stampFile(size, 'checkpoint')), checkpoint);
  await writeDurable(join(archive.dir, stampFile(size, 'tsr')), response);
  await writeDurable(join(archive.dir, stampFile(size, 'ers')), evidence);
}

/** Stores the list of digests that a renewal is about to cover. @throws LongplayError A107 */
export async function keepList(archive: { readonly dir: string }, size: number, digest: string, bytes: Uint8Array): Promise<void> {
  await writeDurable(join(archive.dir, listFile(size, digest)), bytes);
}

/** Replaces an evidence record by the renewed one. @throws LongplayError A107 */
export async function keepRenewal(archive: { readonly dir: string }, size: number, evidence: Uint8Array): Promise<void> {
  await writeDurable(join(archive.dir, stampFile(size, 'ers')), evidence);
}
