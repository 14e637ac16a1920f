import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { pack, randomBytes, voice } from '../../wave/builder.ts';
import { spandspJudge } from '../c-judge.ts';
import { codec, decode, expectSame, hasShared, int16Of, run, shared, track } from '../judges.ts';

const spandsp = spandspJudge();
/** Ids with the number of sound bits per byte, and the checksum of the reference output: CRC-32 of outsp1.bin to outsp3.bin, high byte first, from the library's readme. */
const modes = [
  ['g722', 8, 0xc682330c],
  ['g722-56', 7, 0x63bc8916],
  ['g722-48', 6, 0x5f2d3c6a],
] as const;
const wide = track({ sampleRateHz: 16_000 });

describe.each(modes)('%s', (id, bits, sum) => {
  test.skipIf(!hasShared)('the ITU-T Software Tool Library’s codes decode to its output', () => {
    const codes = readFileSync(join(shared, 'openitu_STL/g722/codsp.cod')).swap16(); // stored in words of two, in the other byte order
    const { samples } = decode(id, wide, codes);
    expect(crc32(Buffer.from(samples.slice().buffer).swap16())).toBe(sum);
    if (bits === 8) expectSame(samples, int16Of(readFileSync(join(shared, 'openitu_STL/g722/outsp1.bin'))));
  });

  const codes = run(
    'ffmpeg',
    ['-v', 'error', '-f', 's16le', '-ar', '16000', '-i', 'pipe:0', '-f', 'g722', 'pipe:1'],
    pack(voice(32_000, 5), 's16le'),
  );

  test.each([
    ['speech', codes],
    ['random bytes', randomBytes(20_000, bits)],
  ])('equals FFmpeg on %s', (_, bytes) => {
    const theirs = run('ffmpeg', ['-v', 'error', '-f', 'g722', '-bits_per_codeword', String(bits), '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes);
    expectSame(decode(id, wide, bytes).samples, int16Of(theirs));
  });

  test('equals libspandsp on speech', () => {
    // It has the bits of sound at the low end of the byte.
    const theirs = spandsp.decode(
      'g722',
      bits * 8000,
      Uint8Array.from(codes, (byte) => byte >> (8 - bits)),
    );
    expectSame(decode(id, wide, codes).samples, theirs);
  });

  test('has two samples per byte, calculated and decoded', () => {
    const of = track({ spans: [[0, codes.length]] });
    expect(codec(id).frames?.(of)).toBe(2 * codes.length);
    expect(decode(id, of, codes).samples.length).toBe(2 * codes.length);
  });
});

describe.skipIf(!hasShared)('real files', () => {
  test.each([
    ['debian_asterisk-core-sounds-en-g722/activated.g722', 2 * 8512],
    ['SIPp_sipp/beep_1sec_50x160b.g722', 16_000],
  ])('%s: %i samples, equal to FFmpeg’s', (name, count) => {
    const bytes = readFileSync(join(shared, name));
    const { samples } = decode('g722', wide, bytes);
    expect(samples.length).toBe(count);
    expectSame(samples, int16Of(run('ffmpeg', ['-v', 'error', '-f', 'g722', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes)));
  });
});
