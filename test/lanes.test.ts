import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import configuration from '../vitest.config.ts';
import { type Lane, laneOfEachFile, lanes, slowFiles } from './lanes.ts';
import { patience } from './patience.ts';

const laneOf = laneOfEachFile();
const root = join(import.meta.dirname, '..');

describe('the lanes of the suite', () => {
  test('contain every test file once', () => {
    const written = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
      .map((name) => `test/${name}`);
    const run = (configuration.test?.projects ?? []).flatMap((project) =>
      typeof project === 'object' && 'test' in project ? (project.test?.include ?? []) : [],
    );
    expect(run.toSorted()).toEqual(written.toSorted());
    expect(new Set(run).size).toBe(run.length);
  });

  test('begin with files that exist', () => {
    expect(slowFiles.filter((file) => !laneOf.has(file))).toEqual([]);
  });

  test('begin one after another, with the slowest files of each, in a checkout without times of earlier runs', async () => {
    const Sequencer = configuration.test?.sequence?.sequencer;
    if (Sequencer === undefined) throw new Error('the configuration has no order');
    // What Vitest's own order asks of its context.
    const noTimes = { cache: { getFileTestResults: () => undefined, getFileStats: () => undefined }, config: { root } } as unknown as Vitest;
    const files = [...laneOf].map(
      ([file, name]) => ({ moduleId: join(root, file), project: { name, config: { sequence: { groupOrder: 0 } } } }) as unknown as TestSpecification,
    ); // what an order reads of it
    const order = (await new Sequencer(noTimes).sort(files)).map(({ moduleId }) => relative(root, moduleId));
    expect(new Set(order)).toEqual(new Set(laneOf.keys()));
    const slowOf = (lane: Lane): string[] => slowFiles.filter((file) => laneOf.get(file) === lane);
    let at = 0;
    for (const lane of lanes) {
      const slow = slowOf(lane);
      expect(slow.length).toBeGreaterThan(5);
      expect(order.slice(at, at + slow.length)).toEqual(slow);
      at += [...laneOf.values()].filter((of) => of === lane).length;
      expect(laneOf.get(order[at - 1] ?? '')).toBe(lane);
    }
  });

  test('have a share of the files each', () => {
    for (const lane of lanes) expect([...laneOf.values()].filter((of) => of === lane).length).toBeGreaterThan(50);
  });

  test.each([
    ['test/core/numbers/number-keys.test.ts', 'unit'],
    ['test/cli/rights.test.ts', 'program'],
    ['test/browser/viewer.test.ts', 'judges'],
    ['test/faults/kill.test.ts', 'judges'],
    ['test/serve/serve.test.ts', 'judges'],
    ['test/runtimes/runtimes.test.ts', 'judges'],
    ['test/log/stamps/evidence.test.ts', 'judges'],
  ])('put %s into the lane %s', (file, lane) => {
    expect(laneOf.get(file)).toBe(lane);
  });
});

describe('the unit lane', () => {
  test('contains this file', () => {
    expect(laneOf.get('test/lanes.test.ts')).toBe('unit');
  });

  test('lets nothing start a process, by whatever means', async () => {
    const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = process.getBuiltinModule('node:child_process');
    const asked = [
      () => exec('true'),
      () => execFile('true'),
      () => execFileSync('true'),
      () => execSync('true'),
      () => fork('true'),
      () => spawn('true'),
      () => spawnSync('true'),
    ];
    for (const start of asked) expect(start).toThrow('a test of the unit lane starts a process');
  });

  test('gives no test a shorter time limit than the others, because it would fail on a busy machine', () => {
    const limit = /\btimeout: ([^,;})]+)|^\s*\},\s+([\d_]{4,}),?\s*\);$/gm;
    const short = [...laneOf.keys()].flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(limit)]
        .flatMap(([, option, last]) => (option ?? last ?? '').match(/\b\d[\d_]{3,}\b/g) ?? [])
        .map((ms) => Number(ms.replaceAll('_', '')))
        .filter((ms) => ms < patience)
        .map((ms) => `${file}: ${ms} ms`),
    );
    expect(short).toEqual([]);
  });
});
