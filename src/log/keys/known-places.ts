import { readdir, readFile, realpath, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { logOrigin, parseCheckpoint } from '../tree/checkpoint.ts';
import { rememberedCheckpoint } from './key-store.ts';
import { readCheckpoint } from './vouching.ts';

// Which archive this machine knows at which path, stored beside its keys. If the wrong disk is mounted at a path, the archive on it may be perfectly
// intact.

/** An archive that was seen at a path. */
export interface SeenArchive {
  readonly id: string;
  /** Number of bags ever ingested into the archive according to its log, including deleted ones. A log only grows, and so does this number. */
  readonly bags: number;
}

/** What this machine knows about a path. */
interface KnownPlace extends SeenArchive {
  readonly path: string;
  /** True if the last checkpoint of the log was stored as well. */
  readonly hasCheckpoint: boolean;
  /** Years below `bags/` that were separate disks when an import saw them; absent: none. */
  readonly yearsApart?: readonly string[];
  /** Folder of the keyring that had the secrets of the archive when it was last seen; absent: none was seen. */
  readonly keyring?: string;
}

/** What a caller demands of the archive at a path. */
export interface PlaceDemands {
  readonly archiveId?: string;
  readonly minBags?: number;
}

function placeFile(keys: string, dir: string): string {
  return join(keys, 'places', `${sha256Hex(resolve(dir)).slice(0, 32)}.json`);
}

/**
 * Compares the archive at a path with what this machine knows about the path, and with the demands. Findings: L120 another archive; L121 fewer bags
 * than before; L122 the memory of its log is missing or damaged.
 * @param keys folder of this machine's keys and memory; null: no memory
 */
export async function placeFindings(keys: string | null, dir: string, seen: SeenArchive, demands: PlaceDemands = {}): Promise<Finding[]> {
  const known = keys === null ? null : await readPlace(keys, dir);
  if (known === 'damaged') return [finding('L122', '.', 'what this machine remembers of the archive at this path is damaged')];
  const wanted = demands.archiveId ?? known?.id ?? seen.id;
  if (wanted !== seen.id) return [finding('L120', '.', `archive ${seen.id} is at this path, but ${wanted} was expected`)];
  const found: Finding[] = [];
  const most = Math.max(demands.minBags ?? 0, known?.id === seen.id ? known.bags : 0);
  if (seen.bags < most) found.push(finding('L121', '.', agree`according to its log it has ${seen.bags} bag[s], but at least ${most} were expected`));
  if (keys !== null && known?.hasCheckpoint === true && known.id === seen.id && (await rememberedCheckpoint(keys, seen.id)) === null)
    found.push(finding('L122', '.', 'this machine had stored the state of its log, and that state is gone'));
  return found;
}

/** Refuses to write to another archive than the one whose bags this machine has seen at the path. @throws LongplayError incomplete L120 */
export async function refuseOtherArchive(keys: string, { dir, id }: { readonly dir: string; readonly id: string }): Promise<void> {
  const known = await readPlace(keys, dir);
  if (known === null || known === 'damaged' || known.id === id || known.bags === 0) return;
  throw new LongplayError(
    'incomplete',
    'L120',
    `archive ${id} is at ${dir}, but this machine knows archive ${known.id} there: nothing is written into it`,
    `mount the right disk, then run again; if it is there on purpose: longplay log remember ${dir}`,
  );
}

/**
 * Returns the warning L131 if the archive at the path is not the one whose bags this machine has seen there; otherwise null. Also null if no archive
 * can be opened: opening it reports why.
 */
export async function otherArchiveFinding(keys: string, dir: string): Promise<Finding | null> {
  const known = await readPlace(keys, dir);
  if (known === null || known === 'damaged' || known.bags === 0) return null;
  const id = await idAt(dir);
  if (id === null || id === known.id) return null;
  return finding('L131', resolve(dir), `this machine knows archive ${known.id} at this path, but archive ${id} is there: this run uses the latter`);
}

/**
 * Returns the warning L135 if the log of the archive at the path has fewer entries than this machine has seen; otherwise null. Also null if no archive can be
 * opened: opening it reports why. Reads one small file beside the archive's, so that every command can ask.
 */
export async function olderStateFinding(keys: string, dir: string): Promise<Finding | null> {
  const id = await idAt(dir);
  const seen = id === null ? null : parseCheckpoint((await rememberedCheckpoint(keys, id)) ?? '');
  if (seen === null) return null;
  const size = await logSizeAt(dir);
  if (size === null || size >= seen.size) return null;
  return finding(
    'L135',
    resolve(dir),
    agree`its log has ${size} entr[y|ies], and this machine has seen ${seen.size}: the archive is in an older state, and this run considers nothing that was recorded, held or erased since then; after a restore, bring the newer log back: longplay replica repair ARCHIVE; a replica that is behind follows with longplay replica sync ARCHIVE`,
  );
}

/** Returns the number of entries that the checkpoint of a log counts; null if the system cannot read it, which the command reports. */
async function logSizeAt(dir: string): Promise<number | null> {
  try {
    return (await readCheckpoint(dir)).checkpoint?.size ?? 0;
  } catch (error) {
    if (systemCode(error) === null && !(error instanceof LongplayError)) throw error;
    return null;
  }
}

/** Returns the id of the archive at a path; null if no archive can be opened there. */
async function idAt(dir: string): Promise<string | null> {
  try {
    return (await openArchive(dir, 'any-stage')).id;
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/**
 * Refuses to create an archive at a path where this machine has seen bags, e.g. because the disk of the archive is not mounted: once it is mounted,
 * it would hide the new files.
 * @param dir a folder without an archive
 * @throws LongplayError incomplete A102
 */
export async function refuseAwayArchive(keys: string, dir: string): Promise<void> {
  const known = await readPlace(keys, dir);
  if (known === null || known === 'damaged' || known.bags === 0) return;
  throw new LongplayError(
    'incomplete',
    'A102',
    `archive unreachable: this machine knows archive ${known.id} with ${known.bags === 1 ? '1 bag' : agree`${known.bags} bag[s]`} at ${dir}, but no archive is there`,
    `check that its disk is mounted, then run again; to make a new archive there: longplay log remember ${dir}`,
  );
}

/** Removes what this machine knows about a path. @returns the archive that it knew there; null: none */
export async function forgetPlace(keys: string, dir: string): Promise<SeenArchive | null> {
  const known = await readPlace(keys, dir);
  if (known === null) return null;
  await unlink(placeFile(keys, dir));
  return known === 'damaged' ? null : { id: known.id, bags: known.bags };
}

/** Stores which archive is at a path. Does nothing if the folder of keys cannot be written. */
export async function rememberPlace(keys: string, dir: string, { id, bags }: SeenArchive): Promise<void> {
  const years = await rememberedYears(keys, dir, id);
  const keyring = await rememberedKeyring(keys, dir, id);
  await keepPlace(keys, dir, {
    path: resolve(dir),
    id,
    bags,
    hasCheckpoint: (await rememberedCheckpoint(keys, id)) !== null,
    ...(years.length === 0 ? {} : { yearsApart: years }),
    ...(keyring === null ? {} : { keyring }),
  });
}

async function keepPlace(keys: string, dir: string, place: KnownPlace): Promise<void> {
  try {
    if (canonicalJson(await readPlace(keys, dir)) === canonicalJson(place)) return;
    await makeFolderDurable(join(keys, 'places'), 0o700);
    await writeDurable(placeFile(keys, dir), `${canonicalJson(place, 2)}\n`);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
  }
}

/** Returns the years of an archive at a path that were separate disks when an import last saw them; empty if nothing is stored. */
export async function rememberedYears(keys: string, dir: string, id: string): Promise<readonly string[]> {
  const known = await readPlace(keys, dir);
  return known === null || known === 'damaged' || known.id !== id ? [] : (known.yearsApart ?? []);
}

/** Stores these years for a known path. */
export async function rememberYears(keys: string, dir: string, id: string, years: readonly string[]): Promise<void> {
  const known = await readPlace(keys, dir);
  if (known === null || known === 'damaged' || known.id !== id) return;
  const { yearsApart: _before, ...place } = known;
  await keepPlace(keys, dir, years.length === 0 ? place : { ...place, yearsApart: years });
}

/** Returns the folder of the keyring that an archive at a path had when it was last seen; null: unknown. */
export async function rememberedKeyring(keys: string, dir: string, id: string): Promise<string | null> {
  const known = await readPlace(keys, dir);
  return known === null || known === 'damaged' || known.id !== id ? null : (known.keyring ?? null);
}

/** Stores the folder of the archive's keyring for a known path. */
export async function rememberKeyring(keys: string, dir: string, id: string, keyring: string): Promise<void> {
  const known = await readPlace(keys, dir);
  if (known === null || known === 'damaged' || known.id !== id) return;
  await keepPlace(keys, dir, { ...known, keyring });
}

/**
 * Returns another path at which this machine has seen an archive and where the archive still is, with its log; null: none is known. A copy without a
 * log, e.g. a replica that was never synchronised, must not begin a second log.
 */
export async function otherPlace(keys: string, dir: string, id: string): Promise<string | null> {
  const here = await realOf(dir);
  for (const place of await knownPlaces(keys)) {
    if (place.id !== id || (await realOf(place.path)) === here) continue;
    const { checkpoint } = await readCheckpoint(place.path);
    if (checkpoint?.origin === logOrigin(id)) return place.path;
  }
  return null;
}

/** Returns the paths at which this machine has seen archives, with the archives' ids, in a stable order. */
export async function knownPlaces(keys: string): Promise<readonly Pick<KnownPlace, 'path' | 'id'>[]> {
  const known: KnownPlace[] = [];
  for (const name of await namesIn(join(keys, 'places'))) {
    // An unreadable file names no path.
    const place = parsePlace((await readFile(join(keys, 'places', name), 'utf8').catch(() => '')).slice(0, limits.placeBytes));
    if (place !== 'damaged') known.push(place);
  }
  return known;
}

/** Returns the names of stored places; empty if there are none, or they cannot be read. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^[0-9a-f]{32}\.json$/.test(name)).sort();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}

/** Returns the path with links resolved; unchanged if it does not exist. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return resolve(path);
  }
}

async function readPlace(keys: string, dir: string): Promise<KnownPlace | 'damaged' | null> {
  let text: string;
  try {
    text = await readFile(placeFile(keys, dir), 'utf8');
  } catch (error) {
    // Nothing is known from files that are absent or belong to another user.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return null;
    throw error;
  }
  return parsePlace(text.slice(0, limits.placeBytes));
}

function parsePlace(text: string): KnownPlace | 'damaged' {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return 'damaged';
    const { path, id, bags, hasCheckpoint, yearsApart, keyring } = value as Record<string, unknown>; // an object whose members are unknown
    if (typeof path !== 'string' || typeof id !== 'string' || typeof bags !== 'number' || typeof hasCheckpoint !== 'boolean') return 'damaged';
    const years = Array.isArray(yearsApart) ? yearsApart.filter((year) => typeof year === 'string') : [];
    return {
      path,
      id,
      bags,
      hasCheckpoint,
      ...(years.length === 0 ? {} : { yearsApart: years }),
      ...(typeof keyring === 'string' ? { keyring } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged';
    throw error;
  }
}
