import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { processMedium } from '../../src/media/process-medium.ts';
import type { MediumResult } from '../../src/media/tools/types.ts';
import { never, realTools } from '../media/medium-rig.ts';
import { codings, encodeCalls, makeCall, type Pool, type Random, randomOf, rateHz, readPool } from './damage-calls.ts';

// Measures false alarms and hits of the detection of damage inside a recording, for docs/explanation/plausibility.md. Run by hand: node dist/test/bench/damage.js FOLDER
// [CALLS-PER-CODING [HARMED-PER-CODING [CODINGS]]]. CODINGS is a pattern. FOLDER holds prompts of Asterisk and music on hold as WAV, unpacked from Debian's packages (apt-get
// download, dpkg-deb -x): asterisk-core-sounds-{en,es,fr,it,ru}-wav, asterisk-moh-opsound-wav. Needs sox and FFmpeg.

const [folder = '.', wholeArgument = '200', harmedArgument = '4', pattern = ''] = process.argv.slice(2);
const wholePerCoding = Number(wholeArgument);
const harmedPerCoding = Number(harmedArgument);
const together = 20;

const tools = await realTools();
const pool: Pool = readPool(folder);
const scratch = mkdtempSync(join(tmpdir(), 'longplay-damage-'));
/** Findings of damage that make a copy doubtful; `M132` and `M134` do not, and a mute also causes them. */
const alarms = ['M130', 'M131', 'M133', 'M136', 'M160'];

async function judged(bytes: Uint8Array, name: string): Promise<MediumResult> {
  return await processMedium(
    {
      location: { kind: 'bytes', bytes },
      name,
      place: name,
      originalBase: null,
      accessBase: null,
      access: { format: 'wav', bitratePerChannel: 32_000, complexity: 4 },
    },
    tools,
    never,
  );
}

/** A way to damage the coded bytes [start, end) of a file; null if it does not apply to the file. */
type Harm = (bytes: Buffer, start: number, bytesPerSecond: number, random: Random, others: readonly Buffer[]) => boolean;

const block = 4_096;
function hole(unit: number, blocks: number): Harm {
  return (bytes, start, _, random) => {
    const first = Math.ceil((start + (bytes.length - start) * (0.1 + 0.3 * random())) / unit) * unit;
    if (first + blocks * block + block > bytes.length) return false;
    bytes.fill(0, first, first + blocks * block);
    return true;
  };
}
const tail =
  (share: number, unit: number): Harm =>
  (bytes, start) => {
    const first = Math.floor((start + (bytes.length - start) * (1 - share)) / unit) * unit;
    bytes.fill(0, first + (unit === 1 && first % 2 === 0 ? 1 : 0));
    return true;
  };
const foreign =
  (seconds: number, what: (length: number, random: Random, others: readonly Buffer[]) => Uint8Array): Harm =>
  (bytes, start, bytesPerSecond, random, others) => {
    const length = Math.round(seconds * bytesPerSecond);
    if (length * 1.5 > bytes.length - start) return false;
    bytes.set(what(length, random, others), start + Math.floor((bytes.length - start - length) * random()));
    return true;
  };
const randomBytes = (length: number, random: Random): Uint8Array => Uint8Array.from({ length }, () => 256 * random());
const ofOther =
  (coding: number) =>
  (length: number, _: Random, others: readonly Buffer[]): Uint8Array => {
    const source = others[coding] ?? Buffer.alloc(1);
    return Uint8Array.from({ length }, (__, index) => source[100 + (index % (source.length - 100))] ?? 0);
  };

const ownText = readFileSync('dist/lib/start.js');
const program = readFileSync(process.execPath).subarray(0, 32 * 1024 * 1024);
const deflated = deflateRawSync(program.subarray(0, 4 * 1024 * 1024));
const ofFile =
  (file: Uint8Array) =>
  (length: number, random: Random): Uint8Array => {
    const from = Math.floor((file.length - length) * random());
    return file.subarray(from, from + length);
  };
function logOf(length: number, random: Random): Uint8Array {
  const lines: string[] = [];
  for (let size = 0; size < length; size += lines.at(-1)?.length ?? length) {
    const [day, second, call] = [28, 86_400, 1e9].map((most) => Math.floor(most * random()));
    lines.push(`2024-05-${(day ?? 0) + 1} ${second} INFO call ${call} answered, queue ${'abcdef'[(call ?? 0) % 6]}, trunk=${(second ?? 0) % 31}\n`);
  }
  return Buffer.from(lines.join('')).subarray(0, length);
}

/** Fills with the preceding bytes, repeated at the period; `period` 0 fills with one nonzero value. */
const repeated =
  (period: number, blocks: number): Harm =>
  (bytes, start, _, random) => {
    const first = Math.ceil((start + (bytes.length - start) * (0.3 + 0.3 * random())) / block) * block;
    const end = blocks === 0 ? bytes.length : first + blocks * block;
    if (first - period < start || end - first < bytes.length * 0.05 || end + (blocks === 0 ? 0 : block) > bytes.length) return false;
    for (let at = first; at < end; at++) bytes[at] = period === 0 ? 0xff : (bytes[at - period] ?? 0);
    return true;
  };

/** Several findings report it, each of which makes the copy doubtful. */
const repeatedCodes = ['M136', 'M131', 'M133', 'M126'];

const harms: readonly (readonly [name: string, expected: readonly string[], harm: Harm])[] = [
  ['hole of 4 KiB at 4 KiB', ['M130'], hole(block, 1)],
  ['hole of 4 KiB at 512 bytes', ['M130'], hole(512, 1)],
  ['hole of 16 KiB at 4 KiB', ['M130'], hole(block, 4)],
  ['tail of 6 % anywhere', ['M131', 'M132', 'M134'], tail(0.06, 1)],
  ['tail of 30 % anywhere', ['M131', 'M132', 'M134'], tail(0.3, 1)],
  ['tail of 30 % at 4 KiB', ['M131'], tail(0.3, block)],
  ['tail of 60 % anywhere', ['M131', 'M134'], tail(0.6, 1)],
  ['4 KiB of 0xff', repeatedCodes, repeated(0, 1)],
  ['8 KiB of 0xff', repeatedCodes, repeated(0, 2)],
  ...[2, 33, 160, 512, 4_096].flatMap((period) => [
    [`8 KiB, every ${period} bytes anew`, repeatedCodes, repeated(period, 2)] as const,
    [`to the end, every ${period} bytes anew`, repeatedCodes, repeated(period, 0)] as const,
  ]),
  ['8 KiB, the 8 KiB before once more', repeatedCodes, repeated(8_192, 2)],
  ['random bytes, 0.5 s', ['M133', 'M126'], foreign(0.5, randomBytes)],
  ['random bytes, 1 s', ['M133', 'M126'], foreign(1, randomBytes)],
  ['random bytes, 2 s', ['M133', 'M126'], foreign(2, randomBytes)],
  ['random bytes, 4 s', ['M133', 'M126'], foreign(4, randomBytes)],
  ['GSM, 2 s', ['M133', 'M126'], foreign(2, ofOther(0))],
  ['GSM, 4 s', ['M133', 'M126'], foreign(4, ofOther(0))],
  ['mu-law, 4 s', ['M133', 'M126'], foreign(4, ofOther(1))],
  ['linear, 4 s', ['M133', 'M126'], foreign(4, ofOther(2))],
  ...[2, 3, 5, 10].map((seconds) => [`a log, ${seconds} s`, ['M133', 'M126'], foreign(seconds, logOf)] as const),
  ...[2, 3, 5, 10].map((seconds) => [`source code, ${seconds} s`, ['M133', 'M126'], foreign(seconds, ofFile(ownText))] as const),
  ...[2, 3, 5, 10].map((seconds) => [`a program, ${seconds} s`, ['M133', 'M126', 'M130'], foreign(seconds, ofFile(program))] as const),
  ...[2, 3, 5, 10].map((seconds) => [`deflated bytes, ${seconds} s`, ['M133', 'M126'], foreign(seconds, ofFile(deflated))] as const),
];

/** One-sided 95 % bound of a proportion with `hits` of `n` (Clopper and Pearson). */
function upperBound(hits: number, n: number): number {
  let [low, high] = [hits / n, 1];
  for (let step = 0; step < 60; step++) {
    const p = (low + high) / 2;
    let [term, sum] = [(1 - p) ** n, 0];
    for (let k = 0; k <= hits; k++) {
      sum += term;
      term *= (((n - k) / (k + 1)) * p) / (1 - p);
    }
    if (sum > 0.05) low = p;
    else high = p;
  }
  return high;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const foreignCalls = Array.from({ length: 1 }, (_, index) => makeCall(900_000 + index, pool));
const others = ['GSM, Microsoft', 'mu-law', 'linear, 16 bits'].map((id) => {
  const coding = codings.find((candidate) => candidate.id === id);
  if (coding === undefined) throw new Error(id);
  return readFileSync(encodeCalls(foreignCalls, coding, join(scratch, 'others'))[0] ?? '');
});

const rows: string[] = [];
let [calls, falseAlarms, notes, seconds] = [0, 0, 0, 0];
const hitRows = new Map<string, string[]>(harms.map(([name]) => [name, []]));
const asked = codings.filter(({ id }) => new RegExp(pattern).test(id));
for (const [index, coding] of codings.entries()) {
  if (!asked.includes(coding)) continue;
  let [n, alarmed, noted, other, undecoded] = [0, 0, 0, 0, 0];
  const hits = harms.map(() => ({ hits: 0, n: 0 }));
  for (let from = 0; from < wholePerCoding; from += together) {
    const count = Math.min(together, wholePerCoding - from);
    const made = Array.from({ length: count }, (_, at) => makeCall(index * 100_000 + from + at, pool));
    const paths = encodeCalls(made, coding, scratch);
    for (const [at, path] of paths.entries()) {
      const bytes = readFileSync(path);
      const result = await judged(bytes, basename(path));
      if (result.measurement === null) {
        undecoded++;
        continue;
      }
      n++;
      seconds += (made[at]?.length ?? 0) / rateHz;
      const told = result.findings.filter(({ code }) => alarms.includes(code));
      if (told.length > 0)
        process.stderr.write(
          `false: ${coding.id} call ${index * 100_000 + from + at}: ${told.map(({ code, message }) => `${code} ${message}`).join('; ')}\n`,
        );
      if (told.length > 0) alarmed++;
      else if ((result.doubts ?? []).length > 0) {
        other++;
        process.stderr.write(`other: ${coding.id} call ${index * 100_000 + from + at}: ${result.doubts?.join('; ')}\n`);
      }
      if (result.findings.some(({ code }) => code === 'M132' || code === 'M134')) noted++;
      if (from + at >= harmedPerCoding) continue;
      const length = (made[at]?.length ?? 0) / rateHz;
      const start = bytes.length > 60 && coding.ending === 'wav' ? bytes.indexOf('data', 12, 'latin1') + 8 : 0;
      for (const [which, [, expected, harm]] of harms.entries()) {
        const harmed = Buffer.from(bytes);
        const tally = hits[which];
        if (tally === undefined || !harm(harmed, start, (bytes.length - start) / length, randomOf(index * 1_000 + from + at), others)) continue;
        tally.n++;
        const { findings, access, measurement } = await judged(harmed, basename(path));
        if (measurement === null || access !== null || findings.some(({ code }) => expected.includes(code))) tally.hits++;
        else
          process.stderr.write(
            `missed: ${coding.id} call ${index * 100_000 + from + at}, ${harms[which]?.[0]}: ${findings.map(({ code }) => code).join(' ')}\n`,
          );
      }
    }
    rmSync(scratch, { recursive: true });
  }
  for (const [which, [name]] of harms.entries()) hitRows.get(name)?.push(`${hits[which]?.hits}/${hits[which]?.n}`);
  rows.push(`| ${coding.id} | ${n} | ${alarmed} | ${noted} | ${other} | ${undecoded} |`);
  calls += n;
  falseAlarms += alarmed;
  notes += noted;
  process.stderr.write(`${rows.at(-1)}\n`);
}
rmSync(scratch, { recursive: true, force: true });
say(
  `${calls} undamaged calls of ${Math.round(seconds / 360) / 10} hours: ${falseAlarms} false alarms, at most ${(1000 * upperBound(falseAlarms, calls)).toFixed(2)} in 1,000 (95 %, one-sided); ${notes} notes\n`,
);
say('| coding | calls | false alarms | notes | other doubts | not decoded |\n|---|---|---|---|---|---|');
for (const row of rows) say(row);
say(`\n| harm | ${asked.map(({ id }) => id).join(' | ')} |\n|---|${asked.map(() => '---|').join('')}`);
for (const [name, cells] of hitRows) say(`| ${name} | ${cells.join(' | ')} |`);
