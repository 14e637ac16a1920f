import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { VconDocument } from '../../src/tables/vcon-document.ts';
import { createVconSkimmer } from '../../src/tables/vcon-skim.ts';
import { readSkimmed } from '../../src/tables/vcon-skimmed.ts';
import { readText } from '../engine/records/text-document.ts';

/** A vCon that was read without its long bodies, and findings about its encoding. */
export interface LargeVcon {
  readonly document: VconDocument;
  readonly findings: readonly Finding[];
}

/**
 * Reads a vCon of any size with bounded memory: everything but the long bodies of its dialogs, analyses and attachments.
 * @param keptRun as for `createVconSkimmer`
 * @returns a text that says why the vCon cannot be read
 */
export async function readLargeVcon(reader: ByteReader, encoding: string | null, signal: AbortSignal, keptRun?: number): Promise<LargeVcon | string> {
  const skimmer = createVconSkimmer(keptRun);
  for await (const piece of reader.stream(0, reader.size, signal)) if (!skimmer.push(piece)) break;
  const skimmed = skimmer.end();
  if (skimmed === null) return `besides long bodies in base64, a vCon may have ${limits.sidecarBytes}`;
  const { text, findings } = await readText(memoryReader(Buffer.from(skimmed.text, 'latin1'), reader.name), encoding, signal);
  const document = readSkimmed(text, skimmed);
  return document === null ? 'the payload of its signature is compressed, or has too much besides long bodies' : { document, findings };
}
