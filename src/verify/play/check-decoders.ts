import { withResult } from '../../core/base/with-result.ts';
import type { Codec } from '../../core/model/format.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { LogDetail, LogEntry } from '../../log/entries/log-entry.ts';
import { encodeStrata } from '../../log/history/strata.ts';
import { changedDecoders } from '../../media/tools/decoder-identity.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import type { CatalogContents } from '../../store/catalog/check-catalog.ts';
import { type CanaryCheck, checkCanaries } from '../checks/canaries.ts';
import { type CompareEvent, compareDecoders, playedStrata } from './compare-decoders.ts';
import type { PlayLevel } from './play-recording.ts';

/** The decoders of this machine, for runs that decode. */
export interface Decoding {
  /** Identities of the decoders, as `decoderIdentities` formats them. */
  readonly decoders: string;
  /** Folder of samples shipped with longplay. */
  readonly samples: string;
  readonly codecs: ReadonlyMap<string, Codec>;
}

/** Creates a memory that reads the log's entries for the decoders that last gave correct results. */
export function createDecoderMemory(): { take(entry: LogEntry): void; last(): string | null } {
  let last: string | null = null;
  return {
    take: ({ type, detail }) => {
      // The first run that decoded sets the reference. Later only a completed comparison changes it: an interrupted one proves nothing about new decoders.
      const isFirst = type === 'verification-started' && detail.play !== 'none' && last === null;
      const text = type === 'decoders-compared' ? detail.to : isFirst ? detail.decoders : null;
      if (typeof text === 'string') last = text;
    },
    last: () => last,
  };
}

/**
 * Tests decoders with the shipped canaries before the decoders judge recordings. Tests only the decoders of the codecs that will be decoded.
 * @param contents contents of the catalog; null: the codecs in use are unknown
 */
export function checkDecoders(
  { samples, codecs }: Decoding,
  play: PlayLevel,
  contents: Pick<CatalogContents, 'codecs'> | null,
  pool: WorkerPool,
  signal: AbortSignal,
): AsyncGenerator<Verdict, CanaryCheck> {
  return checkCanaries(samples, { pool, codecs, inPlay: codecsInPlay(play, contents) }, signal);
}

/** Returns the ids of the codecs to be decoded; among copies only Opus needs a decoder. Null: any codec. */
function codecsInPlay(play: PlayLevel, contents: Pick<CatalogContents, 'codecs'> | null): ReadonlySet<string> | null {
  return contents === null ? null : new Set(['opus', ...contents.codecs(play === 'copies')]);
}

/**
 * Compares changed decoders with the import: if a program or library has changed since the last comparison, or since the first run that decoded, decodes a
 * sample of each stratum that the changed program decodes.
 * @param changed decoders before and now; `from` null: nothing has been decoded yet
 * @param contents contents of the catalog; null: the strata are unknown, and the next run compares
 * @returns the members of the log entry; null: nothing was compared
 */
export async function* compareChanged(
  archive: { readonly dir: string },
  { from, to }: { readonly from: string | null; readonly to: Decoding },
  contents: CatalogContents | null,
  tools: { readonly pool: WorkerPool; readonly seed: string },
  signal: AbortSignal,
): AsyncGenerator<Verdict, LogDetail | null> {
  if (from === null || contents === null || changedDecoders(from, to.decoders).length === 0) return null;
  const taken = withResult(compareDecoders(archive, { from, to: to.decoders }, { ...tools, codecs: to.codecs, catalog: contents }, signal));
  for await (const event of taken) if (isVerdict(event)) yield event;
  const { strata, differences } = taken.result();
  return { from, to: to.decoders, strata: encodeStrata(playedStrata(strata)), differences };
}

function isVerdict(event: CompareEvent): event is Verdict {
  return event.kind === 'verdict';
}
