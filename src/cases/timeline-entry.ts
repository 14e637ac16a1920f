import { foldedId, wordsOf } from '../core/identity/person.ts';
import { type MediaSpan, mediaSpans, msBehind, soundMs } from '../core/media-spans.ts';
import { planOf, readNumber } from '../core/number-reading.ts';
import type { Party, TimeValue } from '../core/recording.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import { type CaseTime, caseTime, momentsOf } from './case-times.ts';
import { clockText } from './clock-text.ts';
import { addressText, type CaseMessage } from './message.ts';
import { type NoRecording, noRecordingOf } from './unanswered.ts';

/** Somebody in a time line. */
export interface TimelineParty {
  readonly role: string;
  /** Number, name and id as the system has them. */
  readonly label: string;
  /** What this party is known by across systems; two with one in common are one. */
  readonly keys: readonly string[];
}

/** What another export says of the call, as a stretch of time. */
export interface TimelineAccount {
  readonly system: string;
  readonly time: CaseTime;
  readonly lengthMs: number | null;
  /** From its start to its answer; null: not known. */
  readonly answerMs: number | null;
  readonly parties: readonly TimelineParty[];
}

/** A recording or a message of a case. */
export interface TimelineEntry {
  /** Recording id, or `m1-3`: the third message of the first import. */
  readonly key: string;
  readonly kind: 'recording' | 'message';
  readonly time: CaseTime;
  /** Where its sound lies, file by file, in ms from its start; none: it has no sound. */
  readonly sounds: readonly MediaSpan[];
  /** The same by the clock of its place, with its zone; empty where that is not known. */
  readonly clock: string;
  /** Of the sound where there is any, else of the call. */
  readonly lengthMs: number | null;
  readonly lengthOf: 'audio' | 'call' | null;
  /** Length of the call, where the system says it. */
  readonly callMs: number | null;
  /** From its start to its answer, where the system says it: nothing is said before. */
  readonly answerMs: number | null;
  /** Why no recording of it is missed; null: it is. */
  readonly noRecording: NoRecording | null;
  readonly hasAudio: boolean;
  /** `asterisk pbx`, `oreka`, `mail`. */
  readonly system: string;
  readonly direction: string;
  readonly status: string;
  readonly parties: readonly TimelineParty[];
  readonly accounts: readonly TimelineAccount[];
  /** Subject and text of a message; empty for a recording. */
  readonly text: string;
  /** Of a recording, in words: codec and what is amiss. */
  readonly remark: string;
  /** What persons decided of it, in words. Absent: nothing. */
  readonly decided?: readonly string[];
}

/** A recording as an entry. @param decided what persons decided of it, in words */
export function recordingEntry(document: RecordingDocument, country: string | null, decided: readonly string[] = []): TimelineEntry {
  const { recording, media, site } = document;
  const own = recording.callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
  const sounds = mediaSpans(document);
  const sound = soundMs(document);
  const audioMs = sound === null ? null : Math.round(sound);
  const callMs = callLength(recording.callStart, recording.callEnd, recording.durationDeclared);
  return {
    key: document.recordingId,
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
    parties: recording.parties.map((party) => timelineParty(party, country)),
    accounts: (recording.accounts ?? []).map((account) => ({
      system: systemOf(account.importer, site),
      time: caseTime(account.callStart),
      lengthMs: callLength(account.callStart, account.callEnd, account.durationDeclared),
      answerMs: msBehind(account.callStart, account.callAnswer),
      parties: account.parties.map((party) => timelineParty(party, country)),
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
  // Only where both ends can be read in one way.
  if (from.length === 1 && to.length === 1 && first !== undefined && last !== undefined && last >= first) return last - first;
  return declared !== null && Number.isFinite(declared.ms) && declared.ms >= 0 ? Math.round(declared.ms) : null;
}

function remarkOf({ media, recording }: RecordingDocument): string {
  const codecs = [...new Set(media.flatMap(({ codec }) => codec?.name ?? []))].join(', ');
  const doubts = media.some((medium) => (medium.doubts ?? []).length > 0) ? 'the sound is doubtful' : '';
  return [codecs, recording.reconciliation.reason ?? '', doubts].filter((text) => text !== '').join('; ');
}

/** A message as an entry. */
export function messageEntry(set: number, message: CaseMessage, country: string | null): TimelineEntry {
  const { number, time, from, to, channel, subject, text } = message;
  const address = (one: { readonly name: string | null; readonly address: string | null }, role: string): TimelineParty => ({
    role,
    label: addressText(one),
    keys: [...(one.address === null ? [] : keysOfAddress(one.address, country)), ...(one.name === null ? [] : keysOfName(one.name))],
  });
  return {
    key: `m${set}-${number}`,
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

/** A party of a recording. */
export function timelineParty({ role, phone, name, agentId, device }: Party, country: string | null): TimelineParty {
  const label = [...new Set([name, phone?.raw ?? null, agentId])].filter((part) => part !== null && part !== '').join(' ');
  const number = phone === null || phone.damage !== null ? [] : keysOfAddress(phone.e164 ?? phone.sip ?? phone.raw, country);
  return {
    role,
    label: label === '' ? (device ?? '') : label,
    keys: [
      ...new Set([...number, ...(agentId === null || agentId === '' ? [] : [`id ${foldedId(agentId)}`]), ...(name === null ? [] : keysOfName(name))]),
    ],
  };
}

function keysOfAddress(text: string, country: string | null): string[] {
  const number = readNumber(text, country === null ? null : planOf(country));
  if (number === null) return [`id ${foldedId(text)}`];
  // Digits without a prefix are compared as an id: an extension in one system and the agent's id in another.
  const { kind, digits } = number;
  if (kind === 'national') return [`id 0${digits}`];
  // Of ten digits and more it is taken for a number that lacks its plus: a gap too many is looked at, one that is not shown is not.
  return kind === 'international' || (digits.length >= 10 && !digits.startsWith('0')) ? [`tel ${digits}`] : [`id ${digits}`];
}

function keysOfName(name: string): string[] {
  const words = wordsOf(name);
  return words.length === 0 ? [] : [`name ${words.join(' ')}`];
}
