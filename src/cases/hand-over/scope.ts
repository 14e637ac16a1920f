import type { CaseComparison, CaseDocument, CaseSearch, ComparedCounts } from '../../archive/documents/case-json.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { BagsNotIndexed } from '../../pipeline/open/left-out-bags.ts';
import { csvTable } from '../../report/calls/csv.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { type HandOverPart, partRows } from './part.ts';
import { type SearchedSystem, searchedSystems, systemWords } from './searched-systems.ts';

/** A list of calls or orders with which the case was compared. */
export interface ScopeComparison {
  readonly at: string;
  readonly by: string | null;
  /** Base name of the list and, below, its SHA-256; null: masked, because both may reveal other persons. */
  readonly name: string | null;
  readonly sha256: string | null;
  readonly counts: ComparedCounts;
  /** Path of the comparison in the hand-over; null if it is omitted. */
  readonly path: string | null;
}

/** Scope sheet of a hand-over: what was requested for the case, which systems were searched with what result, and what could not be searched. */
export interface Scope {
  /** Which hand-over of the case this is, and what is new in it. */
  readonly handOver: HandOverPart;
  readonly asked: readonly CaseSearch[];
  readonly compared: readonly ScopeComparison[];
  readonly systems: readonly SearchedSystem[];
  readonly recordings: {
    readonly inArchive: number;
    readonly inCase: number;
    readonly handedOver: number;
    /** Number of these recordings by system and site. */
    readonly bySystem: readonly { readonly system: string; readonly recordings: number }[];
    /** Number of recordings of the case that could not be read. */
    readonly notReadable: number;
    /** Number of recordings of the case in bags that were left out, because they are in an earlier state. */
    readonly inLeftOutBags: number;
    /** Recordings that were removed from the case, with the reason. */
    readonly removed: readonly { readonly recordingId: string; readonly at: string; readonly by: string | null; readonly reason: string }[];
  };
  readonly notSearched: BagsNotIndexed & {
    /** Number of recordings with encrypted audio, which cannot be played. Their metadata was searched. */
    readonly encrypted: number;
    /** Number of recordings whose audio has no decoder. */
    readonly unreadableSound: number;
  };
}

/** Returns the scope of a case at the time of its hand-over. */
export function scopeOf(
  document: CaseDocument,
  catalog: Pick<Catalog, 'countBy' | 'months' | 'totals'>,
  {
    handedOver: given,
    wanted,
    inCase,
    notIndexed,
    inLeftOutBags,
    bySite,
    part,
    compared,
  }: {
    readonly handedOver: readonly { readonly item: { readonly system: string } }[];
    /** Number of recordings that were to be handed over. */
    readonly wanted: number;
    readonly inCase: number;
    readonly notIndexed: BagsNotIndexed;
    readonly inLeftOutBags: number;
    /** False: names of sites are omitted. */
    readonly bySite: boolean;
    readonly part: HandOverPart;
    readonly compared: readonly ScopeComparison[];
  },
): Scope {
  const handedOver = given.length;
  const bySystem = new Map<string, number>();
  for (const { item } of given) bySystem.set(item.system, (bySystem.get(item.system) ?? 0) + 1);
  const systems = searchedSystems(catalog, bySite);
  const there = new Set(document.recordings.map(({ recordingId }) => recordingId));
  return {
    handOver: part,
    asked: document.searches ?? [],
    compared,
    systems,
    recordings: {
      inArchive: catalog.totals({}).recordings,
      inCase,
      handedOver,
      bySystem: [...bySystem].sort(([a], [b]) => byCodePoint(a, b)).map(([system, recordings]) => ({ system, recordings })),
      notReadable: wanted - handedOver - inLeftOutBags,
      inLeftOutBags,
      removed: document.removed.filter(({ recordingId }) => !there.has(recordingId)),
    },
    notSearched: {
      ...notIndexed,
      encrypted: catalog.totals({ status: 'encrypted-no-key' }).recordings,
      unreadableSound: catalog.totals({ status: 'unreadable-audio' }).recordings,
    },
  };
}

/**
 * Returns the part of a comparison that a hand-over shows.
 * @param isMasked true: omits name and digest of the list, because they may reveal other persons
 * @param isWhole true: nothing of the case is withheld
 */
export function scopeComparison({ at, by, name, sha256, counts, file }: CaseComparison, isMasked: boolean, isWhole: boolean): ScopeComparison {
  const told = { at, by, counts };
  return isMasked ? { ...told, name: null, sha256: null, path: null } : { ...told, name, sha256, path: isWhole ? `data/${file.path}` : null };
}

function comparedRows({ at, by, name, sha256, counts, path }: ScopeComparison): [string, string, number | null][] {
  const list = name === null ? 'a list whose name is masked' : `${name}, SHA-256 ${sha256}`;
  const where = path === null ? '' : `; result of each row: ${path}`;
  const rows: [string, string, number | null][] = [
    ['compared', `${at.slice(0, 19).replace('T', ' ')} UTC${by === null ? '' : ` by ${by}`}: the case was compared with ${list}${where}`, null],
    ['compared', 'rows in the list', counts.rows],
    ['compared', 'of these rows: found in the case', counts.found],
  ];
  for (const [what, number] of [
    ['in the archive, but not or only partly in the case', counts.outside],
    ['possibly in the archive', counts.perhaps],
    ['not found', counts.missing],
    ['unreadable', counts.unread],
  ] as const)
    rows.push(['compared', `of these rows: ${what}`, number]);
  rows.push(['compared', `recordings of the case without a row in the list (the case then had ${counts.recordings})`, counts.unnamed]);
  return rows;
}

/** Returns the rows of a scope sheet: part, statement, and a number; null for a statement without a number. */
export function scopeRows({
  handOver,
  asked,
  compared,
  systems,
  recordings,
  notSearched,
}: Scope): [part: string, what: string, number: number | null][] {
  const rows: [string, string, number | null][] = partRows(handOver);
  if (asked.length === 0) rows.push(['asked', 'the request is not recorded: the case was filled by hand, or by an older version of longplay', null]);
  for (const { at, by, words, found, uncertainLeftOut, perhapsInTime, undatedLeftOut, unreadable } of asked) {
    rows.push(
      ['asked', `${at.slice(0, 19).replace('T', ' ')} UTC${by === null ? '' : ` by ${by}`}: ${words}`, null],
      ['found', 'recordings that this search found', found],
    );
    if (uncertainLeftOut > 0) rows.push(['left out', 'recordings that do not certainly concern the person', uncertainLeftOut]);
    if (perhapsInTime > 0) rows.push(['found', 'of these: possibly in the time range, because their local time is ambiguous', perhapsInTime]);
    if (undatedLeftOut > 0) rows.push(['left out', 'recordings without a time, which are in no time range', undatedLeftOut]);
    if (unreadable > 0) rows.push(['not searched', 'recordings whose recording.json could not be read', unreadable]);
  }
  for (const system of systems) rows.push(['searched', systemWords(system), system.recordings]);
  rows.push(
    ['archive', 'recordings in the archive', recordings.inArchive],
    ['case', 'recordings in the case', recordings.inCase],
    ['case', 'recordings in this hand-over', recordings.handedOver],
  );
  for (const { system, recordings: number } of recordings.bySystem) rows.push(['case', `of these: recorded by ${system}`, number]);
  if (recordings.inLeftOutBags > 0)
    rows.push(['left out', 'recordings of the case in bags that were left out, because they are in an earlier state', recordings.inLeftOutBags]);
  if (recordings.notReadable > 0) rows.push(['left out', 'recordings of the case that could not be read', recordings.notReadable]);
  for (const { recordingId, at, by, reason } of recordings.removed)
    rows.push([
      'left out',
      `${recordingId}, removed ${at.slice(0, 10)}${by === null ? '' : ` by ${by}`}: ${reason === '' ? 'no reason given' : reason}`,
      1,
    ]);
  rows.push(...compared.flatMap(comparedRows));
  rows.push(
    ['not searched', 'bags that the log lists and that are missing', notSearched.missingBags],
    ['not searched', 'bags in an earlier state, e.g. from a backup, which were left out with their recordings', notSearched.leftOutBags],
    ['not searched', 'recordings with encrypted audio, which cannot be played; their metadata was searched', notSearched.encrypted],
    ['not searched', 'recordings whose audio has no decoder; their metadata was searched', notSearched.unreadableSound],
    ['not searched', 'speech: what is said in the recordings is not searched', null],
  );
  return rows;
}

/** Returns `scope.csv`. */
export function scopeCsv(scope: Scope): string {
  return csvTable(['part', 'what', 'number'], scopeRows(scope));
}
