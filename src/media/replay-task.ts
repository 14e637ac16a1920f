import { baseName } from '../core/base/safe-path.ts';
import { expectedMs, piecesAfter } from '../core/model/pieces.ts';
import type { RecordingDocument, StoredMedium } from '../core/model/recording-document.ts';
import type { MediumLocation, PlayableFile } from './bytes/medium-bytes.ts';
import type { ReplayTask } from './replay.ts';
import type { MediaTools } from './tools/types.ts';

/** Rebuilds the task of the import with the same hints; null if a part of the file is missing. */
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

function locationOf(file: PlayableFile | undefined): MediumLocation[] {
  if (file === undefined) return [];
  const { path, sizeBytes: size, secret } = file;
  return [secret === undefined ? { kind: 'span', file: path, offset: 0, size, spooled: false } : { kind: 'sealed', file: path, size, secret }];
}

/** Returns the user's declaration at the import. Older documents do not contain the declaration; their `basis` shows only that there was one. */
function declarationOf({ declared, basis, codec }: StoredMedium, { codecs }: Pick<MediaTools, 'codecs'>): ReplayTask['declared'] {
  const byBasis = codec !== null && basis.startsWith('declared by the user') ? { ...codec, codec: codec.id } : null;
  const said = declared === undefined ? byBasis : declared;
  if (said === null) return null;
  const { codec: id, sampleRateHz, channels } = said;
  return { glob: '*', codec: id, codecName: codecs.get(id)?.title ?? id, sampleRateHz, channels };
}
