import { sha256Hex } from '../src/core/identifier.ts';
import { byCodePoint } from '../src/core/order.ts';
import { baseName } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import { commonFolder } from '../src/joins/common-folder.ts';
import type { Stage } from '../src/tables/types.ts';
import { inumOfName, type Kinds, pathStemOf, stemOf } from './sidecar-xml-names.ts';
import { readSidecar } from './sidecar-xml-read.ts';
import { inumOf } from './sidecar-xml-verint.ts';

/** Files that belong to one recording, and by what. */
export interface Pair {
  readonly key: string;
  /** The INUM by which they belong together; else the stem. */
  readonly inum: string;
  readonly media: readonly string[];
  readonly sidecars: readonly string[];
  readonly by: 'inum' | 'stem';
}

type Group = Omit<Pair, 'key' | 'inum'> & { readonly name: string };

/**
 * Brings sidecars and media together: by the INUM in both names, or by folder and stem; then, what is still alone, by the INUM that the sidecar names, or by the stem in whatever
 * folder. Every file of those kinds stands in exactly one pair, and each pair has a key of its own.
 */
export async function* pairs(source: Source, kinds: Kinds, open: () => Stage, signal: AbortSignal): AsyncGenerator<Pair> {
  const near = open();
  const common = commonFolder();
  for await (const entry of source.entries(signal)) {
    if (kinds.of(entry.path) === null) continue;
    common.add(entry.path);
    near.put(inumOfName(entry.path) ?? pathStemOf(entry.path), '', entry.path);
  }
  const far = open();
  const named = open();
  const settle = (group: Group): void => named.put(group.name, common.below(group.media[0] ?? group.sidecars[0] ?? ''), group);
  for (const { group, values } of near.groups()) {
    signal.throwIfAborted();
    const { media, sidecars } = sorted(values as readonly string[], kinds); // put above
    const isInum = inumOfName(group) === group;
    if (media.length > 0 && sidecars.length > 0) {
      settle({ name: isInum ? group : stemOf(media[0] ?? ''), media, sidecars, by: isInum ? 'inum' : 'stem' });
      continue;
    }
    for (const path of media) far.put(inumOfName(path) ?? stemOf(path), '', path);
    for (const path of sidecars) {
      const own = inumOfName(path) ?? (await inumInside(source, path, signal));
      far.put(own ?? stemOf(path), '', path);
    }
  }
  for (const { group, values } of far.groups()) {
    signal.throwIfAborted();
    const { media, sidecars } = sorted(values as readonly string[], kinds); // put above
    const by = inumOfName(group) === group ? 'inum' : 'stem';
    // Two files of one name in two folders are two recordings, and nothing tells whose the sidecar is.
    const clear = by === 'inum' || (sidecars.length === 1 && new Set(media.map(baseName)).size === media.length);
    if (media.length > 0 && sidecars.length > 0 && clear) settle({ name: group, media, sidecars, by });
    else if (by === 'inum' && media.length + sidecars.length > 0) settle({ name: group, media, sidecars, by });
    else
      for (const path of [...media, ...sidecars])
        settle({ name: group, media: media.includes(path) ? [path] : [], sidecars: sidecars.includes(path) ? [path] : [], by });
  }
  for (const { group, values } of named.groups()) {
    for (const [index, value] of (values as readonly Group[]).entries()) {
      const { name: _name, ...pair } = value;
      const below = common.below(pair.media[0] ?? pair.sidecars[0] ?? '');
      yield { ...pair, inum: group, key: index === 0 ? group : `${group}#${sha256Hex(below).slice(0, 8)}` };
    }
  }
}

function sorted(paths: readonly string[], kinds: Kinds): { media: string[]; sidecars: string[] } {
  const inOrder = [...paths].sort(byCodePoint);
  return { media: inOrder.filter((path) => kinds.of(path) !== 'sidecar'), sidecars: inOrder.filter((path) => kinds.of(path) === 'sidecar') };
}

async function inumInside(source: Source, path: string, signal: AbortSignal): Promise<string | null> {
  const { root } = await readSidecar(source, path, signal);
  return root === null ? null : inumOf(root);
}
