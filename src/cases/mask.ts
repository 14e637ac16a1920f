import { foldedText, foldedWords } from '../core/fold-text.ts';
import { judgeParty } from '../core/identity/judge-party.ts';
import { foldedId, type Person, wordsOf } from '../core/identity/person.ts';
import { matchSpelling } from '../core/number-keys.ts';
import { readNumber } from '../core/number-reading.ts';
import type { NumberPlan } from '../core/numbering-plan.ts';
import type { Party, TimeValue } from '../core/recording.ts';
import type { RecordingDocument, StoredMedium } from '../core/recording-document.ts';
import { judgedParties, partiesOf } from './find-person.ts';
import type { CaseMessage, MessageAddress } from './message.ts';
import { likeText } from './person.ts';

/**
 * Takes everything about others than one person out of what is handed out. Of a recording only fields that are known to hold nobody are kept; in free text every word of a
 * known name, every known id, every other mail address and every number is replaced.
 */
export interface Mask {
  document(document: RecordingDocument): RecordingDocument;
  message(message: CaseMessage): CaseMessage;
  text(text: string): string;
}

/** Names that are no name: they stand before many and say nothing of anybody. */
const shortestPart = 4;

/** Makes a mask. @param documents of the case, in an order that is always the same: others are numbered by it */
export function maskFor(person: Person, documents: Iterable<RecordingDocument>, messages: Iterable<CaseMessage>): Mask {
  const numbers = new Map<string, number>();
  const words = new Set<string>();
  const ids = new Set<string>();
  const ownWords = new Set(person.spellings.flatMap((one) => one.words));
  const ownAddress = (one: MessageAddress): boolean => judgeParty(person, partyOfAddress(one), null)?.sureness === 'certain';
  /** One other keeps one number by whatever is known of them first. */
  const numberOf = (marks: readonly string[]): number => {
    const known = marks.map((mark) => numbers.get(mark)).find((one) => one !== undefined);
    const number = known ?? new Set(numbers.values()).size + 1;
    for (const mark of marks) if (!numbers.has(mark)) numbers.set(mark, number);
    return number;
  };
  const marksOf = (party: Party): string[] => marksIn(party, person.plan);
  const learn = (party: Party, isOwn: boolean): void => {
    if (isOwn) {
      for (const word of wordsOf(party.name ?? '')) ownWords.add(word);
      return;
    }
    numberOf(marksOf(party));
    for (const text of [party.name, party.agentId, party.device]) if (text !== null) for (const word of wordsOf(text)) words.add(word);
    for (const text of [party.agentId, party.device, party.phone?.raw ?? null, party.phone?.sip ?? null])
      if (text !== null && text.trim() !== '') ids.add(foldedId(text));
    // The name in an address is a name.
    for (const word of wordsOf(userOf(party.phone?.sip ?? party.phone?.raw ?? ''))) words.add(word);
  };
  for (const document of documents) {
    const own = ownParties(document, person);
    for (const { party } of partiesOf(document)) learn(party, own.has(party));
  }
  for (const { from, to } of messages) for (const one of [...(from === null ? [] : [from]), ...to]) learn(partyOfAddress(one), ownAddress(one));
  for (const word of ownWords) words.delete(word);

  const maskParty = (party: Party, isOwn: boolean): Party => {
    // A device is a line or a channel, and may have the number of whoever sits at it.
    if (isOwn) return { ...party, device: null };
    const name = `other${numberOf(marksOf(party))}`;
    return { role: party.role, phone: null, name, agentId: null, device: null };
  };
  const text = (value: string): string => maskedText(value, { person, words, ids });
  return {
    text,
    document: (document) => {
      const own = ownParties(document, person);
      return maskedDocument(document, (party) => maskParty(party, own.has(party)));
    },
    message: (message) => ({
      ...message,
      time: message.time === null ? null : withoutRaw(message.time),
      from:
        message.from === null || ownAddress(message.from)
          ? message.from
          : { name: `other${numberOf(marksOf(partyOfAddress(message.from)))}`, address: null },
      to: message.to.map((one) => (ownAddress(one) ? one : { name: `other${numberOf(marksOf(partyOfAddress(one)))}`, address: null })),
      channel: text(message.channel),
      subject: message.subject === null ? null : text(message.subject),
      text: text(message.text),
      attachments: [],
    }),
  };
}

/** Parties of a recording that are the person for certain. */
function ownParties(document: RecordingDocument, person: Person): ReadonlySet<Party> {
  return new Set(judgedParties(document, person).flatMap(({ party, judgement }) => (judgement.sureness === 'certain' ? [party] : [])));
}

function partyOfAddress({ name, address }: MessageAddress): Party {
  const phone = address === null ? null : { raw: address, e164: null, extension: null, sip: address.includes('@') ? address : null, damage: null };
  return { role: 'unknown', phone, name, agentId: null, device: null };
}

function userOf(address: string): string {
  return address.includes('@') ? address.slice(0, address.indexOf('@')) : '';
}

/** What somebody is known by. */
function marksIn({ phone, name, agentId, device }: Party, plan: NumberPlan | null): string[] {
  const number = phone === null ? null : readNumber(phone.e164 ?? phone.sip ?? phone.raw, plan);
  const marks = [
    ...(phone === null ? [] : [`n ${number === null ? foldedId(phone.raw) : number.digits}`]),
    ...(agentId === null ? [] : [`i ${foldedId(agentId)}`]),
    ...(name === null ? [] : [`m ${wordsOf(name).join(' ') || foldedId(name)}`]),
  ];
  return marks.length > 0 ? marks : [`d ${foldedId(device ?? '')}`];
}

/** What is left of a document: an allowed list, so that a field of a later version is not handed out by mistake. */
function maskedDocument(document: RecordingDocument, maskParty: (party: Party) => Party): RecordingDocument {
  const { recording, media } = document;
  const time = (value: TimeValue | null): TimeValue | null => (value === null ? null : withoutRaw(value));
  return {
    format: document.format,
    version: document.version,
    recordingId: document.recordingId,
    supersedes: document.supersedes,
    fingerprint: '',
    site: '',
    source: '',
    tool: document.tool,
    recording: {
      importer: recording.importer,
      grade: recording.grade,
      key: '',
      sourceKeys: [],
      correlation: [],
      callStart: time(recording.callStart),
      callAnswer: time(recording.callAnswer),
      callEnd: time(recording.callEnd),
      durationDeclared: recording.durationDeclared === null ? null : { ...recording.durationDeclared, raw: '', unit: 'ms' },
      direction: { value: recording.direction.value, raw: null },
      parties: recording.parties.map(maskParty),
      org: [],
      events: recording.events.map(({ type, at, lengthMs, callOffsetMs, mediaOffsetMs, party, mediaEffect }) => ({
        type,
        at: time(at),
        lengthMs,
        callOffsetMs: callOffsetMs ?? null,
        mediaOffsetMs: mediaOffsetMs ?? null,
        party: party ?? null,
        mediaEffect,
        raw: '',
      })),
      tags: [],
      extra: [],
      reconciliation: { status: recording.reconciliation.status, rule: '' },
      provenance: [],
      group: null,
      retention: null,
      quality: [],
      accounts: (recording.accounts ?? []).map((account) => ({
        importer: account.importer,
        grade: account.grade,
        key: '',
        joinedBy: account.joinedBy,
        sourceKeys: [],
        correlation: [],
        callStart: time(account.callStart),
        callAnswer: time(account.callAnswer),
        callEnd: time(account.callEnd),
        durationDeclared: account.durationDeclared === null ? null : { ...account.durationDeclared, raw: '', unit: 'ms' },
        direction: { value: account.direction.value, raw: null },
        parties: account.parties.map(maskParty),
        org: [],
        events: [],
        tags: [],
        extra: [],
        provenance: [],
      })),
    },
    media: media.map((medium): StoredMedium => maskedMedium(medium, time)),
    joined: document.joined,
    sources: [],
    findings: [],
  };
}

function maskedMedium(medium: StoredMedium, time: (value: TimeValue | null) => TimeValue | null): StoredMedium {
  const {
    kind,
    side,
    channels,
    startOffsetMs,
    continues,
    format,
    formatGrade,
    confidence,
    state,
    codec,
    measurement,
    access,
    accessReason,
    decoder,
    original,
  } = medium;
  return {
    path: original.path,
    kind,
    side,
    channels,
    audioStart: time(medium.audioStart),
    startOffsetMs: startOffsetMs ?? null,
    ...(continues === true ? { continues } : {}),
    rawName: null,
    modifiedMs: null,
    original,
    format,
    ...(formatGrade === undefined ? {} : { formatGrade }),
    confidence,
    basis: '',
    state,
    codec,
    decoder,
    measurement,
    access,
    accessReason,
    findings: [],
  };
}

function withoutRaw(time: TimeValue): TimeValue {
  return { ...time, raw: '' };
}

/** Free text without others: addresses, then numbers, then names and ids. */
function maskedText(
  value: string,
  known: { readonly person: Person; readonly words: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
): string {
  const { person } = known;
  const isOwnText = (text: string): boolean => likeText(person, text)?.sureness === 'certain';
  return value
    .replace(/[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,253}/gu, (address) => (isOwnText(address) ? address : '[address]'))
    .replace(/\+?\d(?:[\s().\-/\u00a0\u2010-\u2013]{0,3}\d)*/gu, (run) => maskedRun(run, known))
    .replace(/[\p{L}\p{M}\p{N}'_.]+/gu, (word) => maskedWord(word, known));
}

/** Digits that belong together: kept where they are the person's, or too few to be anybody's and nobody's extension. */
function maskedRun(run: string, { person, ids }: { readonly person: Person; readonly ids: ReadonlySet<string> }): string {
  if (person.spellings.some(({ number }) => matchSpelling(number, run, person.plan)?.certainty === 'certain')) return run;
  const parts = run.split(/\D+/);
  const digits = parts.join('');
  // A day, a time of day and a sum of money are no number of anybody, and tell when and what for.
  if (/^(?:19|20)\d\d-\d\d-\d\d(?: \d\d)?$/.test(run) || (digits.length < 5 && !parts.some((part) => ids.has(part)))) return run;
  return '[number]';
}

function maskedWord(word: string, { words, ids }: { readonly words: ReadonlySet<string>; readonly ids: ReadonlySet<string> }): string {
  const folded = foldedText(word).replace(/^[._']+|[._']+$/g, '');
  const parts = foldedWords(folded).split(' ');
  if (ids.has(folded) || parts.some((part) => words.has(part) || words.has(part.replace(/s$/, '')))) return '[name]';
  for (const one of words) if (one.length >= shortestPart && folded.includes(one)) return '[name]';
  return word;
}
