import { parentPort, workerData } from 'node:worker_threads';
import { limits } from '../core/limits.ts';
import type { DecodeAhead } from '../media/decode-ahead.ts';
import type { MediaTools, MediumTask } from '../media/types.ts';
import { sendError, type WorkerReply, type WorkerRequest, type WorkerTask } from '../media/worker-pool.ts';
import type { ConvertTask } from '../pipeline/convert.ts';
import type { PrepareTask, RecordingTask } from '../pipeline/make-recording.ts';
import type { CanaryTask } from '../verify/check-canaries.ts';
import { type CheckTask, runCheckTask } from '../verify/check-task.ts';
import type { PlayTask } from '../verify/play-task.ts';
import type { WorkerSettings } from './surroundings.ts';

/** Every kind of task that a worker thread takes. */
type Task = PrepareTask | RecordingTask | ConvertTask | CheckTask | PlayTask | CanaryTask;

// The entry of a worker thread: takes tasks one at a time from `createWorkerPool`.
const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread only');
let found: Promise<MediaTools> | null = null;
let ahead: DecodeAhead | null = null;
/** Loaded with the first recording. */
let mediaTasks: ((task: RecordingTask) => readonly MediumTask[]) | null = null;
/** Looked for when the first task needs them: a verification that plays nothing starts no program and loads no library and no format. */
const tools = (): Promise<MediaTools> => {
  found ??= findTools();
  return found;
};
const abort = new AbortController();
const reply = (answer: WorkerReply): void => port.postMessage(answer);
/** Tasks that lie ready behind the one under way. */
const waiting: NonNullable<WorkerRequest>[] = [];
let busy = false;

port.on('message', async (request: WorkerRequest) => {
  if (request === null) {
    abort.abort(new DOMException('stopped', 'AbortError'));
    return;
  }
  waiting.push(request);
  if (busy) return;
  busy = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next.id, next.task);
  busy = false;
});

async function findTools(): Promise<MediaTools> {
  const { mediaTools } = await import('./context.ts');
  const own = await mediaTools(workerData as WorkerSettings);
  if (own.ffmpeg === null) return own;
  const { createDecodeAhead } = await import('../media/decode-ahead.ts');
  ahead = createDecodeAhead(own, own.ffmpeg, () => waiting.flatMap(({ task }) => mediaOf(task as Task)));
  return { ...own, ffmpeg: { ...own.ffmpeg, ahead: ahead.decode } };
}

/** The media that a waiting task will decode. */
function mediaOf(task: Task): readonly MediumTask[] {
  if (task.kind === 'medium') return [task.medium];
  return task.kind === 'recording' && mediaTasks !== null ? mediaTasks(task).filter(({ accessBase }) => accessBase !== null) : [];
}

async function work(id: number, task: WorkerTask): Promise<void> {
  try {
    // Both ends of the thread are ours: `kind` decides the rest.
    const result = await run(task as Task);
    const many = (task.kind === 'recording' || task.kind === 'medium') && ahead?.isAskedOften() === true;
    reply({ id, ok: true, result, ...(many ? { ready: limits.aheadMedia - 1 } : {}) });
  } catch (error) {
    reply({ id, ok: false, error: sendError(error) });
  }
}

async function loadRecordings() {
  const { makeRecording, mediumTasks } = await import('../pipeline/make-recording.ts');
  mediaTasks = mediumTasks;
  return makeRecording;
}

/** Each kind loads what it needs, once, but for checks, which are small and wait for nothing: a verification starts without all that an import takes. */
async function run(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'prepare':
      await Promise.all([loadRecordings(), tools()]);
      return null;
    case 'recording': {
      const makeRecording = await loadRecordings();
      return makeRecording(task, await tools(), abort.signal);
    }
    case 'medium': {
      const [{ removeAccessCopies }, { processMedium }] = await Promise.all([
        import('../media/access-copy.ts'),
        import('../media/process-medium.ts'),
      ]);
      if (task.medium.accessBase !== null) removeAccessCopies(task.medium.accessBase);
      return processMedium(task.medium, await tools(), abort.signal);
    }
    case 'check':
      return runCheckTask(task, tools, abort.signal);
    case 'play': {
      const { runPlayTask } = await import('../verify/play-task.ts');
      return runPlayTask(task, await tools(), abort.signal);
    }
    case 'canaries': {
      const { runCanaryTask } = await import('../verify/check-canaries.ts');
      return runCanaryTask(task, await tools(), abort.signal);
    }
    default:
      return task satisfies never;
  }
}
