import { foldedName, withoutExtension } from '../../../src/core/base/safe-path.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { Claim } from '../../engine/records/claim.ts';
import { nameKey, pathParts, withoutContainers } from '../../engine/records/keys.ts';
import type { JoinMapping } from './mapping.ts';
import type { NameValues } from './names.ts';

/** How rows claim files exactly: by a text that both contain. */
export interface ExactJoin {
  /** The rule in words, as the reconciliation prints it. */
  readonly by: string;
  /** Returns the keys of an entry by its name; used for every entry. */
  nameKeys(path: string): readonly string[];
  /** Returns the keys of a medium by the content of its name. */
  fileKeys(path: string): readonly string[];
  /** Returns the claims of a row. @param place the file that holds the record */
  claims(values: Values, place: string): readonly Claim[];
  /** Returns the row's text about its file, as a key for rows that have none; null if there is none. */
  nameIn(values: Values): string | null;
}

/** Largest number of last path parts by which a file is found if many files have its name. */
const endParts = 32;

/** Returns the exact join of a mapping; null if it joins by time only. @param names reader of the fields in file names, as defined by the mapping */
export function exactJoin(join: JoinMapping | null, names: NameValues): ExactJoin | null {
  const exact = join?.exact ?? null;
  if (exact === null) return null;
  if (exact.by === 'file') return exact.match === 'path' ? joinByPath(exact) : joinByName(exact);
  if (exact.by === 'beside') {
    const by = 'a document with the same path and another extension';
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

/** Returns the names of a record's files: one name, or each name of a list in one column. */
function filesOf(values: Values, columns: readonly string[]): readonly string[] {
  const [column] = columns;
  return [values.peek(columns) ?? '', ...(columns.length === 1 && column !== undefined ? values.repeats(column) : [])];
}

/** Joins rows and files of the same name; folders do not count. The row's name may lack the extension; it then refers to media only. */
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

/**
 * Joins if one path is the end of the other. If several files match, chooses the one with the longest path, then the one whose containers agree with the row's
 * folders.
 */
function joinByPath({ columns, ignoreCase, strip }: ByFile): ExactJoin {
  const same = (text: string): string => (ignoreCase ? foldedName(text) : text);
  const by = `${columns.join(' ')} = end of the path${ignoreCase ? ', case ignored' : ''}`;
  const prefixes = strip.map((prefix) => pathParts(foldedName(prefix)));
  const isFrequent = countNames();
  let deepest = 0;
  let hasContainers = false;
  /** Returns the parts of a row's path, without the beginning that was not exported. */
  const rowParts = (text: string): readonly string[] => {
    const parts = pathParts(same(text));
    const prefix = prefixes.find((each) => each.every((part, index) => foldedName(parts[index] ?? '') === part));
    return prefix === undefined ? parts : parts.slice(prefix.length);
  };
  // A name in its own letter case uses the key under which the engine stages the file anyway.
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
            // The status of a row with one file already says that the file is missing; for a row with a list of files, only a claim that is not optional reports it.
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

/** If more files than this have one name, each further one also has keys by its path. */
const frequentFrom = 32;
/** Number of bits of the hash by which names are counted. Names that share a hash count as frequent too early, which costs extra keys but no join. */
const hashBits = 20;

/** Returns a function that returns true if many files before had the same name; it uses one megabyte for any number of files. */
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

/** Returns the keys of files whose paths end in the path of a row, then of files whose path is the end of the row's path, the longest first. */
function narrowerKeys(parts: readonly string[], deepest: number, hasContainers: boolean): readonly string[] {
  const keys = parts.length > deepest ? [] : [`end ${parts.slice(-endParts).join('/')}`];
  for (let length = Math.min(parts.length - 1, deepest); length > 0; length--) {
    if (hasContainers) keys.push(`boxed ${parts.slice(-length - 1).join('/')}`);
    keys.push(`whole ${parts.slice(-length).join('/')}`);
  }
  return keys;
}

/** Among paths with one name, returns those that end in the row's path or, if there are none, the longest path that is the end of the row's path. */
function meant(row: readonly string[], paths: readonly string[], same: (text: string) => string): ReadonlySet<string> {
  const written = `/${row.join('/')}`;
  const found = paths.map((path) => ({ path, inner: `/${entryParts(same(path)).join('/')}` }));
  const longer = found.filter(({ inner }) => inner.endsWith(written));
  const shorter = longer.length > 0 ? [] : found.filter(({ inner }) => written.endsWith(inner));
  const longest = shorter.reduce((most, { inner }) => Math.max(most, inner.length), 0);
  return new Set([...longer, ...shorter.filter(({ inner }) => inner.length === longest)].map(({ path }) => path));
}

/** Returns the folders and the name of an entry inside its innermost container, because rows do not contain the container. */
export function entryParts(path: string): readonly string[] {
  return pathParts(path.slice(path.lastIndexOf('!') + 1));
}

function joined(values: readonly (string | null)[], by: string): string | null {
  return values.some((value) => value === null) ? null : values.map((value) => value?.trim().normalize('NFC')).join(by);
}
