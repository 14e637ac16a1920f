import { type Landing, landingOf } from '../../archive/bag/landing.ts';
import { toolName, version } from '../../core/base/version.ts';
import type { LogDetail, LogEntry } from '../../log/entries/log-entry.ts';

/**
 * A complete examination of a bag by this version of longplay that found nothing, according to the log: another version may check more. The digests of a bag's tag manifests identify every byte of the bag, so its results
 * hold for as long as the bag has these digests.
 */
export interface Examination {
  /** Digests of the tag manifests when the bag was examined; never empty. */
  readonly landing: Landing;
  readonly recordings: number;
  /** Audio duration of the copies, ms; 0 for a sealed bag. */
  readonly audioMs: number;
  /** As in `ExaminedRecordings`; 0 for a sealed bag. */
  readonly media: number;
  readonly sounding: number;
  /**
   * SHA-256 over the expected catalog entries (`entriesDigest` of src/store/catalog), in a sealed archive with the key of its catalog. `noEntriesSha256` for a
   * sealed bag that was not opened.
   */
  readonly entriesSha256: string;
  /** SHA-256 of a catalog file with which the bag was compared without finding a difference; null: there is none. */
  readonly catalogSha256: string | null;
}

/** Memory of examinations, built from the log entries in order. */
export interface ExaminationMemory {
  take(entry: Pick<LogEntry, 'type' | 'detail'>): void;
  /** Returns the examination of a bag's present bytes; null: there is none by this version of longplay. */
  of(bag: string): Examination | null;
  /** SHA-256 of the last catalog file that this version found sound and compared with all bags; null: there is none. */
  catalog(): string | null;
}

/** Entries after which the bytes of a bag may be others. */
const rewriting: ReadonlySet<string> = new Set([
  ...['bag-intended', 'bag-landed', 'bag-withdrawn', 'bag-set-aside', 'bag-rehashed', 'bag-repaired', 'file-repaired', 'deleted', 'bag-gone'],
  'erasure-intended',
]);

/** Creates an empty memory. */
export function createExaminationMemory(): ExaminationMemory {
  const known = new Map<string, Examination>();
  const landed = new Map<string, Landing>();
  let catalog: string | null = null;
  /** The last run that this version began: another one may have compared less. */
  let own: unknown = null;
  return {
    take: ({ type, detail }) => {
      const { bag, replica, run } = detail;
      if (typeof replica === 'string') return;
      if (type === 'verification-started') own = detail.tool === toolName ? run : null;
      if (type === 'verification-finished' && typeof detail.catalogSha256 === 'string' && typeof run === 'string' && run === own) {
        catalog = detail.catalogSha256;
        for (const [name, one] of known) known.set(name, { ...one, catalogSha256: catalog });
      }
      if (typeof bag !== 'string') return;
      if (rewriting.has(type)) known.delete(bag);
      if (type === 'bag-landed' || type === 'bag-rehashed') landed.set(bag, landingOf(detail));
      if (type !== 'bag-verified') return;
      const { examined, entriesSha256, verdict } = detail;
      const landing = landed.get(bag);
      const isWhole = examined === version && verdict === 'ok' && landing !== undefined && landing.size > 0;
      if (isWhole && typeof entriesSha256 === 'string' && isCounted(detail)) {
        const { recordings, audioMs, media, sounding } = detail;
        const before = known.get(bag);
        const catalogSha256 = before?.entriesSha256 === entriesSha256 ? before.catalogSha256 : null;
        known.set(bag, { landing, recordings, audioMs, media, sounding, entriesSha256, catalogSha256 });
      } else if (verdict === 'faults') known.delete(bag);
    },
    of: (bag) => known.get(bag) ?? null,
    catalog: () => catalog,
  };
}

type Counted = Pick<Examination, 'recordings' | 'audioMs' | 'media' | 'sounding'>;

function isCounted(detail: LogDetail): detail is LogDetail & Counted {
  return [detail.recordings, detail.audioMs, detail.media, detail.sounding].every((one) => typeof one === 'number');
}
