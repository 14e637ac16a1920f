import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { periodText, sizeText } from '../../core/words/quantity.ts';
import type { ClockAccount } from '../../log/history/log-clock.ts';
import type { DueState } from './due-state.ts';
import type { Forecast } from './forecast.ts';

/** A schedule's settings and its state. */
export interface Standing {
  /** The archive or replica, as displayed. */
  readonly place: string;
  readonly everyMs: number;
  readonly playEveryMs: number | null;
  readonly state: DueState;
  readonly forecast: Forecast;
  readonly clock: ClockAccount;
}

/** Returns findings about the schedule, regardless of whether a run follows. */
export function scheduleFindings({ place, everyMs, playEveryMs, state, forecast, clock }: Standing): Finding[] {
  const { bags, damaged, overdue, playOverdue } = state;
  const found: Finding[] = [];
  if (forecast.suffices === false && forecast.givenBytes !== null) {
    const keeps = forecast.keepsMs === null ? '' : `; it keeps a period of ${periodText(forecast.keepsMs)}`;
    const why = `a run every ${periodText(state.runEveryMs)} must read ${sizeText(forecast.neededBytes)} of ${sizeText(state.bytes)} to read everything in ${periodText(everyMs)}`;
    found.push(finding('W100', place, `${why}, and the budget lets it read ${sizeText(forecast.givenBytes)}${keeps}`));
  }
  if (overdue.bags > 0) found.push(finding('W101', place, overdueText(overdue, bags, `were not read for more than ${periodText(everyMs)}`)));
  if (playOverdue.bags > 0 && playEveryMs !== null)
    found.push(finding('W102', place, overdueText(playOverdue, bags, `were not decoded for more than ${periodText(playEveryMs)}`)));
  if (damaged > 0)
    found.push(finding('W103', place, agree`${damaged} of ${bags} bag[s] [was|were] found damaged, and no verification since has found them intact`));
  if (clock.behind > 0 || clock.future > 0) found.push(finding('W104', place, clockText(clock)));
  return found;
}

function overdueText({ bags, sinceMs }: DueState['overdue'], of: number, what: string): string {
  const since = sinceMs === null ? '' : `; the first has been overdue since ${new Date(sinceMs).toISOString().slice(0, 10)}`;
  return agree`${bags} of ${of} bag[s] ${what}${since}`;
}

function clockText({ entries, behind, mostBehindMs, future }: ClockAccount): string {
  const parts: string[] = [];
  if (behind > 0)
    parts.push(
      agree`${behind} of ${entries} entr[y|ies] of the log [has|have] an earlier time than a previous one, by at most ${periodText(mostBehindMs)}`,
    );
  if (future > 0)
    parts.push(
      `the last ${future === 1 ? 'entry has' : agree`${future} entr[y|ies] [has|have]`} a time in the future and ${future === 1 ? 'is' : 'are'} ignored`,
    );
  return parts.join('; ');
}
