import { randomInt } from 'node:crypto';
import { LongplayError } from '../../core/base/error.ts';
import { AgeError } from '../age/age-error.ts';
import { recipientOf } from '../age/x25519.ts';
import { type Domain, intact } from './domain.ts';
import { gonePages, lackedPages } from './lacked-pages.ts';
import { contactsOf, remember } from './memory.ts';
import type { FileSecrets } from './page.ts';
import { type RecoveryState, recoveryState } from './recovery-file.ts';
import { awayBecause, type KeyringSession, locked } from './session.ts';

/** A cell, or a whole page, that did not open. */
interface FailedCell {
  readonly page: string;
  /** Null: the whole page. */
  readonly cell: string | null;
  readonly why: string;
}

/** Result of a drill of one copy. */
export interface DrilledCopy {
  readonly copy: string;
  readonly path: string;
  /** Number of cells that opened; `failed` lists those that did not. */
  readonly opened: number;
  /** Each page and cell once, however often it was drawn. */
  readonly failed: readonly FailedCell[];
  /** State of its file for the recovery; null: no recovery was made, or the copy was not tried. */
  readonly recovery: RecoveryState | null;
  /** Why the copy was not tried; null: it was tried. */
  readonly why: LongplayError | null;
}

/** Settings of a drill. */
export interface DrillPlan {
  /** Number of cells to open through each copy. */
  readonly cells: number;
  /** Decrypts something with the secrets of a cell. @returns what is wrong; null: nothing is wrong, or there is nothing to decrypt */
  readonly check?: (page: string, cell: string, secrets: FileSecrets) => Promise<string | null>;
}

/**
 * Opens random cells through each copy by that copy's own root. Does not use the wrapped roots that copies hold of each other, because a drill shows that each copy
 * alone suffices. Remembers the time for each copy in which everything opened.
 * @param session a session in which no root is open
 * @throws LongplayError A105, A107
 */
export async function drillKeyring(session: KeyringSession, plan: DrillPlan): Promise<readonly DrilledCopy[]> {
  const drilled: DrilledCopy[] = [];
  for (const domain of session.domains) drilled.push(await drillCopy(session, domain, plan));
  const now = session.now();
  const good = session.domains.filter((_, index) => drilled[index]?.why === null && drilled[index]?.failed.length === 0);
  const changes = new Map([...contactsOf(good, now)].map(([name, change]) => [name, { ...change, drill: now }]));
  await locked(session, () => remember(session.folder, changes));
  return drilled;
}

async function drillCopy({ access, description, domains, signal }: KeyringSession, domain: Domain, plan: DrillPlan): Promise<DrilledCopy> {
  const { name: copy, folder: path } = domain;
  try {
    const away = awayBecause(domain);
    if (away !== null) throw away;
    await domain.unlock(access, signal);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    return { copy, path, opened: 0, failed: [], recovery: null, why: error };
  }
  const reachable = domains.filter((one) => awayBecause(one) === null);
  const lacked = lackedPages(domain, reachable);
  const pages = [...domain.keys().keys()].filter((page) => !lacked.has(page));
  const gone = gonePages(description, reachable);
  // A copy that lacks pages does not suffice, whichever cells are drawn. Those whose loss was acknowledged are in no copy.
  const failed = new Map<string, FailedCell>();
  const fail = (one: FailedCell): void => {
    failed.set(`${one.page} ${one.cell ?? ''}`, one);
  };
  for (const page of [...lacked].filter((one) => !gone.has(one)).slice(0, plan.cells)) fail({ page, cell: null, why: 'this copy lacks the page' });
  let opened = 0;
  for (let done = 0; done < plan.cells && pages.length > 0; done++) {
    signal.throwIfAborted();
    const page = pages[randomInt(pages.length)] ?? '';
    const cells = intact(() => domain.page(page))?.head.cells ?? [];
    const [cell, storedBytes] = cells.length === 0 ? [null, 0] : (cells[randomInt(cells.length)] ?? [null, 0]);
    const why = cell === null ? 'the page does not decrypt' : storedBytes === 0 ? null : await wrongWith(domain, page, cell, plan);
    if (why === null) opened++;
    else fail({ page, cell, why });
  }
  return { copy, path, opened, failed: [...failed.values()], recovery: recoveryState(domain, description.recovery), why: null };
}

/** Opens a cell and tries each of its secrets. @returns what is wrong; null: nothing */
async function wrongWith(domain: Domain, page: string, cell: string, { check }: DrillPlan): Promise<string | null> {
  const secrets = intact(() => domain.page(page)?.secretsOf(cell) ?? null);
  if (secrets === null) return 'the cell does not decrypt';
  if (secrets === 'erased') return null;
  try {
    for (const secret of Object.values(secrets)) recipientOf(secret);
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    return 'a secret of the cell is not one';
  }
  return check === undefined ? null : await check(page, cell, secrets);
}
