import { memoryReader } from '../src/core/bytes.ts';
import type { Finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import { limits } from '../src/core/limits.ts';
import type { Source } from '../src/core/source.ts';
import type { XmlElement } from '../src/tables/types.ts';
import { parseSidecar } from '../src/tables/xml.ts';

/** A sidecar as it was read. */
export interface Sidecar {
  readonly path: string;
  /** Null where it cannot be read; the findings say why. */
  readonly root: XmlElement | null;
  /** Of its bytes; null where it is larger than a sidecar may be. */
  readonly sha256: string | null;
  readonly findings: readonly Finding[];
}

/** Reads a sidecar whole. */
export async function readSidecar(source: Source, path: string, signal: AbortSignal): Promise<Sidecar> {
  const entry = source.entry(path);
  if (entry === null) throw new Error(`no entry ${path}`);
  const reader = await source.open(entry, signal);
  if (reader.size > limits.sidecarBytes) return { path, sha256: null, ...(await parseSidecar(reader, { place: path }, signal)) };
  const bytes = await reader.read(0, reader.size, signal);
  return { path, sha256: sha256Hex(bytes), ...(await parseSidecar(memoryReader(bytes, path), { place: path }, signal)) };
}
