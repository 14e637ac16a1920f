import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFrameOpener, createFrameSealer, FrameError, openFrames } from '../../../src/core/base/frame-cipher.ts';
import { applyCipher } from '../../../src/core/base/place-cipher.ts';

const key = randomBytes(32);

test('frames can be opened in any pieces, and return what was sealed', () => {
  const sealer = createFrameSealer(key, 'plan');
  const parts = [0, 1, 15, 70_000, 1024 * 1024 + 1].map((size) => randomBytes(size));
  const sealed = Buffer.concat(parts.map((part) => sealer.seal(part)));
  const whole = Buffer.concat(parts);
  expect(openFrames(key, 'plan', sealed).equals(whole)).toBe(true);
  const opener = createFrameOpener(key, 'plan');
  const found: Buffer[] = [];
  for (let at = 0; at < sealed.length; at += 60_001) found.push(opener.open(sealed.subarray(at, at + 60_001)));
  opener.end();
  expect(Buffer.concat(found).equals(whole)).toBe(true);
});

test('a changed bit, a removed, repeated or exchanged frame, a truncated end, another name and another key do not open', () => {
  const sealer = createFrameSealer(key, 'plan');
  const [one, two] = [sealer.seal(Buffer.from('one')), sealer.seal(Buffer.from('two'))];
  const refused = (bytes: Uint8Array, name = 'plan', under: Uint8Array = key): void =>
    expect(() => openFrames(under, name, bytes)).toThrow(FrameError);
  const flipped = (at: number): Buffer => {
    const bytes = Buffer.concat([one, two]);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  for (let at = 0; at < one.length; at++) refused(flipped(at));
  for (const bytes of [two, Buffer.concat([two, one]), Buffer.concat([one, one]), Buffer.concat([one, two]).subarray(0, -1)]) refused(bytes);
  refused(one, 'another plan');
  refused(one, 'plan', randomBytes(32));
});

test('any part of a file in counter mode can be opened by itself', () => {
  const plain = randomBytes(1_000);
  const file = Buffer.from(plain);
  for (const [from, to] of [
    [0, 7],
    [7, 64],
    [64, 65],
    [65, 1_000],
  ] as const)
    applyCipher(key, from, file.subarray(from, to));
  expect(file.includes(plain.subarray(100, 108))).toBe(false);
  for (const [from, to] of [
    [0, 1_000],
    [3, 40],
    [16, 32],
    [31, 33],
    [999, 1_000],
  ] as const) {
    const part = Buffer.from(file.subarray(from, to));
    applyCipher(key, from, part);
    expect([from, to, part.equals(plain.subarray(from, to))]).toEqual([from, to, true]);
  }
});
