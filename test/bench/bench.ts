import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home } from '../../src/core/base/home.ts';
import { bagSpeeds, xargs } from './bag-speed.ts';
import { catalogSpeeds } from './catalog-speed.ts';
import { codecSpeeds } from './codec-speed.ts';
import { engineSpeeds, ffmpegCommand } from './engine-speed.ts';
import { growth } from './growth.ts';
import { makeCorpus } from './make-corpus.ts';
import { type Measured, measuredRun } from './measured-run.ts';
import { playSpeeds } from './play-speed.ts';
import { resuming } from './resume.ts';
import { sealSpeeds } from './seal-speed.ts';
import { sealedSpeeds } from './sealed-speed.ts';
import { serveStalls } from './serve-stalls.ts';
import { tableSpeeds } from './table-speed.ts';
import { windowSpeeds } from './window-speed.ts';

// npm run bench: import and verification against FFmpeg in a loop and sha256sum; then the same with longer calls, and each codec of longplay beside that of FFmpeg; then exports of
// a million rows. `npm run bench -- short [RECORDINGS]`, `-- longer [RECORDINGS]`, `-- bags`, `-- codecs`, `-- play [RECORDINGS]`, `-- engine [SCALE]`, `-- sealed [ROUNDS]`, `-- serve [SECONDS]`, `--
// resume [RECORDINGS]`, `-- tables [ROWS]`, `-- catalog [RECORDINGS]`, `-- windows BUNDLE [RECORDINGS]` and `-- growth [SIZE,SIZE,…]` each measure one part and update its section
// of the page.
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const cli = fileURLToPath(new URL('dist/bin/longplay.js', home));
const page = fileURLToPath(new URL('docs/reference/benchmarks.md', home));
const jobs = availableParallelism();
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** Number of rows of an export for measuring tables. */
const rows = Number(process.argv[3] ?? 1_000_000);

/** Sections of the page that can be measured separately. */
const parts: Readonly<Record<string, () => Promise<string>>> = {
  short: () => measure('Many short calls', Number(process.argv[3] ?? 100_000), 2),
  longer: () => measure('Longer calls', Number(process.argv[3] ?? 2_000), 60),
  bags: async () =>
    `## Bags that other programs made\n\n\`longplay verify BAG\` and the checksum programs, run alternately with the files in memory; the best run of each. \`sha256sum\` and \`sha512sum\` use one core, \`verify\` uses ${jobs}, and so does \`${xargs('N')}\`, N 1,000, 250 and 1.\n\n${await bagSpeeds(cli, say)}\n`,
  codecs: async () =>
    `## Codecs\n\nlongplay decodes twenty minutes of each codec from memory, in one thread; FFmpeg decodes a file, and its start-up time is included.\n\n${await codecSpeeds(say)}\n`,
  play: async () =>
    `## Playing\n\nThe speed at which a verification decodes, compared with one FFmpeg process per file.\n\n${await playSpeeds(Number(process.argv[3] ?? 600), 60, jobs, say)}\n`,
  engine: async () =>
    `## Conversion\n\n${jobs} at a time. The loop runs \`${ffmpegCommand}\`, with 64k for two channels; it keeps, digests, measures and compares nothing.\n\n${await engineSpeeds(Number(process.argv[3] ?? 1), jobs, say)}\n`,
  sealed: async () => `## Sealed archives\n\n${sealedSpeeds(cli, Number(process.argv[3] ?? 9), say)}\n`,
  resume: async () => `## A job that is resumed\n\n${await resuming(cli, Number(process.argv[3] ?? 100_000), say)}\n`,
  seal: async () => `## Sealing\n\n${await sealSpeeds(cli, Number(process.argv[3] ?? 1_000), say)}\n`,
  serve: async () => `## Listening while others work\n\n${await serveStalls(cli, Number(process.argv[3] ?? 20), say)}\n`,
  catalog: async () =>
    `## Catalog\n\nGenerated entries covering fifteen years, 1,000 per bag; the bags themselves do not exist, so the table shows the cost of the catalog alone.\n\n${catalogSpeeds(Number(process.argv[3] ?? 1_000_000), say)}\n`,
  tables: async () =>
    `## Tables\n\n\`longplay survey\` of exports of ${rows.toLocaleString('en-US')} rows without audio: including reading, staging, joining and reconciliation. Rates are per second of CPU time, which depends less on other work on the machine than elapsed time.\n\n${await tableSpeeds(rows, say)}\n`,
};
/** Takes hours for a million, so it is run by hand, with the sizes as an argument. Without sizes the page keeps earlier results. */
const growing = async (sizes: readonly number[]): Promise<string> => {
  const kept = { file: join(dirname(page), 'growth.json'), picture: join(dirname(page), 'growth.svg') };
  return `## Growth\n\n${await growth(cli, sizes, 0.5, kept, say)}\n`;
};
/** Run by hand, beside a bundle of window-work.ts over the sources of an older build: `rolldown` makes it if that file is placed in them. */
const windows = async (before: string, recordings: number): Promise<string> => {
  const work = { now: fileURLToPath(new URL('dist/test/bench/window-work.js', home)), before };
  return `## Time ranges\n\nThe catalog of ${recordings.toLocaleString('en-US')} generated entries covering fifteen years, one in a hundred without a known time zone, compared with the catalog of build 016b0336, the last one that stored a single moment for each call and omitted calls without a zone from time ranges. The processes take turns and repeat each query after a warm-up; the table shows the lowest CPU time of seven.\n\n${windowSpeeds(work, recordings, say)}\n`;
};
const asked = process.argv[2];
const byHand: Readonly<Record<string, () => Promise<string>>> = {
  growth: () => growing((process.argv[3] ?? '10000,100000').split(',').map(Number)),
  windows: () => windows(process.argv[3] ?? '', Number(process.argv[4] ?? 200_000)),
};
const alone = byHand[asked ?? ''] ?? parts[asked ?? ''];
if (alone !== undefined) {
  const machine = `${jobs} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node.js ${process.versions.node}.`;
  // Other sections of the page may have been measured on another machine.
  const part = (await alone()).replace('\n\n', `\n\nMeasured in a separate run on ${machine}\n\n`);
  const title = part.slice(0, part.indexOf('\n'));
  const sections = readFileSync(page, 'utf8').split(/^(?=## )/m);
  const at = sections.findIndex((section) => section.startsWith(`${title}\n`));
  if (at >= 0) sections[at] = `${part}\n`;
  // Before the last one, which states what is compared.
  else sections.splice(-1, 0, `${part}\n`);
  writeFileSync(page, sections.join(''));
  process.exit(0);
}
if (asked !== undefined)
  throw new Error(`no part of the page is called "${asked}"; there are ${[...Object.keys(byHand), ...Object.keys(parts)].join(', ')}`);
const partsText: string[] = [];
for (const part of Object.values(parts)) partsText.push(await part());
partsText.push(await growing([]));

say('openssl speed');
const [sha256Rate, sha512Rate] = [await digestRate('sha256'), await digestRate('sha512')];

const text = `# Benchmarks

\`npm run bench\` writes this page: each table was measured in one run, side by side, on one machine. Times vary with the other work on the machine; the ratios are more reliable.
${jobs} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node.js ${process.versions.node}.

${partsText.join('\n')}
## What is compared

- \`longplay import\` keeps the original, digests it twice, decodes, measures, encodes, listens back, bags and syncs. The FFmpeg loop is
  \`ffmpeg -v error -nostdin -y -i FILE -c:a libopus -application audio -b:a 32k -compression_level 4 OUT\`: it encodes and does nothing else. Calls in codecs that FFmpeg decodes are imported by
  \`--importer loose-files\`, as Asterisk writes no \`.amr\`. If a row says that its times are scaled, they were measured with Asterisk's importer.
- \`longplay verify\` computes both digests, checks the tag files, each \`recording.json\` against its schema and its files, every Ogg page, the log and the catalog.
  \`sha256sum --strict --quiet -c manifest-sha256.txt\`, run in each bag, reads the payload with one digest; \`sha512sum\` does the same with the other. Each number is the
  better of two alternating runs, with the files in memory.
- A short call is four small files: most of the time of \`verify\` goes into opening, parsing and checking them, not into reading their bytes. For a long call it goes into the digests:
  \`openssl speed -evp\` with 16 KiB gives ${megabytes(sha256Rate)} MB/s for SHA-256 and ${megabytes(sha512Rate)} MB/s for SHA-512 on one core, so both take ${(1 + sha256Rate / sha512Rate).toFixed(1)} × the time of
  the first, whoever computes them; the checksum programs use one core, \`verify\` uses ${jobs}. The last column also compares it with both digests.
`;
process.stdout.write(text);
writeFileSync(page, text);

/** Bytes per second that OpenSSL digests on one core. */
async function digestRate(algorithm: string): Promise<number> {
  const run = await measuredRun('openssl', ['speed', '-seconds', '2', '-bytes', '16384', '-evp', algorithm]);
  const found = new RegExp(`^${algorithm}\\s+([0-9.]+)k`, 'im').exec(run.output)?.[1];
  if (run.code !== 0 || found === undefined) throw new Error(`openssl speed ended with ${run.code}:\n${run.output}`);
  return Number(found) * 1_000;
}

/** Measures one corpus, from its creation to its last verification, and returns a section of the page. */
async function measure(title: string, count: number, seconds: number): Promise<string> {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-bench-'));
  try {
    say(`making ${count} recordings of ${seconds} s`);
    const source = join(folder, 'source');
    const corpus = makeCorpus(source, count, seconds);
    const archive = join(folder, 'archive');
    say('import');
    const imported = await longplay(['import', source, '--into', archive, '--quiet', '--open'], [0, 3]);
    say('import of the same again');
    const again = await longplay(['import', source, '--into', archive, '--quiet', '--open'], [0]);
    const loopFiles = Math.min(count, Math.ceil(2_000 / seconds));
    say(`FFmpeg, a process for each of ${loopFiles} files, ${jobs} at a time`);
    const loop = await ffmpegLoop(source, join(folder, 'loop'), loopFiles);
    const bags = readdirSync(join(archive, 'bags'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'manifest-sha256.txt')
      .map((entry) => entry.parentPath);
    const verified: Measured[] = [];
    const summed: Measured[] = [];
    const summedLonger: Measured[] = [];
    for (let round = 0; round < 2; round++) {
      say('sha256sum, sha512sum, verify');
      summed.push(await checksums('256', bags));
      summedLonger.push(await checksums('512', bags));
      verified.push(await longplay(['verify', archive, '--quiet'], [0]));
    }
    say('verify --play');
    const played = await longplay(['verify', archive, '--play', '--quiet'], [0]);
    const [verify, sums, longer] = [best(verified), best(summed), best(summedLonger)];
    const perSecond = (run: { readonly seconds: number }): string => (count / run.seconds).toFixed(0);
    const loopRate = loopFiles / loop.seconds;
    const memory = (run: Measured): string => `${run.memory.map(megabytes).join(' / ')}, peak ${megabytes(run.peakBytes)}`;
    const rows = [
      [
        '`longplay import`',
        imported.seconds.toFixed(1),
        perSecond(imported),
        `${(count / imported.seconds / loopRate).toFixed(1)} × the loop`,
        memory(imported),
      ],
      [`one \`ffmpeg\` per file, ${jobs} at a time, ${loopFiles} of the files`, loop.seconds.toFixed(1), loopRate.toFixed(0), '1', ''],
      ['`longplay import` of the same source again', again.seconds.toFixed(1), perSecond(again), '', memory(again)],
      [
        '`longplay verify`',
        verify.seconds.toFixed(1),
        perSecond(verify),
        `${(verify.seconds / sums.seconds).toFixed(2)} × the time of sha256sum, ${(verify.seconds / (sums.seconds + longer.seconds)).toFixed(2)} × the time of both digests`,
        memory(verify),
      ],
      ['`sha256sum`', sums.seconds.toFixed(1), perSecond(sums), '1', ''],
      ['`sha512sum`', longer.seconds.toFixed(1), perSecond(longer), (longer.seconds / sums.seconds).toFixed(2), ''],
      [
        '`longplay verify --play`',
        played.seconds.toFixed(1),
        perSecond(played),
        `${((count * seconds) / played.seconds).toFixed(0)} × real time`,
        memory(played),
      ],
    ];
    return `## ${title}

${count.toLocaleString('en-US')} recordings of ${seconds} s in mu-law WAV with their CDR table, generated, ${megabytes(corpus.bytes)} MB; ${bags.length} bags.

| run | s | recordings per second | ratio | resident MB at 10 % / 50 % / the end |
|---|---|---|---|---|
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function best(runs: readonly Measured[]): Measured {
  return runs.reduce((a, b) => (a.seconds < b.seconds ? a : b));
}

async function longplay(args: readonly string[], expected: readonly number[]): Promise<Measured> {
  const run = await measuredRun(process.execPath, [cli, ...args]);
  if (run.code === null || !expected.includes(run.code)) throw new Error(`longplay ${args[0]} ended with ${run.code}:\n${run.output}`);
  return run;
}

async function checksums(bits: '256' | '512', bags: readonly string[]): Promise<Measured> {
  const began = performance.now();
  for (const bag of bags) {
    const run = await measuredRun(`sha${bits}sum`, ['--strict', '--quiet', '-c', `manifest-sha${bits}.txt`], bag);
    if (run.code !== 0) throw new Error(`sha${bits}sum ended with ${run.code} in ${bag}`);
  }
  return { code: 0, seconds: (performance.now() - began) / 1_000, cpuSeconds: 0, peakBytes: 0, memory: [], output: '' };
}

async function ffmpegLoop(source: string, out: string, count: number): Promise<{ readonly seconds: number }> {
  mkdirSync(out, { recursive: true });
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.wav'))
    .slice(0, count)
    .map((entry) => join(entry.parentPath, entry.name));
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      const settings = ['-c:a', 'libopus', '-application', 'audio', '-b:a', '32k', '-compression_level', '4'];
      const run = await measuredRun('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', files[index] ?? '', ...settings, join(out, `${index}.opus`)]);
      if (run.code !== 0) throw new Error(`ffmpeg ended with ${run.code}: ${run.output}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return { seconds: (performance.now() - began) / 1_000 };
}
