import { createHash, randomInt } from 'node:crypto';
import { constants, lstatSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Landing } from '../../archive/bag/landing.ts';
import { walkBag } from '../../archive/bag/walk.ts';
import { cannotWrite, writeDurable } from '../../archive/files/durable.ts';
import { temporaryFolder } from '../../archive/files/temporary-folder.ts';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { primaryName } from '../../log/read/replica-register.ts';
import { noHistory } from '../../verify/checks/landing.ts';
import { bagPlace } from '../copy/bag.ts';
import { placeName } from '../copy/check-bag.ts';
import { holdsErased } from '../copy/erased.ts';
import { findTagManifests } from '../place/history.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy } from '../place/place.ts';
import { openDrillFolder } from './folder.ts';
import { type SealedFiles, sealedFiles } from './sealed-files.ts';
import { findValidationTools, toolVersions, validateBag } from './validate.ts';

/** Options of a restore drill. */
export interface DrillRequest {
  readonly bags: number;
  /** Folder for the restored bags and the report; it must be new, or contain only earlier reports. Null: a temporary folder, and no report is kept. */
  readonly out: string | null;
  /** Seed of the random choice; null: a random one. The same seed chooses the same bags from the same set. */
  readonly seed: number | null;
  /** True if the restored bags are kept. */
  readonly keep: boolean;
}

/** What a drill works with. */
export interface DrillTools {
  readonly memory: CopiesMemory;
  /** Returns the current ISO time. */
  readonly now: () => string;
  /** Folder for temporary files. */
  readonly temporary: string;
  /** Search path of programs, as in the variable PATH. */
  readonly path: string;
}

/** Events of a drill. */
export type DrillEvent = Finding | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number };

/** Result for one bag. */
export interface DrilledBag {
  readonly bag: string;
  /**
   * `as-landed`; `rehash-unfinished`: further digests are being added; `older`: the state before the bag's digests were renewed, completely intact;
   * `not-in-log`: the log has no digests of the bag; `other`: none of these, which is a fault.
   */
  readonly state: 'as-landed' | 'rehash-unfinished' | 'older' | 'not-in-log' | 'other';
  readonly files: number;
  readonly bytes: number;
  readonly recordings: number;
  readonly failed: number;
  readonly copiesDecoded: number;
  /**
   * Number of sealed recordings whose stored files are whole and which were not opened, so that nothing is known about their content. Absent: the bag is open.
   */
  readonly unopened?: number;
  /** Number of sealed recordings that were erased. Absent: the bag is open. */
  readonly erased?: number;
  readonly faults: readonly string[];
}

/** Result of a drill; also the content of its report. */
export interface DrillReport {
  readonly format: 'longplay-drill';
  readonly version: 1;
  readonly archive: string;
  readonly at: string;
  /** Copy from which bags were restored: `primary` or the name of a replica. */
  readonly from: string;
  readonly seed: number;
  readonly judges: readonly string[];
  readonly bags: readonly DrilledBag[];
  readonly recordings: number;
  readonly ok: number;
  readonly failed: number;
  /** Number of sealed recordings that were not opened. They are neither `ok` nor `failed`. Absent: no bag was sealed. */
  readonly unopened?: number;
  readonly erased?: number;
  readonly audioMs: number;
  /** Folder of the restored bags if they were kept; null if they were removed. */
  readonly restored: string | null;
}

/**
 * Restores random bags from a random copy to a clean folder, as after the loss of an archive, and validates them with third-party tools only.
 * @param copies reachable replicas; if there are none, bags are restored from the archive itself.
 * @throws LongplayError R145 if a tool is missing, R146 if the folder is not clean, R144 if there is nothing to restore
 */
export async function* drill(
  primary: Copy & { readonly id: string | null },
  copies: readonly Copy[],
  request: DrillRequest,
  tools: DrillTools,
  signal: AbortSignal,
): AsyncGenerator<DrillEvent, DrillReport> {
  const { memory, now } = tools;
  const judges = findValidationTools(tools.path);
  const at = now();
  const seed = request.seed ?? randomInt(2 ** 31);
  const random = seeded(seed);
  const from = copies[random(copies.length)] ?? primary;
  if (from === primary) yield finding('R148', primaryName, 'no replica can be reached: the bags come from the archive itself, which proves less');
  const candidates = [...memory.histories.bags]
    .filter(([bag, { deleted }]) => !deleted && (from === primary || memory.held(from.name, bag) || bagPlace(from, bag).is !== 'absent'))
    .map(([bag]) => bag)
    // Erased recordings are not restored.
    .filter((bag) => !holdsErased(from, bag, memory))
    .sort(byCodePoint);
  if (candidates.length === 0)
    throw new LongplayError(
      'incomplete',
      'R144',
      `there is no bag to restore from ${from.name}`,
      'import something, or sync the replica, then run again',
    );
  const chosen = choose(candidates, request.bags, random);
  await using folder = await openDrillFolder(request.out, tools.temporary, signal);
  const drilled: DrilledBag[] = [];
  let [bytes, audioMs, recordings, failed, unopened, erased] = [0, 0, 0, 0, 0, 0];
  let sealed: Promise<SealedFiles> | null = null;
  let why: string | null = null;
  const opener = (): Promise<SealedFiles> => {
    sealed ??= sealedFiles(judges.age, signal);
    return sealed;
  };
  for (const [done, bag] of chosen.entries()) {
    yield { kind: 'progress', done, total: chosen.length, bytes };
    const copied = await restoreBag(from, bag, join(folder.path, bag), signal);
    const { state, landing } = stateOf(bag, join(folder.path, bag), memory);
    const judged = await validateBag(join(folder.path, bag), landing, judges, opener, signal);
    const faults = [...copied.troubles, ...judged.faults];
    const known = judged.recordings.length;
    // A fault outside recordings, e.g. a missing bag, concerns the whole bag: nothing in it can be trusted.
    const lost = copied.troubles.length > 0 || (faults.length > 0 && judged.failed.length === 0) ? Math.max(known, 1) : judged.failed.length;
    drilled.push({
      ...{ bag, state, files: judged.files, bytes: copied.bytes, recordings: Math.max(known, lost), failed: lost },
      ...{ copiesDecoded: judged.copiesDecoded, faults },
      ...(judged.isSealed ? { unopened: judged.unopened.recordings.length, erased: judged.erased.length } : {}),
    });
    unopened += lost === known ? 0 : judged.unopened.recordings.length;
    erased += lost === known ? 0 : judged.erased.length;
    why ??= judged.unopened.why;
    bytes += copied.bytes;
    audioMs += judged.audioMs;
    recordings += Math.max(known, lost);
    failed += lost;
    for (const fault of faults) yield finding('R147', placeName(from, `bags/${bag}`), fault);
  }
  if (unopened > 0)
    yield finding('R152', placeName(from, 'bags'), agree`${unopened} sealed recording[s] [was|were] restored and not opened: ${why ?? 'no key'}`);
  const isOpened = sealed !== null && (await opener()).lacking === null;
  const report: DrillReport = {
    ...{ format: 'longplay-drill', version: 1, archive: primary.id ?? 'unknown', at, from: from.name, seed },
    ...{ judges: await toolVersions(judges, isOpened, signal), bags: drilled, recordings, ok: recordings - failed - unopened, failed },
    ...(sealed === null ? {} : { unopened, erased }),
    audioMs,
    restored: request.keep ? await folder.keep() : null,
  };
  if (request.out !== null) await writeReport(request.out, report);
  return report;
}

/** Returns the state of the bag that was restored, and the landing with which it is compared. */
function stateOf(bag: string, folder: string, { histories }: CopiesMemory): { readonly state: DrilledBag['state']; readonly landing: Landing } {
  const { current, earlier, intended } = histories.bags.get(bag) ?? noHistory;
  const found = findTagManifests(folder);
  const { is } = histories.identify(bag, found);
  if (is === 'as-landed') return { state: is, landing: current };
  if (is === 'unknown') return { state: 'not-in-log', landing: current };
  if (is !== 'unfinished' && is !== 'rolled-back') return { state: 'other', landing: current };
  const digests = 'digests' in found ? found.digests : new Map<string, string | null>();
  const states = is === 'unfinished' ? [current, ...intended.map((one) => one.landing)] : earlier;
  const own = states.find((landing) => [...landing].some(([name, { digest }]) => name === judgedBy && digests.get(name) === digest));
  return { state: is === 'unfinished' ? 'rehash-unfinished' : 'older', landing: own ?? current };
}

/** Tag manifest that sha256sum can check. */
const judgedBy = 'tagmanifest-sha256.txt';

/** Returns a generator of numbers in [0, below) that depend only on the seed: SHA-256 of seed and a counter. */
function seeded(seed: number): (below: number) => number {
  let counter = 0;
  return (below) => {
    const digest = createHash('sha256').update(`${seed} ${counter++}`).digest();
    // 48 bits for any number of bags: the bias is below one in a million.
    return below === 0 ? -1 : digest.readUIntBE(0, 6) % below;
  };
}

function choose(candidates: readonly string[], count: number, random: (below: number) => number): string[] {
  const rest = [...candidates];
  const chosen: string[] = [];
  while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(random(rest.length), 1));
  return chosen;
}

/** Returns the error for a file that cannot be read. The file might be intact, so the drill cannot be completed. */
function notGiven(from: Copy, bag: string, path: string, code: string, cause?: unknown): LongplayError {
  const place = placeName(from, `bags/${bag}${path === '' ? '' : `/${path}`}`);
  return new LongplayError('incomplete', 'R135', `${place} cannot be read: ${code}`, 'fix the permissions or the disk, then run again', cause);
}

/** Copies a bag as any program would, without interpreting it. Reports files that cannot be copied. @throws LongplayError R135 if a file cannot be read */
async function restoreBag(
  from: Copy,
  bag: string,
  to: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: number; readonly troubles: readonly string[] }> {
  const troubles: string[] = [];
  const folder = join(from.dir, 'bags', bag);
  const place = bagPlace(from, bag);
  let bytes = 0;
  await mkdir(to, { recursive: true }).catch((error: unknown) => Promise.reject(cannotWrite(to, error)));
  if (place.is !== 'folder') return { bytes, troubles: [place.is === 'absent' ? 'the bag is not there' : 'the bag is not a folder'] };
  for (const items of walkBag(folder, '', null, temporaryFolder())) {
    signal.throwIfAborted();
    for (const item of items) {
      signal.throwIfAborted();
      if (item.kind === 'unreadable' && !isFileError(item.error)) throw notGiven(from, bag, item.path, item.error);
      if (item.kind !== 'file') {
        troubles.push(`${item.path}: ${item.kind === 'special' ? `is ${item.what}` : 'cannot be read'} and was not restored`);
        continue;
      }
      const target = join(to, item.path);
      await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => Promise.reject(cannotWrite(target, error)));
      try {
        await copyFile(join(folder, item.path), target, constants.COPYFILE_EXCL);
        bytes += lstatSync(target).size;
      } catch (error) {
        const code = systemCode(error);
        // The source refused, not the target.
        if (code === null || ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'].includes(code)) throw cannotWrite(target, error);
        if (!isFileError(code)) throw notGiven(from, bag, item.path, code, error);
        troubles.push(`${item.path}: could not be read: ${code}`);
      }
    }
  }
  return { bytes, troubles };
}

async function writeReport(out: string, report: DrillReport): Promise<void> {
  const stamp = report.at.replace(/[-:]|\.\d+/g, '');
  const names = await readdir(out);
  let name = `drill-${stamp}`;
  for (let number = 2; names.includes(`${name}.json`); number++) name = `drill-${stamp}-${number}`;
  await writeDurable(join(out, `${name}.txt`), `${drillText(report)}\n`);
  await writeDurable(join(out, `${name}.json`), `${canonicalJson(report, 2)}\n`);
}

/** Description of each state. */
const stateWords: Readonly<Record<DrilledBag['state'], string>> = {
  'as-landed': '',
  'rehash-unfinished': ', while it gets further digests',
  older: ', in its state from before it was rehashed',
  'not-in-log': ', by its own manifests alone, for the log has no digests of it',
  other: ', not the bag that the log knows',
};

/** Formats the report as text. */
export function drillText(report: DrillReport): string {
  const { at, from, archive, seed, bags, recordings, ok, failed, unopened = 0, erased = 0, judges } = report;
  const source = from === primaryName ? 'the archive itself (no replica could be reached)' : `replica ${from}`;
  const lines = [
    `Restore drill of ${at}`,
    `Archive ${archive}; ${bags.length === 1 ? '1 bag' : agree`${bags.length} bag[s]`} from ${source}, chosen with seed ${seed}`,
    ...bags.map(
      (bag) =>
        `  ${bag.failed > 0 ? 'FAILED' : (bag.unopened ?? 0) > 0 ? 'closed' : 'well  '} ${bag.bag}: recordings ${bag.recordings}, files ${bag.files}, bytes ${bag.bytes}, copies decoded ${bag.copiesDecoded}${stateWords[bag.state]}${bag.failed === 0 ? '' : `; ${bag.failed} FAILED`}`,
    ),
    ...bags.flatMap((bag) => bag.faults.map((fault) => `         ${bag.bag}: ${fault}`)),
    agree`${recordings} recording[s] restored: ${ok - erased} whole, decoding to the recorded length${failed === 0 ? '' : `, ${failed} do NOT`}.`,
    ...(erased > 0 ? [agree`${erased} sealed recording[s] [was|were] erased: the stored files are whole, and nothing opens them.`] : []),
    ...(unopened > 0
      ? [agree`${unopened} sealed recording[s] [was|were] NOT opened: the stored files are whole, and nothing is known about what they hold.`]
      : []),
    `Judged by ${judges.join('; ')}.`,
  ];
  return lines.join('\n');
}
