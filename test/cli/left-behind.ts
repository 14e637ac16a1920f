import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

// Resources that a run leaves in the process of a test, which the end of its own process would have removed unseen: a timer or a child that a process would wait for, a listener,
// an open file, a variable or a working folder that affects the next run.

/** State of a process at a moment. */
export interface Held {
  /** Resources that keep a process from ending, by kind. */
  readonly resources: ReadonlyMap<string, number>;
  /** Listeners of the process, by event. */
  readonly listeners: ReadonlyMap<string, number>;
  /** Open files of tests. */
  readonly files: ReadonlyMap<string, number>;
  /** Working folder and environment. */
  readonly state: string;
}

/** Ports of worker threads are excluded: those of shared pools stay, and the threads of a single run end with it. */
const ofThreads = 'MessagePort';

/** Returns the present state of this process. */
export function heldNow(): Held {
  return {
    resources: counted(process.getActiveResourcesInfo().filter((kind) => kind !== ofThreads)),
    listeners: new Map(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
    files: counted(openFiles()),
    state: JSON.stringify([process.cwd(), process.umask(), Object.entries(process.env).sort()]),
  };
}

function openFiles(): string[] {
  const within = tmpdir();
  let numbers: string[];
  try {
    numbers = readdirSync('/proc/self/fd');
  } catch {
    // Only Linux lists open files.
    return [];
  }
  return numbers.flatMap((number) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${number}`);
      return path.startsWith(`${within}/`) ? [path] : [];
    } catch {
      // The descriptor with which the list was read.
      return [];
    }
  });
}

function counted(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Describes what is held now and was not before. */
function more(before: Held, now: Held): string[] {
  const grown = (what: string, one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): string[] =>
    [...other].flatMap(([name, count]) => (count > (one.get(name) ?? 0) ? [`${count - (one.get(name) ?? 0)} ${what} ${name}`] : []));
  return [
    ...grown('more of', before.resources, now.resources),
    ...grown('more listeners of', before.listeners, now.listeners),
    ...grown('more open', before.files, now.files),
    ...(now.state === before.state ? [] : ['another folder, umask or environment']),
  ];
}

/** How long something that a run began may take to end afterwards: a process would wait for it, too. */
const patienceMs = 60_000;
const pauseMs = 10;

/** Waits until nothing is held that was not before. @returns a description of what is left; a separate process would not end because of it, or would hide it by ending */
export async function leftBehind(before: Held): Promise<readonly string[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const left = more(before, heldNow());
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(pauseMs);
  }
}
