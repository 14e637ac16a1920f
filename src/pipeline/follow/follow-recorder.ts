import { LongplayError } from '../../core/base/error.ts';
import { withResult } from '../../core/base/with-result.ts';
import { finding } from '../../core/findings/finding.ts';
import { counted } from '../../core/words/quantity.ts';
import { scanSource } from '../../source/scan-source.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { importSource } from '../import/import.ts';
import type { ImportOutcome, ImportTools } from '../import/import-run.ts';
import { createFreshFindings } from './fresh-findings.ts';
import { createHeldAlarms } from './held-alarms.ts';
import { createIncompleteCalls } from './incomplete-calls.ts';
import { isRoundDue, type LandLimits, retryAfterMs } from './round-due.ts';
import { createSettledFiles } from './settled-files.ts';
import { createSilenceWatch } from './silence.ts';

/** How a recorder is followed; times in milliseconds. */
export interface FollowLimits {
  /** Time between two scans of the files. */
  readonly pollMs: number;
  /** How long the size and time of a file must stay the same before the file counts as settled. */
  readonly settleMs: number;
  /** How long audio waits for its row, a row for its audio, and a file without audio for its first packet. */
  readonly waitMs: number;
  readonly land: LandLimits;
  /** Longest expected time without a recording; null: silence is never reported. */
  readonly expectMs: number | null;
}

/** The clock of a follow run. */
export interface FollowClock {
  /** Returns the time in milliseconds of a clock that never runs backwards. */
  ms(): number;
  /** Waits for a time. If the signal is aborted, it ends early and without an error. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** State of a follow run after a scan of the files. */
export interface FollowState {
  readonly rounds: number;
  readonly failedRounds: number;
  readonly bags: number;
  readonly imported: number;
  readonly amended: number;
  /** Recordings that could not be imported, counted in every round that tried. */
  readonly notImported: number;
  readonly bytes: number;
  readonly audioMs: number;
  /** Number of files in the source at the last scan. */
  readonly files: number;
  /** Number of files that are held back. */
  readonly held: number;
  /** Age of the oldest file that is held back, in seconds. */
  readonly oldestHeldSeconds: number;
  /** Number of recordings that wait for their row or their audio. */
  readonly waiting: number;
  /** Number of finished files that the next round will find. */
  readonly pending: number;
  /** True while no recording was finished within the expected period. */
  readonly silent: boolean;
  /** True while the source or the archive cannot be used. */
  readonly failing: boolean;
  /** When a recording was last finished, ISO time; null if none was in this run. */
  readonly lastFinishedAt: string | null;
  /** Differences that were open after the last round, by code. */
  readonly alarms: Readonly<Record<string, number>>;
  /** Number of faults of the archive that the last round met, as in `ImportOutcome`. */
  readonly faults: number;
}

/** Tools of a follow run. */
export interface FollowTools extends ImportTools {
  readonly clock: FollowClock;
  /** Receives the state after each scan; awaited. */
  readonly onState?: (state: FollowState) => Promise<void>;
}

/** Largest difference of the recorder's clock that is not reported. */
const skewMs = 5 * 60_000;

/**
 * Follows a running recorder. It scans the files repeatedly and imports what is finished in rounds, each of which is an ordinary import that holds
 * the archive's lock. It ends when the signal is aborted, which is no error; the next run continues an interrupted round.
 * @throws LongplayError if the first scan of the source fails, or if an import fails with an error that time will not resolve
 */
export async function* followRecorder(
  request: JobRequest,
  archiveDir: string,
  { tools, limits }: { readonly tools: FollowTools; readonly limits: FollowLimits },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, FollowState> {
  const run = new FollowRun(request, archiveDir, tools, limits);
  yield { type: 'notice', message: run.greeting() };
  while (!signal.aborted) {
    try {
      yield* run.look(signal);
      if (run.isDue()) yield* run.round(signal);
    } catch (error) {
      if (signal.aborted) break;
      const told = run.failed(error);
      if (told !== null) yield told;
    }
    await tools.onState?.(run.state());
    await tools.clock.wait(limits.pollMs, signal);
  }
  return run.state();
}

/** State of one follow run. Its counts only grow. */
class FollowRun {
  readonly #request: JobRequest;
  readonly #archiveDir: string;
  readonly #tools: FollowTools;
  readonly #limits: FollowLimits;
  readonly #files;
  readonly #calls;
  readonly #silence;
  readonly #held = createHeldAlarms();
  readonly #isFresh = createFreshFindings();
  readonly #total = { rounds: 0, failedRounds: 0, bags: 0, imported: 0, amended: 0, notImported: 0, bytes: 0, audioMs: 0 };
  #pending = { files: 0, bytes: 0 };
  #listed = 0;
  #lastRoundMs: number | null = null;
  #retryMs: number | null = null;
  #failures = 0;
  /** True during a round: a failure is then a failure of the round. */
  #inRound = false;
  #lastFailure = '';
  #looked = false;
  #wasAhead = false;
  #wasRecognised = false;
  #lastFinishedAt: string | null = null;
  #alarms: Readonly<Record<string, number>> = {};
  #faults = 0;

  constructor(request: JobRequest, archiveDir: string, tools: FollowTools, limits: FollowLimits) {
    this.#request = request;
    this.#archiveDir = archiveDir;
    this.#limits = limits;
    // Fallback importers are left out: until the first row exists, the files alone would look like loose files and get other keys.
    const importers = tools.importers.filter(({ id, fallback }) => fallback !== true || id === request.importer);
    this.#tools = { ...tools, importers };
    const { settleMs, waitMs, expectMs } = limits;
    this.#files = createSettledFiles({ settleMs, emptyMs: Math.max(settleMs, waitMs) });
    const withoutRows = new Set(importers.filter(({ fallback }) => fallback === true).map(({ id }) => id));
    this.#calls = createIncompleteCalls({ files: this.#files, waitMs, withoutRows });
    this.#silence = createSilenceWatch(expectMs, tools.clock.ms(), request.sources.join(', '));
  }

  greeting(): string {
    const { settleMs, pollMs } = this.#limits;
    return `following ${this.#request.sources.join(', ')}: a file is finished when it has not changed for ${settleMs / 1_000} s; looking every ${pollMs / 1_000} s`;
  }

  /** Scans the files. */
  async *look(signal: AbortSignal): AsyncGenerator<PipelineEvent, void> {
    const { clock, now, clockMs } = this.#tools;
    const atMs = clock.ms();
    const { files, fresh, newestMs } = await this.#files.observe(scanSource(this.#request.sources, signal), atMs);
    this.#looked = true;
    if (this.#retryMs === null) this.#failures = 0;
    this.#listed = files;
    this.#pending = { files: this.#pending.files + fresh.files, bytes: this.#pending.bytes + fresh.bytes };
    if (fresh.recordings > 0) this.#lastFinishedAt = now();
    const wasSilent = this.#silence.isSilent();
    const silence = this.#silence.take(fresh.recordings, atMs);
    if (silence !== null) yield findingEvent(silence);
    else if (wasSilent && !this.#silence.isSilent()) yield { type: 'notice', message: 'recordings are finished again' };
    const aheadMs = newestMs === null ? 0 : newestMs - clockMs();
    if (aheadMs > skewMs && !this.#wasAhead)
      yield findingEvent(
        finding(
          'P293',
          this.#request.sources.join(', '),
          `the newest file is of ${secondOf(newestMs ?? 0)}; the clock of this machine says ${secondOf(clockMs())}`,
        ),
      );
    this.#wasAhead = aheadMs > skewMs;
    for (const found of this.#held.take(this.#files.held(), atMs)) yield findingEvent(found);
  }

  isDue(): boolean {
    const work = { ...this.#pending, waitOverMs: this.#calls.nextMs(), lastRoundMs: this.#lastRoundMs, retryMs: this.#retryMs };
    return isRoundDue(work, this.#limits.land, this.#tools.clock.ms());
  }

  /** Imports what is finished. */
  async *round(signal: AbortSignal): AsyncGenerator<PipelineEvent, void> {
    const atMs = this.#tools.clock.ms();
    this.#lastRoundMs = atMs;
    this.#inRound = true;
    this.#files.beginListing(atMs);
    this.#calls.begin(atMs);
    const running = { admit: this.#files.admit, patience: this.#calls.patience };
    const taken = withResult(importSource(this.#request, this.#archiveDir, { ...this.#tools, running }, signal));
    for await (const event of taken) if (this.#isTold(event)) yield event;
    const outcome = taken.result();
    this.#inRound = false;
    // A resumed job was planned by an earlier run, so the source must still be read.
    if (outcome.resumed) this.#retryMs = atMs;
    else {
      this.#calls.finish();
      this.#pending = { files: 0, bytes: 0 };
      this.#retryMs = null;
    }
    this.#failures = 0;
    this.#lastFailure = '';
    yield* this.#count(outcome);
  }

  /** Returns true if an event is to be reported: every round repeats the facts about the source, which are reported once. */
  #isTold(event: PipelineEvent): boolean {
    if (event.type === 'finding') return this.#isFresh(event);
    if (event.type === 'recognised' || event.type === 'claims') {
      const isFirst = !this.#wasRecognised;
      if (event.type === 'recognised') this.#wasRecognised = true;
      return isFirst;
    }
    return event.type !== 'reconciliation';
  }

  *#count(outcome: ImportOutcome): Generator<PipelineEvent, void> {
    const { imported, amended, bagsLanded, notImported, bytes, audioMs, faults, settled, reconciliation } = outcome;
    const total = this.#total;
    total.rounds++;
    total.bags += bagsLanded;
    total.imported += imported;
    total.amended += amended;
    total.notImported += notImported;
    total.bytes += bytes;
    total.audioMs += audioMs;
    this.#alarms = settled.open;
    this.#faults = faults;
    const { waiting = 0, alreadyArchived } = reconciliation;
    const value = { round: total.rounds, imported, amended, notImported, bags: bagsLanded, bytes, audioMs, alreadyArchived, waiting };
    yield { type: 'result', of: 'round', value };
    if (imported + amended + notImported === 0) return;
    const parts = [
      `imported ${counted(imported, 'recording')} in ${counted(bagsLanded, 'bag')}`,
      ...(amended > 0 ? [`described ${counted(amended, 'archived recording')} again`] : []),
      ...(notImported > 0 ? [`${counted(notImported, 'recording')} could NOT be imported`] : []),
      ...(waiting > 0 ? [`${counted(waiting, 'recording')} not complete yet`] : []),
    ];
    yield { type: 'notice', message: `${this.#tools.now()} round ${total.rounds}: ${parts.join('; ')}` };
  }

  /**
   * Notes a failure that may pass, and when the next attempt is due.
   * @returns the finding; null if the last failure was the same
   * @throws the error itself if it cannot pass, or the source was never seen
   */
  failed(error: unknown): PipelineEvent | null {
    if (!(error instanceof LongplayError) || !this.#mayPass(error)) throw error;
    this.#failures++;
    this.#total.failedRounds++;
    if (this.#inRound) this.#retryMs = this.#tools.clock.ms() + retryAfterMs(this.#failures);
    this.#inRound = false;
    const failure = `${error.code} ${error.message}`;
    if (failure === this.#lastFailure) return null;
    this.#lastFailure = failure;
    return findingEvent(finding('P292', this.#archiveDir, `${failure}; the next attempt follows`));
  }

  /** Returns true for an error that may pass: an unavailable share, a locked archive, a full disk, or a recorder without calls so far. */
  #mayPass({ kind, code }: LongplayError): boolean {
    if (kind === 'incomplete') return true;
    return this.#looked && (code === 'S101' || code === 'U112');
  }

  state(): FollowState {
    const held = this.#files.held();
    const nowMs = this.#tools.clock.ms();
    return {
      ...this.#total,
      files: this.#listed,
      held: held.length,
      oldestHeldSeconds: held.reduce((most, { sinceMs }) => Math.max(most, Math.floor((nowMs - sinceMs) / 1_000)), 0),
      waiting: this.#calls.waiting(),
      pending: this.#pending.files,
      silent: this.#silence.isSilent(),
      failing: this.#failures > 0,
      lastFinishedAt: this.#lastFinishedAt,
      alarms: this.#alarms,
      faults: this.#faults,
    };
  }
}

/** Formats a time in UTC to the second. */
function secondOf(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
