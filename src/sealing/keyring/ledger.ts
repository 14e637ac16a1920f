import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { appendDurable, cannotWrite, syncFolder } from '../../archive/files/durable.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { damaged } from './domain-files.ts';
import { erasedSecret, type FileSecrets } from './page.ts';

// The list of erased secrets of one custody domain, `erased.jsonl`. The list only grows, and it takes precedence over every page.

/** Secrets that were erased. */
export interface Erased {
  readonly page: string;
  readonly cell: string;
  /** Names of files, sorted; null: the whole cell. */
  readonly names: readonly string[] | null;
  /** ISO time of the erasure. */
  readonly at: string;
}

/** Returns the path of the list. */
export function ledgerFile(folder: string): string {
  return join(folder, 'erased.jsonl');
}

/** Returns a text that identifies what was erased, regardless of the time. */
export function erasedKey({ page, cell, names }: Erased): string {
  return canonicalJson([page, cell, names]);
}

/** Reads the list. Ignores damaged lines and a last line that a crash cut short. Returns an empty list if the file does not exist. @throws system errors */
export function readLedger(folder: string): readonly Erased[] {
  let descriptor: number;
  try {
    descriptor = openSync(ledgerFile(folder), 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  try {
    if (fstatSync(descriptor).size > limits.keyringLedgerBytes) throw damaged(ledgerFile(folder));
    const text = readFileSync(descriptor, 'utf8');
    return text.split('\n').slice(0, -1).flatMap(erasedIn);
  } finally {
    closeSync(descriptor);
  }
}

function erasedIn(line: string): readonly Erased[] {
  try {
    const { page, cell, names, at } = JSON.parse(line) as Readonly<Record<string, unknown>>; // checked below
    const isNames = names === null || (Array.isArray(names) && names.every((name) => typeof name === 'string'));
    if (typeof page === 'string' && typeof cell === 'string' && typeof at === 'string' && isNames)
      return [{ page, cell, at, names: names as readonly string[] | null }]; // checked in this line
  } catch (error) {
    // `null` as a whole line has no members.
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  return [];
}

/** Appends lines durably. The keyring must be locked. @throws LongplayError A107 */
export async function appendLedger(folder: string, erased: readonly Erased[]): Promise<void> {
  if (erased.length === 0) return;
  const file = ledgerFile(folder);
  try {
    const handle = await open(file, 'a+', 0o600);
    try {
      const before = await handle.readFile('utf8');
      const begun = before === '' || before.endsWith('\n') ? '' : '\n';
      await appendDurable(handle, `${begun}${erased.map((line) => `${canonicalJson(line)}\n`).join('')}`);
    } finally {
      await handle.close();
    }
    await syncFolder(folder);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Names of a cell's files whose secrets are erased. */
export type ErasedNames = ReadonlySet<string> | 'all';

/** Erased names by page and cell. */
export type ErasedIndex = ReadonlyMap<string, ReadonlyMap<string, ErasedNames>>;

/** Joins lists into an index. */
export function indexErased(lists: Iterable<Erased>): ErasedIndex {
  const pages = new Map<string, Map<string, Set<string> | 'all'>>();
  for (const { page, cell, names } of lists) {
    const cells = pages.get(page) ?? new Map<string, Set<string> | 'all'>();
    pages.set(page, cells);
    const before = cells.get(cell);
    if (names === null) cells.set(cell, 'all');
    else if (before !== 'all') cells.set(cell, new Set([...(before ?? []), ...names]));
  }
  return pages;
}

/** Returns what remains of a cell's secrets after the erasures. */
export function withoutErased(secrets: FileSecrets | 'erased', erased: ErasedNames | undefined): FileSecrets | 'erased' {
  if (secrets === 'erased' || erased === undefined) return secrets;
  if (erased === 'all') return 'erased';
  const left = Object.entries(secrets).filter(([name]) => !erased.has(name));
  return left.length === 0 ? 'erased' : Object.fromEntries(left);
}

/** Returns the secrets of a cell after the erasures, with `erasedSecret` for each file that is erased. */
export function eraseNames(secrets: FileSecrets | 'erased', erased: ErasedNames | undefined): FileSecrets | 'erased' {
  const left = withoutErased(secrets, erased);
  if (left === 'erased' || erased === undefined || erased === 'all') return left;
  return { ...left, ...Object.fromEntries([...erased].map((name) => [name, erasedSecret])) };
}
