import { extension, foldedName } from '../src/core/safe-path.ts';
import { pathParts, withoutContainers } from '../src/joins/keys.ts';
import type { Claim } from '../src/joins/types.ts';
import type { Values } from '../src/tables/values.ts';
import type { JoinMapping } from './generic-mapping.ts';
import type { NameValues } from './generic-names.ts';

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

/** Last parts of a file's path under which it is found at once; of longer ones the rest is compared. */
const endParts = 3;

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
      claims: (_values, place) => [{ key: keyOf(place), by, namesakes: 'doubted' }],
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

/** The names are the same, folders do not count; the row's may lack the extension, and then it means media only. */
function joinByName({ columns, match, ignoreCase }: ByFile): ExactJoin {
  const same = (text: string): string => (ignoreCase ? foldedName(text) : text);
  const by = `${columns.join(' ')} = ${match === 'name' ? 'file name' : 'file name without extension'}${ignoreCase ? ', case ignored' : ''}`;
  const nameOf = (parts: readonly string[]): string | null => {
    const name = parts.at(-1) ?? null;
    return name === null || match === 'name' ? name : withoutExtension(name);
  };
  const nameIn = (values: Values): string | null => nameOf(pathParts(same(values.peek(columns) ?? '')));
  const keysOf = (path: string): readonly string[] => [`file ${nameOf(entryParts(same(path)))}`];
  return {
    by,
    nameKeys: match === 'name' ? keysOf : () => [],
    fileKeys: match === 'name' ? () => [] : keysOf,
    claims: (values) => {
      const name = nameIn(values);
      return name === null ? [] : [{ key: `file ${name}`, by, namesakes: 'doubted' }];
    },
    nameIn,
  };
}

/** One path is the end of the other; of several files the one whose path is longest, then the one whose containers agree with the row's folders. */
function joinByPath({ columns, ignoreCase, strip }: ByFile): ExactJoin {
  const same = (text: string): string => (ignoreCase ? foldedName(text) : text);
  const by = `${columns.join(' ')} = end of the path${ignoreCase ? ', case ignored' : ''}`;
  const prefixes = strip.map((prefix) => pathParts(foldedName(prefix)));
  let deepest = 0;
  let hasContainers = false;
  /** A row's path without what stands before the part that was exported. */
  const rowParts = (values: Values): readonly string[] => {
    const parts = pathParts(same(values.peek(columns) ?? ''));
    const prefix = prefixes.find((each) => each.every((part, index) => foldedName(parts[index] ?? '') === part));
    return prefix === undefined ? parts : parts.slice(prefix.length);
  };
  return {
    by,
    nameKeys: (path) => {
      const parts = entryParts(same(path));
      deepest = Math.max(deepest, parts.length);
      const ends = parts.slice(-endParts).map((_, index, last) => `end ${last.slice(index).join('/')}`);
      if (!path.includes('!')) return [...ends, `whole ${parts.join('/')}`];
      hasContainers = true;
      const boxed = pathParts(withoutContainers(same(path))).slice(-parts.length - 1);
      return [...ends, `whole ${parts.join('/')}`, `boxed ${boxed.join('/')}`];
    },
    fileKeys: () => [],
    claims: (values) => {
      const parts = rowParts(values);
      if (parts.length === 0) return [];
      const path = parts.join('/');
      const wholes = parts.slice(1).flatMap((_, index, rest) => {
        const length = rest.length - index;
        if (length > deepest) return [];
        const boxed = hasContainers ? [`boxed ${parts.slice(-length - 1).join('/')}`] : [];
        return [...boxed, `whole ${parts.slice(-length).join('/')}`];
      });
      return [
        {
          key: [`end ${parts.slice(-endParts).join('/')}`, ...wholes],
          by,
          path,
          optional: true,
          namesakes: 'doubted',
          ...(ignoreCase ? { ignoreCase } : {}),
          ...(parts.length <= endParts
            ? {}
            : { fits: (found: string, key: string) => !key.startsWith('end ') || `/${entryParts(same(found)).join('/')}`.endsWith(`/${path}`) }),
        },
      ];
    },
    nameIn: (values) => rowParts(values).at(-1) ?? null,
  };
}

/** Folders and name of an entry inside the last container that it lies in: what container was used, no row knows. */
export function entryParts(path: string): readonly string[] {
  return pathParts(path.slice(path.lastIndexOf('!') + 1));
}

/** A path or name without its extension. */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extension(path).length);
}

function joined(values: readonly (string | null)[], by: string): string | null {
  return values.some((value) => value === null) ? null : values.map((value) => value?.trim().normalize('NFC')).join(by);
}
