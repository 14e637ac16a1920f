import { lstatSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { withResult, withResultAtOnce } from '../../core/base/with-result.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { createVerdictCap } from '../../core/model/verdict-cap.ts';
import { type BatchAnswer, type Hasher, localHasher } from '../files/file-batch.ts';
import { codeOf } from '../files/hash-file.ts';
import { temporaryFolder } from '../files/temporary-folder.ts';
import { type BagDeclaration, createBagInfoReader, type PayloadOxum, parseBagDeclaration, tagLines } from './bagit-reader.ts';
import { type BagFault, bagVerdict, fault } from './faults.ts';
import { type FetchList, readFetch } from './fetch.ts';
import { checkFixity, type FixityCounts } from './fixity.ts';
import { type Manifest, type ManifestReading, manifestsAmong, readManifest } from './manifests.ts';
import { type PayloadCounts, walkPayload } from './payload.ts';
import type { BagStep } from './step.ts';
import { readTagFile } from './tag-file.ts';
import { walkTagFiles } from './tags.ts';
import { topNames } from './top.ts';

/** Requirements on a bag beyond BagIt. */
export interface BagRules {
  /** Names of files that must exist although BagIt makes them optional. */
  readonly requiredFiles: readonly string[];
  /** Severity of a tag file that no tag manifest lists. */
  readonly unlistedTagFiles: 'error' | 'warning';
  /** Names of tag files that an interrupted step left. They are not read, and are not reported as missing if a manifest lists them. */
  readonly unfinishedFiles?: readonly string[];
}

/** The rules of BagIt itself. */
export const bagItRules: BagRules = { requiredFiles: [], unlistedTagFiles: 'warning' };

/** The rules of longplay's own bags. BagIt alone would not notice the loss of a whole manifest. */
export const longplayBagRules: BagRules = {
  requiredFiles: [
    ...['bag-info.txt', 'bagit.txt', 'data/README.txt', 'manifest-sha256.txt', 'manifest-sha512.txt'],
    ...['tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'],
  ],
  unlistedTagFiles: 'error',
};

/** Options of `checkBag`. */
export interface BagCheckOptions<Answer extends BatchAnswer = BatchAnswer> {
  /** Prefix of every path in verdicts; default: the name of the bag's folder. */
  readonly place?: string;
  /**
   * Payload digests to compare: all, or one algorithm for the files that have it and all digests for the other files. Tag files, including all manifests, are
   * always compared by all. Missing and extra files are found with all manifests in any case.
   */
  readonly digests?: 'all' | string;
  /**
   * True: an earlier check found no fault in a bag with the same bytes, so that all its manifests list the same files. Of the payload manifests only the one of
   * `digests` is read; the others are compared by their digests, as all tag files are. Absent: all are read.
   */
  readonly isKnown?: boolean;
  readonly rules?: BagRules;
  readonly hash?: Hasher<Answer>;
  /** Folder for temporary files, needed for bags with very many files; default: the system's folder. */
  readonly temporary?: string;
}

/** Totals of a bag's check. */
export interface BagSummary {
  /** True if no verdict was an error: the bag is complete, unaltered and contains nothing else. */
  readonly sound: boolean;
  /** Number of files below `data/`. */
  readonly files: number;
  readonly bytes: number;
  /** Algorithms by which the payload was compared; empty if no comparison was possible. */
  readonly algorithms: readonly string[];
}

/**
 * Checks a bag of BagIt 0.93 to 1.0 (RFC 8493) completely and reports every fault, not only the first. A bag without a verdict of severity `error` is sound.
 * Downloads nothing, follows no link, and follows no path in a text file out of the bag. Memory does not grow with the number of files. After
 * `limits.bagVerdicts` verdicts of one code, a single verdict states the number of the rest. Yields null as a sign of progress when files have been read
 * without a verdict.
 */
export async function* checkBag<Answer extends BatchAnswer>(
  folder: string,
  options: BagCheckOptions<Answer>,
  signal: AbortSignal,
): AsyncGenerator<Verdict | null, BagSummary> {
  const bag = resolve(folder);
  const place = options.place ?? basename(bag);
  const cap = createVerdictCap(limits.bagVerdicts);
  let sound = true;
  const faults = withResult(bagFaults(bag, options, signal));
  for await (const found of faults) {
    if (found === null) {
      yield null;
      continue;
    }
    const verdict = bagVerdict(place, found);
    if (verdict.severity === 'error') sound = false;
    if (cap.pass(verdict)) yield verdict;
  }
  yield* cap.rest(place);
  return { sound, ...faults.result() };
}

async function* bagFaults<Answer extends BatchAnswer>(
  bag: string,
  options: BagCheckOptions<Answer>,
  signal: AbortSignal,
): AsyncGenerator<BagFault | null, Omit<BagSummary, 'sound'>> {
  const counts: PayloadCounts = { files: 0, unreadBytes: 0, complete: true, readme: false };
  const read: FixityCounts = { payloadBytes: 0, complete: true, algorithms: new Set() };
  const promised: { oxum: PayloadOxum | null } = { oxum: null };
  const hash = options.hash;
  const steps = bagSteps(bag, options, counts, promised, signal);
  yield* hash === undefined ? checkFixity(bag, steps, localHasher, read, signal) : checkFixity(bag, steps, hash, read, signal);
  const bytes = read.payloadBytes + counts.unreadBytes;
  const { oxum } = promised;
  // Unreadable files, and files still to be fetched, have a fault of their own and no known size.
  if (oxum !== null && counts.complete && read.complete && (oxum.files !== BigInt(counts.files) || oxum.bytes !== BigInt(bytes)))
    yield fault(
      'A146',
      '',
      agree`Payload-Oxum states ${oxum.files} file[s] of ${oxum.bytes} byte[s], the bag has ${counts.files} of ${bytes} byte[s]`,
    );
  return { files: counts.files, bytes, algorithms: [...read.algorithms].sort(byCodePoint) };
}

/** Walks through a bag: first its own text files, then the payload. */
async function* bagSteps(
  bag: string,
  options: Pick<BagCheckOptions, 'digests' | 'isKnown' | 'rules' | 'temporary'>,
  counts: PayloadCounts,
  promised: { oxum: PayloadOxum | null },
  signal: AbortSignal,
): AsyncGenerator<BagStep> {
  const { rules = bagItRules, digests = 'all', isKnown = false, temporary = temporaryFolder() } = options;
  const say = (...faults: readonly BagFault[]): BagStep => ({ faults, files: [] });
  signal.throwIfAborted();
  const there = topNames(bag);
  if (typeof there === 'string') {
    yield say(fault('A168', '', there));
    return;
  }
  const unfinished = new Set(rules.unfinishedFiles);
  const names = there.filter((name) => !unfinished.has(name));
  const declaration = readDeclaration(bag, names.includes('bagit.txt'));
  yield say(...declaration.faults);
  const { strict } = declaration;
  const tags = yield* readManifests(names, { bag, kind: 'tag', declaration, temporary }, signal);
  const tagRules = { required: rules.requiredFiles, unlisted: rules.unlistedTagFiles, unfinished, strict, temporary };
  yield* turning(walkTagFiles(bag, tags, tagRules), signal);
  const chosen = isKnown && names.includes(`manifest-${digests}.txt`) ? [`manifest-${digests}.txt`] : names;
  const manifests = yield* readManifests(chosen, { bag, kind: 'payload', declaration, temporary }, signal);
  if (manifests.length === 0) yield say(fault('A129', '', 'there is no payload manifest'));
  const bagInfo = readBagInfo(bag, names, declaration);
  yield say(...bagInfo.faults);
  promised.oxum = bagInfo.oxum;
  let fetch: FetchList | null = null;
  try {
    if (names.includes('fetch.txt')) {
      const reading = withResultAtOnce(readFetch(bag, declaration, temporary));
      for (const faults of reading) {
        yield say(...faults);
        await turn();
        signal.throwIfAborted();
      }
      fetch = reading.result();
    }
    const toFetch = fetch?.lines() ?? [].values();
    yield* turning(walkPayload(bag, { manifests, toFetch, strict, digests, temporary }, counts), signal);
  } finally {
    fetch?.close();
  }
  yield say(...[...tags, ...manifests].flatMap(({ late }) => late));
  if (rules.requiredFiles.includes('data/README.txt') && !counts.readme)
    yield say(fault('A132', 'data/README.txt', 'every bag made by longplay has this file'));
}

/** Lets the event loop run after each step, so that interrupts are handled and threads receive further files. */
async function* turning(steps: Iterable<BagStep>, signal: AbortSignal): AsyncGenerator<BagStep> {
  for (const step of steps) {
    yield step;
    await turn();
    signal.throwIfAborted();
  }
}

/** Characters that sorting may keep in memory for all manifests of one kind. */
const sortingChars = 8 * 1024 * 1024;

async function* readManifests(
  names: readonly string[],
  { bag, kind, declaration, temporary }: Omit<ManifestReading, 'charsInMemory'>,
  signal: AbortSignal,
): AsyncGenerator<BagStep, Manifest[]> {
  const files = manifestsAmong(names, kind);
  const charsInMemory = Math.floor(sortingChars / Math.max(1, files.length));
  const manifests: Manifest[] = [];
  for (const file of files.slice(0, limits.bagManifests)) {
    const reading = withResult(readManifest(file, { bag, kind, declaration, temporary, charsInMemory }, signal));
    for await (const faults of reading) yield { faults, files: [] };
    manifests.push(reading.result());
  }
  const canCheck = manifests.some((one) => one.algorithm !== null);
  const faults = manifests
    .filter((one) => one.algorithm === null)
    .map((one) => fault('A145', one.name, 'this machine cannot compute its digests', canCheck ? 'warning' : 'error'));
  for (const { name } of files.slice(limits.bagManifests))
    faults.push(fault('A167', name, `there are more than ${limits.bagManifests} manifests; this one was not read`));
  yield { faults, files: [] };
  return manifests;
}

function readDeclaration(bag: string, isThere: boolean): BagDeclaration {
  const lenient = (found: BagFault): BagDeclaration => ({ strict: false, encoding: 'utf-8', faults: [found] });
  const path = join(bag, 'bagit.txt');
  if (!isThere) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    // A link or a pipe is reported with the other tag files.
    if (found !== undefined && !found.isDirectory()) return { strict: false, encoding: 'utf-8', faults: [] };
    return lenient(fault('A121', 'bagit.txt', 'it is missing'));
  }
  try {
    return parseBagDeclaration(readTagFile(path, limits.bagDeclarationBytes));
  } catch (error) {
    if (systemCode(error) === 'EFBIG')
      return lenient(fault('A122', 'bagit.txt', `it has more than ${limits.bagDeclarationBytes} bytes instead of two short lines`));
    return lenient(fault('A154', 'bagit.txt', `it cannot be read: ${codeOf(error)}`));
  }
}

function readBagInfo(
  bag: string,
  names: readonly string[],
  declaration: BagDeclaration,
): { readonly oxum: PayloadOxum | null; readonly faults: readonly BagFault[] } {
  // The file was called package-info.txt up to version 0.95.
  const name = ['bag-info.txt', 'package-info.txt'].find((one) => names.includes(one));
  if (name === undefined) return { oxum: null, faults: [] };
  const reader = createBagInfoReader(name, declaration.strict);
  const marks: BagFault[] = [];
  const noted = (): number => marks.push(fault('A163', name, 'it begins with a byte order mark'));
  try {
    for (const lines of tagLines(join(bag, name), declaration.encoding, noted)) for (const line of lines) reader.line(line);
  } catch (error) {
    marks.push(fault('A154', name, `it cannot be read: ${codeOf(error)}`));
  }
  const { oxum, faults } = reader.finish();
  return { oxum, faults: [...marks, ...faults] };
}
