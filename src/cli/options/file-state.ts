import { statSync } from 'node:fs';
import { systemText } from '../../core/base/error.ts';

/** Returns a text that is different if a file was changed, replaced or removed. */
export function fileState(file: string): string {
  try {
    const { ino, dev, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, dev, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    // The file is missing or unreachable: reading it will report that.
    return systemText(error);
  }
}
