import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agree } from '../../src/core/base/agree.ts';
import { makeCorpus } from './make-corpus.ts';
import { ownEnvironment, watchLoad } from './measured-run.ts';
import { sealedFileCosts } from './sealed-file.ts';

/** Calls of one length. */
interface Calls {
  readonly recordings: number;
  readonly seconds: number;
}

const lengths: readonly Calls[] = [
  { recordings: 800, seconds: 1 },
  { recordings: 40, seconds: 60 },
];

const kinds = ['open', 'sealed'] as const;
type Kind = (typeof kinds)[number];

/** The commands that are measured, in their order. */
const runs = ['import', 'verify', 'verify --play'] as const;

/** Measures the import and the verification of open and sealed archives of the same calls. The kinds take turns. @returns a table */
export function sealedSpeeds(cli: string, rounds: number, say: (text: string) => void): string {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-sealed-'));
  const load = watchLoad();
  try {
    const rows = lengths.flatMap(({ recordings, seconds }) => {
      say(`making ${recordings} recordings of ${seconds} s`);
      const source = join(folder, `source-${seconds}`);
      makeCorpus(source, recordings, seconds);
      const least = new Map<string, number>();
      for (let round = 0; round < rounds; round++) {
        say(`${seconds} s, round ${round + 1} of ${rounds}`);
        for (const kind of round % 2 === 0 ? kinds : [...kinds].reverse())
          for (const [run, took] of onceEach(cli, join(source, 'monitor'), join(folder, 'work'), kind))
            least.set(`${run} ${kind}`, Math.min(took, least.get(`${run} ${kind}`) ?? Number.POSITIVE_INFINITY));
      }
      return runs.map((run) => {
        const [open, sealed] = kinds.map((kind) => least.get(`${run} ${kind}`) ?? 0) as [number, number];
        const ratio = (open / sealed).toFixed(2);
        return `| ${recordings} calls of ${seconds} s | \`longplay ${run}\` | ${open.toFixed(2)} | ${sealed.toFixed(2)} | ${ratio} |`;
      });
    });
    return [
      agree`The same calls in an open archive and in a sealed one, with a keyring of two copies; mu-law WAV, generated. CPU time of all threads, the lowest of ${rounds} round[s].`,
      load(),
      '',
      '| calls | run | open, CPU-s | sealed, CPU-s | speed of sealed relative to open |',
      '|---|---|---|---|---|',
      ...rows,
      '',
      'Each sealed file has a random secret of its own, so sealing it takes two new X25519 keys and a key agreement, and opening it takes one key and a key agreement.',
      'That takes the same time for a file of any size, so it shows in short calls.',
      'For each of these calls an import seals three files and opens one again to decode the copy from its stored bytes, and writes a fourth file in clear; `verify --play` opens three files.',
      'Of an open archive, `verify --play` does not decode an original that has a copy; of a sealed one it opens the original to prove that the keyring has its secret.',
      '',
      sealedFileCosts(),
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Imports a source into a new archive and verifies it. @returns CPU time of each command in seconds */
function onceEach(cli: string, source: string, folder: string, kind: Kind): Map<string, number> {
  rmSync(folder, { recursive: true, force: true });
  const env = { ...ownEnvironment(), HOME: folder, LONGPLAY_KEYRING: join(folder, 'keyring') };
  const archive = join(folder, 'archive');
  const seconds = (...args: string[]): number => {
    const before = timeOfChildren();
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { env, encoding: 'utf8' });
    if (status !== 0 && status !== 3) throw new Error(`longplay ${args[0] ?? ''} ended with ${status}:\n${stderr}`);
    return timeOfChildren() - before;
  };
  if (kind === 'sealed') seconds('keyring', 'init', '--copy', join(folder, 'copy'));
  return new Map([
    ['import', seconds('import', source, '--into', archive, '--importer', 'loose-files', '--quiet', ...(kind === 'open' ? ['--open'] : []))],
    ['verify', seconds('verify', archive)],
    ['verify --play', seconds('verify', '--play', archive)],
  ]);
}

/** Returns user and system time of all ended child processes in seconds (proc(5): cutime and cstime, in hundredths of a second). */
function timeOfChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
