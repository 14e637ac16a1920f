import { createLandings, type LandingHistory } from '../../archive/bag/landing.ts';
import { bagsUnreachable, isBare } from '../../archive/bag-folders.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { isHarmless } from '../../log/entries/harmless.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { rememberCheckpoint, rememberedCheckpoint } from '../../log/keys/key-store.ts';
import { type PlaceDemands, placeFindings, rememberPlace } from '../../log/keys/known-places.ts';
import { parseCheckpoint } from '../../log/tree/checkpoint.ts';
import type { LogAccount } from '../../report/statement/statement.ts';
import { standingDamage, type WatchDemands, watchReasons } from '../../report/statement/watch-reasons.ts';
import { headlineOf } from '../../report/statement/words.ts';
import { findingEvent, type PipelineEvent, verdictEvent } from '../events/events.ts';
import { createKeyringCheck, type KeyringPlaces } from './archive-keyring.ts';
import { isUnreadable, type ReadAccount, readAccount } from './read-account.ts';

/** Result of a watch. */
export interface WatchOutcome {
  /** Line about the last success. */
  readonly headline: string;
  readonly archive: string | null;
  /** Unrepaired damage, or a log that differs from what it should be. */
  readonly damage: readonly Finding[];
  /** Reasons why the archive is not verified as required. */
  readonly reasons: readonly Finding[];
  /** Limitations of the watch itself. */
  readonly warnings: readonly Finding[];
  /** Null if the archive cannot be reached. */
  readonly account: LogAccount | null;
}

/** Codes of damage among those about sealing: a keyring or its recovery is damaged, has lost pages, or was replaced by an older state; something is in clear again. */
const damagedSealing = new Set(['K103', 'K128', 'K131', 'K137', 'K217']);

/** Checks besides that of the log. */
export interface FurtherChecks {
  take(entry: LogEntry): void;
  /** Yields the findings of these checks. @param whole false: entries of the log are damaged or lost */
  look(archive: Pick<Archive, 'dir' | 'id' | 'page' | 'isBeingSealed'>, whole: boolean, signal: AbortSignal): AsyncIterable<Finding>;
}

/**
 * Checks whether an archive is verified as required, from its log and this machine's memory of the log; also checks the page of its viewer, its
 * cases, and the keyring of a sealed archive. Reads no bag, writes nothing into the archive, and needs no key. Remembers an intact log, so that a
 * second machine notices if an older one replaces it.
 */
export async function* watchArchive(
  dir: string,
  demands: WatchDemands,
  { around, place = {}, ...places }: KeyringPlaces & { readonly around: FurtherChecks; readonly place?: PlaceDemands },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WatchOutcome> {
  const { keys, now } = places;
  const archive = await openOrReason(dir);
  if ('kind' in archive) {
    yield findingEvent(archive);
    return { ...nothingKnown('The archive cannot be reached.'), archive: null, reasons: [archive] };
  }
  const landings = createLandings();
  const keyring = createKeyringCheck(places);
  const take = (entry: LogEntry): void => {
    landings.take(entry);
    keyring.take(entry);
    around.take(entry);
  };
  const read = await readOrReason(archive, keys, now(), take, signal);
  if ('kind' in read) {
    yield findingEvent(read);
    return { ...nothingKnown('Its log cannot be read.'), archive: archive.id, reasons: [read] };
  }
  const { account, found, judged } = read;
  const { findings, behind, mine } = judged;
  const log = findings.filter((one) => !isHarmless(one, mine));
  const seen = { id: archive.id, bags: landings.bags.size };
  const elsewhere = await placeFindings(keys, archive.dir, seen, place);
  const watched = await keyring.look(archive, signal);
  const beside: Finding[] = [...(watched?.findings ?? [])];
  for await (const one of around.look(archive, log.length === 0, signal)) beside.push(one);
  const isWarning = ({ code }: Finding): boolean => findingTable.get(code)?.severity === 'warning';
  // An overdue action is no damage, and neither is a keyring that needs attention.
  const isReason = ({ code }: Finding): boolean => code === 'W180' || (code.startsWith('K') && !damagedSealing.has(code));
  const errors = beside.filter((one) => !isWarning(one));
  const damage = [...elsewhere, ...log, ...errors.filter((one) => !isReason(one)), ...standingDamage(account)];
  const unremembered = log.length + elsewhere.length === 0 && found.checkpoint !== null ? await remember(archive.id, found.checkpoint, keys) : [];
  if (log.length + elsewhere.length === 0) {
    await rememberPlace(keys, archive.dir, seen);
    await keyring.remember(archive, watched);
  }
  const reasons = [...bareReason(archive.dir, landings.bags), ...watchReasons(account, demands), ...errors.filter(isReason)];
  const warnings = [...beside.filter(isWarning), ...unremembered];
  for (const each of [...damage, ...reasons, ...warnings]) yield findingEvent(each);
  if (behind !== null) yield verdictEvent(behind);
  const headline = headlineOf(account.places[0]?.lastSuccess ?? null, account);
  return { headline, archive: archive.id, damage, reasons, warnings: [...warnings, ...behindFindings(behind)], account };
}

/** Returns the warning about a replica that is behind as `WatchOutcome` lists warnings. */
function behindFindings(behind: Verdict | null): Finding[] {
  return behind === null ? [] : [finding(behind.code, behind.path, behind.message)];
}

function nothingKnown(why: string): Pick<WatchOutcome, 'headline' | 'damage' | 'warnings' | 'account'> {
  return { headline: `Last success: NOT KNOWN. ${why}`, damage: [], warnings: [], account: null };
}

/** Opens an archive, or returns the reason why it is unreachable. An empty mount point is as unreachable as a missing folder. */
async function openOrReason(dir: string): Promise<Awaited<ReturnType<typeof openArchive>> | Finding> {
  try {
    return await openArchive(dir, 'any-stage');
  } catch (error) {
    if (error instanceof LongplayError) return finding('W164', dir, error.message);
    throw error;
  }
}

/** Reports an archive without any bag, from a listing: it has nothing to verify, whatever the log says about earlier readings. */
function bareReason(dir: string, landed: ReadonlyMap<string, LandingHistory>): Finding[] {
  const count = [...landed.values()].filter(({ deleted }) => !deleted).length;
  return count > 0 && isBare(dir) ? [finding('W164', dir, bagsUnreachable(dir, count).message)] : [];
}

async function readOrReason(
  archive: Archive,
  keys: string,
  now: string,
  also: (entry: LogEntry) => void,
  signal: AbortSignal,
): Promise<ReadAccount | Finding> {
  try {
    return await readAccount(archive, keys, now, signal, also);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return finding('W164', 'log', `it cannot be read: ${errorText(error)}`);
  }
}

/** Remembers a state of the log. Never replaces a newer state by an older one, because another run may have logged something meanwhile. */
async function remember(id: string, { size, text }: { readonly size: number; readonly text: string }, keys: string): Promise<Finding[]> {
  const seen = parseCheckpoint((await rememberedCheckpoint(keys, id)) ?? '');
  if (seen !== null && seen.size >= size) return [];
  try {
    await rememberCheckpoint(keys, id, text);
    return [];
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    return [finding('W170', keys, error.message)];
  }
}
