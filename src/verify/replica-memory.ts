import { inspectLog } from '../log/inspect-log.ts';
import { readEntries } from '../log/read-log.ts';
import { createHistories, type Histories } from './replica-history.ts';
import { createRegister, primaryName, type Replica } from './replica-register.ts';

/** What a copy's last reading of a bag said. */
export interface LastReading {
  /** Milliseconds since 1970; null where a clock that went ahead makes it worthless. */
  atMs: number | null;
  readonly well: boolean;
}

/** All that the log remembers of copies: it is the only memory. */
export interface CopyMemory {
  readonly replicas: ReadonlyMap<string, Replica>;
  readonly histories: Histories;
  /** The archive's id as its first entry has it; null where that is lost. */
  readonly archiveId: string | null;
  /** Digests that the first entry has of longplay.json and README.txt, by file name. */
  readonly plainFiles: ReadonlyMap<string, string>;
  /** Of a copy (`primary` or a replica's name), by bag. */
  readings(copy: string): ReadonlyMap<string, LastReading>;
  /** True where the copy held the bag at some time: it was copied there, or read there. */
  held(copy: string, bag: string): boolean;
  /** Folders of quarantines whose repair was entered, by copy. */
  entered(copy: string): ReadonlySet<string>;
  /** False where entries are damaged or lost: what the log does not say it may have said. */
  readonly whole: boolean;
}

interface CopyState {
  readonly readings: Map<string, LastReading>;
  readonly held: Set<string>;
  readonly entered: Set<string>;
}

/** Findings of a log that speak of entries that are not there, or are not those that were entered. */
const takesEntriesAway: ReadonlySet<string> = new Set(['A110', 'A111', 'A114', 'A115', 'A116', 'L101', 'L102']);

/**
 * Reads the log once and keeps what copies need. The time of an entry is the least of its own and all later ones, and one that is later
 * than `nowMs` counts as none: clocks lie.
 * @param keys folder of this machine's keys and memory of logs
 */
export async function readMemory(
  archive: { readonly dir: string; readonly id: string | null },
  keys: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<CopyMemory> {
  const log = await inspectLog(archive, keys, signal);
  const register = createRegister();
  const histories = createHistories();
  const copies = new Map<string, CopyState>();
  const plainFiles = new Map<string, string>();
  let archiveId: string | null = null;
  let latestMs = Number.NEGATIVE_INFINITY;
  const stateOf = (copy: string): CopyState => {
    const known = copies.get(copy);
    if (known !== undefined) return known;
    const made: CopyState = { readings: new Map(), held: new Set(), entered: new Set() };
    copies.set(copy, made);
    return made;
  };
  for await (const item of readEntries(archive, log, signal)) {
    const { type, detail, time } = item;
    register.take(item);
    histories.take(item);
    const atMs = Date.parse(time);
    if (Number.isFinite(atMs)) {
      // The clock went back: what was entered before cannot have been later than this.
      if (atMs < latestMs)
        for (const { readings } of copies.values())
          for (const reading of readings.values()) if (reading.atMs !== null && reading.atMs > atMs) reading.atMs = atMs;
      latestMs = atMs;
    }
    if (type === 'archive-created') {
      if (typeof detail.archive === 'string') archiveId ??= detail.archive;
      if (typeof detail.markerSha256 === 'string') plainFiles.set('longplay.json', detail.markerSha256);
      if (typeof detail.readmeSha256 === 'string') plainFiles.set('README.txt', detail.readmeSha256);
      continue;
    }
    const { bag, replica, to, verdict, quarantine } = detail;
    if (type === 'replica-added' && typeof replica === 'string') copies.delete(replica);
    else if (type === 'bag-copied' && typeof replica === 'string' && typeof bag === 'string') stateOf(replica).held.add(bag);
    else if (type === 'bag-repaired' && typeof to === 'string' && typeof bag === 'string') {
      const state = stateOf(to);
      state.held.add(bag);
      if (typeof quarantine === 'string') state.entered.add(quarantine);
    } else if (type === 'file-repaired' && typeof to === 'string' && typeof quarantine === 'string') stateOf(to).entered.add(quarantine);
    else if (type === 'bag-verified' && typeof bag === 'string') {
      const state = stateOf(typeof replica === 'string' ? replica : primaryName);
      const well = verdict === 'ok';
      if (well) state.held.add(bag);
      // What could not be reached was not read.
      if (verdict !== 'unreachable') state.readings.set(bag, { atMs: Number.isFinite(atMs) ? atMs : null, well });
    }
  }
  for (const { readings } of copies.values())
    for (const reading of readings.values()) if (reading.atMs !== null && reading.atMs > nowMs) reading.atMs = null;
  const none: CopyState = { readings: new Map(), held: new Set(), entered: new Set() };
  return {
    replicas: register.replicas,
    histories,
    archiveId,
    plainFiles,
    readings: (copy) => (copies.get(copy) ?? none).readings,
    held: (copy, bag) => (copies.get(copy) ?? none).held.has(bag),
    entered: (copy) => (copies.get(copy) ?? none).entered,
    whole: !log.findings.some(({ code }) => takesEntriesAway.has(code)),
  };
}
