import { lastLineEnd } from './read/last-line-end.ts';

/** A file of a running recorder, as found during a listing. */
export interface FoundFile {
  /** Path of the file's entry. */
  readonly path: string;
  readonly size: number;
  /** Epoch ms. */
  readonly modifiedMs: number;
  /** First bytes, at most `headBytes`. */
  readonly head: Uint8Array;
}

/**
 * How a listing treats a file. `whole`: the file is finished, and reading fails if it changes. `growing`: it is listed with its present size and may grow while
 * it is read. `lines`: like `growing`, but only up to the end of its last complete line. `not`: it is left out.
 */
export type Admission = 'whole' | 'growing' | 'lines' | 'not';

/** Decides how a listing treats a file. */
export type Admit = (file: FoundFile) => Admission;

/** Returns the size with which a file is listed; null if it is left out. @throws LongplayError S102 */
export async function admittedSize(admission: Admission, size: number, file: string | Buffer, name: string): Promise<number | null> {
  if (admission === 'not') return null;
  if (admission !== 'lines') return size;
  return await lastLineEnd(file, size, name);
}
