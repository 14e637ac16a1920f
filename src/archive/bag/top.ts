import { opendirSync, statSync } from 'node:fs';
import { byCodePoint } from '../../core/base/order.ts';
import { codeOf } from '../files/hash-file.ts';

/** Matches text files at the top of a bag that describe the rest of the bag. */
const telling = /^(bagit|bag-info|package-info|fetch|(tag)?manifest-[A-Za-z0-9-]+)\.txt$/;

/** Returns the sorted names of the files at the top of a bag that describe the rest of it; a sentence with the reason if the bag cannot be read. */
export function topNames(bag: string): readonly string[] | string {
  try {
    if (!statSync(bag).isDirectory()) return 'it is not a folder';
  } catch (error) {
    return `it cannot be examined: ${codeOf(error)}`;
  }
  const names: string[] = [];
  let empty = true;
  try {
    const open = opendirSync(bag);
    try {
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
        empty = false;
        if (entry.isFile() && telling.test(entry.name)) names.push(entry.name);
      }
    } finally {
      open.closeSync();
    }
  } catch (error) {
    return `it cannot be read: ${codeOf(error)}`;
  }
  return empty ? 'it is empty, e.g. the mount point of a disk that is not mounted' : names.sort(byCodePoint);
}
