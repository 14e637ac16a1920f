import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { MediaRef, NameValue, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import type { ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { Described } from '../engine/records/described.ts';
import { exceptionWords, failedRecording, isRecordable, mediaOf, recordedOf, sideOf } from './codes.ts';
import { stemOf } from './names.ts';
import { firstOf, idOf, type RecordingFacts, said } from './rows.ts';

type Rows = readonly JoinedRecord[];
/** The recordings of one interaction. */
export type Recordings = readonly RecordingFacts<JoinedRecord>[];

/**
 * Returns a function that returns the facts about a medium: those of the recording whose row names the file; or else of the only recording; or else the facts
 * on which all recordings agree.
 */
export function mediumOf(recordings: Recordings, files: readonly ClaimedFile[]): (file: ClaimedFile) => Partial<Omit<MediaRef, 'path'>> {
  const factsOf = ({ rows }: { readonly rows: Rows }) => ({
    side: sideOf(firstOf(rows, (row) => said(row, 'tiRecordingSideTypeID')) ?? firstOf(rows, (row) => said(row, 'vcRecordingSideDesc'))),
    isScreen:
      (
        mediaOf(firstOf(rows, (row) => said(row, 'tiMediaTypeId', 'iMediaTypeId'))) ?? mediaOf(firstOf(rows, (row) => said(row, 'vcMediaDesc')))
      )?.join() === 'screen',
    audioStart: audioStartOf(rows),
  });
  const all = recordings.map((recording) => ({ ...recording, ...factsOf(recording) }));
  const sides = new Set(all.map(({ side }) => side));
  return (file) => {
    const stem = stemOf(file.path).toLowerCase();
    const own = all.find(({ stems }) => stems.includes(stem)) ?? (all.length === 1 && files.length === 1 ? all[0] : undefined);
    if (own === undefined) return sides.size === 1 ? { side: all[0]?.side ?? 'unknown' } : {};
    const { side, isScreen, audioStart } = own;
    if (audioStart !== null) takeStart(own.rows, audioStart);
    return { side, audioStart, ...(isScreen ? { kind: 'screen' as const } : {}) };
  };
}

/** Returns the status. Sides and screen recordings of one interaction do not count as parts of it. */
export function statusOf(interactions: number, files: readonly ClaimedFile[], medium: ReturnType<typeof mediumOf>): Pick<Described, 'status'> {
  const sounding = files.filter(({ size }) => size > 0);
  if (sounding.length === 0 || files.every(({ window }) => window)) return {};
  if (interactions > 1) return { status: 'shared-audio' };
  const isScreen = (file: ClaimedFile): boolean => medium(file).kind === 'screen' || /\.avi$/i.test(file.path);
  const sides = sounding.filter((file) => !isScreen(file)).map((file) => medium(file).side ?? 'unknown');
  const isWhole = sides.length <= 1 || (!sides.includes('unknown') && new Set(sides).size === sides.length);
  return isWhole ? { status: 'matched' } : {};
}

export function absenceOf(
  rows: Rows,
  recordings: Recordings,
  files: readonly ClaimedFile[],
  place: string,
): { readonly value: 'not-recorded-by-design' | null; readonly findings: readonly Finding[] } {
  const ofCall = firstOf(rows, (row) => recordedOf(said(row, 'tiInteractionRecordedTypeID', 'tiRecordedTypeID', 'vcRecordedTypeDesc')));
  const ofRecordings = recordings.map(({ rows: own }) => firstOf(own, (row) => recordedOf(said(row, 'tiRecordingRecordedTypeID'))));
  const recorded = ofCall ?? (ofRecordings.length > 0 && ofRecordings.every((each) => each === 'no') ? 'no' : null);
  const media = firstOf(rows, (row) => mediaOf(said(row, 'iMediaTypesId'))) ?? [];
  const failed = exceptionsOf(rows).filter((code) => failedRecording.has(code));
  const isWritten = media.length > 0 && !isRecordable(media);
  if (recorded === 'no' && files.length > 0)
    return { value: null, findings: [finding('I170', place, agree`its row says that nothing was recorded; ${files.length} file[s] [is|are] there`)] };
  if (files.length > 0 || !(recorded === 'no' || isWritten)) return { value: null, findings: [] };
  if (failed.length === 0) return { value: 'not-recorded-by-design', findings: [] };
  return { value: null, findings: [finding('I281', place, `it was not recorded, and has exceptions: ${failed.map(exceptionWords).join(', ')}`)] };
}

function exceptionsOf(rows: Rows): readonly string[] {
  return [...new Set(rows.flatMap((row) => idOf(row, 'iExceptionTypeID') ?? []))];
}

export function qualityOf(rows: Rows, recordings: Recordings): NameValue[] {
  const exceptions = exceptionsOf(rows).map((code) => ({ name: 'exception', value: exceptionWords(code) }));
  for (const row of rows) row.take(['iExceptionTypeID']);
  const partial = [...rows, ...recordings.flatMap(({ rows: own }) => own)].some((row) =>
    ['tiInteractionRecordedTypeID', 'tiRecordingRecordedTypeID', 'tiRecordedTypeID'].some((column) => recordedOf(said(row, column)) === 'partial'),
  );
  return [...exceptions, ...(partial ? [{ name: 'recorded', value: 'partial' }] : [])];
}

/** Returns when the audio of a recording begins, according to its rows. */
export function audioStartOf(rows: Rows): TimeValue | null {
  const time = firstOf(rows, (row) => {
    const raw = said(row, 'dtRecordingGMTStartTime');
    return raw === null ? null : parseTime(raw, { format: 'iso', zone: 'UTC' });
  });
  return time === null || time.utc === null ? null : time;
}

/** Takes the start of a recording from all rows that contain it, in any form. */
export function takeStart(rows: Rows, start: TimeValue): void {
  const column = 'dtRecordingGMTStartTime';
  for (const row of rows) if (parseTime(row.peek([column]) ?? '', { format: 'iso', zone: 'UTC' }).utc === start.utc) row.take([column]);
}
