import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home } from '../../src/core/base/home.ts';
import { engineParts } from './engine-parts.ts';
import { ownEnvironment } from './measured-run.ts';
import { type Coding, foreignCodings, type MixedCorpus, makeMixedCorpus, ownCodings } from './mixed-corpus.ts';

const cli = fileURLToPath(new URL('dist/bin/longplay.js', home));
const lane = fileURLToPath(new URL('dist/test/bench/engine-lane.js', home));
const limitSource = fileURLToPath(new URL('test/bench/opus-limit.c', home));

/** Time and memory that a run took. */
interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Runs a shell script and measures it with all its child processes. */
function timed(script: string, args: readonly string[]): Cost {
  const out = execFileSync('bash', ['-c', `TIMEFORMAT="%R %U %S"; { time { ${script}; }; } 2>&1`, 'bash', ...args], {
    encoding: 'utf8',
    env: ownEnvironment(),
    maxBuffer: 1e8,
  });
  const times = (out.trim().split('\n').at(-1) ?? '').trim().split(/\s+/).map(Number);
  const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN] = times;
  if (times.length !== 3 || times.some(Number.isNaN)) throw new Error(`no times: ${out}`);
  return { seconds, cpuSeconds: user + system };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** FFmpeg's command for one file, as the loop runs it; printed on the page. */
export const ffmpegCommand = 'ffmpeg -v error -nostdin -y -i FILE -c:a libopus -application audio -b:a 32k -compression_level 4 OUT.opus';

/** Of many short calls the first part is enough: a process per call costs the same for the tenth file as for the thousandth. */
function ffmpegLoop({ files }: MixedCorpus, out: string, jobs: number, share: number): Cost {
  const taken = files.slice(0, Math.ceil(files.length * share));
  const lines = taken.map(
    ({ path, ffmpegInput, channels }, index) =>
      `ffmpeg -v error -nostdin -y ${ffmpegInput.join(' ')} -i ${quoted(path)} -c:a libopus -application audio -b:a ${32 * channels}k -compression_level 4 ${quoted(join(out, `${index}.opus`))}`,
  );
  const list = `${out}.list`;
  writeFileSync(list, `${lines.join('\0')}\0`);
  const { seconds, cpuSeconds } = timed(`mkdir -p ${quoted(out)}; xargs -0 -P ${jobs} -I CMD bash -c CMD < ${quoted(list)}`, []);
  const times = files.length / taken.length;
  return { seconds: seconds * times, cpuSeconds: cpuSeconds * times };
}

/** Returns whether a file belongs to this part. The assignment shifts after every ten files, because codings alternate by tens and differ in cost. */
const isOfPart = (index: number, part: number, parts: number): boolean => (index + Math.floor(index / 10)) % parts === part;

/** Runs all parts of the list at once, one process per core. */
function libopusLimit({ files }: MixedCorpus, program: string, out: string, jobs: number): Cost {
  const parts = Array.from({ length: jobs }, (_, part) => {
    const list = `${out}.${part}.list`;
    const lines = files
      .filter((_one, index) => isOfPart(index, part, jobs))
      .map(({ rateHz, channels, rawPath }) => `${rateHz} ${channels} ${rawPath}\n`);
    writeFileSync(list, lines.join(''));
    return `${quoted(program)} < ${quoted(list)} &`;
  });
  return timed(`${parts.join(' ')} wait`, []);
}

/** The same number of processes, each with its part of the list. */
function fastLane({ files }: MixedCorpus, out: string, jobs: number): Cost {
  const parts = Array.from({ length: jobs }, (_, part) => {
    const list = `${out}.${part}.list`;
    const lines = files.filter((_one, index) => isOfPart(index, part, jobs)).map(({ path }) => `${statSync(path).size} ${path}\n`);
    writeFileSync(list, lines.join(''));
    return `${quoted(process.execPath)} ${quoted(lane)} ${quoted(out)} < ${quoted(list)} &`;
  });
  return timed(`${parts.join(' ')} wait`, []);
}

function longplay(args: readonly string[]): Cost {
  return timed('"$@" > /dev/null || [ $? = 3 ]', [process.execPath, cli, ...args, '--quiet']);
}

/** Imports all files. Those that FFmpeg decodes are imported by name only, because Asterisk writes no `.amr` and its importer leaves them out. */
function imported({ files, folder }: MixedCorpus, codings: readonly Coding[], out: string): Cost {
  const source = codings === ownCodings ? [folder] : [join(folder, 'monitor'), '--importer', 'loose-files'];
  const cost = longplay(['import', ...source, '--into', out, '--open']);
  const made = readdirSync(join(out, 'bags'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    basename(name).startsWith('original-1.'),
  ).length;
  if (made !== files.length) throw new Error(`${made} originals of ${files.length} files`);
  return cost;
}

/** Builds the program that is the upper limit; null if there is no compiler or no libopus to build with. */
function buildLimit(folder: string): string | null {
  try {
    const program = join(folder, 'opus-limit');
    execFileSync('cc', ['-O2', '-o', program, limitSource, '-lopus'], { stdio: 'ignore' });
    return program;
  } catch {
    return null;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs one corpus through each design, alternating. */
function measure(
  title: string,
  corpus: MixedCorpus,
  designs: readonly [string, (out: string) => Cost][],
  loopDesign: string,
  folder: string,
  rounds: number,
): string {
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of designs) {
      // Written files stay until the end: ext4 creates files slowly for a minute after many were deleted (`recently_deleted` in fs/ext4/ialloc.c).
      costs.set(name, [...(costs.get(name) ?? []), run(join(mkdtempSync(join(folder, 'run-')), 'out'))]);
    }
  const of = (name: string, what: 'seconds' | 'cpuSeconds'): number => median((costs.get(name) ?? []).map((cost) => cost[what]));
  const loop = of(loopDesign, 'seconds');
  const rows = designs.map(([name]) => {
    const seconds = of(name, 'seconds');
    const perHour = of(name, 'cpuSeconds') / corpus.hours;
    return `| ${name} | ${seconds.toFixed(1)} | ${perHour.toFixed(2)} | ${Math.round((corpus.hours * 3_600) / seconds)} | ${(loop / seconds).toFixed(2)} × |`;
  });
  return `### ${title}\n\n${corpus.files.length} files, ${corpus.hours.toFixed(2)} h, ${(corpus.bytes / 1e6).toFixed(0)} MB. Medians of ${rounds} rounds; the designs take turns.\n\n| design | s | CPU-seconds per hour of audio | × real time | throughput relative to the loop |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

const loopTitle = 'one `ffmpeg` per file';
const laneTitle = 'the fast lane by itself: identify, decode, encode, write';

/** Conversion to Opus with equal settings: longplay, FFmpeg in a loop, and libopus alone. */
export async function engineSpeeds(scale: number, jobs: number, say: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-engine-'));
  try {
    const program = buildLimit(folder);
    const parts: string[] = [];
    const corpora: readonly [string, number, readonly Coding[], number | null][] = [
      ['Calls in codecs that longplay decodes itself', Math.ceil(330 * scale), ownCodings, null],
      ['Tiny calls of 2 s', Math.ceil(12_000 * scale), ownCodings, 2],
      ['Codecs that FFmpeg decodes', Math.ceil(150 * scale), foreignCodings, null],
      ['Tiny calls of 2 s in codecs that FFmpeg decodes', Math.ceil(400 * scale), foreignCodings, 2],
    ];
    for (const [title, count, codings, lengthS] of corpora) {
      say(`${title}: making ${count} files`);
      const place = mkdtempSync(join(folder, 'corpus-'));
      const corpus = makeMixedCorpus(place, count, codings, lengthS);
      // Starting FFmpeg takes 35 ms and more per file.
      const share = lengthS !== null && codings === ownCodings ? 1 / 12 : 1;
      const loop = share === 1 ? loopTitle : `${loopTitle}, on one in ${1 / share} of them`;
      const designs: [string, (out: string) => Cost][] = [
        [loop, (out) => ffmpegLoop(corpus, out, jobs, share)],
        ['`longplay convert`', (out) => longplay(['convert', corpus.folder, '--out', out])],
        ['`longplay import`', (out) => imported(corpus, codings, out)],
      ];
      if (codings === ownCodings) designs.splice(1, 0, [laneTitle, (out) => fastLane(corpus, out, jobs)]);
      if (program !== null) designs.unshift(['libopus alone, from samples, nothing written', (out) => libopusLimit(corpus, program, out, jobs)]);
      parts.push(measure(title, corpus, designs, loop, folder, 3));
      if (codings === ownCodings && lengthS === null) {
        say('each part of the work');
        parts.push(await engineParts(corpus, program, folder));
      }
    }
    return parts.join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
