import { statSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Domain } from './domain.ts';
import { intact } from './domain.ts';
import { pageFile } from './domain-files.ts';
import { checkFrame, openPage } from './page.ts';
import { awayBecause, type KeyringSession, openQuietly, openSession } from './session.ts';

/** What the stored bytes of pages show. Pages that a copy lacks are not counted here. */
export interface CheckedPages {
  /** Pages that reachable copies have, all of them damaged. */
  readonly lost: ReadonlySet<string>;
  /** Number of damaged pages by copy, of which another copy may have the intact bytes. */
  readonly damaged: ReadonlyMap<string, number>;
  /** Number of pages whose bytes differ between copies, where it is unknown which copy is damaged. */
  readonly differing: number;
  /** Number of pages that were decrypted. */
  readonly opened: number;
  /** Number of pages of which the copies have like bytes, and that nothing decrypted, because no root was opened. */
  readonly closed: number;
  /** Number of pages that this run did not read; other days' runs read them. */
  readonly left: number;
}

/** The result if no page was read. */
export const nothingChecked: CheckedPages = { lost: new Set(), damaged: new Map(), differing: 0, opened: 0, closed: 0, left: 0 };

/** Pages to check. */
export interface PagesToCheck {
  /** Pages that are checked in every run. */
  readonly always: Iterable<string>;
  /** Pages of which a run checks `limits.keyringCheckBytes`, other ones each day. */
  readonly inTurn: Iterable<string>;
  /** ISO time, which decides whose turn it is. */
  readonly now: string;
}

/** Bytes that a page counts at least: a small file takes as long to open as this takes to read. */
const leastBytes = 64 * 1024;
const dayMs = 86_400_000;

/** What the copies have of one page. */
interface PageState {
  readonly isOpened: boolean;
  /** Copies whose bytes or whose key of the page are damaged. */
  readonly damaged: readonly string[];
  readonly isLost: boolean;
  /** True if two copies have other bytes of the same generation, and the page could not be opened to know which are right. */
  readonly differs: boolean;
}

/**
 * Reads pages of all reachable copies and decrypts them with the roots that open without asking a person. Where none does, compares the copies with each other,
 * because all of them have the same bytes. Whatever is found wrong is looked at again with the state of the keyring at that moment, because another run may have
 * changed it. Writes nothing.
 * @param reopen opens roots of the second session; absent: those that are in files
 * @throws LongplayError K104, K103
 */
export async function checkPages(
  session: KeyringSession,
  pages: PagesToCheck,
  reopen: (session: KeyringSession) => Promise<unknown> = async () => null,
): Promise<CheckedPages> {
  openQuietly(session);
  const { chosen, left } = pagesOfTurn(session, pages);
  const states = new Map<string, PageState>();
  const suspect: string[] = [];
  const look = statesIn(session);
  for (const page of chosen) {
    session.signal.throwIfAborted();
    const state = unlessChanged(() => look(page));
    if (state === null || state.isLost || state.differs || state.damaged.length > 0) suspect.push(page);
    else states.set(page, state);
  }
  if (suspect.length > 0) {
    const again = openSession(session);
    await reopen(again);
    openQuietly(again);
    const lookAgain = statesIn(again);
    for (const page of suspect) states.set(page, lookAgain(page));
    for (const domain of again.domains) domain.close();
  }
  return { ...summary(states), left };
}

function summary(states: ReadonlyMap<string, PageState>): Omit<CheckedPages, 'left'> {
  const damaged = new Map<string, number>();
  const all = [...states.values()];
  for (const { damaged: copies, isLost } of all) if (!isLost) for (const copy of copies) damaged.set(copy, (damaged.get(copy) ?? 0) + 1);
  const opened = all.filter(({ isOpened }) => isOpened).length;
  const differing = all.filter(({ differs }) => differs).length;
  const lost = new Set([...states].filter(([, { isLost }]) => isLost).map(([page]) => page));
  return { lost, damaged, differing, opened, closed: all.filter(({ isOpened, differs, isLost }) => !isOpened && !differs && !isLost).length };
}

/** Returns null if another run replaced the root, or a copy went away, while the page was read. */
function unlessChanged(look: () => PageState): PageState | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/** Returns a function that reads one page in every copy that can be reached. */
function statesIn({ domains }: KeyringSession): (page: string) => PageState {
  const having = domains.filter((domain) => awayBecause(domain) === null).map((domain) => ({ domain, absent: domain.absent() }));
  return (page) =>
    stateOf(
      having.filter(({ absent }) => !absent.has(page)).map(({ domain }) => domain),
      page,
    );
}

function stateOf(copies: readonly Domain[], page: string): PageState {
  const read = copies.flatMap((domain) => {
    const generation = domain.keys().get(page)?.generation;
    if (generation === undefined) return [];
    const stored = intact(() => framed(domain, page));
    const key = domain.keyOf(page);
    return [{ domain, stored, generation, key, isKeyDamaged: key === null && domain.root() !== null }];
  });
  const keys = read.flatMap(({ generation, key }) => (key === null ? [] : [{ key, generation }]));
  const opens = opener(page, keys);
  const known = read.map((one) => ({ ...one, opens: opens(one.stored) }));
  for (const { key } of read) key?.fill(0);
  const isOpened = known.some((one) => one.opens && !one.isKeyDamaged);
  // Of a copy that is closed, another copy's key of the same generation opens the page; without one it is unknown whether the bytes are intact.
  const isUnknown = ({ stored, key, isKeyDamaged }: (typeof known)[number]): boolean =>
    stored !== null && key === null && !isKeyDamaged && !keys.some(({ generation }) => generation === stored.generation);
  const bad = known.filter((one) => one.isKeyDamaged || (!one.opens && !isUnknown(one)));
  const unknown = known.filter(isUnknown);
  const differs = unknown.some(({ stored }) =>
    unknown.some(
      (other) => other.stored?.generation === stored?.generation && Buffer.compare(other.stored?.bytes ?? empty, stored?.bytes ?? empty) !== 0,
    ),
  );
  return { isOpened, differs, damaged: bad.map(({ domain }) => domain.name), isLost: known.length > 0 && bad.length === known.length };
}

const empty = Buffer.alloc(0);

/** Returns a function that tells whether one of these keys opens stored bytes of a page. Bytes that copies have alike are decrypted once. */
function opener(
  page: string,
  keys: readonly { readonly key: Uint8Array; readonly generation: number }[],
): (stored: ReturnType<Domain['bytesOf']>) => boolean {
  const opened: Uint8Array[] = [];
  return (stored) => {
    if (stored === null) return false;
    // The generation is part of the bytes.
    if (opened.some((bytes) => Buffer.compare(bytes, stored.bytes) === 0)) return true;
    const fitting = keys.filter(({ generation }) => generation === stored.generation);
    const opens = fitting.some(({ key }) => isWhole(key, page, stored.generation, stored.bytes));
    if (opens) opened.push(stored.bytes);
    return opens;
  };
}

function isWhole(key: Uint8Array, page: string, generation: number, bytes: Uint8Array): boolean {
  return (
    intact(() => {
      openPage(key, page, generation, bytes).check();
      return true;
    }) === true
  );
}

/** Returns the bytes of a page whose part in clear is as it must be. @throws PageDamage */
function framed(domain: Domain, page: string): ReturnType<Domain['bytesOf']> {
  const stored = domain.bytesOf(page);
  if (stored !== null) checkFrame(page, stored.generation, stored.bytes);
  return stored;
}

/** Chooses the pages of this day: the pages in the order of their ids are divided into parts of equal size, and each day has its part. */
function pagesOfTurn(
  { domains }: KeyringSession,
  { always, inTurn, now }: PagesToCheck,
): { readonly chosen: ReadonlySet<string>; readonly left: number } {
  const first = new Set(always);
  const others = [...new Set(inTurn)].filter((page) => !first.has(page)).sort(byCodePoint);
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  let read = 0;
  const parts = others.map((page) => {
    const part = Math.floor(read / limits.keyringCheckBytes);
    read += Math.max(leastBytes, sizeOf(reachable, page));
    return part;
  });
  const turn = partOfDay(Math.floor(Date.parse(now) / dayMs), (parts.at(-1) ?? 0) + 1);
  const chosen = others.filter((_, at) => parts[at] === turn);
  return { chosen: new Set([...first, ...chosen]), left: others.length - chosen.length };
}

/**
 * Returns which part a day has, so that every part has its turn, whether a watch runs each day or only on some days of the week: from week to week the part of
 * a day of the week moves on by a number that has no divisor in common with the number of parts.
 * @param day number of the day
 * @param parts number of parts, 1 or more
 * @returns 0 to `parts` - 1
 */
export function partOfDay(day: number, parts: number): number {
  let weekly = 7;
  while (commonDivisor(weekly, parts) > 1) weekly++;
  return (Math.floor(day / 7) * weekly + (day % 7)) % parts;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Returns the size of a page in all copies together, in bytes. */
function sizeOf(reachable: readonly Domain[], page: string): number {
  return reachable.reduce((sum, domain) => {
    const generation = domain.keys().get(page)?.generation;
    return generation === undefined ? sum : sum + bytesIn(pageFile(domain.folder, page, generation));
  }, 0);
}

function bytesIn(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return 0;
  }
}

/** Checks the pages of a keyring, whatever they belong to, except those that nobody misses. @throws LongplayError K104, K103 */
export async function checkAllPages(session: KeyringSession): Promise<CheckedPages> {
  const { description, domains, now } = session;
  const unmissed = new Set(description.lost ?? []);
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  const inTurn = reachable.flatMap((domain) => [...domain.keys().keys()]).filter((page) => !unmissed.has(page));
  return await checkPages(session, { always: [], inTurn, now: now() });
}

/** Returns the finding about pages of a keyring that are damaged in every copy. */
export function lostFindings({ folder }: KeyringSession, { lost }: CheckedPages): readonly Finding[] {
  if (lost.size === 0) return [];
  return [
    finding(
      'K131',
      folder,
      agree`${lost.size} page[s] [is|are] damaged in every copy that can be reached: what was sealed with [it|them] cannot be opened`,
    ),
  ];
}

/** Returns what was found damaged and is not lost. */
export function damageFindings({ domains, folder }: KeyringSession, { damaged, differing }: CheckedPages): readonly Finding[] {
  const repair = 'to repair from another copy: longplay keyring sync --deep';
  const findings = domains.flatMap(({ name, folder: place }) => {
    const count = damaged.get(name) ?? 0;
    return count === 0 ? [] : [finding('K135', place, agree`${count} page[s] of copy ${name} [is|are] damaged; ${repair}`)];
  });
  if (differing > 0)
    findings.push(
      finding(
        'K135',
        folder,
        agree`${differing} page[s] differ[s|] between copies, so one of the copies is damaged; ${repair}, with what opens their roots`,
      ),
    );
  return findings;
}

/** Words how many pages were checked. */
export function checkedText({ opened, closed, left }: Pick<CheckedPages, 'opened' | 'closed' | 'left'>): string {
  return [
    agree`${opened} page[s] opened`,
    ...(closed > 0 ? [agree`${closed} only compared between the copies, because no root was opened`] : []),
    ...(left > 0 ? [agree`${left} not read today: other days' runs read them`] : []),
  ].join(', ');
}
