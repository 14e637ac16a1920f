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

// Whether a recording is the call of a row. For certain it is by an id of the call, or by its time and somebody who took part; never by its time alone, and not where anything that the
// row says is another's in the recording.

/** That a recording is, or may be, of a row. */
export interface RowMatch extends Candidate {
  readonly sureness: 'certain' | 'uncertain';
  /** By an id of its call, and not by time and parties. */
  readonly byId: boolean;
  /** Persons of the row who took part for certain. */
  readonly persons: number;
  /** What keeps it from being certain, in words without names and numbers; empty where it is. */
  readonly why: readonly string[];
}

/** An id this long that is the same is the same id, whatever else is said. */
const tellingLength = 8;

/** Judges one recording. @returns null: nothing says that it is of the row */
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
      ...(isTelling ? [] : [`the ${id.kind} id is the same, and is too short to tell alone`]),
      ...(when === 'out' ? [`the ${id.kind} id is the same, and the time is another`] : []),
      ...(parties.certain === 0 && parties.uncertain === 0 && parties.isContradicted
        ? [`the ${id.kind} id is the same, and the recording names somebody else`]
        : []),
    ]);
  }
  const late = when === 'perhaps' ? ['its time is not certain, or it does not go on at that time and does within the tolerance'] : [];
  if (parties.certain > 0 || isOfEntity) return match([...late, ...doubts]);
  if (parties.uncertain > 0) return match([...late, ...new Set(parties.reasons), ...doubts]);
  // A recording that names nobody may be of anybody, where its time fits.
  return when === 'in' && people.length > 0 && parties.isNameless ? match(['the time fits, and the recording names nobody']) : null;
}

/** Whether somebody of a row took part in a recording for certain, whenever it was, and nothing speaks against it. */
export function isOf(row: ListRow, { document }: Candidate, people: readonly RowPerson[], names: RowPeople): boolean {
  const { certain, doubts, ids } = whoOf(document, people, names);
  return certain > 0 && doubts.length + carriedDoubts(row, ids).length === 0;
}

/** How a call lies to the time of a row. */
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
  // Its end is as uncertain as its beginning.
  const earliestEnd = whole.latestMs - (begin.latestMs - begin.earliestMs);
  // Beside it, within the tolerance, another call of the same person may have gone on.
  const slackMs = Math.min(clocksMs, toleranceMs);
  if (begin.latestMs <= span.latestMs + slackMs && earliestEnd >= span.earliestMs - slackMs) return capped('in');
  return whole.earliestMs < window.toMs && whole.latestMs >= window.fromMs ? 'perhaps' : 'out';
}

/** Clocks of two systems differ by so much without a word, as in a time line. */
const clocksMs = 2_000;

/** Media of a call whose beginnings are asked. */
const mostStarts = 10;

/** Whether a recording, or what another export says of its call, has an id. */
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

/** Orders, instruments and legal entities of the row that the recording has under another id. */
function carriedDoubts({ ids, carried }: ListRow, there: WhoFound['ids']): string[] {
  const wanted = [...carried, ...ids.flatMap(({ kind, value }) => (kind === 'order' ? [{ kind, value }] : []))];
  return wanted
    .filter(({ kind, value }) => there[kind].length > 0 && !there[kind].some((one) => foldedId(one) === foldedId(value)))
    .map(({ kind }) => `it is recorded with another ${kind}`);
}

/** How the persons of a row stand to a recording. */
interface WhoFound {
  readonly certain: number;
  readonly uncertain: number;
  /** Why the uncertain ones are. */
  readonly reasons: readonly string[];
  /** The recording names somebody else where a person of the row is not found. */
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
  // Somebody who is known by a value of another kind may be them, or anybody: a company has one number for many calls at once.
  const open = absent.filter((one) => !others.includes(one) && rest.some(namesSomebody));
  const isNameless = [...partiesOf(document)].every(({ party }) => !namesSomebody(party));
  const doubts = [
    ...[...others.map(({ who }) => who.field), ...against].map((field) => `the recording names somebody else than the ${field}`),
    ...namesakes.map((field) => `several have what the row says of the ${field}`),
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

/** Parties of a recording that are, or may be, somebody of a row; and whether all that speaks for it is what others have as well. */
function judgedOf(
  document: RecordingDocument,
  { who, person }: RowPerson,
  names: RowPeople,
): { readonly judged: ReturnType<typeof judgedParties>; readonly isNamesake: boolean } {
  const first = judgedParties(document, person);
  // By a name alone it is certain only where nobody else has it, which is looked for when it matters.
  const isByName = first.some(({ judgement }) => judgement.sureness === 'certain' && judgement.by.length > 0 && judgement.by.every(isName));
  const asked = isByName ? names.withNamesakes(person) : person;
  // The id of a trader is not the line that has the same digits.
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

/** True where a party has a value of a kind by which it could be somebody, so that it is another. */
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

/** True where two recordings are of one call: by the recorder's group, by a key that both have, by one being a later state of the other, or of two systems at once with the same two parties. */
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

/** Parties of a recording that are in another one as well, by number, id or name. */
function sharedParties(a: RecordingDocument, b: RecordingDocument): number {
  const keysOf = ({ recording }: RecordingDocument): (readonly string[])[] => recording.parties.map(marksOf);
  const there = new Set(keysOf(b).flat());
  return keysOf(a).filter((keys) => keys.some((key) => there.has(key))).length;
}

/** What a party is known by: a full number by its end, an id, a name. */
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
