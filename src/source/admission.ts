import { lastLineEnd } from './read/last-line-end.ts';

/** A file of a running recorder, as a listing finds it. */
export interface FoundFile {
  /** Path of its entry. */
  readonly path: string;
  readonly size: number;
  /** Epoch ms. */
  readonly modifiedMs: number;
  /** First bytes, at most `headBytes`. */
  readonly head: Uint8Array;
}

/**
 * How a listing takes a file: `whole`: it is finished, and reading fails if it changes. `growing`: it is listed as it is now, and may grow while it is read. `lines`: like `growing`, as far as its last
 * complete line. `not`: it is left out.
 */
export type Admission = 'whole' | 'growing' | 'lines' | 'not';

/** Decides on each file of a listing. */
export type Admit = (file: FoundFile) => Admission;

/** Returns the size with which a file is listed; null: it is left out. @throws LongplayError S102 */
export async function admittedSize(admission: Admission, size: number, file: string | Buffer, name: string): Promise<number | null> {
  if (admission === 'not') return null;
  if (admission !== 'lines') return size;
  return await lastLineEnd(file, size, name);
}
