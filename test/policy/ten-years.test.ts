import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RetentionPolicy } from '../../src/policy/rules/policy.ts';
import { type Mutation, tenYears } from './ten-years.ts';

test('in ten years nothing may be deleted early or under a hold, and nothing is kept longer without a stated reason', async () => {
  const totals = { imported: 0, deleted: 0, deferred: 0, conflicts: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 0xffffffff }), async (seed) => {
      const { wrong, ...counts } = await tenYears(seed);
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += counts[name];
      expect(wrong).toEqual([]);
    }),
    // In the examples a hold follows the release of another, and nothing else protects the recordings that it covers.
    { numRuns: 14, examples: [[7], [408]] },
  );
  // Years without events would show nothing.
  for (const count of Object.values(totals)) expect(count).toBeGreaterThan(100);
});

const changed = (change: (policy: RetentionPolicy) => RetentionPolicy): Mutation => {
  return (facts) => ({ ...facts, versions: facts.versions.map((one) => ({ ...one, policy: one.policy === null ? null : change(one.policy) })) });
};
const mutations: readonly (readonly [string, Mutation])[] = [
  ['that forgets the promises of earlier versions', (facts) => ({ ...facts, versions: facts.versions.slice(-1) })],
  [
    'that applies to earlier recordings no version before their import',
    (facts) => ({ ...facts, landings: new Map([...facts.landings].map(([bag, one]) => [bag, { ...one, seq: Number.MAX_SAFE_INTEGER }])) }),
  ],
  [
    'that keeps every promise of any version for ever',
    (facts) => ({ ...facts, landings: new Map([...facts.landings].map(([bag, one]) => [bag, { ...one, seq: 0 }])) }),
  ],
  ['that reads no earlier description', (input) => ({ ...input, earlier: () => ({ rows: [], bags: [], isWhole: true }) })],
  ['that counts an import from the newest amendment', (input) => ({ ...input, earlier: (row) => ({ ...input.earlier(row), bags: [] }) })],
  [
    'that forgets a hold of the recorder which an amendment lacks',
    (input) => ({
      ...input,
      earlier: (row) => {
        const { rows, ...others } = input.earlier(row);
        return { rows: rows.map((one) => ({ ...one, retention: '' })), ...others };
      },
    }),
  ],
  ['that ignores holds', (facts) => ({ ...facts, holds: [] })],
  ['that uses only the newest hold', (facts) => ({ ...facts, holds: facts.holds.slice(-1) })],
  ['by the first rule that matches', changed((policy) => ({ ...policy, rules: policy.rules.slice(0, 1) }))],
  ['that does not keep', changed((policy) => ({ ...policy, rules: policy.rules.map((rule) => ({ ...rule, keep: null })) }))],
  ['that does not delete', changed((policy) => ({ ...policy, rules: policy.rules.map((rule) => ({ ...rule, remove: null })) }))],
  [
    'by conditions that all recordings must meet',
    changed((policy) => ({ ...policy, rules: policy.rules.map((rule) => ({ ...rule, when: { recorder: {} } })) })),
  ],
];

test.each(mutations)('a judge %s is detected', async (_what, mutation) => {
  let found = 0;
  for (let seed = 1; seed <= 40 && found === 0; seed++) found += (await tenYears(seed, mutation)).wrong.length;
  expect(found).toBeGreaterThan(0);
});
