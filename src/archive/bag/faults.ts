import type { Verdict, VerdictKind } from '../../core/model/verdict.ts';

/** Verdict and severity for each code of a bag's check. The texts of `explain` are in core/findings/archive.ts. */
const meaning = {
  A121: ['missing', 'error'],
  A122: ['corrupt', 'error'],
  A123: ['corrupt', 'error'],
  A124: ['unverifiable', 'error'],
  A125: ['corrupt', 'error'],
  A126: ['unverifiable', 'error'],
  A127: ['corrupt', 'error'],
  A128: ['corrupt', 'error'],
  A129: ['missing', 'error'],
  A130: ['missing', 'error'],
  A131: ['corrupt', 'error'],
  A132: ['missing', 'error'],
  A133: ['corrupt', 'error'],
  A134: ['unexpected', 'error'],
  A135: ['corrupt', 'error'],
  A136: ['corrupt', 'error'],
  A137: ['corrupt', 'error'],
  A138: ['corrupt', 'error'],
  A139: ['corrupt', 'error'],
  A140: ['corrupt', 'error'],
  A141: ['corrupt', 'error'],
  A142: ['ok', 'warning'],
  A143: ['ok', 'warning'],
  A144: ['ok', 'warning'],
  A145: ['unverifiable', 'error'],
  A146: ['corrupt', 'error'],
  A147: ['corrupt', 'error'],
  A148: ['corrupt', 'error'],
  A149: ['corrupt', 'error'],
  A150: ['missing', 'error'],
  A151: ['corrupt', 'error'],
  A152: ['corrupt', 'error'],
  A153: ['unexpected', 'error'],
  A154: ['unreachable', 'error'],
  A155: ['unstable', 'error'],
  A156: ['swapped', 'error'],
  A157: ['corrupt', 'error'],
  A158: ['ok', 'warning'],
  A159: ['ok', 'warning'],
  A160: ['missing', 'error'],
  A161: ['unverifiable', 'error'],
  A162: ['corrupt', 'error'],
  A163: ['ok', 'warning'],
  A164: ['unexpected', 'warning'],
  A165: ['ok', 'warning'],
  A167: ['unverifiable', 'error'],
  A168: ['unreachable', 'error'],
} as const satisfies Record<string, readonly [VerdictKind, Verdict['severity']]>;

/** A code of a bag's check. */
export type BagCode = keyof typeof meaning;

/** A fault of a bag. */
export interface BagFault {
  readonly code: BagCode;
  /** Path relative to the bag; empty for the bag itself. */
  readonly path: string;
  readonly message: string;
  /** Overrides the severity of the code, because some errors of BagIt 1.0 were customary in earlier versions. */
  readonly severity?: Verdict['severity'];
  /** Number of faults that this one stands for, if they were not kept separately; absent: only itself. */
  readonly times?: number;
}

/** Creates a fault. */
export function fault(code: BagCode, path: string, message: string, severity?: Verdict['severity']): BagFault {
  return severity === undefined ? { code, path, message } : { code, path, message, severity };
}

/** Converts a fault to a verdict on the bag with this name. */
export function bagVerdict(bag: string, found: BagFault): Verdict {
  const [verdict, severity] = meaning[found.code];
  return {
    kind: 'verdict',
    verdict,
    code: found.code,
    path: found.path === '' ? bag : `${bag}/${found.path}`,
    message: found.message,
    severity: found.severity ?? severity,
    ...(found.times === undefined ? {} : { more: found.times }),
  };
}
