import { join } from 'node:path';
import { baggingYear } from '../../archive/bag/info.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { Codec } from '../../core/model/format.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { neededChecks } from '../../log/history/confidence.ts';
import { keyOf, type PlayedStratum, type Stratum, stratumOf } from '../../log/history/strata.ts';
import { changedDecoders, type DecoderKind } from '../../media/tools/decoder-identity.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import type { CatalogPlace } from '../../store/catalog/catalog.ts';
import type { CatalogContents } from '../../store/catalog/check-catalog.ts';
import { isPlace, playDrawn } from './play-drawn.ts';
import type { PlayChoice } from './play-recording.ts';
import { createNotes } from './played-verdicts.ts';
import { createSample, type Sample } from './sample.ts';

/** Tools of a comparison. */
export interface CompareTools {
  readonly pool: WorkerPool;
  readonly codecs: ReadonlyMap<string, Codec>;
  /** Contents of the archive's catalog, which must be consistent with its bags. */
  readonly catalog: Pick<CatalogContents, 'places'>;
  /** Recordings drawn from each stratum; smaller strata are decoded completely. The default detects 1 % with 95 % confidence. */
  readonly perStratum?: number;
  /** Determines which recordings are drawn; each comparison uses a new seed. */
  readonly seed: string;
}

/** Differences that current decoders cause in one stratum. */
export interface StratumDifferences extends Stratum {
  /** Number of the stratum's recordings in the archive. */
  readonly recordings: number;
  /** Number drawn. */
  readonly drawn: number;
  readonly same: number;
  /** Number whose samples differ within the tolerance. */
  readonly near: number;
  readonly different: number;
  readonly undecodable: number;
  /** Drawn recordings that could not be tried, because a program, a password or a file is missing, or there is nothing to decode. */
  readonly untried: number;
}

/** Progress or a result of a comparison. */
export type CompareEvent = Verdict | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly audioMs: number };

/** Result of a comparison: the members of the log entry `decoders-compared` and the report by stratum. */
export interface CompareOutcome {
  readonly from: string;
  readonly to: string;
  readonly changed: readonly DecoderKind[];
  /** Strata that the change affects, by name. */
  readonly strata: readonly StratumDifferences[];
  /** Number of recordings in strata that no changed decoder decodes. */
  readonly unconcerned: number;
  /** Number of recordings that differ or cannot be decoded. */
  readonly differences: number;
  readonly audioMs: number;
}

/** A stratum with its drawn recordings. */
interface Drawn {
  readonly stratum: Stratum;
  readonly choice: PlayChoice;
  readonly sample: Sample<Pick<CatalogPlace, 'bag' | 'recordingId'>>;
  readonly counts: { same: number; near: number; different: number; undecodable: number; untried: number };
}

/**
 * Compares changed decoders with the import: draws recordings of each stratum that a changed decoder decodes, decodes them, and compares the samples with the
 * imported ones. Does nothing if no decoder changed.
 * @param decoders decoders when the archive was last decoded, and now, as `decoderIdentities` formats them
 */
export async function* compareDecoders(
  archive: { readonly dir: string },
  { from, to }: { readonly from: string; readonly to: string },
  tools: CompareTools,
  signal: AbortSignal,
): AsyncGenerator<CompareEvent, CompareOutcome> {
  const changed = changedDecoders(from, to);
  const { strata, unconcerned } = changed.length === 0 ? { strata: [], unconcerned: 0 } : draw(archive.dir, changed, to, tools, signal);
  const all = strata.flatMap((drawn) => drawn.sample.taken.map((place) => ({ place, choice: drawn.choice, of: drawn })));
  const notes = createNotes();
  let done = 0;
  let audioMs = 0;
  for await (const played of playDrawn(archive.dir, all, { pool: tools.pool, lostPages: new Set() }, signal)) {
    played.of.counts[played.outcome]++;
    audioMs += played.audioMs;
    notes.add(played.notes);
    yield* played.verdicts;
    yield { kind: 'progress', done: ++done, total: all.length, audioMs };
  }
  yield* notes.verdicts('bags');
  const report = strata.map(({ stratum, sample, counts }) => ({ ...stratum, recordings: sample.passed, drawn: sample.taken.length, ...counts }));
  const differences = report.reduce((sum, { different, undecodable }) => sum + different + undecodable, 0);
  return { from, to, changed, strata: report, unconcerned, differences, audioMs };
}

/** Converts the strata of a comparison to those of the log, which `encodeStrata` formats. */
export function playedStrata(strata: readonly StratumDifferences[]): PlayedStratum[] {
  return strata.map(({ codec, importer, year, same, near, different, undecodable }) => {
    return { codec, importer, year, played: same + near, failed: different + undecodable, otherwise: near };
  });
}

/** Draws recordings in one pass over the catalog; memory holds only the drawn ones. */
function draw(
  dir: string,
  changed: readonly DecoderKind[],
  to: string,
  { catalog, codecs, perStratum = neededChecks(0.01, 0.95), seed }: CompareTools,
  signal: AbortSignal,
): { readonly strata: readonly Drawn[]; readonly unconcerned: number } {
  const strata = new Map<string, Drawn | null>();
  const years = new Map<string, string | null>();
  let unconcerned = 0;
  for (const place of catalog.places()) {
    signal.throwIfAborted();
    if (!isPlace(place)) continue;
    const stratum = stratumOf(place, () => yearOfImport(dir, place.bag, years));
    const key = keyOf(stratum);
    let drawn = strata.get(key);
    if (drawn === undefined) {
      const choice = choiceFor(place.codecs.split(' '), changed, to, codecs);
      drawn = choice === null ? null : { stratum, choice, sample: createSample(perStratum, seed), counts: noCounts() };
      strata.set(key, drawn);
    }
    if (drawn === null) unconcerned++;
    else drawn.sample.add(place.recordingId, place);
  }
  const sorted = [...strata].sort(([a], [b]) => byCodePoint(a, b)).flatMap(([, drawn]) => drawn ?? []);
  return { strata: sorted, unconcerned };
}

function noCounts(): Drawn['counts'] {
  return { same: 0, near: 0, different: 0, undecodable: 0, untried: 0 };
}

function yearOfImport(dir: string, bag: string, years: Map<string, string | null>): string | null {
  const known = years.get(bag);
  if (known !== undefined) return known;
  const year = baggingYear(join(dir, 'bags', bag));
  years.set(bag, year);
  return year;
}

/**
 * Returns which files of a recording with these codecs a change of decoders affects; null if none, e.g. for codecs without a decoder. longplay itself
 * identifies every file and parses every container; FFmpeg decodes Opus if libopus is missing.
 */
function choiceFor(ids: readonly string[], changed: readonly DecoderKind[], to: string, codecs: CompareTools['codecs']): PlayChoice | null {
  if (ids.every((id) => id === '' || codecs.get(id)?.decode.by === 'nobody')) return null;
  const ours = changed.includes('longplay');
  const theirs = changed.includes('FFmpeg') && ids.some((id) => codecs.get(id)?.decode.by === 'ffmpeg');
  const copies = ours || changed.includes('libopus') || (changed.includes('FFmpeg') && to.endsWith('libopus none'));
  return ours || theirs || copies ? { copies, originals: ours || theirs ? 'all' : 'none' } : null;
}
