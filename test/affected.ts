import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { laneOfEachFile } from './lanes.ts';

/** What the tests of one check may take by the times of earlier runs, ms; a file that never ran here counts as `unknownMs`. */
const budgetMs = 8_000;
const unknownMs = 500;

/** Prints the test files that `bin/check` runs for changed files: the changed tests, then tests of the unit lane by their distance in the graph of imports, until the budget is spent. */
function main(changed: readonly string[]): void {
  const laneOf = laneOfEachFile('.');
  const unit = [...importersOf(changed)].filter((file) => laneOf.get(file) === 'unit' && !changed.includes(file));
  const changedTests = changed.filter((file) => laneOf.has(file));
  const times = lastTimes();
  const taken: string[] = [];
  let leftMs = budgetMs;
  for (const file of unit) {
    const ms = times.get(file) ?? unknownMs;
    if (ms > leftMs) continue;
    leftMs -= ms;
    taken.push(file);
  }
  process.stderr.write(
    `${changedTests.length} changed test files, ${taken.length} of ${unit.length} unit test files that reach the change; .ci/run runs all\n`,
  );
  process.stdout.write([...changedTests, ...taken].map((file) => `${file}\n`).join(''));
}

/** Returns all modules that import one of the files, directly or through others, nearest first. */
function importersOf(changed: readonly string[]): ReadonlySet<string> {
  const importers = new Map<string, string[]>();
  const files = ['bin', 'src', 'formats', 'importers', 'packaging', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules/'))
      .map((name) => `${folder}/${name}`),
  );
  for (const file of files) {
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const imported = normalize(join(dirname(file), target));
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  const reached = new Set(changed);
  // A set iterates also over what is added meanwhile, in the order in which it is added: by distance.
  for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
  return reached;
}

/** Returns how long each test file took when it last ran here, ms, as Vitest keeps it; empty after a fresh installation. */
function lastTimes(): ReadonlyMap<string, number> {
  const folder = 'node_modules/.vite/vitest';
  if (!existsSync(folder)) return new Map();
  const kept = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('results.json'));
  const results = kept.flatMap((name) => {
    // Vitest's own file, of the release that package-lock.json pins.
    const { results } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { results: [key: string, { duration: number }][] };
    return results;
  });
  return new Map(results.map(([key, { duration }]) => [key.slice(key.indexOf(':') + 1), duration]));
}

main(process.argv.slice(2));
