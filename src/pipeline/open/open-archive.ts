import { accessSync, chmodSync, constants, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { atRestIfOpen, atRestOf, unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { type Catalog, openCatalog } from '../../store/catalog/catalog.ts';
import type { PipelineEvent } from '../events/events.ts';
import { makeScratch, removeScratch } from '../files/scratch.ts';
import { syncCatalog } from './catalog-sync.ts';

/** An archive with an updated catalog. */
export interface OpenedArchive extends Disposable {
  readonly archive: Archive;
  readonly catalog: Catalog;
}

/**
 * Opens an archive for reading and indexes new bags. If the archive is read-only, or must not be changed, the bags are indexed in a copy of the
 * catalog in `temporary`, which is deleted when the archive is closed.
 */
export async function* openForReading(
  archiveDir: string,
  temporary: string,
  signal: AbortSignal,
  touch: 'catalog' | 'nothing' = 'catalog',
): AsyncGenerator<PipelineEvent, OpenedArchive> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const inPlace = touch === 'catalog' && isWritable(archive.dir);
  const { file, discard } = inPlace ? { file: join(archive.dir, catalogName), discard: () => undefined } : copyOfCatalog(archive.dir, temporary);
  let catalog: Catalog | null = null;
  const close = (): void => {
    catalog?.close();
    discard();
  };
  try {
    catalog = openCatalog(file, atRestOf(archive).catalogKey);
    yield* syncCatalog(archive, catalog, signal);
  } catch (error) {
    close();
    throw error;
  }
  return { archive, catalog, [Symbol.dispose]: close };
}

/** Returns the key with which other programs open the catalog; null if the archive is open, or its keyring is not unlocked. */
export function catalogKeyOf(archive: Pick<Archive, 'page'>): Uint8Array | null {
  return atRestIfOpen(archive).catalogKey;
}

const catalogName = 'catalog.sqlite';

/** Returns true if this process may write into a folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function copyOfCatalog(archiveDir: string, temporary: string): { readonly file: string; readonly discard: () => void } {
  const folder = makeScratch(temporary);
  for (const part of ['', '-wal']) {
    const from = join(archiveDir, catalogName + part);
    if (!existsSync(from)) continue;
    copyFileSync(from, join(folder, catalogName + part));
    // A copy keeps the permissions of the original.
    chmodSync(join(folder, catalogName + part), 0o600);
  }
  return { file: join(folder, catalogName), discard: () => removeScratch(folder) };
}
