import { basename, join } from 'node:path';
import type { StoredFile } from '../../core/model/recording-document.ts';

/** A stored file's place: its base name, and its bag if that is not the document's. */
interface Placed extends Pick<StoredFile, 'path'> {
  readonly bag?: string | undefined;
}

/**
 * Returns the path of a recording's stored file. A bag that a document names has the form of a bag's name, by the document's schema.
 * @param folder folder of the recording's document, `…/bags/<year>/<bag>/data/<recordingId>`
 */
export function storedPath(folder: string, { path, bag }: Placed): string {
  return bag === undefined ? join(folder, path) : join(folder, '../../../..', bag, 'data', basename(folder), path);
}

/** Returns a stored file's place within the archive, `bags/<year>/<bag>/data/<recordingId>/<file>`. @param bag name of the document's bag */
export function storedPlace(bag: string, recordingId: string, file: Placed): string {
  return `bags/${file.bag ?? bag}/data/${recordingId}/${file.path}`;
}
