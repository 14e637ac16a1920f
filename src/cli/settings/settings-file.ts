import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { settingsName } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';

/** A value as written in a file. */
export interface Written {
  /** Command whose section has the value; null: the top of the file, for every command with such an option. */
  readonly section: string | null;
  readonly key: string;
  readonly value: unknown;
  /** Line from 1; null if it was not found, e.g. in an inline table. */
  readonly line: number | null;
}

/** A configuration file that was read. */
export interface SettingsFile {
  /** Absolute. */
  readonly path: string;
  /** Whose file it is. A file of `archive` is not trusted. */
  readonly of: 'system' | 'user' | 'LONGPLAY_CONFIG' | 'archive';
  readonly written: readonly Written[];
  /** Entries that are neither a value nor a section of values. */
  readonly strange: readonly Written[];
}

/**
 * Reads a file of the user or the system.
 * @returns null if there is none
 * @throws LongplayError U140 if it exists and cannot be read, I150 if it is not TOML
 */
export async function readOwnFile(path: string, of: 'system' | 'user' | 'LONGPLAY_CONFIG'): Promise<SettingsFile | null> {
  if (of !== 'LONGPLAY_CONFIG' && !isThere(path)) return null;
  return await readWritten(path, of, textOf(path));
}

/** Reads the file in an archive, with a limited size and without following links. @returns null if there is none @throws LongplayError U140, I150 */
export async function readArchiveFile(archive: string): Promise<SettingsFile | null> {
  const path = join(archive, settingsName);
  let bytes: Buffer;
  try {
    bytes = readTagFile(path, limits.settingsFileBytes);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return null;
    const why =
      systemCode(error) === 'EFBIG' ? `has more than ${limits.settingsFileBytes} bytes` : `cannot be read: ${systemCode(error) ?? errorText(error)}`;
    throw unreadable(path, why, error);
  }
  return await readWritten(path, 'archive', bytes.toString('utf8'));
}

/**
 * Returns true if there is a file at a path, following links; false also for a folder that may not be entered, e.g. a home folder under ProtectHome=
 * of systemd.
 */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemCode(error) === 'EACCES') return false;
    throw unreadable(path, `cannot be read: ${systemText(error)}`, error);
  }
}

/** Reads a file. It may be a link, as dotfiles often are; a pipe must not block. */
function textOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(path, `cannot be read: ${systemText(error)}`, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw unreadable(path, 'is not a file', null);
    if (stat.size > limits.settingsFileBytes) throw unreadable(path, agree`has ${stat.size} byte[s], more than ${limits.settingsFileBytes}`, null);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(path: string, why: string, cause: unknown): LongplayError {
  return new LongplayError(
    'usage',
    'U140',
    `the configuration file ${path} ${why}`,
    'correct or remove it, or set LONGPLAY_CONFIG=none to run without',
    cause,
  );
}

async function readWritten(path: string, of: SettingsFile['of'], text: string): Promise<SettingsFile> {
  // Loaded on demand: most runs have no such file.
  const { parseToml } = await import('../../../importers/mapping/read/toml.ts');
  const lines = linesOf(text);
  const written: Written[] = [];
  const strange: Written[] = [];
  const take = (section: string | null, key: string, value: unknown): void => {
    const one = { section, key, value, line: lines.get(JSON.stringify([section, key])) ?? null };
    (typeof value === 'object' ? strange : written).push(one);
  };
  for (const [key, value] of Object.entries(parseToml({ name: path, text }, 'docs/reference/configuration.md has examples'))) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date))
      for (const [inner, each] of Object.entries(value)) take(key, inner, each);
    else take(null, key, value);
  }
  return { path, of, written, strange };
}

/** Finds lines by section and key, because the TOML parser reports no positions. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let section: string | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const head = /^\s*\[\s*["']?([^\]"']*?)["']?\s*\]/.exec(line);
    const key = head === null ? /^\s*["']?([^=\s"']+)["']?\s*=/.exec(line)?.[1] : undefined;
    if (head !== null) section = head[1] ?? null;
    else if (key !== undefined) found.set(JSON.stringify([section, key]), index + 1);
  }
  return found;
}
