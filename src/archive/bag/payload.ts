import { lstatSync } from 'node:fs';
import { systemCode } from '../../core/base/error.ts';
import { foldedName, isBelow } from '../../core/base/safe-path.ts';
import { codeOf } from '../files/hash-file.ts';
import { decodedPath } from './bagit-reader.ts';
import { type BagFault, fault } from './faults.ts';
import type { Manifest } from './manifests.ts';
import { type AlikeNames, type FetchLine, type ListedPath, mergeNames } from './merge.ts';
import { type BagFile, type BagStep, createColumns } from './step.ts';
import { itemFault, walkBag } from './walk.ts';

/** The payload that a bag's text files lead to expect. */
export interface PayloadPromises {
  readonly manifests: readonly Manifest[];
  /** Paths to fetch, in batches, ordered by key. */
  readonly toFetch: Iterator<readonly FetchLine[]>;
  /** True from BagIt 1.0 on. */
  readonly strict: boolean;
  /** Digests to compare: `all`, or one algorithm for the files that have it. */
  readonly digests: string;
  /** Folder for temporary files. */
  readonly temporary: string;
}

/** Totals of the walk through the payload. They do not include the bytes of files that are read. */
export interface PayloadCounts {
  /** Number of files below `data/`. */
  files: number;
  /** Number of bytes in files that are not read. */
  unreadBytes: number;
  /** False if a file is unreadable or still to be fetched: the payload then has no known size. */
  complete: boolean;
  /** True if `data/README.txt` is listed. */
  readme: boolean;
}

/** Matches files that systems create by themselves. The BagIt conformance suite demands that they are reported (v0.97/warning/special-system-files). */
const systemFile = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]+)$/i;

/** Spellings of names with the same key. */
interface Spellings {
  readonly onDisk: ReadonlySet<string>;
  /** Names on disk, by their Unicode normal form C. */
  readonly forms: ReadonlyMap<string, string>;
  /** Names on disk that no manifest lists and, below, those of them that stand for a listed path. */
  readonly extras: ReadonlySet<string>;
  readonly used: Set<string>;
  /** Listed paths that fetch.txt lists as stored elsewhere. */
  readonly fetched: ReadonlySet<string>;
}

/** Number of keys per step; other tasks can run between steps. */
const stepNames = 500;

/**
 * Compares everything below `data/` with the manifests and fetch.txt, folder by folder, step by step. One function: its steps are named within it, and each
 * adds to the faults and files of the walk.
 */
export function* walkPayload(bag: string, promises: PayloadPromises, counts: PayloadCounts): Generator<BagStep> {
  const { manifests, strict } = promises;
  const columns = createColumns(manifests, promises.digests);
  const refused = payloadFolderFault(bag);
  // Items that cannot be read. That is their only fault: neither they nor items below them count as missing. Items that the walk has passed are removed from
  // the list.
  let unjudged: { readonly key: string; readonly path: string }[] =
    refused !== null && refused.code !== 'A160' ? [{ key: 'data', path: 'data' }] : [];
  if (unjudged.length > 0) counts.complete = false;
  let faults: BagFault[] = refused === null ? [] : [refused];
  let files: BagFile[] = [];
  const items = refused === null ? walkBag(bag, 'data', null, promises.temporary) : [].values();
  let names = 0;
  /** Returns true if a manifest could not be read to its end. A file that it does not list is then no fault. */
  const isCut = (): boolean => manifests.some((one) => one.isCut());
  for (const alike of mergeNames(manifests, items, promises.toFetch, strict)) {
    judge(alike);
    names += 1;
    if (names % stepNames !== 0) continue;
    yield { faults, files };
    faults = [];
    files = [];
  }
  yield { faults, files };

  function judge(alike: AlikeNames): void {
    if (alike.faults.length > 0) faults.push(...alike.faults);
    const [item] = alike.items;
    const [listed] = alike.listed;
    // The usual case is one path and the file with that name.
    if (item?.kind === 'file' && item.path === listed?.path && alike.items.length === 1 && alike.listed.length === 1 && alike.toFetch.length === 0) {
      counts.files += 1;
      say(listed, item.path);
      return;
    }
    const onDisk = new Set<string>();
    for (const one of alike.items) {
      if (one.kind === 'file') {
        onDisk.add(one.path);
        counts.files += 1;
        continue;
      }
      counts.complete = false;
      unjudged = [...unjudged.filter(({ key }) => isBelow(one.key, key)), one];
      faults.push(itemFault(one));
    }
    judgeSpellings(alike, onDisk);
  }

  /** Reports paths that may stand for each other: encoded and decoded spellings, and different Unicode forms. */
  function judgeSpellings({ listed, toFetch }: AlikeNames, onDisk: ReadonlySet<string>): void {
    const byPath = new Map(listed.map((one) => [one.path, one]));
    const extras = new Set([...onDisk].filter((path) => !byPath.has(path)));
    const forms = new Map([...onDisk].map((path) => [path.normalize('NFC'), path]));
    const used = new Set<string>();
    const fetched = new Set<string>();
    for (const { path, line } of toFetch) {
      const meant = [path, decodedPath(path)].find((one) => byPath.has(one));
      if (meant === undefined && !isCut()) faults.push(fault('A152', 'fetch.txt', `line ${line} names a file that no payload manifest lists`));
      else if (meant !== undefined) fetched.add(meant);
    }
    const folded = new Map<string, string>();
    for (const one of listed) {
      const { path } = one;
      const form = foldedName(path);
      const other = form === path ? undefined : byPath.has(form) ? form : folded.get(form);
      if (other !== undefined) faults.push(fault('A142', path, `${other} is the same name on a disk that ignores case or Unicode form`));
      else if (form !== path) folded.set(form, path);
      say(one, nameOnDisk(one, { onDisk, forms, extras, used, fetched }));
    }
    for (const path of extras) {
      if (used.has(path)) continue;
      if (!isCut()) faults.push(fault('A134', path, 'no manifest lists it'));
      count(path);
    }
  }

  /** Returns the name on disk of a listed path. If the file is missing, reports a fault and returns null. */
  function nameOnDisk({ path, written }: ListedPath, { onDisk, forms, extras, used, fetched }: Spellings): string | null {
    if (onDisk.has(path)) return path;
    // The other spelling to try: the path as written, if an old program did not encode %; the decoded path, if a program before 1.0 encoded line breaks.
    const otherwise = strict ? written : decodedPath(path);
    if (otherwise !== null && otherwise !== path && extras.has(otherwise)) {
      if (strict) faults.push(fault('A158', otherwise, 'the file name on disk is the undecoded form of the name in the manifest'));
      used.add(otherwise);
      return otherwise;
    }
    const same = /^[\x00-\x7f]*$/.test(path) ? undefined : forms.get(path.normalize('NFC'));
    if (same !== undefined) {
      faults.push(fault('A159', path, 'the file name on disk has another Unicode form'));
      used.add(same);
      return same;
    }
    if (fetched.has(path)) {
      counts.complete = false;
      faults.push(fault('A150', path, 'fetch.txt lists it as stored elsewhere; longplay does not download it'));
    } else if (!unjudged.some((folder) => isBelow(path, folder.path))) faults.push(fault('A130', path, 'it is missing'));
    return null;
  }

  /** Reports the faults of a listed path. Queues the file for reading if it exists. */
  function say({ path, digests }: ListedPath, name: string | null): void {
    if (path === 'data/README.txt') counts.readme = true;
    if (systemFile.test(path)) faults.push(fault('A165', path, 'an operating system created this file by itself; it is not part of the payload'));
    if (strict) {
      for (const [index, digest] of digests.entries())
        if (digest === undefined && manifests[index]?.isCut() !== true)
          faults.push(fault('A135', path, `${manifests[index]?.name ?? ''} does not list it`));
    }
    if (name === null) return;
    const compared = columns(digests);
    // A path without a usable digest already has a fault (A137, A145).
    if (compared.algorithms.length > 0) files.push({ path, name, area: 'payload', algorithms: compared.algorithms, digests: compared.digests });
    else count(name);
  }

  function count(name: string): void {
    try {
      counts.unreadBytes += lstatSync(`${bag}/${name}`).size;
    } catch (error) {
      codeOf(error);
      counts.complete = false;
    }
  }
}

function payloadFolderFault(bag: string): BagFault | null {
  try {
    const found = lstatSync(`${bag}/data`);
    if (found.isSymbolicLink()) return fault('A153', 'data', 'it is a symbolic link');
    return found.isDirectory() ? null : fault('A160', 'data', 'it is not a folder');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? fault('A160', 'data', 'it is missing') : fault('A154', 'data', `it cannot be read: ${codeOf(error)}`);
  }
}
