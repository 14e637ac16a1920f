import type { OriginalOfBag } from '../../archive/bag/originals.ts';
import type { PayloadFile } from '../../archive/bag/writer.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { Entry, Location } from '../../core/model/source.ts';
import type { AccessOptions } from '../../media/tools/types.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import type { CatalogEntry } from '../../store/catalog/catalog-entry.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';
import type { AmendedPlace } from './amend-recording.ts';

/** An entry of the source, located for a worker. */
export interface LocatedEntry {
  readonly entry: Entry;
  readonly location: Location;
}

/** Task of a worker: loads everything that recordings will need. */
export interface PrepareTask {
  readonly kind: 'prepare';
}

/** Task of a worker: makes one recording in a draft. */
export interface RecordingTask {
  readonly kind: 'recording';
  /** Absolute path of a folder that does not exist yet. */
  readonly folder: string;
  readonly planned: PlannedRecording;
  /** Media of the planned recording, in order. */
  readonly media: readonly LocatedEntry[];
  /** Sidecar files in its provenance. */
  readonly sidecars: readonly LocatedEntry[];
  /** Paths of sidecars with the sound or the texts of an erased recording: vCons, of which only an excerpt is stored. */
  readonly cut?: readonly string[];
  readonly access: AccessOptions;
  readonly joinSides: boolean;
  readonly declarations: readonly Declaration[];
  readonly site: string;
  readonly sourceName: string;
  /** Why its media are stored without being examined: threads crashed on the recording, or a bug showed. Absent: they are examined. */
  readonly unheard?: string;
  /** Digest algorithms besides SHA-256 and SHA-512 that a rehash added to the archive. */
  readonly addedDigests: readonly string[];
  /** Present for an amendment. */
  readonly amended?: AmendedPlace;
  /** True: its files are sealed. */
  readonly isSealed: boolean;
}

/** Result of making a recording. */
export interface RecordingResult {
  /** Paths relative to the recording's folder. */
  readonly files: readonly PayloadFile[];
  /** Its originals, for formats.txt of the bag; paths as in `files`. */
  readonly originals: readonly OriginalOfBag[];
  readonly entry: CatalogEntry;
  readonly findings: readonly Finding[];
  /** Number of media without a copy although one was wanted and there was, or may have been, audio. */
  readonly notPlayable: number;
  /** Number of media that may have been decoded with the wrong codec. */
  readonly doubtful: number;
  readonly audioMs: number;
  /** Number of bytes that were read from the source. */
  readonly bytes: number;
  /** True: it describes a recording of the archive again. */
  readonly isAmendment: boolean;
  /** Secrets of its files; null: they are in clear. */
  readonly secrets: FileSecrets | null;
}
