import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

// A run in the process of a test leaves what the end of a process would take away, and would never show: a timer or a child for which a process of its own would wait, a listener, a
// file that is still open, a variable or a folder that the next run meets.

/** What a process holds at a moment. */
export interface Held {
  /** What keeps a process from ending, by kind. */
  readonly resources: ReadonlyMap<string, number>;
  /** Listeners of the process, by event. */
  readonly listeners: ReadonlyMap<string, number>;
  /** Open files of tests. */
  readonly files: ReadonlyMap<string, number>;
  /** Where it stands, and its environment. */
  readonly state: string;
}

/** The ports of worker threads: those of the pools that runs share stay, and the threads of one run alone end with it. */
const ofThreads = 'MessagePort';

/** What this process holds now. */
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
    // Elsewhere than on Linux nothing tells.
    return [];
  }
  return numbers.flatMap((number) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${number}`);
      return path.startsWith(`${within}/`) ? [path] : [];
    } catch {
      // The one by which the list was read.
      return [];
    }
  });
}

function counted(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** What is held now and was not before, in words. */
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

/** How long what a run began may take to end behind it: its process would wait for it as well, and end. */
const patienceMs = 60_000;
const pauseMs = 10;

/** Waits until nothing is held that was not before. @returns what is left, in words; a process of its own would not end, or would hide it by ending */
export async function leftBehind(before: Held): Promise<readonly string[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const left = more(before, heldNow());
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(pauseMs);
  }
}
