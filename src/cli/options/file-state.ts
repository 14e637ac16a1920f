import { statSync } from 'node:fs';
import { systemText } from '../../core/base/error.ts';

/** A text that is another one when a file may have been changed, replaced or taken away. */
export function fileState(file: string): string {
  try {
    const { ino, dev, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, dev, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    // Gone, or out of reach: reading it says so.
    return systemText(error);
  }
}
