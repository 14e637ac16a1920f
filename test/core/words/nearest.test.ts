import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../src/core/words/nearest.ts';

const importers = ['asterisk', 'generic', 'loose-files', 'sidecar-xml'];

test('a typing error is understood: one letter too many, too few, different, or two exchanged, in any case', () => {
  for (const word of ['asterisks', 'asterik', 'asterisc', 'atserisk', 'Asterisk']) expect(nearest(word, importers)).toBe('asterisk');
  expect(didYouMean('loose-file', importers)).toBe('did you mean loose-files? ');
});

test('text near to no candidate gives no suggestion, least of all a short word', () => {
  for (const word of ['nice', '', 'x', 'verint', 'gen']) expect(nearest(word, importers)).toBeNull();
  expect(nearest('cat', ['dog', 'cow', 'cab'])).toBe('cab');
  expect(nearest('at', ['it'])).toBeNull();
  expect(didYouMean('nice', importers)).toBe('');
});

test('a candidate itself is always found, and the answer is always one of the candidates', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 6 }), fc.string({ maxLength: 12 }), (candidates, word) => {
      const [first = ''] = candidates;
      expect(nearest(first, candidates)?.toLowerCase()).toBe(first.toLowerCase());
      const found = nearest(word, candidates);
      expect(found === null || candidates.includes(found)).toBe(true);
    }),
  );
});
