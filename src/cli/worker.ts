import { parentPort, workerData } from 'node:worker_threads';
import type { MessagesTask } from '../cases/messages/prepare-messages.ts';
import { type Meter, type MeterSide, meterSide } from '../core/base/meter.ts';
import { createTurns } from '../media/decode/turns.ts';
import type { DecodeTogether } from '../media/ffmpeg/decode-together.ts';
import type { MediaTools } from '../media/tools/types.ts';
import { sendError, type WorkerReply, type WorkerRequest, type WorkerTask } from '../media/workers/worker-pool.ts';
import type { ConvertTask } from '../pipeline/convert/conversion.ts';
import type { PrepareTask, RecordingTask } from '../pipeline/make/recording-task.ts';
import type { SealTask } from '../seal/seal-task.ts';
import type { CanaryTask } from '../verify/checks/canaries.ts';
import { type CheckTask, runCheckTask } from '../verify/play/check-task.ts';
import type { PlayTask } from '../verify/play/play-task.ts';
import type { WorkerSettings } from './machine/surroundings.ts';

/** All kinds of tasks of a worker thread. */
type Task = PrepareTask | RecordingTask | ConvertTask | CheckTask | PlayTask | CanaryTask | MessagesTask | SealTask;

// Entry of a worker thread: processes tasks from `createWorkerPool` one at a time.
const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread only');
let found: Promise<MediaTools> | null = null;
let together: DecodeTogether | null = null;
/**
 * Returns the tools, which are loaded when the first task needs them: a verification without playing starts no program and loads no library or
 * format.
 */
const tools = (): Promise<MediaTools> => {
  found ??= findTools();
  return found;
};
/** Returns the tools with a progress meter. */
const toolsWith = async (meter: MeterSide | undefined): Promise<MediaTools> => {
  const all = await tools();
  return meter === undefined ? all : { ...all, meter };
};
const abort = new AbortController();
const reply = (answer: WorkerReply): void => port.postMessage(answer);
/** How long after a task another one may follow; afterwards the thread counts as idle. */
const idleMs = 30;
/** One task uses the thread at a time. */
const turns = createTurns(() => {
  const flush = (): void => {
    if (turns.idle) together?.flush();
  };
  setTimeout(flush, idleMs);
});
/** The task that has the turn. */
let current = 0;

port.on('message', (request: WorkerRequest) => {
  if (request === null) abort.abort(new DOMException('stopped', 'AbortError'));
  else if (request === 'hurry') together?.flush();
  else void turns.run(() => work(request.id, request.task, request.meter));
});

/** Lets other tasks run while the current one waits. */
async function meanwhile<Result>(outside: Promise<Result>): Promise<Result> {
  const id = current;
  reply({ id, waits: true });
  try {
    return await turns.without(outside);
  } finally {
    current = id;
    reply({ id, waits: false });
  }
}

async function findTools(): Promise<MediaTools> {
  const { mediaTools } = await import('./machine/media-tools.ts');
  const own = await mediaTools(workerData as WorkerSettings);
  if (own.ffmpeg === null) return own;
  const { createDecodeTogether } = await import('../media/ffmpeg/decode-together.ts');
  const asked = createDecodeTogether(own.ffmpeg.launch, abort.signal);
  together = asked;
  return { ...own, together: (ask) => meanwhile(asked.decode(ask)) };
}

async function work(id: number, task: WorkerTask, meter: Meter | undefined): Promise<void> {
  current = id;
  try {
    // Both ends of the channel are longplay, so `kind` determines the shape of a task.
    const result = await run(task as Task, meter === undefined ? undefined : meterSide(meter));
    reply({ id, ok: true, result });
  } catch (error) {
    reply({ id, ok: false, error: sendError(error) });
  }
}

async function loadRecordings() {
  const { makeRecording } = await import('../pipeline/make/make-recording.ts');
  return makeRecording;
}

/**
 * Runs one task. Each kind of task loads its modules once, except checks, which are small and always loaded: a verification starts without the
 * modules of an import.
 */
async function run(task: Task, meter: MeterSide | undefined): Promise<unknown> {
  switch (task.kind) {
    case 'messages': {
      const { prepareMessages } = await import('../cases/messages/prepare-messages.ts');
      return await prepareMessages(task, abort.signal);
    }
    case 'prepare':
      await Promise.all([loadRecordings(), tools()]);
      return null;
    case 'recording': {
      const makeRecording = await loadRecordings();
      return makeRecording(task, await toolsWith(meter), abort.signal);
    }
    case 'medium': {
      const [{ removeAccessCopies }, { processMedium }] = await Promise.all([
        import('../media/copy/access-copy.ts'),
        import('../media/process-medium.ts'),
      ]);
      if (task.medium.accessBase !== null) removeAccessCopies(task.medium.accessBase);
      return processMedium(task.medium, await toolsWith(meter), abort.signal);
    }
    case 'check':
      return runCheckTask(task, () => toolsWith(meter), abort.signal, meter);
    case 'play': {
      const { runPlayTask } = await import('../verify/play/play-task.ts');
      return runPlayTask(task, await tools(), abort.signal);
    }
    case 'canaries': {
      const { runCanaryTask } = await import('../verify/checks/canaries.ts');
      return runCanaryTask(task, await tools(), abort.signal);
    }
    case 'seal': {
      const { runSealTask } = await import('../seal/seal-task.ts');
      return runSealTask(task, abort.signal);
    }
    default:
      return task satisfies never;
  }
}
