import { createCipheriv } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { mcfFile, mcfSide } from '../formats/loggers/mcf-builder.ts';
import { pack, randomBytes, voice } from '../formats/wave/builder.ts';
import { speech } from '../media/medium-rig.ts';
import { createRig, type Rig, root } from './rig.ts';

const seconds = 20;
const pcm = Buffer.from(speech(8_000, seconds).buffer);

/** Containers as FFmpeg writes them into files. */
const containers: readonly (readonly [name: string, ...coding: string[]])[] = [
  ['pcm.avi', '-c:a', 'pcm_s16le'],
  ['mp3.avi', '-c:a', 'libmp3lame', '-ar', '16000'],
  ['aac.ts', '-c:a', 'aac', '-f', 'mpegts'],
  ['opus.mka', '-c:a', 'libopus'],
  ['vorbis.ogg', '-c:a', 'libvorbis', '-ar', '16000'],
  ['whole.flac', '-c:a', 'flac'],
  ['wma.wma', '-c:a', 'wmav2', '-ar', '16000'],
  ['aac.m4a', '-c:a', 'aac', '-movflags', '+faststart'],
  ['adts.aac', '-c:a', 'aac'],
  ['mp3.flv', '-c:a', 'libmp3lame', '-ar', '22050'],
  ['real.rm', '-c:a', 'real_144'],
  ['pcm.voc', '-c:a', 'pcm_u8'],
  ['ac3.ac3', '-c:a', 'ac3', '-ar', '48000'],
  ['mp2.mp2', '-c:a', 'mp2', '-ar', '16000'],
  // Without a length, as browsers and conference servers write it.
  ['live.webm', '-c:a', 'libopus', '-live', '1'],
  ['live.flv', '-c:a', 'libmp3lame', '-ar', '22050', '-flvflags', 'no_duration_filesize'],
  ['mp3.nut', '-c:a', 'libmp3lame', '-ar', '16000'],
  ['lossless.tta', '-c:a', 'tta'],
  ['alaw.sf', '-c:a', 'pcm_alaw', '-f', 'ircam'],
];
/** Their structure, or plain samples, are reported with other codes: middle, end, and cut; all others have M145 for each. */
const codes = new Map([
  ['pcm.avi', ['M133,M145', 'M145', 'M145']],
  ['aac.m4a', ['M145', 'M131,M145', 'M145']],
  ['aac.ts', ['M145', 'M145', 'M148']],
  // The rest of its last page is 5 % of the file.
  ['vorbis.ogg', ['F395', 'F395', 'F395']],
  ['adts.aac', ['F395', 'F395', 'M148']],
  ['mp2.mp2', ['F395', 'F395', 'M148']],
  // Zeros are the terminator of VOC: data after them are not blocks of it.
  ['pcm.voc', ['M145', 'M146', 'M148']],
  ['ac3.ac3', ['M145', 'M145', 'M148']],
  ['live.webm', ['M145', 'M145', 'M148']],
  ['live.flv', ['M145', 'M145', 'M148']],
  ['mp3.nut', ['M145', 'M145', 'M148']],
  // Nothing in the file shows that there were more samples of one byte.
  ['alaw.sf', ['M133', 'M131', '']],
]);

const third = (file: Buffer): number => Math.floor(file.length / 3);
function encrypted(bytes: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16, 9));
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** Ways in which files lose part of their sound. */
const harms: readonly (readonly [name: string, harm: (file: Buffer) => Buffer])[] = [
  ['whole', (file) => file],
  [
    'middle',
    (file) => Buffer.concat([file.subarray(0, third(file)), encrypted(file.subarray(third(file), 2 * third(file))), file.subarray(2 * third(file))]),
  ],
  ['end', (file) => Buffer.concat([file.subarray(0, 2 * third(file)), Buffer.alloc(file.length - 2 * third(file))])],
  ['cut', (file) => file.subarray(0, 2 * third(file) + 1)],
];

/** Loss in an original is measured before a copy is encoded, and Opus takes most of the time of a conversion. */
const quickCopies = ['--access', 'wav'];
const told = new Map<string, string[]>();
let doubtful = '';

/** Encodes the sound into several files, in one FFmpeg process. */
async function encodeAll(rig: Rig, files: readonly (readonly [name: string, ...coding: string[]])[]): Promise<ReadonlyMap<string, Buffer>> {
  const input = '-v error -y -f s16le -ar 8000 -ac 1 -i in.raw'.split(' ');
  const outputs = files.flatMap(([name, ...coding]) => [...coding, '-bitexact', name]);
  const { code, stderr } = await rig.exec('ffmpeg', [...input, ...outputs], rig.folder);
  if (code !== 0) throw new Error(stderr);
  return new Map(files.map(([name]) => [name, readFileSync(rig.path(name))]));
}

async function encode(rig: Rig, name: string, ...coding: string[]): Promise<Buffer> {
  return (await encodeAll(rig, [[name, ...coding]])).get(name) ?? Buffer.alloc(0);
}

beforeAll(async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('in.raw'), pcm);
  for (const [name, file] of await encodeAll(rig, containers)) {
    for (const [kind, harm] of harms) writeFileSync(rig.path('calls', `${kind} ${name}`), harm(file));
  }
  const { lines, summary } = await rig.json(['convert', 'calls', '--out', 'copies', ...quickCopies]);
  for (const { type, code, place } of lines) {
    if (type !== 'finding' || !/^(M14[5678]|M13[13]|F395)$/.test(String(code))) continue;
    told.set(String(place), [...(told.get(String(place)) ?? []), String(code)]);
  }
  doubtful = JSON.stringify(summary);
});

test.each(containers.map(([name]) => name))(
  '%s: sound lost in the middle, overwritten or cut off at the end is reported, and nothing about the intact file',
  (name) => {
    const expected = codes.get(name) ?? ['M145', 'M145', 'M145'];
    expect(harms.map(([kind]) => (told.get(`${kind} ${name}`) ?? []).join())).toEqual(['', ...expected]);
  },
);

test('each of them is doubtful', () => {
  expect(JSON.parse(doubtful)).toMatchObject({ doubtful: 3 * containers.length - 1 });
});

test('a second file after the first is reported with its place; a header and encrypted bytes are not a call without audio', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('in.raw'), pcm);
  const m4a = await encode(rig, 'one.m4a', '-c:a', 'aac');
  const wma = await encode(rig, 'one.wma', '-c:a', 'wmav2', '-ar', '16000');
  const flac = await encode(rig, 'one.flac', '-c:a', 'flac');
  const mp3 = await encode(rig, 'one.mp3', '-c:a', 'libmp3lame', '-ar', '16000');
  const wav = await encode(rig, 'one.wav', '-c:a', 'pcm_s16le');
  writeFileSync(rig.path('calls/twice.m4a'), Buffer.concat([m4a, m4a]));
  writeFileSync(rig.path('calls/twice.wma'), Buffer.concat([wma, wma]));
  writeFileSync(rig.path('calls/twice.flac'), Buffer.concat([flac, flac]));
  writeFileSync(rig.path('calls/both.mp3'), Buffer.concat([mp3, wav]));
  // Metadata of FFmpeg end at 8,286.
  writeFileSync(rig.path('calls/closed.flac'), Buffer.concat([flac.subarray(0, 9_000), encrypted(flac.subarray(9_000))]));
  const { code, lines } = await rig.json(['convert', 'calls', '--out', 'copies', ...quickCopies]);
  expect(code).toBe(3);
  const found = lines.filter(({ type, code: one }) => type === 'finding' && /^M14[567]$/.test(String(one)));
  expect(found.map(({ code: one, place, message }) => `${one} ${place}: ${String(message).replace(/^(about .* missing).*/, '$1')}`).sort()).toEqual([
    `M146 both.mp3: a RIFF/WAVE file begins at byte ${mp3.length} of ${mp3.length + wav.length}`,
    `M146 twice.flac: a FLAC file begins at byte ${flac.length} of ${2 * flac.length}`,
    `M146 twice.m4a: an MP4 file begins at byte ${m4a.length} of ${2 * m4a.length}`,
    `M146 twice.wma: an ASF file begins at byte ${wma.length} of ${2 * wma.length}`,
    expect.stringMatching(/^M147 closed\.flac: \d+ bytes besides the header contain no readable audio$/),
  ]);
});

test('overwritten chunks of a call on a time line are lost sound; packets that never arrived are not', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  const whole = mcfFile(mcfSide(pack(voice(seconds * 8_000), 'mulaw')));
  const middle = whole.slice();
  middle.set(randomBytes(whole.length / 4, 3), whole.length / 4);
  writeFileSync(rig.path('calls/whole.mcf'), whole);
  writeFileSync(rig.path('calls/middle.mcf'), middle);
  writeFileSync(rig.path('calls/sparse.mcf'), Buffer.concat([whole.subarray(0, 192 * 200), whole.subarray(192 * 500)]));
  const { code, lines } = await rig.json(['convert', 'calls', '--out', 'copies', ...quickCopies]);
  const found = lines.filter(({ type, code: one }) => type === 'finding' && /^M14[567]$/.test(String(one)));
  expect([code, found.map(({ code: one, place }) => `${one} ${place}`)]).toEqual([3, ['M145 middle.mcf']]);
});

test('two streams of one channel become two channels of the copy; if the rates differ the copy of the first is doubtful', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('in.raw'), pcm);
  const raw = ['-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'in.raw'];
  const both = ['-v', 'error', '-y', ...raw, ...raw, '-map', '0', '-map', '1', '-c:a'];
  const files = [
    ['matroska.mkv', 'aac'],
    ['web.webm', 'libopus'],
    ['video.avi', 'pcm_mulaw'],
    ['transport.mts', 'aac'],
    ['media.asf', 'wmav2'],
    ['rates.mkv', 'pcm_s16le', '-ar:a:1', '16000'],
  ] as const;
  for (const [name, ...coding] of files) {
    const format = name === 'transport.mts' ? ['-f', 'mpegts'] : [];
    const { code, stderr } = await rig.exec('ffmpeg', [...both, ...coding, ...format, rig.path('calls', name)], rig.folder);
    expect([code, stderr]).toEqual([0, '']);
  }
  const { code, lines } = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav']);
  expect(code).toBe(3);
  expect(lines.flatMap(({ type, code: found, place }) => (type === 'finding' ? [`${found} ${place}`] : [])).sort()).toEqual(['F306 rates.mkv']);
  for (const [name] of files) {
    const { stdout } = await rig.exec('soxi', ['-c', rig.path('copies', name.replace(/\.\w+$/, '.wav'))], rig.folder);
    expect([name, stdout.trim()]).toEqual([name, name === 'rates.mkv' ? '1' : '2']);
  }
});

test('four seconds of random bytes in G.729 are reported with their times although frames of silence can be found in them', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  const frames = readFileSync(join(root, 'samples/formats/raw-g729.g729'));
  const whole = Buffer.concat(Array.from({ length: Math.ceil(30_000 / frames.length) }, () => frames));
  const harmed = Buffer.concat([whole.subarray(0, 10_000), randomBytes(4_000, 3), whole.subarray(14_000)]);
  writeFileSync(rig.path('calls/whole.g729'), whole);
  writeFileSync(rig.path('calls/harmed.g729'), harmed);
  const { lines } = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav']);
  const found = lines.filter(({ type, code, place }) => type === 'finding' && (code === 'F398' || place === 'whole.g729'));
  expect(found.map(({ code, place, message }) => `${code} ${place}: ${message}`)).toEqual([
    expect.stringMatching(/^F398 harmed\.g729: (9|10)\.\d to 14\.\d s \(\d{4} bytes of sound from (9|10)\d{3,4}\)$/),
  ]);
});

test('a rate that the length in the header contradicts makes the copy of PCM in Matroska and QuickTime doubtful', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in'));
  writeFileSync(rig.path('in.raw'), pcm);
  const float = Buffer.alloc(8);
  float.writeDoubleBE(8_000);
  const double = Buffer.alloc(8);
  double.writeDoubleBE(16_000);
  for (const [name, coding, from, to] of [
    ['pcm.mka', 'pcm_s16le', float, double],
    ['mulaw.mka', 'pcm_mulaw', float, double],
    // The rate of a sample description, 16.16.
    ['pcm.mov', 'pcm_s16be', Buffer.of(0x1f, 0x40, 0, 0), Buffer.of(0x3e, 0x80, 0, 0)],
  ] as const) {
    const file = await encode(rig, name, '-c:a', coding);
    writeFileSync(rig.path('in', `whole-${name}`), file);
    const at = file.indexOf(from, name.endsWith('.mov') ? file.indexOf('stsd') : 0);
    to.copy(file, at);
    writeFileSync(rig.path('in', `other-${name}`), file);
  }
  const { lines, code } = await rig.json(['convert', rig.path('in'), '--out', rig.path('out'), ...quickCopies]);
  const lost = lines.flatMap((line) => (line.type === 'finding' && line.code === 'M145' ? [String(line.place)] : []));
  expect({ code, lost: lost.map((place) => place.replace(/^.*in\//, '')).sort() }).toEqual({
    code: 3,
    lost: ['other-mulaw.mka', 'other-pcm.mka', 'other-pcm.mov'],
  });
});

test('AC-3 whose second half is random after the headers of its frames, and GSM that begins with zeros or ones, are doubtful', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in'));
  writeFileSync(rig.path('in.raw'), pcm);
  for (const [name, coding] of [
    ['a.ac3', 'ac3'],
    ['a.eac3', 'eac3'],
  ] as const) {
    const file = await encode(rig, name, '-c:a', coding, '-ar', '48000');
    writeFileSync(rig.path('in', `whole-${name}`), file);
    const frames = [...file.entries()].filter(([at, byte]) => byte === 0x0b && file[at + 1] === 0x77).map(([at]) => at);
    const size = (frames[1] ?? 0) - (frames[0] ?? 0);
    for (let at = Math.ceil(frames.length / 2) * size; at < file.length; at += size) encrypted(file.subarray(at + 8, at + size)).copy(file, at + 8);
    writeFileSync(rig.path('in', `random-${name}`), file);
  }
  const gsm = await encode(rig, 'a.gsm', '-c:a', 'libgsm');
  writeFileSync(rig.path('in', 'whole.gsm'), gsm);
  for (const [name, byte] of [
    ['zeros.gsm', 0],
    ['ones.gsm', 0xff],
  ] as const)
    writeFileSync(rig.path('in', name), Buffer.from(gsm).fill(byte, 0, 4_200));
  const { lines, code } = await rig.json(['convert', rig.path('in'), '--out', rig.path('out'), ...quickCopies]);
  const lost = lines.flatMap((line) => (line.type === 'finding' && line.code === 'M145' ? [String(line.place)] : []));
  expect({ code, lost: lost.map((place) => place.replace(/^.*in\//, '')).sort() }).toEqual({
    code: 3,
    lost: ['ones.gsm', 'random-a.ac3', 'random-a.eac3', 'zeros.gsm'],
  });
});
