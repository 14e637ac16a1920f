import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { laneOfEachFile } from './lanes.ts';

/**
 * Time limit of the tests of one check, in ms, by the durations of earlier runs; a file without an earlier run here counts as `unknownMs`. With lint, types and the start of Vitest
 * a check takes at most 20 s on two idle cores.
 */
const budgetMs = 8_000;
const unknownMs = 500;

/**
 * Prints what `bin/check` runs for changed files: a line with the lanes of the tests; `build` if one of them runs what the tests' set-up builds, else `sources`; then the test files. These are the
 * changed tests, then others by their distance in the graph of imports, until the budget is spent: tests of the unit lane, and of the program lane those that import a changed file themselves.
 */
function main(changed: readonly string[]): void {
  const laneOf = laneOfEachFile('.');
  const imports = importsOfAll();
  const near = [...distances(changed, imports)].flatMap(([file, distance]) => {
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
  const files = [...changedTests, ...taken];
  const lanes = [...new Set(files.flatMap((file) => laneOf.get(file) ?? []))];
  const isBuilt = files.some((file) => laneOf.get(file) !== 'unit') || runBuild(files, imports);
  process.stdout.write([lanes.join(' '), isBuilt ? 'build' : 'sources', ...files].map((line) => `${line}\n`).join(''));
}

/** Returns true if one of the tests, or a module that it imports directly or through others, names a file of `dist`: threads run built modules. */
function runBuild(files: readonly string[], imports: Imports): boolean {
  const reached = new Set(files);
  // A set also iterates over elements that are added during the iteration.
  for (const file of reached) {
    const module = imports.get(file);
    if (module?.namesBuild === true) return true;
    for (const imported of module?.imported ?? []) reached.add(imported);
  }
  return false;
}

/** The modules that each module imports, and whether it names a file of `dist`. */
type Imports = ReadonlyMap<string, { readonly imported: readonly string[]; readonly namesBuild: boolean }>;

function importsOfAll(): Imports {
  const files = ['bin', 'src', 'formats', 'importers', 'packaging', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules/'))
      .map((name) => `${folder}/${name}`),
  );
  return new Map(
    files.map((file) => {
      const text = readFileSync(file, 'utf8');
      const targets = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target = '']) => normalize(join(dirname(file), target)));
      return [file, { imported: targets, namesBuild: /['"`](?:\.\.\/)*dist\//.test(text) }];
    }),
  );
}

/** Returns all modules that import one of the files, directly (1) or through others, and the files themselves (0), nearest first. */
function distances(changed: readonly string[], imports: Imports): ReadonlyMap<string, number> {
  const importers = new Map<string, string[]>();
  for (const [file, { imported }] of imports) for (const target of imported) importers.set(target, [...(importers.get(target) ?? []), file]);
  const reached = new Map(changed.map((file) => [file, 0]));
  // A map also iterates over entries that are added during the iteration, in the order of insertion, which is by distance.
  for (const [file, distance] of reached) {
    for (const importer of importers.get(file) ?? []) if (!reached.has(importer)) reached.set(importer, distance + 1);
  }
  return reached;
}

/** Returns how long each test file took in its last run here, in ms, as Vitest stores it; empty after a fresh installation. */
function lastTimes(): ReadonlyMap<string, number> {
  const folder = 'node_modules/.vite/vitest';
  if (!existsSync(folder)) return new Map();
  const kept = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('results.json'));
  const results = kept.flatMap((name) => {
    // The cache file of Vitest, of the release that package-lock.json pins.
    const { results } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { results: [key: string, { duration: number }][] };
    return results;
  });
  return new Map(results.map(([key, { duration }]) => [key.slice(key.indexOf(':') + 1), duration]));
}

main(process.argv.slice(2));
