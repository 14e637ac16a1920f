import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bagAlgorithms } from '../../archive/bag/added-digests.ts';
import type { PayloadFile } from '../../archive/bag/writer.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { makeFolder } from '../../archive/files/durable.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { type ErasedMark, type RecordingDocument, type StoredFile, storedFilesOf } from '../../core/model/recording-document.ts';
import { writeDocument } from '../../pipeline/make/recording-files.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import { UnsoundBag } from './rewrite-bag.ts';

/** Files of one recording that are erased from an open bag while the recording stays. */
export interface RedactedRecording {
  /** Names of files that are removed from the bag. */
  readonly files: ReadonlySet<string>;
  /** The description without the erased files; null: it no longer names any of them. */
  readonly document: RecordingDocument | null;
}

/** Redactions of a bag, by recording id. */
export type Redactions = ReadonlyMap<string, RedactedRecording>;

/** Returns the mark of a file that is to be erased alone; null: the file stays. */
export type FileMark = (recordingId: string, file: string) => ErasedMark | null;

/**
 * Finds the files to be erased alone in an open bag: files in the bag, and files that a description names, even if they are in another bag.
 * @param ids ids of the bag's recordings that stay
 * @throws UnsoundBag if a description cannot be read
 */
export function redactionsIn(bag: Pick<BagFolder, 'path'>, ids: Iterable<string>, markOf: FileMark): Redactions {
  const found = new Map<string, RedactedRecording>();
  for (const id of ids) {
    const folder = join(bag.path, 'data', id);
    const files = new Set(readdirSync(folder).filter((name) => !isDescription(name) && markOf(id, name) !== null));
    const { plain } = readDocumentBytes(folder, () => null);
    const { document, problems } = parseRecordingJson(plain);
    if (document === null) throw new UnsoundBag(`data/${id}/recording.json: ${problems[0] ?? 'it is not a recording document'}`);
    const isNamed = storedFilesOf(document).some(({ path, erased }) => erased === undefined && markOf(id, path) !== null);
    if (!isNamed && files.size === 0) continue;
    found.set(id, { files, document: isNamed ? withoutFiles(document, sha256Hex(plain), (path) => markOf(id, path)) : null });
  }
  return found;
}

function isDescription(name: string): boolean {
  return name === 'recording.json';
}

/** Marks files of a description as erased. @param sha256 digest of the description's bytes */
function withoutFiles(document: RecordingDocument, sha256: string, markOf: (path: string) => ErasedMark | null): RecordingDocument {
  const marked = <File extends StoredFile>(file: File): File => {
    const erased = file.erased ?? markOf(file.path);
    return erased === null ? file : { ...file, erased };
  };
  return {
    ...document,
    media: document.media.map((medium) => ({
      ...medium,
      original: marked(medium.original),
      access: medium.access === null ? null : marked(medium.access),
    })),
    joined: document.joined === null ? null : marked(document.joined),
    sources: document.sources.map(marked),
    before: [...(document.before ?? []), sha256],
  };
}

/** Writes the changed descriptions into the draft of a bag. @param algorithms algorithms of the bag's manifests @returns their manifest entries */
export async function writeRedacted(draft: string, redactions: Redactions, algorithms: readonly string[]): Promise<PayloadFile[]> {
  const addedDigests = algorithms.filter((id) => !(bagAlgorithms as readonly string[]).includes(id));
  const made: PayloadFile[] = [];
  for (const [id, { document }] of redactions) {
    if (document === null) continue;
    const folder = join(draft, 'data', id);
    await makeFolder(folder);
    const { path, ...rest } = writeDocument(document, { folder, addedDigests });
    made.push({ path: `data/${id}/${path}`, ...rest });
  }
  return made;
}
