import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LongplayError } from '../core/error.ts';
import { openLedger } from '../jobs/ledger.ts';
import type { JobRequest } from '../jobs/plan.ts';
import { openAccount } from './account.ts';
import { findingEvent, type PipelineEvent } from './events.ts';
import { isEmptyFolder } from './identify.ts';
import type { ImportOutcome, ImportTools } from './import.ts';
import { keepApart, refuseFile } from './keep-apart.ts';
import { openForReading } from './open-archive.ts';
import { importOptions, openSources } from './open-sources.ts';
import { listEntries, recognised } from './plan-import.ts';
import { recognise } from './recognise.ts';
import { followSource } from './source-notes.ts';

/** What an import would do. Writes nothing into the archive, not even a lock. */
export async function* planOnly(
  request: JobRequest,
  archiveDir: string,
  tools: ImportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  refuseFile(archiveDir, 'A101');
  keepApart(request.sources, archiveDir);
  await using opened = await openSources(request.sources, tools.temporary, signal);
  const { source, scratch } = opened;
  const there = existsSync(join(archiveDir, 'longplay.json'));
  if (!there && !isEmptyFolder(archiveDir))
    throw new LongplayError('usage', 'A101', `${archiveDir} is not empty and is no archive`, 'name a new or empty folder, or an existing archive');
  using archive = there ? yield* openForReading(archiveDir, scratch, signal, 'nothing') : null;
  const ledger = openLedger(scratch);
  try {
    yield* listEntries(opened, ledger, signal);
    const options = importOptions(request, scratch);
    const notes = followSource(source);
    for (const found of notes.take()) yield findingEvent(found);
    const recognition = await recognise(source, tools.importers, request.importer, options, signal);
    yield recognised(recognition);
    const account = openAccount(ledger, archive?.archive.salt ?? 'dry-run', request.site, (id) => archive?.catalog.newestOf(id) ?? null);
    for await (const item of recognition.importer.items(source, options, signal)) for (const found of account.take(item)) yield findingEvent(found);
    const { reconciliation, findings } = account.finish();
    for (const found of [...notes.take(), ...findings]) yield findingEvent(found);
    yield reconciliation;
    const nothing = { bagsLanded: 0, bagsThereBefore: 0, imported: 0, notImported: 0, notPlayable: 0, audioMs: 0, bytes: 0, resumed: false };
    return { ...nothing, unread: notes.unread, reconciliation };
  } finally {
    ledger.close();
  }
}
