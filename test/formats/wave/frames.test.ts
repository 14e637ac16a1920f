import { readdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findMislabelling } from '../../../formats/judge/judge-samples.ts';
import { speexPacketBytes } from '../../../formats/ogg/speex-packet.ts';
import { checkFrames } from '../../../formats/wave/frames.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { Samples, Track } from '../../../src/core/model/format.ts';
import { never } from '../answers.ts';
import { decode, hasShared, int16Of, shared, track } from '../codecs/judges.ts';
import { amrFrames } from '../compressed-builder.ts';
import { join, pack, randomBytes, text } from './builder.ts';

const check = async (codec: string, bytes: Uint8Array, assumed = true) =>
  checkFrames(memoryReader(bytes, 'a.wav'), track({ codec, codecName: 'a tag', spans: [[0, bytes.length]] }), assumed, never);

describe('frame parsers', () => {
  test('count the same in any pieces, and across spans', async () => {
    const bytes = join(...Array.from({ length: 60 }, (_, i) => join(Uint8Array.of(i % 20 === 0 ? 0x3d : 0xd7), randomBytes(32, i + 1))));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 32 }),
        async (cuts, piece, lacking) => {
          const edges = [0, ...new Set(cuts)].sort((a, b) => a - b);
          const spans = edges.map((start, i) => [start, edges[i + 1] ?? bytes.length - lacking] as const).filter(([start, end]) => end > start);
          const reader = {
            ...memoryReader(bytes, 'a'),
            async *stream(start: number, end: number) {
              for (let at = start; at < end; at += piece) yield bytes.subarray(at, Math.min(end, at + piece));
            },
          };
          fc.pre(spans.at(-1)?.[1] === bytes.length - lacking);
          // 57 of 60 are signed: just enough.
          expect(await checkFrames(reader, track({ codec: 'gsm', spans }), true, never)).toMatchObject({ confirmed: true, findings: [] });
        },
      ),
    );
    bytes[33] = 0x3d;
    const { findings } = await check('gsm', bytes);
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('56 of 60 frames of 33 bytes')]);
  });

  test('find no Speex packet of zero length, or one that exceeds the end, in any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(10), fc.integer({ min: 1, max: 12 }), (bytes, at, frames) => {
        const size = speexPacketBytes(bytes, at, frames);
        if (size !== null) {
          expect(size).toBeGreaterThan(0);
          expect(at + size).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('valid frames are believed, others are not', () => {
  test.each([
    ['amr-nb', '#!AMR\n', false],
    ['amr-wb', '#!AMR-WB\n', true],
  ] as const)('%s, with and without the magic of a file of its own', async (codec, magic, wide) => {
    const frames = amrFrames(
      wide ? 'wb' : 'nb',
      Array.from({ length: 40 }, (_, i) => i % 8),
    );
    expect(await check(codec, frames)).toMatchObject({ track: { codec }, findings: [], confirmed: true });
    const whole = join(text(magic), frames);
    // The magic decides between the two, whatever the tag says.
    for (const tagged of ['amr-nb', 'amr-wb']) {
      const { track: of } = await check(tagged, whole);
      expect(of).toMatchObject({ codec, sampleRateHz: wide ? 16_000 : 8000, spans: [[magic.length, whole.length]] });
    }
    expect((await check(codec, randomBytes(1000, 4))).track.codec).toBe('unknown');
  });

  test('random bytes are not accepted as any of the codings with recognisable frames', async () => {
    for (const codec of ['g729', 'g723.1', 'gsm', 'amr-nb', 'amr-wb', 'ftr', 'aac-adts', 'speex'])
      for (let seed = 1; seed <= 10; seed++) {
        const { track: of, confirmed, findings } = await check(codec, randomBytes(3300, seed));
        expect({ codec: of.codec, confirmed, told: findings.length }, codec).toEqual({ codec: 'unknown', confirmed: false, told: 1 });
      }
  });

  describe.skipIf(!hasShared)('GSM', () => {
    test('bare frames under the tag of Microsoft’s blocks are noticed; blocks are not mistaken for bare frames', async () => {
      const bare = await check('gsm-ms', readFileSync(joinPath(shared, 'debian_asterisk-prompt-de/agent-user.gsm')));
      expect(bare).toMatchObject({ track: { codec: 'gsm', blockBytes: 33 }, confirmed: true });
      const wave = readFileSync(joinPath(shared, 'synthetic/derived-codecs/gsm.wav'));
      expect(await check('gsm-ms', wave.subarray(60))).toMatchObject({ track: { codec: 'gsm-ms' }, findings: [], confirmed: false });
    });
  });

  test('bytes that are not a chain of G.723.1 frames are refused, whatever the tag', async () => {
    const mixed = randomBytes(3300, 2);
    for (const assumed of [true, false]) {
      expect((await check('g723.1', mixed, assumed)).track.codec).toBe('unknown');
      expect((await check('g723.1', mixed, assumed)).findings.map(({ code }) => code)).toEqual(['F253']);
    }
  });

  describe.skipIf(!hasShared)('real files', () => {
    test('GSM, G.729, G.723.1 and AMR are confirmed by their frames', async () => {
      for (const [codec, name] of [
        ['gsm', 'debian_asterisk-prompt-de/agent-user.gsm'],
        ['g729', 'synthetic/derived-codecs/novad.g729'],
        ['g723.1', 'synthetic/derived-codecs/a.g723'],
        ['amr-nb', 'sindresorhus_file-type/fixture.amr'],
      ] as const) {
        const found = await check(codec, readFileSync(joinPath(shared, name)));
        expect({ codec: found.track.codec, findings: found.findings, confirmed: found.confirmed }, name).toEqual({
          codec,
          findings: [],
          confirmed: true,
        });
      }
    });
  });
});

describe.skipIf(!hasShared)('labels of 8-bit samples, on real prompts at four levels', () => {
  const files = hasShared ? readdirSync(shared, { recursive: true, encoding: 'utf8' }) : [];
  const sources: Samples[] = files.flatMap((name) => {
    const read = (): Buffer => readFileSync(joinPath(shared, name));
    if (/debian.*\.wav$|talking\.wav$|reference_pcm16\.wav$/.test(name)) return [int16Of(read().subarray(44))];
    if (/\.(alaw|g711a)$/.test(name)) return [decode('alaw', track({}), read()).samples];
    return [];
  });
  const levels = [1, 0.25, 0.05, 3];
  const layouts = new Map([
    ['mulaw', 'mulaw'],
    ['alaw', 'alaw'],
    ['pcm-u8', 'u8'],
  ] as const);
  const said = async (samples: Samples, level: number, truth: 'mulaw' | 'alaw' | 'u8' | 's8', label: string): Promise<string> => {
    const bytes = pack(
      Int16Array.from(samples, (value) => Math.max(-32768, Math.min(32767, Math.round(value * level)))),
      truth,
    );
    const of: Track = track({ codec: label, spans: [[0, bytes.length]] });
    return (await findMislabelling(memoryReader(bytes, 'a'), of, never)).mislabelled?.reading ?? label;
  };

  test('a right label is never doubted', async () => {
    expect(sources.length).toBeGreaterThan(15);
    for (const samples of sources)
      for (const level of levels) for (const [label, layout] of layouts) expect(await said(samples, level, layout, label)).toBe(label);
  });

  test.each([
    ['mulaw', 'pcm-u8', 'mulaw'],
    ['alaw', 'pcm-u8', 'alaw'],
    ['alaw', 'mulaw', 'alaw'],
    ['mulaw', 'alaw', 'mulaw'],
  ] as const)('%s under the label of %s is noticed in most, and never mistaken for a third', async (truth, label, reading) => {
    const answers: string[] = [];
    for (const samples of sources) for (const level of levels) answers.push(await said(samples, level, truth, label));
    // For the laws all are noticed since they are compared more closely.
    expect(answers.filter((answer) => answer !== label && answer !== reading)).toEqual([]);
    expect(answers.filter((answer) => answer === reading).length).toBeGreaterThan(0.7 * answers.length);
  });
});
