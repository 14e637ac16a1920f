import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { draftPlace } from '../../archive/draft-place.ts';
import { cannotWrite, makeFolderDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { bagPlace, copyBag, copyFile, type FileSource } from '../copy/bag.ts';
import { obstacle } from '../place/around.ts';
import type { BagState } from '../place/examine.ts';
import type { Copy } from '../place/place.ts';
import type { Quarantine, RepairStep } from '../place/quarantine.ts';
import type { BagTruth } from '../place/truth.ts';

/** A bag in all copies, compared with its expected content. */
export interface ExaminedBag {
  readonly bag: string;
  readonly truth: BagTruth;
  readonly copies: readonly { readonly copy: Copy; readonly folder: string; readonly state: BagState }[];
}

/** How one copy of a bag is to be repaired. */
export interface CopyRepairPlan {
  /** `files`: file by file; `exchange`: the whole bag, because none of its payload is intact. */
  readonly how: 'files' | 'exchange';
  readonly steps: readonly RepairStep[];
  /** Paths that are intact in no copy. */
  readonly lost: readonly string[];
}

/** Plans the repair of one copy of a bag. */
export function planCopyRepair(examined: ExaminedBag, target: Copy): CopyRepairPlan {
  const { bag } = examined;
  const own = examined.copies.find(({ copy }) => copy.name === target.name);
  if (own === undefined) throw new Error(`${bag} was not examined in ${target.name}`);
  const lost = [...own.state.faults.keys()].filter((path) => sourcesOf(examined, path).length === 0);
  // If none of the payload is intact, one rename replaces the whole bag. Unreadable files may be intact.
  const allRead = ![...own.state.faults.values()].includes('unreadable');
  if (lost.length === 0 && allRead && ![...own.state.good.keys()].some((path) => path.startsWith('data/'))) {
    const was = bagPlace(target, bag).is === 'absent' ? 'missing' : 'differs';
    return { how: 'exchange', steps: wholeSteps(examined, was), lost };
  }
  const strangers = own.state.strangers.map((path): RepairStep => ({ path, was: 'unexpected', from: null, files: 0, bytes: 0 }));
  const files = [...own.state.faults]
    .sort(([a], [b]) => rank(a) - rank(b) || byCodePoint(a, b))
    .flatMap(([path, was]): RepairStep[] => {
      const [source] = sourcesOf(examined, path);
      return source === undefined ? [] : [{ path, was, from: source.copy, files: 1, bytes: source.bytes }];
    });
  return { how: 'files', steps: [...strangers, ...files], lost };
}

/** Returns the steps of an exchange: one per copy that provides files. */
function wholeSteps(examined: ExaminedBag, was: string): RepairStep[] {
  const steps = new Map<string, RepairStep>();
  for (const path of examined.truth.files.keys()) {
    const [source] = sourcesOf(examined, path);
    if (source === undefined) continue;
    const { files, bytes } = steps.get(source.copy) ?? { files: 0, bytes: 0 };
    steps.set(source.copy, { path: '', was, from: source.copy, files: files + 1, bytes: bytes + source.bytes });
  }
  return [...steps.values()];
}

/** Orders tag manifests before tag files before payload, so that files that vouch for others are repaired first. */
function rank(path: string): number {
  if (path.startsWith('tagmanifest-')) return 0;
  return path.startsWith('data/') ? 2 : 1;
}

/** Returns copies in which a file was just read and found intact, in the order of the copies. */
function sourcesOf({ copies }: ExaminedBag, path: string): (FileSource & { readonly bytes: number })[] {
  return copies.flatMap(({ copy, folder, state }) => {
    const bytes = state.good.get(path);
    return bytes === undefined ? [] : [{ copy: copy.name, folder, bytes }];
  });
}

/**
 * Repairs one copy of a bag: keeps bad files in the quarantine; reads, digests and compares intact bytes with the expected content in one pass; renames them
 * into place. After an interruption a repeated call continues, because each file is either still wrong or already repaired.
 * @returns paths that turned out to be intact in no copy.
 * @throws LongplayError A107, R138, R139 if the copy cannot be written.
 */
export async function runCopyRepair(
  examined: ExaminedBag,
  target: Copy,
  plan: CopyRepairPlan,
  quarantine: Quarantine,
  signal: AbortSignal,
): Promise<{ readonly lost: readonly string[] }> {
  // Steps of a stopped run remain in the note and are logged with the rest.
  const earlier = quarantine.note().steps.filter((step) => !plan.steps.some((one) => one.path === step.path && one.from === step.from));
  await quarantine.write({ steps: [...earlier, ...plan.steps] });
  const lost =
    plan.how === 'exchange' ? await exchange(examined, target, quarantine, signal) : await mendFiles(examined, target, plan, quarantine, signal);
  if (lost.length > 0) await quarantine.write({ steps: quarantine.note().steps.filter(({ path }) => !lost.includes(path)) });
  return { lost };
}

/** Replaces the whole bag. Returns the paths that are intact in no copy after all; if there are any, nothing was changed. */
async function exchange(examined: ExaminedBag, target: Copy, quarantine: Quarantine, signal: AbortSignal): Promise<string[]> {
  const { bag, truth } = examined;
  const clearPlace = async (): Promise<void> => {
    if (bagPlace(target, bag).is !== 'absent') await quarantine.move('');
  };
  const copied = await copyBag(bag, { truth, sourcesOf: (path) => sourcesOf(examined, path), clearPlace }, target, signal);
  return copied.is === 'lacking' ? ['', copied.path] : [];
}

async function mendFiles(examined: ExaminedBag, target: Copy, plan: CopyRepairPlan, quarantine: Quarantine, signal: AbortSignal): Promise<string[]> {
  const { bag, truth } = examined;
  const lost: string[] = [];
  for (const { path, was } of plan.steps) {
    signal.throwIfAborted();
    const place = join(target.dir, 'bags', bag, path);
    if (was === 'unexpected') {
      if (lookAt(place) !== 'absent') await quarantine.move(path);
      continue;
    }
    const name = randomUUID();
    const temporary = draftPlace(target, place, join(target.dir, 'bags', `${temporaryPrefix}${name}`), name);
    try {
      const copied = await copyFile(path, temporary, { truth, sources: sourcesOf(examined, path) }, { sync: true }, signal);
      if (copied.is === 'lacking') {
        lost.push(path);
        continue;
      }
      await makeWay(target, bag, path, quarantine);
      await putInPlace(temporary, place);
    } finally {
      // After the rename the file is gone; after a failure it remains under a temporary name.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
  return lost;
}

/** Creates the folder for a file, and moves whatever is in the file's place or in the way into the quarantine. */
async function makeWay(target: Copy, bag: string, path: string, quarantine: Quarantine): Promise<void> {
  const inBag = `bags/${bag}/`;
  const inTheWay = obstacle(target.dir, inBag + path);
  if (inTheWay?.startsWith(inBag) === true) await quarantine.move(inTheWay.slice(inBag.length));
  const place = join(target.dir, inBag + path);
  await makeFolderDurable(dirname(place));
  const there = lookAt(place);
  if (there === 'file') await quarantine.keepFile(path);
  else if (there !== 'absent') await quarantine.move(path);
}

async function putInPlace(temporary: string, place: string): Promise<void> {
  try {
    await rename(temporary, place);
  } catch (error) {
    throw cannotWrite(place, error);
  }
  await syncFolder(dirname(place));
}

function lookAt(path: string): 'absent' | 'file' | 'other' {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'absent' : stat.isFile() ? 'file' : 'other';
}
