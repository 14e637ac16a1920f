import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { laneOfEachFile } from './lanes.ts';

/** What the tests of one check may take by the times of earlier runs, ms; a file that never ran here counts as `unknownMs`. With lint, types and the start of Vitest a check takes 20 s at most on two idle cores. */
const budgetMs = 8_000;
const unknownMs = 500;

/**
 * Prints the test files that `bin/check` runs for changed files: the changed tests, then others by their distance in the graph of imports, until the budget is spent. Those are tests of the unit
 * lane, and of the program lane those that import a changed file themselves.
 */
function main(changed: readonly string[]): void {
  const laneOf = laneOfEachFile('.');
  const near = [...distances(changed)].flatMap(([file, distance]) => {
    const lane = laneOf.get(file);
    return distance > 0 && (lane === 'unit' || (lane === 'program' && distance === 1)) ? [file] : [];
  });
  const changedTests = changed.filter((file) => laneOf.has(file));
  const times = lastTimes();
  const taken: string[] = [];
  let leftMs = budgetMs;
  for (const file of near) {
    const ms = times.get(file) ?? unknownMs;
    if (ms > leftMs) continue;
    leftMs -= ms;
    taken.push(file);
  }
  process.stderr.write(
    `${changedTests.length} changed test files, ${taken.length} of ${near.length} others that reach the change; .ci/run runs all\n`,
  );
  process.stdout.write([...changedTests, ...taken].map((file) => `${file}\n`).join(''));
}

/** Returns all modules that import one of the files, directly (1) or through others, and the files themselves (0), nearest first. */
function distances(changed: readonly string[]): ReadonlyMap<string, number> {
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
  const reached = new Map(changed.map((file) => [file, 0]));
  // A map iterates also over what is added meanwhile, in the order in which it is added: by distance.
  for (const [file, distance] of reached) {
    for (const importer of importers.get(file) ?? []) if (!reached.has(importer)) reached.set(importer, distance + 1);
  }
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
