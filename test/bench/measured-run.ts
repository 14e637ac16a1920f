import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a program took. */
export interface Measured {
  readonly code: number | null;
  readonly seconds: number;
  /** Highest resident memory seen, bytes; 0 for a program too short to be looked at. */
  readonly peakBytes: number;
  /** Resident memory at a tenth, a half and the end of the run, bytes: flat or not. */
  readonly memory: readonly number[];
  readonly output: string;
}

const lookEveryMs = 100;

/** Runs a program and looks at its memory while it runs (Linux's /proc). */
export function measuredRun(program: string, args: readonly string[], cwd?: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
    let output = '';
    const samples: number[] = [];
    const timer = setInterval(() => {
      const bytes = residentBytes(child.pid);
      if (bytes > 0) samples.push(bytes);
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
        peakBytes: Math.max(0, ...samples),
        memory: [at(0.1), at(0.5), at(0.99)],
        output,
      });
    });
  });
}

function residentBytes(pid: number | undefined): number {
  try {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? 0 : Number(found[1]) * 1_024;
  } catch {
    // It has ended.
    return 0;
  }
}
