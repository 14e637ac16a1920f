import { keepingStates } from '../../core/model/keeping-state.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { type PlannedRecording, type RetentionPlan, stateWords } from '../../report/retention/plan.ts';
import { table } from '../report/units.ts';

/** Formats a retention plan for a person: counts, years, reasons, conflicts, and what no rule covers. */
export function planText(plan: RetentionPlan, archive: string): string {
  const { at, version, recordings, states, lost } = plan;
  const policy = version === null ? 'There is no retention policy.' : `Version ${version} of the retention policy.`;
  return [
    `Retention at ${at.slice(0, 16).replace('T', ' ')} UTC: ${counted(recordings, 'recording')}. ${policy}`,
    ...(lost.length === 0 ? [] : ['What must be kept is unknown (D105), so nothing may be deleted.']),
    table(
      keepingStates.map((state) => [count(states[state]), stateWords[state]]),
      '  ',
    ),
    ...block(
      'By year of the call',
      ['year', ...keepingStates],
      plan.years.map(({ year, states: ofYear }) => [year, ...keepingStates.map((state) => count(ofYear[state]))]),
    ),
    ...block(
      'Deletion is forbidden by',
      ['recordings', 'past their time', 'reason'],
      plan.reasons.map(({ reason, recordings: some, deferred }) => [count(some), count(deferred), printable(reason)]),
    ),
    ...block(
      'Conflicts: one rule demands deletion before another permits it; the longer period applies',
      ['recordings', 'kept by', 'to be deleted by'],
      plan.conflicts.map(({ keep, remove, recordings: some }) => [count(some), keep, remove]),
    ),
    ...block(
      'Stated by the recorder, but named by no matching rule',
      ['recordings', 'field', 'value'],
      plan.unmapped.map(({ field, value, recordings: some }) => [count(some), field, printable(value)]),
    ),
    ...block(
      'Uncertain, and counted from the latest possible moment',
      ['recordings', 'what'],
      plan.uncertain.map(({ what, recordings: some }) => [count(some), what]),
    ),
    ...block(
      'Rules',
      ['recordings', 'rule'],
      plan.rules.map(({ rule, recordings: some }) => [count(some), rule]),
    ),
    ...(states.due + states.deferred === 0 ? [] : ['', `List them: longplay retention plan ${shellWord(archive)} --state due,deferred --format csv`]),
  ].join('\n');
}

/** Describes in one line what holds and the retention policy demand for a recording. */
export function keepingLine({ state, reasons, notAfter, notAfterRule }: PlannedRecording): string {
  const parts = [stateWords[state], ...reasons, ...(notAfter === null ? [] : [`not after ${notAfter}: rule ${notAfterRule}`])];
  return printable(`Retention: ${parts.join('; ')}`);
}

function block(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, table([head, ...rows], '  ')];
}
