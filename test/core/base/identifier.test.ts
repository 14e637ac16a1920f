import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyedUuid } from '../../../src/core/base/identifier.ts';

test('a keyed UUID is the beginning of HMAC-SHA-256 with version 8 and variant 10, for keys and texts of any length, in any order', () => {
  const keys = ['', 'k', 'å', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), 'é'.repeat(40)];
  // Around the length from which a text is hashed in parts, and halves of surrogate pairs, which UTF-8 does not have.
  const texts = [1_364, 1_365, 1_366, 1_367, 4_095, 4_097, 9_000].flatMap((length) => [
    'a'.repeat(length),
    '語'.repeat(length),
    'é\ud800'.repeat(length),
  ]);
  for (let at = 0; at < 300; at++) {
    const [key = '', text] = [keys[at % keys.length], texts[at] ?? `${'text é'.repeat(at % 40)} ${at}`];
    const digest = createHmac('sha256', key).update(text, 'utf8').digest().subarray(0, 16);
    digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
    digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
    expect(keyedUuid(key, text).replaceAll('-', '')).toBe(digest.toString('hex'));
    expect(keyedUuid(key, text)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
