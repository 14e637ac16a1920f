import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bagsUnreachable, isBare } from '../../archive/bag-folders.ts';
import { cannotWrite, syncFiles, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { finding } from '../../core/findings/finding.ts';
import { atRestOf, unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { openCatalog } from '../../store/catalog/catalog.ts';
import type { CatalogTotals } from '../../store/catalog/catalog-numbers.ts';
import { requireSqlite } from '../../store/catalog/catalog-trouble.ts';
import { checkCatalog } from '../../store/catalog/check-catalog.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { syncCatalog } from './catalog-sync.ts';

/** Totals of rebuilding a catalog. */
export interface Rebuilt extends CatalogTotals {
  /** Number of damaged or missing documents: their recordings are not in the catalog. */
  readonly damaged: number;
  /** Number of documents that the machine cannot read. */
  readonly unreachable: number;
  /** Number of bags of a newer version, which are not in the catalog. */
  readonly newer: number;
  /** True: the existing catalog has recordings that cannot be read now, so it was kept and the new one discarded. */
  readonly kept: boolean;
}

/**
 * Rebuilds the catalog from the bags beside the existing one, which it replaces with one rename. A catalog with more recordings than can be read now
 * is not replaced, because a fault of the machine would otherwise remove recordings from searches.
 * @throws LongplayError A102 if `bags/` is empty although the existing catalog has bags
 */
export async function* rebuildCatalog(archiveDir: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, Rebuilt> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  await using _lock = await acquireLock(archive.dir, signal);
  requireSqlite();
  const file = join(archive.dir, 'catalog.sqlite');
  const { catalogKey } = atRestOf(archive);
  const bags = isBare(archive.dir) ? knownBags(file, catalogKey) : 0;
  if (bags > 0) throw bagsUnreachable(archive.dir, bags, 'catalog');
  const draft = join(archive.dir, `${temporaryPrefix}${randomUUID()}.sqlite`);
  const unread: string[] = [];
  const counts = { damaged: 0, unreachable: 0, newer: 0 };
  try {
    const catalog = openCatalog(draft, catalogKey);
    let totals: CatalogTotals;
    try {
      for await (const event of syncCatalog(archive, catalog, signal)) {
        if (event.type === 'finding' && (event.code === 'P131' || event.code === 'P175')) {
          unread.push(basename(dirname(event.place)));
          counts[event.code === 'P131' ? 'damaged' : 'unreachable']++;
        }
        if (event.type === 'finding' && event.code === 'A169') counts.newer++;
        yield event;
      }
      catalog.settle();
      totals = catalog.totals({});
    } finally {
      catalog.close();
    }
    const known = unread.length === 0 ? 0 : knownOf(file, new Set(unread), catalogKey);
    if (known > 0) {
      yield findingEvent(
        finding('P176', 'catalog.sqlite', agree`was not replaced: it has ${known} of the ${unread.length} recording[s] that cannot be read now`),
      );
      return { ...totals, ...counts, kept: true };
    }
    await put(draft, file, signal);
    return { ...totals, ...counts, kept: false };
  } finally {
    for (const part of parts) rmSync(draft + part, { force: true });
  }
}

const parts = ['', '-journal', '-wal', '-shm'];

async function put(draft: string, file: string, signal: AbortSignal): Promise<void> {
  await syncFiles([draft], dirname(file), signal);
  // A killed run may have left companion files of the old catalog, which must not be used with the new one.
  for (const part of parts.slice(1)) rmSync(file + part, { force: true });
  try {
    renameSync(draft, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  await syncFolder(dirname(file));
}

/**
 * Returns how many of the given recordings a catalog has; 0 if it is absent, damaged or of another version.
 * @throws the error that prevents reading it
 */
function knownOf(file: string, recordings: ReadonlySet<string>, key: Uint8Array | null): number {
  const check = checkCatalog(file, null, key);
  try {
    let known = 0;
    for (const { recordingId } of check.contents?.places() ?? []) if (recordings.has(recordingId)) known++;
    // The rest of its content is unknown, so it may be the better catalog.
    return check.unread === null ? known : recordings.size;
  } finally {
    check.close();
  }
}

/** Returns how many bags a catalog has; 0 if it is absent, damaged or of another version. */
function knownBags(file: string, key: Uint8Array | null): number {
  const check = checkCatalog(file, null, key);
  try {
    return new Set(Array.from(check.contents?.places() ?? [], ({ bag }) => bag)).size;
  } finally {
    check.close();
  }
}
