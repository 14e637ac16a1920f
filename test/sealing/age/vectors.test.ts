import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { AgeError } from '../../../src/sealing/age/age-error.ts';
import { formatHeader, isMacOf, parseHeader } from '../../../src/sealing/age/header.ts';
import type { AgeIdentity } from '../../../src/sealing/age/identity.ts';
import { openAge, openedStream } from '../../../src/sealing/age/open.ts';
import { passphraseIdentity } from '../../../src/sealing/age/scrypt.ts';
import { generateIdentity, x25519Identity } from '../../../src/sealing/age/x25519.ts';
import { outcomeOf, streamOf, wholeOf } from './age-rig.ts';
import { ageVectors, type Vector } from './vectors.ts';

const faults: Readonly<Record<string, AgeError['fault'] | null>> = {
  success: null,
  'header failure': 'header',
  'no match': 'no-match',
  'HMAC failure': 'mac',
  'payload failure': 'payload',
};

const vectors = ageVectors();
const isHybrid = (vector: Vector): boolean => vector.identities.some((identity) => identity.startsWith('AGE-SECRET-KEY-PQ-1'));
const plain = vectors.filter((vector) => !vector.isArmored && !isHybrid(vector));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const keysOf = ({ identities, passphrases }: Vector): AgeIdentity[] => [...identities.map(x25519Identity), ...passphrases.map(passphraseIdentity)];

describe('the test vectors of age', () => {
  test('are complete', () => {
    const count = (some: readonly Vector[]): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { expect: outcome } of some) counts[outcome] = (counts[outcome] ?? 0) + 1;
      return counts;
    };
    expect(vectors.length).toBe(143);
    expect(count(plain)).toEqual({ success: 15, 'header failure': 51, 'no match': 7, 'HMAC failure': 1, 'payload failure': 18 });
  });

  test.each(plain.map((vector) => [vector.name, vector] as const))('%s: streamed whole and in small pieces', async (_, vector) => {
    const sizes = vector.file.length < 20_000 ? [[1], [7, 4096, 1]] : [[65_551, 65_552, 65_553, 1]];
    for (const pieces of [undefined, ...sizes]) {
      const { bytes, fault } = await outcomeOf(openedStream(streamOf(vector.file, pieces), keysOf(vector)));
      expect(fault).toBe(faults[vector.expect]);
      if (vector.payload === undefined) expect(bytes.length).toBe(0);
      else expect(sha256(bytes)).toBe(vector.payload);
    }
  });

  test.each(plain.map((vector) => [vector.name, vector] as const))('%s: by random access', async (_, vector) => {
    const { bytes, fault } = await outcomeOf(wholeOf(openAge(memoryReader(vector.file, 'vector.age'), keysOf(vector))));
    expect(fault).toBe(faults[vector.expect]);
    if (fault === null) expect(sha256(bytes)).toBe(vector.payload);
    else expect(bytes.length).toBe(0);
  });

  test('armored ones are refused: longplay reads and writes binary files only', async () => {
    const armored = vectors.filter(({ isArmored }) => isArmored);
    expect(armored.length).toBe(33);
    for (const { file } of armored) expect((await outcomeOf(openedStream(streamOf(file), []))).fault).toBe('header');
  });

  test('hybrid stanzas are skipped as unknown, and hybrid identities refused', async () => {
    const hybrid = vectors.filter((vector) => isHybrid(vector) && !vector.isArmored);
    expect(hybrid.length).toBe(18);
    const stranger = x25519Identity(generateIdentity());
    const outcomes = new Map<string, AgeError['fault'] | null>();
    for (const { name, file, identities } of hybrid) {
      for (const identity of identities.filter((text) => text.startsWith('AGE-SECRET-KEY-PQ-1')))
        expect(() => x25519Identity(identity)).toThrow(expect.objectContaining({ name: 'AgeError', fault: 'key' }));
      outcomes.set(name, (await outcomeOf(openedStream(streamOf(file), [stranger]))).fault);
    }
    expect([...outcomes].filter(([, fault]) => fault !== 'no-match')).toEqual([
      // The base64 of a body is checked for every stanza.
      ['hybrid_not_canonical_body', 'header'],
      // An X25519 stanza that is malformed.
      ['hybrid_x25519_arg', 'header'],
    ]);
  });

  test('headers are formatted unchanged, byte by byte', async () => {
    let formatted = 0;
    for (const vector of plain.filter(({ expect: outcome }) => outcome === 'success')) {
      const header = parseHeader(vector.file);
      for (const key of keysOf(vector)) {
        const fileKey = await key.unwrap(header?.stanzas ?? []);
        if (header === null || fileKey === null) continue;
        expect(isMacOf(header, fileKey)).toBe(true);
        expect(Buffer.compare(formatHeader(header.stanzas, fileKey), vector.file.subarray(0, header.sizeBytes))).toBe(0);
        formatted++;
      }
    }
    expect(formatted).toBeGreaterThanOrEqual(15);
  });
});
