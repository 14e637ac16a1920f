import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answer, answers, codesOf } from '../answers.ts';
import { run } from '../codecs/judges.ts';
import { join as joinBytes, randomBytes } from '../wave/builder.ts';
import { oggOpusStream } from './builder.ts';

test('opusinfo finds nothing wrong with our own samples', () => {
  const info = run('opusinfo', [join(import.meta.dirname, '../../../samples/formats/ogg-opus.opus')]).toString();
  expect(info).toContain('Pre-skip: 312');
  expect(info).not.toMatch(/WARNING|ERROR/i);
});

test('frames are the last granule position without the pre-skip, in samples at 48 kHz', async () => {
  const found = await answer(oggOpusStream({ packets: 10, preSkip: 500, end: 9000 }), 'a.opus');
  expect(found.tracks[0]).toMatchObject({ codec: 'opus', sampleRateHz: 48_000, channels: 1, frames: 8500 });
  expect(found.tracks[0]?.codecName).toContain('input 8000 Hz');
});

test('a file with a damaged first page is not Opus; a damaged last page is reported', async () => {
  const bytes = oggOpusStream({ packets: 10 });
  const first = bytes.slice();
  first[30] = (first[30] ?? 0) ^ 1;
  expect(await answers(first, 'a.opus')).toEqual([]);
  const last = bytes.slice();
  last[last.length - 1] = (last[last.length - 1] ?? 0) ^ 1;
  expect(codesOf(await answer(last, 'a.opus'))).toEqual(['F160']);
});

test('bytes after the end of the stream are reported', async () => {
  const found = await answer(joinBytes(oggOpusStream({ packets: 10 }), randomBytes(100, 1)), 'a.opus');
  expect(found.state).toBe('damaged');
  expect(codesOf(found)).toEqual(['F160']);
});

test('headers without sound are header-only, on one page or two', async () => {
  const bytes = oggOpusStream({ packets: 1 });
  const second = Buffer.from(bytes).indexOf('OggS', 4);
  const third = Buffer.from(bytes).indexOf('OggS', second + 4);
  for (const end of [second, third]) {
    const found = await answer(bytes.subarray(0, end), 'a.opus');
    expect(found).toMatchObject({ state: 'header-only', tracks: [] });
    expect(codesOf(found)).toContain('F110');
  }
});

test('Ogg with another codec is not claimed', async () => {
  const other = run(
    'ffmpeg',
    ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', 'flac', '-f', 'ogg', 'pipe:1'],
    new Uint8Array(8000),
  );
  expect((await answers(other, 'a.ogg')).map(({ format }) => format)).toEqual(['ogg-sound']);
});
