import { byCodePoint } from '../core/base/order.ts';
import { type KeepingState, keepingStates, type RecorderField } from '../core/model/keeping-state.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { openForReading } from '../pipeline/open/open-archive.ts';
import type { PlannedRecording, RetentionPlan } from '../report/retention/plan.ts';
import { recorderRetention } from '../store/catalog/recorder-retention.ts';
import type { PolicyTools } from './add-hold.ts';
import type { Judgement } from './judge.ts';
import { momentText, reasonWords } from './protection.ts';
import { readKeeping } from './read-keeping.ts';
import { createPolicyReview } from './review.ts';

/** Request for a plan. */
export interface PlanRequest {
  /** ISO time of the plan; null: now. */
  readonly at: string | null;
  /** Only recordings in these states are listed; all are counted. Empty: all are listed. */
  readonly states: readonly KeepingState[];
}

/** Largest number of distinct values of a recorder's statement that are counted one by one. */
const mostValues = 1_000;

/**
 * Judges every recording of the catalog, one at a time. Yields the listed ones, each as a `result` of kind `retention`, and counts all of them.
 * Holds and versions of the policy are the present ones, even if the plan is for another time.
 */
export async function* planRetention(
  archiveDir: string,
  { at, states }: PlanRequest,
  tools: PolicyTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, RetentionPlan> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const moment = at ?? tools.now();
  const keeping = yield* readKeeping(opened, { keys: tools.keys, now: () => moment }, signal);
  for (const one of keeping.lost) yield findingEvent(one);
  const tally = createPlanTally();
  const review =
    keeping.current?.policy === undefined || keeping.current.policy === null ? null : createPolicyReview(keeping.current.policy, keeping);
  for (const row of opened.catalog.keepingRows()) {
    signal.throwIfAborted();
    const judgement = keeping.judge(row);
    tally.take(judgement);
    review?.take(judgement);
    if (states.length === 0 || states.includes(judgement.state)) yield { type: 'result', of: 'retention', value: { ...planned(judgement) } };
  }
  const warnings = review?.findings() ?? [];
  for (const one of warnings) yield findingEvent(one);
  return {
    at: new Date(keeping.nowMs).toISOString(),
    archive: opened.archive.id,
    version: keeping.current?.version ?? null,
    ...tally.counts(),
    holds: keeping.holds.map(({ id, list, following }) => ({ hold: id, recordings: list.size(), following })),
    lost: keeping.lost.map(({ message }) => message),
    warnings: warnings.map(({ code, place, message }) => ({ code, place, message })),
  };
}

/** Returns what a plan says about a recording. */
export function planned({ row, state, notBefore, notAfter, conflict, reasons, rules, uncertain }: Judgement): PlannedRecording {
  const ruleOf = (bound: Judgement['notBefore']): string | null => (bound === null ? null : `${bound.rule} of version ${bound.version}`);
  return {
    recordingId: row.recordingId,
    bag: row.bag,
    start: row.start,
    state,
    notBefore: notBefore === null ? null : momentText(notBefore.atMs),
    notBeforeRule: ruleOf(notBefore),
    notAfter: notAfter === null ? null : momentText(notAfter.atMs),
    notAfterRule: ruleOf(notAfter),
    conflict,
    reasons: reasons.map(reasonWords),
    rules,
    uncertain,
  };
}

type Counts = Pick<RetentionPlan, 'recordings' | 'states' | 'years' | 'reasons' | 'rules' | 'conflicts' | 'unmapped' | 'uncertain'>;

/** Creates a tally of judgements. Its memory depends on the numbers of years, rules and holds, not on the number of recordings. */
function createPlanTally(): { take(judgement: Judgement): void; counts(): Counts } {
  let recordings = 0;
  const states = noStates();
  const years = new Map<string, ReturnType<typeof noStates>>();
  const reasons = new Map<string, { reason: string; recordings: number; deferred: number }>();
  const [rules, conflicts, unmapped, uncertain] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  return {
    take: (judgement) => {
      const { row, state, notBefore, notAfter, conflict } = judgement;
      recordings++;
      states[state]++;
      const year = row.start?.slice(0, 4) ?? 'unknown';
      const ofYear = years.get(year) ?? noStates();
      ofYear[state]++;
      years.set(year, ofYear);
      for (const name of new Set(judgement.reasons.map(reasonGroup))) {
        const one = reasons.get(name) ?? { reason: name, recordings: 0, deferred: 0 };
        one.recordings++;
        if (state === 'deferred') one.deferred++;
        reasons.set(name, one);
      }
      for (const rule of judgement.rules) add(rules, rule);
      for (const one of judgement.uncertain) add(uncertain, one);
      if (conflict && notBefore !== null && notAfter !== null)
        add(conflicts, JSON.stringify([`${notBefore.rule} of version ${notBefore.version}`, `${notAfter.rule} of version ${notAfter.version}`]));
      for (const reason of judgement.reasons)
        if (reason.kind === 'unmapped' || reason.kind === 'recorder-hold') {
          const value = reason.kind === 'recorder-hold' ? reason.value : saidOf(judgement, reason.field);
          const key = JSON.stringify([reason.field, value]);
          add(unmapped, unmapped.has(key) || unmapped.size < mostValues ? key : JSON.stringify([reason.field, 'other values']));
        }
    },
    counts: () => ({
      recordings,
      states,
      years: [...years].sort(([a], [b]) => byCodePoint(a, b)).map(([year, ofYear]) => ({ year, states: ofYear })),
      reasons: [...reasons.values()].sort((a, b) => b.recordings - a.recordings || byCodePoint(a.reason, b.reason)),
      rules: named(rules).map(([rule, count]) => ({ rule, recordings: count })),
      conflicts: named(conflicts).map(([key, count]) => {
        const [keep, remove] = JSON.parse(key) as [string, string]; // written by `take`
        return { keep, remove, recordings: count };
      }),
      unmapped: named(unmapped).map(([key, count]) => {
        const [field, value] = JSON.parse(key) as [RecorderField, string]; // written by `take`
        return { field, value, recordings: count };
      }),
      uncertain: named(uncertain).map(([what, count]) => ({ what, recordings: count })),
    }),
  };
}

function noStates(): Record<KeepingState, number> {
  // Each state is a key.
  return Object.fromEntries(keepingStates.map((state) => [state, 0])) as Record<KeepingState, number>;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function named(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => byCodePoint(a, b));
}

/** Returns the group of a reason: reasons that differ only in their moment belong to one group. */
function reasonGroup(reason: Judgement['reasons'][number]): string {
  return reason.kind === 'not-before' ? `not before its time: rule ${reason.bound.rule} of version ${reason.bound.version}` : reasonWords(reason);
}

function saidOf({ row }: Judgement, field: RecorderField): string {
  const said = recorderRetention(row);
  if (field !== 'expires') return said[field] ?? '';
  return said.expires === undefined || said.expires === null ? 'not a time' : 'a time';
}
