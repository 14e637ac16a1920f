import { makeFolderDurable } from '../../archive/files/durable.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { readDescription, writeDescription } from './description.ts';
import { type Domain, intact, newPage, type StoredPage } from './domain.ts';
import { pagesFolder } from './domain-files.ts';
import { holdRoots } from './held.ts';
import { lackedPages } from './lacked-pages.ts';
import { appendLedger, type Erased, type ErasedIndex, type ErasedNames, erasedKey, indexErased, withoutErased } from './ledger.ts';
import { contactsOf, remember } from './memory.ts';
import { cleanUp, putNewRoot } from './new-root.ts';
import { contentOf, openPage } from './page.ts';
import { unwrapPageKey } from './page-keys.ts';
import { recoveryState, writeRecovery } from './recovery-file.ts';
import type { RootKind } from './root.ts';
import { awayBecause, type KeyringSession, openQuietly, unlock } from './session.ts';

/** Result in one copy. */
export interface CopyOutcome {
  readonly copy: string;
  readonly path: string;
  /** `owed`: the copy follows at the next contact. */
  readonly state: 'done' | 'owed';
  /** Why the copy owes the work; null: it is done. */
  readonly why: LongplayError | null;
  /** Why the destruction of the copy's old root is not certain; null: it is. */
  readonly doubt: string | null;
  /** Number of pages that the copy lacked or had damaged, and received. */
  readonly pagesAdded: number;
  /** Number of pages that the copy lacks or has damaged, and that no open copy has intact; without those whose loss was acknowledged. */
  readonly pagesLost: number;
  /** Number of pages that were written again without erased secrets. */
  readonly pagesErased: number;
  /** True if the copy got a new root. */
  readonly rotated: boolean;
  /** True if its file for the recovery was missing or damaged, and was made. */
  readonly recoveryMade: boolean;
}

/** Work to be done in every copy besides adding what it lacks. */
export interface SyncPlan {
  /** ISO time. */
  readonly now: string;
  /** Copies that get a new root in any case, with its kind; null: the kind it had before. */
  readonly rotate?: ReadonlyMap<string, RootKind | null>;
  /** Secrets to be erased now. */
  readonly erase?: readonly Erased[];
  /** True: every page of each copy is read, so that damaged pages are found. */
  readonly deep?: boolean;
}

/**
 * Brings every reachable copy to the same state. First come the lists of erased cells, which take precedence over every page; then pages without their erased
 * secrets, under a new root; then pages that a copy lacks. The keyring must be locked. Can be repeated after a kill at any point.
 * @throws LongplayError K102, K104 if no copy can be opened
 */
export async function syncCopies(session: KeyringSession, plan: SyncPlan): Promise<readonly CopyOutcome[]> {
  const trouble = await openAll(session);
  const open = session.domains.filter((domain) => !trouble.has(domain));
  const [first] = open;
  if (first === undefined) throw trouble.get(session.main) ?? new Error('a keyring has a domain');
  const reachable = session.domains.filter((domain) => awayBecause(domain) === null);
  const index = indexErased(await spreadErased(reachable, plan.erase ?? []));
  const targets = erasedPages(open, index);
  const clean = (page: string): StoredPage | null => targets.get(page) ?? cleanPage(open, page, index.get(page));
  const outcomes: CopyOutcome[] = [];
  for (const domain of session.domains) {
    const why = trouble.get(domain);
    if (why !== undefined) {
      outcomes.push(outcomeOf(domain, { why }));
      continue;
    }
    outcomes.push(outcomeOf(domain, await orTrouble(() => syncOne(session, domain, open, { ...plan, targets, clean }))));
  }
  await holdAll(session, outcomes);
  for (const { key } of targets.values()) key.fill(0);
  await remember(session.folder, contactsOf(open, plan.now));
  return outcomes;
}

/** Writes the roots of the other copies in each copy, and what failed into the outcome of that copy. */
async function holdAll({ domains }: KeyringSession, outcomes: CopyOutcome[]): Promise<void> {
  for (const [index, outcome] of outcomes.entries()) {
    const domain = domains[index];
    if (domain === undefined || outcome.state === 'owed') continue;
    const held = await orTrouble(async () => {
      await holdRoots(domains, domain);
      return null;
    });
    if (held !== null) outcomes[index] = { ...outcome, state: 'owed', why: held.why };
  }
}

/** Returns the result of work in a copy, or why it could not be done. */
async function orTrouble<Result>(work: () => Promise<Result>): Promise<Result | { readonly why: LongplayError }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LongplayError) return { why: error };
    throw error;
  }
}

function outcomeOf({ name, folder }: Domain, done: Partial<CopyOutcome>): CopyOutcome {
  const state = done.why === undefined ? 'done' : 'owed';
  return {
    copy: name,
    path: folder,
    state,
    why: null,
    doubt: null,
    pagesAdded: 0,
    pagesLost: 0,
    pagesErased: 0,
    rotated: false,
    recoveryMade: false,
    ...done,
  };
}

/** Opens every copy. @returns why copies cannot be opened */
async function openAll(session: KeyringSession): Promise<ReadonlyMap<Domain, LongplayError>> {
  const trouble = new Map<Domain, LongplayError>();
  for (const domain of session.domains) {
    const why = await openOne(session, domain);
    if (why !== null) trouble.set(domain, why);
  }
  // A copy that was opened later may hold the root of an earlier one.
  for (const domain of openQuietly(session)) trouble.delete(domain);
  return trouble;
}

async function openOne(session: KeyringSession, domain: Domain): Promise<LongplayError | null> {
  try {
    const away = awayBecause(domain);
    if (away === null) await unlock(session, domain);
    return away;
  } catch (error) {
    if (error instanceof LongplayError) return error;
    throw error;
  }
}

/** Adds to each list of erased cells the lines of the other lists and the secrets erased now. @returns the complete list */
async function spreadErased(reachable: readonly Domain[], more: readonly Erased[]): Promise<readonly Erased[]> {
  const all = new Map<string, Erased>();
  for (const erased of [...reachable.flatMap((domain) => domain.erased()), ...more])
    if (!all.has(erasedKey(erased))) all.set(erasedKey(erased), erased);
  for (const domain of reachable) {
    const known = new Set(domain.erased().map(erasedKey));
    await appendLedger(
      domain.folder,
      [...all].filter(([key]) => !known.has(key)).map(([, erased]) => erased),
    );
  }
  return [...all.values()];
}

/** Returns the pages that may still hold erased cells in some open domain, by id, without those cells. */
function erasedPages(open: readonly Domain[], index: ErasedIndex): ReadonlyMap<string, StoredPage> {
  const due = new Set<string>();
  for (const domain of open) {
    const { erasures } = domain.describe();
    const lines = domain.erased();
    // `erasures` exceeds the number of lines: the list was lost and restored from another domain.
    for (const { page } of lines.length < erasures ? lines : lines.slice(erasures)) due.add(page);
  }
  const targets = new Map<string, StoredPage>();
  for (const page of due) {
    const clean = cleanPage(open, page, index.get(page));
    if (clean !== null) targets.set(page, clean);
  }
  return targets;
}

/** Returns the newest intact state of a page, without the erased secrets; null if no open domain has the page. */
function cleanPage(open: readonly Domain[], page: string, erased: ReadonlyMap<string, ErasedNames> | undefined): StoredPage | null {
  const best = newestOf(open, page);
  if (best === null || erased === undefined) return best;
  const content = contentOf(openPage(best.key, page, best.generation, best.bytes));
  const left = new Map([...content.cells].map(([cell, secrets]) => [cell, withoutErased(secrets, erased.get(cell))] as const));
  return canonicalJson([...left]) === canonicalJson([...content.cells])
    ? best
    : newPage({ ...content, generation: best.generation + 1, cells: left });
}

/** Returns the newest intact state of a page. */
function newestOf(open: readonly Domain[], page: string): StoredPage | null {
  let newest: StoredPage | null = null;
  for (const domain of open) {
    const stored = intactPage(domain, page);
    if (stored !== null && (newest === null || stored.generation > newest.generation)) newest = stored;
  }
  return newest;
}

/** Returns a page in which every cell decrypts; null if the domain does not have the page or it is damaged. */
export function intactPage(domain: Domain, page: string): StoredPage | null {
  return intact(() => {
    const stored = domain.stored(page);
    if (stored !== null) openPage(stored.key, page, stored.generation, stored.bytes).check();
    return stored;
  });
}

type DomainPlan = SyncPlan & { readonly targets: ReadonlyMap<string, StoredPage>; readonly clean: (page: string) => StoredPage | null };

async function syncOne(session: KeyringSession, domain: Domain, open: readonly Domain[], plan: DomainPlan): Promise<Partial<CopyOutcome>> {
  const kind = plan.rotate?.get(domain.name);
  const lines = domain.erased().length;
  const pages = new Map([...plan.targets].filter(([page, { generation }]) => isOlder(domain, page, generation)));
  const isDue = kind !== undefined || pages.size > 0 || domain.describe().erasures !== lines;
  // A folder that was lost is filled again.
  await makeFolderDurable(pagesFolder(domain.folder), 0o700);
  const recoveryMade = await describeAgain(session, domain);
  // Removed first, because this run would otherwise overwrite leftovers of an earlier run that have the same number.
  let doubt = await cleanUp(session, domain);
  let pagesAdded = 0;
  if (isDue) {
    // The old root is about to be destroyed: page keys whose wrapped records are damaged are restored first.
    pagesAdded = await addWanted(domain, damagedKeys(domain), plan.clean);
    const change = { pages, erasures: lines, now: plan.now, ...(kind === undefined || kind === null ? {} : { kind }) };
    doubt = (await putNewRoot(session, domain, change)) ?? doubt;
  }
  const wanted = lackingIn(domain, open, plan.deep === true);
  const added = await addWanted(domain, wanted, plan.clean);
  pagesAdded += added;
  const acknowledged = new Set(session.description.lost ?? []);
  const known = [...wanted].filter((page) => acknowledged.has(page) && plan.clean(page) === null).length;
  return { doubt, pagesAdded, pagesLost: wanted.size - added - known, pagesErased: pages.size, rotated: isDue, recoveryMade };
}

/** Returns true if all copies hold the same pages and lists, none lacks the file of a page, and none has unfinished work. */
export function areAlike(open: readonly Domain[]): boolean {
  const [first, ...others] = open;
  if (first === undefined) return true;
  const isSettled = open.every((domain) => domain.describe().retired.length === 0 && domain.describe().erasures === domain.erased().length);
  const pages = first.keys();
  return (
    isSettled &&
    open.every((domain) => domain.absent().size === 0) &&
    others.every((other) => {
      const own = other.keys();
      return (
        own.size === pages.size &&
        other.erased().length === first.erased().length &&
        [...pages].every(([page, { generation }]) => own.get(page)?.generation === generation)
      );
    })
  );
}

function isOlder(domain: Domain, page: string, generation: number): boolean {
  const own = domain.keys().get(page);
  return own !== undefined && own.generation < generation;
}

/** Returns the pages whose wrapped key is damaged. */
function damagedKeys(domain: Domain): readonly string[] {
  const root = domain.root();
  if (root === null) return [];
  return [...domain.keys()].flatMap(([page, wrapped]) => {
    const key = unwrapPageKey(root, page, wrapped);
    key?.fill(0);
    return key === null ? [page] : [];
  });
}

/** Returns the pages that a domain lacks. @param deep true to include damaged pages, for which all pages are read */
function lackingIn(domain: Domain, open: readonly Domain[], deep: boolean): ReadonlySet<string> {
  const wanted = lackedPages(domain, open);
  if (deep) for (const page of domain.keys().keys()) if (intactPage(domain, page) === null) wanted.add(page);
  return wanted;
}

/** Adds pages without their erased secrets. @returns the number of pages that an open domain has */
async function addWanted(domain: Domain, wanted: Iterable<string>, clean: (page: string) => StoredPage | null): Promise<number> {
  let added = 0;
  for (const page of wanted) {
    const best = clean(page);
    if (best === null || best.generation < (domain.keys().get(page)?.generation ?? 0)) continue;
    await domain.add(best);
    added++;
  }
  return added;
}

/** Gives a domain the keyring's description and the recovery file, if it lacks them or has them damaged. @returns true if the recovery file was made */
async function describeAgain({ description }: KeyringSession, domain: Domain): Promise<boolean> {
  const { folder } = domain;
  let own: string | null = null;
  try {
    own = canonicalJson(readDescription(folder));
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
  }
  if (own !== canonicalJson(description)) await writeDescription(folder, description);
  const root = domain.root();
  const { recovery } = description;
  const isDue = root !== null && recovery !== null && recoveryState(domain, recovery) !== 'whole';
  if (isDue) await writeRecovery(folder, root, recovery);
  return isDue;
}
