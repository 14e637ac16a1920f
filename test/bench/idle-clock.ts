import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

// Loaded before a program (`node --import`): gives the program a clock that runs as on an otherwise idle machine. Between two readings the clock advances by the CPU time of the
// busiest thread or by that of all threads and children divided by the cores, whichever is larger; time used by other programs is not counted. The program's output on stderr,
// which appears to the program as a terminal, is recorded with that time.

/** Number of cores that the clock assumes. */
const cores = 2;
/** The clock is read no more often than this; a reading costs a tenth of a millisecond. */
const lookEveryMs = 20;
/** A tick of /proc/PID/stat (proc(5), sysconf _SC_CLK_TCK), in ms. */
const tickMs = 10;

const file = process.env.LONGPLAY_BENCH_STAMPS;
if (isMainThread && file !== undefined) {
  let clock = 0;
  let before = cpuTimes();
  const realNow = performance.now.bind(performance);
  let lookedAt = Number.NEGATIVE_INFINITY;
  const now = (): number => {
    if (realNow() - lookedAt < lookEveryMs) return clock;
    lookedAt = realNow();
    const times = cpuTimes();
    let [most, all] = [0, 0];
    for (const [id, ms] of times) {
      const used = ms - (before.get(id) ?? 0);
      all += used;
      if (id !== 'children') most = Math.max(most, used);
    }
    before = times;
    clock += Math.max(most, all / cores);
    return clock;
  };
  performance.now = now;
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text: string | Uint8Array): boolean => {
    appendFileSync(file, `${JSON.stringify({ now: now(), text: String(text) })}\n`);
    return write(text);
  };
  Object.defineProperties(process.stderr, { isTTY: { value: true }, columns: { value: 80 } });
  process.on('exit', () => appendFileSync(file, `${JSON.stringify({ now: now(), text: '' })}\n`));
}

/** CPU time of each thread, and of all children that have ended. */
function cpuTimes(): Map<string, number> {
  const times = new Map<string, number>();
  for (const id of readdirSync('/proc/self/task')) {
    try {
      const fields = readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
        .map(Number);
      const sum = (at: number): number => ((fields[at] ?? 0) + (fields[at + 1] ?? 0)) * tickMs;
      times.set(id, sum(11));
      if (id === String(process.pid)) times.set('children', sum(13));
    } catch {
      // The thread ended meanwhile.
    }
  }
  return times;
}
