import type { MediaJudge } from '../../core/base/media-judge.ts';
import { createTurns } from '../../core/base/turns.ts';
import { finding } from '../../core/findings/finding.ts';
import { contentOf } from '../../core/model/entry-content.ts';
import type { FileRole, Importer, ImportItem } from '../../core/model/importer.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Source } from '../../core/model/source.ts';
import { latestPlausible, withoutFalseCertainty } from '../../core/time/plausible-start.ts';
import type { ErasedLookup } from '../../log/erasure/erased-recordings.ts';
import type { Lookup } from '../../store/catalog/lookup.ts';
import { openCallTable } from '../../store/jobs/call-table.ts';
import type { HeldRecording, Ledger } from '../../store/jobs/ledger.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { type AccountedRecording, type ArchivedIdentities, openAccount } from './account.ts';
import { type AmendmentTools, createAmendments, type Difference } from './amend-archived.ts';
import { type ComparisonTools, openComparison } from './compare-archived.ts';
import { createOtherwiseFinder, type OtherwiseTools } from './identified-otherwise.ts';
import { joinCalls } from './join-calls.ts';
import { importOptions, type OpenedSource } from './open-sources.ts';
import { partsOf } from './part-source.ts';
import type { Patience } from './patience.ts';
import type { Known } from './place-recording.ts';
import { type RecognisedPart, recognise, recogniseParts } from './recognise.ts';
import { createRowAlarms } from './row-alarms.ts';
import type { SourceNotes } from './source-notes.ts';
import { suggestions, suggestionText } from './suggest.ts';
import { createUnclaimedFiles, type UnclaimedFiles } from './unclaimed-files.ts';
import { createWithdrawnRows } from './withdrawn-rows.ts';

/** Settings for reading a source's metadata. */
export interface Reading {
  readonly importers: readonly Importer[];
  readonly media: MediaJudge;
  /** Key of the recording ids. */
  readonly salt: string;
  /** Looks up archived recordings. */
  readonly known: Known;
  /** Looks up recordings that were erased from the archive; absent: there is no archive. */
  readonly erased?: ErasedLookup;
  /** The archive with whose files the source is compared; absent: there is no archive. */
  readonly archived?: Pick<ComparisonTools, 'compareBytes'> &
    Pick<AmendmentTools, 'documentOf'> & { readonly lookup: Omit<Lookup, typeof Symbol.dispose> };
  /** Time of the machine's clock, epoch ms: no call can start later. */
  readonly clockMs: number;
  /** Present for a source that is still being written: decides which recordings are complete. */
  readonly patience?: Patience | undefined;
  /** Receives each recording in order, and how it was added to the account. */
  readonly each?: (recording: Recording, listed: Listed, taken: AccountedRecording) => AsyncIterable<PipelineEvent>;
  /** True: each difference from the archive's descriptions is yielded as a result. */
  readonly showsDifferences?: boolean;
  /** Receives each item of an importer as it comes. */
  readonly onItem?: (item: ImportItem, importer: string) => void;
  /** Receives each recording and how it was added to the account; awaited. */
  readonly onTaken?: (recording: Recording, taken: AccountedRecording) => void | Promise<void>;
}

/** Number of files and bytes in a source. */
export interface Listed {
  readonly entries: number;
  readonly bytes: number;
}

/** A source after every row and file was accounted for; its recordings are in the ledger. */
export interface SourceRead {
  /** Ids of the importers that read it; usually one. */
  readonly importer: string;
  readonly reconciliation: Reconciliation;
  readonly listed: Listed;
}

/** The members of a request that affect how a source is read. */
export type ReadRequest = Pick<
  JobRequest,
  'site' | 'importer' | 'zone' | 'encoding' | 'mapping' | 'declarations' | 'joinSources' | 'amend' | 'enrich'
>;

/** A listed source, and the importers of its parts; usually one. */
export interface Allotted {
  readonly listed: Listed;
  readonly parts: readonly RecognisedPart[];
}

/** A source being read, and its account. */
export interface SourceReading {
  readonly opened: OpenedSource;
  readonly ledger: Ledger;
  /** Findings about the source, which are yielded while it is read. */
  readonly notes: SourceNotes;
}

/** Lists a source, finds its importer and accounts for everything in it. A dry run and an import use the same function. */
export async function* readSource(
  { opened, ledger, notes }: SourceReading,
  request: ReadRequest,
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SourceRead> {
  const listed = yield* listSource(opened.source, ledger, notes, signal);
  const { source, scratch } = opened;
  const options = importOptions(request, scratch, reading.media);
  const parts =
    request.joinSources === true
      ? await recogniseParts(partsOf(source), reading.importers, request.importer, options, signal)
      : [{ ...(await recognise(source, reading.importers, request.importer, options, signal)), source, options }];
  return yield* readParts({ opened, ledger, notes }, request, reading, { listed, parts }, signal);
}

/**
 * Accounts for everything in the parts of a source: the second half of `readSource`.
 * One function: every item changes the same account, alarms and notes, in the order in which the items come.
 */
export async function* readParts(
  { opened: { source, scratch }, ledger, notes }: SourceReading,
  request: Pick<ReadRequest, 'site' | 'importer' | 'declarations' | 'amend'>,
  { importers, media, salt, known, erased, archived, clockMs, patience, each, onItem, onTaken, showsDifferences }: Reading,
  { listed, parts }: Allotted,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SourceRead> {
  for (const { importer, evidence } of parts)
    yield { type: 'recognised', importer: importer.id, title: importer.title, grade: importer.grade, evidence };
  for (const part of parts) {
    if (part.importer.fallback !== true || request.importer !== null) continue;
    for (const fit of await suggestions(part.source, importers, part.options, signal))
      yield findingEvent(finding('I250', part.source.name, suggestionText(fit)));
  }
  const comparison = archived === undefined ? null : openComparison({ source, ledger, ...archived }, signal);
  const { site, declarations = [], amend } = request;
  const amendments =
    archived === undefined
      ? null
      : createAmendments({ amends: amend === true, declarations, sizeOf: (path) => ledger.sizeOf(path), documentOf: archived.documentOf });
  const identities =
    archived === undefined || comparison === null ? {} : { identities: identitiesOf(archived, { ledger, site, comparison }, source.name) };
  const compared = { salt, site, known, erased, comparison, amendments };
  const account = openAccount(ledger, { ...compared, ...identities, ...(patience === undefined ? {} : { patience }) });
  const latest = latestPlausible(clockMs);
  // Not for a running recorder, which rotates its tables, and whose rows wait for their audio.
  const withdrawn =
    archived === undefined || comparison === null || patience !== undefined
      ? null
      : createWithdrawnRows({ ...archived, site, sourceName: source.name, ledger, places: account.places, comparison });
  const alarms = createRowAlarms(source.name, latest);
  const leftOut = createUnclaimedFiles(source.name);
  const table = parts.length > 1 ? openCallTable(scratch) : null;
  const take = async function* (read: ImportItem, held: HeldRecording | null): AsyncGenerator<PipelineEvent> {
    const item = read.kind === 'recording' && held === null ? withoutFalseCertainty(read, latest) : read;
    for (const found of await (held === null ? account.take(item) : account.takeHeld(held))) yield findingEvent(found);
    if (item.kind === 'recording' && !account.isHeld()) {
      alarms.take(item);
      leftOut.recording(item);
      withdrawn?.take(item);
    }
    const taken = account.taken();
    if (item.kind !== 'recording' || taken === null) return;
    if (showsDifferences === true && taken.difference !== null) yield* differenceResults(item, taken.difference);
    await onTaken?.(item, taken);
    if (each !== undefined) yield* each(item, listed, taken);
  };
  let items = 0;
  const turns = createTurns();
  try {
    for (const [index, part] of parts.entries()) {
      for await (const item of part.importer.items(part.source, part.options, signal)) {
        if (turns.isDue()) await turns.take(signal);
        onItem?.(item, part.importer.id);
        if (item.kind === 'file' && item.role === 'alien') yield* judgeAlien(part.source, item, media, leftOut, signal);
        if (table !== null && item.kind === 'recording') table.add(item, index);
        else yield* take(item, null);
        if (++items % 1_000 === 0)
          yield { type: 'progress', phase: 'reading', done: items, total: null, unit: 'records and files', bytes: 0, bytesTotal: null, audioMs: 0 };
      }
    }
    const names = parts.map((part) => part.source.name);
    for (const joined of table === null ? [] : joinCalls(table, names, source.name)) {
      if (turns.isDue()) await turns.take(signal);
      if ('code' in joined) yield findingEvent(joined);
      else {
        account.matchRows(joined.absorbed);
        yield* take(joined.recording, null);
      }
    }
    for (const held of account.held()) {
      if (turns.isDue()) await turns.take(signal);
      yield* take(held.recording, held);
    }
    for (const found of withdrawn?.found() ?? []) {
      if (turns.isDue()) await turns.take(signal);
      const recording = account.takeWithdrawn(found, new Date(clockMs).toISOString().slice(0, 10));
      const taken = account.taken();
      if (taken === null) continue;
      if (showsDifferences === true && taken.difference !== null) yield* differenceResults(recording, taken.difference);
      await onTaken?.(recording, taken);
    }
  } finally {
    table?.close();
  }
  const { reconciliation, findings } = account.finish();
  const isChosen = request.importer !== null && parts.every(({ importer }) => importer.fallback === true);
  const empty = reconciliation.tables.filter(({ records }) => records === 0).map(({ path }) => path);
  for (const found of [...notes.take(), ...findings, ...alarms.findings(), ...leftOut.findings(isChosen, empty)]) yield findingEvent(found);
  return { importer: parts.map(({ importer }) => importer.id).join('+'), reconciliation, listed };
}

/** Returns how archived recordings are found by what identifies them. */
function identitiesOf(
  { lookup, documentOf }: NonNullable<Reading['archived']>,
  compared: Pick<OtherwiseTools, 'ledger' | 'site' | 'comparison'>,
  sourceName: string,
): ArchivedIdentities {
  return {
    withKey: (key) => lookup.withKey(key),
    finderFor: (places) => createOtherwiseFinder({ ...compared, sourceName, lookup, places, documentOf }),
  };
}

/** Yields a difference as one result per member that differs: what the archive has, and what the import would write. */
function* differenceResults({ key }: Recording, { before, after, amendment }: Difference): Generator<PipelineEvent> {
  const { bag, revision, changed } = amendment;
  for (const member of changed)
    yield {
      type: 'result',
      of: 'difference',
      value: { key, bag, revision, member, before: before[member] ?? null, after: after[member] ?? null },
    };
}

/** Notes a file that an importer left out. Judges its content if the importer did not. */
async function* judgeAlien(
  source: Source,
  { path, alien = {} }: FileRole,
  media: MediaJudge,
  leftOut: UnclaimedFiles,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent> {
  const entry = alien.content === undefined ? source.entry(path) : null;
  const judged = entry === null ? null : await contentOf(source, entry, media, signal);
  for (const found of judged?.findings ?? []) yield findingEvent(found);
  leftOut.file(path, { ...alien, content: alien.content ?? judged?.verdict.is ?? 'other' });
}

/** Adds every file of a source to the ledger, and reports what could not be read: this may be the reason why nothing is recognised. */
export async function* listSource(source: Source, ledger: Ledger, notes: SourceNotes, signal: AbortSignal): AsyncGenerator<PipelineEvent, Listed> {
  let entries = 0;
  let bytes = 0;
  for await (const entry of source.entries(signal)) {
    ledger.entry(entry.path, entry.size);
    entries++;
    bytes += entry.size;
    if (entries % 1_000 === 0)
      yield { type: 'progress', phase: 'listing', done: entries, total: null, unit: 'entries', bytes, bytesTotal: null, audioMs: 0 };
  }
  for (const found of notes.take()) yield findingEvent(found);
  return { entries, bytes };
}
