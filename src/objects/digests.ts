import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32cJs, Crc64NvmeJs } from '@aws-sdk/checksums/crc';

/** A digest of a whole object that its store states. */
export interface StatedDigest {
  readonly algorithm: 'SHA-256' | 'SHA-1' | 'CRC-64/NVME' | 'CRC-32C' | 'CRC-32' | 'MD5';
  readonly hex: string;
}

/** Members of an answer that may state a digest, as the store wrote them. */
export interface DigestMembers {
  readonly ChecksumSHA256?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumType?: string | undefined;
  readonly ETag?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
}

/** Checksums of S3, the strongest first, with the lengths of their values in bytes (Amazon S3 User Guide, "Checking object integrity"). */
const checksums = [
  ['SHA-256', 'ChecksumSHA256', 32],
  ['SHA-1', 'ChecksumSHA1', 20],
  ['CRC-64/NVME', 'ChecksumCRC64NVME', 8],
  ['CRC-32C', 'ChecksumCRC32C', 4],
  ['CRC-32', 'ChecksumCRC32', 4],
] as const;

/**
 * Returns the strongest digest of the whole object in an answer; null if there is none. A checksum over the checksums of parts (COMPOSITE, or with a
 * `-` and their number) cannot be compared without the sizes of the parts. An entity tag of 32 digits is the MD5, except with keys of KMS or of the
 * client (Amazon S3 API Reference, "Object", ETag).
 */
export function statedDigest(members: DigestMembers): StatedDigest | null {
  if (members.ChecksumType !== 'COMPOSITE') {
    for (const [algorithm, name, length] of checksums) {
      const value = members[name];
      if (value === undefined || !/^[A-Za-z0-9+/]+=*$/.test(value)) continue;
      const bytes = Buffer.from(value, 'base64');
      if (bytes.length === length) return { algorithm, hex: bytes.toString('hex') };
    }
  }
  const [, md5] = /^"?([0-9a-f]{32})"?$/.exec(members.ETag ?? '') ?? [];
  const hasOtherTag = members.ServerSideEncryption?.startsWith('aws:kms') === true || members.SSECustomerAlgorithm !== undefined;
  return md5 === undefined || hasOtherTag ? null : { algorithm: 'MD5', hex: md5 };
}

/** Computes a digest piece by piece. */
export interface Digester {
  update(bytes: Uint8Array): void;
  /** Returns the digest in hexadecimal. Call it once. */
  hex(): Promise<string>;
}

/** Creates the computation of a digest. */
export function createDigester(algorithm: StatedDigest['algorithm']): Digester {
  if (algorithm === 'CRC-32') {
    let sum = 0;
    const update = (bytes: Uint8Array): void => {
      sum = crc32(bytes, sum);
    };
    return { update, hex: async () => sum.toString(16).padStart(8, '0') };
  }
  if (algorithm === 'CRC-32C' || algorithm === 'CRC-64/NVME') {
    const crc = algorithm === 'CRC-32C' ? new Crc32cJs() : new Crc64NvmeJs();
    return { update: (bytes) => crc.update(bytes), hex: async () => Buffer.from(await crc.digest()).toString('hex') };
  }
  const hash = createHash(algorithm.replace('-', '').toLowerCase());
  return { update: (bytes) => void hash.update(bytes), hex: async () => hash.digest('hex') };
}
