import { agree } from '../../core/base/agree.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Comparison } from '../../objects/object-stream.ts';
import type { IdentifiedObject } from './block-reads.ts';

/** Receives a difference between an object and the digest that its store states. @param name of the object */
export type OnDiffers = (code: FindingCode, name: string, message: string) => void;

/** Judges comparisons of objects. */
export interface ObjectComparisons {
  /** Counts an object whose bytes agree with its digest. @returns false if they differ */
  agrees(comparison: Comparison): boolean;
  /** Reports that the bytes of an object differ, once per object. */
  report(object: IdentifiedObject, comparison: Comparison): void;
  /** Number of objects that agreed, and of those without a digest. */
  counts(): { readonly agreed: number; readonly withoutDigest: number };
}

/**
 * Creates the judgement. The entity tag of an object need not be its MD5 in every store: in another one than Amazon S3 a difference counts as damage
 * only if an entity tag was the MD5 of its object before.
 */
export function createComparisons({ isAws }: Pick<ObjectStore, 'isAws'>, onDiffers: OnDiffers): ObjectComparisons {
  let agreed = 0;
  let withoutDigest = 0;
  let hasMd5Tags = isAws;
  const reported = new Set<string>();
  return {
    agrees: ({ stated, received }) => {
      if (stated === null) withoutDigest++;
      else if (stated.hex === received) {
        agreed++;
        if (stated.algorithm === 'MD5') hasMd5Tags = true;
      } else return false;
      return true;
    },
    report: ({ id, name, size }, { stated, received }) => {
      if (stated === null || reported.has(id)) return;
      reported.add(id);
      const what = agree`its ${size} byte[s] [has|have] the ${stated.algorithm} ${received ?? 'none'}`;
      if (stated.algorithm === 'MD5' && !hasMd5Tags)
        onDiffers('S167', name, `${what}, its entity tag is ${stated.hex}; no entity tag of this store has been an MD5 so far`);
      else onDiffers('S164', name, `${what}, the store states ${stated.hex}`);
    },
    counts: () => ({ agreed, withoutDigest }),
  };
}
