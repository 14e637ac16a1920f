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

/** A bag in all copies, held against what it must be. */
export interface ExaminedBag {
  readonly bag: string;
  readonly truth: BagTruth;
  readonly copies: readonly { readonly copy: Copy; readonly folder: string; readonly state: BagState }[];
}

/** What is to be done with one copy of a bag. */
export interface MendPlan {
  /** `exchange`: nothing of its payload is good; it goes as a whole and a whole one comes. */
  readonly how: 'files' | 'exchange';
  readonly steps: readonly RepairStep[];
  /** Paths that are good nowhere. */
  readonly lost: readonly string[];
}

/** Says what would put one copy of a bag right. */
export function planMend(examined: ExaminedBag, target: Copy): MendPlan {
  const { bag } = examined;
  const own = examined.copies.find(({ copy }) => copy.name === target.name);
  if (own === undefined) throw new Error(`${bag} was not examined in ${target.name}`);
  const lost = [...own.state.faults.keys()].filter((path) => sourcesOf(examined, path).length === 0);
  // Nothing of its payload is good: it goes as a whole, and a whole one comes by one rename. What the disk does not give may be good.
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

/** One step for each copy that files of a whole bag come from. */
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

/** Tag manifests before tag files before payload: what vouches for the rest is right first. */
function rank(path: string): number {
  if (path.startsWith('tagmanifest-')) return 0;
  return path.startsWith('data/') ? 2 : 1;
}

/** Copies in which a file was just read and found right, in the order in which copies are named. */
function sourcesOf({ copies }: ExaminedBag, path: string): (FileSource & { readonly bytes: number })[] {
  return copies.flatMap(({ copy, folder, state }) => {
    const bytes = state.good.get(path);
    return bytes === undefined ? [] : [{ copy: copy.name, folder, bytes }];
  });
}

/**
 * Puts one copy of a bag right: what is wrong is kept in the quarantine, good bytes are read, digested and held against what the bag
 * must be in the same read, and take their places by rename. Stopped anywhere, the same again goes on: each file is then still wrong, or
 * right already.
 * @returns paths that turned out to be good nowhere after all.
 * @throws LongplayError A107, R138, R139 where the copy cannot be written.
 */
export async function mendBag(
  examined: ExaminedBag,
  target: Copy,
  plan: MendPlan,
  quarantine: Quarantine,
  signal: AbortSignal,
): Promise<{ readonly lost: readonly string[] }> {
  // What a run that was stopped had begun stays in the note: it is entered with the rest.
  const earlier = quarantine.note().steps.filter((step) => !plan.steps.some((one) => one.path === step.path && one.from === step.from));
  await quarantine.write({ steps: [...earlier, ...plan.steps] });
  const lost =
    plan.how === 'exchange' ? await exchange(examined, target, quarantine, signal) : await mendFiles(examined, target, plan, quarantine, signal);
  if (lost.length > 0) await quarantine.write({ steps: quarantine.note().steps.filter(({ path }) => !lost.includes(path)) });
  return { lost };
}

/** Gives the paths that are good nowhere after all; then nothing was changed. */
async function exchange(examined: ExaminedBag, target: Copy, quarantine: Quarantine, signal: AbortSignal): Promise<string[]> {
  const { bag, truth } = examined;
  const clearPlace = async (): Promise<void> => {
    if (bagPlace(target, bag).is !== 'absent') await quarantine.move('');
  };
  const copied = await copyBag(bag, { truth, sourcesOf: (path) => sourcesOf(examined, path), clearPlace }, target, signal);
  return copied.is === 'lacking' ? ['', copied.path] : [];
}

async function mendFiles(examined: ExaminedBag, target: Copy, plan: MendPlan, quarantine: Quarantine, signal: AbortSignal): Promise<string[]> {
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
      // Gone after the rename; what a failure leaves carries a temporary name.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
  return lost;
}

/** Makes the folder for a file, and keeps what lies in its place or on the way to it. */
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
