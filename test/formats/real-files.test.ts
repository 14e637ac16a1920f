import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answers, codesOf } from './answers.ts';
import { expectSame, hasShared, int16Of, run, shared } from './codecs/judges.ts';
import { playback } from './playback.ts';

/** Real files of the open containers: format, codec, and samples per channel. */
const table: readonly (readonly [name: string, format: string, codec: string, rate: number, channels: number, frames: number])[] = [
  ['Cat5TV_audiotest/test.au', 'au', 'pcm-s16be', 44_100, 2, 116_389],
  ['Cat5TV_audiotest/test.voc', 'voc', 'pcm-s16le', 44_100, 2, 186_380],
  ['sindresorhus_file-type/fixture.spx', 'ogg-sound', 'speex-ogg', 16_000, 1, 11_146],
  ['Borewit_music-metadata/female_scrub.spx', 'ogg-sound', 'speex-ogg', 8000, 2, 123_680],
];

describe.skipIf(!hasShared)('real files', () => {
  test.each(table)('%s is %s, %s at %i Hz with %i channels and %i samples', async (name, format, codec, rate, channels, frames) => {
    const bytes = new Uint8Array(readFileSync(join(shared, name)));
    const { found, track, samples } = await playback(bytes, name);
    expect(codesOf(found)).toEqual([]);
    expect(found.format).toBe(format);
    expect(track).toMatchObject({ codec, sampleRateHz: rate, channels });
    expect(samples.length).toBe(frames * channels);
  });

  test.each(['Cat5TV_audiotest/test.au', 'Cat5TV_audiotest/test.voc'])('%s: equal to the samples of sox', async (name) => {
    const { samples } = await playback(new Uint8Array(readFileSync(join(shared, name))), name);
    expectSame(samples, int16Of(run('sox', ['-D', join(shared, name), '-t', 's16', '-'])));
  });

  test('a lone header', async () => {
    const [found, ...more] = await answers(new Uint8Array(readFileSync(join(shared, 'sindresorhus_file-type/fixture.voc'))), 'fixture.voc');
    expect(more).toEqual([]);
    expect(found).toMatchObject({ format: 'voc', state: 'header-only', tracks: [] });
  });

  test('every file with a name of these containers is claimed by one of them, or has no header', async () => {
    const named = readdirSync(shared, { recursive: true, withFileTypes: true }).filter((entry) =>
      /\.(au|snd|voc|spx|ogg|oga|opus|mp3|aiff?|flac|caf|sph)$/i.test(entry.name),
    );
    const unclaimed: string[] = [];
    for (const { name, parentPath } of named) {
      const found = await answers(new Uint8Array(readFileSync(join(parentPath, name))), name);
      if (found.length !== 1) unclaimed.push(name);
    }
    expect(named.length).toBeGreaterThan(4);
    expect(unclaimed).toEqual([]);
  });
});
