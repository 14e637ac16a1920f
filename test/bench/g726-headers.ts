import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { riffWave } from '../../formats/wave/riff-wave.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { never, wav } from '../media/medium-rig.ts';
import { makeCall, rateHz, readPool } from './damage-calls.ts';

// Measures which rate and order of codes are read if a WAVE header states the right rate, and if it states another, for docs/explanation/plausibility.md. Run by hand: node
// dist/test/bench/g726-headers.js FOLDER [EVERY [CALLS]]. FOLDER holds prompts as WAV of 8 kHz; every EVERYth of them is used, and CALLS calls are made as for damage.js. Needs
// FFmpeg.

const [folder = '.', everyArgument = '4', callsArgument = '100'] = process.argv.slice(2);
const pool = readPool(folder);
const prompts = [...pool.speech.flat(), ...pool.music].filter((_, index) => index % Number(everyArgument) === 0);
const calls = Array.from({ length: Number(callsArgument) }, (_, index) => makeCall(1_200_000 + index, pool));
/** The samples with those above full scale clipped. */
const levels = [12, 0, -20, -40];
const rates = [2, 3, 4, 5];
const orders = ['msb', 'lsb'] as const;
const scratch = mkdtempSync(join(tmpdir(), 'longplay-g726-'));

interface Coded {
  readonly bits: number;
  readonly order: 'msb' | 'lsb';
  readonly level: number;
  readonly bytes: Buffer;
}

/** Codes some sound at all rates, orders and levels in one process. FFmpeg writes WAVE with the first code in the high bits; no container has the other order. */
function coded(samples: Int16Array): Coded[] {
  mkdirSync(scratch, { recursive: true });
  const input = join(scratch, 'in.wav');
  writeFileSync(input, wav(samples, rateHz));
  const all = levels.flatMap((level) =>
    rates.flatMap((bits) => orders.map((order) => ({ bits, order, level, path: join(scratch, `${level}.${bits}.${order}`) }))),
  );
  const args = all.flatMap(({ bits, order, level, path }) => [
    ...['-map', '0', '-af', `volume=${level}dB`, '-c:a', order === 'msb' ? 'g726' : 'g726le', '-b:a', `${bits * 8}k`],
    ...['-bitexact', '-f', order === 'msb' ? 'g726' : 'g726le', path],
  ]);
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', '-i', input, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return all.map(({ path, ...more }) => ({ ...more, bytes: readFileSync(path) }));
}

/** As FFmpeg writes it: tag 0x0045, bytes per second, block of one byte, bits per code. */
function wave(bytes: Buffer, bits: number): Buffer {
  const head = Buffer.alloc(46);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(38 + bytes.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(18, 16);
  head.writeUInt16LE(0x0045, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(bits * 1_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 38, 'latin1');
  head.writeUInt32LE(bytes.length, 42);
  return Buffer.concat([head, bytes]);
}

interface Tally {
  files: number;
  /** The true rate and order, as shown by the bytes. */
  right: number;
  /** The rate as stated, with the finding that the order is not shown; it is right for FFmpeg's files. */
  assumed: number;
  wrongRate: number;
  wrongOrder: number;
}
const tallies = new Map<string, Tally>();

async function judge(what: string, { bits, order, level, bytes }: Coded, stated: number): Promise<void> {
  const key = `${what} | ${level} dB | ${bits * 8} kbit/s, ${order}${stated === bits ? '' : ', another stated'}`;
  const tally = tallies.get(key) ?? { files: 0, right: 0, assumed: 0, wrongRate: 0, wrongOrder: 0 };
  tallies.set(key, tally);
  const answer = await riffWave.identify(memoryReader(wave(bytes, stated), 'a.wav'), { name: 'a.wav' }, never);
  const [, kbits, read] = /^g726-(\d+)-(msb|lsb)$/.exec(answer?.tracks[0]?.codec ?? '') ?? [];
  tally.files++;
  const found = answer?.findings.map(({ code, message }) => `${code} ${message}`).join('; ');
  if (Number(kbits) !== bits * 8) tally.wrongRate++;
  else if (answer?.findings.some(({ code }) => code === 'F201') === true) tally.assumed++;
  else if (read !== order) tally.wrongOrder++;
  else tally.right++;
  if (
    stated === bits
      ? Number(kbits) !== bits * 8 || (read !== order && !/F201/.test(found ?? ''))
      : Number(kbits) !== bits * 8 && Number(kbits) !== stated * 8
  )
    process.stderr.write(`${key}, ${stated * 8} stated, ${bytes.length} bytes: read as ${kbits} ${read}: ${found}\n`);
}

for (const [what, sounds] of [['prompts', prompts], ['calls', calls]] as const) // biome-ignore format: one list
  for (const sound of sounds)
    for (const one of coded(sound)) {
      await judge(what, one, one.bits);
      if (one.level === 0 || one.level === -20) for (const stated of rates) if (stated !== one.bits) await judge(what, one, stated);
    }
rmSync(scratch, { recursive: true, force: true });

const say = (text: string): void => void process.stdout.write(`${text}\n`);
say(`${prompts.length} prompts, ${calls.length} calls`);
say('| sound | level | coded | files | right | order assumed | wrong rate | wrong order |\n|---|---|---|---|---|---|---|---|');
for (const [key, { files, right, assumed, wrongRate, wrongOrder }] of tallies)
  say(`| ${key} | ${files} | ${right} | ${assumed} | ${wrongRate} | ${wrongOrder} |`);
