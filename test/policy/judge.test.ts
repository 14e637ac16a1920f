import { describe, expect, test } from 'vitest';
import { createJudge, type EarlierDescriptions, type Judgement, type KeepingFacts } from '../../src/policy/judge.ts';
import { protectionOf, reasonWords } from '../../src/policy/protection.ts';
import { readPolicy } from '../../src/policy/rules/policy.ts';
import type { KeepingRow } from '../../src/store/catalog/keeping-row.ts';
import { labelOf } from '../../src/store/catalog/labels.ts';

const bag = '2020/20200601-0000';
const importedMs = Date.parse('2020-06-01T12:00:00Z');
const at = (text: string): number => Date.parse(text);

function row(more: Partial<KeepingRow> = {}): KeepingRow {
  const start = at('2020-03-12T10:15:00Z');
  return {
    recordingId: '00000000-0000-4000-8000-000000000001',
    bag,
    revision: 1,
    importer: 'asterisk',
    site: 'default',
    start: new Date(start).toISOString(),
    earliest: start,
    latest: start,
    latestEnd: start + 60_000,
    direction: 'inbound',
    status: 'matched',
    groupId: null,
    labels: '',
    keys: '',
    retention: '',
    ...more,
  };
}

const noneEarlier: EarlierDescriptions = { rows: [], bags: [], isWhole: true };

/** Judges by one policy, which was in force before the import. */
function judged(
  rules: readonly Record<string, unknown>[],
  given: KeepingRow,
  {
    now = '2030-01-01T00:00:00Z',
    facts = {},
    earlier = noneEarlier,
  }: { now?: string; facts?: Partial<KeepingFacts>; earlier?: EarlierDescriptions } = {},
): Judgement {
  const policy = readPolicy({ zone: 'UTC', rule: rules.map((rule, number) => ({ name: `rule-${number}`, basis: 'a test', ...rule })) });
  const version = { version: 1, entry: { seq: 1, time: '', detail: {} }, untilSeq: null, policy, text: '' };
  const landings = new Map([[bag, { seq: 2, timeMs: importedMs }]]);
  const all = { holds: [], versions: [version], landings, tags: new Map(), unreadable: [], nowMs: at(now), ...facts };
  return createJudge(all, () => earlier)(given);
}

const kinds = ({ reasons }: Judgement): string[] => reasons.map(({ kind }) => kind);
const day = (ms: number | undefined): string => new Date(ms ?? 0).toISOString().slice(0, 10);

describe('an interval', () => {
  test('uses the latest keep and the earliest deletion of all matching rules; a conflict is reported, and the longer retention takes precedence', () => {
    const rules = [
      { keep: '5y', delete: '7y' },
      { keep: '6y', when: { direction: 'inbound' } },
      { delete: '4y' },
      { keep: '9y', when: { direction: 'outbound' } },
    ];
    const found = judged(rules, row(), { now: '2025-01-01T00:00:00Z' });
    expect([day(found.notBefore?.atMs), day(found.notAfter?.atMs)]).toEqual(['2026-03-13', '2024-03-13']);
    expect([found.conflict, found.state, found.rules]).toEqual([true, 'deferred', ['rule-0', 'rule-1', 'rule-2']]);
    expect(judged(rules, row(), { now: '2026-03-13T00:00:00Z' }).state).toBe('due');
  });

  test('is counted from the end, from the import, and from the latest moment of an uncertain start', () => {
    expect(day(judged([{ keep: '1d', from: 'end' }], row({ latestEnd: at('2020-03-13T00:00:01Z') })).notBefore?.atMs)).toBe('2020-03-15');
    expect(day(judged([{ keep: '1d', from: 'import' }], row()).notBefore?.atMs)).toBe('2020-06-03');
    const open = judged([{ keep: '1d' }], row({ latest: at('2020-03-13T12:00:00Z') }));
    expect([day(open.notBefore?.atMs), open.uncertain]).toEqual(['2020-03-15', ['start-interval']]);
    const unknown = judged([{ keep: '1d' }], row({ start: null, earliest: null, latest: null }));
    expect([day(unknown.notBefore?.atMs), unknown.uncertain]).toEqual(['2020-06-03', ['start-unknown', 'counted-from-import']]);
  });

  test('of a recording whose import is not in the log never passes', () => {
    const found = judged([{ keep: '1d', from: 'import' }], row(), { facts: { landings: new Map() } });
    expect([kinds(found), found.uncertain]).toEqual([['not-before'], ['import-unknown']]);
  });

  test('of a possible match keeps, and demands no deletion', () => {
    const rule = { keep: '20y', delete: '1d', when: { 'started-before': '2020-03-13' } };
    const perhaps = judged([rule], row({ latest: at('2020-03-13T12:00:00Z') }));
    expect([kinds(perhaps), perhaps.notAfter]).toEqual([['not-before'], null]);
    const national = { keep: '20y', delete: '1d', when: { party: '+46701740605' } };
    expect(judged([national], row({ keys: 'i46701740605' })).notAfter).not.toBeNull();
    expect([judged([national], row({ keys: 'd0701740605' })).notAfter, kinds(judged([national], row({ keys: 'd0701740605' })))]).toEqual([
      null,
      ['not-before'],
    ]);
    expect(judged([national], row({ keys: 'i46701740606' })).state).toBe('no-rule');
  });

  test('is selected by org, tags of the recorder and of reviewers, and agents', () => {
    const labels = [labelOf('org', 'orders', 'queue'), labelOf('tag', 'rates', 'desk'), labelOf('agent', '105')].join(' ');
    for (const when of [{ org: 'queue=orders' }, { tag: 'desk=rates' }, { party: '105' }]) {
      expect(judged([{ keep: '5y', when }], row({ labels })).state).toBe('free');
      expect(judged([{ keep: '5y', when }], row()).state).toBe('no-rule');
    }
    const tags = new Map([['disputed', new Set([row().recordingId])]]);
    expect(judged([{ keep: '5y', when: { tag: 'Disputed' } }], row(), { facts: { tags } }).rules).toEqual(['rule-0']);
  });
});

describe('retention data of the recorder', () => {
  const said = (retention: Record<string, unknown>): KeepingRow => row({ retention: JSON.stringify(retention) });

  test('protect as a hold or a lock, and prevent a deletion, until a rule names them', () => {
    const rules = [{ delete: '1y' }];
    expect(kinds(judged(rules, said({ hold: 'Y', lock: '0' })))).toEqual(['recorder-hold', 'recorder-hold']);
    const unmapped = judged(rules, said({ policy: 'Gold' }));
    expect([unmapped.state, kinds(unmapped)]).toEqual(['deferred', ['unmapped']]);
    expect(protectionOf(unmapped, 'retention').reasons).toHaveLength(1);
    expect(protectionOf(unmapped, 'subject-request').reasons).toEqual([]);
    expect(protectionOf(judged(rules, said({ hold: 'Y' })), 'court-order').reasons).toHaveLength(1);
    const named = [...rules, { when: { 'recorder-lock': '0' } }, { keep: '20y', when: { 'recorder-policy': 'Gold' } }];
    expect(judged(named, said({ lock: '0' })).state).toBe('due');
    expect(kinds(judged(named, said({ lock: '1' })))).toEqual(['recorder-hold']);
    expect(kinds(judged(named, said({ policy: 'Gold' })))).toEqual(['not-before']);
  });

  test('keep until their own expiry if a rule says so', () => {
    const rules = [{ keep: 'recorder', delete: 'recorder' }];
    const found = judged(rules, said({ expires: [at('2028-01-01T00:00:00Z'), at('2028-01-02T00:00:00Z')] }), { now: '2028-01-01T12:00:00Z' });
    expect([found.state, kinds(found), found.uncertain]).toEqual(['kept', ['not-before'], ['start-interval']]);
    expect(judged(rules, said({ expires: [at('2028-01-01T00:00:00Z'), at('2028-01-01T00:00:00Z')] })).state).toBe('due');
    expect(kinds(judged(rules, said({ expires: null })))).toEqual(['unmapped']);
  });
});

describe('an amended recording', () => {
  test('is kept as long as any of its descriptions required, from its first import on', () => {
    const amended = row({ bag: '2021/20210101-0000', revision: 2, direction: 'outbound' });
    const landings = new Map([
      [bag, { seq: 2, timeMs: importedMs }],
      ['2021/20210101-0000', { seq: 9, timeMs: at('2021-01-01T00:00:00Z') }],
    ]);
    const earlier = { rows: [row()], bags: [bag], isWhole: true };
    const rules = [{ keep: '20y', when: { direction: 'inbound' } }];
    expect(kinds(judged(rules, amended, { facts: { landings }, earlier }))).toEqual(['not-before']);
    expect(day(judged([{ keep: '1d', from: 'import' }], amended, { facts: { landings }, earlier }).notBefore?.atMs)).toBe('2020-06-03');
    expect(kinds(judged(rules, amended, { facts: { landings }, earlier: { rows: [], bags: [bag], isWhole: false } }))).toEqual(['unreadable']);
  });

  test('stays protected by a hold or lock of the recorder that only an earlier description states, until a rule names it', () => {
    const amended = row({ bag: '2021/20210101-0000', revision: 2 });
    const earlier = { rows: [row({ retention: JSON.stringify({ lock: 'L' }) })], bags: [bag], isWhole: true };
    const kept = judged([{ delete: '1y' }], amended, { earlier });
    expect([kept.state, kept.reasons]).toEqual(['deferred', [{ kind: 'recorder-hold', field: 'lock', isEarlier: true, value: 'L' }]]);
    expect(protectionOf(kept, 'subject-request').reasons).toHaveLength(1);
    expect(reasonWords(kept.reasons[0] ?? { kind: 'unreadable', what: '' })).toContain('an earlier description states a legal lock');
    const both = judged([{ delete: '1y' }], { ...amended, retention: JSON.stringify({ lock: 'M' }) }, { earlier });
    expect(both.reasons).toEqual([{ kind: 'recorder-hold', field: 'lock', isEarlier: false, value: 'M' }]);
    expect(judged([{ delete: '1y' }, { when: { 'recorder-lock': 'L' } }], amended, { earlier }).state).toBe('due');
  });
});
