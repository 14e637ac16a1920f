import type { Party, TimeValue } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { clockText } from '../../core/time/clock-text.ts';
import { type MediaSpan, mediaSpans, msBehind, soundMs } from '../../core/time/media-spans.ts';
import { spanOf } from '../../core/time/time-span.ts';
import { addressText, type CaseMessage, type MessageAddress } from '../messages/message.ts';
import { partyOfAddress } from '../messages/party-marks.ts';
import { callSpan } from '../person/call-span.ts';
import type { KnownParties } from '../person/known-parties.ts';
import { type CaseTime, caseTime, momentsOf } from './case-times.ts';
import { type NoRecording, noRecordingOf } from './unanswered.ts';

/** A person in a timeline. */
export interface TimelineParty {
  readonly role: string;
  /** Number, name and id, as in the source system. */
  readonly label: string;
  /** Keys that identify the party across systems; `isOneParty` compares them. */
  readonly keys: readonly string[];
}

/** Another export's account of the call, placed in time. */
export interface TimelineAccount {
  readonly system: string;
  readonly time: CaseTime;
  readonly lengthMs: number | null;
  /** Time from start to answer in ms; null if unknown. */
  readonly answerMs: number | null;
  readonly parties: readonly TimelineParty[];
}

/** A recording or a message of a case. */
export interface TimelineEntry {
  /** Recording id, or e.g. `m1-3` for the third message of the first import. */
  readonly key: string;
  readonly kind: 'recording' | 'message';
  readonly time: CaseTime;
  /** Position of the sound of each file, in ms from the start of the entry; empty: no sound. */
  readonly sounds: readonly MediaSpan[];
  /** Local time with its zone; empty if unknown. */
  readonly clock: string;
  /** Length of the sound or, if there is none, of the call. */
  readonly lengthMs: number | null;
  readonly lengthOf: 'audio' | 'call' | null;
  /** Length of the call, if the system states it; else null. */
  readonly callMs: number | null;
  /** Time from start to answer, if the system states it; else null. Nothing is said before the answer. */
  readonly answerMs: number | null;
  /** Why no recording is expected; null: a recording is expected. */
  readonly noRecording: NoRecording | null;
  readonly hasAudio: boolean;
  /** Name of the system, e.g. `asterisk pbx`, `oreka`, `mail`. */
  readonly system: string;
  readonly direction: string;
  readonly status: string;
  readonly parties: readonly TimelineParty[];
  readonly accounts: readonly TimelineAccount[];
  /** Subject and text of a message; empty for a recording. */
  readonly text: string;
  /** For a recording: codec and problems. */
  readonly remark: string;
  /** Decisions about the recording, in words. Absent: there are none. */
  readonly decided?: readonly string[];
}

/** Converts a recording to an entry. @param decided decisions about the recording, in words */
export function recordingEntry(document: RecordingDocument, known: KnownParties, decided: readonly string[] = []): TimelineEntry {
  const { recording, media, site, recordingId } = document;
  const span = callSpan(document);
  const partiesOf = (parties: readonly Party[], within: string): TimelineParty[] =>
    parties.map((party, at) => ({
      role: party.role,
      label: labelOf(party),
      keys: known.keysOf(party, { recordingId, field: `${within}parties[${at}]`, site, span }),
    }));
  const own = recording.callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
  const sounds = mediaSpans(document);
  const sound = soundMs(document);
  const audioMs = sound === null ? null : Math.round(sound);
  const callMs = callLength(recording.callStart, recording.callEnd, recording.durationDeclared);
  return {
    key: recordingId,
    kind: 'recording',
    time: caseTime(own),
    clock: own === null ? '' : clockText(own),
    lengthMs: audioMs ?? callMs,
    lengthOf: audioMs !== null ? 'audio' : callMs !== null ? 'call' : null,
    sounds,
    callMs,
    answerMs: msBehind(recording.callStart, recording.callAnswer),
    noRecording: noRecordingOf(document),
    hasAudio: audioMs !== null,
    system: systemOf(recording.importer, site),
    direction: recording.direction.value,
    status: recording.reconciliation.status,
    parties: partiesOf(recording.parties, ''),
    accounts: (recording.accounts ?? []).map((account, at) => ({
      system: systemOf(account.importer, site),
      time: caseTime(account.callStart),
      lengthMs: callLength(account.callStart, account.callEnd, account.durationDeclared),
      answerMs: msBehind(account.callStart, account.callAnswer),
      parties: partiesOf(account.parties, `accounts[${at}].`),
    })),
    text: '',
    remark: remarkOf(document),
    ...(decided.length === 0 ? {} : { decided }),
  };
}

function systemOf(importer: string, site: string): string {
  return site === '' || site === 'default' ? importer : `${importer} ${site}`;
}

function callLength(
  start: TimeValue | null,
  end: TimeValue | null,
  declared: { readonly ms: number; readonly of?: 'audio' | 'call' } | null,
): number | null {
  const [from, to] = [momentsOf(caseTime(start)), momentsOf(caseTime(end))];
  const [first, last] = [from[0], to[0]];
  // The length follows from both ends only if each has a single reading.
  if (from.length === 1 && to.length === 1 && first !== undefined && last !== undefined && last >= first) return last - first;
  return declared !== null && Number.isFinite(declared.ms) && declared.ms >= 0 ? Math.round(declared.ms) : null;
}

function remarkOf({ media, recording }: RecordingDocument): string {
  const codecs = [...new Set(media.flatMap(({ codec }) => codec?.name ?? []))].join(', ');
  const doubts = media.some((medium) => (medium.doubts ?? []).length > 0) ? 'the sound is doubtful' : '';
  return [codecs, recording.reconciliation.reason ?? '', doubts].filter((text) => text !== '').join('; ');
}

/** Converts a message to an entry. */
export function messageEntry(set: number, message: CaseMessage, known: KnownParties): TimelineEntry {
  const { number, time, from, to, channel, subject, text } = message;
  const key = `m${set}-${number}`;
  const address = (one: MessageAddress, role: string): TimelineParty => ({
    role,
    label: addressText(one),
    keys: known.keysOf(partyOfAddress(one), { recordingId: key, field: role, site: '', span: spanOf(time) }),
  });
  return {
    key,
    kind: 'message',
    time: caseTime(time),
    clock: time === null ? '' : clockText(time),
    lengthMs: null,
    lengthOf: null,
    sounds: [],
    callMs: null,
    answerMs: null,
    noRecording: null,
    hasAudio: false,
    system: channel,
    direction: '',
    status: '',
    parties: [...(from === null ? [] : [address(from, 'from')]), ...to.map((one) => address(one, 'to'))],
    accounts: [],
    text: subject === null || subject === '' ? text : `${subject}\n${text}`,
    remark: message.attachments.length === 0 ? '' : `${message.attachments.length} attached`,
  };
}

/** Returns the number, name and id of a party as text. */
function labelOf({ phone, name, agentId, device }: Party): string {
  const label = [...new Set([name, phone?.raw ?? null, agentId])].filter((part) => part !== null && part !== '').join(' ');
  return label === '' ? (device ?? '') : label;
}
