import { archiveFindings } from './entries/archive.ts';
import { casesFindings } from './entries/cases.ts';
import { differencesFindings } from './entries/differences.ts';
import { doctorFindings } from './entries/doctor.ts';
import { erasureFindings } from './entries/erasure.ts';
import { familiesFindings } from './entries/families.ts';
import { followFindings } from './entries/follow.ts';
import { boxesFindings } from './entries/formats/boxes.ts';
import { compressedFindings } from './entries/formats/compressed.ts';
import { demuxedFindings } from './entries/formats/demuxed.ts';
import { dictationFindings } from './entries/formats/dictation.ts';
import { formatsFindings } from './entries/formats/formats.ts';
import { guessingFindings } from './entries/formats/guessing.ts';
import { iffFindings } from './entries/formats/iff.ts';
import { packetFileFindings } from './entries/formats/packet-files.ts';
import { packetsFindings } from './entries/formats/packets.ts';
import { speechFramesFindings } from './entries/formats/speech-frames.ts';
import { waveFindings } from './entries/formats/wave.ts';
import { importersFindings } from './entries/importers.ts';
import { keptTablesFindings } from './entries/kept-tables.ts';
import { keyringFindings } from './entries/keyring.ts';
import { laterTablesFindings } from './entries/later-tables.ts';
import { logFindings } from './entries/log.ts';
import { mappingsFindings } from './entries/mappings.ts';
import { mediaFindings } from './entries/media.ts';
import { notesFindings } from './entries/notes.ts';
import { pipelineFindings } from './entries/pipeline.ts';
import { playabilityFindings } from './entries/playability.ts';
import { rehashFindings } from './entries/rehash.ts';
import { reimportFindings } from './entries/reimport.ts';
import { replicasFindings } from './entries/replicas.ts';
import { retentionFindings } from './entries/retention.ts';
import { rowAlarmFindings } from './entries/row-alarms.ts';
import { scheduleFindings, scheduleUsageFindings } from './entries/schedule.ts';
import { sealingFindings } from './entries/sealing.ts';
import { serveFindings } from './entries/serve.ts';
import { sourceFindings } from './entries/source.ts';
import { stampsFindings } from './entries/stamps.ts';
import { statementFindings } from './entries/statement.ts';
import { tablesFindings } from './entries/tables.ts';
import type { FindingEntry } from './entries/types.ts';
import { usageFindings } from './entries/usage.ts';
import { verifyFindings } from './entries/verify.ts';
import { viewerFindings } from './entries/viewer.ts';
import { isLostRecord } from './lost-record.ts';

const rooms = [
  sourceFindings,
  formatsFindings,
  waveFindings,
  boxesFindings,
  compressedFindings,
  demuxedFindings,
  dictationFindings,
  iffFindings,
  speechFramesFindings,
  guessingFindings,
  mediaFindings,
  packetsFindings,
  packetFileFindings,
  tablesFindings,
  importersFindings,
  rowAlarmFindings,
  mappingsFindings,
  familiesFindings,
  casesFindings,
  notesFindings,
  archiveFindings,
  logFindings,
  verifyFindings,
  viewerFindings,
  rehashFindings,
  scheduleFindings,
  stampsFindings,
  playabilityFindings,
  replicasFindings,
  pipelineFindings,
  doctorFindings,
  reimportFindings,
  keptTablesFindings,
  followFindings,
  laterTablesFindings,
  erasureFindings,
  differencesFindings,
  statementFindings,
  keyringFindings,
  usageFindings,
  scheduleUsageFindings,
  sealingFindings,
  serveFindings,
  retentionFindings,
] as const;

type KeysOf<Entries> = Entries extends unknown ? Extract<keyof Entries, string> : never;

/** A code of the table. A finding, verdict or error with an unknown code does not compile. */
export type FindingCode = KeysOf<(typeof rooms)[number]>;

/** All codes that longplay prints, with their entries. */
export const findingTable: ReadonlyMap<string, FindingEntry> = new Map(rooms.flatMap((room): [string, FindingEntry][] => Object.entries(room)));

/**
 * Returns true for a finding whose code alone ends an import, a dry run or a survey with exit code 3. These are the codes that the table marks, and
 * errors of a source (S…) or of a table or document in it (T…), each of which names something that could not be read. Lost records are not included:
 * P272 counts them together.
 */
export function isAlarm(code: string): boolean {
  const entry = findingTable.get(code);
  return entry !== undefined && (entry.alarm === true || (entry.severity === 'error' && /^[ST]/.test(code) && !isLostRecord({ code })));
}

/**
 * Returns true for a finding about something that the machine does not provide: the run is then incomplete, and no fault of the archive is reported.
 */
export function isMachineFinding(code: string): boolean {
  return findingTable.get(code)?.machine === true;
}

/** Returns true for an error that the machine did not cause: the examined data differ from what was written. */
export function isFaultOfArchive(code: string): boolean {
  return findingTable.get(code)?.severity === 'error' && !isMachineFinding(code);
}
