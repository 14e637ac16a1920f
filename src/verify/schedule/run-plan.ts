import { payloadBytes } from '../../archive/bag/info.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { higher, lower } from '../../log/history/decoding.ts';
import type { ReadingHistory } from '../../log/history/reading-history.ts';
import type { BagWork } from '../bags/check-bags.ts';
import type { BagResult } from '../bags/verify-counts.ts';
import type { PlayLevel } from '../play/play-recording.ts';
import type { Budget, BudgetLimits } from './budget.ts';
import { type DuePolicy, dueList } from './due-list.ts';
import { bytesOfBudget, forecast } from './forecast.ts';
import type { Standing } from './schedule-findings.ts';
import { createWorkQueue } from './work-queue.ts';

/** Bags to check in a run, in order. */
export interface RunPlan {
  /** Returns the next bag, or null: nothing is left, or the budget is used up. */
  next(): BagWork | null;
  /** Records the result of a bag: damage brings its neighbours forward. */
  checked(bag: string, result: BagResult): void;
  /** Returns the number of bags that this run will have checked, as far as known. */
  total(): number;
  /** All bags of the run, if known beforehand; null: they depend on findings and on the budget. */
  readonly bags: readonly BagFolder[] | null;
  /** Highest level of decoding in the run. */
  readonly plays: PlayLevel;
  /** Members of the entry that begins the run. */
  readonly detail: LogDetail;
}

/** How thoroughly a run checks each bag. */
export interface Depth {
  readonly play: PlayLevel;
  /** True: all digests of a bag are compared, even if the bag has been read before. */
  readonly deep: boolean;
}

/** Settings of a scheduled verification. */
export interface Schedule {
  readonly everyMs: number;
  /** Period of decoding; null: only bags in which decoding found damage are decoded. */
  readonly playEveryMs: number | null;
  /** What is decoded. */
  readonly play: 'copies' | 'all';
  readonly budget: BudgetLimits;
  /** The budget as the user wrote it. */
  readonly budgetText: string | null;
}

/** Plans a run that reads every bag once. */
export function allBags(bags: readonly BagFolder[], history: ReadingHistory, { play, deep }: Depth): RunPlan {
  const next = bags.values();
  return {
    next: () => {
      const { value } = next.next();
      return value === undefined ? null : { bag: value, play, digests: digestsFor(value, history, deep) };
    },
    checked: () => undefined,
    total: () => bags.length,
    bags,
    plays: bags.length === 0 ? 'none' : play,
    detail: { scope: 'all', everyMs: null, playEveryMs: null, budget: null, play },
  };
}

/** Plans a run over due bags, most urgent first, within the budget. */
export function dueBags(bags: readonly BagFolder[], history: ReadingHistory, schedule: Schedule, deep: boolean, budget: Budget): RunPlan {
  const byName = new Map(bags.map((bag) => [bag.name, bag]));
  const list = dueList(history, present(bags), null, policyOf(schedule, history));
  const queue = createWorkQueue(list, {
    budget,
    knownFaults: (bag) => history.copy(bag, null).damage?.faults ?? null,
    // The size measured by an earlier run takes precedence: a size that the bag itself states is not trusted.
    bytesOf: ({ bag, bytes }) => history.copy(bag, null).bytes ?? payloadBytes(byName.get(bag)?.path ?? '') ?? bytes,
  });
  const plays = list.items.reduce<PlayLevel>((most, item) => higher(most, item.play), 'none');
  let given = 0;
  return {
    next: () => {
      const item = queue.next();
      const bag = item === null ? undefined : byName.get(item.bag);
      if (item === null || bag === undefined) return null;
      given++;
      // Bags added because of new damage are decoded no further than planned, because no other decoders were tested.
      return { bag, play: lower(item.play, plays), digests: digestsFor(bag, history, deep) };
    },
    checked: (bag, result) => {
      queue.checked(bag, result);
    },
    total: () => given + queue.left(),
    bags: null,
    plays,
    detail: {
      scope: 'due',
      everyMs: schedule.everyMs,
      playEveryMs: schedule.playEveryMs,
      budget: schedule.budgetText,
      play: schedule.playEveryMs === null ? 'none' : schedule.play,
    },
  };
}

/** Returns the state of an archive relative to a schedule. */
export function standingOf(place: string, bags: readonly BagFolder[], history: ReadingHistory, schedule: Schedule): Standing {
  const { state } = dueList(history, present(bags), null, policyOf(schedule, history));
  const { everyMs, playEveryMs, budget } = schedule;
  const rate = history.runs.bytesPerMs(null);
  return { place, everyMs, playEveryMs, state, forecast: forecast(state, budget, rate), clock: history.clock() };
}

/** Returns the digests to compare. One digest identifies every byte; the others are compared once, when a bag is new, and on request. */
function digestsFor({ name }: BagFolder, history: ReadingHistory, deep: boolean): 'sha256' | 'all' {
  return deep || history.copy(name, null).unread ? 'all' : 'sha256';
}

function present(bags: readonly BagFolder[]): { readonly bag: string; readonly bytes: null }[] {
  return bags.map(({ name }) => ({ bag: name, bytes: null }));
}

function policyOf({ everyMs, playEveryMs, play, budget }: Schedule, { runs }: ReadingHistory): DuePolicy {
  return { everyMs, playEveryMs, play, runEveryMs: null, runBytes: bytesOfBudget(budget, runs.bytesPerMs(null)) };
}
