import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { decodeBase64, encodeBase64 } from '../../../src/sealing/age/base64.ts';
import { decodeBech32, encodeBech32 } from '../../../src/sealing/age/bech32.ts';
import { openAge } from '../../../src/sealing/age/open.ts';
import { passphraseIdentity, passphraseRecipient } from '../../../src/sealing/age/scrypt.ts';
import { generateIdentity, recipientOf, x25519Identity, x25519Recipient } from '../../../src/sealing/age/x25519.ts';
import { processorMs } from '../../processor-ms.ts';
import { contentOf, randomFrom, sealed } from './age-rig.ts';

const refused = expect.objectContaining({ name: 'AgeError', fault: 'key' });

describe('Bech32', () => {
  // BIP 173, "Test vectors".
  test.each([
    'A12UEL5L',
    'a12uel5l',
    'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
    'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
    '?1ezyfcl',
  ])('accepts %s', (text) => {
    const decoded = decodeBech32(text);
    expect(decoded).not.toBeNull();
    if (decoded !== null) expect(encodeBech32(decoded.prefix, decoded.bytes)).toBe(text);
  });

  test.each([
    ['\x201nwldj5', 'a prefix with a space'],
    ['pzry9x0s0muk', 'no separator'],
    ['1pzry9x0s0muk', 'no prefix'],
    ['x1b4n0q5v', 'a character that is not in the alphabet'],
    ['li1dgmt3', 'a checksum that is too short'],
    ['A1G7SGD8', 'a checksum computed with the prefix in upper case'],
    ['a12UEL5L', 'mixed case'],
    ['A12UEL5l', 'mixed case in the checksum'],
    [encodeBech32('age', new Uint8Array(300)), 'more than 256 characters'],
  ])('refuses %s: %s', (text) => {
    expect(decodeBech32(text)).toBeNull();
  });

  test('returns the bytes, and nothing for a text in which up to four characters differ', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 31 }),
        (bytes, places, by) => {
          const text = encodeBech32('age', bytes);
          expect(decodeBech32(text)).toEqual({ prefix: 'age', bytes });
          expect(decodeBech32(text.toUpperCase())).toEqual({ prefix: 'AGE', bytes });
          const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
          const chars = [...text];
          const changed = places.map((place) => 4 + place).filter((place) => place < chars.length);
          for (const place of changed) chars[place] = alphabet[(alphabet.indexOf(chars[place] ?? '') + by) % 32] ?? '';
          // BIP 173 guarantees it for texts of up to 89 characters.
          if (changed.length > 0) expect(decodeBech32(chars.join(''))).toBeNull();
        },
      ),
    );
  });
});

test('base64 is accepted in its canonical form only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(Buffer.compare(decodeBase64(encodeBase64(bytes)) ?? Buffer.from('wrong'), bytes)).toBe(0);
    }),
  );
  for (const text of ['QQ==', 'QR', 'Q', 'QQ\n', ' QQ', 'Q-_Q', 'QQQ=', 'QQé']) expect([text, decodeBase64(text)]).toEqual([text, null]);
});

describe('an identity', () => {
  // c2sp.org/age, "The X25519 recipient type".
  const published = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';

  test('has the recipient of the specification', () => {
    expect(recipientOf(published)).toBe('age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj');
    expect(generateIdentity(() => new Uint8Array(32).fill(0x42))).toBe(published);
  });

  test('is new each time, and shows no secret', () => {
    const [first, second] = [generateIdentity(), generateIdentity()];
    expect(first).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
    expect(first).not.toBe(second);
    const shown = inspect(x25519Identity(published), { depth: 9, showHidden: true }) + JSON.stringify(x25519Identity(published));
    expect(shown).not.toMatch(/4242|QkJC|GFPYY|42, 42|66, 66/);
  });

  test('is refused in lower case, with a wrong checksum, of another kind or length, and its text is in no message', () => {
    const wrong = [
      published.toLowerCase(),
      `${published.slice(0, -1)}Y`,
      recipientOf(published),
      '',
      encodeBech32('AGE-SECRET-KEY-', new Uint8Array(31)),
      ` ${published}`,
    ];
    for (const text of wrong) {
      expect(() => x25519Identity(text)).toThrow(refused);
      expect(() => recipientOf(text)).toThrow(refused);
    }
    expect(() => x25519Identity(`${published.slice(0, -1)}Y`)).toThrow(/^it is not an X25519 identity: it is not Bech32, or its checksum is wrong$/);
    for (const text of [published, recipientOf(published).toUpperCase(), encodeBech32('age', new Uint8Array(33))])
      expect(() => x25519Recipient(text)).toThrow(refused);
  });
});

test('nothing is encrypted for a point of low order', () => {
  // RFC 7748 section 6.1 and cr.yp.to/ecdh.html#validate: points whose product with every secret is zero; the third is one of order 8.
  const points = ['00'.repeat(32), `01${'00'.repeat(31)}`, 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'];
  for (const point of points) {
    const recipient = x25519Recipient(encodeBech32('age', Buffer.from(point, 'hex')));
    expect(() => recipient.wrap(new Uint8Array(16), randomFrom('low'))).toThrow(refused);
  }
});

describe('a passphrase', () => {
  const file = sealed(contentOf(1_000), passphraseRecipient('smörgås', 4), randomFrom('scrypt'));

  test('opens its file, in the same Unicode form, and no other passphrase does', async () => {
    const reader = await openAge(memoryReader(file, 'root.age'), [passphraseIdentity('smörgås')]);
    expect(Buffer.compare(await reader.read(0, 1_000), contentOf(1_000))).toBe(0);
    for (const other of ['smorgas', '', 'smörgås'.normalize('NFD')]) {
      await expect(openAge(memoryReader(file, 'root.age'), [passphraseIdentity(other)])).rejects.toMatchObject({ fault: 'no-match' });
    }
    await expect(openAge(memoryReader(file, 'root.age'), [x25519Identity(generateIdentity())])).rejects.toMatchObject({ fault: 'no-match' });
  });

  test('is one of several keys that are tried', async () => {
    const keys = [x25519Identity(generateIdentity()), passphraseIdentity('smörgås')];
    expect((await openAge(memoryReader(file, 'root.age'), keys)).size).toBe(1_000);
  });

  test('has a work factor within bounds, when written and when read', async () => {
    for (const factor of [0, 21, 1.5, -1, Number.NaN]) expect(() => passphraseRecipient('x', factor)).toThrow(RangeError);
    for (const factor of ['21', '22', '99', '9'.repeat(400)]) {
      const text = Buffer.from(file)
        .toString('latin1')
        .replace(/^(-> scrypt \S+) 4$/m, `$1 ${factor}`);
      const started = processorMs();
      await expect(openAge(memoryReader(Buffer.from(text, 'latin1'), 'root.age'), [passphraseIdentity('smörgås')])).rejects.toMatchObject({
        fault: 'header',
        message: expect.stringContaining('more than 2^20'),
      });
      expect(processorMs() - started).toBeLessThan(1_000);
    }
  });
});
