import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { meterSide } from '../../../src/core/base/meter.ts';
import { createBagsWork } from '../../../src/verify/bags/bags-work.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-bags-work-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A bag that states only its size. */
function bag(name: string, files: number, bytes: number): { readonly name: string; readonly path: string } {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'bag-info.txt'), `Payload-Oxum: ${bytes}.${files}\n`);
  return { name, path };
}

const [small, large, other] = [bag('small', 10, 10_240), bag('large', 20, 1_048_576), bag('other', 10, 20_480)];
const never = new AbortController().signal;

function left(work: ReturnType<typeof createBagsWork>): Record<string, number[]> {
  return Object.fromEntries(work.work().kinds.map(({ name, done, left: more }) => [name, [done, more]]));
}

describe('the progress over bags', () => {
  test('counts the content of bags, not their number, and advances within them', async () => {
    const work = createBagsWork({ lanes: 2, total: () => 2, plays: false, audio: null });
    await work.measure([small, large], never);
    expect(left(work)).toEqual({ files: [0, 30], bytes: [0, 1_058_816] });
    const count = work.bag(large.name, large.path, false);
    const task = count.task(true);
    meterSide(task.meter).addBytes(524_288);
    expect(left(work)).toEqual({ files: [0, 30], bytes: [524_288, 534_528] });
    expect(work.done()).toEqual({ bytes: 524_288, audioMs: 0 });
    task.end({ files: 20, bytes: 1_048_576, audioMs: 99 });
    count.end();
    expect(left(work)).toEqual({ files: [20, 10], bytes: [1_048_576, 10_240] });
  });

  test('assumes that unread bags are as large as the others', () => {
    const work = createBagsWork({ lanes: 1, total: () => 4, plays: false, audio: null });
    work.bag(small.name, small.path, false);
    work.bag(other.name, other.path, false);
    expect(left(work)).toEqual({ files: [0, 40], bytes: [0, 61_440] });
  });

  test('takes from the catalog how much must be decoded, and how much of it runs in one thread alone', () => {
    const work = createBagsWork({ lanes: 2, total: () => 1, plays: true, audio: new Map([['large', 900_000]]) });
    const count = work.bag(large.name, large.path, true);
    const [first, second, readme] = [count.task(true), count.task(true), count.task(false)];
    const side = meterSide(first.meter);
    side.addBytes(102_400);
    side.expectAudio(600_000);
    side.addAudio(200_000);
    expect(work.work()).toMatchObject({
      busy: 2,
      pieces: [
        [0, 0, 400_000],
        [0, 0, 300_000],
      ],
    });
    expect(left(work).audio).toEqual([200_000, 700_000]);
    first.end({ files: 3, bytes: 102_400, audioMs: 600_000 });
    second.end({ files: 3, bytes: 102_400, audioMs: 300_000 });
    readme.end(null);
    count.end();
    expect(left(work).audio).toEqual([900_000, 0]);
  });

  test('without a catalog assumes that the rest has as much audio as the bags read', () => {
    const work = createBagsWork({ lanes: 2, total: () => 1, plays: true, audio: null });
    const side = meterSide(work.bag(large.name, large.path, true).task(true).meter);
    side.addBytes(262_144);
    side.expectAudio(100_000);
    expect(left(work).audio).toEqual([0, 400_000]);
  });
});
