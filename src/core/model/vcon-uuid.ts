import { keyedUuid } from '../base/identifier.ts';
import { type RecordingDocument, revisionOf } from './recording-document.ts';

/**
 * Returns the UUID of the vCon of a description. The first description has the id of the recording, each later revision an id derived from it, since
 * an amended vCon is another vCon than the one that it refers to (draft-ietf-vcon-vcon-core-04, Amended Object).
 */
export function vconUuid(document: Pick<RecordingDocument, 'recordingId' | 'revision'>): string {
  const revision = revisionOf(document);
  return revision === 1 ? document.recordingId : keyedUuid(document.recordingId, `vcon revision ${revision}`);
}
