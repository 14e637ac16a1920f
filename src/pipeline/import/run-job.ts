import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { addedAmong } from '../../archive/bag/added-digests.ts';
import { bagFormats } from '../../archive/bag/formats.ts';
import { type FormatRegister, kindsOfOriginals, type OriginalOfBag } from '../../archive/bag/originals.ts';
import { payloadState } from '../../archive/bag/payload-state.ts';
import { createBagDraft, finishBag, landBag } from '../../archive/bag/writer.ts';
import { draftPlace } from '../../archive/draft-place.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, faultText } from '../../core/base/error.ts';
import type { Meter } from '../../core/base/meter.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { progressIntervalMs } from '../../core/base/progress-ticks.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { toolName, version } from '../../core/base/version.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { HasSound } from '../../core/model/sound.ts';
import type { Source } from '../../core/model/source.ts';
import { landingDigests } from '../../log/entries/landing.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { isFaultOfTask, WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { type Job, type PlannedBag, type PlannedRecording, readPlannedBag } from '../../store/jobs/plan.ts';
import { removeGradually } from '../../store/jobs/remove-gradually.ts';
import { createEventChannel } from '../events/event-channel.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { countCodes, countsText } from '../events/finding-counts.ts';
import { isEndedByMachine, isUnreadable } from '../files/unreadable.ts';
import { aheadFolder, type HeadStart } from '../make/head-start.ts';
import { type MakePlanned, mostUnderWay, plannedMaker, sizeClass } from '../make/make-planned.ts';
import type { RecordingResult } from '../make/recording-task.ts';
import type { StatusMoves } from '../read/status-moves.ts';
import type { CutsVcon } from './erased-siblings.ts';
import { JobProgress, type JobResult } from './job-progress.ts';
import { landedBefore } from './landed-before.ts';

/** Tools of a job. */
export interface JobTools {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly log: ArchiveLog;
  readonly pool: WorkerPool;
  /** Known formats and codecs, for the bags' formats.txt. */
  readonly register: FormatRegister;
  /** Recordings that were made during planning; none for a resumed job. */
  readonly headStart: HeadStart;
  /** Algorithms of the manifests of new bags. */
  readonly algorithms: readonly string[];
  /** Receives the final statuses of all recordings of the job, including those of earlier runs. */
  readonly moves: StatusMoves;
  /** As in `Making`. */
  readonly cutsVcon?: CutsVcon;
}

/** Number of bags in progress: one is finished and synced while the next is filled. */
const bagsInFlight = 2;

/**
 * Makes the bags of a job that are not in the archive yet, each whole or not at all. If the source is not listed yet, lists it at the same time, to
 * report its findings.
 */
export async function* runJob(job: Job, source: Source, tools: JobTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, JobResult> {
  return yield* new JobRun(job, source, tools, signal).run();
}

/** A recording of a bag, and the result of making it. */
interface MadeRecording {
  readonly recording: PlannedRecording;
  readonly result: RecordingResult;
}

/** One run of a job. A bag gets its name in the archive only between two log entries, and is added to the catalog after both. */
class JobRun {
  readonly #job: Job;
  readonly #source: Source;
  readonly #tools: JobTools;
  readonly #signal: AbortSignal;
  /** Stops all bags in progress at the first error that makes continuing pointless (no space, an abort). */
  readonly #stop = new AbortController();
  readonly #stopping: AbortSignal;
  readonly #channel = createEventChannel<PipelineEvent>();
  readonly #progress: JobProgress;
  readonly #make: MakePlanned;
  readonly #limitBags = pLimit(bagsInFlight);
  readonly #limitLarge: LimitFunction;
  readonly #limitSmall: LimitFunction;
  /** Bags that an earlier run landed. */
  readonly #there: ReadonlySet<PlannedBag>;
  /** Resolves once a recording was made. */
  readonly #begun: Promise<void>;
  #tellBegun: () => void = () => {};

  constructor(job: Job, source: Source, tools: JobTools, signal: AbortSignal) {
    const { bags, request, sourceName } = job.head;
    const { pool, algorithms } = tools;
    this.#job = job;
    this.#source = source;
    this.#tools = tools;
    this.#signal = signal;
    this.#stopping = AbortSignal.any([signal, this.#stop.signal]);
    this.#progress = new JobProgress(this.#channel, bags, pool.size);
    this.#make = plannedMaker({
      source,
      pool,
      request,
      sourceName,
      addedDigests: async () => addedAmong(algorithms),
      amending: { dir: tools.archive.dir, jobId: job.head.jobId },
      isSealed: tools.archive.page !== null,
      ...(tools.cutsVcon === undefined ? {} : { cutsVcon: tools.cutsVcon }),
    });
    this.#limitLarge = pLimit(mostUnderWay('large', pool));
    this.#limitSmall = pLimit(mostUnderWay('small', pool));
    this.#there = new Set(bags.filter((bag) => existsSync(this.#folderOf(bag))));
    this.#begun = new Promise<void>((resolve) => {
      this.#tellBegun = resolve;
    });
  }

  async *run(): AsyncGenerator<PipelineEvent, JobResult> {
    const work = this.#allBags();
    const ticking = setInterval(() => this.#progress.tell(true), progressIntervalMs);
    try {
      yield* this.#channel.during(work);
    } finally {
      clearInterval(ticking);
    }
    return this.#progress.result;
  }

  async #allBags(): Promise<void> {
    // Bags that must be made come first; existing ones are only checked.
    const numbered = this.#job.head.bags.map((bag, index) => ({ bag, index }));
    const before = numbered.filter(({ bag }) => this.#there.has(bag));
    const absent = numbered.filter(({ bag }) => !this.#there.has(bag));
    const { headStart } = this.#tools;
    this.#progress.begin(
      headStart.made,
      before.map(({ bag }) => bag),
    );
    const all = [...absent, ...before].map(({ bag, index }) => this.#limitBags(() => this.#orStop(this.#oneBag(bag, index))));
    // Starts after the first recording has begun, because the threads would wait for the listing otherwise.
    const listed = Promise.race([this.#begun, Promise.allSettled(all)]).then(() => listAll(this.#source, this.#stopping));
    all.push(this.#orStop(listed));
    // Recordings that a killed run made ahead were not synced, and their list is lost.
    if (headStart.made === 0) all.push(removeGradually(join(this.#job.folder, aheadFolder), this.#stopping));
    const settled = await Promise.allSettled(all);
    this.#signal.throwIfAborted();
    if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
    throwFirst(settled);
  }

  async #orStop(part: Promise<void>): Promise<void> {
    try {
      await part;
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    }
  }

  async #oneBag(bag: PlannedBag, index: number): Promise<void> {
    this.#stopping.throwIfAborted();
    if (this.#there.has(bag)) await this.#countBag(bag, index);
    else await this.#makeBag(bag, index);
  }

  /** Counts a bag that an earlier run landed, with the results of its recordings. */
  async #countBag(bag: PlannedBag, index: number): Promise<void> {
    this.#progress.skipBag(bag);
    const absent = await this.#notArchived(index);
    const earlier = await landedBefore(this.#folderOf(bag), bag, absent, this.#tools.log.landedBags().get(bag.name) ?? null);
    for (const planned of absent) if (planned.mends !== true) this.#move(planned, 'unreadable-audio');
    for (const found of earlier.findings) this.#channel.push(findingEvent(found));
    this.#progress.notImported(earlier.notImported);
    this.#progress.unheard(earlier);
  }

  /** Makes a bag as a draft and lands it. Nothing lands if none of its recordings could be made. */
  async #makeBag(bag: PlannedBag, index: number): Promise<void> {
    const { folder, head } = this.#job;
    const draft = join(draftPlace(this.#tools.archive, this.#folderOf(bag), join(folder, 'drafts'), head.jobId), basename(bag.name));
    const aside = putAside(draft);
    await createBagDraft(draft);
    const made = await this.#makeRecordings(bag, await this.#notArchived(index), { draft, aside });
    if (made.length === 0) {
      rmSync(draft, { recursive: true, force: true });
      return;
    }
    const making = this.#tools.archive.page === null ? null : randomBytes(16).toString('hex');
    const bytes = await this.#finishDraft(bag, draft, made, making);
    await this.#landBag(bag, draft, made, making);
    for (const { recording, result } of made) this.#move(recording, result.entry.status, result.entry.sound);
    this.#progress.bagLanded();
    this.#channel.push({ type: 'bag', bag: bag.name, recordings: made.length, bytes });
  }

  /**
   * Makes the recordings of a bag in its draft and, at the same time, deletes what a killed run left of the draft.
   * @returns the recordings that could be made, in the bag's order
   */
  async #makeRecordings(
    bag: PlannedBag,
    planned: readonly PlannedRecording[],
    { draft, aside }: { readonly draft: string; readonly aside: string },
  ): Promise<MadeRecording[]> {
    const toMake = new Set(planned.filter(({ recordingId }) => !this.#tools.headStart.has(recordingId)));
    this.#progress.planBag(bag, [...toMake]);
    const one = (recording: PlannedRecording): Promise<RecordingResult | null> =>
      toMake.has(recording)
        ? this.#progress.during(recording, (meter) => this.#oneRecording(draft, recording, meter))
        : this.#oneRecording(draft, recording, undefined);
    const [swept, ...settled] = await Promise.allSettled([
      rm(aside, { recursive: true, force: true }),
      ...planned.map((recording) => this.#limitFor(recording)(() => one(recording))),
    ]);
    throwFirst([swept, ...settled]);
    return settled.flatMap((end, at) => {
      const recording = planned[at];
      return end.status === 'fulfilled' && end.value !== null && recording !== undefined ? [{ recording, result: end.value }] : [];
    });
  }

  /** Makes one recording, or takes the one that was made ahead. @returns null if it cannot be imported in this run; a finding says why */
  async #oneRecording(draft: string, planned: PlannedRecording, meter: Meter | undefined): Promise<RecordingResult | null> {
    this.#stopping.throwIfAborted();
    const folder = join(draft, 'data', planned.recordingId);
    const ahead = this.#tools.headStart.take(planned.recordingId, folder);
    try {
      const made = ahead === null || ahead.kind === 'gone' ? await this.#make(planned, folder, this.#stopping, meter) : ahead;
      if (made.kind === 'damaged still') {
        this.#progress.notImported();
        this.#channel.push(
          findingEvent(finding('P114', made.damage.place, 'is still damaged; the archive keeps the part that could be read before')),
        );
        return null;
      }
      for (const found of made.result.findings) this.#channel.push(findingEvent(found));
      this.#progress.imported(made.result, made === ahead);
      return made.result;
    } catch (error) {
      const found = this.#stopping.aborted ? null : notImported(error, planned);
      if (found === null) throw error;
      rmSync(folder, { recursive: true, force: true });
      this.#progress.notImported();
      this.#move(planned, 'unreadable-audio');
      this.#channel.push(findingEvent(found));
      return null;
    } finally {
      this.#tellBegun();
      this.#progress.ended(ahead !== null);
    }
  }

  /**
   * Writes the manifests and tag files of a draft and syncs it.
   * @param making page of the keyring; null: the bag is open
   * @returns size of its payload in bytes
   */
  async #finishDraft(bag: PlannedBag, draft: string, made: readonly MadeRecording[], making: string | null): Promise<number> {
    const { head } = this.#job;
    const files = made
      .flatMap(({ recording, result }) => result.files.map((file) => ({ ...file, path: `data/${recording.recordingId}/${file.path}` })))
      .sort((a, b) => byCodePoint(a.path, b.path));
    const info = {
      baggingDate: head.createdAt.slice(0, 10),
      externalIdentifier: basename(bag.name),
      description: agree`${made.length} recording[s] ${bag.type === 'amendment' ? 'described again' : 'imported'} by ${head.importer}`,
      ...(bag.type === undefined ? {} : { type: bag.type }),
      recordings: made.length,
      tool: toolName,
      ...(making === null ? {} : { making }),
      formats: bagFormats(kindsOfOriginals(made.flatMap(originalsOf), this.#tools.register), toolName, making !== null),
    };
    await finishBag(draft, files, info, this.#stopping, this.#tools.algorithms);
    this.#stopping.throwIfAborted();
    return files.reduce((sum, file) => sum + file.sizeBytes, 0);
  }

  /**
   * Stores the secrets of a sealed bag in the keyring: after the log has announced their page, so that the log knows every page, and before the bag
   * appears.
   */
  async #keepSecrets(bag: PlannedBag, page: string, made: readonly MadeRecording[]): Promise<void> {
    const cells = new Map(
      made.map(({ recording, result }) => {
        if (result.secrets === null) throw new Error(`${recording.recordingId} was not sealed`);
        return [recording.recordingId, result.secrets];
      }),
    );
    await openKeys().addPage({ page, of: `bag ${bag.name}`, cells });
  }

  /** Lands a finished draft: the log announces it, the draft is renamed, the log records the landing, and the catalog is updated. */
  async #landBag(bag: PlannedBag, draft: string, made: readonly MadeRecording[], making: string | null): Promise<void> {
    const { log, catalog } = this.#tools;
    const digests = landingDigests(draft);
    const notPlayable = made.reduce((sum, { result }) => sum + result.notPlayable, 0);
    const doubtful = made.reduce((sum, { result }) => sum + result.doubtful, 0);
    const findings = countsText(countCodes(made.flatMap(({ result }) => result.findings)));
    // An amendment adds no recording to the archive.
    const counts: LogDetail = bag.type === 'amendment' ? { recordings: 0, amendments: made.length } : { recordings: made.length };
    const landing = { bag: bag.name, ...counts, notPlayable, doubtful, findings, ...digests, version };
    // Logged before the bag appears. After a crash the bag is compared with this entry; it is never accepted as it is found.
    await log.append('bag-intended', landing);
    if (making !== null) await this.#keepSecrets(bag, making, made);
    await landBag(draft, this.#folderOf(bag));
    await log.append('bag-landed', landing);
    catalog.putBag(
      bag.name,
      made.map(({ result }) => result.entry),
      { state: payloadState(this.#folderOf(bag)) ?? '' },
    );
  }

  /** Returns a bag's recordings that are not in the archive; another run, or another job after this one was planned, may have landed the others. */
  async #notArchived(bag: number): Promise<PlannedRecording[]> {
    const absent: PlannedRecording[] = [];
    const all = await readPlannedBag(this.#job, bag);
    using lookup = this.#tools.catalog.lookup();
    for (const planned of all) {
      const there = lookup.newestOf(planned.recordingId);
      if (there === null || there.revision <= (planned.amends?.revision ?? 0)) absent.push(planned);
      else this.#move(planned, there.status, there.sound);
    }
    return absent;
  }

  #move({ recording, counted }: PlannedRecording, status: string, sound?: HasSound): void {
    this.#tools.moves.note(recording.reconciliation.status, status, counted, sound);
  }

  #limitFor(planned: PlannedRecording): LimitFunction {
    return sizeClass(planned) === 'small' ? this.#limitSmall : this.#limitLarge;
  }

  #folderOf(bag: PlannedBag): string {
    return join(this.#tools.archive.dir, 'bags', bag.name);
  }
}

/** Throws the reason of the first rejection in the list. */
function throwFirst(settled: readonly PromiseSettledResult<unknown>[]): void {
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Renames a draft that a killed run left, because deleting thousands of files takes long. @returns the new path, which need not exist */
function putAside(draft: string): string {
  const aside = `${draft}.old`;
  if (existsSync(draft)) {
    rmSync(aside, { recursive: true, force: true });
    renameSync(draft, aside);
  }
  return aside;
}

async function listAll(source: Source, signal: AbortSignal): Promise<void> {
  for await (const _ of source.entries(signal)) return;
}

function originalsOf({ recording, result }: MadeRecording): OriginalOfBag[] {
  const inBag = (path: string): string => `data/${recording.recordingId}/${path}`;
  return result.originals.map((one) => ({ ...one, path: inBag(one.path), copy: one.copy === null ? null : inBag(one.copy) }));
}

/** Converts an error about one recording to a finding; null if the error prevents the whole job from continuing. */
function notImported(error: unknown, planned: PlannedRecording): Finding | null {
  const place = planned.recording.media[0]?.path ?? planned.recording.key;
  if (error instanceof WorkerCrash)
    return finding('P111', place, `two worker threads crashed on it (${errorText(error)}); the recording was not imported`);
  if (isFaultOfTask(error)) return finding('M143', place, `${faultText(error)}; the recording was not imported`);
  if (isUnreadable(error)) {
    if (error.code === 'P268') return finding('P268', place, `${error.message}; it was not described again`);
    if (isEndedByMachine(error))
      return finding('P119', place, `${error.message}; the recording was not imported; the next run of the import tries it again`);
    const reason = error.cause === undefined ? '' : ` (${errorText(error.cause)})`;
    return finding('P112', place, `${baseName(place)} could not be read: ${error.message}${reason}; the recording was not imported`);
  }
  return null;
}
