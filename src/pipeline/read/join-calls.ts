import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { CallAccount, Recording } from '../../core/model/recording.ts';
import type { CallPair, CallTable } from '../../store/jobs/call-table.ts';

/** Largest difference of starts that are one call if a number agrees as well, after correcting the clock difference (recorder facts 1.16). */
const windowMs = 2_000;
/** Number of pairs that a clock difference needs; number of pairs that are kept to compute the median. */
const [fewestPairs, mostPairs] = [5, 20_000] as const;
/** Tolerances of a start, after correcting the clock difference, and of a duration (in ms, and as a share). Larger differences are contradictions. */
const [startToleranceMs, lengthToleranceMs, lengthTolerance] = [5_000, 5_000, 0.1] as const;

/** Difference between the clocks of two exports. */
interface ClockDifference {
  readonly part: number;
  readonly otherPart: number;
  readonly pairs: number;
  /** Median of the second export's start minus the first export's start, in ms. */
  readonly medianMs: number;
  /** Nine of ten pairs are within this distance of the median, in ms. */
  readonly spreadMs: number;
}

/** A call, with the accounts of other exports. */
export interface JoinedCall {
  readonly recording: Recording;
  /** Accounts that were merged into this call first: their rows are counted as matched once. */
  readonly absorbed: readonly Recording[];
}

/**
 * Merges the descriptions of one call in several exports: first by shared ids; then the rest by a number and the time, corrected by the clock
 * difference of the pairs with shared ids. Contradictions give a finding.
 * @param names names of the exports, for findings
 */
export function* joinCalls(table: CallTable, names: readonly string[], place: string): Generator<JoinedCall | Finding> {
  const { crowded } = table.joinByIds();
  const clocks = clockDifferences(table.pairs());
  const driftOf = (part: number, other: number): number | null => clocks.get(`${part} ${other}`)?.medianMs ?? null;
  const { ambiguous } = table.joinByWindow((part, other) => driftOf(part, other), windowMs);
  for (const clock of clocks.values()) {
    if (clock.pairs < fewestPairs || Math.abs(clock.medianMs) < 1_000) continue;
    const apart = `the clock of ${names[clock.otherPart]} is ${seconds(Math.abs(clock.medianMs))} s ${clock.medianMs > 0 ? 'ahead of' : 'behind'} that of ${names[clock.part]}`;
    yield finding('P190', place, agree`${apart}: median of ${clock.pairs} pair[s], nine of ten within ${seconds(clock.spreadMs)} s of it`);
  }
  if (crowded > 0)
    yield finding(
      'P191',
      place,
      agree`${crowded} description[s] [has|have] an id that too many descriptions share for one call; [it was|they were] not matched`,
    );
  if (ambiguous > 0)
    yield finding(
      'P192',
      place,
      agree`${ambiguous} description[s] [matches|match] several recordings by number and time, or several [matches|match] one; [it was|they were] not matched`,
    );
  const twice = table.audioTwice();
  if (twice > 0)
    yield finding('P193', place, agree`${twice} id[s] [occurs|occur] with audio in two exports; both are stored, each as a separate recording`);
  for (const { recording, part, accounts } of table.calls()) {
    const said = accounts.map(({ recording: account, by }): CallAccount => accountOf(account, by));
    const contradictions = accounts.flatMap(({ recording: account, part: other }) =>
      contradictionsOf(recording, account, driftOf(part, other) ?? 0, names[other] ?? ''),
    );
    yield {
      recording: {
        ...recording,
        accounts: said,
        provenance: [...recording.provenance, ...said.flatMap((account) => account.provenance)],
        findings: [...recording.findings, ...contradictions, ...accounts.flatMap((each) => each.recording.findings)],
      },
      absorbed: accounts.flatMap((each) => (each.isFirst ? [each.recording] : [])),
    };
  }
}

/** Returns the content of a recording as an account of another one. */
export function accountOf(recording: Recording, joinedBy: CallAccount['joinedBy']): CallAccount {
  const { importer, grade, key, sourceKeys, correlation, callStart, callAnswer, callEnd, durationDeclared } = recording;
  const { direction, parties, org, events, tags, extra, provenance } = recording;
  return {
    joinedBy,
    importer,
    grade,
    key,
    sourceKeys,
    correlation,
    callStart,
    callAnswer,
    callEnd,
    durationDeclared,
    direction,
    parties,
    org,
    events,
    tags,
    extra,
    provenance,
  };
}

/** Returns the median difference of the starts for each pair of exports, by `main account`. */
function clockDifferences(pairs: Iterable<CallPair>): ReadonlyMap<string, ClockDifference> {
  const apart = new Map<string, { readonly part: number; readonly otherPart: number; readonly values: number[] }>();
  for (const { mainPart, accountPart, startsApartMs } of pairs) {
    if (startsApartMs === null) continue;
    const key = `${mainPart} ${accountPart}`;
    const known = apart.get(key);
    if (known === undefined) apart.set(key, { part: mainPart, otherPart: accountPart, values: [startsApartMs] });
    else if (known.values.length < mostPairs) known.values.push(startsApartMs);
  }
  const clocks = new Map<string, ClockDifference>();
  for (const [key, { part, otherPart, values }] of apart) {
    if (values.length < fewestPairs) continue;
    const medianMs = quantile(values, 0.5);
    const spreadMs = quantile(
      values.map((value) => Math.abs(value - medianMs)),
      0.9,
    );
    clocks.set(key, { part, otherPart, pairs: values.length, medianMs, spreadMs });
  }
  return clocks;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The members of a description that are compared with another one. */
type Compared = Pick<Recording, 'key' | 'callStart' | 'durationDeclared' | 'direction'>;

/**
 * Returns the contradictions between two descriptions of one call (P194), without any value.
 * @param driftMs by how many ms the clock of the second one is ahead
 * @param name name of the second export
 */
export function contradictionsOf(main: Compared, account: Compared, driftMs: number, name: string): Finding[] {
  const found: string[] = [];
  if (main.callStart?.utc != null && account.callStart?.utc != null) {
    const apart = Date.parse(account.callStart.utc) - Date.parse(main.callStart.utc) - driftMs;
    if (Math.abs(apart) > startToleranceMs) found.push(`starts ${seconds(Math.abs(apart))} s ${apart > 0 ? 'later' : 'earlier'}`);
  }
  const [one, other] = [main.durationDeclared?.ms, account.durationDeclared?.ms];
  if (one !== undefined && other !== undefined) {
    const apart = Math.abs(one - other);
    if (apart > lengthToleranceMs && apart > lengthTolerance * Math.max(one, other))
      found.push(`is ${seconds(other)} s long instead of ${seconds(one)} s`);
  }
  const [way, otherWay] = [main.direction.value, account.direction.value];
  if (way !== 'unknown' && otherWay !== 'unknown' && way !== otherWay) found.push(`is ${otherWay} instead of ${way}`);
  return found.length === 0 ? [] : [finding('P194', main.key, `by ${name} the call ${found.join(', ')}`)];
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
