import type { Importer } from '../core/importer.ts';
import type { Recording } from '../core/recording.ts';
import type { Ledger } from '../jobs/ledger.ts';
import type { JobRequest } from '../jobs/plan.ts';
import { type Known, openAccount } from './account.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from './events.ts';
import { importOptions, type OpenedSource } from './open-sources.ts';
import { type Recognition, recognise } from './recognise.ts';
import type { SourceNotes } from './source-notes.ts';
import type { Counted } from './status-moves.ts';

/** What a source's metadata is read for. */
export interface Reading {
  readonly importers: readonly Importer[];
  /** Key of the recording ids. */
  readonly salt: string;
  /** What is in the archive already. */
  readonly known: Known;
  /** Looks at each recording as it comes, with the files that are counted with it. */
  readonly each?: (recording: Recording, listed: Listed, counted: Counted) => AsyncIterable<PipelineEvent>;
}

/** How much there is in a source. */
export interface Listed {
  readonly entries: number;
  readonly bytes: number;
}

/** A source whose every row and file is accounted for; its recordings are in the ledger. */
export interface SourceRead {
  readonly recognition: Recognition;
  readonly reconciliation: Reconciliation;
  readonly listed: Listed;
}

/** Lists a source, finds its importer and takes the account of all that it says: the way that survey, dry run and import share. */
export async function* readSource(
  { source, scratch }: OpenedSource,
  ledger: Ledger,
  request: Pick<JobRequest, 'site' | 'importer' | 'zone' | 'encoding' | 'mapping' | 'declarations'>,
  { importers, salt, known, each }: Reading,
  notes: SourceNotes,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SourceRead> {
  let entries = 0;
  let bytes = 0;
  for await (const entry of source.entries(signal)) {
    ledger.entry(entry.path, entry.size);
    entries++;
    bytes += entry.size;
    if (entries % 1_000 === 0)
      yield { type: 'progress', phase: 'listing', done: entries, total: null, unit: 'entries', bytes, bytesTotal: null, audioMs: 0 };
  }
  const listed = { entries, bytes };
  const options = importOptions(request, scratch);
  // First what could not be read: it may be the reason why nothing is recognised.
  for (const found of notes.take()) yield findingEvent(found);
  const recognition = await recognise(source, importers, request.importer, options, signal);
  const { importer, evidence } = recognition;
  yield { type: 'recognised', importer: importer.id, title: importer.title, grade: importer.grade, evidence };
  const account = openAccount(ledger, salt, request.site, known);
  let items = 0;
  for await (const item of importer.items(source, options, signal)) {
    for (const found of account.take(item)) yield findingEvent(found);
    if (each !== undefined && item.kind === 'recording') yield* each(item, listed, account.counted());
    if (++items % 1_000 === 0)
      yield { type: 'progress', phase: 'reading', done: items, total: null, unit: 'records and files', bytes: 0, bytesTotal: null, audioMs: 0 };
  }
  const { reconciliation, findings } = account.finish();
  for (const found of [...notes.take(), ...findings]) yield findingEvent(found);
  return { recognition, reconciliation, listed };
}
