import type { Verdict } from './verdict.ts';

/** Passes on a limited number of verdicts with one code and counts the rest. */
export interface VerdictCap {
  /** Returns true if the verdict is to be reported; otherwise it is only counted. A verdict that stands for many is always only counted. */
  pass(verdict: Verdict): boolean;
  /** Yields one verdict per code that stands for all verdicts that were only counted. @param place path of these verdicts */
  rest(place: string): Generator<Verdict>;
}

/** Creates a cap. @param most verdicts that are reported per code and severity */
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
        if (more > 0) yield { ...verdict, path: place, message: `${more} more of these, not listed one by one; ${times} in all`, more };
      }
    },
  };
}
