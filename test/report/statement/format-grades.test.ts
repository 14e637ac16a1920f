import { expect, test } from 'vitest';
import { bagFormats } from '../../../src/archive/bag/formats.ts';
import type { KindOfOriginal } from '../../../src/archive/bag/originals.ts';
import { parseBagFormats } from '../../../src/archive/documents/read-bag-formats.ts';
import { createContext } from '../../../src/cli/machine/context.ts';
import { createFormatGrades, formatGradeLines } from '../../../src/report/statement/format-grades.ts';

test('the grades of originals in formats.txt of a bag are read back, for every format', () => {
  // Of an example only its path is printed.
  const example = { path: 'data/x/original-1.wav', ordinary: true } as KindOfOriginal['example'];
  const common = { coding: null, codec: null, pronom: [], withCopy: 1, damaged: 0, example, decoders: [], commands: [] };
  const known = createContext().formats.map((format, at) => ({ ...common, format, files: at + 1 }));
  const text = bagFormats([...known, { ...common, format: null, files: 7 }], 'longplay');
  expect(parseBagFormats(text)).toEqual([
    ...known.map(({ format, files }) => ({ format: format.id, grade: format.grade, files })),
    { format: null, grade: null, files: 7 },
  ]);
  expect(parseBagFormats(text.replace(/^ {2}grade .*$/m, ''))).toBeNull();
});

test('grades of formats are summed over bags, the least known first, and bags without any are reported', () => {
  const sum = createFormatGrades();
  sum.take([
    { format: 'wav', grade: 'verified', files: 1_200 },
    { format: null, grade: null, files: 2 },
  ]);
  sum.take([
    { format: 'nmf', grade: 'experimental', files: 1 },
    { format: 'wav', grade: 'verified', files: 1 },
  ]);
  sum.take(null);
  expect(formatGradeLines(sum.grades())).toEqual([
    'not recognised: 2 originals',
    'experimental: 1 original (nmf); reverse-engineered by others; check a sample by ear',
    'verified: 1,201 originals (wav); tested on files that real programs wrote',
    '1 bag states no grade, or cannot be read',
  ]);
});
