import { limits } from '../../core/base/limits.ts';
import { type BagFault, fault } from './faults.ts';
import type { Manifest, ManifestEntry } from './manifests.ts';
import type { BagItem } from './walk.ts';

/** A path that at least one manifest lists. */
export interface ListedPath {
  readonly path: string;
  /** One digest per manifest, in the order of the manifests: null if it is unusable, undefined if the manifest does not list the path. */
  readonly digests: (string | null | undefined)[];
  /** The path as written in a manifest if decoding changed it; else null. */
  written: string | null;
}

/** A line of fetch.txt. */
export interface FetchLine {
  readonly key: string;
  readonly path: string;
  /** Line number from 1. */
  readonly line: number;
}

/** Everything whose name has the same key: nearly always one listed path and one file. */
export interface AlikeNames {
  readonly key: string;
  /** Listed paths, ordered by manifest, then by line. */
  readonly listed: readonly ListedPath[];
  readonly items: readonly BagItem[];
  readonly toFetch: readonly FetchLine[];
  /** Faults found during the merge: a path that one manifest lists twice. */
  readonly faults: readonly BagFault[];
}

/** A stream of batches of which the next entry can be examined before it is taken. */
interface Head<Entry> {
  next: Entry | null;
  /** Advances to the next entry. */
  take(): void;
  close(): void;
}

function headOf<Entry>(rest: Iterator<readonly Entry[]>): Head<Entry> {
  let some: readonly Entry[] | null = [];
  let at = 0;
  const head: Head<Entry> = {
    next: null,
    take: () => {
      at += 1;
      while (some !== null && at >= some.length) {
        const step = rest.next();
        some = step.done === true ? null : step.value;
        at = 0;
      }
      head.next = some?.[at] ?? null;
    },
    close: () => rest.return?.(),
  };
  head.take();
  return head;
}

/** Merges manifests, folders and fetch.txt, each ordered by key. Only names with the same key are in memory at any time. */
export function* mergeNames(
  manifests: readonly Manifest[],
  items: Iterator<readonly BagItem[]>,
  toFetch: Iterator<readonly FetchLine[]>,
  strict: boolean,
): Generator<AlikeNames> {
  const columns = manifests.map((manifest) => headOf(manifest.entries()));
  const disk = headOf(items);
  const fetch = headOf(toFetch);
  // Digests of a path that no manifest lists.
  const unlisted = manifests.map(() => undefined);
  try {
    for (;;) {
      let key = least(disk.next?.key ?? null, fetch.next?.key ?? null);
      for (const column of columns) key = least(column.next?.key ?? null, key);
      if (key === null) return;
      const alike: Gathered = { key, listed: [], items: none, toFetch: none, faults: none, byPath: null, left: 0, beyond: null };
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index];
        for (; column !== undefined && column.next?.key === key; column.take()) gather(alike, column.next, index, { manifests, unlisted, strict });
      }
      if (disk.next?.key === key) alike.items = takeAll(disk, alike);
      if (fetch.next?.key === key) alike.toFetch = takeAll(fetch, alike);
      if (alike.left > 0) tell(alike, fault('A167', key, `${alike.left} more names differ from it only in case or spelling; they were not checked`));
      if (alike.beyond !== null) alike.faults = [...alike.faults, ...alike.beyond.values()];
      yield alike;
    }
  } finally {
    for (const head of [...columns, disk, fetch]) head.close();
  }
}

function least(a: string | null, b: string | null): string | null {
  if (a === null) return b;
  return b === null || a < b ? a : b;
}

/** An `AlikeNames` under construction. */
interface Gathered extends AlikeNames {
  readonly listed: ListedPath[];
  items: readonly BagItem[];
  toFetch: readonly FetchLine[];
  faults: BagFault[];
  /** The last fault of each code beyond the limit, because a manifest may list one path a million times. Null: the limit was not reached. */
  beyond: Map<string, BagFault> | null;
  /** Listed paths by path; created when there is more than one. */
  byPath: Map<string, ListedPath> | null;
  /** Number of names beyond the limit. */
  left: number;
}

const none: never[] = [];

function tell(alike: Gathered, found: BagFault): void {
  if (alike.faults.length === 0) alike.faults = [found];
  else if (alike.faults.length < limits.bagAlikeNames) alike.faults.push(found);
  else {
    alike.beyond ??= new Map();
    alike.beyond.set(found.code, { ...found, times: (alike.beyond.get(found.code)?.times ?? 0) + 1 });
  }
}

/** Takes the names that have the same key, at most up to the limit, because they are kept in memory. No honest bag comes near the limit. */
function takeAll<Entry extends { readonly key: string }>(head: Head<Entry>, alike: Gathered): readonly Entry[] {
  const all: Entry[] = [];
  for (; head.next !== null && head.next.key === alike.key; head.take()) {
    if (all.length < limits.bagAlikeNames) all.push(head.next);
    else alike.left += 1;
  }
  return all;
}

function gather(
  alike: Gathered,
  { path, digest, line, written }: ManifestEntry,
  column: number,
  { manifests, unlisted, strict }: { readonly manifests: readonly Manifest[]; readonly unlisted: readonly undefined[]; readonly strict: boolean },
): void {
  let own = listedPath(alike, path);
  if (own === undefined) {
    if (alike.listed.length >= limits.bagAlikeNames) {
      alike.left += 1;
      return;
    }
    own = { path, digests: [...unlisted], written: null };
    alike.listed.push(own);
    alike.byPath?.set(path, own);
  }
  if (written !== null) own.written = written;
  const before = own.digests[column];
  if (before === undefined) {
    own.digests[column] = digest;
    return;
  }
  const name = manifests[column]?.name ?? '';
  if (before === digest) tell(alike, fault('A141', path, `${name} lists it twice, again in line ${line}`, strict ? 'error' : 'warning'));
  else tell(alike, fault('A140', path, `${name} lists it twice with different digests, again in line ${line}`));
}

function listedPath(alike: Gathered, path: string): ListedPath | undefined {
  const [first] = alike.listed;
  if (first === undefined || first.path === path) return first;
  alike.byPath ??= new Map(alike.listed.map((one) => [one.path, one]));
  return alike.byPath.get(path);
}
