import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCatalog } from '../../../src/store/catalog/catalog.ts';
import { checkCatalog } from '../../../src/store/catalog/check-catalog.ts';
import { madeEntry } from '../../bench/catalog-entries.ts';
import { builtModule } from '../../built.ts';

const bags = 12;
const each = 120;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-settle-'));
  file = join(folder, 'catalog.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

const bagOf = (bag: number) => Array.from({ length: each }, (_, index) => madeEntry(bag * each + index, bags * each));

/** Results by words and labels, which are only in the index. */
function answers(): unknown[] {
  const catalog = openCatalog(file);
  const found = [
    catalog.count({ text: 'sales' }, 1e6),
    catalog.count({ text: 'öberg', status: 'matched' }, 1e6),
    [...catalog.search({ text: '+4670174*', newestFirst: true, limit: 20 })].map(({ recordingId }) => recordingId),
    [...catalog.months({ codec: 'gsm' })],
  ];
  catalog.close();
  return found;
}

test('a catalog whose words are indexed at the end, in the middle, or bag by bag gives the same answers', () => {
  const given: unknown[] = [];
  for (const settleAfter of [0, 5, bags, Number.POSITIVE_INFINITY]) {
    rmSync(file, { force: true });
    const catalog = openCatalog(file);
    for (let bag = 0; bag < bags; bag++) {
      if (bag === settleAfter) catalog.settle();
      catalog.putBag(`made/${bag}`, bagOf(bag));
      // Removed and added again, before and after.
      if (bag % 5 === 0) catalog.removeBag(`made/${bag}`);
      if (bag % 5 === 0) catalog.putBag(`made/${bag}`, bagOf(bag));
    }
    // With `Infinity` nothing indexes it until a query does.
    if (settleAfter === bags) catalog.settle();
    catalog.close();
    given.push(answers());
    expect(checkCatalog(file, tmpdir()).problems).toEqual([]);
  }
  expect(given[0]).toMatchObject([expect.any(Number), expect.any(Number), expect.any(Array), expect.any(Array)]);
  for (const one of given) expect(one).toEqual(given[0]);
});

test('a load that is killed while it is filled or indexed is completed by the next user of the catalog', async () => {
  const catalog = openCatalog(file);
  for (let bag = 0; bag < bags; bag++) catalog.putBag(`made/${bag}`, bagOf(bag));
  catalog.close();
  const whole = answers();
  for (const killedAfterMs of [0, 5, 15, 40, 80]) {
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
    const filled = openCatalog(file);
    for (let bag = 0; bag < bags - 2; bag++) filled.putBag(`made/${bag}`, bagOf(bag));
    filled.close();
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { openCatalog } from '${builtModule('src/store/catalog/catalog.ts')}'; const c = openCatalog(${JSON.stringify(file)}); console.log('settling'); c.settle(); c.close();`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('../../..', import.meta.url)) },
    );
    const ended = new Promise((done) => child.on('close', done));
    await new Promise((done) => child.stdout.once('data', done));
    await new Promise((done) => setTimeout(done, killedAfterMs));
    child.kill('SIGKILL');
    await ended;
    const again = openCatalog(file);
    expect(again.fresh).toBe(false);
    expect(again.bags()).toHaveLength(bags - 2);
    for (let bag = bags - 2; bag < bags; bag++) again.putBag(`made/${bag}`, bagOf(bag));
    again.close();
    expect(answers()).toEqual(whole);
    expect(checkCatalog(file, tmpdir()).problems).toEqual([]);
  }
});

test('a recording that was added with two bags before ids were indexed is kept once, from the later bag, and the sums of both bags are right', () => {
  const catalog = openCatalog(file);
  catalog.putBag('made/b', bagOf(1).slice(0, 3));
  catalog.putBag('made/a', bagOf(1).slice(2, 5));
  expect(catalog.totals({}).recordings).toBe(5);
  expect([...catalog.search({ bag: 'made/a' })]).toHaveLength(2);
  expect([...catalog.search({})]).toHaveLength(5);
  // From now on the last one added counts.
  catalog.putBag('made/c', bagOf(1).slice(0, 1));
  expect([catalog.totals({}).recordings, [...catalog.search({ bag: 'made/b' })].length]).toEqual([5, 2]);
  catalog.close();
});
