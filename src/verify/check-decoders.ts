import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalog } from '../catalog/catalog.ts';
import type { Codec } from '../core/format.ts';
import type { Verdict } from '../core/verdict.ts';
import type { LogEntry } from '../log/log-entry.ts';
import { changedDecoders } from '../media/decoder-identity.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { checkCanaries } from './check-canaries.ts';
import { type CompareEvent, compareDecoders, playedStrata } from './compare-decoders.ts';
import type { VerificationEntries } from './enter-verification.ts';
import { encodeStrata } from './strata.ts';

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
      const text = type === 'decoders-compared' ? detail.to : type === 'verification-started' && detail.play !== 'none' ? detail.decoders : null;
      if (typeof text === 'string') last = text;
    },
    last: () => last,
  };
}

/**
 * Looks after the decoders before they judge recordings: the canaries that ship, and, where a program or library has changed since the last
 * run that decoded, a sample of each stratum that it decodes.
 * @param before what decoded then; null: nothing has
 */
export async function* checkDecoders(
  archive: { readonly dir: string },
  { decoders, samples, codecs }: Decoding,
  before: string | null,
  tools: { readonly pool: WorkerPool; readonly entries: VerificationEntries; readonly run: string },
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const { pool, entries, run } = tools;
  const canaries = yield* checkCanaries(samples, { pool, codecs }, signal);
  await entries.add('canaries-checked', { run, ...canaries });
  const catalogFile = join(archive.dir, 'catalog.sqlite');
  // Without a catalog nothing is known of the strata; decoding all of them, as this run does by and by, tells the same.
  if (before === null || changedDecoders(before, decoders).length === 0 || !existsSync(catalogFile)) return;
  const catalog = openCatalog(catalogFile);
  try {
    const events = compareDecoders(archive, { from: before, to: decoders }, { pool, codecs, catalog, seed: run }, signal);
    let next = await events.next();
    for (; next.done !== true; next = await events.next()) if (isVerdict(next.value)) yield next.value;
    const { from, to, strata, differences } = next.value;
    await entries.add('decoders-compared', { run, from, to, strata: encodeStrata(playedStrata(strata)), differences });
  } finally {
    catalog.close();
  }
}

function isVerdict(event: CompareEvent): event is Verdict {
  return event.kind === 'verdict';
}
