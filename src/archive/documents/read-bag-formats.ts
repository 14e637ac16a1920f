import { join } from 'node:path';
import { isTrouble } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Grade, grades } from '../../core/model/grade.ts';
import { readTagFile } from '../bag/tag-file.ts';

/** A kind of original in a bag, according to its formats.txt. */
export interface StatedFormat {
  /** Format id; null if the format was not recognised. */
  readonly format: string | null;
  /** Grade of the format in the program that made the bag; null if the format was not recognised. */
  readonly grade: Grade | null;
  readonly files: number;
}

/** Parses a text that `bagFormats` wrote. Null if the text is of a version without grades, or is another text. */
export function parseBagFormats(text: string): StatedFormat[] | null {
  const parts = text.split(/\n(?=\d+\. )/).slice(1);
  const found: StatedFormat[] = [];
  for (const part of parts) {
    const files = Number(/^ {2}files {8}(\d{1,15}), /m.exec(part)?.[1] ?? Number.NaN);
    const stated = /^ {2}grade {8}([a-z-]+): /m.exec(part)?.[1];
    const format = /^ {2}kind of file {1}([a-z0-9-]+)(?:,|$)/m.exec(part)?.[1] ?? null;
    const grade = grades.find((one) => one === stated) ?? null;
    if (!Number.isSafeInteger(files) || (format !== null && grade === null)) return null;
    found.push({ format, grade, files });
  }
  return found;
}

/** Reads the formats.txt of the bag in a folder. Null also if the file cannot be read, which verification reports. */
export function readBagFormats(folder: string): StatedFormat[] | null {
  try {
    return parseBagFormats(readTagFile(join(folder, 'formats.txt'), limits.bagFormatsBytes).toString('utf8'));
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return null;
  }
}
