import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig } from '../cli/rig.ts';
import { speech, wav, woven } from '../media/medium-rig.ts';
import { answer } from './answers.ts';
import { run } from './codecs/judges.ts';
import { voice } from './wave/builder.ts';

const samples = speech(8_000, 4);
const pcm = Buffer.from(samples.buffer);

/** Samples in another coding, encoded by sox. */
function coded(encoding: string, ...more: string[]): Buffer {
  return Buffer.from(run('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'raw', '-e', encoding, ...more, '-'], pcm));
}
const [mulaw, alaw, u8] = [coded('mu-law', '-b', '8'), coded('a-law', '-b', '8'), coded('unsigned-integer', '-b', '8')];

/** A file that FFmpeg or sox writes of sound in one law, with the same sound in the other law in its place. */
function under(type: string, encoding: string, stated: Buffer, bytes: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'under-'));
  try {
    writeFileSync(join(folder, 'in.raw'), stated);
    const [from, to] = [join(folder, 'in.raw'), join(folder, 'out')];
    if (type === 'sph') run('sox', ['-t', 'raw', '-e', 'mu-law', '-b', '8', '-r', '8000', '-c', '1', from, '-t', type, to], Buffer.alloc(0));
    else run('ffmpeg', ['-v', 'error', '-f', encoding, '-ar', '8000', '-ac', '1', '-i', from, '-c', 'copy', '-f', type, to], Buffer.alloc(0));
    const file = readFileSync(join(folder, 'out'));
    const at = file.indexOf(stated.subarray(0, 1_000));
    if (at < 0) throw new Error(`nobody wrote ${encoding} into ${type}`);
    bytes.copy(file, at);
    return file;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A voice that is far smoother in its own law than in the other. */
const clear = Buffer.from(voice(32_000).buffer);
const clearAs = (encoding: string): Buffer =>
  Buffer.from(run('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'raw', '-e', encoding, '-b', '8', '-'], clear));
const [clearMulaw, clearAlaw] = [clearAs('mu-law'), clearAs('a-law')];

/** A Creative Voice File of one block of type 9, in a coding of this number: 6 is A-law, 7 mu-law. */
function creative(coding: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(26 + 4 + 12);
  head.write('Creative Voice File\x1a', 0, 'latin1');
  head.writeUInt16LE(26, 20);
  head.writeUInt16LE(0x0114, 22);
  head.writeUInt16LE((~0x0114 + 0x1234) & 0xffff, 24);
  head.writeUInt32LE((12 + bytes.length) * 256 + 9, 26);
  head.writeUInt32LE(8_000, 30);
  head.writeUInt8(8, 34);
  head.writeUInt8(1, 35);
  head.writeUInt16LE(coding, 36);
  return Buffer.concat([head, bytes, Buffer.of(0)]);
}

/** A WAVE of PCM with changed fields. */
function wave(sound: Buffer, fields: { channels?: number; rate?: number; bytesPerSecond?: number; block?: number; bits?: number }): Buffer {
  const file = Buffer.concat([Buffer.from(wav(new Int16Array(0), 8_000)), sound]);
  file.writeUInt32LE(sound.length, 40);
  file.writeUInt32LE(36 + sound.length, 4);
  file.writeUInt16LE(fields.channels ?? 1, 22);
  file.writeUInt32LE(fields.rate ?? 8_000, 24);
  file.writeUInt32LE(fields.bytesPerSecond ?? 16_000, 28);
  file.writeUInt16LE(fields.block ?? 2, 32);
  file.writeUInt16LE(fields.bits ?? 16, 34);
  return file;
}

interface Heard {
  readonly code: number | null;
  readonly codes: string[];
  readonly doubtful: unknown;
  readonly channels: number;
  readonly frames: number;
  readonly samples: Int16Array;
}

/** The WAV conversion of a file, as sox reads it. */
async function heard(name: string, file: Buffer): Promise<Heard> {
  await using rig = createRig();
  writeFileSync(rig.path(name), file);
  const { code, lines, summary } = await rig.json(['convert', rig.path(name), '--out', rig.path('out'), '--access', 'wav']);
  const made = lines.flatMap((line) => (line.type === 'result' ? [line.value as { to: string; channels: number; samples: number }] : []))[0];
  if (made === undefined) throw new Error(JSON.stringify(lines));
  const raw = Buffer.from(run('sox', [rig.path('out', made.to), '-t', 's16', '-'], Buffer.alloc(0)));
  const codes = lines.flatMap((line) => (line.type === 'finding' ? [String(line.code)] : []));
  const out = new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
  return { code, codes: [...codes].sort(), doubtful: summary.doubtful, channels: made.channels, frames: made.samples, samples: out };
}

const asLinear = (type: string, bytes: Buffer): Int16Array => {
  const raw = Buffer.from(run('sox', ['-t', 'raw', '-e', type, '-b', '8', '-r', '8000', '-c', '1', '-', '-t', 's16', '-'], bytes));
  return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
};

test.each([
  ['AU', 'a.au', under('au', 'mulaw', clearMulaw, clearAlaw), 'a-law', clearAlaw],
  ['AU', 'b.au', under('au', 'alaw', clearAlaw, clearMulaw), 'mu-law', clearMulaw],
  ['AIFF-C', 'a.aifc', under('aiff', 'mulaw', clearMulaw, clearAlaw), 'a-law', clearAlaw],
  ['CAF', 'a.caf', under('caf', 'mulaw', clearMulaw, clearAlaw), 'a-law', clearAlaw],
  ['NIST SPHERE', 'a.sph', under('sph', 'mulaw', clearMulaw, clearAlaw), 'a-law', clearAlaw],
  ['VOC', 'a.voc', creative(7, clearAlaw), 'a-law', clearAlaw],
] as const)('%s that states the other law is decoded by its content', async (_what, name, file, law, bytes) => {
  const { code, codes, samples: out } = await heard(name, file);
  expect({ code, codes }).toEqual({ code: 0, codes: ['F202'] });
  expect(Buffer.from(out.buffer).equals(Buffer.from(asLinear(law, bytes).buffer))).toBe(true);
});

test.each([
  ['mu-law', 'mulaw', clearMulaw, clearAlaw],
  ['A-law', 'alaw', clearAlaw, clearMulaw],
] as const)(
  '%s with foreign bytes in part keeps the coding of its header, and the other law is found beside foreign bytes',
  async (_law, codec, right, wrong) => {
    const tag = codec === 'mulaw' ? 7 : 6;
    const file = (sound: Buffer): Buffer => {
      const bytes = wave(sound, { bytesPerSecond: 8_000, block: 1, bits: 8 });
      bytes.writeUInt16LE(tag, 20);
      return bytes;
    };
    // Pseudo-random bytes, the same in every run.
    let state = 7;
    const random = (length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length; at++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        bytes[at] = state >>> 24;
      }
      return bytes;
    };
    const spoilt = (sound: Buffer, foreign: (length: number) => Buffer, share: number, from: number): Buffer => {
      const copy = Buffer.from(sound);
      foreign(Math.floor(sound.length * share)).copy(copy, Math.floor(sound.length * from));
      return copy;
    };
    const foreign = [
      random,
      (length: number) => Buffer.alloc(length),
      (length: number) => pcm.subarray(0, length),
      (length: number) => wrong.subarray(0, length),
    ];
    for (const share of [0.05, 0.2, 0.4]) {
      for (const [kind, make] of foreign.entries()) {
        for (const from of [0, 0.3, 1 - share]) {
          const kept = await answer(file(spoilt(right, make, share, from)), 'a.wav');
          expect([kind, share, from, kept.tracks[0]?.codec]).toEqual([kind, share, from, codec]);
          if (kind === 3) continue;
          const found = await answer(file(spoilt(wrong, make, share, from)), 'a.wav');
          expect([kind, share, from, found.tracks[0]?.codec]).toEqual([kind, share, from, codec === 'mulaw' ? 'alaw' : 'mulaw']);
        }
      }
    }
  },
);

test.each([
  ['u8', u8, 'unsigned-integer'],
  ['mu-law', mulaw, 'mu-law'],
  ['A-law', alaw, 'a-law'],
] as const)('%s stated as 16-bit PCM is decoded by its content', async (_what, bytes, type) => {
  const { code, codes, samples: out } = await heard('a.wav', wave(bytes, {}));
  expect({ code, codes }).toEqual({ code: 0, codes: ['F202'] });
  expect(Buffer.from(out.buffer).equals(Buffer.from(asLinear(type, bytes).buffer))).toBe(true);
});

test.each([
  ['and an equal byte rate', 32_000],
  ['and half the byte rate', 16_000],
])('two channels stated as one in blocks of four %s are decoded as two', async (_what, bytesPerSecond) => {
  const stereo = woven(samples, speech(8_000, 4, 5));
  const { code, codes, channels, samples: out } = await heard('a.wav', wave(Buffer.from(stereo.buffer), { block: 4, bytesPerSecond }));
  expect({ code, codes, channels }).toEqual({ code: 0, codes: ['F113', 'F392'], channels: 2 });
  expect(out).toEqual(stereo);
});

test('one channel of 16 bits in blocks of four stays one, with its length, in speech, quiet speech and noise', async () => {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 0x80000000 - 1;
  };
  const quiet = samples.map((sample) => Math.round(sample / 20));
  const noisy = samples.map((sample) => Math.round(sample / 2 + 300 * random()));
  for (const sound of [samples, quiet, noisy]) {
    for (const [bytesPerSecond, codes] of [
      [32_000, ['F113', 'F394']],
      [16_000, ['F113']],
    ] as const) {
      const one = await heard('a.wav', wave(Buffer.from(sound.buffer), { block: 4, bytesPerSecond }));
      expect(one).toMatchObject({ code: 0, codes, doubtful: 0, channels: 1 });
      expect(one.samples).toEqual(sound);
    }
  }
});

test('identical sound in both halves of blocks of four is two channels, and a tone at a quarter of the rate is doubtful', async () => {
  const twice = woven(samples, samples);
  const both = await heard('a.wav', wave(Buffer.from(twice.buffer), { block: 4, bytesPerSecond: 32_000 }));
  expect(both).toMatchObject({ code: 0, codes: ['F113', 'F392'], channels: 2 });
  expect(both.samples).toEqual(twice);
  const tone = Int16Array.from({ length: 32_000 }, (_, index) => Math.round(8_000 * Math.sin((2 * Math.PI * 2_000 * index) / 8_000 + 0.3)));
  const unclear = await heard('a.wav', wave(Buffer.from(tone.buffer), { block: 4, bytesPerSecond: 32_000 }));
  expect(unclear).toMatchObject({ code: 3, doubtful: 1 });
  expect(unclear.codes).toContain('F391');
});

test('two channels of 16 bits in blocks of two are one channel if its samples are smooth, and two of 8 bits if those are', async () => {
  const stated = { channels: 2, block: 2 };
  const one = await heard('a.wav', wave(pcm, stated));
  expect(one).toMatchObject({ code: 0, codes: ['F113', 'F394'], channels: 1 });
  expect(one.samples).toEqual(samples);
  const other = u8.toReversed();
  const pairs = Buffer.alloc(2 * u8.length);
  for (const [index, byte] of u8.entries()) pairs.set([byte, other[index] ?? 0], 2 * index);
  const two = await heard('a.wav', wave(pairs, stated));
  expect(two).toMatchObject({ code: 0, codes: ['F113'], channels: 2, frames: u8.length });
});

test('one channel of 32 bits stays one, and is doubtful if its lower half is silent', async () => {
  const words = (low: (index: number) => number): Buffer => {
    const bytes = Buffer.alloc(samples.length * 4);
    for (const [index, sample] of samples.entries()) bytes.writeInt32LE(sample * 65_536 + low(index), index * 4);
    return bytes;
  };
  const full = await heard(
    'a.wav',
    wave(
      words((index) => (index * 40_503) & 0xffff),
      { block: 4, bytesPerSecond: 32_000 },
    ),
  );
  expect(full).toMatchObject({ code: 0, codes: ['F113'], channels: 1, frames: samples.length });
  const padded = await heard(
    'a.wav',
    wave(
      words(() => 0),
      { block: 4, bytesPerSecond: 32_000 },
    ),
  );
  expect(padded).toMatchObject({ code: 3, codes: ['F113', 'F391'], doubtful: 1, channels: 1, frames: samples.length });
});

/** Output of sox for the voice in a coding, with another rate in the fmt chunk. */
function soxWave(encoding: string, rate: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'rate-'));
  try {
    run('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-e', encoding, '-t', 'wav', join(folder, 'a.wav')], pcm);
    const file = readFileSync(join(folder, 'a.wav'));
    file.writeUInt32LE(rate, 24);
    return file;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(['gsm-full-rate', 'ima-adpcm', 'ms-adpcm'])(
  '%s whose byte rate fits another sample rate is doubtful, and with its own is not',
  async (encoding) => {
    const codes = async (rate: number): Promise<string[]> => {
      const { findings } = await answer(soxWave(encoding, rate), 'a.wav');
      return findings.map(({ code }) => code).filter((code) => code === 'F391');
    };
    expect([await codes(8_000), await codes(16_000), await codes(11_025)]).toEqual([[], ['F391'], ['F391']]);
  },
);

test.each(['adpcm_ima_wav', 'adpcm_ms', 'adpcm_yamaha'])(
  'the byte rate that FFmpeg states for %s is no evidence of its sample rate',
  async (codec) => {
    const folder = mkdtempSync(join(tmpdir(), 'rate-'));
    try {
      for (const rate of ['8000', '11025', '16000', '44100']) {
        run('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', rate, '-ac', '1', '-i', 'pipe:0', '-c:a', codec, join(folder, 'a.wav')], pcm);
        const { findings } = await answer(readFileSync(join(folder, 'a.wav')), 'a.wav');
        expect(findings.map(({ code }) => code)).not.toContain('F391');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test.each([
  ['gsm-full-rate', 0x7fffefc2],
  ['mu-law', 0x7ffff000],
])('%s that sox writes into a pipe states 2 GiB, rounded down to blocks, and is complete', async (encoding, mark) => {
  const file = Buffer.from(run('bash', ['-c', `sox -t s16 -r 8000 -c 1 - -e ${encoding} -t wav - 2> /dev/null | cat`], pcm));
  expect(file.readUInt32LE(file.indexOf('data') + 4)).toBe(mark);
  const { code, codes } = await heard('a.wav', file);
  expect({ code, told: codes.includes('F101'), lacking: codes.filter((one) => one === 'M145' || one === 'F103') }).toEqual({
    code: 0,
    told: true,
    lacking: [],
  });
});

test('a rate that the byte rate contradicts is used and marked as doubtful; a byte rate that fits no rate is only reported', async () => {
  const doubtful = await heard('a.wav', wave(pcm, { rate: 16_000, bytesPerSecond: 16_000 }));
  expect(doubtful).toMatchObject({ code: 3, codes: ['F113', 'F391'], doubtful: 1, frames: samples.length });
  for (const bytesPerSecond of [0, 15_999, 1_234_567]) {
    const told = await heard('a.wav', wave(pcm, { bytesPerSecond }));
    expect(told).toMatchObject({ code: 0, doubtful: 0, frames: samples.length });
  }
});

test('a right label is believed: speech, a high tone, hiss, a square wave and silence', async () => {
  const tone = Int16Array.from({ length: 32_000 }, (_, index) => Math.round(8_000 * Math.sin((2 * Math.PI * 3_700 * index) / 8_000)));
  const square = Int16Array.from({ length: 32_000 }, (_, index) => (index % 16 < 8 ? 30_000 : -30_000));
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 0x80000000 - 1;
  };
  const hiss = (size: number): Int16Array => Int16Array.from({ length: 32_000 }, () => Math.round(size * random()));
  for (const sound of [samples, tone, square, hiss(10_000), hiss(100), hiss(3), new Int16Array(32_000), woven(samples, hiss(200))]) {
    const stereo = sound.length > 32_000;
    const file = wave(Buffer.from(sound.buffer), stereo ? { channels: 2, block: 4, bytesPerSecond: 32_000 } : {});
    const { codes, samples: out } = await heard('a.wav', file);
    expect(codes.filter((code) => /^F/.test(code))).toEqual([]);
    expect(out).toEqual(sound);
  }
});

/** Two people who take turns of a second, with line noise. */
function twoSides(seconds: number): [Int16Array, Int16Array] {
  const voices = [speech(8_000, 2 * seconds), speech(8_000, 3 * seconds)];
  const side = (which: 0 | 1): Int16Array =>
    Int16Array.from({ length: 8_000 * seconds }, (_, i) =>
      Math.floor(i / 8_000) % 2 === which ? (voices[which]?.[i + 4_000] ?? 0) : ((i * 48_271) % 31) - 15,
    );
  return [side(0), side(1)];
}
const [agent, caller] = twoSides(12);
const both = woven(agent, caller);
const mixed = Int16Array.from(agent, (sample, i) => sample + (caller[i] ?? 0));
const leaking = woven(
  agent.map((sample, i) => sample + 0.3 * (caller[i] ?? 0)),
  caller.map((sample, i) => sample + 0.3 * (agent[i] ?? 0)),
);
const bytesOf = (of: Int16Array): Buffer => Buffer.from(of.buffer, of.byteOffset, of.byteLength);
const as8 = (of: Int16Array): Buffer => Buffer.from(Uint8Array.from(of, (sample) => (sample >> 8) + 128));
const lawOf = (encoding: string, of: Int16Array): Buffer =>
  Buffer.from(run('sox', ['-t', 's16', '-r', '8000', '-c', '1', '-', '-t', 'raw', '-e', encoding, '-b', '8', '-'], bytesOf(of)));
const mono = { channels: 1, block: 2, bytesPerSecond: 16_000 };
const stereo = { channels: 2, block: 4, bytesPerSecond: 32_000 };
const mono8 = { channels: 1, block: 1, bytesPerSecond: 8_000, bits: 8 };
const stereo8 = { channels: 2, block: 2, bytesPerSecond: 16_000, bits: 8 };
const of = (channels: number, bytes = 2): { channels: number; block: number; bytesPerSecond: number } => ({
  channels,
  block: bytes * channels,
  bytesPerSecond: 8_000 * bytes * channels,
});
const lawWave = (tag: number, sound: Buffer, fields: typeof mono8): Buffer => {
  const file = wave(sound, fields);
  file.writeUInt16LE(tag, 20);
  return file;
};

test.each([
  ['16 bits, one channel as two', wave(bytesOf(mixed), stereo), 'F399'],
  ['16 bits, two as one', wave(bytesOf(both), mono), 'F399'],
  ['16 bits, two as one, one of them silent', wave(bytesOf(woven(agent, new Int16Array(agent.length))), mono), 'F399'],
  ['16 bits, two as one, each audible on the other', wave(bytesOf(leaking), mono), 'F399'],
  ['8 bits, one channel as two', wave(as8(mixed), stereo8), 'F399'],
  ['8 bits, two as one', wave(as8(both), mono8), 'F399'],
  ['mu-law, one channel as two', lawWave(7, lawOf('mu-law', mixed), stereo8), 'F399'],
  ['A-law, two as one', lawWave(6, lawOf('a-law', both), mono8), 'F399'],
  ...[3, 4, 6].flatMap(
    (channels) =>
      [
        [`16 bits, one channel as ${channels}`, wave(bytesOf(mixed), of(channels)), 'F399'],
        [`8 bits, one channel as ${channels}`, wave(as8(mixed), { ...of(channels, 1), bits: 8 }), 'F399'],
        [`16 bits, two as ${channels}`, wave(bytesOf(both), of(channels)), 'F399'],
        [`16 bits, ${channels} that are one`, wave(bytesOf(woven(...new Array<Int16Array>(channels).fill(mixed))), of(channels)), null],
      ] as const,
  ),
  ['16 bits, four', wave(bytesOf(woven(agent, caller, mixed, new Int16Array(mixed.length))), of(4)), null],
  ['16 bits, four of two that hear each other', wave(bytesOf(woven(agent, mixed, caller, mixed)), of(4)), null],
  ['16 bits, three, each a sample later', wave(bytesOf(woven(mixed.subarray(2), mixed.subarray(1), mixed)), of(3)), null],
  ['16 bits, six, of which one sounds', wave(bytesOf(woven(mixed, ...new Array<Int16Array>(5).fill(new Int16Array(mixed.length)))), of(6)), null],
  ['16 bits, one', wave(bytesOf(mixed), mono), null],
  ['16 bits, two', wave(bytesOf(both), stereo), null],
  ['16 bits, two, each audible on the other', wave(bytesOf(leaking), stereo), null],
  ['16 bits, the same twice', wave(bytesOf(woven(mixed, mixed)), stereo), null],
  ['16 bits, two, one of them silent', wave(bytesOf(woven(agent, new Int16Array(agent.length))), stereo), null],
  ['16 bits, two, one a sample late', wave(bytesOf(woven(mixed.subarray(1), mixed)), stereo), null],
  ['8 bits, two', wave(as8(both), stereo8), null],
  ['mu-law, one', lawWave(7, lawOf('mu-law', mixed), mono8), null],
  ['A-law, two', lawWave(6, lawOf('a-law', both), stereo8), null],
  [
    'a tone of 3,800 Hz',
    wave(bytesOf(Int16Array.from({ length: 96_000 }, (_, i) => 9_000 * Math.sin((2 * Math.PI * 3_800 * i) / 8_000))), mono),
    null,
  ],
  ['a tone of 2,000 Hz', wave(bytesOf(Int16Array.from({ length: 96_000 }, (_, i) => 9_000 * Math.sin(Math.PI * 0.5 * i + 0.1))), mono), null],
] as const)('the channels of a WAVE with consistent fields are those of its bytes, or it is doubtful: %s', async (_what, file, code) => {
  const { findings } = await answer(file, 'a.wav');
  expect(findings.filter((one) => one.code === 'F399').length).toBe(code === null ? 0 : 1);
});

test('a WAVE that states another number of channels is decoded as stated, is doubtful, and ends with 3', async () => {
  const found = await heard('a.wav', wave(bytesOf(mixed), stereo));
  expect(found).toMatchObject({ code: 3, codes: ['F399'], doubtful: 1, channels: 2, frames: mixed.length / 2 });
});

/** Sound as FFmpeg codes it into WAVE, under another tag. */
function retagged(codec: string, tag: number): Buffer {
  const file = run('ffmpeg', '-v error -f s16le -ar 8000 -ac 1 -i - -c:a'.split(' ').concat(codec, '-bitexact', '-f', 'wav', '-'), bytesOf(mixed));
  const copy = Buffer.from(file);
  copy.writeUInt16LE(tag, 20);
  return copy;
}

test.each([
  ['IMA ADPCM as Yamaha', 'adpcm_ima_wav', 0x20, true],
  ["Microsoft's ADPCM as Yamaha", 'adpcm_ms', 0x20, true],
  ['Yamaha ADPCM as IMA', 'adpcm_yamaha', 0x11, true],
  ['Yamaha ADPCM as itself', 'adpcm_yamaha', 0x20, false],
  ['IMA ADPCM as itself', 'adpcm_ima_wav', 0x11, false],
] as const)('ADPCM under the tag of another kind is doubtful: %s', async (_what, codec, tag, isDoubtful) => {
  const { code, codes, doubtful } = await heard('a.wav', retagged(codec, tag));
  expect([code, codes.includes('F391'), doubtful]).toEqual(isDoubtful ? [3, true, 1] : [0, false, 0]);
});
