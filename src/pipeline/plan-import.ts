import { join } from 'node:path';
import type { Archive } from '../archive/layout.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Finding } from '../core/finding.ts';
import type { Importer } from '../core/importer.ts';
import { type BagLimits, createBagGrouper } from '../jobs/bag-grouping.ts';
import { openLedger } from '../jobs/ledger.ts';
import { beginPlan, type Job, type JobRequest, requestDigest } from '../jobs/plan.ts';
import { openAccount } from './account.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from './events.ts';
import { importOptions, type OpenedSource } from './open-sources.ts';
import { type Recognition, recognise } from './recognise.ts';
import type { SourceNotes } from './source-notes.ts';

/** A plan, or null where there is nothing new to import. */
export interface Planned {
  readonly job: Job | null;
  readonly reconciliation: Reconciliation;
  readonly findings: readonly Finding[];
}

/** Most findings that a job's head keeps; all are yielded as they come. */
const keptFindings = 1_000;

/**
 * Reads a source's metadata and fixes which recordings go into which bag. Nothing is written but the plan.
 * @param now ISO time that the job and its bags carry.
 * @param notes of the source; what it says is yielded here.
 */
export async function* planImport(
  opened: OpenedSource,
  archive: Archive,
  catalog: Catalog,
  request: JobRequest,
  importers: readonly Importer[],
  bagLimits: BagLimits,
  now: string,
  notes: SourceNotes,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Planned> {
  const { source, scratch } = opened;
  const ledger = openLedger(scratch);
  try {
    const listed = yield* listEntries(opened, ledger, signal);
    const options = importOptions(request, scratch);
    // First what could not be read: it may be the reason why nothing is recognised.
    const troubles = notes.take();
    for (const found of troubles) yield findingEvent(found);
    const recognition = await recognise(source, importers, request.importer, options, signal);
    yield recognised(recognition);
    const account = openAccount(ledger, archive.salt, request.site, (id) => catalog.newestOf(id));
    const findings: Finding[] = troubles.slice(0, keptFindings);
    const note = function* (found: readonly Finding[]): Generator<PipelineEvent> {
      for (const one of found) {
        if (findings.length < keptFindings) findings.push(one);
        yield findingEvent(one);
      }
    };
    let items = 0;
    for await (const item of recognition.importer.items(source, options, signal)) {
      yield* note(account.take(item));
      if (++items % 1_000 === 0)
        yield { type: 'progress', phase: 'reading', done: items, total: null, unit: 'records and files', bytes: 0, bytesTotal: null, audioMs: 0 };
    }
    const { reconciliation, findings: last } = account.finish();
    yield* note([...notes.take(), ...last]);
    if (reconciliation.toImport === 0) return { job: null, reconciliation, findings };
    const jobId = `${now.replaceAll(/[-:]/g, '').slice(0, 15).toLowerCase()}-${requestDigest(request)}`;
    const plan = await beginPlan(join(archive.dir, 'jobs'), jobId);
    try {
      const grouper = createBagGrouper(bagLimits);
      let done = 0;
      for (const { planned, day, bytes } of ledger.recordings()) {
        signal.throwIfAborted();
        plan.add(grouper.place(planned, day, bytes), planned);
        if (++done % 1_000 === 0) {
          yield {
            type: 'progress',
            phase: 'planning',
            done,
            total: reconciliation.toImport,
            unit: 'recordings',
            bytes: 0,
            bytesTotal: listed.bytes,
            audioMs: 0,
          };
        }
      }
      const job = await plan.finish({
        format: 'longplay-job',
        version: 1,
        jobId,
        createdAt: now,
        request,
        importer: recognition.importer.id,
        sourceName: source.name,
        bags: grouper.finish(),
        reconciliation,
        findings,
      });
      return { job, reconciliation, findings };
    } catch (error) {
      plan.discard();
      throw error;
    }
  } finally {
    ledger.close();
  }
}

/** Enters every entry of the source into the ledger. */
export async function* listEntries(
  { source }: OpenedSource,
  ledger: ReturnType<typeof openLedger>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly entries: number; readonly bytes: number }> {
  let entries = 0;
  let bytes = 0;
  for await (const entry of source.entries(signal)) {
    ledger.entry(entry.path, entry.size);
    entries++;
    bytes += entry.size;
    if (entries % 1_000 === 0)
      yield { type: 'progress', phase: 'listing', done: entries, total: null, unit: 'entries', bytes, bytesTotal: null, audioMs: 0 };
  }
  return { entries, bytes };
}

/** Which importer takes the source, for a person. */
export function recognised({ importer, evidence }: Recognition): PipelineEvent {
  return { type: 'recognised', importer: importer.id, title: importer.title, grade: importer.grade, evidence };
}
