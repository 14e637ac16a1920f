import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../archive/layout.ts';
import { openCatalog } from '../catalog/catalog.ts';
import { openLedger } from '../jobs/ledger.ts';
import type { JobRequest } from '../jobs/plan.ts';
import { openAccount } from './account.ts';
import { findingEvent, type PipelineEvent } from './events.ts';
import type { ImportOutcome, ImportTools } from './import.ts';
import { importOptions, openSources } from './open-sources.ts';
import { listEntries, recognised } from './plan-import.ts';
import { recognise } from './recognise.ts';

/** What an import would do, by the catalog as it is. Writes nothing, not even a lock. */
export async function* planOnly(
  request: JobRequest,
  archiveDir: string,
  tools: ImportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportOutcome> {
  await using opened = await openSources(request.sources, tools.temporary, signal);
  const { source, scratch } = opened;
  const archive = existsSync(join(archiveDir, 'longplay.json')) ? await openArchive(archiveDir) : null;
  const catalogFile = join(archiveDir, 'catalog.sqlite');
  const catalog = archive !== null && existsSync(catalogFile) ? openCatalog(catalogFile) : null;
  const ledger = openLedger(scratch);
  try {
    yield* listEntries(opened, ledger, signal);
    const options = importOptions(request, scratch);
    const recognition = await recognise(source, tools.importers, request.importer, options, signal);
    yield recognised(recognition);
    for (const found of source.findings) yield findingEvent(found);
    const account = openAccount(ledger, archive?.salt ?? 'dry-run', request.site, (id) => catalog?.newestOf(id) ?? null);
    for await (const item of recognition.importer.items(source, options, signal)) for (const found of account.take(item)) yield findingEvent(found);
    const { reconciliation, findings } = account.finish();
    for (const found of findings) yield findingEvent(found);
    yield reconciliation;
    return { bagsLanded: 0, bagsThereBefore: 0, imported: 0, notImported: 0, notPlayable: 0, audioMs: 0, bytes: 0, resumed: false, reconciliation };
  } finally {
    ledger.close();
    catalog?.close();
  }
}
