import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { AccessOptions } from '../../media/tools/types.ts';
import type { PipelineEvent } from '../events/events.ts';
import type { WorkKind } from '../make/import-work.ts';
import type { OpenedSource } from '../read/open-sources.ts';
import { type Trial, type TrialTools, type Tried, tryImport } from './try-import.ts';

/** Range of an estimated number. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What an import needs for one kind of audio. */
export interface KindForecast {
  /** E.g. `G.711 mu-law in wav`; null: recordings without decodable audio. */
  readonly kind: string | null;
  readonly recordings: number;
  readonly originalBytes: number;
  readonly audioMs: number;
  /** Number of recordings whose duration is known only after decoding. */
  readonly openEnded: number;
  /** Number of recordings that were made in a trial; how often they were made in total. */
  readonly tried: number;
  readonly copyBytes: Range;
  /** Time of one thread; null if no recording was tried. */
  readonly threadMs: Range | null;
}

/** What an import needs. */
export interface ImportForecast {
  readonly access: AccessOptions;
  readonly jobs: number | null;
  readonly recordings: number;
  readonly originalBytes: number;
  readonly copyBytes: Range;
  /** Size of `recording.json`, sources of the metadata, manifests, log, catalog, and the unused ends of files' last blocks. */
  readonly otherBytes: Range;
  readonly archiveBytes: Range;
  /** Duration of the import; null if nothing was tried. */
  readonly timeMs: Range | null;
  /** Why no duration is given; null if one is. */
  readonly reason: string | null;
  /** Number of recordings of kinds that were not tried, which the duration does not include. */
  readonly notTried: number;
  /** Number of recordings of unknown duration, whose copies the size does not include. */
  readonly lengthUnknown: number;
  readonly trialMs: number;
  readonly kinds: readonly KindForecast[];
}

/** What a forecast needs. */
export interface ForecastTools extends Omit<TrialTools, 'createPool'> {
  /** Creates threads for a trial; null: nothing is tried. */
  readonly createPool: TrialTools['createPool'] | null;
}

/**
 * Size of the page headers of an Ogg stream in relation to its audio, with pages of 0.2 s at 32 kbit/s: 27 bytes, and a length byte for each of 10
 * packets, for 800 bytes of audio.
 */
const oggShare = 37 / 800;
/** Opus uses fewer bits for silence and simple audio: copies of kinds that were not tried may have only this share of the nominal size. */
const leastCopyShare = 0.4;
/** Size of the lines of a file in both manifests, with a path like `data/UUID/access-1.opus`. */
const manifestBytes = 320;
/** Largest unused space in a file's last block, on most disks. */
const blockBytes = 4_096;
/** Size of the rows and the full-text index of a recording in the catalog. */
const catalogBytes: Range = { low: 1_000, high: 4_000 };
/** Size of `recording.json` of a recording that was not tried. */
const documentBytes: Range = { low: 4_000, high: 16_000 };
/** Time to start the program and its threads, create the archive and write the report; an import of seven recordings takes 0.8 s for this. */
const startMs: Range = { low: 500, high: 1_000 };
/** Time to plan, sync, land and index one recording, which one thread does for all. */
const landingMs: Range = { low: 0.5, high: 4 };
/** Largest useful ratio between the ends of a range. */
const widestTime = 2.5;
/**
 * Largest share of the audio, or of the recordings if no duration is known, that may be untried. If more is untried, there is no forecast of the
 * whole.
 */
const mostUntried = 0.1;
/**
 * Smallest ratio of the time of a long run to that forecast from short ones, because long runs are faster: docs/reference/survey.md has measurements.
 */
const leastTimeShare = 0.65;
/** Share of a recording's time that its thread may have spent on starting. */
const startingShare = 0.05;
/** How far the mean of a few recordings may be from the mean of all. */
const spread: Range = { low: 0.8, high: 1.3 };

/** The work that a survey found, and when the survey began. */
interface Surveyed {
  readonly kinds: readonly WorkKind[];
  /** Value of `clock` when the survey began: an import reads the source again, which takes as long. */
  readonly began: number;
}

/**
 * Forecasts what an import needs, from sums over the whole source and a trial of a few recordings. The results are ranges, because the trial is short
 * and the archive's disk is unknown.
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

/** Returns the share of the audio with untried kinds and durations; if no duration is known, the share of the bytes. */
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
  // The trials represent the whole in proportion to duration if known, otherwise to bytes, otherwise to number.
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
    // If threads started in all trials, these give only an upper bound.
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

/** Returns the nominal, i.e. largest, size of the copies of these recordings. */
function nominalBytes({ channelMs, wideChannelMs, wavBytes }: WorkKind, { format, bitratePerChannel, wideBitratePerChannel }: AccessOptions): number {
  if (format === 'wav') return wavBytes;
  const millibits = (channelMs - wideChannelMs) * bitratePerChannel + wideChannelMs * (wideBitratePerChannel ?? bitratePerChannel);
  return (millibits / 8_000) * (1 + oggShare);
}
