import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { readVcon } from '../../src/tables/vcon-document.ts';
import { excerptOfDialogs, readVconFile } from '../../src/tables/vcon-file.ts';
import { createVconSkimmer, type SkimmedJson } from '../../src/tables/vcon-skim.ts';
import { readSkimmed } from '../../src/tables/vcon-skimmed.ts';

const keptRun = 6;
const base64 = (least: number, most: number) =>
  fc.array(fc.constantFrom(...'AQgz09+/-_'), { minLength: least, maxLength: most }).map((chars) => chars.join(''));
/** Content of a JSON string as written: runs of base64 between whatever breaks them. */
const written = fc
  .array(
    fc.oneof(base64(0, 4), base64(keptRun, 40), fc.constantFrom('\\"', '\\\\', '\\n', '\\u0041', '\\u12', '=', '==', 'ä', '😀', ' ', '\u0001')),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''));
const plainText = fc.oneof(base64(0, 60), written);
const scalar = fc.oneof(
  plainText.map((text) => `"${text}"`),
  fc.constantFrom('0', '1', '17.5', 'true', 'null', '"recording"', '"text"', '[0,1]', '{}', '[]'),
);
const key = fc.constantFrom(
  ...[
    'body',
    'b\\u006fdy',
    'type',
    'encoding',
    'dialog',
    'mediatype',
    'button',
    'bodyChars',
    'alg',
    'signature',
    'x',
    'schema',
    'purpose',
    '__proto__',
  ],
);
const nested = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((all) => `{${all.map(([name, value]) => `"${name}" : ${value}`).join(',')}}`),
  ),
})).value;
const element = fc
  .array(fc.tuple(key, fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: nested })), { maxLength: 6 })
  .map((all) => `{${all.map(([name, value]) => `"${name}":${value}`).join(',\n ')}}`);
const list = fc
  .array(fc.oneof({ weight: 5, arbitrary: element }, { weight: 1, arbitrary: nested }), { maxLength: 4 })
  .map((all) => `[${all.join(',')}]`);
const member = fc.tuple(
  fc.constantFrom('dialog', 'analysis', 'attachments', 'parties', 'd\\u0069alog', 'uuid', 'subject', 'x', 'payload', 'ciphertext'),
  fc.oneof({ weight: 4, arbitrary: list }, { weight: 1, arbitrary: nested }),
);
const unsigned = fc
  .tuple(fc.constantFrom('', '\ufeff', ' \n'), fc.array(member, { maxLength: 7 }))
  .map(([before, members]) => `${before}{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`);
const signed = fc.tuple(unsigned, fc.constantFrom('base64', 'base64url', 'gzip', 'escaped'), fc.boolean()).map(([inner, how, isLast]) => {
  const bytes = how === 'gzip' ? gzipSync(inner) : Buffer.from(inner);
  const text = bytes.toString(how === 'base64' ? 'base64' : 'base64url');
  const payload = `"payload":"${how === 'escaped' ? text.replace('A', '\\u0041') : text}"`;
  const rest = '"signatures":[{"header":{"alg":"RS256"},"protected":"e30","signature":"AAAAAAAAAAAAAAAA"}]';
  return `{${(isLast ? [rest, payload] : [payload, rest]).join(',')}}`;
});
const encrypted = base64(0, 50).map(
  (text) => `{"ciphertext":"${text}","recipients":[],"unprotected":{"uuid":"019f15a6-0000-8000-8000-0000000000b1"}}`,
);
const damaged = fc
  .tuple(fc.oneof(unsigned, signed), fc.nat(), fc.constantFrom('', '"', '\\', '{', ']', ',', 'AAAAAAAAAAAA'), fc.boolean())
  .map(([text, at, put, isCut]) => text.slice(0, at % (text.length + 1)) + put + (isCut ? '' : text.slice(at % (text.length + 1))));
const anyVcon = fc.oneof(unsigned, signed, encrypted, damaged);

function skim(bytes: Uint8Array, sizes: readonly number[] = [bytes.length + 1]): SkimmedJson | null {
  const skimmer = createVconSkimmer(keptRun);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    // The skimmer must not keep the piece.
    const piece = new Uint8Array(bytes.subarray(at, at + size));
    skimmer.push(piece);
    piece.fill(0x22);
    at += size;
  }
  return skimmer.end();
}

/** A file in memory. */
const fileOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  readInto: (target: Uint8Array, offset: number) => {
    const piece = bytes.subarray(offset, offset + Math.min(target.length, 50));
    target.set(piece);
    return piece.length;
  },
});

describe('a vCon that is read in pieces', () => {
  test('gives what the whole document gives, whatever the size of the pieces, damaged or not', () => {
    let [same, shorter] = [0, 0];
    fc.assert(
      fc.property(anyVcon, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }), (text, sizes) => {
        const bytes = Buffer.from(text);
        const skimmed = skim(bytes, sizes);
        expect(skimmed).toEqual(skim(bytes));
        if (skimmed === null) throw new Error('it is small');
        const whole = readVcon(bytes.toString('utf8'));
        const read = readSkimmed(Buffer.from(skimmed.text, 'latin1').toString('utf8'), skimmed);
        if (read === null) {
          // Nothing is said of what cannot be read without what is missing.
          expect(skimmed.payload !== null || skimmed.isEnvelopeCut).toBe(true);
          return;
        }
        expect(JSON.stringify(read)).toBe(JSON.stringify(whole));
        same++;
        if (skimmed.cuts.length > 0 && whole.form !== 'none') shorter++;
      }),
      { numRuns: 3_000 },
    );
    expect([same > 2_000, shorter > 200]).toEqual([true, true]);
  });

  test('gives the excerpts that the whole document gives, with all of their bodies', () => {
    let excerpts = 0;
    fc.assert(
      fc.property(fc.oneof(unsigned, signed), fc.array(fc.nat(4), { maxLength: 3 }), (text, dialogs) => {
        const bytes = Buffer.from(text);
        const [lean, whole] = [readVconFile(fileOf(bytes), -1, keptRun), readVconFile(fileOf(bytes))];
        if (lean === null) return;
        const [fromLean, fromWhole] = [lean, whole].map((read) => (read?.json == null ? null : excerptOfDialogs(read.json, new Set(dialogs))));
        if (fromLean == null || fromWhole == null) {
          expect([fromLean, fromWhole]).toEqual([null, null]);
          return;
        }
        const made = Buffer.concat([...fromLean.pieces()]);
        expect(made.toString('utf8')).toBe(Buffer.concat([...fromWhole.pieces()]).toString('utf8'));
        expect([fromLean.sizeBytes, fromWhole.sizeBytes]).toEqual([made.length, made.length]);
        excerpts++;
      }),
      { numRuns: 2_000 },
    );
    expect(excerpts).toBeGreaterThan(300);
  });

  test('keeps the bytes around a body that is not valid UTF-8 apart', () => {
    for (const [before, after] of [
      [0xe2, 0x82],
      [0xc3, 0xa4],
      [0xf0, 0x9f],
    ] as const) {
      // biome-ignore format: pairs
      const bytes = Buffer.concat([
        Buffer.from('{"dialog":[{"body":"'),
        Buffer.from([before]),
        Buffer.alloc(40, 'A'),
        Buffer.from([after]),
        Buffer.from('"}],"parties":[]}'),
      ]);
      const skimmed = skim(bytes, [3]);
      if (skimmed === null) throw new Error('it is small');
      expect(skimmed.cuts).toHaveLength(1);
      expect(readSkimmed(Buffer.from(skimmed.text, 'latin1').toString('utf8'), skimmed)).toEqual(readVcon(bytes.toString('utf8')));
    }
  });
});

describe('a vCon that is large besides its long bodies', () => {
  const of = (begin: string, repeated: string, bytes: number): SkimmedJson | null => {
    const skimmer = createVconSkimmer();
    skimmer.push(Buffer.from(begin));
    const piece = Buffer.from(repeated.repeat(1 + Math.floor(65_536 / repeated.length)));
    let pushed = 0;
    while (pushed < bytes) {
      pushed += piece.length;
      if (!skimmer.push(piece)) break;
    }
    // The rest is not asked for.
    expect(pushed).toBeLessThan(bytes);
    return skimmer.end();
  };
  const much = 64 * limits.sidecarBytes;

  test.each([
    ['parties', '{"parties":[', '{"tel":"+15550100"},'],
    ['keys', '{', `"${'k'.repeat(100_000)}":0,`],
    ['one key', '{"', 'k'],
    ['nested lists', '{"dialog":', '['],
    ['nested objects', '', '{"dialog":'],
    ['small bodies', '{"dialog":[', '{"body":"AAAA"},'],
    ['texts', '{"dialog":[{"body":"', 'a text in words '],
    ['bodies in lines', '{"dialog":[{"body":"', `${'A'.repeat(76)}\\n`],
    ['a string elsewhere', '{"subject":"', 'A'],
    ['a payload of parties', '{"payload":"', Buffer.from('[{"tel":"+15550100"},').toString('base64')],
    ['blanks', '{', ' '],
  ])('is given up with bounded memory: %s', (what, begin, repeated) => {
    if (what === 'a payload of parties') {
      // The rest of the document may be read without its payload.
      const skimmer = createVconSkimmer();
      skimmer.push(Buffer.from(begin));
      const piece = Buffer.from(repeated.repeat(2_340));
      for (let pushed = 0; pushed < 3 * limits.sidecarBytes; pushed += piece.length) skimmer.push(piece);
      skimmer.push(Buffer.from('","signatures":[]}'));
      const skimmed = skimmer.end();
      expect([skimmed?.payload?.json, skimmed === null ? undefined : readSkimmed(skimmed.text, skimmed)]).toEqual([null, null]);
    } else expect(of(begin, repeated, much)).toBe(null);
  });

  test('is given up if its bodies are too many pieces', () => {
    const skimmer = createVconSkimmer(4);
    const piece = Buffer.from('{"body":"AAAAAAAA"},'.repeat(1_000));
    skimmer.push(Buffer.from('{"dialog":['));
    let pieces = 0;
    while (skimmer.push(piece)) pieces++;
    expect([pieces, skimmer.end()]).toEqual([limits.vconCuts / 1_000, null]);
  });
});
