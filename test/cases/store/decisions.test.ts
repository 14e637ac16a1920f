import { expect, test } from 'vitest';
import { parseCase } from '../../../src/archive/documents/case-json.ts';
import { decidedBy } from '../../../src/cases/store/decisions.ts';

const decision = (party: string | null, what: 'is' | 'is-not' | 'concerns') =>
  ({
    recordingId: '00000000-0000-8000-8000-000000000000',
    party,
    decision: what,
    reason: 'heard',
    at: '2026-01-01T00:00:00.000Z',
    by: 'anna',
  }) as const;

function decided(...all: ReturnType<typeof decision>[]): (string | null)[] {
  const of = decidedBy(all);
  return [null, 'parties[0]', 'parties[1]'].map((field) => of?.('00000000-0000-8000-8000-000000000000', field) ?? null);
}

test('the later of two decisions takes precedence, and one on the whole revokes those on parts', () => {
  const [first, second] = ['parties[0]', 'parties[1]'];
  expect(decided()).toEqual([null, null, null]);
  expect(decided(decision(first, 'is'))).toEqual(['is', 'is', null]);
  expect(decided(decision(first, 'is-not'))).toEqual([null, 'is-not', null]);
  expect(decided(decision(null, 'is-not'))).toEqual(['is-not', 'is-not', 'is-not']);
  expect(decided(decision(null, 'is'))).toEqual(['is', null, null]);
  expect(decided(decision(first, 'is'), decision(null, 'is-not'))).toEqual(['is-not', 'is-not', 'is-not']);
  expect(decided(decision(null, 'is-not'), decision(second, 'is'))).toEqual(['is', null, 'is']);
  expect(decided(decision(first, 'is'), decision(first, 'is-not'))).toEqual([null, 'is-not', null]);
  expect(decided(decision(first, 'is'), decision(null, 'concerns'))).toEqual(['concerns', 'is-not', 'is-not']);
  expect(decided(decision(null, 'concerns'), decision(first, 'is'))).toEqual(['is', 'is', null]);
  expect(decidedBy([decision(first, 'is')])?.('11111111-0000-8000-8000-000000000000', first)).toBe(null);
});

test('a case with invalid decisions is damaged', () => {
  const document = { format: 'longplay-case', version: 1, id: '20260101-00000000', archive: 'a', title: 't', createdAt: 'x', createdBy: null };
  const whole = { ...document, country: null, subject: ['x'], recordings: [], messages: [] };
  expect(parseCase({ ...whole, decisions: [decision('parties[0]', 'is')] })).toMatchObject({ decisions: [{ party: 'parties[0]' }] });
  const about = { ...decision(null, 'concerns'), erase: ['source-1.json'] };
  expect(parseCase({ ...whole, decisions: [about] })).toMatchObject({ decisions: [about] });
  for (const wrong of [
    { ...decision(null, 'is'), decision: 'perhaps' },
    { ...decision(null, 'is'), party: '../x' },
    decision('parties[0]', 'concerns'),
    { ...decision(null, 'is'), erase: ['recording'] },
    { ...decision(null, 'concerns'), erase: [] },
    { ...decision(null, 'concerns'), erase: ['../x'] },
    { ...decision(null, 'is'), by: 7 },
    'is',
  ])
    expect(parseCase({ ...whole, decisions: [wrong] })).toBe('its decisions are not a list of decisions');
});
