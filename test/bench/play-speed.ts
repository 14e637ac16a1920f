import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { longplayBagRules } from '../../src/archive/bag/check.ts';
import { listBags } from '../../src/archive/bag-folders.ts';
import { createContext } from '../../src/cli/machine/context.ts';
import { home } from '../../src/core/base/home.ts';
import type { WorkerPool } from '../../src/media/workers/worker-pool.ts';
import { verifyBag } from '../../src/verify/bags/verify-bag.ts';
import type { PlayLevel } from '../../src/verify/play/play-recording.ts';
import { makeCorpus } from './make-corpus.ts';

const cli = fileURLToPath(new URL('dist/bin/longplay.js', home));

/** Time that a check took, and the length of the sound checked. */
interface Cost {
  readonly seconds: number;
  /** CPU time of all threads and programs. */
  readonly cpuSeconds: number;
  readonly hours: number;
}

/** A table: hours of audio that a verification plays per CPU-second and per second of wall-clock time, beside FFmpeg with one process per file. */
export async function playSpeeds(recordings: number, seconds: number, jobs: number, say: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-play-'));
  try {
    say(`making and importing ${recordings} recordings of ${seconds} s`);
    const corpus = makeCorpus(join(folder, 'source'), recordings, seconds);
    const archive = join(folder, 'archive');
    execFileSync(process.execPath, [cli, 'import', join(folder, 'source'), '--into', archive, '--quiet', '--open'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const hours = corpus.audioSeconds / 3_600;
    const signal = new AbortController().signal;
    const pool = createContext().createPool(jobs, signal);
    try {
      // Threads start, and load their modules.
      for (const play of ['none', 'all'] as const) await verified(archive, pool, play, hours, signal);
      const cost = new Map<PlayLevel, Cost>();
      for (const play of ['none', 'copies', 'all'] as const) {
        say(`verify, playing ${play}`);
        cost.set(play, await verified(archive, pool, play, play === 'all' ? 2 * hours : hours, signal));
      }
      say('FFmpeg');
      const of = (ending: string): Cost => ffmpegOver(filesOf(archive, ending), hours);
      const [copies, originals] = [of('.opus'), of('.wav')];
      const both = { seconds: copies.seconds + originals.seconds, cpuSeconds: copies.cpuSeconds + originals.cpuSeconds, hours: 2 * hours };
      const row = (what: string, ours: Cost | undefined, theirs: Cost): string => {
        if (ours === undefined) throw new Error(`${what} was not measured`);
        const [here, there] = [ours.hours / ours.cpuSeconds, theirs.hours / theirs.cpuSeconds];
        return `| ${what} | ${here.toFixed(2)} | ${(ours.hours / ours.seconds).toFixed(2)} | ${there.toFixed(2)} | ${(here / there).toFixed(1)} × |`;
      };
      const reading = cost.get('none')?.cpuSeconds ?? 0;
      return [
        `${recordings} recordings of ${seconds} s, mu-law WAV with copies of Opus at 32 kbit/s; ${jobs} threads; digests of all files included, which take ${reading.toFixed(1)} CPU-seconds.`,
        '',
        '| played | hours of audio per CPU-second | per second of the clock | FFmpeg, per CPU-second | ratio |',
        '|---|---|---|---|---|',
        row('copies', cost.get('copies'), copies),
        row('copies and originals', cost.get('all'), both),
      ].join('\n');
    } finally {
      await pool.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verified(archive: string, pool: WorkerPool, play: PlayLevel, hours: number, signal: AbortSignal): Promise<Cost> {
  const began = performance.now();
  const used = process.cpuUsage();
  for await (const bag of listBags({ dir: archive }))
    for await (const event of verifyBag(bag.path, bag.folder, { pool, play, rules: longplayBagRules }, signal))
      if (event.kind === 'verdict') throw new Error(`${event.code} ${event.path}: ${event.message}`);
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - began) / 1_000, cpuSeconds: (user + system) / 1e6, hours };
}

function filesOf(archive: string, ending: string): string[] {
  return readdirSync(join(archive, 'bags'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Decodes each file and discards the samples. */
function ffmpegOver(files: readonly string[], hours: number): Cost {
  const began = performance.now();
  const loop = 'for file in "$@"; do ffmpeg -v error -nostdin -y -i "$file" -f s16le -c:a pcm_s16le /dev/null || exit 1; done';
  const times = execFileSync('bash', ['-c', `TIMEFORMAT="%U %S"; { time { ${loop}; }; } 2>&1`, 'bash', ...files], { encoding: 'utf8' });
  const cpuSeconds = times
    .trim()
    .split(/\s+/)
    .map(Number)
    .reduce((sum, value) => sum + value, 0);
  if (!Number.isFinite(cpuSeconds)) throw new Error(`FFmpeg said: ${times}`);
  return { seconds: (performance.now() - began) / 1_000, cpuSeconds, hours };
}
