import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LongplayError } from '../core/base/error.ts';
import { extension } from '../core/base/safe-path.ts';
import { unreadable } from './read/file-reader.ts';

interface Named {
  /** Name in messages and paths, unique among the given paths. */
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** A folder given by the user. */
export interface NamedFolder extends Named {
  readonly folder: true;
  readonly path: string;
}

/** A file given by the user. Its path is given as bytes if it is not UTF-8. */
export interface NamedFile extends Named {
  readonly folder: false;
  readonly path: string | Buffer;
}

export type NamedPath = NamedFolder | NamedFile;

/** Character that Node.js puts in place of bytes in a program's arguments that are not UTF-8. */
const replacement = '\ufffd';

/**
 * Resolves the given paths, following links, and gives each a unique name. A path with bytes that are not UTF-8 reaches the program as text with U+FFFD in
 * place of these bytes. The files that match the text are looked up, and the n-th path with the same text means the n-th of these files.
 * @param passOver true: such a path that matches nothing is listed in `lost`, if at least one other path exists
 * @throws LongplayError S101, S102, S106
 */
export async function namedPaths(paths: readonly string[], passOver: boolean): Promise<{ readonly named: NamedPath[]; readonly lost: string[] }> {
  if (paths.length === 0) throw new LongplayError('usage', 'S101', 'no source was named', 'name a folder, a file or a container');
  const named: NamedPath[] = [];
  const lost: string[] = [];
  const seen = new Set<string>();
  const names = new Set<string>();
  const asked = new Map<string, number>();
  let first: unknown = null;
  for (const given of paths) {
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
    if (seen.has(key)) throw new LongplayError('usage', 'S106', `${given} is named twice`, 'name it once');
    seen.add(key);
    const base = basename(resolve(given)) || 'root';
    let name = base;
    for (let number = 2; names.has(name); number++) name = numbered(base, number, stats.isDirectory());
    names.add(name);
    const common = { name, size: stats.size, modifiedMs: stats.mtimeMs };
    if (!stats.isDirectory()) named.push({ ...common, folder: false, path });
    else if (typeof path === 'string') named.push({ ...common, folder: true, path });
    else throw new LongplayError('usage', 'S101', `the path of the folder ${given} is not UTF-8`, 'name the folder above it, or rename it');
  }
  if (named.length === 0) throw first;
  return { named, lost };
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
