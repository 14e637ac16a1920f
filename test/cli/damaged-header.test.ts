import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { randomBytes } from '../formats/wave/builder.ts';
import { speech } from '../media/medium-rig.ts';
import { createRig } from './rig.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const pcm = Buffer.from(speech(8_000, 5).buffer);
/** Neither text nor one value: pictures in tags look like this. */
const picture = Buffer.from(randomBytes(64 * 1024, 1));

/** Changes the first letter, as one wrong byte would. */
function harm(file: Buffer, tag: string | Buffer): Buffer {
  const at = file.indexOf(tag);
  if (at < 0) throw new Error(`no ${tag}`);
  const harmed = Buffer.from(file);
  harmed[at + 2] = (harmed[at + 2] ?? 0) ^ 0x80;
  return harmed;
}

/** Writes a number of 32 bits at an offset after a tag. */
function withNumber(file: Buffer, tag: string, behind: number, value: number): Buffer {
  const changed = Buffer.from(file);
  changed.writeUInt32BE(value, file.indexOf(tag) + behind);
  return changed;
}

function chunk(id: string, body: Buffer, endian: 'little' | 'big' = 'little'): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  if (endian === 'little') head.writeUInt32LE(body.length, 4);
  else head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

const told = new Map<string, readonly string[]>();
const harmed: string[] = [];
const genuine: string[] = [];
const codes: (number | null)[] = [];
const outcomes = new Map<string, string>();

beforeAll(async () => {
  await using rig = createRig();
  for (const folder of ['harmed', 'genuine']) mkdirSync(rig.path(folder));
  writeFileSync(rig.path('in.raw'), pcm);
  const made = async (name: string, ...args: string[]): Promise<Buffer> => {
    const input = args.includes('lavfi') ? [] : ['-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'in.raw'];
    const { code, stderr } = await rig.exec('ffmpeg', ['-v', 'error', '-y', ...input, ...args, '-bitexact', name], rig.folder);
    if (code !== 0) throw new Error(stderr);
    return readFileSync(rig.path(name));
  };
  const [wav, aiff, caf, voc, w64, au, wma, m4a] = [
    await made('a.wav'),
    await made('a.aiff'),
    await made('a.caf'),
    await made('a.voc', '-c:a', 'pcm_u8'),
    await made('a.w64'),
    await made('a.au'),
    await made('a.wma', '-c:a', 'wmav2', '-ar', '16000'),
    await made('a.m4a', '-c:a', 'aac'),
  ];
  const video = ['-f', 'lavfi', '-i', 'testsrc=d=1:s=320x240:r=10', '-q:v', '2'];
  const put = (list: string[], folder: string, name: string, bytes: Buffer): void => {
    list.push(name);
    writeFileSync(rig.path(folder, name), bytes);
  };
  const bad = (name: string, bytes: Buffer): void => put(harmed, 'harmed', name, bytes);
  const good = (name: string, bytes: Buffer): void => put(genuine, 'genuine', name, bytes);
  bad('data.wav', harm(wav, 'data'));
  bad('ssnd.aiff', harm(aiff, 'SSND'));
  bad('data.caf', harm(caf, 'data'));
  bad('desc.caf', withNumber(caf, 'desc', 8, 0x00800000));
  const block = Buffer.from(voc);
  block[26] = 0x81;
  bad('block.voc', block);
  bad('data.w64', harm(w64, Buffer.from('data\xf3\xac', 'latin1')));
  bad('offset.au', withNumber(au, '.snd', 4, au.length));
  bad('data.wma', harm(wma, Buffer.from('3626b2758e66cf11', 'hex')));
  for (const tag of ['soun', 'stsd', 'trak', 'stco']) bad(`${tag}.m4a`, harm(m4a, tag));
  bad('stsz.m4a', withNumber(m4a, 'stsz', 12, 0));

  const riff = (...chunks: Buffer[]): Buffer => chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), wav.subarray(12, 36), ...chunks]));
  // Like programs that write tags: a chunk of their own name whose content may be sound.
  good('picture.wav', riff(chunk('id3 ', Buffer.concat([Buffer.from('ID3\x04\0\0\0\x04\0\0', 'latin1'), picture])), chunk('data', Buffer.alloc(0))));
  good('list.wav', riff(chunk('LIST', Buffer.concat([Buffer.from('INFO'), chunk('IART', picture)]))));
  good('zeros.wav', riff(chunk('fail', Buffer.alloc(64 * 1024))));
  good('text.wav', Buffer.concat([riff(), Buffer.from('<call answered="no"/>\r\n'.repeat(1_000))]));
  good('id3.aiff', chunk('FORM', Buffer.concat([Buffer.from('AIFF'), aiff.subarray(12, 38), chunk('ID3 ', picture, 'big')]), 'big'));
  good('zeros.au', Buffer.concat([withNumber(au, '.snd', 4, 24 + 64 * 1024).subarray(0, 24), Buffer.alloc(64 * 1024)]));
  const size = Buffer.alloc(12);
  size.write('info');
  size.writeUInt32BE(picture.length, 8);
  good('info.caf', Buffer.concat([caf.subarray(0, 52), size, picture]));
  // An unanswered video call: pictures, and no sound.
  good('video.mp4', await made('v.mp4', ...video, '-c:v', 'mpeg4'));
  good('video.wmv', await made('v.wmv', ...video, '-c:v', 'wmv2'));
  good('video.ogv', await made('v.ogv', ...video, '-c:v', 'libtheora'));

  for (const folder of ['harmed', 'genuine']) {
    const { code, lines } = await rig.json(['import', folder, '--into', `archive-${folder}`]);
    codes.push(code);
    for (const { type, code: one, place } of lines)
      if (type === 'finding' && String(one).startsWith('M1')) told.set(String(place), [...(told.get(String(place)) ?? []), String(one)]);
    const { stdout } = await rig.run(['list', `archive-${folder}`, '--json']);
    outcomes.set(folder, stdout);
    codes.push((await rig.run(['survey', folder])).code, (await rig.run(['convert', folder, '--out', `copies-${folder}`])).code);
  }
});

test('a damaged header before sound is reported for each file, whatever its format', () => {
  expect(harmed.filter((name) => !told.get(name)?.includes('M147'))).toEqual([]);
});

test('a header without sound is not damaged if tags, pictures, text, video or never written space follow it', () => {
  expect(genuine.filter((name) => told.get(name)?.includes('M147'))).toEqual([]);
});

test('the damaged kind is unreadable and ends import, survey and conversion with 3; the other counts as calls without audio', () => {
  expect(outcomes.get('harmed')?.match(/"status":"unreadable-audio"/g)).toHaveLength(harmed.length);
  expect(outcomes.get('genuine')?.match(/"status":"zero-audio"/g)).toHaveLength(genuine.length);
  // A conversion reports for both that there is nothing to convert.
  expect(codes).toEqual([3, 3, 3, 0, 0, 3]);
});
