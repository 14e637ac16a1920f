import type { Grade } from '../../core/model/grade.ts';
import type { NameValue, Party, Recording, TimeValue } from '../../core/model/recording.ts';
import { countsAsAudio, type HasSound } from '../../core/model/sound.ts';

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
  /** Whether it has sound, as far as that was looked at. Absent in lists that were made before it was asked. */
  readonly sound?: HasSound;
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

/** True where a call counts as one with audio. */
export function hasAudio({ sound, audioFiles }: Pick<CallLine, 'sound' | 'audioFiles'>): boolean {
  return sound === undefined ? audioFiles > 0 : countsAsAudio(sound);
}

/** Places of each kind that a line names. */
const placesNamed = 20;
/** Marks of one recording that are counted. */
const marksCounted = 50;

/** The line of a recording as its importer gives it. */
export function callLine(
  recording: Recording,
  known: Pick<CallLine, 'recordingId' | 'standing' | 'durationMs' | 'sound'> & {
    readonly status: string;
    readonly reason: string | null;
    readonly doubtful: number;
  },
): CallLine {
  const { key, importer, grade, reconciliation, media, provenance, parties, org } = recording;
  const start = recording.callStart ?? media.find((m) => m.audioStart !== null)?.audioStart ?? null;
  const rows = provenance.flatMap(({ kind, path, row }) => (kind === 'name' ? [] : [row === null ? path : `${path}:${row}`]));
  const marks = new Map(marksOf(parties, org).map((mark) => [`${mark.name}\n${mark.value}`, mark]));
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

/**
 * Devices without what tells one call of theirs from the next, and without telephone numbers; agents by their ids. Many exports have the id in the column of the name: a single
 * word with a digit in it is taken for one, other names are nobody's business here.
 */
function marksOf(parties: readonly Party[], org: readonly NameValue[]): NameValue[] {
  const devices = parties.flatMap(({ role, device, agentId, name }) => [
    // Asterisk names a channel `SIP/2001-0000002a`, the two halves of a local one `…;1` and `…;2` (main/channel.c, chan_sip.c).
    { name: 'device', value: (device ?? '').replace(/-[0-9a-f]{8}(;[12])?$/, '') },
    { name: 'agent', value: agentId ?? (role === 'agent' && name !== null && idInName.test(name) ? name : '') },
  ]);
  const all = [...devices, ...org].filter(({ value }) => value !== '');
  return all.map(({ name, value }) => ({ name, value: name === 'agent' ? value : value.replace(telephone, '…') }));
}

/** `105`, `agent07`, and no telephone number. */
const idInName = /^(?=\D*\d)(?!.*\d{7})[\w.-]{1,32}$/;

/** So many digits in a row are taken for a telephone number: extensions and channels have fewer. */
const telephone = /\+?\d{7,}/g;

function startOf(time: TimeValue | null): string | null {
  if (time === null || time.certainty === 'sentinel' || time.certainty === 'unreadable') return null;
  return time.utc ?? time.local ?? time.candidates[0] ?? null;
}
