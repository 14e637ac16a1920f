import { expect, test } from 'vitest';
import { queryNumberKeys } from '../../src/core/numbers/number-keys.ts';
import { createJudge } from '../../src/policy/judge.ts';
import { createPolicyReview } from '../../src/policy/review.ts';
import { readPolicy } from '../../src/policy/rules/policy.ts';
import type { KeepingRow } from '../../src/store/catalog/keeping-row.ts';
import { labelOf } from '../../src/store/catalog/labels.ts';

/** Returns the keys that the catalog has of a number. */
const queryKeys = (number: string): string =>
  queryNumberKeys(number)
    .filter(({ certainty }) => certainty === 'certain')
    .map(({ key }) => key)
    .join(' ');

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const bag = '2020/20200601-0000';

function row(number: number, more: Partial<KeepingRow>): KeepingRow {
  const start = Date.parse('2020-03-12T10:15:00Z');
  return {
    ...{ recordingId: `00000000-0000-4000-8000-00000000000${number}`, bag, revision: 1, importer: 'asterisk', site: 'south', start: null },
    ...{
      earliest: start,
      latest: start,
      latestEnd: start,
      direction: 'inbound',
      status: 'matched',
      groupId: null,
      labels: '',
      keys: '',
      retention: '',
    },
    ...more,
  };
}

const rows = [
  row(1, {}),
  row(2, { site: 'north', labels: `x1 ${labelOf('org', 'orders', 'queue')} ${labelOf('tag', 'yes', 'vip')}`, groupId: 'g7' }),
];

/** Reviews a policy of rules `a`, `b` … */
function reviewed(
  rules: readonly Readonly<Record<string, unknown>>[],
  {
    all = rows,
    locks = {},
    tags = new Map(),
  }: { all?: readonly KeepingRow[]; locks?: Readonly<Record<string, string>>; tags?: Map<string, Set<string>> } = {},
): string[] {
  const policy = readPolicy({ zone: 'UTC', rule: rules.map((rule, index) => ({ name: 'abcdef'[index], basis: 'a test', ...rule })) });
  const version = { version: 1, entry: { seq: 1, time: '', detail: {} }, untilSeq: null, policy, text: '' };
  const landings = new Map([[bag, { seq: 2, timeMs: nowMs }]]);
  const judge = createJudge({ holds: [], versions: [version], landings, tags, unreadable: [], nowMs }, () => ({ rows: [], bags: [], isWhole: true }));
  const replicas = Object.entries(locks).map(([name, lockedUntil]) => ({ name, path: '/', medium: 'tape' as const, everyMs: null, lockedUntil }));
  const review = createPolicyReview(policy, { tags, replicas, nowMs });
  for (const one of all) review.take(judge(one));
  return review.findings().map(({ code, place, message }) => `${code} ${place}: ${message}`);
}

test('rules that match nothing are named, with the condition whose values no recording has', () => {
  const rules = [
    { keep: '5y' },
    { keep: '6y', when: { site: ['east'] } },
    { keep: '7y', when: { org: ['queue=rates', 'queue=claims'] } },
    { keep: '8y', when: { site: 'north', direction: 'outbound' } },
  ];
  expect(reviewed(rules)).toEqual([
    "D109 rule b: matches no recording of the archive: none has the value of its condition site 'east'",
    'D109 rule c: matches no recording of the archive: none has any value of its condition org (values 1, 2 of 2)',
    "D109 rule d: matches no recording of the archive: none has the value of its condition direction 'outbound'",
  ]);
  // What rules match is unknown before the first import.
  expect(reviewed(rules, { all: [] })).toEqual([]);
});

test('a direction, a status and a party that no recording has are named, a party by its number only', () => {
  const all = [row(1, { labels: labelOf('agent', 'a7') }), row(2, { direction: 'outbound', keys: queryKeys('+46846500401') })];
  const rules = [
    { keep: '5y', when: { party: ['+46846500499'] } },
    { keep: '6y', when: { direction: ['inbound', 'tandem'] } },
    { keep: '7y', when: { party: ['a7', '+46846500498'] } },
    { keep: '8y', when: { party: ['+46846500401'], direction: 'inbound' } },
    { keep: '9y', when: { status: ['matched', 'audio-without-row'] } },
  ];
  expect(reviewed(rules, { all })).toEqual([
    'D109 rule a: matches no recording of the archive: none has the value of its condition party (value 1 of 1)',
    "D112 rule b: no recording has direction 'tandem'",
    'D112 rule c: no recording has party (value 2 of 2)',
    'D109 rule d: matches no recording of the archive',
    "D112 rule e: no recording has status 'audio-without-row'",
  ]);
});

test('a value that no recording has is named beside values that some have, and no person is', () => {
  const known = { site: 'north', importer: 'asterisk', org: 'queue=orders', tag: 'vip=yes', group: 'g7' };
  expect(reviewed([{ keep: '5y', when: known }])).toEqual([]);
  const when = {
    site: ['north', 'nroth'],
    importer: ['asterisk', 'asterix'],
    tag: ['Anna Berg', 'vip=yes', 'erik'],
    org: ['queue=orders', 'queue=rates'],
  };
  expect(reviewed([{ keep: '5y', when }])).toEqual([
    "D112 rule a: no recording has importer 'asterix'",
    "D112 rule a: no recording has site 'nroth'",
    'D112 rule a: no recording has org (value 2 of 2)',
    'D112 rule a: no recording has tag (values 1, 3 of 3)',
  ]);
  const tags = new Map([['anna berg', new Set([rows[0]?.recordingId ?? ''])]]);
  expect(reviewed([{ keep: '5y', when: { tag: ['Anna Berg', 'erik'] } }], { tags })).toEqual(['D112 rule a: no recording has tag (value 2 of 2)']);
});

test('replicas are named whose lock ends after a deletion that the policy demands', () => {
  const rules = [{ delete: '7y' }, { keep: '8y', when: { site: 'north' } }];
  const locks = { early: '2027-03-12', first: '2027-03-13', all: '2030-01-01', over: '2025-12-31' };
  // The period ends with 12 March 2027; a lock on that day does not outlast it.
  expect(reviewed(rules, { locks })).toEqual([
    'D113 replica first: is locked until 2027-03-13, and the policy demands the deletion of 1 recording before, the first by 2027-03-13',
    'D113 replica all: is locked until 2030-01-01, and the policy demands the deletion of 2 recordings before, the first by 2027-03-13',
  ]);
});
