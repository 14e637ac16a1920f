import { expect, test } from 'vitest';
import { createAbandonedPages } from '../../../src/log/read/abandoned-pages.ts';

type Step = readonly [type: string, bag: string, making?: string];

/** Returns the pages that are abandoned after some entries, with their bags. */
function after(...steps: readonly Step[]): Readonly<Record<string, string>> {
  const pages = createAbandonedPages();
  for (const [type, bag, making] of steps) pages.take({ type, detail: { bag, ...(making === undefined ? {} : { making }) } });
  return Object.fromEntries(pages.bags);
}

test('a page is abandoned once its bag is announced with another page or withdrawn', () => {
  expect(after(['bag-intended', 'a', '1'])).toEqual({});
  expect(after(['bag-intended', 'a', '1'], ['bag-intended', 'a', '2'])).toEqual({ 1: 'a' });
  expect(after(['bag-intended', 'a', '1'], ['bag-intended', 'b', '3'], ['bag-withdrawn', 'a'])).toEqual({ 1: 'a' });
  expect(after(['bag-intended', 'a', '1'], ['bag-intended', 'a', '2'], ['bag-landed', 'a', '2'], ['deleted', 'a'])).toEqual({ 1: 'a' });
});

test('a page that a bag ever landed with is not abandoned, whatever is announced before or later', () => {
  expect(after(['bag-intended', 'a', '1'], ['bag-landed', 'a', '1'], ['bag-intended', 'a', '2'])).toEqual({});
  expect(after(['bag-intended', 'a', '1'], ['bag-landed', 'a', '1'], ['bag-intended', 'a', '1'], ['bag-withdrawn', 'a'])).toEqual({});
  expect(after(['bag-intended', 'a', '1'], ['bag-withdrawn', 'a'], ['bag-landed', 'a', '1'])).toEqual({});
  expect(after(['bag-intended', 'a', '1'], ['bag-intended', 'a', '1'])).toEqual({});
});

test('a bag that was set aside keeps its page, and open bags have none', () => {
  expect(after(['bag-intended', 'a', '1'], ['bag-set-aside', 'a'], ['bag-intended', 'a', '2'])).toEqual({});
  expect(after(['bag-intended', 'a'], ['bag-intended', 'a'], ['bag-withdrawn', 'a'])).toEqual({});
});
