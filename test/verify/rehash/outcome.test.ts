import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/core/model/verdict.ts';
import { counted, errorsIn, noCounts } from '../../../src/verify/rehash/outcome.ts';

test('a verdict that represents many counts as many, and a warning as none', () => {
  const gone: Verdict = { kind: 'verdict', verdict: 'unreachable', code: 'A154', path: 'bags/x', message: '', severity: 'error' };
  const counts = { ...noCounts };
  for (const one of [gone, { ...gone, more: 40 }, { ...gone, verdict: 'missing', more: 2 }, { ...gone, severity: 'warning', more: 7 }] as const)
    counted(counts, one);
  expect(counts).toMatchObject({ errors: 43, unreachable: 41 });
  expect(errorsIn({ ...gone, more: 40 })).toBe(40);
});
