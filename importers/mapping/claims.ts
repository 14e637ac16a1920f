import { foldedName, withoutExtension } from '../../src/core/base/safe-path.ts';
import type { Values } from '../../src/tables/values/values.ts';
import type { Claim } from '../engine/records/claim.ts';
import { nameKey, pathParts, withoutContainers } from '../engine/records/keys.ts';
import type { JoinMapping } from './mapping.ts';
import type { NameValues } from './names.ts';

/** How rows claim files exactly: by one text that both have. */
export interface ExactJoin {
  /** In words, for the rule of the reconciliation. */
  readonly by: string;
  /** Keys of an entry by its name, whatever it is. */
  nameKeys(path: string): readonly string[];
  /** Keys of a medium by what its name says. */
  fileKeys(path: string): readonly string[];
  /** @param place the file that the record stands in. */
  claims(values: Values, place: string): readonly Claim[];
  /** What the row says of its file, as a key for rows that have none; null: nothing. */
  nameIn(values: Values): string | null;
}

/** Last parts of a file's path under which one of many of its name is found. */
const endParts = 32;

/** The exact join of a mapping, or null where it joins by time only. @param names what names of files say by the mapping. */
export function exactJoin(join: JoinMapping | null, names: NameValues): ExactJoin | null {
  const exact = join?.exact ?? null;
  if (exact === null) return null;
  if (exact.by === 'file') return exact.match === 'path' ? joinByPath(exact) : joinByName(exact);
  if (exact.by === 'beside') {
    const by = 'a document of the same path but for the extension';
    const keyOf = (path: string): string => `beside ${withoutExtension(path)}`;
    return {
      by,
      nameKeys: () => [],
      fileKeys: (path) => [keyOf(path)],
      claims: (_values, place) => [{ key: keyOf(place), by, namesakes: 'doubted', written: withoutContainers(place) }],
      nameIn: () => null,
    };
  }
  const { pairs } = exact;
  const by = `${pairs.map(({ field }) => field).join(' and ')} of the file name = ${pairs.map(({ columns }) => columns.join(' ')).join(' and ')}`;
  const keyOf = (values: readonly (string | null)[]): string | null => joined(values, '\u0001');
  return {
    by,
    nameKeys: () => [],
    fileKeys: (path) => {
      const values = names(path);
      const key = values === null ? null : keyOf(pairs.map(({ field }) => values.peek([field])));
      return key === null ? [] : [`fields ${key}`];
    },
    claims: (values) => {
      const key = keyOf(pairs.map(({ columns }) => values.peek(columns)));
      return key === null ? [] : [{ key: `fields ${key}`, by, namesakes: 'doubted' }];
    },
    nameIn: (values) =>
      joined(
        pairs.map(({ columns }) => values.peek(columns)),
        '/',
      ),
  };
}

type ByFile = Extract<JoinMapping['exact'], { by: 'file' }>;

/** What a record writes of its files: one, or each of a list in one column. */
function filesOf(values: Values, columns: readonly string[]): readonly string[] {
  const [column] = columns;
  return [values.peek(columns) ?? '', ...(columns.length === 1 && column !== undefined ? values.repeats(column) : [])];
}

/** The names are the same, folders do not count; the row's may lack the extension, and then it means media only. */
function joinByName({ columns, match, ignoreCase }: ByFile): ExactJoin {
  const same = (text: string): string => (ignoreCase ? foldedName(text) : text);
  const by = `${columns.join(' ')} = ${match === 'name' ? 'file name' : 'file name without extension'}${ignoreCase ? ', case ignored' : ''}`;
  const nameOf = (parts: readonly string[]): string | null => {
    const name = parts.at(-1) ?? null;
    return name === null || match === 'name' ? name : withoutExtension(name);
  };
  const nameIn = (values: Values): string | null => nameOf(pathParts(same(values.peek(columns) ?? '')));
  const claimsOf = (text: string): Claim[] => {
    const name = nameOf(pathParts(same(text)));
    const written = pathParts(text).at(-1);
    return name === null ? [] : [{ key: `file ${name}`, by, namesakes: 'doubted', ...(written === undefined ? {} : { written }) }];
  };
  const keysOf = (path: string): readonly string[] => [`file ${nameOf(entryParts(same(path)))}`];
  return {
    by,
    nameKeys: match === 'name' ? keysOf : () => [],
    fileKeys: match === 'name' ? () => [] : keysOf,
    claims: (values) => filesOf(values, columns).flatMap(claimsOf),
    nameIn,
  };
}

/** One path is the end of the other; of several files the one whose path is longest, then the one whose containers agree with the row's folders. */
function joinByPath({ columns, ignoreCase, strip }: ByFile): ExactJoin {
  const same = (text: string): string => (ignoreCase ? foldedName(text) : text);
  const by = `${columns.join(' ')} = end of the path${ignoreCase ? ', case ignored' : ''}`;
  const prefixes = strip.map((prefix) => pathParts(foldedName(prefix)));
  const isFrequent = countNames();
  let deepest = 0;
  let hasContainers = false;
  /** A row's path without what stands before the part that was exported. */
  const rowParts = (text: string): readonly string[] => {
    const parts = pathParts(same(text));
    const prefix = prefixes.find((each) => each.every((part, index) => foldedName(parts[index] ?? '') === part));
    return prefix === undefined ? parts : parts.slice(prefix.length);
  };
  // A name as it is written has the key that the engine may have staged the file by.
  const keyOfFile = (name: string): string => (ignoreCase ? `file ${name}` : nameKey(name));
  return {
    by,
    nameKeys: (path) => {
      const parts = entryParts(same(path));
      const name = parts.at(-1) ?? '';
      deepest = Math.max(deepest, parts.length);
      if (!isFrequent(name)) return [keyOfFile(name)];
      const keys = [keyOfFile(name), `whole ${parts.join('/')}`];
      for (let count = 2; count <= Math.min(endParts, parts.length); count++) keys.push(`end ${parts.slice(-count).join('/')}`);
      if (!path.includes('!')) return keys;
      hasContainers = true;
      return [
        ...keys,
        `boxed ${pathParts(withoutContainers(same(path)))
          .slice(-parts.length - 1)
          .join('/')}`,
      ];
    },
    fileKeys: () => [],
    claims: (values) =>
      filesOf(values, columns).flatMap((text, _index, all): Claim[] => {
        const parts = rowParts(text);
        const name = parts.at(-1);
        if (name === undefined) return [];
        const narrower = parts.length === 1 ? {} : { narrower: narrowerKeys(parts, deepest, hasContainers) };
        return [
          {
            key: keyOfFile(name),
            by,
            path: parts.join('/'),
            // Of a row with one file its status says that it is missing; of a list that has others nothing else would.
            ...(all.length === 1 ? { optional: true } : {}),
            namesakes: 'doubted',
            choose: (paths) => meant(parts, paths, same),
            ...narrower,
            ...(ignoreCase ? { ignoreCase } : {}),
          },
        ];
      }),
    nameIn: (values) => rowParts(values.peek(columns) ?? '').at(-1) ?? null,
  };
}

/** Files of one name from which on each has keys of its path as well. */
const frequentFrom = 32;
/** Names are counted by a hash of this many bits: those that share one are taken for frequent too early, which costs keys and no join. */
const hashBits = 20;

/** Tells of each name whether many files had it before: in a megabyte, for any number of files. */
function countNames(): (name: string) => boolean {
  const counts = new Uint8Array(1 << hashBits);
  return (name) => {
    // FNV-1a.
    let hash = 0x811c9dc5;
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    const bucket = (hash ^ (hash >>> hashBits)) & ((1 << hashBits) - 1);
    const count = counts[bucket] ?? 0;
    if (count >= frequentFrom) return true;
    counts[bucket] = count + 1;
    return false;
  };
}

/** Keys of files whose paths end in that of a row, then of those in which the row's path ends, the longest first. */
function narrowerKeys(parts: readonly string[], deepest: number, hasContainers: boolean): readonly string[] {
  const keys = parts.length > deepest ? [] : [`end ${parts.slice(-endParts).join('/')}`];
  for (let length = Math.min(parts.length - 1, deepest); length > 0; length--) {
    if (hasContainers) keys.push(`boxed ${parts.slice(-length - 1).join('/')}`);
    keys.push(`whole ${parts.slice(-length).join('/')}`);
  }
  return keys;
}

/** Of paths with one name those that end in the row's; else the longest in which the row's ends. */
function meant(row: readonly string[], paths: readonly string[], same: (text: string) => string): ReadonlySet<string> {
  const written = `/${row.join('/')}`;
  const found = paths.map((path) => ({ path, inner: `/${entryParts(same(path)).join('/')}` }));
  const longer = found.filter(({ inner }) => inner.endsWith(written));
  const shorter = longer.length > 0 ? [] : found.filter(({ inner }) => written.endsWith(inner));
  const longest = shorter.reduce((most, { inner }) => Math.max(most, inner.length), 0);
  return new Set([...longer, ...shorter.filter(({ inner }) => inner.length === longest)].map(({ path }) => path));
}

/** Folders and name of an entry inside the last container that it lies in: what container was used, no row knows. */
export function entryParts(path: string): readonly string[] {
  return pathParts(path.slice(path.lastIndexOf('!') + 1));
}

function joined(values: readonly (string | null)[], by: string): string | null {
  return values.some((value) => value === null) ? null : values.map((value) => value?.trim().normalize('NFC')).join(by);
}
