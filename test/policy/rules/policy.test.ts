import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../../src/policy/rules/policy.ts';

const rule = { name: 'orders', basis: 'MiFID II, Art. 76', keep: '5y' };

describe('a policy', () => {
  test('is read with its terms and conditions', () => {
    const { rules } = readPolicy({
      zone: 'Europe/Stockholm',
      rule: [
        {
          ...rule,
          delete: '7y',
          from: 'end',
          when: { importer: 'asterisk', org: ['queue=orders'], 'started-from': '2018-01-03', 'recorder-policy': ['Gold'] },
        },
      ],
    });
    expect(rules).toEqual([
      {
        name: 'orders',
        basis: 'MiFID II, Art. 76',
        event: 'end',
        keep: { kind: 'period', period: { days: 0, months: 60 }, text: '5y' },
        remove: { kind: 'period', period: { days: 0, months: 84 }, text: '7y' },
        when: { importer: ['asterisk'], org: ['queue=orders'], startedFromMs: Date.parse('2018-01-02T23:00:00Z'), recorder: { policy: ['Gold'] } },
      },
    ]);
  });

  test("a term by the recorder's date only applies to recordings that have one", () => {
    const { rules } = readPolicy({ zone: 'UTC', rule: [{ ...rule, keep: 'recorder' }] });
    expect(rules[0]?.when).toEqual({ recorder: { expires: ['*'] } });
  });

  test.each([
    ['no zone', { rule: [rule] }],
    ['an unknown zone', { zone: 'Europe/Atlantis', rule: [rule] }],
    ['no rule', { zone: 'UTC' }],
    ['an unknown member', { zone: 'UTC', rule: [rule], rules: [] }],
    ['a rule without a basis', { zone: 'UTC', rule: [{ name: 'a', keep: '5y' }] }],
    ['two rules of one name', { zone: 'UTC', rule: [rule, rule] }],
    ['an invalid period', { zone: 'UTC', rule: [{ ...rule, keep: '5 years' }] }],
    ['a deletion that never happens', { zone: 'UTC', rule: [{ ...rule, delete: 'forever' }] }],
    ['an unknown condition', { zone: 'UTC', rule: [{ ...rule, when: { queue: 'orders' } }] }],
    ['an unknown direction', { zone: 'UTC', rule: [{ ...rule, when: { direction: 'in' } }] }],
    ['an org without a name', { zone: 'UTC', rule: [{ ...rule, when: { org: 'orders' } }] }],
    ['an invalid day', { zone: 'UTC', rule: [{ ...rule, when: { 'started-from': '2018' } }] }],
    ['a day that February 2023 does not have', { zone: 'UTC', rule: [{ ...rule, when: { 'started-before': '2023-02-29' } }] }],
    ['an unknown event', { zone: 'UTC', rule: [{ ...rule, from: 'answer' }] }],
    ['a name with blanks', { zone: 'UTC', rule: [{ ...rule, name: 'Order Desk' }] }],
  ])('with %s is refused', (_what, values) => {
    expect(() => readPolicy(values)).toThrowError(expect.objectContaining({ code: 'D100' }));
  });
});
