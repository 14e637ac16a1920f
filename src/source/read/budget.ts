import { limits } from '../../core/base/limits.ts';

/** How much a container and all containers in it may unpack to. */
export interface Budget {
  /** Counts bytes. @throws OverBudget once there are too many of them. */
  spend(bytes: number): void;
}

/** A container unpacks to more than may be: it was made to fill disks, or is damaged. */
export class OverBudget extends Error {}

/** The budget of a container of this many bytes. */
export function unpackingBudget(packedSize: number): Budget {
  const most = Math.max(limits.ratioFloorBytes, packedSize * limits.ratio);
  let spent = 0;
  return {
    spend: (bytes) => {
      spent += bytes;
      if (spent > most) throw new OverBudget(`its ${packedSize} bytes unpack to more than ${most}`);
    },
  };
}
