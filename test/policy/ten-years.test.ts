import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RetentionPolicy } from '../../src/policy/rules/policy.ts';
import { createIdSet, type IdSet } from '../../src/policy/state/id-set.ts';
import { isActive } from '../../src/policy/state/keeping-log.ts';
import { type HoldKinds, type Mutation, tenYears } from './ten-years.ts';

test('in ten years nothing may be deleted early or under a hold, and nothing is kept longer without a stated reason', async () => {
  const totals = { imported: 0, deleted: 0, deferred: 0, conflicts: 0 };
  const kinds: HoldKinds = { list: 0, case: 0, query: 0, following: 0, ended: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 0xffffffff }), async (seed) => {
      const { wrong, holds, ...counts } = await tenYears(seed);
      for (const kind of Object.keys(kinds) as (keyof HoldKinds)[]) kinds[kind] += holds[kind];
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += counts[name];
      expect(wrong).toEqual([]);
    }),
    { numRuns: 14 },
  );
  // Years without events would show nothing.
  for (const count of Object.values(totals)) expect(count).toBeGreaterThan(100);
  for (const [kind, count] of Object.entries(kinds)) expect([kind, count > 10]).toEqual([kind, true]);
});

const changed = (change: (policy: RetentionPolicy) => RetentionPolicy): Mutation => {
  return (facts) => ({ ...facts, versions: facts.versions.map((one) => ({ ...one, policy: one.policy === null ? null : change(one.policy) })) });
};
const firstPart = (list: IdSet): IdSet => {
  const first = createIdSet();
  for (const id of [...list.parts(2)][0] ?? []) first.add(id);
  return first;
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
  ['that ignores holds by a list', (facts) => ({ ...facts, holds: facts.holds.filter((hold) => hold.case !== null || hold.query !== null) })],
  ['that ignores holds by a case', (facts) => ({ ...facts, holds: facts.holds.filter((hold) => hold.case === null) })],
  ['that ignores holds by a query', (facts) => ({ ...facts, holds: facts.holds.filter((hold) => hold.query === null || hold.following) })],
  ['that ignores holds that follow their query', (facts) => ({ ...facts, holds: facts.holds.filter((hold) => !hold.following) })],
  ['that follows no query', (facts) => ({ ...facts, holds: facts.entered.filter((hold) => isActive(hold, facts.nowMs)) })],
  ['that follows every query', (facts) => ({ ...facts, holds: facts.holds.map(facts.withFound) })],
  [
    'that covers only what a query finds now',
    (facts) => ({ ...facts, holds: facts.holds.map((hold) => (hold.following ? facts.withFound({ ...hold, list: createIdSet() }) : hold)) }),
  ],
  [
    'that ends no hold by itself',
    (facts) => ({
      ...facts,
      holds: facts.entered.filter(({ released }) => released === null).map((hold) => (hold.following ? facts.withFound(hold) : hold)),
    }),
  ],
  ['that reads one entry of each hold', (facts) => ({ ...facts, holds: facts.holds.map((hold) => ({ ...hold, list: firstPart(hold.list) })) })],
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
