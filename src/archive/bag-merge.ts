import { limits } from '../core/limits.ts';
import { type BagFault, fault } from './bag-faults.ts';
import type { Manifest, ManifestEntry } from './bag-manifests.ts';
import type { BagItem } from './bag-walk.ts';

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

/** A stream with its next entry in sight. */
interface Head<Entry> {
  next: Entry | null;
  /** Goes on to the entry after it. */
  take(): void;
}

function headOf<Entry>(rest: Iterator<Entry>): Head<Entry> {
  const head: Head<Entry> = {
    next: null,
    take: () => {
      const step = rest.next();
      head.next = step.done === true ? null : step.value;
    },
  };
  head.take();
  return head;
}

/** The same where entries come some at a time. */
function headOfSome<Entry>(rest: Iterator<readonly Entry[]>): Head<Entry> {
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
  };
  head.take();
  return head;
}

/** Walks manifests, folders and fetch.txt, each in the order of its keys, together: nothing but names that are alike is in memory at a time. */
export function* mergeNames(
  manifests: readonly Manifest[],
  items: Iterator<BagItem>,
  toFetch: Iterator<FetchLine>,
  strict: boolean,
): Generator<AlikeNames> {
  const columns = manifests.map((manifest) => headOfSome(manifest.entries()));
  const disk = headOf(items);
  const fetch = headOf(toFetch);
  for (;;) {
    let key = least(disk.next?.key ?? null, fetch.next?.key ?? null);
    for (const column of columns) key = least(column.next?.key ?? null, key);
    if (key === null) return;
    const gathered: Gathered = { paths: [], byPath: null, faults: [], left: 0 };
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index];
      if (column === undefined) break;
      for (; column.next !== null && column.next.key === key; column.take()) gather(gathered, column.next, manifests, index, strict);
    }
    const files = takeAll(disk, key);
    const lines = takeAll(fetch, key);
    const { paths, faults } = gathered;
    const left = gathered.left + files.left + lines.left;
    if (left > 0) faults.push(fault('A167', key, `${left} more names differ from it in case or writing alone; they were not looked at`));
    yield { key, listed: paths, items: files.taken, toFetch: lines.taken, faults };
  }
}

function least(a: string | null, b: string | null): string | null {
  if (a === null) return b;
  return b === null || a < b ? a : b;
}

const nothing = { taken: [], left: 0 };

/** No more than the limit, which no honest bag comes near: what is called alike is held in memory. */
function takeAll<Entry extends { readonly key: string }>(
  head: Head<Entry>,
  key: string,
): { readonly taken: readonly Entry[]; readonly left: number } {
  if (head.next === null || head.next.key !== key) return nothing;
  const taken: Entry[] = [];
  let left = 0;
  for (; head.next !== null && head.next.key === key; head.take()) {
    if (taken.length < limits.bagAlikeNames) taken.push(head.next);
    else left += 1;
  }
  return { taken, left };
}

/** The entries of one key by path. */
interface Gathered {
  readonly paths: ListedPath[];
  /** Made where there is more than one. */
  byPath: Map<string, ListedPath> | null;
  readonly faults: BagFault[];
  /** Entries beyond the limit. */
  left: number;
}

function gather(
  gathered: Gathered,
  { path, digest, line, written }: ManifestEntry,
  manifests: readonly Manifest[],
  column: number,
  strict: boolean,
): void {
  let own = listedPath(gathered, path);
  if (own === undefined) {
    if (gathered.paths.length >= limits.bagAlikeNames) {
      gathered.left += 1;
      return;
    }
    own = { path, digests: manifests.map(() => undefined), written: null };
    gathered.paths.push(own);
    gathered.byPath?.set(path, own);
  }
  if (written !== null) own.written = written;
  const before = own.digests[column];
  if (before === undefined) {
    own.digests[column] = digest;
    return;
  }
  const name = manifests[column]?.name ?? '';
  if (before === digest) gathered.faults.push(fault('A141', path, `${name} lists it twice, again in line ${line}`, strict ? 'error' : 'warning'));
  else gathered.faults.push(fault('A140', path, `${name} lists it twice with different digests, again in line ${line}`));
}

function listedPath(gathered: Gathered, path: string): ListedPath | undefined {
  const [first] = gathered.paths;
  if (first === undefined || first.path === path) return first;
  gathered.byPath ??= new Map(gathered.paths.map((one) => [one.path, one]));
  return gathered.byPath.get(path);
}
