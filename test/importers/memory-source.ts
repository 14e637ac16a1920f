import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { byCodePoint } from '../../src/core/base/order.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { Entry, Source } from '../../src/core/model/source.ts';

/** A source in memory: text as UTF-8, or bytes, by path. It meets the contract of a real one: sorted, unique paths. */
export function memorySource(files: Readonly<Record<string, string | Uint8Array>>, name = 'export', findings: readonly Finding[] = []): Source {
  const bytesOf = new Map<string, Uint8Array>();
  for (const [path, content] of Object.entries(files)) bytesOf.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  const entries = new Map<string, Entry>(
    [...bytesOf].sort(([a], [b]) => byCodePoint(a, b)).map(([path, bytes]) => [path, { path, rawName: null, size: bytes.length, modifiedMs: null }]),
  );
  const bytes = (entry: Entry): Uint8Array => {
    const found = bytesOf.get(entry.path);
    if (found === undefined) throw new Error(`no entry ${entry.path}`);
    return found;
  };
  return {
    name,
    findings,
    entries: async function* (signal) {
      for (const entry of entries.values()) {
        signal.throwIfAborted();
        yield entry;
      }
    },
    entry: (path) => entries.get(path) ?? null,
    find: async (path) => entries.get(path) ?? null,
    open: async (entry) => memoryReader(bytes(entry), entry.path),
    locate: async (entry) => ({ kind: 'bytes', bytes: bytes(entry) }),
    release: async () => undefined,
    close: async () => undefined,
  };
}

/** The files below a folder of this machine, by path. */
export async function memoryFilesOfFolder(folder: string, below = ''): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!item.isFile()) continue;
    const path = join(item.parentPath, item.name);
    files[below + relative(folder, path).split(sep).join('/')] = new Uint8Array(await readFile(path));
  }
  return files;
}

/** The files below a folder of this machine as such a source, so that tests import only the rooms of the importers. */
export async function memorySourceOfFolder(folder: string, below = ''): Promise<Source> {
  return memorySource(await memoryFilesOfFolder(folder, below));
}
