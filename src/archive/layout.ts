import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { agree } from '../core/base/agree.ts';
import { canonicalJson } from '../core/base/canonical-json.ts';
import { errorText, LongplayError, systemCode } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { limits } from '../core/base/limits.ts';
import { byCodePoint } from '../core/base/order.ts';
import { shellWord } from '../core/words/shell-word.ts';
import { sealingMethod } from './bag/info.ts';
import { readTagFile } from './bag/tag-file.ts';
import { archiveCheck } from './documents/archive-check.ts';
import { archiveReadme } from './documents/archive-readme.ts';
import { makeFolderDurable, temporaryPrefix, writeDurable, writeDurableNew } from './files/durable.ts';
import { adoptPermissions, archiveMode, restrictNew } from './files/permissions.ts';
import { readSealing } from './sealing-in-log.ts';

/**
 * Version of the layout that this program writes for open archives and, below, for sealed ones, whose recording ids cannot be computed without the keyring. The
 * program reads all versions up to the latter.
 */
export const archiveVersion = 1;
export const sealedArchiveVersion = 2;

/** Member of `sealing` in longplay.json while an open archive is being sealed. */
const stageMember = 'stage';
const underWay = 'under-way';

/** Name of the file that makes a folder an archive. */
export const markerName = 'longplay.json';
/** Name of the verifier in Python that every import writes beside the README. */
export const verifierName = 'check.py';
/** Name of the settings file that a user may put into an archive. It is not part of the archive. */
export const settingsName = 'longplay.toml';

/** An open archive on disk. */
export interface Archive {
  /** Absolute path. */
  readonly dir: string;
  /** Permanent id: a UUID of version 4. */
  readonly id: string;
  /**
   * Key of recording ids, 64 hexadecimal digits. Anybody who has it can test guesses at source keys, so it must never leave the archive. Null for a sealed
   * archive, whose keyring contains it.
   */
  readonly salt: string | null;
  /** Page of the keyring with the archive's own secrets, 32 hexadecimal digits; null if new bags are not sealed. */
  readonly page: string | null;
  /** True: the archive was open and is being sealed, so some of its bags may still be open. */
  readonly isBeingSealed: boolean;
  /** ISO time. */
  readonly createdAt: string;
  /** Settings of later versions, e.g. retention; empty in this version. */
  readonly policy: Readonly<Record<string, unknown>>;
}

/** Returns the page of an archive's own secrets; null if the archive is open, or if `longplay.json` is missing or unreadable. */
export async function sealingPage(dir: string): Promise<string | null> {
  try {
    return await markedPage(dir);
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/**
 * Returns the page like `sealingPage`, for an archive that may not be complete yet.
 * @throws LongplayError A102, A103, A104 if longplay.json is missing or unreadable, or says that a sealed archive is open whose page the log does not name
 */
export async function markedPage(dir: string): Promise<string | null> {
  const { archive, exchanged } = await readState(resolve(dir));
  if (exchanged !== null && archive.page === null) throw exchanged;
  return archive.page;
}

/**
 * Returns the page that `longplay.json` names, whatever the log says; for callers that have read the log.
 * @throws LongplayError A102, A103, A104 if longplay.json is missing or unreadable
 */
export async function pageInMarker(dir: string): Promise<string | null> {
  return (await readMarker(resolve(dir))).page;
}

/**
 * Refuses work that would write unencrypted data into a sealed archive.
 * @param what the refused work
 * @param hint what to do instead
 * @throws LongplayError usage K206
 */
export function refuseSealed({ page }: Pick<Archive, 'page'>, what: string, hint: string): void {
  if (page !== null) throw new LongplayError('usage', 'K206', `the archive is sealed: ${what}`, hint);
}

/** Creates the error for work that needs all bags of an archive to be sealed. */
export function beingSealed(dir: string): LongplayError {
  return new LongplayError('incomplete', 'K214', `the archive is being sealed: ${dir}`, `continue with: longplay seal ${shellWord(dir)}`);
}

/**
 * Returns the text that longplay.json of an open archive gets when the archive is sealed. It no longer contains the salt of the ids.
 * @param page of the keyring, with the archive's own secrets
 * @param stage `under-way`: some of its bags are still open
 */
export function sealedMarkerText(
  { id, createdAt, policy }: Pick<Archive, 'id' | 'createdAt' | 'policy'>,
  page: string,
  stage: 'under-way' | 'done',
): string {
  const sealing = { method: sealingMethod, page, ...(stage === 'done' ? {} : { [stageMember]: underWay }) };
  return `${canonicalJson({ format: 'longplay-archive', version: sealedArchiveVersion, id, sealing, createdAt, policy }, 2)}\n`;
}

/** Digests of files at the top of an archive, from the first entry of its log. */
export interface FixedFiles {
  readonly markerSha256: string;
  readonly readmeSha256: string;
  readonly verifierSha256: string;
}

/** Settings of a new archive. */
export interface NewArchive {
  /** ISO time. */
  readonly now: string;
  /** Page of the keyring with the archive's own secrets. Absent: the archive is open. */
  readonly page?: string;
  /** Key of recording ids, 64 hexadecimal digits, for an open archive that is to have the same ids as another. Absent: a new key is made. */
  readonly salt?: string;
  /** Begins the archive's log with the digests of the files that never change. May be called again after an interruption. */
  readonly beginLog: (archive: Archive, fixed: FixedFiles) => Promise<void>;
}

/**
 * Creates an archive in an absent or empty folder, or finishes one whose creation was interrupted. Opens the archive instead if another process has finished it
 * meanwhile. Other users cannot read the content: see `adoptPermissions`.
 * @throws LongplayError usage A101 if the folder has other content; incomplete if the system refuses.
 */
export async function createArchive(dir: string, options: NewArchive, signal: AbortSignal): Promise<Archive> {
  const root = resolve(dir);
  signal.throwIfAborted();
  await makeFolderDurable(root, archiveMode);
  const present = await namesIn(root);
  const alien = present.filter((name) => !isPartOfBeginning(name));
  const isOurs = present.includes(markerName) || present.every((name) => isBlank(root, name));
  if (alien.length > 0 || !isOurs) {
    // Another process that began at the same time may have finished the archive and be using it already.
    if (!isUnfinished(root)) return await openArchive(root);
    throw new LongplayError(
      'usage',
      'A101',
      `${root} is not empty and is not an archive: ${alien.length === 0 ? `it has no ${markerName}` : agree`it contains ${alien.length} other entr[y|ies]`}`,
      'name a new or empty folder, or an existing archive',
    );
  }
  if (present.includes(markerName)) adoptPermissions(root);
  else restrictNew(root);
  // Temporary files remain, because another process that is creating the archive may be writing them. The holder of the lock removes old ones. The marker comes
  // first: from then on an interrupted creation is recognised and can be finished. `bags` comes last: it is the sign of completeness.
  const marker = {
    format: 'longplay-archive',
    version: options.page === undefined ? archiveVersion : sealedArchiveVersion,
    id: randomUUID(),
    ...(options.page === undefined
      ? { salt: options.salt ?? randomBytes(32).toString('hex') }
      : { sealing: { method: sealingMethod, page: options.page } }),
    createdAt: options.now,
    policy: {},
  };
  await writeDurableNew(join(root, markerName), `${canonicalJson(marker, 2)}\n`);
  const archive = await readMarker(root);
  await writeDurable(join(root, 'README.txt'), archiveReadme);
  await writeDurable(join(root, verifierName), archiveCheck);
  await makeFolderDurable(join(root, 'log'));
  await options.beginLog(archive, {
    markerSha256: sha256Hex(await readFile(join(root, markerName))),
    readmeSha256: sha256Hex(archiveReadme),
    verifierSha256: sha256Hex(archiveCheck),
  });
  await makeFolderDurable(join(root, 'jobs'));
  await makeFolderDurable(join(root, 'bags'));
  return archive;
}

/** Folder that each file system of ext2 to ext4 has. `bags/` and years may be such file systems. */
export const freshDiskFolder = 'lost+found';

/** Returns true for names that a fresh disk contains, for unfinished files, and for settings that a user wrote before the first import. */
export function isIgnorable(name: string): boolean {
  return name === freshDiskFolder || name === settingsName || name.startsWith(temporaryPrefix);
}

/**
 * Returns true for what `isIgnorable` accepts, and for a `bags/` without bags and an empty `jobs/`: before the first import, separate disks may be mounted
 * there, or for years below `bags/`.
 */
function isBlank(root: string, name: string): boolean {
  return (
    isIgnorable(name) || (name === 'bags' && holdsNoBags(join(root, name))) || (name === 'jobs' && readdirSync(join(root, name)).every(isIgnorable))
  );
}

function holdsNoBags(bags: string): boolean {
  return readdirSync(bags, { withFileTypes: true }).every(
    (year) => isIgnorable(year.name) || (year.isDirectory() && readdirSync(join(bags, year.name)).every(isIgnorable)),
  );
}

/** Returns true if the folder contains neither an archive nor the beginning of one: it is absent or empty, or has other content. */
export function holdsNoArchive(dir: string): boolean {
  return !existsSync(join(dir, markerName));
}

/** Returns true if the creation of an archive was not begun or not finished. `bags` is created last, unless it existed before. */
export function isUnfinished(dir: string): boolean {
  const lacks = (name: string): boolean => !existsSync(join(dir, name));
  if (lacks(markerName) || lacks('bags')) return true;
  return lacks('jobs') && lacks('log/checkpoint') && holdsNoBags(join(dir, 'bags'));
}

function isPartOfBeginning(name: string): boolean {
  return isIgnorable(name) || ['README.txt', verifierName, markerName, 'log', 'jobs', 'bags'].includes(name);
}

/**
 * Opens an existing archive. Everything that this process creates from now on gets the permissions of the archive's folder: see `adoptPermissions`.
 * Every command that writes into an archive comes through here, so nothing is written in clear into a sealed archive whose longplay.json says that it is open.
 * @param at `any-stage`: also one that is being sealed; `as-marked`: also one that is sealed according to its log alone, for `seal`, which writes
 * longplay.json again
 * @throws LongplayError incomplete K214: it is being sealed, and this work needs sealed bags;
 * @throws LongplayError incomplete A102: absent, empty or unreadable, e.g. a disk that is not mounted; usage A100: not an archive;
 * usage A103: made by a newer version; incomplete A104: its longplay.json is damaged, or says that a sealed archive is open.
 */
export async function openArchive(dir: string, at: 'any-stage' | 'settled' | 'as-marked' = 'settled'): Promise<Archive> {
  const root = resolve(dir);
  let names: string[];
  try {
    names = await namesIn(root);
  } catch (error) {
    throw unreachable(root, `cannot be read: ${systemCode(error) ?? errorText(error)}`, error);
  }
  if (names.every(isIgnorable)) throw unreachable(root, 'is empty', undefined);
  if (!names.includes(markerName)) {
    throw new LongplayError(
      'usage',
      'A100',
      `${root} is not a longplay archive: it has no ${markerName}`,
      'name the folder that contains longplay.json and bags/',
    );
  }
  const archive = at === 'as-marked' ? await readMarker(root) : await readAgreed(root);
  if (archive.isBeingSealed && at === 'settled') throw beingSealed(root);
  adoptPermissions(root);
  if (!names.includes('bags')) {
    throw unreachable(
      root,
      'has longplay.json but no bags folder: its creation was interrupted, or the disk with the bags is not mounted',
      undefined,
    );
  }
  return archive;
}

export function unreachable(root: string, why: string, cause: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'A102',
    `archive unreachable: ${root} ${why}`,
    'check the path and that its disk is mounted, then run again',
    cause,
  );
}

/**
 * Returns what log and longplay.json together say about an archive whose longplay.json is an old one, for a verification, which reports that; null if they
 * agree.
 * @throws LongplayError as `openArchive` if longplay.json is missing or unreadable
 */
export async function sealedByLog(dir: string): Promise<Pick<Archive, 'id' | 'page' | 'isBeingSealed'> | null> {
  const { archive, exchanged } = await readState(resolve(dir));
  return exchanged === null ? null : archive;
}

/** Reads longplay.json, and the log if that says more about the sealing. @throws LongplayError A104 if the file says that a sealed archive is open */
async function readAgreed(root: string): Promise<Archive> {
  const { archive, exchanged } = await readState(root);
  if (exchanged !== null) throw exchanged;
  return archive;
}

/**
 * Reads longplay.json and, if that says that the archive is open, what the log says about its sealing: nothing makes a sealed archive open again, so the log
 * prevails. A sealing that was stopped before it wrote the file counts as begun.
 */
async function readState(root: string): Promise<{ readonly archive: Archive; readonly exchanged: LongplayError | null }> {
  const marked = await readMarker(root);
  if (marked.page !== null) return { archive: marked, exchanged: null };
  const logged = sealingOf(root);
  const stage = logged.stage();
  if (stage === null) return { archive: marked, exchanged: null };
  const page = logged.page();
  const archive = { ...marked, salt: null, page, isBeingSealed: stage === 'under-way' };
  return { archive, exchanged: stage === 'done' ? exchangedMarker(root, page) : null };
}

function sealingOf(root: string): ReturnType<typeof readSealing> {
  try {
    return readSealing(root);
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    throw unreachable(root, `has a log that cannot be read: ${code}`, error);
  }
}

/** Returns the error for a sealed archive with the longplay.json of before. @param page according to the log; null: nobody can write the right file again */
function exchangedMarker(root: string, page: string | null): LongplayError {
  const again = page === null ? '' : `longplay seal ${shellWord(root)} writes the right file again; or bring it back: `;
  return new LongplayError(
    'incomplete',
    'A104',
    `${join(root, markerName)} says that the archive is open, and the log records that it is sealed: an older file was put back, or the file was forged`,
    `${again}longplay replica repair ${shellWord(root)}`,
  );
}

async function readMarker(root: string): Promise<Archive> {
  const path = join(root, markerName);
  let value: unknown;
  try {
    value = JSON.parse(readTagFile(path, limits.archiveMarkerBytes).toString('utf8'));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTFILE' || code === 'ELOOP') throw damaged(path, 'it is not a regular file', error);
    if (code === 'EFBIG') throw damaged(path, `it has more than ${limits.archiveMarkerBytes} bytes`, error);
    if (code !== null) throw unreachable(root, `has a ${markerName} that cannot be read: ${code}`, error);
    throw damaged(path, errorText(error), error);
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'longplay-archive') {
    throw damaged(path, 'it does not describe itself as a longplay archive', undefined);
  }
  const version = 'version' in value ? value.version : null;
  if (typeof version === 'number' && version > sealedArchiveVersion) {
    throw new LongplayError(
      'usage',
      'A103',
      `${root} is an archive of version ${version}, this program supports versions up to ${sealedArchiveVersion}`,
      'use the longplay that wrote it, or a newer one',
    );
  }
  const id = 'id' in value ? value.id : null;
  const salt = 'salt' in value ? value.salt : null;
  const createdAt = 'createdAt' in value ? value.createdAt : null;
  const policy = 'policy' in value ? value.policy : {};
  if (version !== archiveVersion && version !== sealedArchiveVersion) throw damaged(path, 'its version is not a number from 1', undefined);
  const isSealed = version === sealedArchiveVersion;
  const page = 'sealing' in value ? pageIn(value.sealing) : null;
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw damaged(path, 'its id is not a UUID', undefined);
  if (!isSealed && (typeof salt !== 'string' || !/^[0-9a-f]{64}$/.test(salt)))
    throw damaged(path, 'its salt is not 64 hexadecimal digits', undefined);
  if (isSealed && page === null) throw damaged(path, 'it does not name the page of its secrets', undefined);
  if (typeof createdAt !== 'string') throw damaged(path, 'it has no createdAt', undefined);
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) throw damaged(path, 'its policy is not an object', undefined);
  return {
    dir: root,
    id,
    salt: isSealed || typeof salt !== 'string' ? null : salt,
    page: isSealed ? page : null,
    isBeingSealed: isSealed && 'sealing' in value && isUnderWay(value.sealing),
    createdAt,
    policy: { ...policy },
  };
}

/** Returns the page that the marker of a sealed archive names; null if it names another method or is malformed. */
function pageIn(sealing: unknown): string | null {
  if (typeof sealing !== 'object' || sealing === null || !('method' in sealing) || !('page' in sealing)) return null;
  const { method, page } = sealing;
  return method === sealingMethod && typeof page === 'string' && /^[0-9a-f]{32}$/.test(page) ? page : null;
}

function isUnderWay(sealing: unknown): boolean {
  return typeof sealing === 'object' && sealing !== null && stageMember in sealing && sealing[stageMember] === underWay;
}

function damaged(path: string, why: string, cause: unknown): LongplayError {
  return new LongplayError('incomplete', 'A104', `${path} is damaged: ${why}`, 'restore the file from a replica or a backup', cause);
}

async function namesIn(root: string): Promise<string[]> {
  return (await readdir(root)).sort(byCodePoint);
}
