import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../archive/layout.ts';
import { acquireLock } from '../archive/lock.ts';
import { openCatalog } from '../catalog/catalog.ts';
import type { CatalogTotals } from '../catalog/catalog-numbers.ts';
import { requireSqlite } from '../catalog/catalog-trouble.ts';
import { syncCatalog } from './catalog-sync.ts';
import type { PipelineEvent } from './events.ts';

/** Deletes the catalog and makes it anew from the bags. */
export async function* rebuildCatalog(archiveDir: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, CatalogTotals> {
  const archive = await openArchive(archiveDir);
  await using _lock = await acquireLock(archive.dir, signal);
  requireSqlite();
  const file = join(archive.dir, 'catalog.sqlite');
  for (const part of ['', '-journal', '-wal', '-shm']) rmSync(file + part, { force: true });
  const catalog = openCatalog(file);
  try {
    yield* syncCatalog(archive, catalog, null, new Set(), signal);
    catalog.settle();
    return catalog.totals({});
  } finally {
    catalog.close();
  }
}
