import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BagShape, makeBag } from './make-bag.ts';
import { type Measured, measuredRun } from './measured-run.ts';

/** Runs sha256sum on all cores, which prints digests and compares none. @param files files per process, or an equivalent argument */
export const xargs = (files: number | 'N'): string =>
  `find data -type f -print0 | xargs -0 -P ${availableParallelism()} -n ${files} sha256sum > /dev/null`;

/** The measured bags: many small files as in docs/facts, and few large ones; `atOnce`: the number of files per sha256sum of xargs that is fastest. */
const shapes: readonly { readonly title: string; readonly shape: BagShape; readonly rounds: number; readonly atOnce: number }[] = [
  { title: '50,000 files of 15 KB', shape: { files: 50_000, bytes: 15_000, perFolder: 100 }, rounds: 5, atOnce: 1_000 },
  { title: '50,000 files of 200 KB', shape: { files: 50_000, bytes: 200_000, perFolder: 100 }, rounds: 2, atOnce: 250 },
  // A tenth of the first is the start of the program; the second shows the rest.
  { title: '8 files of 256 MiB', shape: { files: 8, bytes: 256 * 1024 * 1024, perFolder: 8 }, rounds: 3, atOnce: 1 },
  { title: '8 files of 1 GiB', shape: { files: 8, bytes: 1024 * 1024 * 1024, perFolder: 8 }, rounds: 2, atOnce: 1 },
];

/** Measures `longplay verify` of one third-party bag beside sha256sum and sha512sum in the same run, alternating, with files in memory; prints a table. */
export async function bagSpeeds(cli: string, say: (text: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const { title, shape, rounds, atOnce } of shapes) {
    const bag = join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), `longplay-bench-bag-${randomUUID()}`);
    try {
      say(`a bag of ${title}`);
      makeBag(bag, shape);
      const both = await inTurns(rounds, { verify: () => verify(cli, bag), sha256sum: () => sum(bag, '256'), sha512sum: () => sum(bag, '512') });
      keepSha256Alone(bag);
      const one = await inTurns(rounds, {
        verify: () => verify(cli, bag),
        sha256sum: () => sum(bag, '256'),
        xargs: () => measuredRun('bash', ['-c', xargs(atOnce)], bag),
      });
      const seconds = (run: Measured): string => run.seconds.toFixed(2);
      const against = (run: Measured, other: Measured): string => `${(run.seconds / other.seconds).toFixed(2)} ×`;
      const memory = (run: Measured): string => (run.peakBytes / 1e6).toFixed(0);
      rows.push(
        [
          title,
          'SHA-256',
          seconds(one.verify),
          seconds(one.sha256sum),
          seconds(one.xargs),
          '',
          against(one.verify, one.sha256sum),
          against(one.verify, one.xargs),
          memory(one.verify),
        ],
        [
          '',
          'SHA-256 and SHA-512',
          seconds(both.verify),
          seconds(both.sha256sum),
          '',
          seconds(both.sha512sum),
          against(both.verify, both.sha256sum),
          '',
          memory(both.verify),
        ],
      );
    } finally {
      rmSync(bag, { recursive: true, force: true });
    }
  }
  const head = [
    'bag',
    'digests compared',
    'verify s',
    'sha256sum s',
    'sha256sum by xargs s',
    'sha512sum s',
    'verify against sha256sum',
    'against xargs',
    'verify, peak MB',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The best run of each, so that all had the files in memory and an idle machine. */
async function inTurns<Name extends string>(rounds: number, runs: Readonly<Record<Name, () => Promise<Measured>>>): Promise<Record<Name, Measured>> {
  const best: Partial<Record<Name, Measured>> = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(runs) as Name[]) {
      const run = await runs[name]();
      if (run.code !== 0) throw new Error(`${name} ended with ${run.code}:\n${run.output}`);
      const before = best[name];
      if (before === undefined || run.seconds < before.seconds) best[name] = run;
    }
  }
  // Each ran at least once, because there is at least one round.
  return best as Record<Name, Measured>;
}

function verify(cli: string, bag: string): Promise<Measured> {
  return measuredRun(process.execPath, [cli, 'verify', bag, '--quiet']);
}

function sum(bag: string, bits: '256' | '512'): Promise<Measured> {
  return measuredRun(`sha${bits}sum`, ['--strict', '--quiet', '-c', `manifest-sha${bits}.txt`], bag);
}

/** What a routine verification compares. */
function keepSha256Alone(bag: string): void {
  for (const name of readdirSync(bag)) if (/^manifest-sha512|^tagmanifest/.test(name)) rmSync(join(bag, name));
  const lines = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'].map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(bag, name)))
        .digest('hex')}  ${name}\n`,
  );
  writeFileSync(join(bag, 'tagmanifest-sha256.txt'), lines.join(''));
}
