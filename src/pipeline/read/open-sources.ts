import { judgeRecordingDocument } from '../../archive/documents/recording-json.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import type { ImportOptions } from '../../core/model/importer.ts';
import type { Source } from '../../core/model/source.ts';
import type { StoreChoice } from '../../core/model/store-choice.ts';
import { type OpenOptions, openSource } from '../../source/open-source.ts';
import { openScratchBlocks } from '../../store/objects/scratch-blocks.ts';
import { makeScratch, removeScratch } from '../files/scratch.ts';

/** Open sources with a folder for temporary files. */
export interface OpenedSource extends AsyncDisposable {
  readonly source: Source;
  readonly scratch: string;
}

/** Opens the sources that the user named. Disposing of the result closes them and deletes everything temporary. @param how as in `openSource` */
export async function openSources(
  paths: readonly string[],
  temporary: string,
  signal: AbortSignal,
  how: Omit<OpenOptions, 'scratch'> = {},
): Promise<OpenedSource> {
  const scratch = makeScratch(temporary);
  try {
    const source = await openSource(paths, { blocks: () => openScratchBlocks(scratch), ...how, scratch }, signal);
    return {
      source,
      scratch,
      [Symbol.asyncDispose]: async () => {
        await source.close();
        removeScratch(scratch);
      },
    };
  } catch (error) {
    removeScratch(scratch);
    throw error;
  }
}

/** Returns the option of `openSource` with the object store of a request. */
export function storeOf({ store }: { readonly store?: StoreChoice }): Pick<OpenOptions, 'store'> {
  return store === undefined ? {} : { store };
}

/** Returns the importer's options that follow from the request. */
export function importOptions(
  {
    zone,
    mapping,
    encoding,
    declarations,
  }: Pick<ImportOptions, 'zone' | 'mapping' | 'encoding'> & { readonly declarations?: readonly Declaration[] },
  scratch: string,
  media: MediaJudge,
): ImportOptions {
  const declared = declarations === undefined ? {} : { isDeclared: (path: string) => declarationOf(path, declarations) !== null };
  return { zone, mapping, encoding, scratch, media, recordingDocument: judgeRecordingDocument, ...declared };
}
