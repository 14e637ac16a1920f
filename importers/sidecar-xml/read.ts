import { memoryReader } from '../../src/core/base/bytes.ts';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { Entry, Source } from '../../src/core/model/source.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';
import { parseSidecar } from '../../src/tables/xml/xml.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import { digestOf } from '../engine/records/digest.ts';
import type { GivenRecord } from '../engine/records/shape.ts';
import type { SidecarDescription } from './description.ts';
import { describeFlat } from './flat.ts';
import { describeVerint, inumOf, isVerint } from './verint.ts';

/** A sidecar as read. */
export interface Sidecar {
  readonly path: string;
  /** Its family; null if it cannot be read; the findings then say why. */
  readonly family: SidecarDescription['family'] | null;
  /** The INUM that it names as its own, or null. */
  readonly inum: string | null;
  /** Digest of its bytes. */
  readonly sha256: string;
  readonly findings: readonly Finding[];
  /** Its element as JSON. It is parsed only for the description, because records are also read back for their claims. */
  readonly json: string;
}

/** Staged part of a sidecar. */
type Content = Omit<Sidecar, 'path' | 'sha256'>;

/** Reads a sidecar completely; its record has no pairs. */
export async function* readSidecar(source: Source, entry: Entry, signal: AbortSignal): AsyncGenerator<GivenRecord> {
  const reader = await source.open(entry, signal);
  const place = entry.path;
  const isWhole = reader.size <= limits.sidecarBytes;
  const bytes = isWhole ? await reader.read(0, reader.size, signal) : new Uint8Array(0);
  const { root, findings } = await parseSidecar(isWhole ? memoryReader(bytes, place) : reader, { place }, signal);
  const value: Content = {
    family: root === null ? null : isVerint(root) ? 'verint' : 'flat',
    inum: root === null ? null : inumOf(root),
    findings,
    json: JSON.stringify(root),
  };
  const sha256 = isWhole ? sha256Hex(bytes) : await digestOf(reader, signal);
  yield { kind: 'given', number: 1, pairs: [], value, sha256, raw: null };
}

/** Returns the sidecar in a record. */
export function sidecarOf({ path, sha256, value }: JoinedRecord): Sidecar {
  return { path, sha256, ...(value as Content) }; // Staged by `readSidecar`.
}

/** Returns the facts in a sidecar; null if it cannot be read. @param zone zone of times that have no offset, or null */
export function describeSidecar({ family, json }: Sidecar, zone: string | null): SidecarDescription | null {
  if (family === null) return null;
  const root = JSON.parse(json) as XmlElement; // Written by `readSidecar`.
  return family === 'verint' ? describeVerint(root, zone) : describeFlat(root, zone);
}
