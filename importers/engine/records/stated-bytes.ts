import { createHash, getHashes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { agree } from '../../../src/core/base/agree.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import type { Source } from '../../../src/core/model/source.ts';
import type { StatedBytes } from './described.ts';

/**
 * Compares files with the sizes and digests stated in records. A different size, a different digest, or a digest that cannot be computed here is a finding. A
 * file is read once per stated digest, and not at all if its size differs.
 */
export async function checkStated(source: Source, stated: readonly StatedBytes[], signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { path, sizeBytes, digest } of stated) {
    const entry = source.entry(path);
    if (entry === null || entry.size === 0) continue;
    if (sizeBytes !== null && sizeBytes !== entry.size) {
      findings.push(finding('I291', path, agree`the file has ${entry.size} byte[s], its record says ${sizeBytes}`));
      continue;
    }
    if (digest === null) continue;
    const { algorithm, value } = digest;
    const sum = sumOf(algorithm);
    if (sum === null) {
      findings.push(
        finding('I271', path, agree`its record states a digest of an unsupported kind (${algorithm.slice(0, 20)}), ${value.length} character[s]`),
      );
      continue;
    }
    const reader = await source.open(entry, signal);
    for await (const piece of reader.stream(0, reader.size, signal)) sum.update(piece);
    const found = sum.hex();
    if (found.length !== value.length || !/^[0-9a-f]+$/i.test(value))
      findings.push(finding('I271', path, agree`its record states a ${algorithm} of ${value.length} character[s], which is not a valid length`));
    else if (found !== value.toLowerCase()) {
      const words = agree`the ${algorithm} of its ${entry.size} byte[s] begins with ${found.slice(0, 16)}, its record says ${value.slice(0, 16).toLowerCase()}`;
      findings.push(finding('I292', path, words));
    }
  }
  return findings;
}

interface Sum {
  update(piece: Uint8Array): void;
  hex(): string;
}

/** Returns the checksum algorithm by its name in a record: `SHA-512`, `sha512`, `SHA3-256`, `crc32`; null if it is unknown. */
function sumOf(algorithm: string): Sum | null {
  const plain = algorithm.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (plain === 'crc32') {
    let sum = 0;
    return {
      update: (piece) => {
        sum = crc32(piece, sum);
      },
      hex: () => (sum >>> 0).toString(16).padStart(8, '0'),
    };
  }
  const name = plain.startsWith('sha3') && plain.length === 7 ? `sha3-${plain.slice(4)}` : plain;
  if (!/^(?:md5|sha1|sha224|sha256|sha384|sha512|sha3-(?:224|256|384|512))$/.test(name) || !getHashes().includes(name)) return null;
  const hash = createHash(name);
  return { update: (piece) => void hash.update(piece), hex: () => hash.digest('hex') };
}
