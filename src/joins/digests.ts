import { getHashes } from 'node:crypto';
import { type Finding, finding } from '../core/finding.ts';
import type { Source } from '../core/source.ts';
import { digestOf } from './read-source.ts';
import type { StatedDigest } from './types.ts';

/** Reads the files whose digests records state. A file that is another one, and a digest that cannot be computed here, are findings; each file is read once per digest. */
export async function checkDigests(source: Source, stated: readonly StatedDigest[], signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { path, algorithm, hex } of stated) {
    const known = nodeName(algorithm);
    const entry = source.entry(path);
    if (entry === null) continue;
    if (known === null) {
      findings.push(
        finding('I271', path, `its record states a digest of a kind that is not known here (${algorithm.slice(0, 20)}), of ${hex.length * 4} bits`),
      );
      continue;
    }
    const found = await digestOf(await source.open(entry, signal), signal, known);
    if (found.length !== hex.length || !/^[0-9a-f]+$/i.test(hex))
      findings.push(finding('I271', path, `its record states a ${algorithm} of ${hex.length} characters, which is none`));
    else if (found !== hex.toLowerCase())
      findings.push(
        finding('I270', path, `its ${algorithm} begins with ${found.slice(0, 16)}, and its record states ${hex.slice(0, 16).toLowerCase()}`),
      );
  }
  return findings;
}

/** Names of OpenSSL for the names that records write: `SHA-512`, `sha512`, `SHA3-256`. */
function nodeName(algorithm: string): string | null {
  const plain = algorithm.toLowerCase().replace(/[^a-z0-9]/g, '');
  const name = plain.startsWith('sha3') && plain.length === 7 ? `sha3-${plain.slice(4)}` : plain;
  return /^(?:md5|sha1|sha224|sha256|sha384|sha512|sha3-(?:224|256|384|512))$/.test(name) && getHashes().includes(name) ? name : null;
}
