import { createHash } from 'node:crypto';
import { sha256Hex } from '../core/base/identifier.ts';
import type { Verdict } from '../core/model/verdict.ts';
import { encodeStrata, type PlayedStratum, stratumOf } from '../log/history/strata.ts';
import { readCheckpoint } from '../log/keys/vouching.ts';
import { checkpointText } from '../log/tree/checkpoint.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import type { CatalogPlace } from '../store/catalog/catalog.ts';
import type { CatalogContents } from '../store/catalog/check-catalog.ts';
import type { VerificationEntries } from './enter-verification.ts';
import { type DrawnRecording, isPlace, playDrawn } from './play/play-drawn.ts';
import { choiceOf, type PlayLevel } from './play/play-recording.ts';
import { createNotes } from './play/played-verdicts.ts';
import { createSample } from './play/sample.ts';

/** A request to decode a random sample of the archive: number of recordings, and extent. */
export interface SampleRequest {
  readonly size: number;
  readonly play: Exclude<PlayLevel, 'none'>;
}

/** Result of decoding a sample. */
export interface SampleOutcome {
  /** Number of recordings with audio from which the sample was drawn. */
  readonly population: number;
  readonly drawn: number;
  /** Number that decoded as recorded, or nearly so. */
  readonly played: number;
  readonly failed: number;
  readonly untried: number;
  /** Number left untried because a program, a password or a file is missing. The other untried recordings have a codec without a known decoder. */
  readonly lacking: number;
  readonly seed: string;
}

/** The archive from which recordings are drawn. */
interface SampledArchive {
  readonly archive: { readonly dir: string };
  /** Null if the catalog cannot be relied on. */
  readonly contents: Pick<CatalogContents, 'withSound'> | null;
  /** Pages of the keyring that are lost for good, as two persons acknowledged. */
  readonly lostPages: ReadonlySet<string>;
}

/**
 * Draws random recordings from the whole archive and decodes them. The draw follows from a seed that nobody can know before the log holds the entry that begins
 * this run: the SHA-256 of the text of the log's checkpoint (origin, entries, root) after that entry. The recordings with the smallest SHA-256 of seed, line
 * feed and id are drawn. The entry `sample-drawn` records seed and population before anything is decoded, and `sample-decoded` records the result; a draw
 * without `sample-decoded` was interrupted.
 * @returns null if nothing could be drawn; the reason was reported
 */
export async function* decodeSample(
  { archive: { dir }, contents, lostPages }: SampledArchive,
  { size, play }: SampleRequest,
  { entries, run }: { readonly entries: VerificationEntries; readonly run: Readonly<Record<string, string | null>> },
  pool: WorkerPool,
  signal: AbortSignal,
): AsyncGenerator<Verdict, SampleOutcome | null> {
  await entries.flush();
  const { checkpoint } = entries.reason === null ? await readCheckpoint(dir) : { checkpoint: null };
  if (checkpoint === null || contents === null) {
    yield undrawn(
      checkpoint === null
        ? 'this verification is not entered in the log, so there is no seed that others could check'
        : 'the catalog is not reliable',
    );
    return null;
  }
  const seed = sha256Hex(checkpointText(checkpoint));
  const { sample, sha256 } = draw(contents, size, seed, signal);
  if (sample.taken.length === 0) {
    yield { ...undrawn('the catalog has no recording with audio'), severity: 'warning', verdict: 'unverifiable' };
    return null;
  }
  const drawn = sample.taken.map((place): DrawnRecording<CatalogPlace> => ({ place, choice: choiceOf(play), of: place }));
  const root = Buffer.from(checkpoint.root).toString('base64');
  await entries.add('sample-drawn', {
    ...run,
    ...{ size: checkpoint.size, root, seed, play, asked: size, drawn: drawn.length, population: sample.passed, populationSha256: sha256 },
    drawnSha256: sha256Hex(drawn.map(({ place }) => `${place.recordingId}\n`).join('')),
  });
  await entries.flush();
  const counts = { same: 0, near: 0, different: 0, undecodable: 0, untried: 0 };
  const strata: PlayedStratum[] = [];
  let lacking = 0;
  const notes = createNotes();
  for await (const { of, outcome, verdicts, notes: said, lacking: one } of playDrawn(dir, drawn, { pool, lostPages }, signal)) {
    counts[outcome]++;
    lacking += one;
    const failed = outcome === 'different' || outcome === 'undecodable';
    const played = outcome === 'same' || outcome === 'near';
    const stratum = stratumOf(of, () => null);
    strata.push({ ...stratum, played: played ? 1 : 0, failed: failed ? 1 : 0, otherwise: outcome === 'near' ? 1 : 0 });
    notes.add(said);
    yield* verdicts;
  }
  yield* notes.verdicts('bags');
  const { near, untried } = counts;
  const outcome = { drawn: drawn.length, played: counts.same + near, failed: counts.different + counts.undecodable, untried };
  await entries.add('sample-decoded', { ...run, ...outcome, otherwise: near, strata: encodeStrata(strata) });
  return { population: sample.passed, ...outcome, lacking, seed };
}

/** Draws a sample in one pass over the catalog, ordered by id, as the digest of the population requires. */
function draw(contents: Pick<CatalogContents, 'withSound'>, size: number, seed: string, signal: AbortSignal) {
  const sample = createSample<CatalogPlace>(size, seed);
  const population = createHash('sha256');
  for (const place of contents.withSound()) {
    signal.throwIfAborted();
    if (!isPlace(place)) continue;
    population.update(`${place.recordingId}\n`);
    sample.add(place.recordingId, place);
  }
  return { sample, sha256: population.digest('hex') };
}

function undrawn(why: string): Verdict {
  return { kind: 'verdict', verdict: 'unreachable', code: 'V215', path: 'bags', message: `no random sample was decoded: ${why}`, severity: 'error' };
}
