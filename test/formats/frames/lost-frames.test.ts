import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createRig } from '../../cli/rig.ts';
import { answer } from '../answers.ts';
import { pack, voice } from '../wave/builder.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'lost-frames-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pcm = Buffer.from(pack(voice(8_000 * 30), 's16le'));

/** Thirty seconds as FFmpeg codes them. */
function coded(name: string, ...args: string[]): Buffer {
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', '8000', '-ac', '1', '-i', '-', ...args, path], { input: pcm });
  return readFileSync(path);
}

/** A picture, such as a cover: random enough to contain frame marks. */
const picture = join(folder, 'cover.jpg');
execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'nullsrc=s=400x400,geq=random(1)*255:128:128', '-frames:v', '1', picture]);

const lame = ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '32k'];
const streams: Readonly<Record<string, Buffer>> = {
  'plain.mp3': coded('plain.mp3', ...lame),
  'bare.mp3': coded('bare.mp3', ...lame, '-write_xing', '0', '-id3v2_version', '0'),
  'variable.mp3': coded('variable.mp3', '-ar', '16000', '-c:a', 'libmp3lame', '-q:a', '5'),
  'plain.mp2': coded('plain.mp2', '-ar', '16000', '-c:a', 'mp2', '-b:a', '32k'),
  'plain.aac': coded('plain.aac', '-ar', '16000', '-c:a', 'aac', '-b:a', '32k'),
  'plain.spx': coded('plain.spx', '-c:a', 'libspeex', '-b:a', '24k'),
  'plain.ogg': coded('plain.ogg', '-ar', '16000', '-c:a', 'libvorbis'),
  // At 8 kbit/s there are fewer bytes after the last page than two pages may have.
  'plain.opus': coded('plain.opus', '-c:a', 'libopus', '-b:a', '8k', '-page_duration', '200000'),
  'wide.opus': coded('wide.opus', '-c:a', 'libopus', '-b:a', '64k', '-page_duration', '200000'),
  'lossless.oga': coded('lossless.oga', '-c:a', 'flac', '-page_duration', '200000'),
};
const names = Object.keys(streams);

/** A file with some of its bytes replaced. */
function spliced(file: Buffer, from: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(file);
  bytes.copy(copy, from);
  return copy;
}
const harms: Readonly<Record<string, (file: Buffer) => Buffer>> = {
  hole: (file) => spliced(file, Math.floor(file.length / 8_192) * 4_096, Buffer.alloc(8_192)),
  'a fifth random': (file) => spliced(file, Math.floor(file.length * 0.4), randomBytes(Math.floor(file.length * 0.2))),
  'a tail of zeros': (file) => spliced(file, Math.floor(file.length * 0.7), Buffer.alloc(file.length - Math.floor(file.length * 0.7))),
  'random but for the beginning': (file) => spliced(file, 8_192, randomBytes(file.length - 8_192)),
};

const lostIn = async (bytes: Uint8Array, name: string): Promise<string[]> =>
  (await answer(bytes, name)).findings.filter(({ code }) => code === 'F395').map(({ message }) => message);

test.each(names)('%s: holes, random bytes and tails of zeros are reported with place, share and time', async (name) => {
  const file = streams[name] as Buffer;
  expect(await lostIn(file, name)).toEqual([]);
  for (const [harm, damage] of Object.entries(harms)) {
    const told = await lostIn(damage(file), name);
    expect([harm, told]).toEqual([
      harm,
      [expect.stringMatching(/^bytes outside of frames: \d+ from byte \d+ at [\d.]+ s.*; \d+ in all, [\d.]+ % of the coded bytes, about [\d.]+ s/)],
    ]);
  }
});

test('Ogg files longer than 16 MiB are judged at their end as well', async () => {
  const long = join(folder, 'long.oga');
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'anoisesrc=d=80:r=96000', '-ac', '2', '-c:a', 'flac', '-f', 'ogg', long]);
  const file = readFileSync(long);
  expect(file.length).toBeGreaterThan(20_000_000);
  expect(await lostIn(file, 'a.oga')).toEqual([]);
  // A hole breaks the pages that it overlaps, each of which has at most 65 kB.
  expect(await lostIn(spliced(file, file.length - 100_000, Buffer.alloc(8_192)), 'a.oga')).toEqual([
    expect.stringMatching(/: \d{4,6} from byte \d+/),
  ]);
  const cut = file.length - 3_000_000;
  expect(await lostIn(spliced(file, cut, Buffer.alloc(3_000_000)), 'a.oga')).toEqual([expect.stringMatching(/: 30\d{5} from byte \d+/)]);
  expect((await answer(spliced(file, cut, Buffer.alloc(3_000_000)), 'a.oga')).findings.map(({ code }) => code)).toContain('F160');
});

test('a conversion omits damaged Opus, reports it and ends with 3', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in'));
  const whole = streams['wide.opus'] as Buffer;
  const last = Math.floor(whole.length * 0.8);
  writeFileSync(rig.path('in/good.opus'), whole);
  writeFileSync(rig.path('in/tail.opus'), spliced(whole, last, randomBytes(whole.length - last)));
  const { code, lines, summary } = await rig.json(['convert', 'in', '--out', 'out']);
  expect({ code, skipped: summary.skipped, openDoubtful: summary.openDoubtful }).toEqual({ code: 3, skipped: 1, openDoubtful: 1 });
  const named = lines.filter(({ type, code: found }) => type === 'finding' && /^M15[56]$/.test(String(found)));
  expect(named.map(({ code: found, place }) => `${found} ${place}`).sort()).toEqual(['M155 good.opus', 'M156 tail.opus']);
  expect(readFileSync(rig.path('out/conversions.jsonl'), 'utf8')).toMatch(
    /"from":"tail\.opus","leftOut":"already Opus, but doubtful: bytes outside of frames/,
  );
});

test('tags, covers, lyrics and some bytes of junk at either end are not lost sound', async () => {
  const tagged = coded('tagged.mp3', ...lame, '-metadata', 'title=A call', '-write_id3v1', '1');
  const covered = join(folder, 'covered.mp3');
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'plain.mp3'), '-i', picture, '-map', '0:a', '-map', '1:v', '-c', 'copy', covered]);
  const plain = streams['plain.mp3'] as Buffer;
  const bare = streams['bare.mp3'] as Buffer;
  const cover = readFileSync(covered);
  expect(cover.length - plain.length).toBeGreaterThan(20_000);
  const item = Buffer.concat([Buffer.from([0x20, 0x4e, 0, 0, 2, 0, 0, 0]), Buffer.from('Cover Art\0'), randomBytes(20_000)]);
  const ape = (flags: number): Buffer => {
    const part = Buffer.alloc(32);
    part.write('APETAGEX', 0, 'latin1');
    part.writeUInt32LE(2_000, 8);
    part.writeUInt32LE(item.length + 32, 12);
    part.writeUInt32LE(1, 16);
    part.writeUInt32LE(flags, 20);
    return part;
  };
  const apeTag = Buffer.concat([ape(0xa0000000), item, ape(0x80000000)]);
  const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]);
  const lyrics = Buffer.from(`LYRICSBEGIN${'IND0000200'.padEnd(5_000, ' ')}`);
  const lyricsTag = Buffer.concat([lyrics, Buffer.from(`${String(lyrics.length).padStart(6, '0')}LYRICS200`)]);
  const files: Readonly<Record<string, Buffer>> = {
    tagged,
    cover,
    'ape behind': Buffer.concat([plain, apeTag]),
    'ape and ID3v1': Buffer.concat([plain, apeTag, id3v1]),
    'lyrics and ID3v1': Buffer.concat([plain, lyricsTag, id3v1]),
    'two files with covers': Buffer.concat([cover, cover]),
    'junk behind': Buffer.concat([bare, randomBytes(1_000)]),
    'zeros behind': Buffer.concat([bare, Buffer.alloc(3_000)]),
    'junk before': Buffer.concat([randomBytes(3_000), bare]),
  };
  for (const [name, file] of Object.entries(files)) expect([name, await lostIn(file, 'a.mp3')]).toEqual([name, []]);
  const tail = Buffer.alloc(40_000);
  expect(await lostIn(Buffer.concat([bare, tail, apeTag, id3v1]), 'a.mp3')).toEqual([expect.stringContaining('40000 from byte')]);
});

test('their copies are doubtful, and the conversion ends with 3', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in'));
  writeFileSync(rig.path('in/good.mp3'), streams['plain.mp3'] as Buffer);
  for (const [index, damage] of Object.values(harms).entries()) writeFileSync(rig.path(`in/${index}.mp3`), damage(streams['plain.mp3'] as Buffer));
  const { code, lines, summary } = await rig.json(['convert', 'in', '--out', 'out']);
  expect({ code, doubtful: summary.doubtful, converted: summary.converted }).toEqual({ code: 3, doubtful: 4, converted: 5 });
  expect(lines.filter((line) => line.type === 'finding' && line.code === 'F395')).toHaveLength(4);
});
