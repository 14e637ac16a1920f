import { agree } from '../../core/base/agree.ts';
import { version } from '../../core/base/version.ts';
import { createDamagedCalls, namedIds } from '../../core/model/damaged-calls.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { logFolder } from '../../log/entries/log-entry.ts';
import { faultsText } from '../../log/history/faults.ts';
import { createStrataTally, encodeStrata } from '../../log/history/strata.ts';
import { type EntryDigest, entriesDigest, noEntriesSha256 } from '../../store/catalog/catalog-entry.ts';
import type { Examination } from './examinations.ts';
import { type BagProgress, undescribedIn } from './verify-bag.ts';

/** Totals of a verification. A verification that read nothing is never OK. */
export interface VerifyOutcome {
  readonly bags: number;
  readonly bagsWell: number;
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  /** Audio duration of the copies; if decoding was requested, of all decoded files. */
  readonly audioMs: number;
  /** Audio duration of all decoded files. */
  readonly decodedMs: number;
  /** Audio files from sources. */
  readonly media: number;
  /** Recordings that had audio when they were imported. */
  readonly sounding: number;
  /** Duration of the audio that decoded as recorded, in recordings with audio. */
  readonly soundMs: number;
  readonly errors: number;
  /** Errors about files that the system could not read; the files may be intact. */
  readonly unreachable: number;
  /** Errors about the catalog, which is derived. */
  readonly derived: number;
  /** Errors about erased recordings that exist again, or that a secret opens again. */
  readonly returned: number;
  /** Errors about a log whose end is lost: nothing can be erased before the newer log is back. */
  readonly logEndLost: number;
  readonly warnings: number;
  /** Recordings with altered or missing files. Each counts once, however many bags it is in. */
  readonly calls: number;
  /** The recordings among `calls` whose description is altered or missing and whose audio is intact. */
  readonly callsDescribed: number;
  /** Recordings that should have been decoded and could not be tried, because a program, a password or a key is missing. */
  readonly untried: number;
  /** Sealed recordings of which only the stored bytes were checked: neither their content nor the structure of their copies. */
  readonly unopened: number;
  /** Sealed recordings and amendments, among the unopened ones, whose document was opened and compared with the catalog, in this run or by an earlier one. */
  readonly described: number;
  /** Sealed recordings that were erased: only their stored bytes were checked. Each counts once, however often it was amended. */
  readonly erased: number;
  /** Sealed files that were erased alone, checked in the same way. */
  readonly erasedFiles: number;
  /** Numbers of other sealed things that were opened: kept tables, reports of imports, private details of log entries, cases. */
  readonly openedTables: number;
  readonly openedReports: number;
  readonly openedDetails: number;
  readonly openedCases: number;
  /** Number of those, and of amendments, that should have been opened and whose secrets the keyring lacks. */
  readonly closed: number;
  /**
   * Numbers of sealed recordings and of other sealed things whose secrets are lost for good, as two persons acknowledged. These recordings are in `unopened`,
   * and neither is in `untried` or `closed`.
   */
  readonly secretsLost: number;
  readonly itemsLost: number;
  /** Number of bags, among `bags`, of which every byte was compared, and whose documents and copies an earlier run examined with the same bytes. */
  readonly examinedBefore: number;
}

/** A `VerifyOutcome` under construction. */
export type Counts = { -readonly [Key in keyof VerifyOutcome]: VerifyOutcome[Key] };

/** Returns counts of zero. */
export function noCounts(): Counts {
  return {
    bags: 0,
    bagsWell: 0,
    files: 0,
    recordings: 0,
    bytes: 0,
    audioMs: 0,
    decodedMs: 0,
    media: 0,
    sounding: 0,
    soundMs: 0,
    errors: 0,
    unreachable: 0,
    derived: 0,
    returned: 0,
    logEndLost: 0,
    warnings: 0,
    calls: 0,
    callsDescribed: 0,
    untried: 0,
    unopened: 0,
    described: 0,
    erased: 0,
    erasedFiles: 0,
    openedTables: 0,
    openedReports: 0,
    openedDetails: 0,
    openedCases: 0,
    closed: 0,
    secretsLost: 0,
    itemsLost: 0,
    examinedBefore: 0,
  };
}

/** Adds a verdict to the counts. */
export function count(counts: Counts, { severity, verdict, code, path, more: times = 1 }: Verdict): void {
  if (severity === 'warning') counts.warnings += times;
  else counts.errors += times;
  if (severity === 'error' && verdict === 'unreachable') counts.unreachable += times;
  if (code === 'V106') counts.derived += times;
  if (code === 'E109' || code === 'E115') counts.returned += times;
  if (severity === 'error' && code === 'A116' && path === logFolder) counts.logEndLost += times;
}

/** Result of one bag's check, for the log. */
export interface BagResult {
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  readonly audioMs: number;
  /** `unreachable`: the only errors are files that the system could not read. */
  readonly verdict: 'ok' | 'faults' | 'unreachable';
  /** Kinds of error verdicts, with their numbers. */
  readonly faults: string;
  /** Decoding results by stratum. */
  readonly strata: string;
  /** Recordings that should have been decoded, and kept tables and amendments that should have been opened, but could not be tried. */
  readonly untried: number;
  /** The untried recordings, and the kept tables and amendments, of which the keyring lacks the secrets; absent if there are none. */
  readonly unopened?: number;
  readonly closed?: number;
  /** Number of recordings, kept tables and amendments whose secrets are lost for good, as two persons acknowledged; absent if there are none. */
  readonly acknowledged?: number;
  /** Number of recordings with faults, and the ids of the first ones (`namedIds`); absent if there are none. */
  readonly calls?: number;
  readonly damaged?: string;
  readonly lost?: string;
  /** Version of longplay that examined the bag, and digest of the bag's catalog entries, if a later run may take the results over; absent: it may not. */
  readonly examined?: string;
  readonly entriesSha256?: string;
  readonly media?: number;
  readonly sounding?: number;
}

/** Counts the recordings with faults in a run. A recording and its amendments count as one. */
export interface FaultyCalls {
  /** Adds the faulty recordings of a bag. @returns the numbers of the run so far */
  take(events: Iterable<Verdict | BagProgress>): Pick<VerifyOutcome, 'calls' | 'callsDescribed'>;
}

/** Number of recordings remembered by id; each further one counts once per bag. */
const mostKnown = 1_000_000;

export function createFaultyCalls(): FaultyCalls {
  /** Whether only the description has faults, by recording id. */
  const known = new Map<string, boolean>();
  const sum = { calls: 0, callsDescribed: 0 };
  return {
    take: (events) => {
      const calls = createDamagedCalls();
      for (const event of events) if (event.kind === 'verdict') calls.take(event);
      const described = new Set(calls.described());
      for (const id of [...calls.damaged(), ...calls.lost()]) {
        const before = known.get(id);
        const now = described.has(id);
        if (before === undefined) sum.calls++;
        if (before === undefined && now) sum.callsDescribed++;
        if (before === true && !now) sum.callsDescribed--;
        if (before !== undefined || known.size < mostKnown) known.set(id, now && before !== false);
      }
      return sum;
    },
  };
}

/**
 * Summarises the verdicts and progress of one bag. Faults of the catalog do not count for the bag.
 * @param isWhole true if the check covered everything that a later run may take over: a sealed bag that was decoded was not compared with its public documents
 * @param key key of the catalog; null: the bag is open; undefined: the bag is sealed, and the key is not known
 */
export function bagResult(events: Iterable<Verdict | BagProgress>, isWhole: boolean, key: Uint8Array | null | undefined): BagResult {
  const kinds = new Map<string, number>();
  const strata = createStrataTally();
  const calls = createDamagedCalls();
  const sum = { files: 0, recordings: 0, bytes: 0, audioMs: 0, untried: 0 };
  let [unopened, closed, acknowledged] = [0, 0, 0];
  const entries: EntryDigest[] = [];
  let taken: Examination | null = null;
  let mayBeTaken = isWhole;
  let [media, sounding, undescribed] = [0, 0, 0];
  for (const event of events) {
    if (event.kind === 'verdict') {
      calls.take(event);
      mayBeTaken = false;
      if (event.severity === 'error' && event.code !== 'V106') kinds.set(event.verdict, (kinds.get(event.verdict) ?? 0) + (event.more ?? 1));
      continue;
    }
    sum.files += event.files;
    sum.recordings += event.recordings;
    sum.bytes += event.bytes;
    sum.audioMs += event.audioMs;
    sum.untried += event.untried + event.itemsClosed;
    unopened += Math.min(event.untried, event.unopened);
    closed += event.itemsClosed;
    acknowledged += event.lost + event.itemsLost;
    undescribed += undescribedIn(event);
    for (const stratum of event.strata) strata.add(stratum, stratum);
    for (const entry of event.entries) entries.push(entry);
    taken ??= event.taken ?? null;
    media += event.media;
    sounding += event.sounding;
    if (event.isBound || (event.tablesUnread ?? 0) > 0) mayBeTaken = false;
  }
  const verdict = kinds.size === 0 ? 'ok' : kinds.size === 1 && kinds.has('unreachable') ? 'unreachable' : 'faults';
  const named = calls.size === 0 ? {} : { calls: calls.size, damaged: namedIds(calls.damaged()), lost: namedIds(calls.lost()) };
  const sealed = { ...(unopened > 0 ? { unopened } : {}), ...(closed > 0 ? { closed } : {}), ...(acknowledged > 0 ? { acknowledged } : {}) };
  // If not all documents were opened, it is not known which entries the bag demands.
  const entriesSha256 = taken?.entriesSha256 ?? (undescribed > 0 || key === undefined ? noEntriesSha256 : entriesDigest(entries, key));
  const examined = mayBeTaken ? { examined: version, media, sounding, entriesSha256 } : {};
  return { ...sum, ...sealed, verdict, faults: faultsText(kinds), strata: encodeStrata(strata.list()), ...named, ...examined };
}

/**
 * Returns true if everything was to be decoded, audio files exist, and none of them gave any audio, although there are no errors and all could be tried. Such
 * files are empty, have only headers, are silent, or were never decodable. A scheduled run decodes too few bags for this conclusion.
 */
export function isMute({ media, soundMs, errors, untried }: Pick<VerifyOutcome, 'media' | 'soundMs' | 'errors' | 'untried'>): boolean {
  return media > 0 && soundMs === 0 && errors === 0 && untried === 0;
}

/** Returns the verdict on a verification without audio. It does not count as a fault, because nothing differs from the import. @param path what was verified */
export function muteVerdict(path: string, { media, recordings, sounding, decodedMs, erasedFiles }: VerifyOutcome): Verdict {
  const had =
    sounding === 0
      ? agree`${erasedFiles > 0 ? agree`${erasedFiles} file[s] [was|were] erased, and none of the other recordings` : 'none of the recordings'} had audio when imported`
      : agree`${sounding} recording[s] had audio when imported, and none of them has a copy to decode: add --originals`;
  return errorVerdict(
    'unplayable',
    'V212',
    path,
    agree`${media} audio file[s] in ${recordings} recording[s], and none gave any audio (${Math.round(decodedMs / 100) / 10} s of silence decoded): ${had}`,
  );
}

/** Returns the totals as members of a log entry. @param plays true if files were decoded: the members about decoding are included */
export function outcomeDetail(outcome: VerifyOutcome, plays: boolean): LogDetail {
  const { bags, bagsWell, files, recordings, bytes, errors, unreachable, warnings, media, sounding, soundMs, erased, erasedFiles } = outcome;
  const { untried, closed, secretsLost, itemsLost, examinedBefore } = outcome;
  const opened = outcome.openedTables + outcome.openedReports + outcome.openedDetails + outcome.openedCases;
  return {
    bags,
    bagsWell,
    files,
    recordings,
    bytes,
    errors,
    unreachable,
    warnings,
    ...(erased > 0 ? { erased } : {}),
    ...(erasedFiles > 0 ? { erasedFiles } : {}),
    ...(opened > 0 ? { opened } : {}),
    ...(closed > 0 ? { closed } : {}),
    ...(secretsLost + itemsLost > 0 ? { acknowledged: secretsLost + itemsLost } : {}),
    ...(examinedBefore > 0 ? { examinedBefore } : {}),
    ...(plays ? { untried, media, sounding, soundMs: Math.round(soundMs) } : {}),
  };
}
