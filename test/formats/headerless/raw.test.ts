import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answer, answers, codesOf } from '../answers.ts';
import { hasShared, shared } from '../codecs/judges.ts';
import { pack, randomBytes, text, voice } from '../wave/builder.ts';

const speech = voice(8000);

test.each([
  ['.sln', 8000],
  ['.slin', 8000],
  ['.raw', 8000],
  ['.sln12', 12_000],
  ['.sln16', 16_000],
  ['.sln24', 24_000],
  ['.sln32', 32_000],
  ['.sln44', 44_100],
  ['.sln48', 48_000],
  ['.sln96', 96_000],
  ['.sln192', 192_000],
])('%s is linear sound at %i Hz', async (extension, rate) => {
  expect((await answer(pack(speech, 's16le'), `a${extension}`)).tracks[0]).toMatchObject({ codec: 'pcm-s16le', sampleRateHz: rate });
});

test.each(['.ulaw', '.ul', '.mu', '.ulw', '.pcm', '.g711u', '.ULAW'])('%s is mu-law if the content agrees', async (extension) => {
  const found = await answer(pack(speech, 'mulaw'), `a${extension}`);
  expect(found).toMatchObject({ format: 'raw-mulaw', confidence: 'statistics', findings: [] });
});

test('every contradiction between name and content is reported, and the content is believed', async () => {
  for (const [layout, codec] of [
    ['mulaw', 'mulaw'],
    ['alaw', 'alaw'],
    ['s16le', 'pcm-s16le'],
    ['s16be', 'pcm-s16be'],
  ] as const) {
    for (const [extension, own] of [
      ['.ulaw', 'mulaw'],
      ['.alaw', 'alaw'],
      ['.sln', 'pcm-s16le'],
    ] as const) {
      const found = await answer(pack(speech, layout), `a${extension}`);
      expect(found.tracks[0]?.codec, `${layout} as ${extension}`).toBe(codec);
      // A rate that the name does not state, unlike `.sln`, is assumed.
      const assumed = codec.startsWith('pcm') && own !== 'pcm-s16le' ? ['F341'] : [];
      expect(codesOf(found)).toEqual(codec === own ? [] : ['F131', ...assumed]);
    }
  }
});

test('files with a neutral name are only claimed on strong evidence: a second of speech, or signed GSM', async () => {
  for (const name of ['a', 'a.bin', '.ulaw']) {
    const found = await answer(pack(speech, 'mulaw'), name);
    expect(found).toMatchObject({ format: 'raw-mulaw', confidence: 'statistics' });
    expect(codesOf(found)).toEqual(['F340']);
    expect(await answers(pack(speech.subarray(0, 7000), 'mulaw'), name), name).toEqual([]);
  }
  const gsm = randomBytes(330, 1).map((byte, i) => (i % 33 === 0 ? 0xd0 | (byte & 15) : byte));
  expect((await answer(gsm, 'a.bin')).format).toBe('raw-gsm');
});

test('silence in A-law, whose bytes look like the signature of GSM everywhere, is not GSM', async () => {
  const found = await answer(new Uint8Array(3300).fill(0xd5), 'a.alaw');
  expect(found).toMatchObject({ format: 'raw-alaw', confidence: 'hint' });
  expect(codesOf(found)).toEqual(['F130']);
});

test('GSM with damaged frames is still GSM, and the damage is counted', async () => {
  const gsm = randomBytes(3300, 1).map((byte, i) => (i % 33 === 0 ? 0xd0 | (byte & 15) : byte));
  gsm[33 * 7] = 0x12;
  const found = await answer(gsm, 'a.gsm');
  expect(found.format).toBe('raw-gsm');
  expect(codesOf(found)).toEqual(['F134']);
});

test('GSM with lost or foreign bytes in between is resumed where frames are aligned again', async () => {
  const gsm = randomBytes(33 * 300, 1).map((byte, i) => (i % 33 === 0 ? 0xd0 | (byte & 15) : byte & 0x7f));
  const lost = Uint8Array.from([...gsm.subarray(0, 33 * 100 + 5), ...gsm.subarray(33 * 100 + 12)]);
  const found = await answer(lost, 'a.gsm');
  expect(found).toMatchObject({
    state: 'damaged',
    tracks: [
      {
        spans: [
          [0, 33 * 100],
          [33 * 101 - 7, lost.length],
        ],
      },
    ],
  });
  expect(codesOf(found)).toEqual(['F252']);
  const more = Uint8Array.from([...gsm.subarray(0, 33 * 200), ...new Uint8Array(1000), ...gsm.subarray(33 * 200)]);
  expect((await answer(more, 'a.gsm')).tracks[0]?.spans).toEqual([
    [0, 33 * 200],
    [33 * 200 + 1000, more.length],
  ]);
  const before = Uint8Array.from([1, 2, 3, 4, 5, ...gsm]);
  expect((await answer(before, 'a.gsm')).tracks[0]?.spans).toEqual([[5, before.length]]);
});

test('a few bytes, text and white noise are never identified with certainty', async () => {
  expect((await answer(pack(speech.subarray(0, 100), 'mulaw'), 'a.ulaw')).confidence).toBe('hint');
  expect((await answer(text('no sound at all, '.repeat(100)), 'a.ulaw')).tracks[0]?.codec).toBe('unknown');
  expect((await answer(randomBytes(1000, 1), 'a.ulaw')).confidence).toBe('hint'); // too few to call them encrypted
});

test('a file with a header is never taken for raw sound because of its name', async () => {
  for (const head of ['RIFF', 'OggS', '.snd', 'ID3\u0003', 'PK\u0003\u0004', '#!AMR\n']) {
    const bytes = Uint8Array.from([...text(head), ...pack(speech, 'mulaw')]);
    expect((await answers(bytes, 'a.ulaw')).filter(({ format }) => format.startsWith('raw'))).toEqual([]);
  }
});

describe.skipIf(!hasShared)('prompts of real exchanges', () => {
  const files: readonly (readonly [name: string, format: string])[] = [
    ['asterisk_testsuite/audio.ulaw', 'raw-mulaw'],
    ['asterisk_testsuite/talking-u.ulaw', 'raw-mulaw'],
    ['asterisk_testsuite/talking_silence_test.ulaw', 'raw-mulaw'],
    ['innovaphone_innoconf/en_us_mmenu.g711u', 'raw-mulaw'],
    ['innovaphone_innoconf/en_us_recstart.g711u', 'raw-mulaw'],
    ['innovaphone_innoconf/en_us_beep.g711u', 'raw-mulaw'],
    ['innovaphone_innoconf/en_us_mmenu.g711a', 'raw-alaw'],
    ['innovaphone_innoconf/en_us_recstart.g711a', 'raw-alaw'],
    ['innovaphone_innoconf/en_us_beep.g711a', 'raw-alaw'],
    ['SIPp_sipp/beep_1sec_50x160b.alaw', 'raw-alaw'],
    ['debian_asterisk-prompt-it-menardi-alaw/agent-alreadyon.alaw', 'raw-alaw'],
    ['debian_asterisk-prompt-it-menardi-alaw/agent-loginok.alaw', 'raw-alaw'],
    ['debian_asterisk-prompt-de/both_help.gsm', 'raw-gsm'],
    ['debian_asterisk-moh-opsound-gsm/macroform-cold_day.gsm', 'raw-gsm'],
  ];
  test.each(files)('%s is identified as %s by its content, without a finding', async (name, format) => {
    expect(await answer(readFileSync(join(shared, name)), name)).toMatchObject({ format, confidence: 'statistics', findings: [] });
  });

  test('G.722 is identified by the codes that it never sends', async () => {
    const found = await answer(readFileSync(join(shared, 'debian_asterisk-core-sounds-en-g722/activated.g722')), 'a.g722');
    expect(found).toMatchObject({ format: 'raw-g722', confidence: 'statistics', findings: [] });
  });

  test('linear sound cut out of a WAVE is identified under the name .raw', async () => {
    const wave = readFileSync(join(shared, 'asterisk_testsuite/talking.wav'));
    expect(await answer(wave.subarray(44), 'a.raw')).toMatchObject({ format: 'raw-linear', confidence: 'statistics', findings: [] });
  });
});
