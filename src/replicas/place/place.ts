import { existsSync, type Stats, statSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { listBags } from '../../archive/bag-folders.ts';
import { makeFolderDurable, temporaryPrefix, writeDurable } from '../../archive/files/durable.ts';
import { type Archive, openArchive, settingsName, verifierName } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { nameFault, primaryName, type Replica } from '../../log/read/replica-register.ts';
import type { CopiesMemory } from './memory.ts';

/** A copy of the archive: the primary or a replica. */
export interface Copy {
  /** `primary`, or the replica's name. */
  readonly name: string;
  /** Absolute path. */
  readonly dir: string;
}

/** An archive as the source of its replicas. */
export interface PrimaryCopy extends Copy {
  readonly id: string;
  /** True: nothing of the archive may be in clear, nor of a replica that owes no sealing. */
  readonly isSealed: boolean;
}

/** Result of examining a replica's folder. Unreachable never means damaged: nothing is known about the copy then. */
export type Place =
  | { readonly reachable: true; readonly copy: Copy; readonly stat: Stats }
  | { readonly reachable: false; readonly name: string; readonly path: string; readonly why: string };

/** How a replica is distinguished from a folder that only resembles it. */
export interface ReplicaCriteria {
  readonly archiveId: string | null;
  /** Folder of the archive itself, which cannot be its own replica. */
  readonly archiveDir: string;
  readonly memory: CopiesMemory;
  /** True if the user declared that an empty `bags/` is a loss and not an unmounted disk. */
  readonly emptyIsLost?: boolean;
}

/** Checks that a replica's folder exists and is a copy of this archive. */
export async function placeOf(replica: Pick<Replica, 'name' | 'path'>, looking: ReplicaCriteria, signal: AbortSignal): Promise<Place> {
  const { name, path } = replica;
  const away = (why: string): Place => ({ reachable: false, name, path, why });
  let found: Stats;
  let names: string[];
  try {
    found = await stat(path);
    if (!found.isDirectory()) return away('is not a folder');
    names = await readdir(path);
  } catch (error) {
    return away(`cannot be read: ${codeOrThrow(error)}`);
  }
  for (const own of ['', 'bags'])
    if (isSameFolder(join(path, own), join(looking.archiveDir, own)))
      return away(`is no copy: ${own === '' ? 'it' : `its ${own} folder`} is that of the archive itself, by a link or a mount`);
  if (names.every(isIgnorable)) return away('is empty, e.g. because its disk is not mounted');
  const id = await idOf(path);
  if (id.kind === 'away') return away(id.why);
  const other = id.kind === 'known' && looking.archiveId !== null && id.id !== looking.archiveId;
  // A flipped bit may change an id into another one, so the log of the copy decides.
  if (other && (await loggedId(path, signal)) !== looking.archiveId)
    return away(`belongs to another archive: its id is ${id.id}, not ${looking.archiveId}`);
  if (!names.includes('bags')) {
    if (looking.emptyIsLost !== true) return away('has no bags folder: its creation was interrupted, or the disk with the bags is not mounted');
  } else {
    const bags = await bagNames(path);
    if (typeof bags === 'string') return away(bags);
    if (id.kind === 'unknown' && !(await saysOurs(path, looking, bags, signal)))
      return away('has no readable longplay.json, and nothing else in it shows that it is a copy of this archive');
    const held = [...looking.memory.histories.bags.keys()].filter((bag) => looking.memory.held(name, bag)).length;
    if (held > 0 && looking.emptyIsLost !== true && (await readdir(join(path, 'bags'))).every(isIgnorable))
      return away(agree`has an empty bags folder, but the log names ${held} bag[s] that it held: its disk may not be mounted`);
  }
  return { reachable: true, copy: { name, dir: path }, stat: found };
}

/** Returns true if both paths lead to the same folder. Returns false if one cannot be examined; that is reported elsewhere. */
function isSameFolder(a: string, b: string): boolean {
  try {
    const [one, other] = [statSync(a, { bigint: true }), statSync(b, { bigint: true })];
    return one.dev === other.dev && one.ino === other.ino;
  } catch (error) {
    codeOrThrow(error);
    return false;
  }
}

function isIgnorable(name: string): boolean {
  return name === 'lost+found' || name === settingsName || name.startsWith(temporaryPrefix) || name.startsWith('.lock');
}

type Id = { readonly kind: 'known'; readonly id: string } | { readonly kind: 'unknown' } | { readonly kind: 'away'; readonly why: string };

async function idOf(path: string): Promise<Id> {
  try {
    return { kind: 'known', id: (await openArchive(path, 'any-stage')).id };
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    if (error.code === 'A103') return { kind: 'away', why: error.message.slice(path.length + 1) };
    // A100 and A104: longplay.json is missing or damaged. A102: longplay.json was read, but bags/ is missing.
    return { kind: 'unknown' };
  }
}

async function bagNames(path: string): Promise<string[] | string> {
  try {
    const names: string[] = [];
    for await (const bag of listBags({ dir: path })) names.push(bag.name);
    return names;
  } catch (error) {
    if (error instanceof LongplayError) return `cannot be listed: ${errorText(error.cause ?? error)}`;
    throw error;
  }
}

/** Returns true if a folder without longplay.json is a copy of this archive: its log decides or, without a log, its bags. */
async function saysOurs(path: string, looking: ReplicaCriteria, bags: readonly string[], signal: AbortSignal): Promise<boolean> {
  const logged = await loggedId(path, signal);
  if (logged !== null && looking.archiveId !== null) return logged === looking.archiveId;
  return bags.some((bag) => looking.memory.histories.bags.has(bag));
}

/** Returns the archive id from the first entry of a copy's log; null if that entry is lost. */
async function loggedId(path: string, signal: AbortSignal): Promise<string | null> {
  for await (const item of loggedEntries({ dir: path, id: null }, null, signal))
    if (item.type === 'archive-created') return typeof item.detail.archive === 'string' ? item.detail.archive : null;
  return null;
}

/** Returns the code of a system error; rethrows anything else. */
function codeOrThrow(error: unknown): string {
  const code = systemCode(error);
  if (code === null) throw error;
  return code;
}

/** Returns the error for an unreachable replica. */
export function unreachable({ name, path, why }: Extract<Place, { reachable: false }>): LongplayError {
  return new LongplayError(
    'incomplete',
    'R101',
    `replica ${name} is unreachable: ${path} ${why}`,
    'mount its disk or fix the path, then run again; `longplay replica move` registers a new path',
  );
}

/**
 * Creates the folder of a new replica: a copy of longplay.json, README.txt and the verifier, and an empty bags/. An existing copy of this archive is used
 * unchanged. The first sync copies the rest. Until the folder exists, an empty one at that path counts as an unmounted disk.
 * @throws LongplayError usage R100, R102, R103, R105, R106
 */
export async function createReplica(
  archive: Archive,
  replica: Replica,
  memory: CopiesMemory,
  isMove: boolean,
  signal: AbortSignal,
): Promise<'made' | 'there'> {
  const { name, path } = replica;
  const fault = nameFault(name);
  if (fault !== null) throw usage('R100', `a replica cannot be called '${name}': ${fault}`, 'give another name');
  const known = memory.replicas.get(name);
  if (!isMove && known !== undefined)
    throw usage('R103', `a replica named ${name} is already registered, at ${known.path}`, 'give another name, or `longplay replica move` it');
  await keepApart(archive.dir, path, memory, name);
  const names = await namesIn(path);
  const begun = new Set(['longplay.json', 'README.txt', verifierName, 'bags']);
  if (names.every((one) => isIgnorable(one) || begun.has(one)) && (names.includes('longplay.json') || names.every(isIgnorable))) {
    if (names.includes('longplay.json')) {
      const id = await idOf(path);
      if (id.kind === 'known' && id.id === archive.id) return 'there';
      if (names.includes('bags') || !(await isOurMarker(archive, path))) throw alien(path, id);
    }
    if (isMove) throw usage('R105', `${path} holds no copy of this archive`, 'move the replica there first, or add a new one and sync it');
    signal.throwIfAborted();
    await makeFolderDurable(path);
    // longplay.json comes first, because it marks the folder as this archive's; `bags` comes last, because it marks the folder as complete.
    const verifier = existsSync(join(archive.dir, verifierName)) ? [verifierName] : [];
    for (const file of ['longplay.json', 'README.txt', ...verifier]) await writeDurable(join(path, file), await readFile(join(archive.dir, file)));
    await makeFolderDurable(join(path, 'bags'));
    return 'made';
  }
  const place = await placeOf(replica, { archiveId: archive.id, archiveDir: archive.dir, memory }, signal);
  if (place.reachable) return 'there';
  throw alien(path, await idOf(path), place.why);
}

async function isOurMarker(archive: Archive, path: string): Promise<boolean> {
  return (await readFile(join(path, 'longplay.json'))).equals(await readFile(join(archive.dir, 'longplay.json')));
}

function alien(path: string, id: Id, why = ''): LongplayError {
  if (id.kind === 'known')
    return usage('R102', `${path} belongs to another archive, ${id.id}`, 'name a new or empty folder, or a copy of this archive');
  return usage(
    'R105',
    `${path} ${why === '' ? 'holds something that is not a copy of this archive' : why}`,
    'name a new or empty folder, or a copy of this archive',
  );
}

/** Refuses a replica that is inside the archive, contains it, or overlaps another replica. */
async function keepApart(archiveDir: string, path: string, memory: CopiesMemory, name: string): Promise<void> {
  const own = await realOrSelf(path);
  const others = [...memory.replicas.values()].filter((one) => one.name !== name);
  for (const { called, dir } of [
    { called: 'the archive itself', dir: archiveDir },
    ...others.map((one) => ({ called: `replica ${one.name}`, dir: one.path })),
  ]) {
    const other = await realOrSelf(dir);
    if (own === other) throw usage('R105', `${path} is the folder of ${called}`, 'a replica needs a folder of its own, preferably on another disk');
    if (own.startsWith(other + sep) || other.startsWith(own + sep))
      throw usage(
        'R105',
        `one of ${path} and ${dir}, the folder of ${called}, is inside the other`,
        'a replica needs a folder of its own, preferably on another disk',
      );
  }
}

async function realOrSelf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    codeOrThrow(error);
    try {
      return join(await realpath(dirname(path)), basename(path));
    } catch (parentError) {
      codeOrThrow(parentError);
      return resolve(path);
    }
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const code = codeOrThrow(error);
    if (code === 'ENOENT') {
      const parent = await stat(dirname(path)).catch(() => null);
      // A missing parent is a typing error or an unmounted disk; a copy on the wrong disk would be useless.
      if (parent?.isDirectory() !== true)
        throw usage('R106', `${path} cannot be created: ${dirname(path)} does not exist`, 'mount the disk, or create the parent folder');
      return [];
    }
    throw usage('R105', `${path} cannot be used: ${code}`, 'name a new or empty folder, or a copy of this archive');
  }
}

function usage(code: FindingCode, message: string, hint: string): LongplayError {
  return new LongplayError('usage', code, message, hint);
}

/** Returns the archive itself as one of its copies. */
export function primaryCopy(dir: string): Copy {
  return { name: primaryName, dir };
}

/**
 * Remembers the folders of the copies, and returns a check that each is still there and on the same disk. Without this check, everything on a disk that becomes
 * unreachable during the work would seem lost.
 */
export function watchCopies(copies: readonly Copy[]): (copy: Copy) => void {
  const marks = new Map(copies.map((copy) => [copy.name, markOf(copy)]));
  return (copy) => {
    if (marks.get(copy.name) === markOf(copy)) return;
    throw new LongplayError(
      'incomplete',
      'R101',
      `${copy.name === primaryName ? 'the archive' : `replica ${copy.name}`} became unreachable: ${copy.dir} is no longer the folder that it was at the start`,
      'check whether its disk is mounted, then run again',
    );
  };
}

function markOf({ dir }: Copy): string {
  const mark = (path: string): string => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '-' : `${stat.dev}:${stat.ino}`;
  };
  return `${mark(dir)} ${mark(join(dir, 'bags'))}`;
}
