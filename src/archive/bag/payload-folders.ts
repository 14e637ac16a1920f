import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';

/** Returns the names of the folders in a bag's payload, which are ids of recordings. @throws system errors */
export function payloadFolders(bag: string): string[] {
  return readdirSync(join(bag, 'data'), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** Returns the names of the folders in a bag's payload; none if the payload cannot be read. A verification of the bag reports the reason. */
export function readablePayloadFolders(bag: string): string[] {
  try {
    return payloadFolders(bag);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
