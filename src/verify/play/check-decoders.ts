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

/** What decodes on this machine, for runs that decode. */
export interface Decoding {
  /** As `decoderIdentities` words it. */
  readonly decoders: string;
  /** Folder of the samples that ship. */
  readonly samples: string;
  readonly codecs: ReadonlyMap<string, Codec>;
}

/** Follows the log for the decoders that were last known to give what they should. */
export function createDecoderMemory(): { take(entry: LogEntry): void; last(): string | null } {
  let last: string | null = null;
  return {
    take: ({ type, detail }) => {
      // The first run that decoded is the measure. After it only a comparison is: one that was stopped before it was done has shown nothing of the new decoders.
      const isFirst = type === 'verification-started' && detail.play !== 'none' && last === null;
      const text = type === 'decoders-compared' ? detail.to : isFirst ? detail.decoders : null;
      if (typeof text === 'string') last = text;
    },
    last: () => last,
  };
}

/**
 * Tries the decoders on the canaries that ship before they judge recordings: those of the codecs that will be decoded.
 * @param contents of the catalog; null: which codecs there are is not known
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

/** Copies that need a decoder are Opus. Null: any. */
function codecsInPlay(play: PlayLevel, contents: Pick<CatalogContents, 'codecs'> | null): ReadonlySet<string> | null {
  return contents === null ? null : new Set(['opus', ...contents.codecs(play === 'copies')]);
}

/**
 * Where a program or library has changed since the last comparison, or since the first run that decoded: decodes a sample of each stratum that it decodes.
 * @param changed `from` null: nothing has decoded yet
 * @param contents without a catalog nothing is known of the strata, and the next run compares
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
  const events = compareDecoders(archive, { from, to: to.decoders }, { ...tools, codecs: to.codecs, catalog: contents }, signal);
  let next = await events.next();
  for (; next.done !== true; next = await events.next()) if (isVerdict(next.value)) yield next.value;
  const { strata, differences } = next.value;
  return { from, to: to.decoders, strata: encodeStrata(playedStrata(strata)), differences };
}

function isVerdict(event: CompareEvent): event is Verdict {
  return event.kind === 'verdict';
}
