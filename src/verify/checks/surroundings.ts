import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Landing } from '../../archive/bag/landing.ts';
import { type BagFolder, bagsUnreachable, isBare, listBagsAndYears, type UnreadableYear } from '../../archive/bag-folders.ts';
import { agree } from '../../core/base/agree.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { addLoggedFiles, type LoggedFile } from '../../log/entries/logged-files.ts';
import { type PlaceDemands, placeFindings } from '../../log/keys/known-places.ts';
import { addStampFiles } from '../../log/stamps/entries.ts';
import { createCaseCheck } from './case-check.ts';
import { checkClearFiles } from './clear-files.ts';
import { checkEnteredFiles } from './entered.ts';
import { createErasedCheck } from './erased.ts';
import { checkLanding, erasingVerdict, sealingVerdict } from './landing.ts';
import { checkLog, kindsOfLog, type LogReading } from './log.ts';
import type { CheckedArchive } from './open-for-checking.ts';
import { checkStampFiles } from './stamp-files.ts';
import { checkStrayFiles } from './stray-files.ts';

/** State of an archive before any bag is opened. */
export interface Surroundings {
  readonly log: LogReading;
  /** Existing bags that are not empty. */
  readonly bags: readonly BagFolder[];
  /** Landed bags that are missing, each with a verdict. */
  readonly lost: readonly { readonly bag: string; readonly verdict: Verdict }[];
  /** Landed bags in a year whose folder cannot be read; the bags may be intact. */
  readonly hidden: readonly string[];
  /** The log as last read, including bags that an import landed meanwhile. */
  readonly last: LogReading;
  /** Verdicts on the log, the files around the bags, and unknown bags. */
  readonly verdicts: readonly Verdict[];
}

/** Further sources of information. */
export interface SurroundingsTools {
  /** Folder of this machine's keys and of its memory of logs. */
  readonly keys?: string;
  /** Requirements on the archive at this path. */
  readonly demands?: PlaceDemands;
  /** Returns the bags that unfinished jobs of the archive planned; called only if a bag is not in the log. */
  readonly plannedBags?: () => ReadonlySet<string>;
  /** `bytes`: large files around the bags are read as well; absent: only their sizes are compared. */
  readonly depth?: 'bytes' | 'sizes';
}

/**
 * Reads the log, lists the bags, and looks for missing and unexpected files.
 * @param onEntry receives every entry of the log, in order
 * @throws LongplayError A102 if the archive is unreachable; A103 if it is of a later version
 */
export async function checkSurroundings(
  archive: CheckedArchive,
  tools: SurroundingsTools,
  onEntry: (entry: LogEntry) => void,
  signal: AbortSignal,
): Promise<Surroundings> {
  const memory = tools.keys ?? null;
  // The log is read before the bags are listed: a running import lands a bag first and then enters it.
  const stampFiles = new Map<string, string>();
  const cases = createCaseCheck(memory);
  const enteredFiles = new Map<string, readonly LoggedFile[]>();
  const erased = createErasedCheck(archive.id);
  const take = (entry: LogEntry): void => {
    addStampFiles(stampFiles, entry);
    cases.take(entry);
    addLoggedFiles(enteredFiles, entry);
    erased.take(entry);
    onEntry(entry);
  };
  const log = await checkLog(archive, memory, take, signal);
  const bags: BagFolder[] = [];
  const emptied = new Set<string>();
  const unreadable: UnreadableYear[] = [];
  for await (const bag of listBagsAndYears(archive)) {
    if ('error' in bag) {
      unreadable.push(bag);
      continue;
    }
    if (isEmpty(bag.path)) emptied.add(bag.name);
    // An empty folder that is not in the log is reported as a stray item.
    if (!emptied.has(bag.name) || !log.landed.has(bag.name)) bags.push(bag);
  }
  requireBags(archive.dir, bags, log);
  const verdicts = [...log.verdicts];
  if (archive.id !== null)
    for (const { code, place, message } of await placeFindings(memory, archive.dir, { id: archive.id, bags: log.landed.size }, tools.demands))
      verdicts.push(errorVerdict(kindsOfLog[code] ?? 'unverifiable', code, place, message));
  if (archive.trouble !== null && !log.verdicts.some(({ path }) => path === markerName)) {
    // The file matches its digest in the log: the archive really has a later version.
    if (archive.trouble.code === 'A103') throw archive.trouble;
    verdicts.push(errorVerdict(archive.trouble.code === 'A100' ? 'missing' : 'corrupt', 'V105', markerName, archive.trouble.message));
  }
  for await (const verdict of checkStrayFiles(archive, { ...erased.ofCases, isBeingSealed: archive.isBeingSealed })) verdicts.push(verdict);
  verdicts.push(...checkClearFiles(archive));
  for await (const verdict of cases.look(archive, log.whole, signal)) verdicts.push(verdict);
  for await (const verdict of checkStampFiles(archive, stampFiles)) verdicts.push(verdict);
  for (const verdict of checkEnteredFiles(archive, enteredFiles, tools.depth ?? 'sizes')) verdicts.push(verdict);
  for await (const verdict of erased.look(bags, log.landed, memory)) verdicts.push(verdict);
  const present = new Set(bags.map(({ name }) => name));
  const absent = [...log.landed.keys()].filter((name) => !present.has(name) && log.landed.get(name)?.deleted !== true);
  const years = new Set(unreadable.map(({ year }) => year));
  const yearOf = (name: string): string => name.slice(0, name.indexOf('/'));
  const hidden = absent.filter((name) => years.has(yearOf(name)));
  for (const { year, error } of unreadable) verdicts.push(unreadableYear(year, error, hidden.filter((name) => yearOf(name) === year).length));
  const isErasing = (name: string): boolean => log.landed.get(name)?.erasing === true;
  // The bag is between two renames of an erasure, which the next run of the erasure finishes.
  for (const name of absent)
    if (isErasing(name)) verdicts.push((log.landed.get(name)?.sealing === true ? sealingVerdict : erasingVerdict)(`bags/${name}`));
  const lost = absent
    .filter((name) => !years.has(yearOf(name)) && !isErasing(name))
    .map((bag) => {
      const state = emptied.has(bag) ? 'its folder is empty' : 'does not exist';
      return { bag, verdict: errorVerdict('missing', 'V101', `bags/${bag}`, `landed according to the log and ${state}`) };
    });
  const known = bags.every((bag) => log.landed.has(bag.name)) && log.announced.size === 0;
  // The plans are read before the log: an import that ends meanwhile has then entered its bags.
  const planned = known ? new Set<string>() : (tools.plannedBags?.() ?? new Set<string>());
  const now = known ? log : await checkLog(archive, memory, () => undefined, signal);
  for (const bag of bags) {
    if (now.landed.has(bag.name)) continue;
    const announced = now.announced.get(bag.name);
    if (announced === undefined) verdicts.push(unlogged(bag, log.whole, planned));
    else verdicts.push(...announcedVerdicts(bag, announced));
  }
  // A bag that exists by now landed during this check.
  for (const name of now.announced.keys())
    if (!present.has(name) && !isErasing(name) && !existsSync(join(archive.dir, 'bags', name))) verdicts.push(notLanded(name));
  return { log, bags: bags.filter((bag) => !emptied.has(bag.name)), lost, hidden, last: now, verdicts };
}

/** @throws LongplayError A102 if the log names bags and there are none */
function requireBags(dir: string, bags: readonly BagFolder[], { landed }: Pick<LogReading, 'landed'>): void {
  const standing = [...landed.values()].filter(({ deleted }) => !deleted).length;
  if (bags.length === 0 && standing > 0 && isBare(dir)) throw bagsUnreachable(dir, standing);
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    // The bag's check reports the error.
    return false;
  }
}

const markerName = 'longplay.json';

function unreadableYear(year: string, error: string, landed: number): Verdict {
  const bags =
    landed === 0
      ? 'its content is unknown'
      : `${landed === 1 ? 'a bag' : agree`${landed} bag[s]`} landed there according to the log, and none was read`;
  return errorVerdict('unreachable', 'V116', `bags/${year}`, `cannot be read: ${error}; ${bags}`);
}

/** Checks a bag that its import announced but did not enter as landed: the bag must match the announcement. */
function announcedVerdicts(bag: BagFolder, announced: Landing): Verdict[] {
  const wrong = checkLanding(bag, { current: announced, earlier: [], intended: [], withdrawn: [], deleted: false });
  if (wrong.length > 0) return wrong;
  const message = 'has landed as announced and is not entered yet: its import is running, or was interrupted and must be run again';
  return [{ ...errorVerdict('unverifiable', 'V107', bag.folder, message), severity: 'warning' }];
}

/** Returns the verdict on a bag that was announced and does not exist. */
function notLanded(name: string): Verdict {
  const message = 'was announced in the log and has not landed: its import is running, or was interrupted and must be run again';
  return { ...errorVerdict('unverifiable', 'V126', `bags/${name}`, message), severity: 'warning' };
}

/** Returns the verdict on a bag that the log does not name: the bag is foreign, or its line is damaged, or its import was stopped. */
function unlogged(bag: BagFolder, logIsWhole: boolean, planned: ReadonlySet<string>): Verdict {
  if (planned.has(bag.name)) {
    const message = 'has landed and is not in the log yet: its import is running, or was interrupted and must be run again';
    return { ...errorVerdict('unverifiable', 'V107', bag.folder, message), severity: 'warning' };
  }
  return logIsWhole
    ? errorVerdict('unexpected', 'V102', bag.folder, 'is not in the log: no import of this archive made it')
    : errorVerdict('unverifiable', 'V108', bag.folder, 'is not in the log, whose lines are damaged: whether an import made it is unknown');
}
