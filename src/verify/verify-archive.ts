import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { bagItRules, longplayBagRules } from '../archive/bag-check.ts';
import { type Archive, type BagFolder, listBags, listStrays, openArchive } from '../archive/layout.ts';
import { readLog } from '../archive/log.ts';
import { tagManifestDigest } from '../archive/tag-manifest.ts';
import { checkCatalog } from '../catalog/check-catalog.ts';
import { systemCode } from '../core/error.ts';
import type { Verdict, VerdictKind } from '../core/verdict.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { type BagProgress, verifyBag } from './verify-bag.ts';

/** What a verification works with and how far it goes. */
export interface VerifyTools {
  readonly pool: WorkerPool;
  /** Decode every access copy in full. */
  readonly play: boolean;
}

/** How far a verification is, or what it found. */
export type VerifyEvent =
  | Verdict
  | {
      readonly kind: 'progress';
      readonly done: number;
      readonly total: number;
      readonly files: number;
      readonly bytes: number;
      readonly audioMs: number;
    };

/** What was looked at. A verification that looked at nothing is never well. */
export interface VerifyOutcome {
  readonly bags: number;
  readonly bagsWell: number;
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  readonly audioMs: number;
  readonly errors: number;
  readonly warnings: number;
}

/** True where the path is a bag by itself and no archive. */
export function isBag(path: string): boolean {
  return !existsSync(join(path, 'longplay.json')) && (existsSync(join(path, 'bagit.txt')) || existsSync(join(path, 'data')));
}

/** Checks one bag of anybody's, wherever it lies. */
export async function* verifyOneBag(path: string, tools: VerifyTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, VerifyOutcome> {
  const counts = { bags: 0, bagsWell: 0, files: 0, recordings: 0, bytes: 0, audioMs: 0, errors: 0, warnings: 0 };
  const folder = resolve(path);
  yield* countBag(counts, await collect(verifyBag(folder, basename(folder), { ...tools, rules: bagItRules }, signal)), 1);
  return counts;
}

/**
 * Checks everything in an archive: each bag, what the log says should be there, the files around the bags. All that is wrong is
 * named in one run.
 * @throws LongplayError A102 where the archive is unreachable: nothing can be said about it then.
 */
export async function* verifyArchive(dir: string, tools: VerifyTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, VerifyOutcome> {
  const archive = await openArchive(dir);
  const counts = { bags: 0, bagsWell: 0, files: 0, recordings: 0, bytes: 0, audioMs: 0, errors: 0, warnings: 0 };
  const say = function* (verdict: Verdict): Generator<VerifyEvent> {
    if (verdict.severity === 'error') counts.errors++;
    else counts.warnings++;
    yield verdict;
  };
  const bags: BagFolder[] = [];
  for await (const bag of listBags(archive)) bags.push(bag);
  const landed = yield* checkLog(archive, say, signal);
  for (const verdict of checkAround(archive)) yield* say(verdict);
  for await (const stray of listStrays(archive)) {
    if (stray.kind === 'alien') yield* say(error('unexpected', 'V103', stray.path, 'is no bag and does not belong below bags/'));
  }
  const present = new Map(bags.map((bag) => [bag.name, bag]));
  for (const [name, tagManifest] of landed) {
    const bag = present.get(name);
    if (bag === undefined) yield* say(error('missing', 'V101', `bags/${name}`, 'was landed according to the log and is not there'));
    else if (tagManifest !== null) yield* checkAgainstLog(bag, tagManifest, say);
  }
  for (const bag of bags) {
    if (!landed.has(bag.name)) yield* say(error('unexpected', 'V102', bag.folder, 'is not in the log: no import of this archive made it'));
  }
  // The next bag is listed and its manifests are read while the threads are busy with this one.
  const running: { readonly bag: BagFolder; readonly events: Promise<(Verdict | BagProgress)[]> }[] = [];
  const next = bags.values();
  for (;;) {
    while (running.length < bagsAhead) {
      const bag = next.next();
      if (bag.done === true) break;
      const events = collect(verifyBag(bag.value.path, bag.value.folder, { ...tools, rules: longplayBagRules }, signal));
      // Awaited in order below; until then a failure must not count as unhandled.
      events.catch(() => undefined);
      running.push({ bag: bag.value, events });
    }
    const first = running.shift();
    if (first === undefined) return counts;
    yield* countBag(counts, await first.events, bags.length);
  }
}

/** Bags under way at once. */
const bagsAhead = 3;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

type Counts = { -readonly [Key in keyof VerifyOutcome]: VerifyOutcome[Key] };

function* countBag(counts: Counts, events: Iterable<Verdict | BagProgress>, total: number): Generator<VerifyEvent> {
  let wrong = 0;
  for (const event of events) {
    if (event.kind === 'verdict') {
      if (event.severity === 'error') {
        counts.errors++;
        wrong++;
      } else counts.warnings++;
      yield event;
      continue;
    }
    counts.files += event.files;
    counts.recordings += event.recordings;
    counts.bytes += event.bytes;
    counts.audioMs += event.audioMs;
  }
  counts.bags++;
  if (wrong === 0) counts.bagsWell++;
  yield { kind: 'progress', done: counts.bags, total, files: counts.files, bytes: counts.bytes, audioMs: counts.audioMs };
}

function error(verdict: VerdictKind, code: string, path: string, message: string): Verdict {
  return { kind: 'verdict', verdict, code, path, message, severity: 'error' };
}

/** The log's chain, and the bags that it says have landed, with the digest of their tag manifest where it was entered. */
async function* checkLog(
  archive: Archive,
  say: (verdict: Verdict) => Generator<VerifyEvent>,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent, Map<string, string | null>> {
  const landed = new Map<string, string | null>();
  for await (const item of readLog(archive, signal)) {
    if (item.kind === 'finding') {
      yield* say(error(item.code === 'A110' ? 'missing' : 'corrupt', item.code, item.place, item.message));
    } else if (item.type === 'bag-landed' && typeof item.detail.bag === 'string') {
      landed.set(
        item.detail.bag,
        typeof item.detail.tagManifestSha256 === 'string' ? item.detail.tagManifestSha256 : (landed.get(item.detail.bag) ?? null),
      );
    } else if (item.type === 'archive-created') {
      for (const [name, key] of [
        ['longplay.json', 'markerSha256'],
        ['README.txt', 'readmeSha256'],
      ] as const) {
        const recorded = item.detail[key];
        if (typeof recorded === 'string') yield* checkPlainFile(archive, name, recorded, say);
      }
    }
  }
  return landed;
}

function* checkPlainFile(
  archive: Archive,
  name: string,
  recorded: string,
  say: (verdict: Verdict) => Generator<VerifyEvent>,
): Generator<VerifyEvent> {
  try {
    const found = createHash('sha256')
      .update(readFileSync(join(archive.dir, name)))
      .digest('hex');
    if (found !== recorded) yield* say(error('corrupt', 'V105', name, `has SHA-256 ${found.slice(0, 16)}…, the log says ${recorded.slice(0, 16)}…`));
  } catch (cause) {
    if (systemCode(cause) === null) throw cause;
    yield* say(error(systemCode(cause) === 'ENOENT' ? 'missing' : 'unreachable', 'V105', name, `cannot be read: ${systemCode(cause)}`));
  }
}

/** A bag that is valid in itself but is not the one that landed: exchanged, or an older state brought back. */
function* checkAgainstLog(bag: BagFolder, recorded: string, say: (verdict: Verdict) => Generator<VerifyEvent>): Generator<VerifyEvent> {
  let found: string;
  try {
    found = tagManifestDigest(bag.path);
  } catch (cause) {
    // Said by the check of the bag itself, with more detail.
    if (systemCode(cause) === null) throw cause;
    return;
  }
  if (found !== recorded) {
    yield* say(
      error(
        'swapped',
        'V104',
        `${bag.folder}/tagmanifest-sha256.txt`,
        `has SHA-256 ${found.slice(0, 16)}…, the bag that landed had ${recorded.slice(0, 16)}…`,
      ),
    );
  }
}

/** Files that have no place in an archive, and the catalog. */
function* checkAround(archive: Archive): Generator<Verdict> {
  const expected = new Set([
    'README.txt',
    'longplay.json',
    'bags',
    'log',
    'jobs',
    'catalog.sqlite',
    'catalog.sqlite-wal',
    'catalog.sqlite-shm',
    'lost+found',
    '.lock',
  ]);
  for (const name of readdirSync(archive.dir).sort()) {
    if (!expected.has(name) && !name.startsWith('.longplay-')) yield error('unexpected', 'V103', name, 'does not belong into an archive');
  }
  for (const name of existsSync(join(archive.dir, 'log')) ? readdirSync(join(archive.dir, 'log')).sort() : []) {
    if (name !== 'log.jsonl' && !name.startsWith('.longplay-')) yield error('unexpected', 'V103', `log/${name}`, 'does not belong into the log');
  }
  const catalog = join(archive.dir, 'catalog.sqlite');
  if (existsSync(catalog) && statSync(catalog).isFile()) {
    for (const problem of checkCatalog(catalog)) yield error('corrupt', 'V106', 'catalog.sqlite', problem);
  }
}
