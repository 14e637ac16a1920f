import type { Finding } from '../../core/findings/finding.ts';
import type { KeepingState, RecorderField } from '../../core/model/keeping-state.ts';
import { csvRow } from '../calls/csv.ts';

/** Number of recordings in each state. */
export type StateCounts = Readonly<Record<KeepingState, number>>;

/** Recordings that are to be deleted, kept and held at a moment. */
export interface RetentionPlan {
  /** ISO time for which the plan was made. */
  readonly at: string;
  readonly archive: string;
  /** Version of the policy in force; null: none. */
  readonly version: number | null;
  readonly recordings: number;
  readonly states: StateCounts;
  /** Counts by the year of the call's start, oldest first; `unknown` last. */
  readonly years: readonly { readonly year: string; readonly states: StateCounts }[];
  /** Recordings by the reason that forbids their deletion, most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly recordings: number; readonly deferred: number }[];
  /** Recordings by rules of the version in force, in code-point order. */
  readonly rules: readonly { readonly rule: string; readonly recordings: number }[];
  /** Recordings whose not-after is before their not-before: they are kept until the not-before. */
  readonly conflicts: readonly { readonly keep: string; readonly remove: string; readonly recordings: number }[];
  /** Statements of the recorder that no matching rule names. */
  readonly unmapped: readonly { readonly field: RecorderField; readonly value: string; readonly recordings: number }[];
  /** Recordings whose intervals were counted from the latest possible moment, by the reason. */
  readonly uncertain: readonly { readonly what: string; readonly recordings: number }[];
  readonly holds: readonly { readonly hold: string; readonly recordings: number; readonly following: boolean }[];
  /** Reasons why nothing may be deleted; empty: it is known what must be kept. */
  readonly lost: readonly string[];
  /** What a person should look at in the policy in force: findings D109 to D113. */
  readonly warnings: readonly Pick<Finding, 'code' | 'place' | 'message'>[];
}

/** A recording of a plan: no telephone number and no name. */
export interface PlannedRecording {
  readonly recordingId: string;
  readonly bag: string;
  readonly start: string | null;
  readonly state: KeepingState;
  readonly notBefore: string | null;
  readonly notBeforeRule: string | null;
  readonly notAfter: string | null;
  readonly notAfterRule: string | null;
  readonly conflict: boolean;
  readonly reasons: readonly string[];
  readonly rules: readonly string[];
  readonly uncertain: readonly string[];
}

const columns = [
  'recordingId',
  'bag',
  'start',
  'state',
  'notBefore',
  'notBeforeRule',
  'notAfter',
  'notAfterRule',
  'conflict',
  'reasons',
  'rules',
  'uncertain',
] as const satisfies readonly (keyof PlannedRecording)[];

/** Names of the columns of a plan as CSV. */
export const planHead = csvRow(columns);

/** Returns a recording of a plan as a line of CSV. */
export function planLine(recording: PlannedRecording): string {
  const cell = (value: PlannedRecording[keyof PlannedRecording]): string | null => {
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return typeof value === 'object' && value !== null ? value.join('; ') : value;
  };
  return csvRow(columns.map((name) => cell(recording[name])));
}

/** Words of the states, as headings. */
export const stateWords: Readonly<Record<KeepingState, string>> = {
  due: 'to be deleted',
  deferred: 'to be deleted, and deferred',
  held: 'held',
  kept: 'kept',
  free: 'may be deleted on request',
  'no-rule': 'no rule',
};
