import { LongplayError } from '../../core/base/error.ts';
import type { Source } from '../../core/model/source.ts';

/**
 * Returns the parts of a source: each path that the user named as a source of its own, with the same paths as in the whole source.
 * @throws LongplayError U118 if the user named only one
 */
export function partsOf(source: Source): readonly Source[] {
  const names = source.parts ?? [];
  if (names.length < 2) {
    throw new LongplayError(
      'usage',
      'U118',
      '--join-sources needs two sources or more',
      'name the export of the recorder and those that describe the same calls',
    );
  }
  return names.map((name) => part(source, name));
}

function part(source: Source, name: string): Source {
  const within = (path: string): boolean => path === name || path.startsWith(`${name}/`) || path.startsWith(`${name}!`);
  return {
    name,
    // The whole source reports its findings.
    findings: [],
    entries: async function* (signal) {
      for await (const entry of source.entries(signal)) if (within(entry.path)) yield entry;
    },
    entry: (path) => (within(path) ? source.entry(path) : null),
    find: async (path, signal) => (within(path) ? await source.find(path, signal) : null),
    open: (entry, signal) => source.open(entry, signal),
    ...(source.keep === undefined ? {} : { keep: source.keep }),
    locate: (entry, signal, owner) => source.locate(entry, signal, owner),
    release: (location) => source.release(location),
    // Whoever opened the whole source closes it.
    close: async () => undefined,
  };
}
