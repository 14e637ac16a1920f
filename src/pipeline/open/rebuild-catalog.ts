import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cannotWrite, syncFiles, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { bagsUnreachable, isBare, openArchive } from '../../archive/layout.ts';
import { finding } from '../../core/findings/finding.ts';
import { openCatalog } from '../../store/catalog/catalog.ts';
import type { CatalogTotals } from '../../store/catalog/catalog-numbers.ts';
import { requireSqlite } from '../../store/catalog/catalog-trouble.ts';
import { checkCatalog } from '../../store/catalog/check-catalog.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { syncCatalog } from './catalog-sync.ts';

/** What a rebuilt catalog holds. */
export interface Rebuilt extends CatalogTotals {
  /** Documents that are damaged or gone: their recordings are not in it. */
  readonly damaged: number;
  /** Documents that the machine does not give. */
  readonly unreachable: number;
  /** Bags of a newer version: nothing of them is in it. */
  readonly newer: number;
  /** The catalog that was there knows recordings that cannot be read now: it stays, and the new one is given up. */
  readonly kept: boolean;
}

/**
 * Makes the catalog anew from the bags, beside the one that is there, and puts it in its place by one rename. A catalog that knows more than can be read now is
 * not replaced: recordings would vanish from searches for a fault of the machine.
 * @throws LongplayError A102 where `bags/` is bare and that catalog knows bags
 */
export async function* rebuildCatalog(archiveDir: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, Rebuilt> {
  const archive = await openArchive(archiveDir);
  await using _lock = await acquireLock(archive.dir, signal);
  requireSqlite();
  const file = join(archive.dir, 'catalog.sqlite');
  const bags = isBare(archive.dir) ? knownBags(file) : 0;
  if (bags > 0) throw bagsUnreachable(archive.dir, bags, 'catalog');
  const draft = join(archive.dir, `${temporaryPrefix}${randomUUID()}.sqlite`);
  const unread: string[] = [];
  const counts = { damaged: 0, unreachable: 0, newer: 0 };
  try {
    const catalog = openCatalog(draft);
    let totals: CatalogTotals;
    try {
      const events = syncCatalog(archive, catalog, signal);
      for (let next = await events.next(); next.done !== true; next = await events.next()) {
        const event = next.value;
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
    const known = unread.length === 0 ? 0 : knownOf(file, new Set(unread));
    if (known > 0) {
      yield findingEvent(
        finding('P176', 'catalog.sqlite', `stays as it is: it knows ${known} of the ${unread.length} recordings that cannot be read now`),
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
  // What a killed run left beside the old one must not be taken for the new one's.
  for (const part of parts.slice(1)) rmSync(file + part, { force: true });
  try {
    renameSync(draft, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  await syncFolder(dirname(file));
}

/** How many of some recordings a catalog knows; none where it is absent, damaged or of another version. @throws what keeps it from being read */
function knownOf(file: string, recordings: ReadonlySet<string>): number {
  const check = checkCatalog(file, null);
  try {
    let known = 0;
    for (const { recordingId } of check.contents?.places() ?? []) if (recordings.has(recordingId)) known++;
    // Nothing is known of it: it may be the better one.
    return check.unread === null ? known : recordings.size;
  } finally {
    check.close();
  }
}

/** How many bags a catalog knows; none where it is absent, damaged or of another version. */
function knownBags(file: string): number {
  const check = checkCatalog(file, null);
  try {
    return new Set(Array.from(check.contents?.places() ?? [], ({ bag }) => bag)).size;
  } finally {
    check.close();
  }
}
