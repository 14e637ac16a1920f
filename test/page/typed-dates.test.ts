import { expect, test } from 'vitest';
import { datesIn, questionOf } from '../../src/page/base/state.ts';

test.each([
  ['fraud 2019-03', { text: 'fraud', from: '2019-03', to: '2019-04' }],
  ['Berg', { text: 'Berg' }],
  ['2018-05-12 anna', { text: 'anna', from: '2018-05-12', to: '2018-05-13' }],
  ['anna 2018-05-', { text: 'anna', from: '2018-05', to: '2018-06' }],
  ['anna 2018-05-1', { text: 'anna', from: '2018-05', to: '2018-06' }],
  ['2018-05-1 anna', { text: '2018-05-1 anna' }],
  ['2019-02-31', { text: '2019-02-31' }],
  ['2019-13', { text: '2019-13' }],
  ['anna 2018', { text: 'anna 2018' }],
  ['"2019-03" anna', { text: '"2019-03" anna' }],
  ['2019-05 x 2019-03-12', { text: 'x', from: '2019-03-12', to: '2019-06' }],
  ['9999-12', { from: '9999-12', to: '9999-12-31T24' }],
])('%s requests %j', (text, asked) => {
  expect(questionOf({ text }, 'UTC')).toEqual(asked);
});

test('dates among the words and in the day fields are combined, and a text without a date is unchanged', () => {
  const fields = { from: '2019-03-10', to: '2019-03-20' };
  expect(questionOf({ ...fields, text: 'x 2019-03' }, 'UTC')).toEqual({ text: 'x', ...fields });
  expect(questionOf({ ...fields, text: 'x 2019-03-12' }, 'UTC')).toEqual({ text: 'x', from: '2019-03-12', to: '2019-03-13' });
  expect(datesIn('  two  blanks ')).toEqual({ text: '  two  blanks ', dates: [] });
});
