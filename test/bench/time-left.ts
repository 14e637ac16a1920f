import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home } from '../../src/core/base/home.ts';
import { ownEnvironment } from './measured-run.ts';

// Measures the error of the estimated remaining time: `node dist/test/bench/time-left.js RUNS FOLDER…` imports each folder, verifies the archive and plays it, and compares each
// line of progress with the true remaining time, by the clock of `idle-clock.ts`.

const [runs = '3', ...folders] = process.argv.slice(2);
const cli = fileURLToPath(new URL('dist/bin/longplay.js', home));
const clock = new URL('dist/test/bench/idle-clock.js', home).href;
/** The first fifth and the last two seconds of a run are not judged. */
const [firstShare, lastMs] = [0.2, 2_000] as const;
const unitMs: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000 };

/** One run: how long it took, and how far off each estimate was, as a share of the time that was left. */
interface Judged {
  readonly seconds: number;
  readonly errors: readonly number[];
  /** Lines without an estimate. */
  readonly without: number;
}

async function judgedRun(args: readonly string[], scratch: string): Promise<Judged> {
  const stamps = join(scratch, 'stamps');
  rmSync(stamps, { force: true });
  const env = { ...ownEnvironment(), LONGPLAY_BENCH_STAMPS: stamps, LONGPLAY_KEYS: join(scratch, 'keys') };
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', clock, cli, ...args], { stdio: 'ignore', env });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 || code === 3 ? resolve() : reject(new Error(`longplay ${args[0]} ended with ${code}`))));
  });
  const lines = readFileSync(stamps, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly now: number; readonly text: string }); // as idle-clock.ts writes it
  const end = lines.at(-1)?.now ?? 0;
  const errors: number[] = [];
  let without = 0;
  for (const { now, text } of lines) {
    const line = /^\r\u001b\[K(.+)$/.exec(text)?.[1];
    const actual = end - now;
    if (line === undefined || now < firstShare * end || actual < lastMs) continue;
    const said = /^(.+) left, /.exec(line)?.[1];
    if (said === undefined) without++;
    else errors.push((millisecondsOf(said) - actual) / actual);
  }
  return { seconds: end / 1_000, errors, without };
}

function millisecondsOf(text: string): number {
  return [...text.matchAll(/([\d.,]+) (s|min|h)\b/g)].reduce(
    (sum, [, number = '', unit = '']) => sum + Number(number.replaceAll(',', '')) * (unitMs[unit] ?? 0),
    0,
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function row(title: string, all: readonly Judged[]): string {
  const errors = all
    .flatMap((run) => run.errors)
    .map(Math.abs)
    .sort((a, b) => a - b);
  const at = (share: number): string => percent(errors[Math.min(errors.length - 1, Math.floor(errors.length * share))] ?? 0);
  const lines = errors.length + all.reduce((sum, { without }) => sum + without, 0);
  const seconds = all.map((run) => run.seconds.toFixed(0)).join(', ');
  if (errors.length === 0) return `| ${title} | ${seconds} | ${lines} | too short | | |`;
  const within = errors.filter((error) => error <= 0.25).length / lines;
  return `| ${title} | ${seconds} | ${lines} | ${at(0.5)} | ${at(0.95)} | ${percent(within)} |`;
}

const scratch = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-time-left-'));
try {
  process.stdout.write('| run | s | lines | half of them off by up to | 95 % of them | within 25 % |\n|---|---|---|---|---|---|\n');
  for (const folder of folders) {
    const archive = join(scratch, 'archive');
    const judged: Record<string, Judged[]> = { import: [], verify: [], 'verify --play': [], convert: [] };
    for (let run = 0; run < Number(runs); run++) {
      for (const gone of [archive, join(scratch, 'copies')]) rmSync(gone, { recursive: true, force: true });
      judged.import?.push(await judgedRun(['import', folder, '--into', archive, '--bag-recordings', '100', '--open'], scratch));
      judged.verify?.push(await judgedRun(['verify', archive], scratch));
      judged['verify --play']?.push(await judgedRun(['verify', archive, '--play'], scratch));
      judged.convert?.push(await judgedRun(['convert', folder, '--out', join(scratch, 'copies')], scratch));
    }
    for (const [command, all] of Object.entries(judged)) process.stdout.write(`${row(`\`${command}\`, ${basename(folder)}`, all)}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
