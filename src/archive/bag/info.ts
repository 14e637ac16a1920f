import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { readTagFile } from './tag-file.ts';

/**
 * What a bag says of itself in bag-info.txt (RFC 8493 section 2.2.2); null where it says nothing, or cannot be read: the check of the bag tells what is the
 * matter. Nobody vouches for it.
 */
export function bagInfo(bag: string): string | null {
  try {
    return readTagFile(join(bag, 'bag-info.txt')).toString('latin1').replaceAll('\r', '');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

/** The year of a bag's `Bagging-Date`, which is that of its import; null where it does not say. */
export function baggingYear(bag: string): string | null {
  return /^Bagging-Date:[ \t]*(\d{4})-\d{2}-\d{2}[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1] ?? null;
}

/** Files and bytes of a bag's payload by its `Payload-Oxum`; null where it does not say. */
export function payload(bag: string): { readonly files: number; readonly bytes: number } | null {
  const [, bytes, files] = /^Payload-Oxum:[ \t]*(\d{1,15})\.(\d{1,15})[ \t]*$/im.exec(bagInfo(bag) ?? '') ?? [];
  return bytes === undefined ? null : { files: Number(files), bytes: Number(bytes) };
}

/** Bytes of a bag's payload by its `Payload-Oxum`; null where it does not say. */
export function payloadBytes(bag: string): number | null {
  const size = /^Payload-Oxum:[ \t]*(\d{1,15})\.\d+[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1];
  return size === undefined ? null : Number(size);
}

/** The version of the layout of bags that this program writes, and the newest that it reads. */
export const bagVersion = 1;

/** The `Longplay-Bag-Version` of a bag where it is newer than what this program knows; null otherwise, also of a bag that is not longplay's. */
export function newerBagVersion(bag: string): number | null {
  const stated = Number(/^Longplay-Bag-Version:[ \t]*(\d{1,9})[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1] ?? bagVersion);
  return stated > bagVersion ? stated : null;
}

/** What is said of such a bag (A169), and what can be done. */
export function newerBagText(version: number): string {
  return `its Longplay-Bag-Version is ${version}, and this longplay reads up to ${bagVersion}: nothing of it was checked or read`;
}
