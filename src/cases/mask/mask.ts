import { judgeParty } from '../../core/identity/judge-party.ts';
import { type Person, wordsOf } from '../../core/identity/person.ts';
import type { Party, PartyRole, TimeValue } from '../../core/model/recording.ts';
import type { RecordingDocument, StoredMedium } from '../../core/model/recording-document.ts';
import { matchSpelling, queryNumberKeys } from '../../core/numbers/number-keys.ts';
import type { CaseMessage, MessageAddress } from '../messages/message.ts';
import { idsOf, marksIn, nameWordsOf, partyOfAddress } from '../messages/party-marks.ts';
import { judgedParties, partiesOf } from '../person/find-person.ts';
import { likeText } from '../person/person.ts';
import { type KnownOthers, maskedText } from './masked-text.ts';
import { type ArchiveNames, createNameIndex, type NameIndex } from './name-forms.ts';

/**
 * Removes everything about persons other than the data subject. Of a recording, it keeps only fields that cannot contain persons. In free text, it replaces
 * every word of a known name, every known id, every other mail address and every other number. A person's decision about a party takes precedence.
 */
export interface Mask {
  document(document: RecordingDocument): RecordingDocument;
  message(message: CaseMessage): CaseMessage;
  text(text: string): string;
  /** Returns true if a label is the placeholder of another person. */
  isOther(label: string): boolean;
  /** Returns the roles that the data subject certainly had in a recording and that nobody else had; null: by decision, the data subject took no part in it. */
  ownRoles(document: RecordingDocument): ReadonlySet<PartyRole> | null;
}

/** Label of parties who may be the data subject and on whom nobody has decided. */
const perhaps = 'perhaps';
const other = 'other';

/**
 * Creates a mask.
 * @param documents recordings of the case, in a stable order, which numbers the other persons
 * @param archive names and ids of other persons in the archive that the texts may contain
 */
export function maskFor(
  person: Person,
  documents: Iterable<RecordingDocument>,
  messages: Iterable<CaseMessage>,
  archive: ArchiveNames = { words: createNameIndex(), ids: new Set() },
): Mask {
  const persons = createCasePersons(person);
  const isOwn = (one: MessageAddress): boolean => judgeParty(person, partyOfAddress(one), null)?.sureness === 'certain';
  for (const document of documents) {
    const own = ownParties(document, person);
    for (const { party } of partiesOf(document)) persons.learn(party, own.get(party) === 'certain');
  }
  for (const { from, to } of messages) for (const one of [...(from === null ? [] : [from]), ...to]) persons.learn(partyOfAddress(one), isOwn(one));
  const known = persons.known(archive);
  const text = (value: string): string => maskedText(value, known);
  const maskParty = (party: Party, sureness: 'certain' | 'uncertain' | undefined): Party => {
    // A device is a line or a channel, and may contain the number of another person who uses it.
    if (sureness === 'certain') return { ...party, device: null };
    const name = `${sureness === undefined ? other : perhaps}${persons.numberOf(party)}`;
    return { role: party.role, phone: null, name, agentId: null, device: null };
  };
  const maskAddress = (one: MessageAddress): MessageAddress =>
    isOwn(one) ? one : { name: `${other}${persons.numberOf(partyOfAddress(one))}`, address: null };
  return {
    text,
    isOther: (label) => new RegExp(`^(?:${other}|${perhaps})\\d+$`).test(label),
    ownRoles: (document) => (person.decided?.(document.recordingId, null) === 'concerns' ? null : ownRolesIn(document, person)),
    document: (document) => {
      const own = ownParties(document, person);
      return maskedDocument(document, (party) => maskParty(party, own.get(party)));
    },
    message: (message) => ({
      ...message,
      time: message.time === null ? null : withoutRaw(message.time),
      from: message.from === null ? null : maskAddress(message.from),
      to: message.to.map(maskAddress),
      channel: text(message.channel),
      subject: message.subject === null ? null : text(message.subject),
      text: text(message.text),
      attachments: [],
    }),
  };
}

/** Facts about the data subject and about other persons, collected from the recordings and messages of a case. */
interface CasePersons {
  /** Learns the names, numbers and ids of a party. */
  learn(party: Party, isOwn: boolean): void;
  /** Returns the number of another person. A person keeps one number, by whatever mark the person is first identified. */
  numberOf(party: Party): number;
  /** Returns what is masked in texts and what is not. Call it once, after the last party was learned. */
  known(archive: ArchiveNames): KnownOthers;
}

function createCasePersons(person: Person): CasePersons {
  const numbers = new Map<string, number>();
  const words = new Set<string>();
  const ids = new Set<string>();
  const ownWords = new Set(person.spellings.flatMap((one) => one.words));
  const ownNumbers = person.spellings.map(({ number }) => number);
  const learnOwn = ({ name, phone }: Party): void => {
    for (const word of wordsOf(name ?? '')) ownWords.add(word);
    if (phone !== null && phone.damage === null) ownNumbers.push(queryNumberKeys(phone.sip ?? phone.raw, person.plan));
  };
  const numberOf = (party: Party): number => {
    const marks = marksIn(party, person.plan);
    const known = marks.map((mark) => numbers.get(mark)).find((one) => one !== undefined);
    const number = known ?? new Set(numbers.values()).size + 1;
    for (const mark of marks) if (!numbers.has(mark)) numbers.set(mark, number);
    return number;
  };
  return {
    learn: (party, isOwn) => {
      if (isOwn) {
        learnOwn(party);
        return;
      }
      numberOf(party);
      for (const word of nameWordsOf(party)) words.add(word);
      for (const id of idsOf(party)) ids.add(id);
    },
    numberOf,
    known: (archive) => {
      for (const word of ownWords) words.delete(word);
      return {
        isOwnText: (text) => likeText(person, text)?.sureness === 'certain',
        isOwnNumber: (run) => ownNumbers.some((number) => matchSpelling(number, run, person.plan)?.certainty === 'certain'),
        own: indexOf(ownWords),
        others: [indexOf(words), archive.words],
        parts: words,
        isId: (text) => ids.has(text) || archive.ids.has(text),
      };
    },
  };
}

function indexOf(words: Iterable<string>): NameIndex {
  const index = createNameIndex();
  for (const word of words) index.add(word);
  return index;
}

/** Returns the roles that the data subject certainly had in a recording and that nobody else had. */
function ownRolesIn(document: RecordingDocument, person: Person): ReadonlySet<PartyRole> {
  const own = ownParties(document, person);
  const roles = (isOwn: boolean): PartyRole[] =>
    [...partiesOf(document)].flatMap(({ party }) => ((own.get(party) === 'certain') === isOwn ? [party.role] : []));
  const others = new Set(roles(false));
  return new Set(roles(true).filter((role) => role !== 'unknown' && !others.has(role)));
}

/** Returns the parties of a recording that certainly or possibly are the data subject. */
function ownParties(document: RecordingDocument, person: Person): ReadonlyMap<Party, 'certain' | 'uncertain'> {
  return new Map(judgedParties(document, person).map(({ party, judgement }) => [party, judgement.sureness]));
}

/** Returns the masked document. It contains only the members listed here, so that a member of a later version is not handed over by mistake. */
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
