import { removeAbandoned } from '../../archive/files/durable.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Domain, intact, newPage, type StoredPage } from './domain.ts';
import { pagesFolder, tooFew } from './domain-files.ts';
import { eraseNames, withoutErased } from './ledger.ts';
import { contactsOf, remember } from './memory.ts';
import { contentOf, type FileSecrets, openPage, PageDamage } from './page.ts';
import { recoveryState } from './recovery-file.ts';
import { noAccess } from './root.ts';
import { awayBecause, type KeyringPlace, type KeyringSession, locked, openQuietly, openSession, unlock, unlockQuietly } from './session.ts';
import { areAlike, syncCopies } from './sync.ts';

export type { FileSecrets } from './page.ts';

/** A page to be added. */
export interface NewPage {
  /** Random id of 32 hexadecimal digits. */
  readonly page: string;
  /** What the page belongs to: a bag, an archive's own secrets, a case. */
  readonly of: string;
  /** Secrets by cell: a recording id or 'archive'. */
  readonly cells: ReadonlyMap<string, FileSecrets>;
}

/** Keeps the secrets of sealed files outside of the archives. */
export interface Keyring {
  readonly id: string;
  /** Session that erases secrets; null: this process has only some secrets, from the key agent, and erases none. */
  readonly session: KeyringSession | null;
  /**
   * Adds a page. Resolves when the page is durable in every custody domain. Adding the same page again with the same content changes nothing.
   * @throws LongplayError K104, K109: a domain is missing; K102: one cannot be opened; K105: the page exists with other content; A105, A107
   */
  addPage(page: NewPage): Promise<void>;
  /**
   * Returns the secrets of one cell, with `erasedSecret` for each file whose secret alone was destroyed. Returns 'erased' if all secrets of the cell were
   * destroyed, and null if there is no such page or cell. A page is decrypted once and kept for a while; its cells are opened one by one.
   * @throws LongplayError K103: no reachable copy can open the page; K108: the keyring was given a new root that this run cannot open by itself
   */
  secretsOf(page: string, cell: string): FileSecrets | 'erased' | null;
  /**
   * Returns a function that returns the secrets of the cells of one page, as `secretsOf` does. It looks once, and not for each cell, whether another run has
   * changed the keyring: do not keep it beyond the synchronous work that it was made for.
   */
  cellsOf(page: string): (cell: string) => FileSecrets | 'erased' | null;
  /** Drops all keys from memory. */
  close(): void;
}

/** Options for opening a keyring. */
export interface KeyringOptions extends KeyringPlace {
  /** True: pages are added even if some copies, or all but one, do not acknowledge them. The caller logs the reason. */
  readonly fewerCopies?: boolean;
  /** True: only roots are opened that open without asking anybody or starting a program, i.e. files. */
  readonly quietly?: boolean;
}

/**
 * Opens a keyring. Opens the root of the copy in the given folder at once or, if that is impossible, the root of another copy.
 * @throws LongplayError K100: there is none; K102: no root can be opened; K103, K106, K107
 */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const session = openSession(options);
  if (options.quietly === true) requireQuiet(session);
  else await unlockOne(session);
  const adder = createAdder(session, options.fewerCopies === true);
  return {
    id: session.description.id,
    session,
    addPage: adder,
    secretsOf: (page, cell) => secretsIn(session, page, cell),
    cellsOf: (page) => cellsIn(session, page),
    close: () => {
      for (const domain of session.domains) domain.close();
    },
  };
}

/**
 * Opens the first root that can be opened, and all roots that open without a person.
 * @throws LongplayError the error of the first root if none can be opened
 */
async function unlockOne(session: KeyringSession): Promise<void> {
  let first: LongplayError | null = null;
  for (const domain of session.domains) {
    try {
      await unlock(session, domain);
      first = null;
      break;
    } catch (error) {
      if (!(error instanceof LongplayError)) throw error;
      first ??= error;
    }
  }
  if (first !== null) throw first;
  openQuietly(session);
}

/** Opens all roots that open without a person. @throws LongplayError K102, K104, K107: why the root of the first copy is not open, if none is */
function requireQuiet(session: KeyringSession): void {
  if (openQuietly(session).length > 0) return;
  const { main } = session;
  unlockQuietly(session, main);
  throw noAccess(main.name, 'it is not kept in a file, and nobody was asked');
}

/** Returns the secrets of a cell from the first copy that opens without asking a person. @throws as `Keyring.secretsOf` */
export function secretsIn(session: KeyringSession, page: string, cell: string): FileSecrets | 'erased' | null {
  return cellsIn(session, page)(cell);
}

/** Returns a function that returns the secrets of the cells of a page, each from the first copy that opens it. @throws as `Keyring.secretsOf` */
function cellsIn(session: KeyringSession, page: string): (cell: string) => FileSecrets | 'erased' | null {
  const open = openQuietly(session);
  if (open.length === 0)
    throw new LongplayError('incomplete', 'K108', 'the keyring was given a new root while this run used it', 'run the same command again');
  const pages = open.map((domain) => once(() => domain.page(page)));
  const erased = once(() => open.map((domain) => domain.erasedIn(page)));
  return (cell) => {
    let damage: PageDamage | null = null;
    for (const opened of pages) {
      try {
        const secrets = opened()?.secretsOf(cell) ?? null;
        // A cell that one copy lists as erased counts as erased in all.
        if (secrets === null) continue;
        return erased().reduce((left: FileSecrets | 'erased', names) => eraseNames(left, names?.get(cell)), secrets);
      } catch (error) {
        if (!(error instanceof PageDamage)) throw error;
        damage ??= error;
      }
    }
    if (damage === null) return null;
    throw new LongplayError(
      'incomplete',
      'K103',
      `no reachable copy of the keyring can open page ${page}: ${damage.message}`,
      'connect the other copies, then run again: longplay keyring status names them; if no copy has the page: longplay keyring report-loss ARCHIVE --reason TEXT',
      damage,
    );
  };
}

/** Returns a function that does the work when it is first called and then returns the same result. After an error it does the work again. */
function once<Result>(work: () => Result): () => Result {
  let done: { readonly result: Result } | null = null;
  return () => {
    done ??= { result: work() };
    return done.result;
  };
}

/** Creates `addPage`. Pages that are added while others are being written share the next acquisition of the lock. */
function createAdder(session: KeyringSession, fewerCopies: boolean): (page: NewPage) => Promise<void> {
  interface Waiting {
    readonly page: NewPage;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let running = false;
  let isRemembered = false;
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const done = new Map<Waiting, unknown>();
      try {
        await locked(session, async () => {
          const domains = await addingDomains(session, fewerCopies);
          if (!isRemembered) await remember(session.folder, contactsOf(domains, session.now()));
          isRemembered = true;
          for (const one of batch) done.set(one, await addOne(session, domains, one.page).catch((error: unknown) => error ?? new Error()));
        });
        for (const one of batch) {
          const error = done.get(one);
          if (error === undefined) one.resolve();
          else one.reject(error);
        }
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    running = false;
  };
  return (page) => {
    if (!/^[0-9a-f]{32}$/.test(page.page)) throw new RangeError('the id of a page has 32 hexadecimal digits');
    return new Promise((resolve, reject) => {
      waiting.push({ page, resolve, reject });
      if (!running) void run();
    });
  };
}

/** Checks that every copy of a keyring can take a new page now. @throws LongplayError K102, K104, K109, as adding a page would */
export async function requireCopies(session: KeyringSession): Promise<void> {
  await locked(session, async () => {
    await addingDomains(session, false);
  });
}

/** Returns the domains that have to acknowledge a page, opened. A copy that lacks something first receives it. @throws LongplayError K104, K109, K102 */
async function addingDomains(session: KeyringSession, fewerCopies: boolean): Promise<readonly Domain[]> {
  const ready: Domain[] = [];
  for (const domain of session.domains) {
    try {
      const away = awayBecause(domain);
      if (away !== null) throw away;
      await unlock(session, domain);
      await removeAbandoned(pagesFolder(domain.folder));
      ready.push(domain);
    } catch (error) {
      if (!(error instanceof LongplayError) || !fewerCopies) throw error;
    }
  }
  if (ready.length === 0 || (ready.length < 2 && !fewerCopies)) throw tooFew(ready.length);
  if (!areAlike(ready) || ready.some((domain) => isLackingRecovery(session, domain))) await syncCopies(session, { now: session.now() });
  return ready;
}

function isLackingRecovery({ description }: KeyringSession, domain: Domain): boolean {
  const state = recoveryState(domain, description.recovery);
  return state !== null && state !== 'whole';
}

async function addOne({ description }: KeyringSession, domains: readonly Domain[], { page, of, cells }: NewPage): Promise<void> {
  const existing = found(domains, page);
  if (existing !== null) refuseOther(existing, { of, cells }, domains);
  const stored = existing ?? newPage({ page, generation: 1, keyring: description.id, of, cells });
  // In parallel: sequential writes would multiply the time by the number of copies.
  const results = await Promise.allSettled(domains.filter((domain) => !domain.keys().has(page)).map((domain) => domain.add(stored)));
  stored.key.fill(0);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Returns a page from the first domain in which it opens; null if none has it. */
function found(domains: readonly Domain[], page: string): StoredPage | null {
  for (const domain of domains) {
    const stored = intact(() => domain.stored(page));
    if (stored !== null) return stored;
  }
  return null;
}

/** Refuses a page that exists with other content. Secrets erased from the existing page since do not count as a difference. @throws LongplayError K105 */
function refuseOther(existing: StoredPage, wanted: Pick<NewPage, 'of' | 'cells'>, domains: readonly Domain[]): void {
  const { page, generation, key, bytes } = existing;
  const { of, cells } = contentOf(openPage(key, page, generation, bytes));
  const left = (secrets: ReadonlyMap<string, FileSecrets | 'erased'>): string =>
    canonicalJson(
      [...secrets]
        .map(
          ([cell, all]) => [cell, domains.reduce((rest: FileSecrets | 'erased', by) => withoutErased(rest, by.erasedOf(page, cell)), all)] as const,
        )
        .sort(([a], [b]) => byCodePoint(a, b)),
    );
  if (of === wanted.of && left(cells) === left(wanted.cells)) return;
  throw new LongplayError(
    'incomplete',
    'K105',
    `page ${page} of the keyring exists with other secrets`,
    'run the same command again: the bag is made again, with a page of its own',
  );
}
