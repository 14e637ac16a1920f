import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { judge } from '../../formats/headerless/judge.ts';
import { formats } from '../../formats/index.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { answer, answers, codesOf, never } from './answers.ts';
import { hasShared } from './codecs/judges.ts';
import { codings, hitRates } from './hit-rates.ts';
import { prompts } from './prompts.ts';
import { join as bytesOf, numbers, pack, randomBytes, text, voice } from './wave/builder.ts';

const speech = voice(16_000);
const layouts = [
  ['mulaw', 'mulaw'],
  ['alaw', 'alaw'],
  ['pcm-u8', 'u8'],
  ['pcm-s8', 's8'],
  ['pcm-s16le', 's16le'],
  ['pcm-s16be', 's16be'],
] as const;

describe.skipIf(!hasShared)('on prompts of real exchanges, two seconds at a time', () => {
  const folders = new Set<string>();
  // One prompt of each language.
  const sounds = prompts().flatMap(([name, samples]) => {
    const folder = name.split('/')[0] ?? '';
    if (folders.has(folder) || samples.length < 40_000) return [];
    folders.add(folder);
    return [samples];
  });

  test.each(codings)('$id is distinguished from all others, and never mistaken for another', async (coding) => {
    const { windows, silent, right, wrong } = await hitRates(coding, sounds, 2);
    expect(sounds.length).toBeGreaterThanOrEqual(4);
    expect(wrong).toBe(0);
    // Codes of two bits leave no trace, and their order only shows after some seconds.
    const leastShare = coding.id.startsWith('g726-16') ? 0.6 : coding.id.startsWith('g726-32') ? 0.8 : 0.9;
    expect(right / (windows - silent)).toBeGreaterThanOrEqual(leastShare);
    expect(silent).toBeLessThan(windows / 2);
  });
});

test.each(layouts)('a synthetic voice in %s is distinguished from all others, at half a second and at two', async (id, layout) => {
  for (const samples of [4000, 16_000]) {
    const { best, clear } = await judge(memoryReader(pack(speech.subarray(0, samples), layout), 'voice'), [id], never);
    expect([samples, best?.hypothesis.id, clear]).toEqual([samples, id, true]);
  }
});

test('a tone, a busy signal and dialled digits are identified as well as a voice, by prediction from earlier samples, not by smoothness', async () => {
  const tone = (...hertz: number[]): Int16Array =>
    Int16Array.from({ length: 16_000 }, (_, i) => hertz.reduce((sum, f) => sum + Math.round(6000 * Math.sin((2 * Math.PI * f * i) / 8000)), 0));
  for (const samples of [tone(425), tone(697, 1209), tone(941, 1633), tone(1100), tone(2100)]) {
    for (const [id, layout] of layouts) {
      const { best } = await judge(memoryReader(pack(samples, layout), 'tone'), [id], never);
      expect(best?.hypothesis.id).toBe(id);
    }
  }
});

test('sound between long silences is found by a second examination', async () => {
  const file = new Uint8Array(2_000_000).fill(0xff);
  for (let i = 0; i < 24; i++) file.set(pack(speech.subarray(0, 8000), 'mulaw'), 40_000 + i * 80_000);
  expect(await answer(file, 'a.ulaw')).toMatchObject({ format: 'raw-mulaw', confidence: 'statistics', findings: [] });
});

test('silence is not a contradiction: a wrong coding turns it into noise', async () => {
  for (const [name, byte] of [
    ['a.ulaw', 0xff],
    ['a.ulaw', 0x7f],
    ['a.alaw', 0xd5],
    ['a.sln', 0],
  ] as const) {
    const found = await answer(new Uint8Array(20_000).fill(byte), name);
    expect([name, found.confidence, codesOf(found)]).toEqual([name, 'hint', ['F130']]);
  }
  const dithered = randomBytes(20_000, 4).map((byte) => (byte & 1 ? 0xff : 0x7f));
  expect(codesOf(await answer(dithered, 'a.ulaw'))).toEqual(['F130']);
});

test('OKI ADPCM states both possible lengths; noise under its name is not decoded', async () => {
  const noise = randomBytes(1800, 9);
  expect((await answer(noise, 'a.vox')).tracks[0]?.codec).toBe('unknown');
  expect((await answer(pack(speech, 'mulaw'), 'a.vox')).tracks[0]?.codec).toBe('mulaw');
});

/** Files that no recorder wrote, by content. */
function notSound(): readonly (readonly [string, Uint8Array])[] {
  const words = text('Calls are listed by day and by extension; none of this is a recording. '.repeat(600));
  const utf16 = [...words.subarray(0, 20_000)].flatMap((byte) => [byte, 0]);
  const picture = Uint8Array.from({ length: 40_000 }, (_, i) => 128 + 90 * Math.sin((i % 200) / 40) * Math.cos(i / 9000));
  const rows = bytesOf(
    ...Array.from({ length: 1500 }, (_, i) => bytesOf(numbers(4, [1_700_000_000 + 60 * i, i, 8000 + (i % 90)]), numbers(2, [i % 7, 0]))),
  );
  return [
    ['zeros', new Uint8Array(20_000)],
    ['text', words],
    ['UTF-16', Uint8Array.from(utf16)],
    ['XML', text(`<calls>${'<call id="1" from="100" to="200"/>\n'.repeat(900)}</calls>`)],
    ['gzip without its head', gzipSync(words).subarray(10)],
    ['encrypted', randomBytes(40_000, 11)],
    ['a grey picture', picture],
    ['a table of rows', rows],
    [
      'growing numbers of 16 bits',
      numbers(
        2,
        Array.from({ length: 12_000 }, (_, i) => i),
      ),
    ],
    [
      'growing numbers of 32 bits',
      numbers(
        4,
        Array.from({ length: 9000 }, (_, i) => i * 17),
      ),
    ],
    ['64-bit floats', bytesOf(...Array.from({ length: 3000 }, (_, i) => new Uint8Array(Float64Array.of(Math.sqrt(i)).buffer)))],
  ];
}

test.each(notSound())('%s is claimed by no format under a neutral name', async (_what, bytes) => {
  for (const name of ['000123', 'a.dat', 'a.bin']) expect(await answers(bytes, name)).toEqual([]);
});

/** The first megabytes of a file of this machine; null if it cannot be read or has only a few bytes. */
function read(path: string): Uint8Array | null {
  try {
    const file = openSync(path, 'r');
    try {
      const size = Math.min(fstatSync(file).size, 4_000_000);
      const bytes = new Uint8Array(size);
      return size >= 2000 && readSync(file, bytes, 0, size, 0) === size ? bytes : null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

test('programs, libraries and catalogues of this machine are claimed by no raw format', async () => {
  const raw = formats.filter(({ id }) => id.startsWith('raw-'));
  const claimed: string[] = [];
  let looked = 0;
  for (const folder of [
    '/usr/bin',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/share/locale/de/LC_MESSAGES',
    '/usr/share/i18n/charmaps',
    '/usr/share/icons',
  ]) {
    const names = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()) : [];
    for (const { name } of names.slice(0, 60)) {
      const bytes = read(join(folder, name));
      if (bytes === null) continue;
      looked++;
      const found = await identifyMedium(memoryReader(bytes, name), { name: 'x' }, raw, never);
      if (found !== null) claimed.push(`${name}: ${found.basis}`);
    }
  }
  const node = read(process.execPath);
  expect(node).not.toBeNull();
  expect(await identifyMedium(memoryReader(node ?? new Uint8Array(0), 'node'), { name: 'x' }, raw, never)).toBeNull();
  expect(claimed).toEqual([]);
  expect(looked).toBeGreaterThan(50);
});
