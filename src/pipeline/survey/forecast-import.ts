import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { AccessOptions } from '../../media/tools/types.ts';
import type { PipelineEvent } from '../events/events.ts';
import type { WorkKind } from '../make/import-work.ts';
import type { OpenedSource } from '../read/open-sources.ts';
import { type Trial, type TrialTools, type Tried, tryImport } from './try-import.ts';

/** Bounds of a number. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Needs of an import for one kind of audio. */
export interface KindForecast {
  /** E.g. `G.711 mu-law in wav`; null: recordings without decodable audio. */
  readonly kind: string | null;
  readonly recordings: number;
  readonly originalBytes: number;
  readonly audioMs: number;
  /** Recordings whose duration is known only after decoding. */
  readonly openEnded: number;
  /** Recordings made for a trial, and the total number of times. */
  readonly tried: number;
  readonly copyBytes: Range;
  /** Time of one thread; null if none was tried. */
  readonly threadMs: Range | null;
}

/** Needs of an import. */
export interface ImportForecast {
  readonly access: AccessOptions;
  readonly jobs: number | null;
  readonly recordings: number;
  readonly originalBytes: number;
  readonly copyBytes: Range;
  /** `recording.json`, sources of the metadata, manifests, log, catalog, and the unused ends of files' last blocks. */
  readonly otherBytes: Range;
  readonly archiveBytes: Range;
  /** Null if nothing was tried. */
  readonly timeMs: Range | null;
  /** Why there is no time; null if there is one. */
  readonly reason: string | null;
  /** Recordings of untried kinds, which the time does not include. */
  readonly notTried: number;
  /** Recordings of unknown duration, whose copies the space does not include. */
  readonly lengthUnknown: number;
  readonly trialMs: number;
  readonly kinds: readonly KindForecast[];
}

/** Tools of a forecast. */
export interface ForecastTools extends Omit<TrialTools, 'createPool'> {
  /** Null: nothing is tried. */
  readonly createPool: TrialTools['createPool'] | null;
}

/** Share of page headers in an Ogg stream with pages of 0.2 s at 32 kbit/s: 27 bytes and a length byte for each of 10 packets, beside 800 bytes of audio. */
const oggShare = 37 / 800;
/** Opus uses fewer bits for silence and simple audio: untried copies may have this share of the nominal size. */
const leastCopyShare = 0.4;
/** Lines of a file in both manifests, with a path like `data/UUID/access-1.opus`. */
const manifestBytes = 320;
/** Unused space in a file's last block on most disks, at most. */
const blockBytes = 4_096;
/** Rows and full-text index of a recording in the catalog. */
const catalogBytes: Range = { low: 1_000, high: 4_000 };
/** `recording.json` of a recording that was not tried. */
const documentBytes: Range = { low: 4_000, high: 16_000 };
/** Time to start the program and its threads, create the archive and write the report: 0.8 s for an import of seven recordings. */
const startMs: Range = { low: 500, high: 1_000 };
/** Time to plan, sync, land and index one recording, on one thread for all. */
const landingMs: Range = { low: 0.5, high: 4 };
/** Largest useful ratio of a range. */
const widestTime = 2.5;
/** Share of the audio, or of the recordings if no duration is known: if more could not be tried, there is no forecast of the whole. */
const mostUntried = 0.1;
/** Long runs are faster than short ones: docs/reference/survey.md has measurements. */
const leastTimeShare = 0.65;
/** Share of a recording's time during which its thread started. */
const startingShare = 0.05;
/** Accuracy of the mean of a few recordings as an estimate of all. */
const spread: Range = { low: 0.8, high: 1.3 };

/** The work found by a survey, and when it began. */
interface Surveyed {
  readonly kinds: readonly WorkKind[];
  /** Time of `clock` when the survey began: an import reads the source again. */
  readonly began: number;
}

/**
 * Forecasts the needs of an import, from sums over the whole source and trials of a few recordings. Numbers are ranges: the trial
 * is short, and the archive's disk is unknown.
 */
export async function* forecastImport(
  { source, scratch }: OpenedSource,
  { kinds, began }: Surveyed,
  { site, declarations = [] }: { readonly site: string; readonly declarations?: readonly Declaration[] },
  { createPool, access, clock }: ForecastTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportForecast> {
  const readMs = clock() - began;
  const samples = kinds.reduce((sum, kind) => sum + kind.samples.length, 0);
  let tried: Tried | null = null;
  let reason = whyNothingIsTried(kinds, createPool, samples);
  if (reason === null && createPool !== null) {
    yield { type: 'progress', phase: 'trying', done: 0, total: samples, unit: 'recordings', bytes: 0, bytesTotal: null, audioMs: 0 };
    try {
      tried = await tryImport({ source, scratch }, kinds, { site, declarations }, { createPool, access, clock }, signal);
      if (tried.trials.length === 0) reason = agree`none of ${samples} recording[s] in the trial was finished in ${Math.round(tried.ms / 1_000)} s`;
    } catch (error) {
      // The survey is valid without the trial.
      if (!(error instanceof LongplayError)) throw error;
      reason = `the trial failed: ${error.code} ${error.message}`;
    }
  }
  return summed(kinds, tried, { reason, access, readMs });
}

function whyNothingIsTried(kinds: readonly WorkKind[], createPool: ForecastTools['createPool'], samples: number): string | null {
  if (createPool === null) return 'not tried, as requested';
  if (kinds.every(({ kind }) => kind === null)) return 'nothing can be decoded here, so nothing was tried';
  return samples === 0 ? 'every recording is too large for a short trial' : null;
}

function summed(
  kinds: readonly WorkKind[],
  tried: Tried | null,
  { reason, access, readMs }: { readonly reason: string | null; readonly access: AccessOptions; readonly readMs: number },
): ImportForecast {
  const told = kinds.map((kind) => kindForecast(kind, tried?.trials.filter((trial) => trial.of === kind) ?? [], access));
  const total = (pick: (kind: (typeof told)[number]) => number): number => told.reduce((sum, kind) => sum + pick(kind), 0);
  const recordings = total((kind) => kind.recordings);
  const originalBytes = total((kind) => kind.originalBytes);
  const range = (pick: (kind: (typeof told)[number]) => Range | null): Range => ({
    low: total((kind) => pick(kind)?.low ?? 0),
    high: total((kind) => pick(kind)?.high ?? 0),
  });
  const copyBytes = range((kind) => kind.copyBytes);
  const otherBytes = range((kind) => kind.otherBytes);
  const threadMs = range((kind) => kind.threadMs);
  const jobs = tried?.jobs ?? null;
  const untried = untriedShare(told);
  const whyNot = reason ?? (untried > mostUntried ? `${Math.round(untried * 100)} % of the work is of kinds that could not be tried` : null);
  return {
    access,
    jobs,
    recordings,
    originalBytes,
    copyBytes,
    otherBytes,
    archiveBytes: { low: originalBytes + copyBytes.low + otherBytes.low, high: originalBytes + copyBytes.high + otherBytes.high },
    timeMs:
      whyNot !== null || jobs === null
        ? null
        : narrowed({
            low: startMs.low + readMs / 2 + threadMs.low / jobs + landingMs.low * recordings,
            high: startMs.high + readMs * 1.5 + threadMs.high / jobs + landingMs.high * recordings,
          }),
    reason: whyNot,
    notTried: total((kind) => (kind.threadMs === null ? kind.recordings : 0)),
    lengthUnknown: total((kind) => (kind.tried === 0 ? kind.openEnded : 0)),
    trialMs: tried?.ms ?? 0,
    kinds: byKind(told.map(({ otherBytes: _otherBytes, ...kind }) => kind)),
  };
}

/** Narrows a range around its middle. */
function narrowed({ low, high }: Range): Range {
  if (high <= low * widestTime) return { low, high };
  const middle = Math.sqrt(low * high);
  return { low: middle / Math.sqrt(widestTime), high: middle * Math.sqrt(widestTime) };
}

/** Returns the share of the audio in untried kinds and durations; of the bytes if no duration is known. */
function untriedShare(kinds: readonly KindForecast[]): number {
  const heard = kinds.filter(({ kind }) => kind !== null);
  const isTimed = heard.every(({ openEnded }) => openEnded === 0);
  const sum = (some: readonly KindForecast[]): number => some.reduce((total, one) => total + (isTimed ? one.audioMs : one.originalBytes), 0);
  const all = sum(heard);
  return all === 0 ? 0 : sum(heard.filter(({ threadMs }) => threadMs === null)) / all;
}

/** Combines the duration classes of each kind. */
function byKind(kinds: readonly KindForecast[]): KindForecast[] {
  const added = new Map<string | null, KindForecast>();
  const both = (a: Range, b: Range): Range => ({ low: a.low + b.low, high: a.high + b.high });
  for (const one of kinds) {
    const before = added.get(one.kind);
    if (before === undefined) {
      added.set(one.kind, one);
      continue;
    }
    added.set(one.kind, {
      kind: one.kind,
      recordings: before.recordings + one.recordings,
      originalBytes: before.originalBytes + one.originalBytes,
      audioMs: before.audioMs + one.audioMs,
      openEnded: before.openEnded + one.openEnded,
      tried: before.tried + one.tried,
      copyBytes: both(before.copyBytes, one.copyBytes),
      threadMs: before.threadMs === null ? one.threadMs : one.threadMs === null ? before.threadMs : both(before.threadMs, one.threadMs),
    });
  }
  return [...added.values()];
}

function kindForecast(kind: WorkKind, trials: readonly Trial[], access: AccessOptions): KindForecast & { readonly otherBytes: Range } {
  const { recordings, originalBytes, audioMs, openEnded } = kind;
  const sum = (of: readonly Trial[], pick: (trial: Trial) => number): number => of.reduce((total, trial) => total + pick(trial), 0);
  // By duration if known, else by bytes, else by number: the trials represent the whole in that measure.
  const measure: [number, (trial: Trial) => number] =
    audioMs > 0 && openEnded === 0
      ? [audioMs, (trial) => trial.audioMs]
      : kind.kind !== null && originalBytes > 0
        ? [originalBytes, (trial) => trial.originalBytes]
        : [recordings, () => 1];
  const scaled = (of: readonly Trial[], pick: (trial: Trial) => number): number | null => {
    const known = sum(of, measure[1]);
    return known > 0 ? (sum(of, pick) / known) * measure[0] : null;
  };
  const warm = trials.filter(({ isFirst }) => !isFirst);
  const [fast, slow] = [scaled(warm, ({ ms }) => ms), scaled(trials, ({ ms }) => ms)];
  const copies = scaled(trials, ({ copyBytes }) => copyBytes);
  const most = nominalBytes(kind, access);
  const other = trials.length === 0 ? documentBytes : around(sum(trials, ({ otherBytes }) => otherBytes) / trials.length);
  const files = trials.length === 0 ? 3 : sum(trials, (trial) => trial.files) / trials.length;
  const kept: Range = { low: files * manifestBytes, high: files * (manifestBytes + blockBytes) };
  return {
    kind: kind.kind,
    recordings,
    originalBytes,
    audioMs,
    openEnded,
    tried: trials.length,
    copyBytes: copies === null ? { low: most * (access.format === 'wav' ? 1 : leastCopyShare), high: most } : around(copies),
    // Trials of starting threads only give an upper bound.
    threadMs:
      fast !== null
        ? { low: fast * leastTimeShare, high: fast * spread.high }
        : slow === null
          ? null
          : { low: slow * startingShare, high: slow * spread.high },
    otherBytes: { low: (other.low + kept.low + catalogBytes.low) * recordings, high: (other.high + kept.high + catalogBytes.high) * recordings },
  };
}

function around(value: number): Range {
  return { low: value * spread.low, high: value * spread.high };
}

/** Returns the largest size of the copies of these recordings. */
function nominalBytes({ channelMs, wideChannelMs, wavBytes }: WorkKind, { format, bitratePerChannel, wideBitratePerChannel }: AccessOptions): number {
  if (format === 'wav') return wavBytes;
  const millibits = (channelMs - wideChannelMs) * bitratePerChannel + wideChannelMs * (wideBitratePerChannel ?? bitratePerChannel);
  return (millibits / 8_000) * (1 + oggShare);
}
