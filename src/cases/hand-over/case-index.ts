import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import type { NameValue } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { clockText } from '../../core/time/clock-text.ts';
import { csvTable } from '../../report/calls/csv.ts';
import { ofCountry } from '../person/known-parties.ts';
import { reviewOf, stateWords, wordsThatHold } from '../store/review-state.ts';
import { recordingEntry } from '../timeline/entry.ts';
import { sidesText } from './case-tables.ts';

/** A recording of a hand-over as the lists show it. */
export interface IndexItem {
  readonly recordingId: string;
  /** Start in UTC; both readings of an ambiguous time, separated by `or`; empty if unknown. */
  readonly utc: string;
  /** Start by the recorder's clock, with its zone or offset; empty if unknown. */
  readonly local: string;
  readonly certainty: string;
  readonly system: string;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly lengthMs: number | null;
  /** Ids of known kinds from the recorder; several of one kind are separated by `; `. */
  readonly ids: Readonly<Record<IdKind, string>>;
  readonly status: string;
  /** SHA-256 of the originals, in order. */
  readonly sha256: readonly string[];
}

/** Names of id fields in recorders, mappings and lists, normalised by `idName`. */
const idNames = {
  trader: /^(?:trader|traderid|user|userid|agent|agentid|login|dealer|dealerid)$/,
  client: /^(?:client|clientid|clientcode|customer|customerid|account|accountid|accountno|accountnumber|counterparty|counterpartyid)$/,
  lei: /^(?:lei|clientlei|counterpartylei|legalentityidentifier)$/,
  // ClOrdID: FIX 4.4, tag 11.
  order: /^(?:order|orderid|orderno|ordernumber|orderref|orderreference|clordid|deal|dealid|dealref|trade|tradeid|traderef|tradereference)$/,
  instrument: /^(?:instrument|instrumentid|isin|wkn|cusip|sedol|figi|ticker|symbol|ric|security|securityid)$/,
} as const;

/** Normalises the name of a field or column for comparison with names of ids: removes separators and differences in letter case. */
export function idName(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Returns the kind of id that a field or column of this name contains; null if it contains none. */
export function idKindOf(name: string): IdKind | null {
  return idKinds.find((kind) => idNames[kind].test(idName(name))) ?? null;
}

/** A kind of id. */
export type IdKind = keyof typeof idNames;

/** All kinds of ids, in order of the columns. */
export const idKinds = Object.keys(idNames) as readonly IdKind[]; // the keys of a literal

/** Returns the row of a recording. Of a masked document, the row contains what remains. */
export function indexItem(document: RecordingDocument, country: string | null): IndexItem {
  const { recording, media } = document;
  const entry = recordingEntry(document, ofCountry(country));
  const own = recording.callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
  return {
    recordingId: document.recordingId,
    utc: entry.time.utc ?? entry.time.candidates.join(' or '),
    local: own === null ? '' : clockText(own),
    certainty: entry.time.placement,
    system: entry.system,
    direction: entry.direction,
    ...sidesText(entry),
    lengthMs: entry.lengthMs,
    ids: idTexts(idsOf(document)),
    status: entry.status,
    sha256: media.map(({ original }) => original.sha256),
  };
}

/** Returns the ids of a recording by kind, including those in other exports' accounts of it. */
export function idsOf({ recording }: Pick<RecordingDocument, 'recording'>): Record<IdKind, readonly string[]> {
  const all = [recording, ...(recording.accounts ?? [])];
  const pairs: NameValue[] = all.flatMap(({ org, correlation, extra, sourceKeys, tags }) => [
    ...org,
    ...correlation,
    ...extra,
    ...sourceKeys,
    ...tags,
  ]);
  const ofParties = (isCustomer: boolean): string[] =>
    all.flatMap(({ parties }) => parties.flatMap(({ role, agentId }) => (agentId === null || (role === 'customer') !== isCustomer ? [] : [agentId])));
  const of = (kind: IdKind): string[] => {
    const named = pairs.filter(({ name }) => idNames[kind].test(idName(name))).map(({ value }) => value.trim());
    const said = kind === 'trader' ? ofParties(false) : kind === 'client' ? ofParties(true) : [];
    return [...new Set([...said, ...named])].filter((value) => value !== '');
  };
  return { trader: of('trader'), client: of('client'), lei: of('lei'), order: of('order'), instrument: of('instrument') };
}

function idTexts(ids: Record<IdKind, readonly string[]>): Record<IdKind, string> {
  const text = (kind: IdKind): string => ids[kind].join('; ');
  return { trader: text('trader'), client: text('client'), lei: text('lei'), order: text('order'), instrument: text('instrument') };
}

/** A numbered recording of a hand-over. */
export interface Numbered {
  readonly number: number;
  readonly item: IndexItem;
  readonly bag: string;
  readonly files: readonly string[];
}

/** Sorts the recordings of a hand-over by time and numbers them from 1; those without a time come last. */
export function numbered<One extends { readonly item: IndexItem; readonly bag: string; readonly files: readonly string[] }>(
  exported: readonly One[],
): Numbered[] {
  const key = ({ utc, local, recordingId }: IndexItem): string => `${utc === '' ? '~' : utc.slice(0, 24)} ${local} ${recordingId}`;
  return [...exported].sort((a, b) => (key(a.item) < key(b.item) ? -1 : 1)).map(({ item, bag, files }, at) => ({ number: at + 1, item, bag, files }));
}

/** Describes the review state of a recording; empty if it was not reviewed. */
export function reviewWordsOf(
  reviews: readonly CaseReview[] = [],
): (recordingId: string) => { readonly state: string; readonly by: string; readonly at: string; readonly reason: string } {
  const known = reviewOf(reviews);
  return (recordingId) => {
    const review = known.get(recordingId);
    const words = review === undefined ? [] : wordsThatHold(review);
    const all = (of: (word: CaseReview) => string): string => words.map(of).join('; ');
    return {
      state: all(({ state }) => stateWords(state)),
      by: all(({ by }) => by ?? ''),
      at: all(({ at }) => at),
      reason: all(({ reason }) => reason),
    };
  };
}

/** Returns `index.csv`: one row per recording in the bag. */
export function indexCsv(rows: readonly Numbered[], reasonOf: (recordingId: string) => string, reviews: readonly CaseReview[] = []): string {
  const reviewed = reviewWordsOf(reviews);
  const names = [
    'item',
    'recordingId',
    'localTime',
    'utc',
    'certainty',
    'system',
    'direction',
    'from',
    'to',
    ...idKinds,
    'lengthMs',
    'status',
    'sha256',
    'files',
    'bag',
    'reasons',
    'review',
    'reviewedBy',
    'reviewedAt',
    'reviewReason',
  ];
  return csvTable(
    names,
    rows.map(({ number, item, bag, files }) => [
      number,
      item.recordingId,
      item.local,
      item.utc,
      item.certainty,
      item.system,
      item.direction,
      item.from,
      item.to,
      ...idKinds.map((kind) => item.ids[kind]),
      item.lengthMs,
      item.status,
      item.sha256.join(' '),
      files.join(' '),
      bag,
      reasonOf(item.recordingId),
      reviewed(item.recordingId).state,
      reviewed(item.recordingId).by,
      reviewed(item.recordingId).at,
      reviewed(item.recordingId).reason,
    ]),
  );
}

/** Returns a function that describes why a recording is in the case. */
export function reasonWords(document: CaseDocument): (recordingId: string) => string {
  const reasons = new Map(
    document.recordings.map(({ recordingId, reasons: why }) => [
      recordingId,
      why.map(({ kind, detail, at }) => `${kind}${detail === '' ? '' : ` ${detail}`} ${at}`).join('; '),
    ]),
  );
  return (recordingId) => reasons.get(recordingId) ?? '';
}

/** Returns `recordings.csv`: time, participants, length, files, and the reason for each recording. */
export function recordingsCsv(
  rows: Iterable<{ readonly recordingId: string; readonly bag: string; readonly files: readonly string[]; readonly item: IndexItem }>,
  document: CaseDocument,
): string {
  const reasonOf = reasonWords(document);
  return csvTable(
    ['recordingId', 'bag', 'files', 'reasons', 'utc', 'localTime', 'from', 'to', 'lengthMs', 'sha256'],
    [...rows].map(({ recordingId, bag, files, item }) => [
      recordingId,
      bag,
      files.join(' '),
      reasonOf(recordingId),
      item.utc,
      item.local,
      item.from,
      item.to,
      item.lengthMs,
      item.sha256.join(' '),
    ]),
  );
}
