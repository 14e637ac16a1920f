import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** Time and memory that a program took. */
export interface Measured {
  readonly code: number | null;
  readonly seconds: number;
  /** User and system time of all its threads at the last reading; 0 for a program too short to be measured. */
  readonly cpuSeconds: number;
  /** Highest resident memory seen, bytes; 0 for a program too short to be measured. */
  readonly peakBytes: number;
  /** Resident memory at a tenth, a half and the end of the run, bytes: shows whether memory grows. */
  readonly memory: readonly number[];
  readonly output: string;
}

const lookEveryMs = 100;

/** NODE_EXTRA_CA_CERTS costs each start of Node.js 35 ms, and nothing measured here uses a network. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, ...others } = process.env;
  return others;
}

/** Begins to observe the load of the machine. @returns a function that returns a sentence on the load since then: averages over one minute (getloadavg(3)) */
export function watchLoad(): () => string {
  const [before = 0] = loadavg();
  return () => {
    const [after = 0] = loadavg();
    return `Load of the machine: ${before.toFixed(1)} at the beginning and ${after.toFixed(1)} at the end, on ${availableParallelism()} cores.`;
  };
}

/** Runs a program and samples its memory during the run (Linux's /proc). */
export function measuredRun(program: string, args: readonly string[], cwd?: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], env: ownEnvironment(), ...(cwd === undefined ? {} : { cwd }) });
    let output = '';
    const samples: number[] = [];
    let cpuSeconds = 0;
    const timer = setInterval(() => {
      const bytes = residentBytes(child.pid);
      if (bytes > 0) samples.push(bytes);
      cpuSeconds = Math.max(cpuSeconds, cpuTime(child.pid));
    }, lookEveryMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output = (output + data.toString('utf8')).slice(-20_000);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      const at = (share: number): number => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? 0;
      resolve({
        code,
        seconds: (performance.now() - began) / 1_000,
        cpuSeconds,
        peakBytes: samples.reduce((most, bytes) => Math.max(most, bytes), 0),
        memory: [at(0.1), at(0.5), at(0.99)],
        output,
      });
    });
  });
}

/** Ticks of /proc/PID/stat are hundredths of a second on every Linux that runs Node (proc(5), sysconf _SC_CLK_TCK). */
function cpuTime(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name may contain blanks, so fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    // The process has ended.
    return 0;
  }
}

function residentBytes(pid: number | undefined): number {
  try {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? 0 : Number(found[1]) * 1_024;
  } catch {
    // The process has ended.
    return 0;
  }
}
