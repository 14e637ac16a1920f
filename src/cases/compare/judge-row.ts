import { isFullNumber, isName, nameKey } from '../../core/identity/judge-party.ts';
import { foldedId, fullNumberDigits, type Person, wordsOf } from '../../core/identity/person.ts';
import type { Party, TimeValue } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { readNumber } from '../../core/numbers/number-reading.ts';
import { inWindow, spanOf, type TimeSpan } from '../../core/time/time-span.ts';
import { idsOf } from '../hand-over/case-index.ts';
import { callSpan } from '../person/call-span.ts';
import { judgedParties, partiesOf } from '../person/find-person.ts';
import type { Candidate } from './candidates.ts';
import type { ListRow, RowTime } from './list-rows.ts';
import { isShort, type RowPeople, type RowPerson } from './row-people.ts';

// Decides whether a recording is the call of a row. A match is certain by an id of the call, or by its time together with a participant. It is never certain by
// time alone, nor if the recording contradicts anything that the row states.

/** A recording that matches a row, certainly or possibly. */
export interface RowMatch extends Candidate {
  readonly sureness: 'certain' | 'uncertain';
  /** True if it matches by an id of its call, not by time and parties. */
  readonly byId: boolean;
  /** Number of persons in the row who certainly took part. */
  readonly persons: number;
  /** Reasons why the match is not certain, without names and numbers; empty if it is certain. */
  readonly why: readonly string[];
}

/** Length from which equal ids count as the same id, whatever else differs. */
const tellingLength = 8;

/** Judges one recording. @returns null if nothing links it to the row */
export function judgeRow(row: ListRow, candidate: Candidate, people: readonly RowPerson[], names: RowPeople, toleranceMs: number): RowMatch | null {
  const { document } = candidate;
  const when = row.time === null ? null : timeOf(row.time, document, toleranceMs);
  const id = row.ids.find(({ kind, value }) => hasId(document, kind, value)) ?? null;
  if (id === null && (when === null || when === 'out')) return null;
  const parties = whoOf(document, people, names);
  const isOfEntity = row.carried.some(({ kind, value }) => kind === 'lei' && parties.ids.lei.some((one) => foldedId(one) === foldedId(value)));
  const doubts = [...parties.doubts, ...carriedDoubts(row, parties.ids)];
  const match = (why: readonly string[]): RowMatch => ({
    ...candidate,
    sureness: why.length === 0 ? 'certain' : 'uncertain',
    byId: id !== null,
    persons: parties.certain,
    why,
  });
  if (id !== null) {
    const isTelling = foldedId(id.value).length >= tellingLength || parties.certain > 0 || isOfEntity || when === 'in';
    return match([
      ...(isTelling ? [] : [`the ${id.kind} id matches, but is too short to be conclusive`]),
      ...(when === 'out' ? [`the ${id.kind} id matches, but the time differs`] : []),
      ...(parties.certain === 0 && parties.uncertain === 0 && parties.isContradicted
        ? [`the ${id.kind} id matches, but the recording names somebody else`]
        : []),
    ]);
  }
  const late = when === 'perhaps' ? ['its time is not certain, or it was in progress only within the tolerance'] : [];
  if (parties.certain > 0 || isOfEntity) return match([...late, ...doubts]);
  if (parties.uncertain > 0) return match([...late, ...new Set(parties.reasons), ...doubts]);
  // A recording that names nobody may involve anybody, if its time fits.
  return when === 'in' && people.length > 0 && parties.isNameless ? match(['the time fits, and the recording names nobody']) : null;
}

/** Returns true if a person of the row certainly took part in a recording, at any time, and nothing contradicts that. */
export function isOf(row: ListRow, { document }: Candidate, people: readonly RowPerson[], names: RowPeople): boolean {
  const { certain, doubts, ids } = whoOf(document, people, names);
  return certain > 0 && doubts.length + carriedDoubts(row, ids).length === 0;
}

/** Compares the time of a call with the time of a row. */
function timeOf({ kind, span, isSure }: RowTime, { recording, media }: RecordingDocument, toleranceMs: number): 'in' | 'perhaps' | 'out' {
  const window = { fromMs: span.earliestMs - toleranceMs, toMs: span.latestMs + toleranceMs + 1 };
  const best = (all: readonly ('in' | 'perhaps' | 'out')[]): 'in' | 'perhaps' | 'out' =>
    all.includes('in') ? 'in' : all.includes('perhaps') ? 'perhaps' : 'out';
  const accounts = recording.accounts ?? [];
  const first = recording.callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
  const capped = (one: 'in' | 'perhaps' | 'out'): 'in' | 'perhaps' | 'out' => (one === 'in' && !isSure ? 'perhaps' : one);
  if (kind === 'start') {
    const starts: (TimeValue | null)[] = [
      recording.callStart,
      recording.callAnswer,
      ...media.slice(0, mostStarts).map(({ audioStart }) => audioStart),
      ...accounts.flatMap(({ callStart, callAnswer }) => [callStart, callAnswer]),
    ];
    return capped(best(starts.map((one) => inWindow(spanOf(one), window))));
  }
  const whole = callSpan({ recording, media });
  const begin = spanOf(first);
  if (whole === null || begin === null) return 'out';
  // The end of a call is as uncertain as its start.
  const earliestEnd = whole.latestMs - (begin.latestMs - begin.earliestMs);
  // Beyond this slack but within the tolerance, another call of the same person may have been in progress.
  const slackMs = Math.min(clocksMs, toleranceMs);
  if (begin.latestMs <= span.latestMs + slackMs && earliestEnd >= span.earliestMs - slackMs) return capped('in');
  return whole.earliestMs < window.toMs && whole.latestMs >= window.fromMs ? 'perhaps' : 'out';
}

/** The clocks of two systems may differ by this much; a timeline uses the same value. */
const clocksMs = 2_000;

/** Number of a call's media whose starts are compared. */
const mostStarts = 10;

/** Returns true if a recording, or the account of its call by another export, has an id. */
function hasId(document: RecordingDocument, kind: 'recording' | 'call' | 'order', value: string): boolean {
  const wanted = foldedId(value);
  const is = (text: string | null | undefined): boolean => text !== null && text !== undefined && foldedId(text) === wanted;
  if (kind === 'order') return idsOf(document).order.some(is);
  const { recording } = document;
  if (is(document.recordingId) || is(recording.key)) return true;
  if ([recording, ...(recording.accounts ?? [])].some(({ key, sourceKeys }) => is(key) || sourceKeys.some((one) => is(one.value)))) return true;
  if (kind === 'recording') return false;
  return is(recording.group?.id) || [recording, ...(recording.accounts ?? [])].some(({ correlation }) => correlation.some((one) => is(one.value)));
}

/** Returns the reasons for doubt about orders, instruments and legal entities: the row and the recording have different ids of one kind. */
function carriedDoubts({ ids, carried }: ListRow, there: WhoFound['ids']): string[] {
  const wanted = [...carried, ...ids.flatMap(({ kind, value }) => (kind === 'order' ? [{ kind, value }] : []))];
  return wanted
    .filter(({ kind, value }) => there[kind].length > 0 && !there[kind].some((one) => foldedId(one) === foldedId(value)))
    .map(({ kind }) => `it is recorded with another ${kind}`);
}

/** The relation between the persons of a row and a recording. */
interface WhoFound {
  readonly certain: number;
  readonly uncertain: number;
  /** Reasons why persons are uncertain. */
  readonly reasons: readonly string[];
  /** True if the recording names somebody else where a person of the row is missing. */
  readonly isContradicted: boolean;
  readonly doubts: readonly string[];
  readonly isNameless: boolean;
  readonly ids: ReturnType<typeof idsOf>;
}

function whoOf(document: RecordingDocument, people: readonly RowPerson[], names: RowPeople): WhoFound {
  const ids = idsOf(document);
  const [certain, uncertain, absent]: [RowPerson[], RowPerson[], RowPerson[]] = [[], [], []];
  const reasons: string[] = [];
  const [against, namesakes]: [string[], string[]] = [[], []];
  const matched = new Set<string>();
  for (const one of people) {
    const { who } = one;
    const { judged, isNamesake } = judgedOf(document, one, names);
    for (const { field } of judged) matched.add(field);
    const kind = who.field === 'trader' || who.field === 'client' ? who.field : null;
    const hasTheId = kind !== null && who.values.some((value) => ids[kind].some((there) => foldedId(there) === foldedId(value)));
    const isAgainst = judged.length > 0 && judged.every(({ judgement }) => judgement.against.length > 0);
    if (judged.some(({ judgement }) => judgement.sureness === 'certain') || (hasTheId && !isAgainst)) certain.push(one);
    else if (judged.length > 0) {
      uncertain.push(one);
      reasons.push(...judged.slice(0, 1).map(({ judgement }) => `the ${who.field} is possible: ${judgement.why}`));
      if (isAgainst) against.push(who.field);
      if (isNamesake) namesakes.push(who.field);
    } else absent.push(one);
  }
  const rest = [...partiesOf(document)].filter(({ field }) => !matched.has(field)).map(({ party }) => party);
  const others = absent.filter(({ person }) => rest.some((party) => isComparable(person, party)));
  // A party known only by a value of another kind may be this person or anybody else, because a company uses one number for many simultaneous calls.
  const open = absent.filter((one) => !others.includes(one) && rest.some(namesSomebody));
  const isNameless = [...partiesOf(document)].every(({ party }) => !namesSomebody(party));
  const doubts = [
    ...[...others.map(({ who }) => who.field), ...against].map((field) => `the recording names somebody other than the ${field}`),
    ...namesakes.map((field) => `several persons match the ${field}`),
    ...open.map(({ who }) => `the recording does not say whether the ${who.field} took part`),
  ];
  return {
    certain: certain.length,
    uncertain: uncertain.length,
    reasons,
    isContradicted: others.length > 0,
    doubts: [...new Set(doubts)],
    isNameless,
    ids,
  };
}

/** Returns the parties of a recording that certainly or possibly are a person of a row, and whether other persons share all the evidence for them. */
function judgedOf(
  document: RecordingDocument,
  { who, person }: RowPerson,
  names: RowPeople,
): { readonly judged: ReturnType<typeof judgedParties>; readonly isNamesake: boolean } {
  const first = judgedParties(document, person);
  // A match by name alone is certain only if nobody else has the name. Namesakes are searched only when needed.
  const isByName = first.some(({ judgement }) => judgement.sureness === 'certain' && judgement.by.length > 0 && judgement.by.every(isName));
  const asked = isByName ? names.withNamesakes(person) : person;
  // The id of a trader is not the telephone line with the same digits.
  const isOtherKind = who.field === 'trader' || who.field === 'client';
  const judged = (isByName ? judgedParties(document, asked) : first).map((one) => {
    const { judgement } = one;
    if (!isOtherKind || judgement.field !== 'number' || !judgement.by.every(({ raw, entry }) => entry === null && isShort(raw))) return one;
    return { ...one, judgement: { ...judgement, sureness: 'uncertain' as const, why: 'a short number has the digits of the id' } };
  });
  const by = judged.flatMap(({ judgement }) => judgement.by);
  const isNamesake = by.length > 0 && by.every(({ isShared, words }) => isShared || asked.sharedNames.has(nameKey(words)));
  return { judged, isNamesake };
}

/** Returns true if a party has a value of a kind that could identify the person: a different value then means another person. */
function isComparable({ spellings }: Person, { phone, name, agentId }: Party): boolean {
  return spellings.some(({ kind, isOthers }) => {
    if (isOthers) return false;
    if (kind === 'number') return phone !== null && isFullNumber(phone);
    if (kind === 'extension') return phone !== null && phone.damage === null && phone.extension !== null;
    if (kind === 'id') return agentId !== null && agentId.trim() !== '';
    return name !== null && name.trim() !== '';
  });
}

function namesSomebody({ phone, name, agentId }: Party): boolean {
  return [phone?.raw ?? null, name, agentId].some((text) => text !== null && text.trim() !== '');
}

/**
 * Returns true if two recordings belong to one call: the recorder grouped them, they share a key, one supersedes the other, or two systems recorded the same
 * two parties simultaneously.
 */
export function isSameCall(one: RowMatch, other: RowMatch): boolean {
  const [a, b] = [one.document, other.document];
  const isOneSystem = a.recording.importer === b.recording.importer && a.site === b.site;
  if (a.supersedes === b.recordingId || b.supersedes === a.recordingId || (one.byId && other.byId)) return true;
  const group = a.recording.group?.id ?? '';
  if (isOneSystem && group !== '' && group === b.recording.group?.id) return true;
  const keys = new Set(correlationOf(a));
  if (correlationOf(b).some((key) => keys.has(key))) return true;
  if (isOneSystem || !overlap(callSpan(a), callSpan(b))) return false;
  return (one.persons >= 2 && other.persons >= 2) || sharedParties(a, b) >= 2;
}

/** Counts the parties that two recordings share by number, id or name. */
function sharedParties(a: RecordingDocument, b: RecordingDocument): number {
  const keysOf = ({ recording }: RecordingDocument): (readonly string[])[] => recording.parties.map(marksOf);
  const there = new Set(keysOf(b).flat());
  return keysOf(a).filter((keys) => keys.some((key) => there.has(key))).length;
}

/** Returns the marks that identify a party: the end of a full number, an id, a name. */
function marksOf({ phone, name, agentId }: Party): string[] {
  const digits = phone === null || phone.damage !== null ? '' : (readNumber(phone.sip ?? phone.raw, null)?.digits ?? '');
  return [
    ...(digits.length >= fullNumberDigits ? [`number ${digits.slice(-tellingLength)}`] : []),
    ...(agentId === null || agentId.trim() === '' ? [] : [`id ${foldedId(agentId)}`]),
    ...(name === null || wordsOf(name).length === 0 ? [] : [`name ${nameKey(wordsOf(name))}`]),
  ];
}

function correlationOf({ recording }: RecordingDocument): string[] {
  return [recording, ...(recording.accounts ?? [])].flatMap(({ correlation }) =>
    correlation.filter(({ value }) => value.trim().length >= tellingLength).map(({ value }) => value),
  );
}

function overlap(a: TimeSpan | null, b: TimeSpan | null): boolean {
  return a !== null && b !== null && a.earliestMs <= b.latestMs && b.earliestMs <= a.latestMs;
}
