import { join } from 'node:path';
import { type Archive, openArchive } from '../archive/layout.ts';
import { type Catalog, openCatalog } from '../catalog/catalog.ts';
import { syncCatalog } from './catalog-sync.ts';
import type { PipelineEvent } from './events.ts';

/** An archive with its catalog, in line with the bags. */
export interface OpenedArchive extends Disposable {
  readonly archive: Archive;
  readonly catalog: Catalog;
}

/** Opens an archive for reading: takes bags into the catalog that it does not know yet. */
export async function* openForReading(archiveDir: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, OpenedArchive> {
  const archive = await openArchive(archiveDir);
  const catalog = openCatalog(join(archive.dir, 'catalog.sqlite'));
  try {
    yield* syncCatalog(archive, catalog, null, new Set(), signal);
  } catch (error) {
    catalog.close();
    throw error;
  }
  return { archive, catalog, [Symbol.dispose]: () => catalog.close() };
}
