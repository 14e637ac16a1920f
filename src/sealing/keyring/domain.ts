import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { appendDurable, cannotWrite, writeDurable, writeDurableNew } from '../../archive/files/durable.ts';
import { systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type DomainDescription, damaged, domainFile, keysFile, otherCopy, pageFile, pagesFolder, readDomain, unreachable } from './domain-files.ts';
import { type Erased, type ErasedIndex, type ErasedNames, indexErased, ledgerFile, readLedger } from './ledger.ts';
import { keyBytes, type OpenPage, openPage, type PageContent, PageDamage, sealPage } from './page.ts';
import { type Root, readWrappedKeys, recordBytes, unwrapPageKey, type WrappedKey, wrapPageKey } from './page-keys.ts';
import { noAccess, type OpenedRoot, type RootAccess, readFileRoot, readRoot } from './root.ts';
import type { RootPlace } from './root-place.ts';

/** A page as it is stored, with the key that opens it. */
export interface StoredPage {
  readonly page: string;
  readonly generation: number;
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Number of hexadecimal digits of the digest that identifies a root. */
const checkChars = 32;

/** Encrypts a page under a new random key. */
export function newPage(content: PageContent): StoredPage {
  const key = randomBytes(keyBytes);
  return { page: content.page, generation: content.generation, key, bytes: sealPage(key, content) };
}

/** Returns the digest that identifies a root. */
export function checkOf({ keyring, domain, number, key }: Omit<Root, 'recipient'>): string {
  return createHmac('sha256', key).update(`longplay-keyring-root-v1\n${keyring}\n${domain}\n${number}`).digest('hex').slice(0, checkChars);
}

/**
 * One custody domain: a folder with all pages, and the page keys wrapped by a root of its own. Reads nothing before it is needed. Never uses keys of a root
 * that is no longer in force: each method first looks whether another run has put a new root in force.
 */
export class Domain {
  readonly name: string;
  readonly folder: string;
  readonly #keyring: string;
  #seen: { readonly state: string; readonly description: DomainDescription } | null = null;
  #root: Root | null = null;
  #keys: { readonly file: string; readonly ino: number; readonly end: number; readonly found: Map<string, WrappedKey> } | null = null;
  #ledger: { readonly state: string; readonly lines: readonly Erased[]; readonly index: ErasedIndex } | null = null;
  readonly #pages = new Map<string, OpenPage>();

  constructor(name: string, folder: string, keyring: string) {
    this.name = name;
    this.folder = folder;
    this.#keyring = keyring;
  }

  /** Returns the description in force, and discards what belonged to an older root. @throws LongplayError K104, K103 */
  describe(): DomainDescription {
    const { name, folder } = this;
    statOf(domainFile(folder), name);
    const state = stateText(domainFile(folder));
    if (this.#seen?.state === state) return this.#seen.description;
    const description = readDomain(folder, name);
    if (description.keyring === this.#keyring && description.domain !== name) throw otherCopy(name, folder, description.domain);
    if (description.keyring !== this.#keyring)
      throw unreachable(name, `${folder} holds copy ${description.domain} of keyring ${description.keyring.slice(0, 8)}`);
    const before = this.#seen?.description;
    if (before !== undefined && (before.root !== description.root || before.check !== description.check)) this.#forget();
    this.#seen = { state, description };
    return description;
  }

  /** Returns the root if it is open. @throws as `describe` */
  root(): Root | null {
    this.describe();
    return this.#root;
  }

  /** Returns the place of the root in force. @throws as `describe` */
  place(): RootPlace {
    return { keyring: this.#keyring, domain: this.name, number: this.describe().root, folder: this.folder };
  }

  /** Opens the root from its bytes; returns false if they are not the root in force. */
  unlockBy({ key, recipient }: OpenedRoot): boolean {
    const { root: number, check } = this.describe();
    const candidate: Root = { keyring: this.#keyring, domain: this.name, number, key: Uint8Array.from(key), recipient };
    const isRoot = check.length === checkChars && timingSafeEqual(Buffer.from(checkOf(candidate)), Buffer.from(check));
    if (isRoot) this.#root = candidate;
    return isRoot;
  }

  /** Opens the root, unless it is open. @throws LongplayError K102, K104, K106, K107 */
  async unlock(access: RootAccess, signal: AbortSignal): Promise<Root> {
    const description = this.describe();
    return this.#root ?? this.#accepted(await readRoot(this.place(), description.kind, access, signal));
  }

  /** Opens the root if a file of the domain itself keeps it; otherwise returns null. @throws as `unlock` */
  unlockNow(): Root | null {
    const description = this.describe();
    if (this.#root !== null) return this.#root;
    const key = readFileRoot(this.place(), description.kind);
    return key === null ? null : this.#accepted({ key, recipient: null });
  }

  /** Returns the wrapped page keys, by page. @throws LongplayError K104, K103 */
  keys(): ReadonlyMap<string, WrappedKey> {
    const file = keysFile(this.folder, this.describe().root);
    const { ino, size } = statOf(file, this.name);
    if (size > limits.keyringKeysBytes) throw damaged(file);
    let known = this.#keys;
    // Only the appended records are read, unless the file was replaced.
    if (known === null || known.file !== file || known.ino !== ino || size < known.end) known = { file, ino, end: 0, found: new Map() };
    if (size - known.end >= recordBytes) known = { ...known, end: readWrappedKeys(file, known.end, known.found) };
    this.#keys = known;
    return known.found;
  }

  /** Returns the pages of which the domain has a key but no file. @throws LongplayError K104, K103 */
  absent(): ReadonlySet<string> {
    const files = new Set(filesIn(pagesFolder(this.folder), this.name));
    const missing = [...this.keys()].filter(([page, { generation }]) => !files.has(basename(pageFile(this.folder, page, generation))));
    // Another run may have added or replaced a page since its folder was listed.
    const isAbsent = (page: string): boolean => {
      const wrapped = this.keys().get(page);
      return wrapped !== undefined && !existsSync(pageFile(this.folder, page, wrapped.generation));
    };
    return new Set(missing.map(([page]) => page).filter(isAbsent));
  }

  /** Returns the key and the bytes of a page; null if the domain does not have the page. The root must be open. @throws PageDamage */
  stored(page: string): StoredPage | null {
    const wrapped = this.keys().get(page);
    if (wrapped === undefined) return null;
    if (this.#root === null) throw noAccess(this.name, 'it was not opened');
    const key = unwrapPageKey(this.#root, page, wrapped);
    if (key === null) throw new PageDamage('its wrapped key is damaged');
    const { generation } = wrapped;
    return { page, generation, key, bytes: readPage(pageFile(this.folder, page, generation)) };
  }

  /** Returns the key of a page; null if its root is not open, or if the domain has no intact key of the page. */
  keyOf(page: string): Uint8Array | null {
    const wrapped = this.keys().get(page);
    return wrapped === undefined || this.#root === null ? null : unwrapPageKey(this.#root, page, wrapped);
  }

  /** Returns the generation and the bytes of a page, unchecked; null if the domain does not know the page. No root is needed. @throws PageDamage */
  bytesOf(page: string): Pick<StoredPage, 'generation' | 'bytes'> | null {
    const wrapped = this.keys().get(page);
    return wrapped === undefined ? null : { generation: wrapped.generation, bytes: readPage(pageFile(this.folder, page, wrapped.generation)) };
  }

  /** Returns a page; null if the domain does not have it. The root must be open. @throws PageDamage */
  page(wanted: string): OpenPage | null {
    const wrapped = this.keys().get(wanted);
    if (wrapped === undefined) return null;
    const known = this.#pages.get(wanted);
    if (known !== undefined && known.generation === wrapped.generation) return kept(this.#pages, wanted, known);
    const found = this.stored(wanted);
    return found === null ? null : kept(this.#pages, wanted, openPage(found.key, wanted, found.generation, found.bytes));
  }

  /** Adds a page durably, then reads it back and compares it. The keyring must be locked and the root open. @throws LongplayError A107, K103 */
  async add(added: StoredPage): Promise<void> {
    const root = this.root();
    if (root === null) throw noAccess(this.name, 'it was not opened');
    await writePage(this.folder, added);
    await appendKey(keysFile(this.folder, root.number), wrapPageKey(root, added.page, added.generation, added.key));
    // The page is acknowledged only if it opens through the stored wrapped key.
    const again = intact(() => this.stored(added.page));
    if (again?.generation !== added.generation || Buffer.compare(again.key, added.key) !== 0 || Buffer.compare(again.bytes, added.bytes) !== 0)
      throw damaged(pageFile(this.folder, added.page, added.generation));
    again.key.fill(0);
  }

  /** Returns the list of erased cells. @throws LongplayError K103, system errors */
  erased(): readonly Erased[] {
    return this.#erasedNow().lines;
  }

  /** Returns which names of a cell the domain's list says are erased. @throws as `erased` */
  erasedOf(page: string, cell: string): ErasedNames | undefined {
    return this.erasedIn(page)?.get(cell);
  }

  /** Returns the names that the domain's list says are erased, by cell of a page. @throws as `erased` */
  erasedIn(page: string): ReadonlyMap<string, ErasedNames> | undefined {
    return this.#erasedNow().index.get(page);
  }

  /** Drops all keys from memory. */
  close(): void {
    this.#forget();
    this.#seen = null;
  }

  #erasedNow(): { readonly lines: readonly Erased[]; readonly index: ErasedIndex } {
    const state = stateText(ledgerFile(this.folder));
    if (this.#ledger?.state === state) return this.#ledger;
    const lines = readLedger(this.folder);
    this.#ledger = { state, lines, index: indexErased(lines) };
    return this.#ledger;
  }

  #accepted(opened: OpenedRoot): Root {
    const isRoot = this.unlockBy(opened);
    opened.key.fill(0);
    if (!isRoot || this.#root === null) throw noAccess(this.name, 'the opened root is a different one');
    return this.#root;
  }

  #forget(): void {
    this.#root?.key.fill(0);
    this.#root = null;
    this.#keys = null;
    this.#pages.clear();
  }
}

/** Returns the result of a read; null if what was read is damaged. */
export function intact<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof PageDamage) return null;
    throw error;
  }
}

/** Marks an open page as the most recently used, and drops the least recently used one. */
function kept(pages: Map<string, OpenPage>, name: string, page: OpenPage): OpenPage {
  pages.delete(name);
  pages.set(name, page);
  for (const oldest of pages.keys()) {
    if (pages.size <= limits.keyringPagesOpen) break;
    pages.delete(oldest);
  }
  return page;
}

function readPage(file: string): Uint8Array {
  try {
    if (statSync(file).size > limits.keyringPageBytes) throw new PageDamage('it is too long');
    return readFileSync(file);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw new PageDamage(`it cannot be read: ${systemText(error)}`);
  }
}

/** Writes a page under a name of its own. A file that a crash left under that name has no key and is replaced. */
export async function writePage(folder: string, { page, generation, bytes }: StoredPage): Promise<void> {
  const file = pageFile(folder, page, generation);
  if (await writeDurableNew(file, bytes, 0o600)) return;
  if (Buffer.compare(await readFile(file), bytes) !== 0) await writeDurable(file, bytes, 0o600);
}

/** Appends a record. First removes a record that a crash cut short, because it would misplace all later ones. */
async function appendKey(file: string, record: Uint8Array): Promise<void> {
  try {
    const handle = await open(file, 'r+');
    try {
      const { size } = await handle.stat();
      const whole = size - (size % recordBytes);
      if (whole !== size) await handle.truncate(whole);
      await appendDurable(handle, record, whole);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Lists a folder; returns an empty list if the folder is lost. @throws LongplayError K104 */
function filesIn(folder: string, name: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return [];
    if (code === null) throw error;
    throw unreachable(name, `${folder}: ${systemText(error)}`, error);
  }
}

function statOf(file: string, name: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw unreachable(name, `${file}: ${systemText(error)}`, error);
  }
}

/** Returns a text that changes with the file; empty if the file does not exist. */
function stateText(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
