import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCorpus } from './make-corpus.ts';
import { type Measured, measuredRun } from './measured-run.ts';

// npm run bench [-- RECORDINGS [SECONDS]]: import and verification against FFmpeg in a loop and sha256sum, in one run.
const recordings = Number(process.argv[2] ?? 100_000);
const seconds = Number(process.argv[3] ?? 2);
const loopFiles = Math.min(recordings, 400);
const jobs = availableParallelism();
const cli = fileURLToPath(new URL('../../bin/longplay.js', import.meta.url));
const page = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-bench-'));
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

try {
  say(`making ${recordings} recordings of ${seconds} s`);
  const source = join(folder, 'source');
  const corpus = makeCorpus(source, recordings, seconds);
  const archive = join(folder, 'archive');

  say('import');
  const imported = await longplay(['import', source, '--into', archive, '--quiet'], [0, 3]);
  say('import of the same again');
  const again = await longplay(['import', source, '--into', archive, '--quiet'], [0]);
  say(`FFmpeg, a process for each of ${loopFiles} files, ${jobs} at a time`);
  const loop = await ffmpegLoop(source, join(folder, 'loop'));
  say('verify');
  const bags = readdirSync(join(archive, 'bags'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'manifest-sha256.txt')
    .map((entry) => entry.parentPath);
  // Twice each, in turns, the better counts: the first reading of either may find files that are not in memory.
  const verified: Measured[] = [];
  const summed: Measured[] = [];
  for (let round = 0; round < 2; round++) {
    summed.push(await sha256sum(bags));
    verified.push(await longplay(['verify', archive, '--quiet'], [0]));
  }
  say('verify --play');
  const played = await longplay(['verify', archive, '--play', '--quiet'], [0]);
  const best = (runs: readonly Measured[]): Measured => runs.reduce((a, b) => (a.seconds < b.seconds ? a : b));
  const [verify, sums] = [best(verified), best(summed)];
  const perSecond = (count: number, run: { readonly seconds: number }): string => (count / run.seconds).toFixed(0);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const loopRate = loopFiles / loop.seconds;
  const importRate = recordings / imported.seconds;
  const rows = [
    [
      '`longplay import` (keep, hash twice, measure, encode, listen back, bag, sync)',
      imported.seconds.toFixed(1),
      perSecond(recordings, imported),
      `${(importRate / loopRate).toFixed(1)} × the loop`,
      `${imported.memory.map(megabytes).join(' / ')} MB, peak ${megabytes(imported.peakBytes)}`,
    ],
    [`one \`ffmpeg\` a file, ${jobs} at a time, ${loopFiles} of the files (encode only)`, loop.seconds.toFixed(1), loopRate.toFixed(0), '1', ''],
    [
      '`longplay import` of the same source again (adds nothing)',
      again.seconds.toFixed(1),
      perSecond(recordings, again),
      '',
      `peak ${megabytes(again.peakBytes)} MB`,
    ],
    [
      '`longplay verify` (both digests, tag manifests, schema, Ogg structure)',
      verify.seconds.toFixed(1),
      perSecond(recordings, verify),
      `${(verify.seconds / sums.seconds).toFixed(2)} × the time of sha256sum`,
      `${verify.memory.map(megabytes).join(' / ')} MB, peak ${megabytes(verify.peakBytes)}`,
    ],
    ['`sha256sum --strict --quiet -c manifest-sha256.txt` in each bag', sums.seconds.toFixed(1), perSecond(recordings, sums), '1', ''],
    [
      '`longplay verify --play` (the same, and every copy decoded)',
      played.seconds.toFixed(1),
      perSecond(recordings, played),
      `${((recordings * seconds) / played.seconds).toFixed(0)} × real time`,
      `peak ${megabytes(played.peakBytes)} MB`,
    ],
  ];
  const text = `# Benchmarks

\`npm run bench\` writes this page: everything below was measured in one run, side by side, on one machine. Machines are noisy; trust the ratios.

Corpus: ${recordings.toLocaleString('en-US')} recordings of ${seconds} s in mu-law WAV with their CDR table, ${megabytes(corpus.bytes)} MB, generated. ${jobs} cores (${cpus()[0]?.model.trim() ?? 'unknown'}),
Node.js ${process.versions.node}, ${bags.length} bags.

| run | s | recordings a second | ratio | resident memory at 10 % / 50 % / the end |
|---|---|---|---|---|
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

The FFmpeg loop is \`ffmpeg -v error -nostdin -y -i FILE -c:a libopus -application audio -b:a 32k -compression_level 4 OUT\`: it encodes and does nothing else.
\`sha256sum\` reads the payload once with one digest; \`longplay verify\` computes two, checks the tag files, every \`recording.json\` against its schema and every
Ogg page. Of \`verify\` and \`sha256sum\` the better of two runs each, in turns.
`;
  process.stdout.write(text);
  writeFileSync(page, text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function longplay(args: readonly string[], expected: readonly number[]): Promise<Measured> {
  const run = await measuredRun(process.execPath, [cli, ...args]);
  if (run.code === null || !expected.includes(run.code)) throw new Error(`longplay ${args[0]} ended with ${run.code}:\n${run.output}`);
  return run;
}

async function sha256sum(bags: readonly string[]): Promise<Measured> {
  const began = performance.now();
  for (const bag of bags) {
    const run = await measuredRun('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], bag);
    if (run.code !== 0) throw new Error(`sha256sum ended with ${run.code} in ${bag}`);
  }
  return { code: 0, seconds: (performance.now() - began) / 1_000, peakBytes: 0, memory: [], output: '' };
}

async function ffmpegLoop(source: string, out: string): Promise<{ readonly seconds: number }> {
  mkdirSync(out, { recursive: true });
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.wav'))
    .slice(0, loopFiles)
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
