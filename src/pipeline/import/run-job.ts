import { existsSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { addedAmong } from '../../archive/bag/added-digests.ts';
import { bagFormats } from '../../archive/bag/formats.ts';
import { type FormatRegister, kindsOfOriginals, type OriginalOfBag } from '../../archive/bag/originals.ts';
import { createBagDraft, finishBag, landBag } from '../../archive/bag/writer.ts';
import { draftPlace } from '../../archive/draft-place.ts';
import type { Archive } from '../../archive/layout.ts';
import { errorText, faultText } from '../../core/base/error.ts';
import { createMeter, type Meter } from '../../core/base/meter.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { tellEveryMs } from '../../core/base/ticking.ts';
import { toolName, version } from '../../core/base/version.ts';
import { createWorkCount } from '../../core/base/work-count.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { HasSound } from '../../core/model/sound.ts';
import type { Source } from '../../core/model/source.ts';
import { landingDigests } from '../../log/entries/landing.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { isFaultOfTask, WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { type Job, type PlannedBag, type PlannedRecording, readPlannedBag } from '../../store/jobs/plan.ts';
import { removeGradually } from '../../store/jobs/remove-gradually.ts';
import { createEventChannel } from '../events/event-channel.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { countCodes, countsText } from '../events/finding-counts.ts';
import { isEndedByMachine, isUnreadable } from '../files/unreadable.ts';
import { aheadFolder, type HeadStart } from '../make/head-start.ts';
import { mostUnderWay, plannedMaker, sizeClass } from '../make/make-planned.ts';
import type { RecordingResult } from '../make/make-recording.ts';
import type { StatusMoves } from '../read/status-moves.ts';
import { landedBefore } from './landed-before.ts';

/** What a run of a job did. */
export interface JobResult {
  readonly bagsLanded: number;
  readonly bagsThereBefore: number;
  readonly imported: number;
  /** Recordings that could not be imported now; each has a finding. */
  readonly notImported: number;
  /** Media that lie in the archive without a copy to hear, although they hold something. */
  readonly notPlayable: number;
  /** Media whose sound may be noise of a wrong decoding. */
  readonly doubtful: number;
  readonly audioMs: number;
  readonly bytes: number;
}

/** What a job works with. */
export interface JobTools {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly log: ArchiveLog;
  readonly pool: WorkerPool;
  /** What is known of kinds of files and codings, for the bags' formats.txt. */
  readonly register: FormatRegister;
  /** What was made of the job while it was planned; nothing where it is resumed. */
  readonly headStart: HeadStart;
  /** Digests of the manifests of new bags. */
  readonly algorithms: readonly string[];
  /** Takes what the audio made of the statuses of all recordings of the job, those of earlier runs too. */
  readonly moves: StatusMoves;
}

/** One bag is finished and synced while the next is already being filled. */
const bagsInFlight = 2;

/**
 * Makes the bags of a job that are not in the archive yet, each whole or not at all. A source that is not listed yet is listed beside, for what it says of itself.
 */
export async function* runJob(job: Job, source: Source, tools: JobTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, JobResult> {
  const channel = createEventChannel<PipelineEvent>();
  const { bags } = job.head;
  const total = bags.reduce((sum, bag) => sum + bag.recordings, 0);
  const bytesTotal = bags.reduce((sum, bag) => sum + bag.bytes, 0);
  const counts = { bagsLanded: 0, bagsThereBefore: 0, imported: 0, notImported: 0, notPlayable: 0, doubtful: 0, audioMs: 0, bytes: 0, done: 0 };
  /** Of what was made ahead: rates and remaining time are of what is made now. */
  const madeAhead = { bytes: 0, audioMs: 0 };
  const workCount = createWorkCount(tools.pool.size, { items: total, bytes: bytesTotal });
  const progress = (withWork = false): void =>
    channel.push({
      type: 'progress',
      phase: 'importing',
      done: counts.done,
      total,
      unit: 'recordings',
      bytes: counts.bytes - madeAhead.bytes,
      bytesTotal: bytesTotal - madeAhead.bytes,
      audioMs: counts.audioMs - madeAhead.audioMs,
      ...(withWork ? { work: workCount.work() } : {}),
    });
  // The first thing that makes going on senseless (no space, an abort) stops all bags in flight.
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const limitBags = pLimit(bagsInFlight);
  const [limitLarge, limitSmall] = [pLimit(mostUnderWay('large', tools.pool)), pLimit(mostUnderWay('small', tools.pool))];
  const limitFor = (planned: PlannedRecording): typeof limitLarge => (sizeClass(planned) === 'small' ? limitSmall : limitLarge);
  const { headStart } = tools;
  const { request, sourceName } = job.head;
  const make = plannedMaker({ source, pool: tools.pool, request, sourceName, addedDigests: async () => addedAmong(tools.algorithms) });
  const move = ({ recording, counted }: PlannedRecording, status: string, sound?: HasSound): void =>
    tools.moves.note(recording.reconciliation.status, status, counted, sound);

  let tellBegun = (): void => {};
  const begun = new Promise<void>((resolve) => {
    tellBegun = resolve;
  });

  const oneRecording = async (draft: string, planned: PlannedRecording, meter: Meter | undefined): Promise<RecordingResult | null> => {
    stopping.throwIfAborted();
    const folder = join(draft, 'data', planned.recordingId);
    const ahead = headStart.take(planned.recordingId, folder);
    try {
      const made = ahead === null || ahead.kind === 'gone' ? await make(planned, folder, stopping, meter) : ahead;
      if (made.kind === 'damaged still') {
        counts.notImported++;
        channel.push(findingEvent(finding('P114', made.damage.place, 'is damaged still; the archive keeps what could be read of it before')));
        return null;
      }
      const { result } = made;
      for (const found of result.findings) channel.push(findingEvent(found));
      counts.imported++;
      counts.notPlayable += result.notPlayable;
      counts.doubtful += result.doubtful;
      counts.audioMs += result.audioMs;
      counts.bytes += result.bytes;
      if (made === ahead) {
        madeAhead.bytes += result.bytes;
        madeAhead.audioMs += result.audioMs;
      }
      return result;
    } catch (error) {
      const found = stopping.aborted ? null : notImported(error, planned);
      if (found === null) throw error;
      rmSync(folder, { recursive: true, force: true });
      counts.notImported++;
      move(planned, 'unreadable-audio');
      channel.push(findingEvent(found));
      return null;
    } finally {
      if (ahead === null) counts.done++;
      tellBegun();
      progress();
    }
  };

  /** A bag's recordings without those that are in the archive: another run landed them, or another job since this one was planned. */
  const notArchived = async (bag: number): Promise<PlannedRecording[]> => {
    const absent: PlannedRecording[] = [];
    const all = await readPlannedBag(job, bag);
    using lookup = tools.catalog.lookup();
    for (const planned of all) {
      const there = lookup.newestOf(planned.recordingId);
      if (there === null) absent.push(planned);
      else move(planned, there.status, there.sound);
    }
    return absent;
  };

  const folderOf = (bag: PlannedBag): string => join(tools.archive.dir, 'bags', bag.name);
  const there = new Set<PlannedBag>(bags.filter((bag) => existsSync(folderOf(bag))));

  const oneBag = async (bag: PlannedBag, index: number): Promise<void> => {
    stopping.throwIfAborted();
    const target = folderOf(bag);
    if (there.has(bag)) {
      workCount.skip(bag.recordings, bag.bytes);
      const absent = await notArchived(index);
      const earlier = await landedBefore(target, bag, absent, tools.log.landedBags().get(bag.name) ?? null);
      for (const planned of absent) if (planned.mends !== true) move(planned, 'unreadable-audio');
      for (const found of earlier.findings) channel.push(findingEvent(found));
      counts.notImported += earlier.notImported;
      counts.notPlayable += earlier.notPlayable;
      counts.doubtful += earlier.doubtful;
      return;
    }
    const draft = join(draftPlace(tools.archive, target, join(job.folder, 'drafts'), job.head.jobId), basename(bag.name));
    const aside = putAside(draft);
    await createBagDraft(draft);
    const planned = await notArchived(index);
    const toMake = planned.filter(({ recordingId }) => !headStart.has(recordingId));
    workCount.skip(bag.recordings - toMake.length, bag.bytes - toMake.reduce((sum, one) => sum + workOf(one)[1], 0));
    for (const one of toMake) workCount.plan(...workOf(one));
    const making = new Set(toMake);
    const counted = async (one: PlannedRecording): Promise<RecordingResult | null> => {
      if (!making.has(one)) return await oneRecording(draft, one, undefined);
      // Small ones are done before anybody could ask how far they are.
      const meter = sizeClass(one) === 'small' ? undefined : createMeter();
      const end = workCount.begin(...workOf(one), meter);
      return await oneRecording(draft, one, meter).finally(end);
    };
    const [swept, ...settled] = await Promise.allSettled([
      rm(aside, { recursive: true, force: true }),
      ...planned.map((one) => limitFor(one)(() => counted(one))),
    ]);
    if (swept.status === 'rejected') throw swept.reason;
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const made = settled.flatMap((one, at) => {
      const recording = planned[at];
      return one.status === 'fulfilled' && one.value !== null && recording !== undefined ? [{ recording, result: one.value }] : [];
    });
    if (made.length === 0) {
      rmSync(draft, { recursive: true, force: true });
      return;
    }
    const files = made
      .flatMap(({ recording, result }) => result.files.map((file) => ({ ...file, path: `data/${recording.recordingId}/${file.path}` })))
      .sort((a, b) => byCodePoint(a.path, b.path));
    const info = {
      baggingDate: job.head.createdAt.slice(0, 10),
      externalIdentifier: basename(bag.name),
      description: `${made.length} recordings imported by ${job.head.importer}`,
      recordings: made.length,
      tool: toolName,
      formats: bagFormats(kindsOfOriginals(made.flatMap(originalsOf), tools.register), toolName),
    };
    await finishBag(draft, files, info, stopping, tools.algorithms);
    stopping.throwIfAborted();
    const digests = landingDigests(draft);
    const notPlayable = made.reduce((sum, { result }) => sum + result.notPlayable, 0);
    const doubtful = made.reduce((sum, { result }) => sum + result.doubtful, 0);
    const findings = countsText(countCodes(made.flatMap(({ result }) => result.findings)));
    const landing = { bag: bag.name, recordings: made.length, notPlayable, doubtful, findings, ...digests, version };
    // Before it appears: what lies there after a crash is compared with this, and never entered as it is found.
    await tools.log.append('bag-intended', landing);
    await landBag(draft, target);
    await tools.log.append('bag-landed', landing);
    tools.catalog.putBag(
      bag.name,
      made.map(({ result }) => result.entry),
    );
    for (const { recording, result } of made) move(recording, result.entry.status, result.entry.sound);
    counts.bagsLanded++;
    channel.push({ type: 'bag', bag: bag.name, recordings: made.length, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) });
  };

  const work = (async (): Promise<void> => {
    // What is to be made comes first: what was made before is only looked at.
    const numbered = bags.map((bag, index) => ({ bag, index }));
    const before = numbered.filter(({ bag }) => there.has(bag));
    counts.bagsThereBefore = before.length;
    counts.done = headStart.made + before.reduce((sum, { bag }) => sum + bag.recordings, 0);
    progress();
    const stoppingAll = async (part: Promise<void>): Promise<void> => {
      try {
        await part;
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    };
    const all = [...numbered.filter(({ bag }) => !there.has(bag)), ...before].map(({ bag, index }) =>
      limitBags(() => stoppingAll(oneBag(bag, index))),
    );
    // Not before something is made: the threads would wait for it.
    const listed = Promise.race([begun, Promise.allSettled(all)]).then(() => listAll(source, stopping));
    all.push(stoppingAll(listed));
    // What a killed run made ahead was not synced, and nobody knows any more what it was.
    if (headStart.made === 0) all.push(removeGradually(join(job.folder, aheadFolder), stopping));
    const settled = await Promise.allSettled(all);
    signal.throwIfAborted();
    if (stop.signal.aborted) throw stop.signal.reason;
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  })();
  const ticking = setInterval(() => progress(true), tellEveryMs);
  try {
    yield* channel.during(work);
  } finally {
    clearInterval(ticking);
  }
  const { done: _done, ...result } = counts;
  return result;
}

/** What a recording counts as. */
function workOf({ recording, counted }: PlannedRecording): [name: string, bytes: number] {
  return [recording.media[0]?.path ?? '', counted?.bytes ?? 0];
}

/** Gives a draft that a killed run left another name, since it may have thousands of files to delete. */
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

function originalsOf({ recording, result }: { readonly recording: PlannedRecording; readonly result: RecordingResult }): OriginalOfBag[] {
  const inBag = (path: string): string => `data/${recording.recordingId}/${path}`;
  return result.originals.map((one) => ({ ...one, path: inBag(one.path), copy: one.copy === null ? null : inBag(one.copy) }));
}

/** A trouble of this one recording as a finding; null where the whole job cannot go on. */
function notImported(error: unknown, planned: PlannedRecording): Finding | null {
  const place = planned.recording.media[0]?.path ?? planned.recording.key;
  if (error instanceof WorkerCrash)
    return finding('P111', place, `two worker threads died on it (${errorText(error)}); the recording was not imported`);
  if (isFaultOfTask(error)) return finding('M143', place, `${faultText(error)}; the recording was not imported`);
  if (isUnreadable(error)) {
    if (isEndedByMachine(error))
      return finding('P119', place, `${error.message}; the recording was not imported, the next run of the import tries it again`);
    const reason = error.cause === undefined ? '' : ` (${errorText(error.cause)})`;
    return finding('P112', place, `${baseName(place)} could not be read: ${error.message}${reason}; the recording was not imported`);
  }
  return null;
}
