import { expect, test } from 'vitest';
import { stateOf } from '../../../src/page/base/state.ts';
import { opening, type SavedSearch, savedIn, saving, withSaved } from '../../../src/page/list/saved-search.ts';

const zone = 'Europe/Stockholm';

test('a saved search has its query, order and zone, and not the open call', () => {
  const state = stateOf('#text=fraud&from=2019-03&to=2019-04&order=-start&call=1f0c2a9e-0000-8000-8000-000000000000');
  const saved = saving('Fraud', state, zone, '2026-11-30');
  expect(saved).toEqual({ name: 'Fraud', address: '#text=fraud&from=2019-03&to=2019-04&zone=Europe%2FStockholm&order=-start' });
  expect(opening(saved, () => '2027-01-01')).toEqual({ ...state, zone, call: null });
});

test('relative days are counted from the day on which the search is opened, by its own clock', () => {
  const saved = saving('Yesterday', stateOf('#from=2026-11-29&to=2026-11-30&weekday=sun'), zone, '2026-11-30');
  expect(saved.preset).toBe('yesterday');
  const asked: (string | null)[] = [];
  const { query } = opening(saved, (of) => {
    asked.push(of);
    return '2027-01-01';
  });
  expect(query).toEqual({ from: '2026-12-31', to: '2027-01-01', weekday: 'sun' });
  expect(asked).toEqual([zone]);
});

test('a name holds one search; names are sorted', () => {
  const one = (name: string, address: string): SavedSearch => ({ name, address });
  const list = withSaved(withSaved(withSaved([], one('b', '#text=1')), one('a', '#text=2')), one('b', '#text=3'));
  expect(list).toEqual([one('a', '#text=2'), one('b', '#text=3')]);
});

test('invalid entries in the storage are ignored', () => {
  const good = { name: 'a', address: '#text=1', preset: 'today' };
  const bad = [
    null,
    1,
    'x',
    {},
    { name: '', address: '#' },
    { name: 'a', address: 'https://other.example/' },
    { name: 'x'.repeat(61), address: '#' },
  ];
  expect(savedIn(JSON.stringify([...bad, good, { name: 'b', address: '#', preset: 'tomorrow' }]))).toEqual([good, { name: 'b', address: '#' }]);
  for (const text of [null, '', '{', '{}', '"x"', 'null']) expect(savedIn(text)).toEqual([]);
});
