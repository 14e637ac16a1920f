import { createMeter } from '../../core/base/meter.ts';
import { createWorkCount, type WorkCount } from '../../core/base/work-count.ts';
import type { PlannedBag, PlannedRecording } from '../../store/jobs/plan.ts';
import type { EventChannel } from '../events/event-channel.ts';
import type { PipelineEvent } from '../events/events.ts';
import { sizeClass } from '../make/make-planned.ts';
import type { RecordingResult } from '../make/recording-task.ts';

/** Result of a run of a job. */
export interface JobResult {
  readonly bagsLanded: number;
  readonly bagsThereBefore: number;
  readonly imported: number;
  /** Number of archived recordings that were described again. */
  readonly amended: number;
  /** Number of recordings that could not be imported in this run; each has a finding. */
  readonly notImported: number;
  /** Number of archived media that contain data but have no playable copy. */
  readonly notPlayable: number;
  /** Number of media that may have been decoded with the wrong codec. */
  readonly doubtful: number;
  /** Length of the audio of imported recordings, without recordings that were described again. */
  readonly audioMs: number;
  readonly bytes: number;
}

/** A result of zero. */
export const noResult: JobResult = {
  bagsLanded: 0,
  bagsThereBefore: 0,
  imported: 0,
  amended: 0,
  notImported: 0,
  notPlayable: 0,
  doubtful: 0,
  audioMs: 0,
  bytes: 0,
};

/** Counts what a run of a job does, and reports its progress. Only this class changes the counts of the result. */
export class JobProgress {
  readonly #channel: EventChannel<PipelineEvent>;
  readonly #work: WorkCount;
  readonly #recordings: number;
  readonly #bytesPlanned: number;
  readonly #result = { ...noResult };
  /** Bytes read and audio decoded, for imports and amendments. */
  readonly #worked = { bytes: 0, audioMs: 0 };
  /** The same for recordings that were made ahead, which are excluded from rates and remaining time. */
  readonly #madeAhead = { bytes: 0, audioMs: 0 };
  #done = 0;

  /** Creates the counts. @param bags all bags of the job @param lanes number of threads that work on them */
  constructor(channel: EventChannel<PipelineEvent>, bags: readonly PlannedBag[], lanes: number) {
    this.#channel = channel;
    this.#recordings = bags.reduce((sum, bag) => sum + bag.recordings, 0);
    this.#bytesPlanned = bags.reduce((sum, bag) => sum + bag.bytes, 0);
    this.#work = createWorkCount(lanes, { items: this.#recordings, bytes: this.#bytesPlanned });
  }

  get result(): JobResult {
    return { ...this.#result };
  }

  /** Pushes a progress event; if `withWork`, including the work in progress. */
  tell(withWork = false): void {
    this.#channel.push({
      type: 'progress',
      phase: 'importing',
      done: this.#done,
      total: this.#recordings,
      unit: 'recordings',
      bytes: this.#worked.bytes - this.#madeAhead.bytes,
      bytesTotal: this.#bytesPlanned - this.#madeAhead.bytes,
      audioMs: this.#worked.audioMs - this.#madeAhead.audioMs,
      ...(withWork ? { work: this.#work.work() } : {}),
    });
  }

  /** Counts what needs no more work: recordings made ahead, and bags landed by earlier runs. */
  begin(madeAhead: number, before: readonly PlannedBag[]): void {
    this.#result.bagsThereBefore = before.length;
    this.#done = madeAhead + before.reduce((sum, { recordings }) => sum + recordings, 0);
    this.tell();
  }

  /** Removes a bag that an earlier run landed from the remaining work. */
  skipBag(bag: PlannedBag): void {
    this.#work.skip(bag.recordings, bag.bytes);
  }

  /** Adds a bag to the remaining work. @param toMake its recordings that are neither in the archive nor made ahead */
  planBag(bag: PlannedBag, toMake: readonly PlannedRecording[]): void {
    this.#work.skip(bag.recordings - toMake.length, bag.bytes - toMake.reduce((sum, one) => sum + bytesOf(one), 0));
    for (const one of toMake) this.#work.plan(nameOf(one), bytesOf(one));
  }

  /** Counts a recording as in progress until `make` has settled. @param make receives a meter, except for small recordings */
  async during<Result>(planned: PlannedRecording, make: (meter: ReturnType<typeof createMeter> | undefined) => Promise<Result>): Promise<Result> {
    // Small files finish before progress could be shown, so they have no meter.
    const meter = sizeClass(planned) === 'small' ? undefined : createMeter();
    const end = this.#work.begin(nameOf(planned), bytesOf(planned), meter);
    return await make(meter).finally(end);
  }

  imported(result: RecordingResult, isMadeAhead: boolean): void {
    this.unheard(result);
    this.#worked.audioMs += result.audioMs;
    this.#worked.bytes += result.bytes;
    if (result.isAmendment) this.#result.amended++;
    else {
      this.#result.imported++;
      this.#result.audioMs += result.audioMs;
      this.#result.bytes += result.bytes;
    }
    if (!isMadeAhead) return;
    this.#madeAhead.bytes += result.bytes;
    this.#madeAhead.audioMs += result.audioMs;
  }

  notImported(recordings = 1): void {
    this.#result.notImported += recordings;
  }

  /** Counts media that cannot be played, or whose audio is doubtful. */
  unheard({ notPlayable, doubtful }: Pick<JobResult, 'notPlayable' | 'doubtful'>): void {
    this.#result.notPlayable += notPlayable;
    this.#result.doubtful += doubtful;
  }

  /** Counts a recording as ended, imported or not. A recording that was made ahead was counted at the beginning. */
  ended(isMadeAhead: boolean): void {
    if (!isMadeAhead) this.#done++;
    this.tell();
  }

  bagLanded(): void {
    this.#result.bagsLanded++;
  }
}

function nameOf({ recording }: PlannedRecording): string {
  return recording.media[0]?.path ?? '';
}

function bytesOf({ counted }: PlannedRecording): number {
  return counted?.bytes ?? 0;
}
