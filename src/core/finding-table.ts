import { archiveFindings } from './findings/archive.ts';
import { boxesFindings } from './findings/boxes.ts';
import { casesFindings } from './findings/cases.ts';
import { compressedFindings } from './findings/compressed.ts';
import { demuxedFindings } from './findings/demuxed.ts';
import { dictationFindings } from './findings/dictation.ts';
import { differencesFindings } from './findings/differences.ts';
import { doctorFindings } from './findings/doctor.ts';
import { familiesFindings } from './findings/families.ts';
import { formatsFindings } from './findings/formats.ts';
import { guessingFindings } from './findings/guessing.ts';
import { iffFindings } from './findings/iff.ts';
import { importersFindings } from './findings/importers.ts';
import { logFindings } from './findings/log.ts';
import { mappingsFindings } from './findings/mappings.ts';
import { mediaFindings } from './findings/media.ts';
import { notesFindings } from './findings/notes.ts';
import { packetFileFindings } from './findings/packet-files.ts';
import { packetsFindings } from './findings/packets.ts';
import { pipelineFindings } from './findings/pipeline.ts';
import { playabilityFindings } from './findings/playability.ts';
import { rehashFindings } from './findings/rehash.ts';
import { reimportFindings } from './findings/reimport.ts';
import { replicasFindings } from './findings/replicas.ts';
import { rowAlarmFindings } from './findings/row-alarms.ts';
import { scheduleFindings, scheduleUsageFindings } from './findings/schedule.ts';
import { serveFindings } from './findings/serve.ts';
import { sourceFindings } from './findings/source.ts';
import { speechFramesFindings } from './findings/speech-frames.ts';
import { stampsFindings } from './findings/stamps.ts';
import { statementFindings } from './findings/statement.ts';
import { tablesFindings } from './findings/tables.ts';
import type { FindingEntry } from './findings/types.ts';
import { usageFindings } from './findings/usage.ts';
import { verifyFindings } from './findings/verify.ts';
import { viewerFindings } from './findings/viewer.ts';
import { waveFindings } from './findings/wave.ts';
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
  differencesFindings,
  statementFindings,
  usageFindings,
  scheduleUsageFindings,
  serveFindings,
] as const;

type KeysOf<Entries> = Entries extends unknown ? Extract<keyof Entries, string> : never;

/** A code of the table. One that does not exist does not compile where a finding, a verdict or an error is made. */
export type FindingCode = KeysOf<(typeof rooms)[number]>;

/** Every code that longplay prints, by code. */
export const findingTable: ReadonlyMap<string, FindingEntry> = new Map(rooms.flatMap((room): [string, FindingEntry][] => Object.entries(room)));

/**
 * True for a finding that ends an import, a dry run or a survey with exit code 3 by its code alone: those that the table marks, and errors of a source (S…) or of a table or
 * document in it (T…), each of which names something that could not be read. Lost records are not among them: they are counted together (P272).
 */
export function isAlarm(code: string): boolean {
  const entry = findingTable.get(code);
  return entry !== undefined && (entry.alarm === true || (entry.severity === 'error' && /^[ST]/.test(code) && !isLostRecord({ code })));
}

/** True for a finding that tells of what the machine does not give: a run that tells it has not done all, and nothing is against the archive. */
export function isOfMachine(code: string): boolean {
  return findingTable.get(code)?.machine === true;
}

/** True for an error that is not the machine's: what was looked at is not as it was written. */
export function isFaultOfArchive(code: string): boolean {
  return findingTable.get(code)?.severity === 'error' && !isOfMachine(code);
}
