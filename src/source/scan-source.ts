import type { FoundFile } from './admission.ts';
import { walkFolder } from './folder.ts';
import { entryName } from './members/entry-name.ts';
import { namedPaths } from './named-paths.ts';

/** A file on disk that belongs to a source, by the path of its entry. */
export type ScannedFile = Omit<FoundFile, 'head'>;

/**
 * Yields every file on disk of the named sources with size and time, in no order. Opens no file and enters no container. Leaves out whatever cannot be read,
 * because an import reports it.
 * @throws LongplayError S101, S102, S106 for the named paths
 */
export async function* scanSource(paths: readonly string[], signal: AbortSignal): AsyncGenerator<ScannedFile> {
  const { named } = await namedPaths(paths, { passOver: false, stores: null }, signal);
  for (const one of named) {
    const prefix = named.length === 1 ? '' : `${one.name}/`;
    if (one.kind !== 'folder') {
      yield { path: entryName(Buffer.from(one.name), null).path, size: one.size, modifiedMs: one.modifiedMs };
      continue;
    }
    for await (const item of walkFolder(one.path, () => false, signal, { heads: false })) {
      if (item.kind === 'file') yield { path: prefix + entryName(item.relative, null).path, size: item.size, modifiedMs: item.modifiedMs };
    }
  }
}
