import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import type { Samples } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { createCompare } from '../../src/media/copy/compare-copy.ts';
import { createCopyDecoder } from '../../src/media/copy/copy-decoder.ts';
import { createCopyEncoder } from '../../src/media/copy/copy-encoder.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { keepOriginal } from '../../src/media/keep-original.ts';
import { findOpusLibrary } from '../../src/media/libopus/libopus.ts';
import { createMeasure } from '../../src/media/measure/measure.ts';
import { createPlausibility } from '../../src/media/plausible.ts';
import type { MixedCorpus } from './mixed-corpus.ts';

const parts = ['hash and copy', 'identify and decode', 'measure', 'encode and write', 'listen back', 'compare and measure the copy'] as const;
type Part = (typeof parts)[number];

const never = new AbortController().signal;
const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;

/**
 * A table: CPU-seconds per hour of audio of each part of the work on a recording, in one thread, beside libopus alone. The parts are those of an import; each runs over the same
 * samples in pieces of the same size. @param limit the program of libopus alone; null if there is none
 */
export async function engineParts(corpus: MixedCorpus, limit: string | null, folder: string): Promise<string> {
  const spent = new Map<Part, number>(parts.map((part) => [part, 0]));
  let last = process.cpuUsage();
  const lap = (part: Part | null): void => {
    const { user, system } = process.cpuUsage(last);
    if (part !== null) spent.set(part, (spent.get(part) ?? 0) + (user + system) / 1e6);
    last = process.cpuUsage();
  };
  const opus = findOpusLibrary();
  const tools = { formats, codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: null, opus };
  const out = join(folder, 'parts');
  mkdirSync(out);
  const one = async (path: string): Promise<void> => {
    const name = basename(path);
    const bytes = openMedium({ kind: 'span', file: path, offset: 0, size: statSync(path).size, spooled: false }, name);
    lap(null);
    await keepOriginal(bytes, join(out, 'original'), name, never);
    lap('hash and copy');
    const answer = await identifyMedium(bytes.reader, { name }, formats, never);
    const play = answer === null ? null : playable(answer, tools, name);
    if (play === null || 'reason' in play) throw new Error(`${name} cannot be played`);
    const pieces: Samples[] = [];
    await decodeMedium(play, { bytes, place: name }, (samples) => void pieces.push(samples.slice()), never);
    lap('identify and decode');
    const { sampleRateHz, channels } = play;
    const listeners = [createMeasure(sampleRateHz, channels, 's16le'), createPlausibility(sampleRateHz, channels, 's16le')];
    for (const listener of listeners) {
      for (const piece of pieces) listener.push(piece);
      listener.finish();
    }
    lap('measure');
    const written: Uint8Array[] = [];
    const encoder = createCopyEncoder(
      access,
      { sampleRateHz, channels, serialName: 'access-1', opus, ffmpeg: null },
      (page) => void written.push(page),
    );
    for (const piece of pieces) await encoder.push(piece);
    await encoder.finish();
    const copy = Buffer.concat(written);
    writeFileSync(join(out, 'copy'), copy);
    lap('encode and write');
    const decoder = createCopyDecoder('opus', tools, sampleRateHz, never);
    const heard: Samples[] = [];
    for (let at = 0; at < copy.length; at += 32_768) heard.push((await decoder.push(copy.subarray(at, at + 32_768))).slice());
    heard.push((await decoder.finish()).slice());
    lap('listen back');
    const compare = createCompare({ sampleRateHz, channels, bitratePerChannel: access.bitratePerChannel });
    const measure = createMeasure(sampleRateHz, channels, 's16le');
    for (const piece of pieces) compare.expect(piece);
    for (const piece of heard) {
      compare.found(piece);
      measure.push(piece);
    }
    measure.finish();
    if (!compare.finish().passed) throw new Error(`the copy of ${name} is not like it`);
    lap('compare and measure the copy');
    bytes.close();
    for (const file of ['original', 'copy']) rmSync(join(out, file));
  };
  // Two warm-up runs of each coding: V8 compiles during the run, which is included in the tables of whole runs.
  for (const { path } of corpus.files.slice(0, 20)) await one(path);
  for (const part of parts) spent.set(part, 0);
  for (const { path } of corpus.files) await one(path);
  rmSync(out, { recursive: true });
  return tableOf(spent, corpus, limit === null ? null : limitSeconds(corpus, limit));
}

/** CPU-seconds of libopus alone over all files. */
function limitSeconds({ files }: MixedCorpus, program: string): number {
  const input = files.map(({ rateHz, channels, rawPath }) => `${rateHz} ${channels} ${rawPath}\n`).join('');
  const script = 'TIMEFORMAT="%U %S"; { time "$0" >&2; } 2>&1';
  const [user, system] = execFileSync('bash', ['-c', script, program], { input, encoding: 'utf8' }).trim().split(' ').map(Number);
  return (user ?? Number.NaN) + (system ?? Number.NaN);
}

function tableOf(spent: ReadonlyMap<Part, number>, { hours }: MixedCorpus, limit: number | null): string {
  const row = (what: string, seconds: number): string =>
    `| ${what} | ${(seconds / hours).toFixed(2)} | ${limit === null ? '' : (seconds / limit).toFixed(2)} |`;
  const of = (...some: Part[]): number => some.reduce((sum, part) => sum + (spent.get(part) ?? 0), 0);
  const lane = of('identify and decode', 'encode and write');
  return [
    '### What each part takes',
    '',
    'The calls above, in one thread, after twenty calls as a warm-up. `longplay import` above includes bagging, syncing and the catalog; this table does not.',
    '',
    '| part | CPU-seconds per hour of audio | of libopus alone |',
    '|---|---|---|',
    ...(limit === null ? [] : [row('libopus alone', limit)]),
    ...parts.map((part) => row(part, of(part))),
    row('the fast lane: identify, decode, encode, write', lane),
    row('all of them', of(...parts)),
    '',
    ...(limit === null ? [] : [`The fast lane runs at ${(limit / lane).toFixed(2)} of the speed of libopus alone.`, '']),
  ].join('\n');
}
