/** A part of what an archive holds that can be erased alone. */
export type ErasurePart =
  /** A row of kept tables, by the SHA-256 of its text; `place` is where it was found: `tables/…/table-0001:17`. */
  | { readonly kind: 'row'; readonly place: string; readonly sha256: string }
  /** A file of a recording, by its plain name: `original-1.wav`. */
  | { readonly kind: 'file'; readonly recordingId: string; readonly file: string }
  /** A message of a case. */
  | { readonly kind: 'message'; readonly caseId: string; readonly message: string };

/** Returns a part as it stands in the list of a request. */
export function partText(part: ErasurePart): string {
  if (part.kind === 'row') return `row ${part.sha256} ${part.place}`;
  return part.kind === 'file' ? `file ${part.recordingId} ${part.file}` : `message ${part.caseId} ${part.message}`;
}

/** Reads a part of the list of a request; null if it is none that this version knows. */
export function parsePart(text: string): ErasurePart | null {
  const [kind, first = '', ...rest] = text.split(' ');
  const last = rest.join(' ');
  if (first === '' || last === '') return null;
  if (kind === 'row') return { kind, sha256: first, place: last };
  if (kind === 'file') return { kind, recordingId: first, file: last };
  return kind === 'message' ? { kind, caseId: first, message: last } : null;
}
