import { basename, join } from 'node:path';
import { type StoredFile, sealedEnding } from '../../core/model/recording-document.ts';

/** A stored file's place: its base name, its bag if that is not the document's, and whether it is sealed. */
export interface Placed extends Pick<StoredFile, 'path'> {
  readonly bag?: string | undefined;
  readonly sealed?: StoredFile['sealed'] | undefined;
}

/** Returns the name of a file in its folder: that of a sealed one ends in `.age`. */
export function storedName({ path, sealed }: Pick<Placed, 'path' | 'sealed'>): string {
  return sealed === undefined ? path : path + sealedEnding;
}

/**
 * Returns the path of a recording's stored file. A bag that a document names has the form of a bag's name, by the document's schema.
 * @param folder folder of the recording's document, `…/bags/<year>/<bag>/data/<recordingId>`
 */
export function storedPath(folder: string, file: Placed): string {
  const { bag } = file;
  return bag === undefined ? join(folder, storedName(file)) : join(folder, '../../../..', bag, 'data', basename(folder), storedName(file));
}

/** Returns a stored file's place within the archive, `bags/<year>/<bag>/data/<recordingId>/<file>`. @param bag name of the document's bag */
export function storedPlace(bag: string, recordingId: string, file: Placed): string {
  return `bags/${file.bag ?? bag}/data/${recordingId}/${storedName(file)}`;
}
