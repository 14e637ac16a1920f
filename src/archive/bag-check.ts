import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { bounded, limits } from '../core/limits.ts';
import { byCodePoint } from '../core/order.ts';
import type { Verdict } from '../core/verdict.ts';
import { type BagFault, bagVerdict, fault } from './bag-faults.ts';
import { checkFixity } from './bag-fixity.ts';
import { itemFault, listBagItems } from './bag-listing.ts';
import { manifestsAmong, type ReadManifests, readManifests } from './bag-manifests.ts';
import { matchPayload } from './bag-payload.ts';
import {
  type BagDeclaration,
  createBagInfoReader,
  decodedPath,
  type PayloadOxum,
  parseBagDeclaration,
  parseFetchLine,
  pathLeadsOutside,
  plainPath,
  tagLines,
} from './bagit-reader.ts';
import { codeOf, type Hasher, hashInProcess } from './hash-file.ts';

/** What is asked of a bag beyond BagIt. */
export interface BagRules {
  /** Names of files that must be there although BagIt leaves them to choice. */
  readonly requiredFiles: readonly string[];
  /** What a tag file is that no tag manifest lists. */
  readonly unlistedTagFiles: 'error' | 'warning';
  /** Names of tag files that a step was about to put there when it stopped: neither read nor missed, whoever lists them. */
  readonly unfinishedFiles?: readonly string[];
}

/** The rules of BagIt itself. */
export const bagItRules: BagRules = { requiredFiles: [], unlistedTagFiles: 'warning' };

/** The rules of longplay's own bags: without them the loss of a whole manifest would go unseen. */
export const longplayBagRules: BagRules = {
  requiredFiles: [
    ...['bag-info.txt', 'bagit.txt', 'data/README.txt', 'manifest-sha256.txt', 'manifest-sha512.txt'],
    ...['tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'],
  ],
  unlistedTagFiles: 'error',
};

/** How a bag is checked. */
export interface BagCheckOptions {
  /** How verdicts name the bag, put before every path; the folder's own name by default. */
  readonly place?: string;
  /** Payload digests to compute: those of all manifests, or of one algorithm where the bag has it (of all where it has not). Tag files: always all. */
  readonly digests?: 'all' | string;
  readonly rules?: BagRules;
  readonly hash?: Hasher;
}

/** What was looked at. */
export interface BagSummary {
  /** True where no verdict was an error: complete, unaltered, nothing else in it. */
  readonly sound: boolean;
  /** Everything below `data/`. */
  readonly files: number;
  readonly bytes: number;
  /** By which payload digests were compared; empty where none could be. */
  readonly algorithms: readonly string[];
}

/**
 * Checks a bag of BagIt 0.93 to 1.0 (RFC 8493) completely: every fault is told, not the first alone. A bag without a verdict of severity
 * `error` is sound. Nothing is ever downloaded, no link followed, no path of the bag's text followed out of it.
 */
export async function* checkBag(folder: string, options: BagCheckOptions, signal: AbortSignal): AsyncGenerator<Verdict, BagSummary> {
  const bag = resolve(folder);
  const place = options.place ?? basename(bag);
  let sound = true;
  const work = bagFaults(bag, options, signal);
  for (;;) {
    const step = await work.next();
    if (step.done === true) return { sound, ...step.value };
    const verdict = bagVerdict(place, step.value);
    if (verdict.severity === 'error') sound = false;
    yield verdict;
  }
}

async function* bagFaults(bag: string, options: BagCheckOptions, signal: AbortSignal): AsyncGenerator<BagFault, Omit<BagSummary, 'sound'>> {
  const rules = options.rules ?? bagItRules;
  const top = await topFiles(bag, signal);
  if (typeof top === 'string') {
    yield fault('A168', '', top);
    return { files: 0, bytes: 0, algorithms: [] };
  }
  yield* top.faults;
  for (const name of rules.unfinishedFiles ?? []) top.sizes.delete(name);
  const { declaration, faults } = await readDeclaration(bag, top.sizes);
  yield* faults;
  const names = [...top.sizes.keys()];
  const payloadManifests = manifestsAmong(names, 'payload');
  if (payloadManifests.length === 0) yield fault('A129', '', 'there is no payload manifest');
  const tags = yield* readManifests(bag, manifestsAmong(names, 'tag'), 'tag', declaration, signal);
  const payload = yield* readManifests(bag, payloadManifests, 'payload', declaration, signal);
  yield* unknownAlgorithms(payload);
  yield* unknownAlgorithms(tags);
  const toFetch = yield* readFetch(bag, names, payload, declaration, signal);
  const oxum = yield* readBagInfo(bag, names, declaration, signal);
  const found = yield* matchPayload(bag, payload, { strict: declaration.strict, toFetch, oxum }, signal);
  const tagSizes = yield* matchTagFiles(tags, top.sizes, rules);
  if (rules.requiredFiles.includes('data/README.txt') && payload.inventory.idOf('data/README.txt') === null)
    yield fault('A132', 'data/README.txt', 'a bag of longplay has this file');
  const used = yield* checkFixity(
    bag,
    { payload: { ...found, manifests: payload.inventory }, tags: { sizes: tagSizes, manifests: tags.inventory } },
    options.digests ?? 'all',
    options.hash ?? hashInProcess,
    signal,
  );
  return { files: found.files, bytes: found.bytes, algorithms: used };
}

/** Files outside `data/` with their sizes; a sentence where the bag cannot be looked at. */
async function topFiles(
  bag: string,
  signal: AbortSignal,
): Promise<{ readonly sizes: Map<string, number>; readonly faults: readonly BagFault[] } | string> {
  try {
    if (!(await stat(bag)).isDirectory()) return 'it is no folder';
  } catch (error) {
    return `it cannot be looked at: ${codeOf(error)}`;
  }
  const sizes = new Map<string, number>();
  const faults: BagFault[] = [];
  let items = 0;
  for await (const some of listBagItems(bag, '', 'data', signal)) {
    items += some.length;
    for (const item of some) {
      if (item.kind === 'unreadable' && item.path === '') return `it cannot be read: ${item.error}`;
      if (item.kind === 'file') sizes.set(item.path, item.sizeBytes);
      else faults.push(itemFault(item));
    }
  }
  if (items === 0 && !(await isThere(join(bag, 'data')))) return 'it is empty, as a folder is where no disk is mounted';
  return { sizes, faults };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function readDeclaration(
  bag: string,
  sizes: ReadonlyMap<string, number>,
): Promise<{ readonly declaration: BagDeclaration; readonly faults: readonly BagFault[] }> {
  const lenient: BagDeclaration = { strict: false, encoding: 'utf-8', faults: [] };
  const size = sizes.get('bagit.txt');
  if (size === undefined) return { declaration: lenient, faults: [fault('A121', 'bagit.txt', 'it is missing')] };
  try {
    bounded(size, limits.bagDeclarationBytes, 'size of bagit.txt');
    const declaration = parseBagDeclaration(await readFile(join(bag, 'bagit.txt')));
    return { declaration, faults: declaration.faults };
  } catch (error) {
    if (error instanceof RangeError)
      return { declaration: lenient, faults: [fault('A122', 'bagit.txt', `it has ${size} bytes instead of two short lines`)] };
    return { declaration: lenient, faults: [fault('A154', 'bagit.txt', `it cannot be read: ${codeOf(error)}`)] };
  }
}

function* unknownAlgorithms({ inventory }: ReadManifests): Generator<BagFault> {
  const canCheck = inventory.manifests.some((column) => column.algorithm !== null);
  for (const column of inventory.manifests) {
    if (column.algorithm !== null) continue;
    yield fault('A145', column.name, 'its digests cannot be computed here', canCheck ? 'warning' : 'error');
  }
}

/** Paths that fetch.txt says lie elsewhere, with the line. */
async function* readFetch(
  bag: string,
  names: readonly string[],
  payload: ReadManifests,
  declaration: BagDeclaration,
  signal: AbortSignal,
): AsyncGenerator<BagFault, ReadonlySet<string>> {
  const paths = new Set<string>();
  const name = 'fetch.txt';
  if (!names.includes(name)) return paths;
  try {
    for await (const lines of tagLines(join(bag, name), declaration.encoding, () => undefined, signal)) {
      for (const { number, text } of lines) {
        if (text !== null && text.trim() === '') continue;
        const line = text === null ? null : parseFetchLine(text);
        if (line === null) {
          yield fault('A151', name, `line ${number} is not a URL, a length and a path`);
          continue;
        }
        const outside = pathLeadsOutside(line.path);
        if (outside !== null) {
          yield fault('A139', name, `the path of line ${number} leads out of the bag: ${outside}`);
          continue;
        }
        const path = plainPath(line.path);
        const listed = [path, decodedPath(path)].find((one) => payload.inventory.idOf(one) !== null);
        if (listed === undefined) yield fault('A152', name, `line ${number} names a file that no payload manifest lists`);
        else if (paths.size < limits.bagFiles) paths.add(listed);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    yield fault('A154', name, `it cannot be read: ${codeOf(error)}`);
  }
  return paths;
}

async function* readBagInfo(
  bag: string,
  names: readonly string[],
  declaration: BagDeclaration,
  signal: AbortSignal,
): AsyncGenerator<BagFault, PayloadOxum | null> {
  // Called package-info.txt up to version 0.95.
  const name = ['bag-info.txt', 'package-info.txt'].find((one) => names.includes(one));
  if (name === undefined) return null;
  const reader = createBagInfoReader(name, declaration.strict);
  const marks: BagFault[] = [];
  try {
    for await (const lines of tagLines(
      join(bag, name),
      declaration.encoding,
      () => marks.push(fault('A163', name, 'it begins with a byte order mark')),
      signal,
    )) {
      for (const line of lines) reader.line(line);
    }
  } catch (error) {
    signal.throwIfAborted();
    yield fault('A154', name, `it cannot be read: ${codeOf(error)}`);
  }
  const { oxum, faults } = reader.finish();
  yield* marks;
  yield* faults;
  return oxum;
}

/** Listed tag files against those that are there; gives the sizes of those to digest, by id. */
function* matchTagFiles(tags: ReadManifests, sizes: ReadonlyMap<string, number>, rules: BagRules): Generator<BagFault, ReadonlyMap<number, number>> {
  const there = new Map<number, number>();
  const missing = new Set<string>();
  for (let id = 0; id < tags.inventory.size; id++) {
    const path = tags.inventory.pathOf(id);
    if (rules.unfinishedFiles?.includes(path) === true) continue;
    const size = sizes.get(path);
    if (size === undefined) missing.add(path);
    else there.set(id, size);
  }
  for (const path of rules.requiredFiles) if (!path.startsWith('data/') && !sizes.has(path)) missing.add(path);
  // bagit.txt has a fault of its own.
  missing.delete('bagit.txt');
  for (const path of [...missing].sort(byCodePoint)) yield fault('A132', path, 'it is missing');
  if (tags.inventory.manifests.length === 0) return there;
  for (const path of sizes.keys()) {
    if (tags.inventory.idOf(path) !== null || /^tagmanifest-[^/]*\.txt$/.test(path)) continue;
    yield fault('A164', path, 'no tag manifest lists it', rules.unlistedTagFiles);
  }
  return there;
}
