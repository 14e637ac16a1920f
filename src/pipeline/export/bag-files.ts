import { constants, type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { openFileReader, unreadable } from '../../source/read/file-reader.ts';
import type { Member } from '../../source/read/member.ts';
import { memberPieces, type Outcome } from '../../source/zip/member-bytes.ts';
import { listZip } from '../../source/zip/zip.ts';

/** The files of one bag, in a folder or in a zip whose single top folder is the bag. */
export interface BagFiles extends AsyncDisposable {
  /** Regular files by path relative to the bag, in code-point order. */
  readonly paths: readonly string[];
  /** Items that are not regular files with a unique name: links, devices, damaged members of a zip. */
  readonly odd: readonly { readonly path: string; readonly why: string }[];
  /** Yields a file of `paths` in chunks. @throws LongplayError S102 if the system cannot read it */
  pieces(path: string): AsyncIterable<Uint8Array>;
  /** Reads a whole file; null if it is absent or longer than `most` bytes. @throws LongplayError S102 */
  bytes(path: string, most: number): Promise<Buffer | null>;
}

/** Opens a bag. @throws LongplayError usage S101: nothing is at the path; C149: not a bag; S102 */
export async function openBagFiles(path: string, signal: AbortSignal): Promise<BagFiles> {
  const stat = lstatOf(path);
  return stat.isDirectory() ? folderFiles(path, signal) : await zipFiles(path, signal);
}

function lstatOf(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw new LongplayError('usage', 'S101', `${path} cannot be read: ${systemText(error)}`, 'name the folder or the zip of a hand-over', error);
  }
}

function listed(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function noBag(path: string): LongplayError {
  return new LongplayError(
    'usage',
    'C149',
    `${path} is neither a bag nor a zip of one`,
    'name the folder that contains bagit.txt, or the zip as it was handed over',
  );
}

function folderFiles(folder: string, signal: AbortSignal): BagFiles {
  const paths: string[] = [];
  const odd: { path: string; why: string }[] = [];
  const walk = (at: string): void => {
    signal.throwIfAborted();
    for (const entry of listed(join(folder, at))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) paths.push(path);
      else odd.push({ path, why: 'it is a link or another item that is not a regular file' });
    }
  };
  walk('');
  if (!paths.includes('bagit.txt')) throw noBag(folder);
  const pieces = async function* (path: string): AsyncGenerator<Uint8Array> {
    // If a link has replaced the file meanwhile, it is not followed.
    const file = join(folder, path);
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    try {
      const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, null).catch((error: unknown) => {
          throw unreadable(file, error);
        });
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  };
  return opened(paths, odd, pieces, async () => undefined);
}

async function zipFiles(file: string, signal: AbortSignal): Promise<BagFiles> {
  const reader = await openFileReader(file);
  try {
    const members = new Map<string, Member>();
    const odd: { path: string; why: string }[] = [];
    for await (const item of listZip(reader, signal)) {
      const name = item.text ?? (item.name === null ? '' : Buffer.from(item.name).toString('utf8'));
      if (item.kind === 'trouble') odd.push({ path: name, why: item.message });
      else if (members.has(name)) odd.push({ path: name, why: 'the zip contains two files of this name' });
      else members.set(name, item);
    }
    const [top] = [...members.keys()].filter((name) => /^[^/]+\/bagit\.txt$/.test(name)).map((name) => name.slice(0, -'bagit.txt'.length));
    if (top === undefined) throw noBag(file);
    const within = new Map<string, Member>();
    for (const [name, member] of members) {
      if (name.startsWith(top)) within.set(name.slice(top.length), member);
      else odd.push({ path: name, why: 'it is in the zip, outside of the bag' });
    }
    const pieces = async function* (path: string): AsyncGenerator<Uint8Array> {
      const member = within.get(path);
      const outcome: Outcome = { size: 0, damage: null };
      if (member !== undefined) yield* memberPieces(reader, member, outcome, signal);
    };
    return opened([...within.keys()], odd, pieces, () => reader.close());
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function opened(names: string[], odd: BagFiles['odd'], pieces: BagFiles['pieces'], close: () => Promise<void>): BagFiles {
  const paths = names.sort(byCodePoint);
  const known = new Set(paths);
  return {
    paths,
    odd,
    pieces,
    bytes: async (path, most) => {
      if (!known.has(path)) return null;
      const parts: Buffer[] = [];
      let size = 0;
      for await (const piece of pieces(path)) {
        size += piece.length;
        if (size > most) return null;
        parts.push(Buffer.from(piece));
      }
      return Buffer.concat(parts);
    },
    [Symbol.asyncDispose]: close,
  };
}
