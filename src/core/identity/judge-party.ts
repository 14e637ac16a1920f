import type { Party, PhoneValue } from '../model/recording.ts';
import { matchSpelling } from '../numbers/number-keys.ts';
import { readNumber } from '../numbers/number-reading.ts';
import type { TimeSpan } from '../time/time-span.ts';
import { foldedText } from '../words/fold-text.ts';
import { hasSameLetters } from '../words/transcription.ts';
import type { Likeness, Sureness } from './likeness.ts';
import { compareNames, transcribed } from './name-likeness.ts';
import { likeNumber } from './number-likeness.ts';
import { type Within, within } from './period.ts';
import { allWordsOf, foldedId, fullNumberDigits, type Person, type Spelling, wordsOf } from './person.ts';

// The rule of identity: which evidence in a party supports that it is the wanted person, and which contradicts it.
//
// Support: an equal full number, id or name. Contradiction: a full number, id or name that differs from those given, if one of that kind was given.
// Evidence with a contradiction is never certain. A name alone is certain only if nobody else in the archive is known to have it. A short number
// alone is never certain, because it is unknown who had it then.
//
// The decision of a person takes precedence over all evidence.

/** Place of a party. */
export interface PartyPlace {
  readonly recordingId: string;
  /** `parties[0]`, `accounts[0].parties[1]`. */
  readonly field: string;
  readonly site: string;
  /** Time of the call; null: unknown. */
  readonly span: TimeSpan | null;
}

/** A place that belongs to no recording and no site: a message. */
export interface MessagePlace {
  readonly recordingId: null;
  readonly site: null;
  /** Time of the message; null: unknown. */
  readonly span: TimeSpan | null;
}

/** Field of a party by which it was judged. */
export type JudgedField = 'number' | 'name' | 'agent id' | 'device' | 'decision';

/** Judgement that a party is, or may be, the person. */
export interface Judgement extends Likeness {
  readonly field: JudgedField;
  /** Spellings that support the judgement. */
  readonly by: readonly Spelling[];
  /** Fields of the party that belong to somebody else. */
  readonly against: readonly JudgedField[];
}

/** One field that supports the identity. */
interface Evidence {
  readonly field: JudgedField;
  readonly by: Spelling;
  readonly sureness: Sureness;
  readonly why: string;
  /** True if the field supports the identity, but keeps the judgement from being certain. */
  readonly doubted: boolean;
  /** A short number that is equal but whose holder at that time is unknown. */
  readonly isShort?: boolean;
  /** A name with little similarity: it does not prevent a contradiction by the same field. */
  readonly isWeak?: boolean;
}

/**
 * Judges whether a party is the person; null: no evidence.
 * @param place null: its time and site do not count, e.g. of an address that is to be masked
 */
export function judgeParty(person: Person, party: Party, place: PartyPlace | MessagePlace | null): Judgement | null {
  const decision = place === null || place.recordingId === null ? null : (person.decided?.(place.recordingId, place.field) ?? null);
  if (decision === 'is-not') return null;
  if (decision === 'is')
    return { sureness: 'certain', why: 'a person decided that this is the data subject', field: 'decision', by: [], against: [] };
  const all = [...byNumber(person, party.phone), ...byName(person, party.name), ...byId(person, party.agentId), ...byDevice(person, party.device)];
  const found = all.filter(({ by }) => !by.isOthers).flatMap((one) => inTime(one, place));
  const first = found.find(({ sureness }) => sureness === 'certain') ?? found[0];
  if (first === undefined) return null;
  // Values that somebody else had for the whole time, according to a register.
  const others = all.filter(({ by, field }) => by.isOthers && field !== 'device' && isThen(by, place) === 'inside').map(({ field }) => field);
  const own = { ...person, spellings: person.spellings.filter(({ isOthers }) => !isOthers) };
  const against = [...new Set([...contradictions(own, party, found), ...others])];
  const by = [...new Set(found.map((one) => one.by))];
  const judged = { field: first.field, by, against };
  if (first.sureness === 'uncertain') return { ...judged, sureness: 'uncertain', why: withAgainst(first.why, against) };
  if (against.length > 0) return { ...judged, sureness: 'uncertain', why: withAgainst(first.why, against) };
  const doubt = found.find(({ doubted }) => doubted);
  return doubt === undefined
    ? { ...judged, sureness: 'certain', why: first.why }
    : { ...judged, sureness: 'uncertain', why: `${first.why}; but the ${doubt.field} is uncertain: ${doubt.why}` };
}

function withAgainst(why: string, against: readonly JudgedField[]): string {
  return against.length === 0 ? why : `${why}; but the ${against.join(' and the ')} of the same party matches none of the given values`;
}

function byNumber(person: Person, phone: PhoneValue | null): Evidence[] {
  if (phone === null) return [];
  return person.spellings.flatMap((by): Evidence[] => {
    const like = likeNumber(by.number, phone, person.plan);
    if (like !== null) return [by.kind === 'extension' ? shortNumber(by, 'number') : { field: 'number', by, ...like }];
    if (phone.sip === null || !by.id.includes('@') || foldedId(phone.sip) !== by.id) return [];
    return [{ field: 'number', by, sureness: 'certain', why: 'the same address', doubted: false }];
  });
}

function shortNumber(by: Spelling, field: JudgedField): Evidence {
  return { field, by, sureness: 'uncertain', why: 'the same short number; it is unknown who had it then', doubted: false, isShort: true };
}

function byName(person: Person, name: string | null): Evidence[] {
  if (name === null) return [];
  const asNumber = numberWritten(name);
  return person.spellings.flatMap((by): Evidence[] => {
    const field = 'name';
    if (asNumber && like(person, by, name))
      return [{ field, by, sureness: 'uncertain', why: 'the number is in the place of the name', doubted: false }];
    if (by.words.length === 0) return [];
    const compared = foldedId(name) === by.id ? ({ like: 'same' } as const) : compareNames(by.words, wordsLike(by, name));
    if (compared.like === 'perhaps')
      return [{ field, by, sureness: 'uncertain', why: compared.why, doubted: false, isWeak: compared.isWeak === true }];
    if (compared.like !== 'same') return [];
    if (!hasSameLetters(by.raw, name)) return [{ field, by, sureness: 'uncertain', why: transcribed, doubted: false }];
    return [sameName(person, by, field, foldedId(name) === by.id ? 'the same name' : 'the same words of a name')];
  });
}

/** Returns the evidence of an equal name. It is uncertain if others in the archive have the name; an id in place of a name has only one bearer. */
function sameName({ sharedNames }: Person, by: Spelling, field: JudgedField, why: string): Evidence {
  return isName(by) && sharedNames.has(nameKey(by.words))
    ? { field, by, sureness: 'uncertain', why: `${why}, which others in the archive have as well`, doubted: false }
    : { field, by, sureness: 'certain', why, doubted: false };
}

/** Returns the form in which a name is stored among the shared names. */
export function nameKey(words: readonly string[]): string {
  return words.join(' ');
}

/** Returns true for a spelling that is, or may be, a name. */
export function isName({ kind }: Spelling): boolean {
  return kind === 'name' || kind === 'open';
}

/** Returns the words of a text in the form in which the words of a spelling are compared. */
export function wordsLike(by: Spelling, text: string): readonly string[] {
  return by.words.some((word) => !/\p{L}/u.test(word)) ? allWordsOf(text) : wordsOf(text);
}

function byId(person: Person, agentId: string | null): Evidence[] {
  if (agentId === null || agentId.trim() === '') return [];
  const id = foldedId(agentId);
  const field = 'agent id';
  const asNumber = numberWritten(agentId);
  return person.spellings.flatMap((by): Evidence[] => {
    if (id === by.id && !hasSameLetters(by.raw, agentId)) return [{ field, by, sureness: 'uncertain', why: transcribed, doubted: false }];
    if (id === by.id) return [by.kind === 'extension' ? shortNumber(by, field) : sameName(person, by, field, 'the same id')];
    if (asNumber && like(person, by, agentId))
      return [{ field, by, sureness: 'uncertain', why: 'the number is in the place of the id', doubted: false }];
    if (by.words.length < 2) return [];
    const compared = compareNames(by.words, wordsLike(by, agentId));
    if (compared.like === 'same' && hasSameLetters(by.raw, agentId)) return [sameName(person, by, field, 'the same words of a name')];
    if (compared.like === 'same') return [{ field, by, sureness: 'uncertain', why: transcribed, doubted: false }];
    return compared.like === 'perhaps' ? [{ field, by, sureness: 'uncertain', why: compared.why, doubted: false }] : [];
  });
}

/** Returns true for a subscriber's number in a field that is meant for something else. */
function numberWritten(text: string): boolean {
  return (readNumber(text, null)?.digits.length ?? 0) >= fullNumberDigits;
}

function like({ plan }: Person, { number }: Spelling, text: string): boolean {
  return matchSpelling(number, text, plan) !== null;
}

function byDevice(person: Person, device: string | null): Evidence[] {
  if (device === null) return [];
  const parts = foldedText(device).split(/[^\p{L}\p{N}@.]+/u);
  return person.spellings
    .filter(({ id }) => parts.includes(id))
    .map((by) => ({ field: 'device', by, sureness: 'uncertain', why: 'part of the name of a device', doubted: false }));
}

/** Judges whether a value was theirs at that site and time. A value without a period was always theirs. A value of one site may be theirs where there is no site. */
export function isThen({ period, site }: Spelling, place: Pick<PartyPlace | MessagePlace, 'site' | 'span'> | null): Within {
  if (site !== null && place !== null && place.site !== null && place.site !== site) return 'outside';
  const then = period === null ? 'inside' : within(period, place?.span ?? null);
  return then === 'inside' && site !== null && place !== null && place.site === null ? 'perhaps' : then;
}

/** Limits evidence to the time of a call; empty if the value was not theirs then. */
function inTime(one: Evidence, place: PartyPlace | MessagePlace | null): Evidence[] {
  const { by } = one;
  const then = isThen(by, place);
  if (then === 'outside') return [];
  const entry = by.entry === null ? '' : ` (${by.entry})`;
  const perhaps = (why: string): Evidence[] => [{ ...one, sureness: 'uncertain', why: `${why}${entry}` }];
  if (then === 'perhaps') return perhaps(`${one.why}, but it is uncertain whether it was theirs at the time of the call`);
  if (by.isShared) return perhaps(`${one.why}, which somebody else has at the same time`);
  // A period states who had a short number at that time.
  if (by.kind === 'extension' && by.period !== null && one.isShort === true)
    return [{ ...one, sureness: 'certain', why: `the same short number, which was theirs at the time of the call${entry}` }];
  return [{ ...one, why: `${one.why}${entry}` }];
}

/** Returns the fields of a party that belong to somebody else: values of such a kind were given, but none of them matches. */
function contradictions(person: Person, { phone, name, agentId }: Party, found: readonly Evidence[]): JudgedField[] {
  const speaksFor = (field: JudgedField): boolean => found.some((one) => one.field === field && one.isWeak !== true);
  // A value equal to an id is an id, even if it is written as a number or as a name of one word.
  const asId = new Set(found.filter(({ field, sureness }) => field === 'agent id' && sureness === 'certain').map(({ by }) => by));
  const given = (...kinds: readonly Spelling['kind'][]): boolean => person.spellings.some((one) => kinds.includes(one.kind) && !asId.has(one));
  const against: JudgedField[] = [];
  const isAddress = phone !== null && phone.sip !== null && readNumber(phone.sip, null) === null;
  if (phone !== null && !speaksFor('number')) {
    if (isAddress ? person.spellings.some(({ id }) => id.includes('@')) : given('number') && isFullNumber(phone)) against.push('number');
  }
  if (name !== null && !speaksFor('name') && given('name', 'open') && isOtherName(person, name)) against.push('name');
  if (
    agentId !== null &&
    agentId.trim() !== '' &&
    !speaksFor('agent id') &&
    person.spellings.some(({ kind, id }) => kind === 'id' && !id.includes('@'))
  )
    against.push('agent id');
  return against;
}

/** Returns true for a subscriber's number, including a number damaged by an export. */
export function isFullNumber(phone: PhoneValue): boolean {
  const { raw, damage, sip } = phone;
  if (damage === 'overflow') return false;
  if (damage === 'scientific') return true;
  if (damage === 'masked') return raw.replace(/[^\d*xX•]/g, '').length >= fullNumberDigits && /\d.*\d.*\d/.test(raw);
  return digitsIn(damage === 'leading-zero-lost' ? raw.replace(/[.,]0+\s*$/, '') : (sip ?? raw)) >= fullNumberDigits;
}

function digitsIn(text: string): number {
  return readNumber(text, null)?.digits.length ?? text.replace(/\D/g, '').length;
}

/** Returns true for a name that differs from every given name. */
function isOtherName(person: Person, name: string): boolean {
  const there = wordsOf(name);
  if (there.length === 0 || readNumber(name, null) !== null) return false;
  // A given id in place of a name is not another name; `speaksFor` handles similar names.
  return person.spellings.filter(isName).every((by) => {
    const compared = compareNames(by.words, wordsLike(by, name));
    return compared.like === 'other' || (compared.like === 'perhaps' && compared.isWeak === true);
  });
}
