import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Finding, finding } from '../core/finding.ts';
import type { Source } from '../core/source.ts';
import type { Made } from './recordings.ts';
import type { DeclaredBytes } from './types.ts';

/** Holds files against what the records say of their bytes; what differs is a finding of the recording. A file of another size is not read. */
export async function checkDeclared(made: Made, source: Source, signal: AbortSignal): Promise<Made> {
  const findings: Finding[] = [];
  const { key } = made.recording;
  for (const { file, bytes } of made.declared) {
    const { sizeBytes, checksum } = bytes;
    if (sizeBytes !== null && sizeBytes !== file.size) {
      findings.push(finding('I291', key, `a file has ${file.size} bytes, its record says ${sizeBytes}`));
    } else if (checksum !== null && file.size > 0) {
      const found = await checksumOf(file.path, checksum.algorithm, source, signal);
      if (found !== null && found !== checksum.value.toLowerCase())
        findings.push(finding('I292', key, `the ${checksum.algorithm} of a file of ${file.size} bytes is not the one in its record`));
    }
  }
  return findings.length === 0 ? made : { ...made, recording: { ...made.recording, findings: [...made.recording.findings, ...findings] } };
}

type Checksum = NonNullable<DeclaredBytes['checksum']>;

async function checksumOf(path: string, algorithm: Checksum['algorithm'], source: Source, signal: AbortSignal): Promise<string | null> {
  const entry = source.entry(path);
  if (entry === null) return null;
  const reader = await source.open(entry, signal);
  const hash = algorithm === 'crc32' ? null : createHash(algorithm);
  let sum = 0;
  for await (const piece of reader.stream(0, reader.size, signal)) {
    if (hash === null) sum = crc32(piece, sum);
    else hash.update(piece);
  }
  return hash === null ? String(sum >>> 0) : hash.digest('hex');
}
