import { statSync } from 'node:fs';
import { systemText } from '../../core/base/error.ts';

/** Returns a text that changes if a file may have been changed, replaced or removed. */
export function fileState(file: string): string {
  try {
    const { ino, dev, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, dev, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    // Missing or unreachable: reading it will report that.
    return systemText(error);
  }
}
