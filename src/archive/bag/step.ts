import type { BagFault } from './faults.ts';

/** A listed file that exists and must be read. */
export interface BagFile {
  /** The listed path, which verdicts show. */
  readonly path: string;
  /** The name on disk. */
  readonly name: string;
  readonly area: 'payload' | 'tag';
  /** Algorithms of its digests, one per manifest that has a digest of the file. Files that are listed in the same way share one array. */
  readonly algorithms: readonly string[];
  /** Its listed digests, concatenated, in lower-case hexadecimal. */
  readonly digests: string;
}

/** A step of the walk through a bag: faults, and files to read. */
export interface BagStep {
  readonly faults: readonly BagFault[];
  readonly files: readonly BagFile[];
}

/**
 * Creates a function that selects the digests to compare for a listed path: those of all algorithms that this machine can compute, or of one algorithm if the
 * path has it.
 */
export function createColumns(
  manifests: readonly { readonly algorithm: { readonly id: string } | null }[],
  digests: string,
): (listed: readonly (string | null | undefined)[]) => Pick<BagFile, 'algorithms' | 'digests'> {
  const usable = manifests.flatMap(({ algorithm }, index) => (algorithm === null ? [] : [{ index, id: algorithm.id }]));
  const wanted = usable.filter(({ id }) => id === digests);
  const usual = wanted.length > 0 ? wanted : usable;
  const algorithms = usual.map(({ id }) => id);
  const others = new Map<string, readonly string[]>();
  const unusual = (listed: readonly (string | null | undefined)[]): Pick<BagFile, 'algorithms' | 'digests'> => {
    const has = usable.filter(({ index }) => typeof listed[index] === 'string');
    const some = has.some(({ id }) => id === digests) ? has.filter(({ id }) => id === digests) : has;
    const ids = some.map(({ id }) => id);
    const same = others.get(ids.join()) ?? ids;
    others.set(ids.join(), same);
    return { algorithms: same, digests: some.map(({ index }) => listed[index]).join('') };
  };
  return (listed) => {
    let text = '';
    for (const { index } of usual) {
      const digest = listed[index];
      if (typeof digest !== 'string') return unusual(listed);
      text += digest;
    }
    return { algorithms, digests: text };
  };
}
