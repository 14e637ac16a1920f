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

/** What the text of a bag promises of its payload. */
export interface PayloadPromises {
  readonly manifests: readonly Manifest[];
  /** In the order of their keys, some at a time. */
  readonly toFetch: Iterator<readonly FetchLine[]>;
  /** True from BagIt 1.0 on. */
  readonly strict: boolean;
  /** Digests to compare: `all`, or those of one algorithm where a file has it. */
  readonly digests: string;
  /** Folder for temporary files. */
  readonly temporary: string;
}

/** What the walk through the payload adds up to, but for the bytes of the files that are read. */
export interface PayloadCounts {
  /** Everything below `data/`. */
  files: number;
  /** Of files that nothing reads. */
  unreadBytes: number;
  /** False where something could not be looked at, or is still to be fetched: then the payload has no size. */
  complete: boolean;
  /** True where `data/README.txt` is listed. */
  readme: boolean;
}

/** Files that systems leave behind by themselves; a suite of bags wants them told (conformance suite v0.97/warning/special-system-files). */
const systemFile = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]+)$/i;

/** The ways in which names that are alike are written. */
interface Spellings {
  readonly onDisk: ReadonlySet<string>;
  /** Names on the disk by their Unicode normal form C. */
  readonly forms: ReadonlyMap<string, string>;
  /** Names on the disk that no manifest lists, and those of them that stand for a listed path. */
  readonly extras: ReadonlySet<string>;
  readonly used: Set<string>;
  /** Listed paths that fetch.txt says lie elsewhere. */
  readonly fetched: ReadonlySet<string>;
}

/** Names that are alike after which somebody else gets a turn. */
const stepNames = 500;

/** Everything below `data/` against what the manifests and fetch.txt list, folder after folder. */
export function* walkPayload(bag: string, promises: PayloadPromises, counts: PayloadCounts): Generator<BagStep> {
  const { manifests, strict } = promises;
  const columns = createColumns(manifests, promises.digests);
  const refused = payloadFolderFault(bag);
  // Of these nothing is said but why they cannot be judged: not missing, and the folder's content not either. Those that the walk is past are left out.
  let unjudged: { readonly key: string; readonly path: string }[] =
    refused !== null && refused.code !== 'A160' ? [{ key: 'data', path: 'data' }] : [];
  if (unjudged.length > 0) counts.complete = false;
  let faults: BagFault[] = refused === null ? [] : [refused];
  let files: BagFile[] = [];
  const items = refused === null ? walkBag(bag, 'data', null, promises.temporary) : [].values();
  let names = 0;
  /** Of a manifest that could not be read to its end nothing follows for what it does not list. */
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
    // Nearly always: one path, and the file of that name.
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

  /** Paths that may be one for another: what is written for what is meant, one Unicode form for another. */
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

  /** How a listed file is called on the disk; null where it is not there, which is said. */
  function nameOnDisk({ path, written }: ListedPath, { onDisk, forms, extras, used, fetched }: Spellings): string | null {
    if (onDisk.has(path)) return path;
    // As it is written, where old programs left % alone; decoded, where those before 1.0 encoded line breaks.
    const otherwise = strict ? written : decodedPath(path);
    if (otherwise !== null && otherwise !== path && extras.has(otherwise)) {
      if (strict) faults.push(fault('A158', otherwise, 'the file bears the name as it is written in the manifest, not decoded'));
      used.add(otherwise);
      return otherwise;
    }
    const same = /^[\x00-\x7f]*$/.test(path) ? undefined : forms.get(path.normalize('NFC'));
    if (same !== undefined) {
      faults.push(fault('A159', path, 'the file bears the name in another Unicode form'));
      used.add(same);
      return same;
    }
    if (fetched.has(path)) {
      counts.complete = false;
      faults.push(fault('A150', path, 'fetch.txt says where it is to be fetched from; longplay does not fetch'));
    } else if (!unjudged.some((folder) => isBelow(path, folder.path))) faults.push(fault('A130', path, 'it is missing'));
    return null;
  }

  /** What is to be said of a listed path in any case; and the file, where it is there, is to be read. */
  function say({ path, digests }: ListedPath, name: string | null): void {
    if (path === 'data/README.txt') counts.readme = true;
    if (systemFile.test(path)) faults.push(fault('A165', path, 'a system leaves such files behind by itself; it belongs to no payload'));
    if (strict) {
      for (const [index, digest] of digests.entries())
        if (digest === undefined && manifests[index]?.isCut() !== true)
          faults.push(fault('A135', path, `${manifests[index]?.name ?? ''} does not list it`));
    }
    if (name === null) return;
    const compared = columns(digests);
    // Without a digest that can be used there is a fault already (A137, A145).
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
    return found.isDirectory() ? null : fault('A160', 'data', 'it is no folder');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? fault('A160', 'data', 'it is missing') : fault('A154', 'data', `it cannot be read: ${codeOf(error)}`);
  }
}
