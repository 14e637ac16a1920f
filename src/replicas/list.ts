import { statSync } from 'node:fs';
import { listBags } from '../archive/bag-folders.ts';
import { agree } from '../core/base/agree.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { lockFindings } from '../log/history/erasure-debts.ts';
import { primaryName, type ReplicaMedium } from '../log/read/replica-register.ts';
import { unfinishedSealing } from '../verify/checks/clear-files.ts';
import { dueList } from '../verify/schedule/due-list.ts';
import { debtOf } from './copy/erased.ts';
import { type FoundReplicas, findReplicas, type OpenedCopies } from './open.ts';
import { lockOf, type ReplicaLock } from './place/lock.ts';
import type { CopiesMemory } from './place/memory.ts';

/** A replica as a list shows it. */
export interface ListedReplica {
  readonly name: string;
  readonly path: string;
  readonly medium: ReplicaMedium;
  readonly everyMs: number | null;
  readonly reachable: boolean;
  /** Why it is unreachable; null if it is reachable. */
  readonly why: string | null;
  /** Number of the archive's bags that are present and missing; null if the replica is unreachable. */
  readonly bagsPresent: number | null;
  readonly bagsMissing: number | null;
  /** ISO time since which all of the replica's bags have been read; null if a bag was never read. */
  readonly allReadSince: string | null;
  /** ISO time of the newest reading; null if nothing was ever read. */
  readonly lastRead: string | null;
  /** Number of bags that were not read within the replica's period; null without a period. */
  readonly overdue: number | null;
  /** ISO time since which an erasure is outstanding on the replica; null if none is. */
  readonly owesSince: string | null;
  /** Why nothing can be deleted from the replica now; null if no reason is known. */
  readonly lock: ReplicaLock | null;
}

/** Lists the replicas, and reports what makes some of them unsuitable as further copies. */
export async function* listReplicas(
  { archive, primary, memory }: OpenedCopies,
  now: string,
  signal: AbortSignal,
): AsyncGenerator<Finding, readonly ListedReplica[]> {
  const { there, away } = await findReplicas({ primary, memory }, null, {}, signal);
  const wanted = [...memory.histories.bags].filter(([, { deleted }]) => !deleted).map(([bag]) => bag);
  const listed: ListedReplica[] = [];
  for (const { replica, place, why } of [...there.map((one) => ({ ...one, why: null })), ...away.map((one) => ({ ...one, place: null }))]) {
    const { name, path, medium, everyMs } = replica;
    const present = new Set<string>();
    if (place !== null) for await (const bag of listBags(place.copy)) present.add(bag.name);
    const has = wanted.filter((bag) => (place === null ? memory.held(name, bag) : present.has(bag)));
    const reads = has.map((bag) => memory.readings.copy(bag, name).readMs);
    const known = reads.filter((ms) => ms !== null);
    const overdue = everyMs === null ? null : overdueBags(has, name, everyMs, memory);
    listed.push({
      ...{ name, path, medium, everyMs, reachable: place !== null, why },
      bagsPresent: place === null ? null : has.length,
      bagsMissing: place === null ? null : wanted.length - has.length,
      allReadSince: known.length === reads.length && known.length > 0 ? isoOf(known.reduce((least, ms) => Math.min(least, ms))) : null,
      lastRead: known.length === 0 ? null : isoOf(known.reduce((most, ms) => Math.max(most, ms))),
      overdue,
      lock: lockOf(replica, place?.copy.dir ?? null, now),
      owesSince: memory.erasures.debts.get(name)?.since ?? null,
    });
    yield* debtOf({ name }, memory);
    if (overdue !== null && overdue > 0)
      yield finding('R142', name, agree`${overdue} of its ${has.length} bag[s] [was|were] not read within its period`);
    if (why !== null) yield finding('R101', name, `is unreachable: ${path} ${why}`);
  }
  yield* unfinishedSealing(archive);
  yield* lockFindings(memory.erasures, now);
  yield* sharedRisks(archive.dir, there);
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function overdueBags(bags: readonly string[], name: string, everyMs: number, { readings }: CopiesMemory): number {
  const present = bags.map((bag) => ({ bag, bytes: null }));
  return dueList(readings, present, name, { everyMs, playEveryMs: null, play: 'copies', runEveryMs: null, runBytes: null }).state.overdue.bags;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Reports copies that a single accident or person can destroy together. */
export function* sharedRisks(archiveDir: string, there: FoundReplicas['there']): Generator<Finding> {
  const copies = [
    { name: primaryName, stat: statSync(archiveDir) },
    ...there.map(({ replica, place }) => ({ name: replica.name, stat: place.stat })),
  ];
  for (const names of groups(copies, ({ stat }) => stat.dev))
    yield finding('R140', names.join(', '), 'are on the same device: a failure of the device destroys all of them');
  const writable = copies.filter(({ stat }) => (stat.mode & ownerWrites) !== 0);
  for (const names of groups(writable, ({ stat }) => stat.uid))
    yield finding(
      'R141',
      names.join(', '),
      'belong to the same user, who can write to all of them: one compromised account or one wrong command can damage all of them',
    );
}

/** Permission bit S_IWUSR of inode(7). */
const ownerWrites = 0o200;

function groups<Item extends { readonly name: string }>(items: readonly Item[], keyOf: (item: Item) => number): string[][] {
  const found = new Map<number, string[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item.name]);
  return [...found.values()].filter((names) => names.length > 1);
}
