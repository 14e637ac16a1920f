import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatSamples } from './make-samples.ts';

const folder = join(import.meta.dirname, '../../samples/formats');
const samples = formatSamples();

test('the committed samples equal the output of their generator; absent ones are written', () => {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of samples) {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileSync(path, bytes);
    expect(Buffer.compare(readFileSync(path), bytes), name).toBe(0);
  }
  expect(readdirSync(folder).sort()).toEqual(samples.map(({ name }) => name).sort());
});

test('the samples are small in total', () => {
  expect(samples.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(900_000);
});
