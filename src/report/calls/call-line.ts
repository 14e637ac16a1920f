import type { Grade } from '../../core/model/grade.ts';
import { isDescription, type NameValue, type Party, type Recording, type TimeValue } from '../../core/model/recording.ts';
import { countsAsAudio, type HasSound } from '../../core/model/sound.ts';

/**
 * Relation of a recording to the archive. `new`, `changed`: added by this import; `archived`: in the archive before; `amended`: in the archive before, and
 * described again; `repeated`: a second occurrence with the same rows and files; `not-imported`: could not be imported.
 */
export type ArchiveRelation = 'new' | 'changed' | 'archived' | 'amended' | 'repeated' | 'not-imported' | 'erased';

/** Data of one recording for a report: no telephone number and no name. */
export interface CallLine {
  /** Id in the archive; null in a report without an archive. */
  readonly recordingId: string | null;
  readonly key: string;
  readonly importer: string;
  readonly grade: Grade | null;
  readonly status: string;
  /** Match status, from metadata. */
  readonly joined: string;
  readonly standing: ArchiveRelation;
  readonly rule: string;
  /** Why decoding changed the status; null if it did not. */
  readonly reason: string | null;
  /** UTC if known, otherwise local time; null if both are unknown. */
  readonly start: string | null;
  readonly startCertainty: string | null;
  /** Length of the longest audio file; null if unknown. */
  readonly durationMs: number | null;
  readonly audioFiles: number;
  /** Whether the call has audio, as far as its files were examined. Absent in lists of versions that did not record it. */
  readonly sound?: HasSound;
  /** Number of audio files that may be noise because of a wrong codec. */
  readonly doubtful: number;
  /** Places of the first audio files. */
  readonly places: readonly string[];
  /** Places of the first rows and sidecars, e.g. `cdr.csv:17`. */
  readonly rows: readonly string[];
  /** Number of files and rows beyond those. */
  readonly morePlaces: number;
  /** Devices, agent ids, and the recorder's data about queue, channel, tenant … */
  readonly marks: readonly NameValue[];
}

/** Returns true if a call counts as one with audio. */
export function hasAudio({ sound, audioFiles }: Pick<CallLine, 'sound' | 'audioFiles'>): boolean {
  return sound === undefined ? audioFiles > 0 : countsAsAudio(sound);
}

/** Largest number of places of each kind in a line. */
const placesNamed = 20;
/** Largest number of marks of one recording that are counted. */
const marksCounted = 50;

/** Returns the line of a recording, from its importer's data. */
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
  const rows: string[] = [];
  for (const ref of provenance) if (isDescription(ref)) rows.push(ref.row === null ? ref.path : `${ref.path}:${ref.row}`);
  // Members are listed by name, because there are millions of lines and a spread costs more than all of them.
  return {
    recordingId: known.recordingId,
    standing: known.standing,
    status: known.status,
    reason: known.reason,
    durationMs: known.durationMs,
    doubtful: known.doubtful,
    ...(known.sound === undefined ? {} : { sound: known.sound }),
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
    marks: marksOf(parties, org),
  };
}

/**
 * Returns the first `marksCounted` marks: each device once, without the part that differs between calls and without telephone numbers, and each agent by the id. Many exports have the id in
 * the column of the name: a single word with a digit counts as an id; other names are omitted.
 */
function marksOf(parties: readonly Party[], org: readonly NameValue[]): NameValue[] {
  const marks: NameValue[] = [];
  const add = (name: string, given: string): void => {
    if (given === '' || marks.length >= marksCounted) return;
    const value = name === 'agent' ? given : given.replace(telephone, '…');
    if (!marks.some((mark) => mark.name === name && mark.value === value)) marks.push({ name, value });
  };
  for (const { role, device, agentId, name } of parties) {
    // Asterisk names a channel `SIP/2001-0000002a`, and the two halves of a local channel `…;1` and `…;2` (main/channel.c, chan_sip.c).
    if (device !== null) add('device', device.replace(/-[0-9a-f]{8}(;[12])?$/, ''));
    add('agent', agentId ?? (role === 'agent' && name !== null && idInName.test(name) ? name : ''));
  }
  for (const { name, value } of org) add(name, value);
  return marks;
}

/** Matches `105` and `agent07`, but no telephone number. */
const idInName = /^(?=\D*\d)(?!.*\d{7})[\w.-]{1,32}$/;

/** Matches a sequence of at least seven digits, which counts as a telephone number: extensions and channels have fewer. */
const telephone = /\+?\d{7,}/g;

function startOf(time: TimeValue | null): string | null {
  if (time === null || time.certainty === 'sentinel' || time.certainty === 'unreadable') return null;
  return time.utc ?? time.local ?? time.candidates[0] ?? null;
}
