import { payloadBytes } from '../../archive/bag/info.ts';
import type { BagFolder } from '../../archive/layout.ts';
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

/** Which bags a run checks, in which order. */
export interface RunPlan {
  /** The next one, or null: nothing is left, or the budget is used up. */
  next(): BagWork | null;
  /** What became of one: damage brings its neighbours forward. */
  checked(bag: string, result: BagResult): void;
  /** Bags that this run will have checked, as far as is known. */
  total(): number;
  /** All of them, where they are known beforehand; null: they follow from what is found, and from the budget. */
  readonly bags: readonly BagFolder[] | null;
  /** How far it decodes at the most. */
  readonly plays: PlayLevel;
  /** For the entry that begins the run. */
  readonly detail: LogDetail;
}

/** How far a run goes with each bag. */
export interface Depth {
  readonly play: PlayLevel;
  /** All digests of a bag, also where it has been read before. */
  readonly deep: boolean;
}

/** What was asked for on a timer. */
export interface Schedule {
  readonly everyMs: number;
  /** Null: nothing is decoded but where decoding found damage. */
  readonly playEveryMs: number | null;
  /** What is decoded then. */
  readonly play: 'copies' | 'all';
  readonly budget: BudgetLimits;
  /** As the user wrote it. */
  readonly budgetText: string | null;
}

/** Every bag once. */
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

/** What is due, the most urgent first, as far as the budget goes. */
export function dueBags(bags: readonly BagFolder[], history: ReadingHistory, schedule: Schedule, deep: boolean, budget: Budget): RunPlan {
  const byName = new Map(bags.map((bag) => [bag.name, bag]));
  const list = dueList(history, present(bags), null, policyOf(schedule, history));
  const queue = createWorkQueue(list, {
    budget,
    knownFaults: (bag) => history.copy(bag, null).damage?.faults ?? null,
    // Where it was read before, what was read then: a bag may say anything of itself.
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
      // What only new damage brings is decoded no further: its decoders were not tried.
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

/** How an archive stands against a schedule. */
export function standingOf(place: string, bags: readonly BagFolder[], history: ReadingHistory, schedule: Schedule): Standing {
  const { state } = dueList(history, present(bags), null, policyOf(schedule, history));
  const { everyMs, playEveryMs, budget } = schedule;
  const rate = history.runs.bytesPerMs(null);
  return { place, everyMs, playEveryMs, state, forecast: forecast(state, budget, rate), clock: history.clock() };
}

/** One digest fixes every byte; that the others agree is looked at once, when a bag is new, and whenever somebody asks. */
function digestsFor({ name }: BagFolder, history: ReadingHistory, deep: boolean): 'sha256' | 'all' {
  return deep || history.copy(name, null).unread ? 'all' : 'sha256';
}

function present(bags: readonly BagFolder[]): { readonly bag: string; readonly bytes: null }[] {
  return bags.map(({ name }) => ({ bag: name, bytes: null }));
}

function policyOf({ everyMs, playEveryMs, play, budget }: Schedule, { runs }: ReadingHistory): DuePolicy {
  return { everyMs, playEveryMs, play, runEveryMs: null, runBytes: bytesOfBudget(budget, runs.bytesPerMs(null)) };
}
