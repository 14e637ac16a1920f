import { baseName } from '../core/base/safe-path.ts';
import { expectedMs, piecesAfter } from '../core/model/pieces.ts';
import type { RecordingDocument, StoredMedium } from '../core/model/recording-document.ts';
import type { Location } from '../core/model/source.ts';
import type { ReplayTask } from './replay.ts';
import type { MediaTools } from './tools/types.ts';

/** A file that is there to be played. */
export interface PlayableFile {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** The work that the import had, with the hints that it had; null where a piece of the file is not there. */
export function replayTask(
  document: Pick<RecordingDocument, 'media' | 'recording'>,
  index: number,
  files: ReadonlyMap<string, PlayableFile>,
  tools: Pick<MediaTools, 'codecs'>,
): ReplayTask | null {
  const { media, recording } = document;
  const medium = media[index];
  if (medium === undefined) return null;
  const pieces = [medium, ...piecesAfter(media, index).flatMap((at) => media[at] ?? [])];
  const locations = pieces.flatMap(({ original }) => locationOf(files.get(original.path)));
  const [location, ...further] = locations;
  if (location === undefined || locations.length < pieces.length) return null;
  const { reconciliation, durationDeclared } = recording;
  return {
    location,
    further,
    name: baseName(medium.path),
    place: medium.original.path,
    durationMs: expectedMs(durationDeclared, reconciliation.joined ?? reconciliation.status),
    declared: declarationOf(medium, tools),
  };
}

function locationOf(file: PlayableFile | undefined): Location[] {
  return file === undefined ? [] : [{ kind: 'span', file: file.path, offset: 0, size: file.sizeBytes, spooled: false }];
}

/** What the user said when it was imported. Documents that do not keep it say in their basis that there was something. */
function declarationOf({ declared, basis, codec }: StoredMedium, { codecs }: Pick<MediaTools, 'codecs'>): ReplayTask['declared'] {
  const byBasis = codec !== null && basis.startsWith('declared by the user') ? { ...codec, codec: codec.id } : null;
  const said = declared === undefined ? byBasis : declared;
  if (said === null) return null;
  const { codec: id, sampleRateHz, channels } = said;
  return { glob: '*', codec: id, codecName: codecs.get(id)?.title ?? id, sampleRateHz, channels };
}
