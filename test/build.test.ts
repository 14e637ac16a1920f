import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledValidator } from '../rolldown.config.ts';
import { recordingValidator } from '../src/archive/documents/recording-validator.ts';
import { home } from '../src/core/base/home.ts';
import { createRig } from './cli/rig.ts';

test('the compiled schema gives every document the verdict of the schema itself', async () => {
  await using rig = createRig();
  writeFileSync(rig.path('validator.mjs'), compiledValidator());
  const built = (await import(pathToFileURL(rig.path('validator.mjs')).href)) as { recordingValidator: typeof recordingValidator };
  const [compiled, plain] = [built.recordingValidator(), recordingValidator()];
  expect((await rig.run(['import', join(import.meta.dirname, '../samples/sidecar-xml'), '--into', 'archive', '--quiet'])).code).toBe(0);
  const { stdout } = await rig.exec('find', ['archive/bags', '-name', 'recording.json'], rig.folder);
  const texts = stdout
    .trim()
    .split('\n')
    .map((name) => readFileSync(rig.path(name), 'utf8'));
  for (const text of texts) expect([compiled(JSON.parse(text)), plain(JSON.parse(text))]).toEqual([true, true]);
  const strange = fc.oneof(fc.jsonValue(), fc.constant(undefined));
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.infiniteStream(fc.nat()), strange, (text, steps, value) => {
      // Replaces or removes one value somewhere in the document.
      const document: unknown = JSON.parse(text);
      for (let at = document; ; ) {
        const keys = Object.keys(at as object);
        const key = keys[(steps.next().value ?? 0) % Math.max(1, keys.length)] ?? 'more';
        const below = (at as Record<string, unknown>)[key];
        if (typeof below === 'object' && below !== null && (steps.next().value ?? 0) % 3 > 0) {
          at = below;
          continue;
        }
        Object.assign(at as object, { [key]: value });
        if (value === undefined) delete (at as Record<string, unknown>)[key];
        break;
      }
      const answers = [compiled(document), plain(document)];
      expect(compiled.errors?.[0]).toEqual(plain.errors?.[0]);
      expect(answers[0]).toBe(answers[1]);
      if (answers[0] === false) refused++;
    }),
    { numRuns: 3_000 },
  );
  expect(refused).toBeGreaterThan(1_000);
});

test('the bundle contains the licence of each of its packages', () => {
  const parts = readFileSync(new URL('dist/licences.txt', home), 'utf8').split(`\n${'-'.repeat(80)}\n`);
  expect(parts.length).toBeGreaterThan(10);
  for (const part of parts) expect(part).toMatch(/^\n?\S+ \d[\w.-]* \(.+\)\n\n(by "|[\s\S]{200})/);
});

test('the check of a single bag loads few files of the bundle, and none that only an archive needs', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const load = (file: URL): void => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?:[^;'"]*? from )?"([^"]+)"/gm)) {
      if (from.startsWith('.')) load(new URL(from, file));
      else if (!from.startsWith('node:')) packages.add(from);
    }
  };
  for (const name of ['bin/longplay', 'lib/main', 'lib/verify', 'lib/verify-one-bag', 'lib/worker']) load(new URL(`dist/${name}.js`, home));
  // These five and more: a reader that finds no import would otherwise pass.
  expect(seen.size).toBeGreaterThan(7);
  expect(seen.size).toBeLessThan(15);
  expect([...packages]).toEqual([]);
});
