import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LongplayError } from '../core/base/error.ts';
import { extension } from '../core/base/safe-path.ts';
import { isObjectAddress, parseAddress } from '../objects/address.ts';
import { type FoundObjects, findObjects } from './objects/find-objects.ts';
import type { ObjectFolder } from './objects/remote-file.ts';
import type { Stores } from './objects/stores.ts';
import { unreadable } from './read/file-reader.ts';

interface Named {
  /** Name in messages and paths, unique among the given paths. */
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** A folder given by the user. */
export interface NamedFolder extends Named {
  readonly kind: 'folder';
  readonly path: string;
}

/** A file given by the user. Its path is given as bytes if it is not UTF-8. */
export interface NamedFile extends Named {
  readonly kind: 'file';
  readonly path: string | Buffer;
}

/** A bucket, or a part of one, given by the user. */
export interface NamedObjects extends Named {
  readonly kind: 'objects';
  readonly folder: ObjectFolder;
}

/** An object given by the user. */
export interface NamedObject extends Named {
  readonly kind: 'object';
  readonly folder: ObjectFolder;
  /** Key without that of its folder. */
  readonly relative: string;
  readonly etag: string;
}

export type NamedPath = NamedFolder | NamedFile | NamedObjects | NamedObject;

/** Character that Node.js puts in place of bytes in a program's arguments that are not UTF-8. */
const replacement = '\ufffd';

/**
 * Resolves the given paths, following links, and gives each a unique name. A path with bytes that are not UTF-8 reaches the program as text with U+FFFD in
 * place of these bytes. The files that match the text are looked up, and the n-th path with the same text means the n-th of these files.
 * @param passOver true: such a path that matches nothing is listed in `lost`, if at least one other path exists
 * @param stores opens the object store; null: addresses in object stores are refused
 * @throws LongplayError S101, S102, S106; for object stores also S160 to S166
 */
export async function namedPaths(
  paths: readonly string[],
  { passOver, stores }: { readonly passOver: boolean; readonly stores: Stores | null },
  signal: AbortSignal,
): Promise<{ readonly named: NamedPath[]; readonly lost: string[] }> {
  if (paths.length === 0) throw new LongplayError('usage', 'S101', 'no source was named', 'name a folder, a file or a container');
  const named: NamedPath[] = [];
  const lost: string[] = [];
  const seen = new Set<string>();
  const names = new Set<string>();
  const asked = new Map<string, number>();
  let first: unknown = null;
  /** Returns a base name, or its first numbered form that no other source has. */
  const ownName = (base: string, isFolder: boolean): string => {
    let name = base;
    for (let number = 2; names.has(name); number++) name = numbered(base, number, isFolder);
    names.add(name);
    return name;
  };
  const once = (key: string, given: string): void => {
    if (seen.has(key)) throw new LongplayError('usage', 'S106', `${given} is named twice`, 'name it once');
    seen.add(key);
  };
  for (const given of paths) {
    if (isObjectAddress(given)) {
      if (stores === null)
        throw new LongplayError(
          'usage',
          'S165',
          `${given} is in an object store, which --follow does not read`,
          'import it repeatedly, without --follow',
        );
      const found = await findObjects(await stores.open(), parseAddress(given), signal);
      once(found.address, given);
      named.push(namedObjects(found, ownName(found.base, found.object === null)));
      continue;
    }
    const nth = asked.get(given) ?? 0;
    asked.set(given, nth + 1);
    let found: Awaited<ReturnType<typeof lookUp>>;
    try {
      found = await lookUp(given, nth);
    } catch (error) {
      const refused = error instanceof LongplayError ? error : unreadable(given, error);
      if (!passOver || !given.includes(replacement) || error instanceof LongplayError || refused.code !== 'S101') throw refused;
      first ??= refused;
      lost.push(given);
      continue;
    }
    const { path, stats } = found;
    const key = typeof path === 'string' ? path : `\0${path.toString('latin1')}`;
    once(key, given);
    const name = ownName(basename(resolve(given)) || 'root', stats.isDirectory());
    const common = { name, size: stats.size, modifiedMs: stats.mtimeMs };
    if (!stats.isDirectory()) named.push({ ...common, kind: 'file', path });
    else if (typeof path === 'string') named.push({ ...common, kind: 'folder', path });
    else throw new LongplayError('usage', 'S101', `the path of the folder ${given} is not UTF-8`, 'name the folder above it, or rename it');
  }
  if (named.length === 0) throw first;
  return { named, lost };
}

function namedObjects({ folder, object }: FoundObjects, name: string): NamedObjects | NamedObject {
  if (object === null) return { kind: 'objects', name, folder, size: 0, modifiedMs: Number.NaN };
  const { relative, size, etag, modifiedMs } = object;
  return { kind: 'object', name, folder, relative, etag, size, modifiedMs: modifiedMs ?? Number.NaN };
}

async function lookUp(given: string, nth: number) {
  let path: string | Buffer;
  try {
    path = await realpath(given);
  } catch (error) {
    const meant = given.includes(replacement) ? (await standFor(given))[nth] : undefined;
    if (meant === undefined) throw error;
    path = meant;
  }
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new LongplayError('usage', 'S101', `${given} is neither a file nor a folder`, 'name a folder, a file or a container');
  }
  return { path, stats };
}

/** Returns the files and folders whose paths become this text when decoded, in byte order. */
async function standFor(given: string): Promise<Buffer[]> {
  let above: Buffer[] = [Buffer.from('/')];
  for (const part of resolve(given)
    .split('/')
    .filter((one) => one !== '')) {
    const next: Buffer[] = [];
    for (const folder of above) {
      const names = part.includes(replacement) ? await namesLike(folder, part) : [Buffer.from(part)];
      for (const name of names) next.push(Buffer.concat([folder, folder.length > 1 ? Buffer.from('/') : Buffer.alloc(0), name]));
    }
    above = next;
  }
  return above;
}

async function namesLike(folder: Buffer, text: string): Promise<Buffer[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch((): Buffer[] => []);
  return names.filter((name) => name.toString('utf8') === text).sort(Buffer.compare);
}

/** Returns a numbered form of a base name, e.g. `b (2)`. The number precedes the extension, which identifies headerless audio. */
function numbered(base: string, number: number, folder: boolean): string {
  const tail = folder ? '' : extension(base);
  return `${base.slice(0, base.length - tail.length)} (${number})${tail}`;
}
