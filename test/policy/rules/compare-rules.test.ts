import { expect, test } from 'vitest';
import { contradictions, withoutEffect } from '../../../src/policy/rules/compare-rules.ts';
import { readPolicy } from '../../../src/policy/rules/policy.ts';

type Terms = Readonly<Record<string, unknown>>;

/** Returns the findings about the rules of a policy, named `a`, `b` … in order. */
function compared(...rules: readonly Terms[]): string[] {
  const policy = readPolicy({ zone: 'UTC', rule: rules.map((rule, index) => ({ name: 'abcdef'[index], basis: 'a test', ...rule })) });
  return [...contradictions(policy.rules), ...withoutEffect(policy.rules)].map(({ code, place }) => `${code} ${place}`);
}

const orders = { org: ['queue=orders'] };

test('a rule that demands deletion before it permits it contradicts itself, in any units', () => {
  for (const [keep, remove] of [
    ['5y', '3y'],
    ['forever', '3y'],
    ['90d', '12w'],
    ['3mo', '80d'],
    ['13mo', '1y'],
  ])
    expect([keep, compared({ keep, delete: remove })]).toEqual([keep, ['D110 rule a']]);
  for (const [keep, remove] of [
    ['5y', '5y'],
    ['5y', '60mo'],
    ['30d', '1mo'],
    ['1mo', '30d'],
    ['365d', '1y'],
    ['recorder', 'recorder'],
    ['3y', 'recorder'],
  ])
    expect([keep, compared({ keep, delete: remove })]).toEqual([keep, []]);
});

test('a rule contradicts another one if that one applies to all of its recordings, and not if it applies to some of them', () => {
  expect(compared({ keep: '5y' }, { delete: '3y', when: orders })).toEqual(['D110 rule b']);
  expect(compared({ keep: '5y', from: 'end' }, { delete: '3y', when: orders })).toEqual([]);
  // The usual way to keep some recordings longer than the others.
  expect(compared({ delete: '3y' }, { keep: '5y', when: orders })).toEqual([]);
});

test('a period without a day matches no call', () => {
  expect(compared({ keep: '5y', when: { 'started-from': '2020-01-01', 'started-before': '2020-01-01' } })).toEqual(['D110 rule a']);
  expect(compared({ keep: '5y', when: { 'started-from': '2020-01-01', 'started-before': '2020-01-02' } })).toEqual([]);
});

test('a rule decides nothing if another one applies to all of its recordings and is at least as strict at both ends', () => {
  const years = { 'started-from': '2019-01-01', 'started-before': '2021-01-01' };
  const year = { ...years, 'started-before': '2020-01-01' };
  expect(compared({ keep: '5y', delete: '7y' }, { keep: '4y', delete: '8y', when: orders })).toEqual(['D111 rule b']);
  expect(compared({ keep: '4y', when: orders }, { keep: '5y' })).toEqual(['D111 rule a']);
  expect(compared({ keep: '5y', when: { org: ['queue=a', 'queue=b'] } }, { keep: '5y', when: { org: 'queue=a' } })).toEqual(['D111 rule b']);
  expect(compared({ keep: '5y', when: years }, { keep: '1y', when: year })).toEqual(['D111 rule b']);
  expect(compared({ keep: 'forever', when: orders }, { keep: 'recorder', when: orders })).toEqual([]);
  // Of two equal rules the later one.
  expect(compared({ keep: '5y' }, { keep: '5y' })).toEqual(['D111 rule b']);
  for (const second of [
    { keep: '6y', when: orders },
    { keep: '4y', delete: '6y', when: orders },
    { keep: '4y', from: 'end', when: orders },
    { keep: '4y', when: { 'recorder-hold': '*' } },
  ])
    expect([second, compared({ keep: '5y', delete: '7y' }, second)]).toEqual([second, []]);
  expect(compared({ keep: '5y', when: years }, { keep: '5y', when: { ...years, 'started-before': '2022-01-01' } })).toEqual(['D111 rule a']);
});

test('any value of the recorder includes each of them, and a rule without a period that names one is a decision', () => {
  expect(compared({ keep: '5y', when: { 'recorder-lock': '*' } }, { keep: '5y', when: { 'recorder-lock': '1' } })).toEqual(['D111 rule b']);
  expect(compared({ when: { 'recorder-lock': '0' } })).toEqual([]);
  // "*" of any other condition is a text as any other.
  expect(compared({ keep: '5y', when: { site: '*' } }, { keep: '5y', when: { site: 'south' } })).toEqual([]);
  expect(compared({ when: orders })).toEqual(['D111 rule a']);
});
