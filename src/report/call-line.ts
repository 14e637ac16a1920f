import type { Grade } from '../core/grade.ts';
import type { NameValue, Recording, TimeValue } from '../core/recording.ts';

/**
 * Where a recording stands towards the archive: `new` and `changed` are taken in by this import, `archived` was there before,
 * `repeated` occurs a second time with the same rows and files, `not-imported` could not be taken in.
 */
export type Standing = 'new' | 'changed' | 'archived' | 'repeated' | 'not-imported';

/** What a report knows of one recording: no number and no name of anybody. */
export interface CallLine {
  /** In the archive; null in a report about no archive. */
  readonly recordingId: string | null;
  readonly key: string;
  readonly importer: string;
  readonly grade: Grade | null;
  readonly status: string;
  /** The status that the join of rows and audio gave. */
  readonly joined: string;
  readonly standing: Standing;
  readonly rule: string;
  /** Why the audio gave another status than the join; null where it did not. */
  readonly reason: string | null;
  /** UTC where it is known, else the wall clock; null where neither is. */
  readonly start: string | null;
  readonly startCertainty: string | null;
  /** Of the longest file of sound; null where nobody knows. */
  readonly durationMs: number | null;
  readonly audioFiles: number;
  /** Files of sound that may be noise of a wrong decoding. */
  readonly doubtful: number;
  /** Files, the first of them. */
  readonly places: readonly string[];
  /** Rows and sidecars, the first of them: `cdr.csv:17`. */
  readonly rows: readonly string[];
  /** Files and rows beyond those. */
  readonly morePlaces: number;
  /** Devices, ids of agents, and what the recorder says of queue, channel, tenant … */
  readonly marks: readonly NameValue[];
}

/** Places of each kind that a line names. */
const placesNamed = 20;
/** Marks of one recording that are counted. */
const marksCounted = 50;

/** The line of a recording as its importer gives it. */
export function callLine(
  recording: Recording,
  known: Pick<CallLine, 'recordingId' | 'standing' | 'durationMs'> & {
    readonly status: string;
    readonly reason: string | null;
    readonly doubtful: number;
  },
): CallLine {
  const { key, importer, grade, reconciliation, media, provenance, parties, org } = recording;
  const start = recording.callStart ?? media.find((m) => m.audioStart !== null)?.audioStart ?? null;
  const rows = provenance.flatMap(({ kind, path, row }) => (kind === 'name' ? [] : [row === null ? path : `${path}:${row}`]));
  const devices = parties.flatMap(({ device, agentId }) => [named('device', device), named('agent', agentId)]);
  const marks = new Map([...devices, ...org].flatMap((mark) => (mark === null || mark.value === '' ? [] : [[`${mark.name}\n${mark.value}`, mark]])));
  return {
    ...known,
    key,
    importer,
    grade,
    joined: reconciliation.status,
    rule: reconciliation.rule,
    start: startOf(start),
    startCertainty: start?.certainty ?? null,
    audioFiles: media.filter(({ kind }) => kind === 'audio').length,
    places: media.slice(0, placesNamed).map(({ path }) => path),
    rows: rows.slice(0, placesNamed),
    morePlaces: Math.max(0, media.length - placesNamed) + Math.max(0, rows.length - placesNamed),
    marks: [...marks.values()].slice(0, marksCounted),
  };
}

function named(name: string, value: string | null): NameValue | null {
  return value === null ? null : { name, value };
}

function startOf(time: TimeValue | null): string | null {
  if (time === null || time.certainty === 'sentinel' || time.certainty === 'unreadable') return null;
  return time.utc ?? time.local ?? time.candidates[0] ?? null;
}
