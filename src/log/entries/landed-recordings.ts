import { statSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { type LeafFile, recordingLine, recordingsIn } from './landing.ts';
import type { LogDetail } from './log-entry.ts';

/**
 * Compares documents of recordings with their ingest. A bag that was changed together with all its digests is consistent, but the log has the root of
 * the tree over its recordings.
 */
export interface LandedRecordings {
  /**
   * Returns true if a document is not the one that was ingested. Returns false if the log says nothing about the bag: verification reports that.
   * @param document bytes of the file that is the recording's leaf: `recording.json`; of a sealed recording `public.json`
   * @throws the system's error if the manifest of the bag cannot be read; a missing manifest counts as empty
   */
  isOther(bag: string, recordingId: string, document: Uint8Array, leaf?: LeafFile): boolean;
}

/** A manifest that was read. */
interface Listed {
  readonly state: string;
  readonly root: string;
  readonly lines: ReadonlySet<string>;
}

/** Number of manifests in memory: an export reads bag after bag, and a server alternates between a few. */
const mostBags = 16;

/**
 * Creates a comparison.
 * @param dir folder of the archive
 * @param landed returns the details of the newest ingest of each bag, as the log has them now
 */
export function createLandedRecordings(dir: string, landed: () => ReadonlyMap<string, LogDetail>): LandedRecordings {
  const known = new Map<string, Listed>();
  const listed = (bag: string): Listed => {
    const folder = join(dir, 'bags', bag);
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(join(folder, 'manifest-sha256.txt'), { bigint: true });
    const state = [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    const before = known.get(bag);
    const now = before?.state === state ? before : { state, ...recordingsIn(folder) };
    known.delete(bag);
    known.set(bag, now);
    const [oldest] = known.keys();
    if (known.size > mostBags && oldest !== undefined) known.delete(oldest);
    return now;
  };
  return {
    isOther: (bag, recordingId, document, leaf) => {
      const root = landed().get(bag)?.recordingsRoot;
      if (typeof root !== 'string') return false;
      try {
        const found = listed(bag);
        return found.root !== root || !found.lines.has(recordingLine(recordingId, sha256Hex(document), leaf));
      } catch (error) {
        if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
        return true;
      }
    },
  };
}
