import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCorpus } from './make-corpus.ts';
import { type Measured, measuredRun, watchLoad } from './measured-run.ts';

const clipSeconds = 2;
const rounds = 2;

/** Compares sealing an open archive with a sealed import of its source, and with copying and digesting its bags. @returns a table of the better rounds */
export async function sealSpeeds(cli: string, recordings: number, say: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-seal-'));
  const at = (...parts: string[]): string => join(folder, ...parts);
  const load = watchLoad();
  const before = { ...process.env };
  Object.assign(process.env, { LONGPLAY_KEYS: at('keys'), LONGPLAY_KEYRING: at('keyring') });
  try {
    say(`making ${recordings} recordings`);
    makeCorpus(at('source'), recordings, clipSeconds);
    const longplay = (...args: string[]): Promise<Measured> => succeed(process.execPath, [cli, ...args]);
    const importing = (into: string, how: string): Promise<Measured> => longplay('import', at('source'), '--into', at(into), '--quiet', how);
    await longplay('keyring', 'init', '--copy', at('keyring-copy'));
    say('importing in clear');
    const open = await importing('open', '--open');
    cpSync(at('keys'), at('keys-of-open'), { recursive: true });
    const best = new Map<string, Measured>();
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`);
      for (const gone of ['sealed', 'copy']) rmSync(at(gone), { recursive: true, force: true });
      const sealing = (...jobs: string[]): Promise<Measured> => {
        for (const gone of ['work', 'keys']) rmSync(at(gone), { recursive: true, force: true });
        cpSync(at('keys-of-open'), at('keys'), { recursive: true });
        cpSync(at('open'), at('work'), { recursive: true });
        return longplay('seal', at('work'), '--yes', '--quiet', ...jobs);
      };
      const digests = `cp -a "$0" "$1" && find "$1" -type f -exec sha256sum {} + > /dev/null && times`;
      const runs = {
        '`longplay seal`': () => sealing(),
        '`longplay seal -j 1`': () => sealing('-j', '1'),
        '`longplay import --sealed` of the same source': () => importing('sealed', '--sealed'),
        '`cp -a` and `sha256sum` of the open bags': async () => withTimes(await succeed('sh', ['-c', digests, at('open/bags'), at('copy')])),
      };
      for (const [name, run] of Object.entries(runs)) {
        const measured = await run();
        const earlier = best.get(name) ?? measured;
        best.set(name, {
          ...measured,
          cpuSeconds: Math.min(measured.cpuSeconds, earlier.cpuSeconds),
          seconds: Math.min(measured.seconds, earlier.seconds),
        });
      }
    }
    return table(recordings, [...best, ['`longplay import --open`', open]], load());
  } finally {
    for (const variable of ['LONGPLAY_KEYS', 'LONGPLAY_KEYRING'])
      if (before[variable] === undefined) delete process.env[variable];
      else process.env[variable] = before[variable];
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes the CPU time of the programs that a shell ran from the output of its `times`: user and system, in minutes and seconds. */
function withTimes(measured: Measured): Measured {
  const [, , ...children] = [...measured.output.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
  return { ...measured, cpuSeconds: children.reduce((sum, one) => sum + one, 0) };
}

async function succeed(program: string, args: readonly string[]): Promise<Measured> {
  const measured = await measuredRun(program, args);
  if (measured.code !== 0) throw new Error(`${args.join(' ')} ended with ${measured.code}: ${measured.output}`);
  return measured;
}

function table(recordings: number, runs: readonly (readonly [string, Measured])[], load: string): string {
  const [, seal] = runs[0] ?? [];
  const per = ({ cpuSeconds }: Measured): string => ((cpuSeconds / recordings) * 1_000).toFixed(1);
  return [
    `${recordings.toLocaleString('en-US')} recordings of ${clipSeconds} s in mu-law WAV with their CDR table, generated; the better of ${rounds} rounds in which the programs take turns; the open import ran once.`,
    'CPU time is that of all threads, which other work on the machine changes less than elapsed time.',
    load,
    '',
    '| run | elapsed, s per 1,000 recordings | CPU-seconds per 1,000 recordings | CPU time of `longplay seal` relative to it |',
    '|---|--:|--:|--:|',
    ...runs.map(
      ([name, run]) =>
        `| ${name} | ${((run.seconds / recordings) * 1_000).toFixed(1)} | ${per(run)} | ${seal === undefined ? '' : `${(seal.cpuSeconds / run.cpuSeconds).toFixed(2)} ×`} |`,
    ),
  ].join('\n');
}
