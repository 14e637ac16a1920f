import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aheadFolder } from '../../src/pipeline/make/head-start.ts';
import { makeCorpus } from './make-corpus.ts';
import { ownEnvironment } from './measured-run.ts';

const clipSeconds = 0.5;

/** Kills an import at half of its bags and starts it again: measures how long until it produces output. */
export async function resuming(cli: string, recordings: number, say: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-resume-'));
  try {
    say(`making ${recordings} recordings`);
    const [source, archive] = [join(folder, 'source'), join(folder, 'archive')];
    makeCorpus(source, recordings, clipSeconds);
    const start = (): ChildProcess =>
      spawn(process.execPath, [cli, 'import', source, '--into', archive, '--quiet', '--open'], { stdio: 'ignore', env: ownEnvironment() });
    const began = performance.now();
    const first = start();
    const bags = Math.ceil(recordings / 1_000);
    say('planning');
    await until(first, () => isAhead(archive));
    const ahead = seconds(began);
    await until(first, () => copiesSince(archive, 0));
    const planned = seconds(began);
    say('filling half of the bags');
    await until(first, () => landed(archive) >= bags / 2);
    first.kill('SIGKILL');
    await once(first, 'close');
    const before = landed(archive);
    say('starting again');
    const again = performance.now();
    const since = Date.now();
    const second = start();
    const ended = once(second, 'close');
    await until(second, () => copiesSince(archive, since));
    const copy = seconds(again);
    await until(second, () => landed(archive) > before);
    const bag = seconds(again);
    const [code] = (await ended) as [number | null];
    if (code !== 0 || landed(archive) < bags) throw new Error(`it ended with ${code} and ${landed(archive)} of ${bags} bags`);
    return [
      `${recordings.toLocaleString('en-US')} recordings of ${clipSeconds} s in mu-law WAV with their CDR table, generated; \`longplay import\` killed by SIGKILL when ${before} bags had landed, then started again.`,
      '',
      '| from the start of the program | s |',
      '|---|---|',
      `| to the first copy, while the source is read | ${ahead.toFixed(1)} |`,
      `| to the first recording in a bag, all planned | ${planned.toFixed(1)} |`,
      `| started again: to the first new copy | ${copy.toFixed(1)} |`,
      `| to the next bag that lands | ${bag.toFixed(1)} |`,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function seconds(since: number): number {
  return (performance.now() - since) / 1_000;
}

async function until(process: ChildProcess, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    if (process.exitCode !== null) throw new Error(`it ended with ${process.exitCode}`);
    await sleep(10);
  }
}

function landed(archive: string): number {
  return namesIn(join(archive, 'bags')).reduce((sum, year) => sum + namesIn(join(archive, 'bags', year)).length, 0);
}

/** Returns whether a copy exists in a draft that was made at this time or later, in epoch ms. */
function copiesSince(archive: string, since: number): boolean {
  const jobs = join(archive, 'jobs');
  return namesIn(jobs).some((job) =>
    namesIn(join(jobs, job, 'drafts'))
      .filter((draft) => !draft.endsWith('.old'))
      .some((draft) => {
        const data = join(jobs, job, 'drafts', draft, 'data');
        return namesIn(data).some((id) => namesIn(join(data, id)).some((name) => name.endsWith('.opus') && madeSince(join(data, id, name), since)));
      }),
  );
}

/** Returns whether a copy exists beside a plan that is being made. */
function isAhead(archive: string): boolean {
  const jobs = join(archive, 'jobs');
  return namesIn(jobs).some((job) => {
    const ahead = join(jobs, job, aheadFolder);
    return namesIn(ahead).some((id) => namesIn(join(ahead, id)).some((name) => name.endsWith('.opus')));
  });
}

function madeSince(file: string, since: number): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // does not exist yet, or no longer
  }
}
