import { limits } from '../../core/base/limits.ts';
import { type BagFault, fault } from './faults.ts';
import type { Manifest, ManifestEntry } from './manifests.ts';
import type { BagItem } from './walk.ts';

/** A path that manifests list. */
export interface ListedPath {
  readonly path: string;
  /** By manifest, in their order: its digest, null where it has none that can be used, undefined where the manifest does not list the path. */
  readonly digests: (string | null | undefined)[];
  /** As it is written in a manifest, where decoding changed it; else null. */
  written: string | null;
}

/** A line of fetch.txt. */
export interface FetchLine {
  readonly key: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** All that is called alike: nearly always one path that is listed and one file. */
export interface AlikeNames {
  readonly key: string;
  /** In the order of manifests and of their lines. */
  readonly listed: readonly ListedPath[];
  readonly items: readonly BagItem[];
  readonly toFetch: readonly FetchLine[];
  /** Of putting them together: a path that one manifest lists twice. */
  readonly faults: readonly BagFault[];
}

/** A stream whose entries come some at a time, with the next one in sight. */
interface Head<Entry> {
  next: Entry | null;
  /** Goes on to the entry after it. */
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

/** Walks manifests, folders and fetch.txt, each in the order of its keys, together: nothing but names that are alike is in memory at a time. */
export function* mergeNames(
  manifests: readonly Manifest[],
  items: Iterator<readonly BagItem[]>,
  toFetch: Iterator<readonly FetchLine[]>,
  strict: boolean,
): Generator<AlikeNames> {
  const columns = manifests.map((manifest) => headOf(manifest.entries()));
  const disk = headOf(items);
  const fetch = headOf(toFetch);
  // Of a path that no manifest lists.
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
      if (alike.left > 0)
        tell(alike, fault('A167', key, `${alike.left} more names differ from it in case or writing alone; they were not looked at`));
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

/** What is alike, being gathered. */
interface Gathered extends AlikeNames {
  readonly listed: ListedPath[];
  items: readonly BagItem[];
  toFetch: readonly FetchLine[];
  faults: BagFault[];
  /** The last fault of each code beyond the limit: a manifest may list one path a million times. */
  beyond: Map<string, BagFault> | null;
  /** Made where there is more than one path. */
  byPath: Map<string, ListedPath> | null;
  /** Names beyond the limit. */
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

/** No more than the limit, which no honest bag comes near: what is called alike is held in memory. */
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
