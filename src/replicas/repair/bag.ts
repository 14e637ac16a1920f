import { join } from 'node:path';
import { type Landing, type LandingHistory, sameLanding } from '../../archive/bag/landing.ts';
import { agree } from '../../core/base/agree.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import { noHistory } from '../../verify/checks/landing.ts';
import { type CheckedBag, checkCopyOfBag, placeName } from '../copy/check-bag.ts';
import { erasedFinding, exchangeErased, holdsErased, isInClear, isSealedBefore } from '../copy/erased.ts';
import type { Append } from '../copy/sync.ts';
import { landingFrom, voteOn } from '../copy/vote.ts';
import { absentState, type BagState, examineBag, soundState } from '../place/examine.ts';
import { findTagManifests } from '../place/history.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy } from '../place/place.ts';
import { openQuarantine, type Quarantine, type RepairStep, unfinishedRepairs } from '../place/quarantine.ts';
import { type BagTruth, bagTruth, type NoTruth } from '../place/truth.ts';
import { type CopyRepairPlan, type ExaminedBag, planCopyRepair, runCopyRepair } from './copy-repair.ts';

/** A copy that takes part in a repair. */
export interface RepairCopy {
  readonly copy: Copy;
  /** Null: the copy may be written and is locked. Else the reason why it is only read. */
  readonly readOnly: string | null;
}

/** Tools of repairs. */
export interface RepairTools {
  /** The archive itself, which keeps the notes about repairs. */
  readonly primary: Copy;
  readonly memory: CopiesMemory;
  readonly pool: WorkerPool;
  readonly append: Append;
  /** Returns the current ISO time. */
  readonly now: () => string;
  /** True if the repair is only described, not made. */
  readonly dryRun: boolean;
  /** Checks that a copy is still the same folder. @throws LongplayError R101 */
  readonly confirm: (copy: Copy) => void;
  /** Names of unreachable replicas, which may have intact versions of lost files. */
  readonly away: readonly string[];
}

/** One copy of a bag that was repaired, or would be in a dry run. */
export interface RepairedCopy {
  readonly kind: 'mended';
  readonly bag: string;
  readonly to: string;
  /** Copies that provided intact bytes. */
  readonly from: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** Number of stray files that were moved away. */
  readonly strangers: number;
  /** Path of the quarantine folder relative to the copy; null in a dry run. */
  readonly quarantine: string | null;
  /** True if the repaired bag was read again completely and is intact. */
  readonly sound: boolean;
}

/** State of a bag after the repair. */
export interface BagRepair {
  readonly damaged: boolean;
  readonly lost: number;
  readonly notDecided: boolean;
  /** True if a copy could not be checked or written now. */
  readonly incomplete: boolean;
  readonly bytesRead: number;
}

/** Reads one bag in all copies and repairs the copies that may be written. */
export async function* repairBag(
  bag: string,
  copies: readonly RepairCopy[],
  tools: RepairTools,
  signal: AbortSignal,
): AsyncGenerator<Finding | RepairedCopy, BagRepair> {
  const { memory, pool, primary } = tools;
  const checked: CheckedBag[] = [];
  for (const { copy } of copies) checked.push(await checkCopyOfBag(copy, bag, memory.histories, { pool }, signal));
  const bytesRead = checked.reduce((sum, { bytes }) => sum + bytes, 0);
  const history = memory.histories.bags.get(bag);
  // A replica that never had the bag waits for a sync. A stopped repair may have moved a bag away without restoring it yet.
  const had = ({ copy }: CheckedBag): boolean =>
    (history !== undefined && (copy === primary || memory.held(copy.name, bag))) || unfinishedRepairs(primary, copy).some((note) => note.bag === bag);
  const wanted = checked.filter((one) => one.place !== 'absent' || had(one));
  const outdated = checked.filter(({ copy, place }) => place === 'folder' && holdsErased(copy, bag, memory));
  const newer = checked.find((one) => one.sound && !one.unknown && !outdated.includes(one));
  for (const { copy } of outdated) {
    if (newer === undefined || copy !== primary || !isSealedBefore(copy, bag, memory)) yield erasedFinding(copy, bag, memory);
    else yield* bringPresentState(bag, { from: newer.copy, to: copy }, tools, signal);
  }
  // A bag with erased recordings is neither moved to a quarantine nor restored: an erasure or a sync exchanges it.
  const damaged = wanted.filter((one) => !one.sound && !outdated.includes(one));
  let incomplete = false;
  const result = (rest: Partial<BagRepair>): BagRepair => ({
    damaged: damaged.length > 0,
    lost: 0,
    notDecided: false,
    incomplete,
    bytesRead,
    ...rest,
  });
  if (damaged.length === 0) return result({});
  // A disk that became unreachable looks as if everything on it were lost.
  for (const { copy } of damaged) tools.confirm(copy);
  for (const { copy, verdicts, place } of damaged.filter((one) => one.place === 'blocked')) {
    incomplete = true;
    yield finding('R138', placeName(copy, `bags/${bag}`), `${verdicts[0]?.message ?? place}; nothing is written there`);
  }
  const landings = yield* decide(bag, history ?? noHistory, checked);
  if (landings === null) return result({ notDecided: true });
  const there = checked.filter(({ place }) => place !== 'blocked');
  const found = await firstComplete(bag, landings, there, signal);
  if ('lost' in found) {
    const [shut] = damaged.filter((one) => one.unreachable);
    if (shut !== undefined) {
      yield finding('R135', placeName(shut.copy, `bags/${bag}`), `could not be checked: ${shut.verdicts[0]?.path} ${shut.verdicts[0]?.message}`);
      return result({ incomplete: true });
    }
    yield finding(
      'R131',
      `bags/${bag}`,
      `${found.lost.join(', ')} is intact in no copy, so the content of the bag cannot be determined${awayText(tools)}`,
    );
    yield* onlyInClear(bag, outdated, tools);
    return result({ lost: found.lost.length });
  }
  const { truth, states } = found;
  const lost = new Set<string>();
  for (const { copy } of damaged) {
    const readOnly = copies.find((one) => one.copy === copy)?.readOnly ?? null;
    const repaired = yield* repairCopy(copy, { bag, truth, states, readOnly }, tools, signal);
    for (const path of repaired.lost) lost.add(path);
    incomplete ||= repaired.incomplete;
  }
  const paths = [...lost].filter((one) => one !== '').sort(byCodePoint);
  const [shut] = [...states].filter(([, { unjudged }]) => unjudged !== null);
  if (shut !== undefined && paths.length > 0) {
    // If a copy cannot be read, the files may be intact there.
    const what = paths.length === 1 ? `${paths[0]} is` : agree`${paths.length} file[s] [is|are]`;
    yield finding('R135', `bags/${bag}`, `${what} intact in no copy that could be checked; ${shut[0].name} could not: ${shut[1].unjudged}`);
    return result({ incomplete: true });
  }
  for (const path of paths) yield finding('R131', `bags/${bag}/${path}`, agree`is intact in none of ${checked.length} cop[y|ies]${awayText(tools)}`);
  if (lost.size > 0) yield* onlyInClear(bag, outdated, tools);
  return result({ lost: lost.size, incomplete });
}

/** Exchanges a sealed bag of the archive that a backup brought back in its state from before an erasure. The finding on it stays if that is impossible. */
async function* bringPresentState(
  bag: string,
  copies: { readonly from: Copy; readonly to: Copy },
  { memory, dryRun, append }: RepairTools,
  signal: AbortSignal,
): AsyncGenerator<Finding | RepairedCopy> {
  const { from, to } = copies;
  const done = dryRun ? { files: 0, bytes: 0 } : await exchangeErased(bag, copies, memory, signal);
  if ('kind' in done) {
    yield erasedFinding(to, bag, memory);
    yield done;
    return;
  }
  const { files, bytes } = done;
  if (!dryRun) await append('bag-repaired', { bag, from: from.name, to: to.name, files, bytes });
  yield { kind: 'mended', bag, to: to.name, from: [from.name], files, bytes, strangers: 0, quarantine: null, sound: true };
  const what = `its state from before an erasure ${dryRun ? 'would be' : 'was'} replaced by the present one from ${from.name}`;
  yield finding('R130', `bags/${bag}`, dryRun ? what : `${what}, and removed`);
}

/** Yields K223 if a bag whose sealed form is lost is left in clear in a copy: its calls can be sealed again from there. */
function* onlyInClear(bag: string, outdated: readonly CheckedBag[], { primary, memory }: RepairTools): Generator<Finding> {
  const left = outdated.find(({ copy }) => isInClear(copy, bag, memory.histories));
  if (left === undefined) return;
  const [from, to] = [folderOf(left.copy, bag), folderOf(primary, bag)];
  const bring = left.copy === primary ? '' : `move ${to} away if it is there; cp -a ${shellWord(from)} ${shellWord(to)}; `;
  yield finding(
    'K223',
    `bags/${bag}`,
    `its sealed form is whole in no copy, and ${left.copy.name} has it in clear, as it was before it was sealed. To seal it again: ${bring}longplay seal ${shellWord(primary.dir)}`,
  );
}

/** A damaged bag whose expected content is known. */
interface KnownBag {
  readonly bag: string;
  readonly truth: BagTruth;
  /** State of each copy. The state of a repaired copy is updated, because it is a source for the next one. */
  readonly states: Map<Copy, BagState>;
  /** Null if the copy to repair may be written, else the reason why it may not. */
  readonly readOnly: string | null;
}

/** Repairs a bag in one copy. @returns the paths that are intact in no copy, and whether something could not be checked or written */
async function* repairCopy(
  copy: Copy,
  { bag, truth, states, readOnly }: KnownBag,
  { memory, pool, primary, dryRun, now, append }: RepairTools,
  signal: AbortSignal,
): AsyncGenerator<Finding | RepairedCopy, { readonly lost: readonly string[]; readonly incomplete: boolean }> {
  const state = states.get(copy);
  if (state === undefined) return { lost: [], incomplete: false };
  const examined: ExaminedBag = {
    bag,
    truth,
    copies: [...states].map(([one, found]) => ({ copy: one, folder: folderOf(one, bag), state: found })),
  };
  const where = placeName(copy, `bags/${bag}`);
  const plan = planCopyRepair(examined, copy);
  const lost = [...plan.lost];
  if (state.unjudged !== null) yield finding('R135', where, `could not be checked: ${state.unjudged}`);
  else if (plan.steps.length === 0 && plan.lost.length === 0) yield finding('R137', where, 'is byte for byte as it landed, but still has faults');
  else if (plan.steps.length > 0 && readOnly !== null)
    yield finding('R134', where, `${countOf(plan)} needs repair, and ${copy.dir} cannot be written: ${readOnly}`);
  const incomplete = state.unjudged !== null || (plan.steps.length > 0 && readOnly !== null);
  if (plan.steps.length === 0 || incomplete) return { lost, incomplete };
  if (dryRun) {
    const planned = mendedOf(bag, copy, plan.steps, null, false);
    yield planned;
    yield finding('R130', where, `would be repaired: ${repairedText(planned)}`);
    return { lost, incomplete };
  }
  const quarantine = await openQuarantine(primary, copy, bag, now());
  const done = await runCopyRepair(examined, copy, plan, quarantine, signal);
  lost.push(...done.lost);
  const after = await checkCopyOfBag(copy, bag, memory.histories, { pool }, signal);
  await enterRepair(copy, quarantine, append);
  const mended = mendedOf(bag, copy, quarantine.note().steps, quarantine.folder, after.sound);
  yield mended;
  yield finding('R130', where, `${repairedText(mended)}; the previous content is in ${quarantine.folder}`);
  const [first] = after.verdicts.filter(({ severity }) => severity === 'error');
  if (!after.sound && plan.lost.length + done.lost.length === 0)
    yield after.unreachable
      ? finding('R135', where, `was repaired, and cannot be read again to check it: ${first?.path} ${first?.message}`)
      : finding('R136', where, `was repaired and is still damaged: ${first?.path} ${first?.message}`);
  // Files that are intact here now are a source for the next copy.
  if (after.place === 'folder') states.set(copy, await examineBag(folderOf(copy, bag), truth, signal));
  return { lost, incomplete };
}

function folderOf(copy: Copy, bag: string): string {
  return join(copy.dir, 'bags', bag);
}

/** Expected content of the bag, and the state of each copy. */
interface Found {
  readonly truth: BagTruth;
  readonly states: Map<Copy, BagState>;
}

/**
 * Returns the first landing for which some copy has each file of the bag intact; if there is none, the first landing from which the content can be determined.
 */
async function firstComplete(bag: string, landings: readonly Landing[], there: readonly CheckedBag[], signal: AbortSignal): Promise<Found | NoTruth> {
  const folders = there.filter(({ place }) => place === 'folder').map(({ copy }) => folderOf(copy, bag));
  let best: Found | NoTruth = { lost: [] };
  for (const landing of landings) {
    const truth = bagTruth(folders, landing);
    if ('lost' in truth) {
      if ('lost' in best && best.lost.length === 0) best = truth;
      continue;
    }
    const states = new Map<Copy, BagState>();
    for (const one of there) {
      const folder = folderOf(one.copy, bag);
      // This copy is not read a second time.
      const known = one.sound && isAsLanded(folder, landing);
      if (known) states.set(one.copy, soundState(folder, truth));
      else states.set(one.copy, one.place === 'folder' ? await examineBag(folder, truth, signal) : absentState(truth));
    }
    const found = { truth, states };
    if ([...truth.files.keys()].every((path) => [...states.values()].some(({ good }) => good.has(path)))) return found;
    if ('lost' in best) best = found;
  }
  return best;
}

/** Returns true if the tag manifests of a bag are exactly those of a landing. */
function isAsLanded(folder: string, landing: Landing): boolean {
  const found = findTagManifests(folder);
  return 'digests' in found && sameLanding(landingFrom(found.digests), landing);
}

/**
 * Yields the possible landings of the bag, the likeliest first. They come from the log, which also knows unfinished rehashes, or from a vote of the copies if
 * the log has no digests of the bag.
 */
async function* decide(
  bag: string,
  { current, intended }: LandingHistory,
  checked: readonly CheckedBag[],
): AsyncGenerator<Finding, readonly Landing[] | null> {
  if (current.size > 0) return [current, ...intended.map(({ landing }) => landing)];
  const vote = voteOn(bag, checked);
  if (!vote.decided) {
    yield finding('R132', `bags/${bag}`, `${vote.why}; nothing was changed`);
    return null;
  }
  yield finding('R133', `bags/${bag}`, `the log has no digests of it; decided by ${vote.by}`);
  return [vote.landing];
}

function countOf(plan: CopyRepairPlan): string {
  if (plan.how === 'exchange') return 'the whole bag';
  return plan.steps.length === 1 ? 'a file' : agree`${plan.steps.length} file[s]`;
}

function awayText({ away }: RepairTools): string {
  return away.length === 0 ? '' : `; ${away.join(', ')} could not be reached`;
}

function mendedOf(bag: string, copy: Copy, steps: readonly RepairStep[], quarantine: string | null, sound: boolean): RepairedCopy {
  return {
    kind: 'mended',
    bag,
    to: copy.name,
    from: [...new Set(steps.flatMap(({ from }) => (from === null ? [] : [from])))],
    files: steps.reduce((sum, { files }) => sum + files, 0),
    bytes: steps.reduce((sum, { bytes }) => sum + bytes, 0),
    strangers: steps.filter(({ from }) => from === null).length,
    quarantine,
    sound,
  };
}

function repairedText({ files, from, strangers }: RepairedCopy): string {
  const parts = [
    ...(files > 0 ? [`${files === 1 ? 'a file' : agree`${files} file[s]`} from ${from.join(' and ')}`] : []),
    ...(strangers > 0 ? [`${strangers === 1 ? 'a file' : agree`${strangers} file[s]`} moved away that do not belong there`] : []),
  ];
  return parts.join(', ');
}

/** Logs a repair: one entry per copy that provided intact bytes, and one entry for everything that was only removed. */
export async function enterRepair(to: Copy, quarantine: Quarantine, append: Append): Promise<void> {
  const { bag, steps } = quarantine.note();
  const sums = new Map<string, { readonly what: Readonly<Record<string, string>>; files: number; bytes: number }>();
  for (const { path, from, files, bytes } of steps) {
    // Outside the bags each file is named; the log is named as a whole.
    const what: Readonly<Record<string, string>> = bag === null ? { path: path.split('/')[0] ?? path } : { bag };
    const key = `${Object.values(what).join()} ${from ?? noCopy}`;
    const sum = sums.get(key) ?? { what: { ...what, from: from ?? noCopy, to: to.name }, files: 0, bytes: 0 };
    sums.set(key, { ...sum, files: sum.files + (from === null ? 1 : files), bytes: sum.bytes + bytes });
  }
  for (const { what, files, bytes } of sums.values())
    await append(bag === null ? 'file-repaired' : 'bag-repaired', { ...what, files, bytes, quarantine: quarantine.folder });
  await quarantine.write({ state: 'entered' });
}

/** Name in place of a copy in an entry about a repair that restored nothing. */
const noCopy = 'none';
