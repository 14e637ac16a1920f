import type { Verdict } from './verdict.ts';

/** Lets through so many verdicts of one code; of the others it keeps the number. */
export interface VerdictCap {
  /** True where the verdict is to be told; else it is counted. One that stands for many is counted. */
  pass(verdict: Verdict): boolean;
  /** For each code one verdict that stands for all that were counted. @param place what they are about */
  rest(place: string): Generator<Verdict>;
}

/** @param most verdicts of one code and severity */
export function createVerdictCap(most: number): VerdictCap {
  const told = new Map<string, { readonly verdict: Verdict; times: number; passed: number }>();
  return {
    pass: (verdict) => {
      const kind = `${verdict.code} ${verdict.severity}`;
      const before = told.get(kind) ?? { verdict, times: 0, passed: 0 };
      told.set(kind, before);
      before.times += verdict.more ?? 1;
      if (verdict.more !== undefined || before.passed >= most) return false;
      before.passed += 1;
      return true;
    },
    rest: function* (place) {
      for (const { verdict, times, passed } of told.values()) {
        const more = times - passed;
        if (more > 0) yield { ...verdict, path: place, message: `${more} more of these, not told one by one; ${times} in all`, more };
      }
    },
  };
}
