import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { readTagFile } from './tag-file.ts';

/**
 * Returns the `bag-info.txt` of a bag (RFC 8493 section 2.2.2), which nothing has verified; null if it is absent or cannot be read. The check of the bag
 * reports the reason.
 */
export function bagInfo(bag: string): string | null {
  try {
    return readTagFile(join(bag, 'bag-info.txt')).toString('latin1').replaceAll('\r', '');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

/** Returns the year of a bag's `Bagging-Date`, the date of its import; null if it is missing. */
export function baggingYear(bag: string): string | null {
  return /^Bagging-Date:[ \t]*(\d{4})-\d{2}-\d{2}[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1] ?? null;
}

/** Returns the number of files and bytes of a bag's payload from its `Payload-Oxum`; null if that is missing. */
export function payload(bag: string): { readonly files: number; readonly bytes: number } | null {
  const [, bytes, files] = /^Payload-Oxum:[ \t]*(\d{1,15})\.(\d{1,15})[ \t]*$/im.exec(bagInfo(bag) ?? '') ?? [];
  return bytes === undefined ? null : { files: Number(files), bytes: Number(bytes) };
}

/** Returns the number of bytes of a bag's payload from its `Payload-Oxum`; null if that is missing. */
export function payloadBytes(bag: string): number | null {
  const size = /^Payload-Oxum:[ \t]*(\d{1,15})\.\d+[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1];
  return size === undefined ? null : Number(size);
}

/** Newest version of the bag layout that this program reads. */
export const bagVersion = 2;

/**
 * What a bag contains: recordings with their media; amendments, which describe archived recordings again and refer to media in other bags; or tables of the
 * recorder.
 */
export type BagType = 'recordings' | 'amendment' | 'tables';

/** Returns the layout version that a bag needs. Open bags of recordings keep their version, so that older programs can still read them. */
export function bagVersionOf(type: BagType, isSealed = false): number {
  return type === 'recordings' && !isSealed ? 1 : 2;
}

/** Method of sealing that `Longplay-Sealing` states. */
export const sealingMethod = 'age-v1';

/** Returns the page of the keyring with the secrets of a sealed bag, from its `Longplay-Making`; null if the bag is not sealed. */
export function makingOf(bag: string): string | null {
  const info = bagInfo(bag) ?? '';
  if (!/^Longplay-Sealing:[ \t]*age-v1[ \t]*$/im.test(info)) return null;
  return /^Longplay-Making:[ \t]*([0-9a-f]{32})[ \t]*$/im.exec(info)?.[1] ?? null;
}

/**
 * Returns the type of a bag from its `Longplay-Bag-Type`. Bags of version 1 state none and contain recordings. Null: a type that this program does not know.
 */
export function bagType(bag: string): BagType | null {
  const stated = /^Longplay-Bag-Type:[ \t]*(\S+)[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1] ?? 'recordings';
  return stated === 'recordings' || stated === 'amendment' || stated === 'tables' ? stated : null;
}

/** Returns the `Longplay-Bag-Version` of a bag if it is newer than this program supports; otherwise null, also for bags that longplay did not make. */
export function newerBagVersion(bag: string): number | null {
  const stated = Number(/^Longplay-Bag-Version:[ \t]*(\d{1,9})[ \t]*$/im.exec(bagInfo(bag) ?? '')?.[1] ?? 1);
  return stated > bagVersion ? stated : null;
}

/** Returns the message about a bag of a newer version (A169), with the next step. */
export function newerBagText(version: number): string {
  return `its Longplay-Bag-Version is ${version}, this longplay supports up to ${bagVersion}: nothing of it was checked or read`;
}
