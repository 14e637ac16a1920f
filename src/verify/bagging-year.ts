import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** bag-info.txt of longplay has some 300 bytes. */
const looked = 16 * 1024;

/** The year of a bag's `Bagging-Date` (RFC 8493 section 2.2.2), which is that of its import; null where it does not say. */
export function baggingYear(bag: string): string | null {
  let text: string;
  try {
    const file = openSync(join(bag, 'bag-info.txt'), 'r');
    try {
      const bytes = Buffer.alloc(looked);
      text = bytes.toString('latin1', 0, readSync(file, bytes, 0, looked, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    // That it is missing or cannot be read is said by the check of the bag.
    return null;
  }
  return /^Bagging-Date:[ \t]*(\d{4})-\d{2}-\d{2}[ \t]*$/im.exec(text.replaceAll('\r', ''))?.[1] ?? null;
}
