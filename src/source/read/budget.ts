import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';

/** Limit on the unpacked bytes of a container, including all containers inside it. */
export interface Budget {
  /** Counts bytes. @throws OverBudget if the limit is exceeded. */
  spend(bytes: number): void;
}

/** Thrown if a container unpacks to more than the limit: it is damaged, or somebody made it to fill disks. */
export class OverBudget extends Error {}

/** Returns the unpacking budget of a container of this size. */
export function unpackingBudget(packedSize: number): Budget {
  const most = Math.max(limits.ratioFloorBytes, packedSize * limits.ratio);
  let spent = 0;
  return {
    spend: (bytes) => {
      spent += bytes;
      if (spent > most) throw new OverBudget(agree`its ${packedSize} byte[s] [unpacks|unpack] to more than ${most}`);
    },
  };
}
