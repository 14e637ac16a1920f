/** A part of an archive's content that can be erased alone. */
export type ErasurePart =
  /** A row of kept tables, by the SHA-256 of its text. `place` states where it was found, e.g. `tables/…/table-0001:17`. */
  | { readonly kind: 'row'; readonly place: string; readonly sha256: string }
  /**
   * A file of a recording, by its plain name, e.g. `original-1.wav`. With `isShared` it is a vCon that is erased because of another recording: the recording
   * keeps an excerpt of it.
   */
  | { readonly kind: 'file'; readonly recordingId: string; readonly file: string; readonly isShared?: true }
  /** A message of a case, by its digest (`messageDigest`). `key` states where it was found, e.g. `m1-3`. */
  | { readonly kind: 'message'; readonly caseId: string; readonly digest: string; readonly key: string };

/** Returns a part as a text for the list of a request. */
export function partText(part: ErasurePart): string {
  if (part.kind === 'row') return `row ${part.sha256} ${part.place}`;
  return part.kind === 'file'
    ? `${part.isShared === true ? 'shared' : 'file'} ${part.recordingId} ${part.file}`
    : `message ${part.caseId} ${part.digest} ${part.key}`;
}

/** Parses a part from the list of a request; returns null if this version does not know its kind. */
export function parsePart(text: string): ErasurePart | null {
  const [kind, first = '', ...rest] = text.split(' ');
  const last = rest.join(' ');
  if (first === '' || last === '') return null;
  if (kind === 'row') return { kind, sha256: first, place: last };
  if (kind === 'file') return { kind, recordingId: first, file: last };
  if (kind === 'shared') return { kind: 'file', recordingId: first, file: last, isShared: true };
  const [digest = '', key = ''] = rest;
  return kind === 'message' && key !== '' ? { kind, caseId: first, digest, key } : null;
}
