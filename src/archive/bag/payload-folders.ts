import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';

/** Returns the names of the folders of a bag's payload: ids of recordings. @throws system errors */
export function payloadFolders(bag: string): string[] {
  return readdirSync(join(bag, 'data'), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** Returns the same, or none where the payload cannot be read: a verification of the bag reports why. */
export function readablePayloadFolders(bag: string): string[] {
  try {
    return payloadFolders(bag);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
