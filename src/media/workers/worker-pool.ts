import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ErrorKind, isFault, LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Meter } from '../../core/base/meter.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { createTaskQueue, isLong } from './task-queue.ts';
import { enterThreadTime, type TimedTask, type TimedThread } from './thread-time.ts';

/** A task for a worker thread. It must be structured-cloneable. */
export interface WorkerTask {
  readonly kind: string;
}

/** A worker's answer. */
export type WorkerReply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: SentError }
  /** With `true`, the task waits for something outside the thread, which may take other tasks meanwhile; with `false`, it continues. */
  | { readonly id: number; readonly waits: boolean };

/** A message from the pool. `null` tells the worker to abort its work; `hurry` tells it that waiting tasks should no longer wait for others. */
export type WorkerRequest = { readonly id: number; readonly task: WorkerTask; readonly meter?: Meter } | 'hurry' | null;

/** An error in a form that keeps its class and members between threads. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Set for an error of the operating system, which would otherwise look like a bug. */
  readonly system: { readonly code: string; readonly errno?: number; readonly syscall?: string; readonly path?: string } | null;
  readonly longplay: { readonly kind: ErrorKind; readonly code: FindingCode; readonly hint: string; readonly cause: SentError | null } | null;
}

/** Thrown if a worker thread crashed twice during a task: native code crashed, or memory ran out. */
export class WorkerCrash extends Error {
  /** @param cause the error that ended the thread; it distinguishes a fault of the machine from a bug (`kindOfTrouble`) */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'WorkerCrash';
  }
}

/** Errors that a task threw in its thread. */
const thrownByTasks = new WeakSet<Error>();

/**
 * Returns true for a bug in the work on one task: an error thrown in its thread, or a crash of the thread. Returns false for a bug of the pool, which would be
 * reported for every file.
 */
export function isFaultOfTask(error: unknown): boolean {
  return error instanceof WorkerCrash || (error instanceof Error && thrownByTasks.has(error) && isFault(error));
}

/** Worker threads that process whole tasks. Samples never pass from thread to thread. */
export interface WorkerPool {
  readonly size: number;
  /** Starts one thread before the first task, for callers that have other work until then. */
  start(): void;
  /**
   * Starts all threads, for callers that will have work for all of them.
   * @param first initial task of each thread, e.g. loading modules; its result is ignored
   */
  startAll(first: WorkerTask): void;
  /**
   * Runs one task, which is queued while all threads are busy. Rejects with the worker's error, or with a WorkerCrash.
   * @param bytes number of bytes that the task reads, because the longest tasks begin first
   * @param meter receives the task's progress; absent: not needed
   * @param tellTime receives the thread time of the task, before the promise is fulfilled; `enterThreadTime` defines thread time
   */
  run<Result>(task: WorkerTask, bytes?: number, meter?: Meter, tellTime?: (threadMs: number) => void): Promise<Result>;
  /** Ends all threads. Unfinished tasks reject with the signal's reason or an AbortError. */
  close(): Promise<void>;
}

interface Job extends TimedTask {
  readonly id: number;
  readonly bytes: number;
  readonly task: WorkerTask;
  readonly meter: Meter | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly tellTime: ((threadMs: number) => void) | undefined;
  crashes: number;
}

interface Seat extends TimedThread {
  readonly worker: Worker;
  /** Tasks in the thread's order: the first is in progress, others may be queued after it. */
  readonly jobs: Job[];
  /** Tasks that have begun and wait for something outside the thread. */
  readonly waiting: Job[];
  /** Time at which the first of `jobs` became the first. */
  since: number;
  /** Number of tasks that may be queued after the one in progress. */
  ready: number;
}

/**
 * After a task that is shorter than this, a second task is queued in the thread, so that the thread need not wait until the main thread has processed the
 * answer. After a longer task none is queued, because it might wait while another thread is idle.
 */
const shortTaskMs = 50;
/** Largest number of queued tasks. If tasks begin to wait at once, as many are queued as should wait together. */
const mostReady = limits.togetherMedia - 1;

/** Returns the number of tasks to queue. @param ms how long the last task kept the thread, until it ended or began to wait */
function readyAfter(ms: number, waits: boolean): number {
  return waits ? Math.min(mostReady, Math.floor(shortTaskMs / ms)) : Number(ms < shortTaskMs);
}

/**
 * Starting a thread takes 150 to 250 ms of a core (2 cores of an AMD EPYC 7763, Node.js 20), as much as ten calls of 20 s. Another thread is therefore started
 * only for a long task, for this number of short tasks, or after tasks have waited for the time below. An import of a few small files, or the check of one bag,
 * uses one thread.
 */
const manyWaiting = 16;
const longWaitMs = 250;
/** Time that tasks wait while no thread has answered: the first thread is still starting, which takes longer on a busy machine, or has a long task. */
const silentWaitMs = 1_000;

/** A young generation that fits into the cache, and an old one that is collected before it grows needlessly. Samples are in neither. */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1_024 } as const;

/** Returns the default number of threads: one per core, or the user's lower limit. */
export function defaultJobs(): number {
  return Math.max(1, availableParallelism());
}

/**
 * Creates a pool of `size` threads of the script at `url`. On abort, each thread is told to stop its child processes, and is ended after at most `graceMs`. One
 * function: assigning work, taking answers, crashes and closing change one list of threads and one queue.
 */
export function createWorkerPool(url: URL, size: number, workerData: unknown, signal: AbortSignal, graceMs = 1_000): WorkerPool {
  const seats: Seat[] = [];
  const queue = createTaskQueue<Job>(({ bytes }) => bytes);
  let closed = false;
  let nextId = 1;
  /** Time since which there has always been a task that no thread could take; null if there is none. */
  let waitingSince: number | null = null;
  let anyAnswer = false;
  let laterFeed: NodeJS.Timeout | null = null;

  const hire = (): Seat => {
    const seat: Seat = { worker: new Worker(url, { workerData, resourceLimits }), jobs: [], waiting: [], since: 0, ready: 0, enteredTo: 0 };
    letGo(seat);
    seat.worker.on('message', (reply: WorkerReply) => {
      const now = performance.now();
      enterThreadTime(seat, now);
      if (!anyAnswer && waitingSince !== null) waitingSince = now;
      anyAnswer = true;
      if ('waits' in reply && !reply.waits) {
        const job = removed(seat.waiting, reply.id);
        if (job !== null) seat.jobs.unshift(job);
        seat.since = now;
        return;
      }
      const job = removed(seat.jobs, reply.id);
      seat.ready = readyAfter(now - seat.since, 'waits' in reply);
      seat.since = now;
      if ('waits' in reply && job !== null) seat.waiting.push(job);
      letGo(seat);
      // Called first, so that the thread has work while its answer is processed.
      feed();
      if (!('waits' in reply)) {
        if (job !== null) job.tellTime?.(job.threadMs);
        if (reply.ok) job?.resolve(reply.result);
        else job?.reject(thrownByTask(reply.error));
      }
      // Called after the answer has been processed, which may add another task.
      setImmediate(hurry);
    });
    seat.worker.on('error', (error: unknown) => crashed(seat, error instanceof Error ? error.message : String(error), error));
    seat.worker.on('exit', (code) => crashed(seat, `worker thread ended with code ${code}`));
    seats.push(seat);
    return seat;
  };

  /**
   * Lets the process end while the pool waits for work. A pool that is closing must keep the process alive, because a late answer would otherwise end the
   * process before the threads.
   */
  const letGo = (seat: Seat): void => {
    if (!closed && seat.jobs.length + seat.waiting.length === 0) seat.worker.unref();
  };

  /** Tells threads to hurry if all tasks have begun: waiting for further tasks is then pointless. Does nothing while tasks are still queued. */
  const hurry = (): void => {
    if (queue.length > 0 || seats.some(({ jobs }) => jobs.length > 1)) return;
    for (const { worker, waiting } of seats) if (waiting.length > 0) worker.postMessage('hurry' satisfies WorkerRequest);
  };

  const crashed = (seat: Seat, reason: string, cause?: unknown): void => {
    const at = seats.indexOf(seat);
    if (at < 0) return;
    seats.splice(at, 1);
    const waiting = seat.waiting.splice(0);
    const [job, ...ready] = seat.jobs.splice(0);
    if (closed) for (const one of [job, ...ready, ...waiting]) one?.reject(signal.reason ?? new DOMException('the pool was closed', 'AbortError'));
    else {
      // Queued tasks have done nothing. Waiting tasks did nothing when the thread crashed, unless no task was in progress.
      queue.again(job === undefined ? ready : [...waiting, ...ready]);
      for (const one of job === undefined ? waiting : [job]) {
        one.crashes++;
        // The task runs once more in a fresh thread, because another task may have caused the crash. A second crash is the task's own.
        if (one.crashes < 2) queue.again([one]);
        else one.reject(new WorkerCrash(reason, cause));
      }
    }
    feed();
  };

  /** Returns the thread with the fewest tasks among those that can queue another one. */
  const leastBusy = (): Seat | undefined => {
    const open = seats.filter(({ jobs, ready }) => jobs.length <= ready && !jobs.some(({ bytes }) => isLong(bytes)));
    return open.sort((a, b) => a.jobs.length - b.jobs.length)[0];
  };

  const mayHire = (): boolean => {
    if (seats.length === 0) return true;
    if (seats.length >= size) return false;
    const waitedMs = waitingSince === null ? 0 : performance.now() - waitingSince;
    return queue.hasLong || queue.length >= manyWaiting || waitedMs >= (anyAnswer ? longWaitMs : silentWaitMs);
  };

  const feed = (): void => {
    while (!closed && queue.length > 0) {
      const idle = seats.find(({ jobs }) => jobs.length === 0) ?? (mayHire() ? hire() : undefined);
      const seat = idle ?? leastBusy();
      const job = seat === undefined ? undefined : seat === idle ? queue.next() : queue.nextShort();
      if (seat === undefined || job === undefined) break;
      give(seat, job);
    }
    if (queue.length === 0 || closed) waitingSince = null;
    else feedLater();
  };

  /** Checks again when the present tasks have waited long. */
  const feedLater = (): void => {
    waitingSince ??= performance.now();
    if (laterFeed !== null || seats.length >= size) return;
    laterFeed = setTimeout(() => {
      laterFeed = null;
      feed();
    }, longWaitMs + 1);
    laterFeed.unref();
  };

  const give = (seat: Seat, job: Job): void => {
    const now = performance.now();
    enterThreadTime(seat, now);
    if (seat.jobs.length === 0) seat.since = now;
    seat.jobs.push(job);
    seat.worker.ref();
    const { id, task, meter } = job;
    seat.worker.postMessage({ id, task, ...(meter === undefined ? {} : { meter }) } satisfies WorkerRequest);
  };

  const close = async (): Promise<void> => {
    closed = true;
    if (laterFeed !== null) clearTimeout(laterFeed);
    signal.removeEventListener('abort', onAbort);
    for (const job of queue.clear()) job.reject(signal.reason ?? new DOMException('the pool was closed', 'AbortError'));
    await Promise.all(
      seats.map(async (seat) => {
        if (seat.jobs.length + seat.waiting.length > 0) {
          seat.worker.postMessage(null);
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, graceMs);
            seat.worker.once('message', () => {
              clearTimeout(timer);
              resolve();
            });
          });
        }
        await seat.worker.terminate();
      }),
    );
  };
  const onAbort = (): void => {
    void close();
  };
  const jobOf = (asked: Pick<Job, 'task' | 'bytes' | 'meter' | 'tellTime' | 'resolve' | 'reject'>): Job => ({
    id: nextId++,
    ...asked,
    crashes: 0,
    threadMs: 0,
  });
  signal.addEventListener('abort', onAbort, { once: true });

  return {
    size,
    start: () => {
      if (!closed && seats.length === 0) hire();
    },
    startAll: (first) => {
      const nobodyAsks = (): void => {};
      while (!closed && seats.length < size) {
        give(hire(), jobOf({ task: first, bytes: 0, meter: undefined, tellTime: undefined, resolve: nobodyAsks, reject: nobodyAsks }));
      }
    },
    run: <Result>(task: WorkerTask, bytes = 0, meter?: Meter, tellTime?: (threadMs: number) => void) =>
      new Promise<Result>((resolve, reject) => {
        if (closed || signal.aborted) {
          reject(signal.reason ?? new DOMException('the pool was closed', 'AbortError'));
          return;
        }
        // The caller names the result type that the handler of its task returns, because the thread boundary cannot transfer it.
        queue.add(jobOf({ task, bytes, meter, tellTime, resolve: resolve as (result: unknown) => void, reject }));
        feed();
      }),
    close,
  };
}

function removed(jobs: Job[], id: number): Job | null {
  const at = jobs.findIndex((job) => job.id === id);
  return at < 0 ? null : (jobs.splice(at, 1)[0] ?? null);
}

/** Converts an error to a form that can be sent to another thread. */
export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '', system: null, longplay: null };
  const { name, message, stack = '', cause } = error;
  if (!(error instanceof LongplayError)) return { name, message, stack, system: systemPart(error), longplay: null };
  const { kind, code, hint } = error;
  return { name, message, stack, system: null, longplay: { kind, code, hint, cause: cause === undefined ? null : sendError(cause) } };
}

function systemPart(error: NodeJS.ErrnoException): SentError['system'] {
  const { code, errno, syscall, path } = error;
  if (typeof code !== 'string') return null;
  return {
    code,
    ...(errno === undefined ? {} : { errno }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(path === undefined ? {} : { path }),
  };
}

function thrownByTask(sent: SentError): Error {
  const error = receiveError(sent);
  thrownByTasks.add(error);
  return error;
}

function receiveError(sent: SentError): Error {
  if (sent.longplay !== null) {
    const { kind, code, hint, cause } = sent.longplay;
    return new LongplayError(kind, code, sent.message, hint, cause === null ? undefined : receiveError(cause));
  }
  const error = Object.assign(new Error(sent.message), sent.system);
  error.name = sent.name;
  error.stack = sent.stack;
  return error;
}
