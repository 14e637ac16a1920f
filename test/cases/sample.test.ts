import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { expectSample } from '../importers/golden.ts';
import { caseSample } from './make-case-sample.ts';

test('samples/cases/deal-4711 equals the output of its generator, byte for byte', () => {
  const files = caseSample();
  expect(files.size).toBeGreaterThan(8);
  expectSample(join(root, 'samples/cases/deal-4711'), files);
});
