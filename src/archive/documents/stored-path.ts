import { basename, join } from 'node:path';
import { type StoredFile, sealedEnding } from '../../core/model/recording-document.ts';

/** Facts that determine where a file is stored: its base name, its bag if it is not in the document's, and whether it is sealed or was erased. */
export interface Placed extends Pick<StoredFile, 'path'> {
  readonly bag?: string | undefined;
  readonly sealed?: StoredFile['sealed'] | undefined;
  readonly erased?: StoredFile['erased'] | undefined;
}

/** Returns the name of a file in its folder. The name of a sealed file ends in `.age`. */
export function storedName({ path, sealed }: Pick<Placed, 'path' | 'sealed'>): string {
  return sealed === undefined ? path : path + sealedEnding;
}

/**
 * Returns the path of a recording's stored file. The document's schema guarantees that a bag named in it has the form of a bag name.
 * @param folder folder of the recording's document, `…/bags/<year>/<bag>/data/<recordingId>`
 */
export function storedPath(folder: string, file: Placed): string {
  const { bag } = file;
  return bag === undefined ? join(folder, storedName(file)) : join(folder, '../../../..', bag, 'data', basename(folder), storedName(file));
}

/** Returns the path of a stored file within the archive, `bags/<year>/<bag>/data/<recordingId>/<file>`. @param bag name of the document's bag */
export function storedPlace(bag: string, recordingId: string, file: Placed): string {
  return `bags/${file.bag ?? bag}/data/${recordingId}/${storedName(file)}`;
}
