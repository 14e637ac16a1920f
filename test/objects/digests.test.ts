import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createDigester, statedDigest } from '../../src/objects/digests.ts';

const text = Buffer.from('123456789');

describe('a digest', () => {
  // Check values of the catalogue of CRCs by Greg Cook (reveng.sourceforge.io), and of OpenSSL.
  test.each([
    ['CRC-32', 'cbf43926'],
    ['CRC-32C', 'e3069283'],
    ['CRC-64/NVME', 'ae8b14860a799888'],
    ['MD5', createHash('md5').update(text).digest('hex')],
    ['SHA-1', createHash('sha1').update(text).digest('hex')],
    ['SHA-256', createHash('sha256').update(text).digest('hex')],
  ] as const)('%s has its check value, whole and byte by byte', async (algorithm, hex) => {
    const [whole, bytes] = [createDigester(algorithm), createDigester(algorithm)];
    whole.update(text);
    for (const byte of text) bytes.update(Uint8Array.of(byte));
    expect([await whole.hex(), await bytes.hex()]).toEqual([hex, hex]);
  });
});

describe('the digest that a store states', () => {
  const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
  test.each([
    ['the MD5 in an entity tag', { ETag: `"${md5}"` }, { algorithm: 'MD5', hex: md5 }],
    ['a checksum before an entity tag', { ETag: `"${md5}"`, ChecksumCRC32: 'y/Q5Jg==' }, { algorithm: 'CRC-32', hex: 'cbf43926' }],
    [
      'the strongest checksum',
      { ChecksumCRC32: 'y/Q5Jg==', ChecksumSHA1: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
      { algorithm: 'SHA-1', hex: '00'.repeat(20) },
    ],
    ['none for parts', { ETag: `"${md5}-2"`, ChecksumSHA256: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=-2' }, null],
    ['none for a composite', { ETag: `"${md5}-2"`, ChecksumCRC32: 'y/Q5Jg==', ChecksumType: 'COMPOSITE' }, null],
    ['none for a key of KMS', { ETag: `"${md5}"`, ServerSideEncryption: 'aws:kms' }, null],
    ['none for a key of the client', { ETag: `"${md5}"`, SSECustomerAlgorithm: 'AES256' }, null],
    ['none for nonsense', { ETag: 'x', ChecksumCRC32: '!!', ChecksumCRC32C: 'AAAA' }, null],
    ['none for nothing', {}, null],
  ])('%s', (_, members, expected) => {
    expect(statedDigest(members)).toEqual(expected);
  });
});
