import { openArchive } from '../archive/layout.ts';
import { LongplayError } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { rememberCheckpoint, rememberedCheckpoint } from '../log/key-store.ts';
import type { LogAccount } from '../report/statement.ts';
import { headlineOf } from '../report/statement-words.ts';
import { standingDamage, type WatchDemands, watchReasons } from '../report/watch-reasons.ts';
import { findingEvent, type PipelineEvent } from './events.ts';
import { readAccount } from './read-account.ts';
import { heldKey } from './sign-statement.ts';

/** What a watch found. */
export interface WatchOutcome {
  /** The last success, in words. */
  readonly headline: string;
  readonly archive: string | null;
  /** Damage that stands, or a log that is not what it should be. */
  readonly damage: readonly Finding[];
  /** Reasons for which it is not watched over. */
  readonly reasons: readonly Finding[];
  /** Null where the archive cannot be reached. */
  readonly account: LogAccount | null;
}

/** What a run that was stopped left in a log is no damage. */
const leftovers = 'A113';
/** Nor is a key that took over from a lost one, for whoever holds it. */
const takenOver = 'L103';

/**
 * Looks whether an archive is verified as it should be, from its log and what this machine remembers of it. Reads no bag, writes nothing into the
 * archive, needs no key. A log that is well is remembered: so a second machine notices when an older one is put in its place.
 */
export async function* watchArchive(
  dir: string,
  demands: WatchDemands,
  { keys, now }: { readonly keys: string; readonly now: () => string },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WatchOutcome> {
  const archive = await openOrReason(dir);
  if ('kind' in archive) {
    yield findingEvent(archive);
    return { headline: 'Last success: NOT KNOWN. The archive cannot be reached.', archive: null, damage: [], reasons: [archive], account: null };
  }
  const { account, found, facts } = await readAccount(archive, keys, now(), signal);
  const mine = found.findings.some(({ code }) => code === takenOver) && typeof (await heldKey(archive.id, facts.key, keys)) !== 'string';
  const log = found.findings.filter(({ code }) => code !== leftovers && !(code === takenOver && mine));
  const damage = [...log, ...standingDamage(account)];
  if (log.length === 0 && found.checkpoint !== null) yield* remember(archive.id, found.checkpoint, keys);
  const reasons = watchReasons(account, demands);
  for (const each of [...damage, ...reasons]) yield findingEvent(each);
  return { headline: headlineOf(account.places[0]?.lastSuccess ?? null, account), archive: archive.id, damage, reasons, account };
}

/** An empty folder where a disk should be mounted is as unreachable as one that is not there. */
async function openOrReason(dir: string): Promise<Awaited<ReturnType<typeof openArchive>> | Finding> {
  try {
    return await openArchive(dir);
  } catch (error) {
    if (error instanceof LongplayError) return finding('W164', dir, error.message);
    throw error;
  }
}

/** Never an older state over a newer one: another run may have entered something meanwhile. */
async function* remember(id: string, { size, text }: { readonly size: number; readonly text: string }, keys: string): AsyncGenerator<PipelineEvent> {
  const seen = parseCheckpoint((await rememberedCheckpoint(keys, id)) ?? '');
  if (seen !== null && seen.size >= size) return;
  try {
    await rememberCheckpoint(keys, id, text);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    yield { type: 'notice', message: `What was seen of the log is not remembered on this machine: ${error.message}` };
  }
}
