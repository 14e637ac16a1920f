import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { unpackedMembers } from '../../../src/source/members/unpacked-members.ts';
import type { ListedFile } from '../../../src/source/read/open-files.ts';
import { never } from '../rig.ts';

const most = limits.unpackedMembers;
const gib = 1024 ** 3;

/** Members whose copies are only counted: on the disk now, at most so far, and in total. */
function counted() {
  const there = new Map<string, number>();
  const counts = { most: 0, mostBytes: 0, made: 0 };
  const sizes = new Map<number, number>();
  const members = unpackedMembers(
    async (index) => {
      const size = sizes.get(index) ?? 0;
      const path = `${index}`;
      there.set(path, size);
      counts.made++;
      counts.most = Math.max(counts.most, there.size);
      counts.mostBytes = Math.max(
        counts.mostBytes,
        [...there.values()].reduce((sum, each) => sum + each, 0),
      );
      await turn();
      return { path, name: path, size, modifiedMs: 0, spooled: true } satisfies ListedFile;
    },
    async (file) => void there.delete(String(file.path)),
  );
  return { members, there, counts, sized: (index: number, size: number) => sizes.set(index, size) && size };
}

test('copies that are kept and released never exceed the limit, and none is left', async () => {
  const { members, there, counts, sized } = counted();
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      await members.keep(index, sized(index, 100), null, never);
      await turn();
      await members.letGo(index, null);
    }),
  );
  expect([counts.made, there.size]).toEqual([40, 0]);
  expect(counts.most).toBeLessThanOrEqual(most);
});

test('one place is reserved for members in progress, while all others are kept', async () => {
  const { members, counts, sized } = counted();
  for (let index = 0; index < most - 1; index++) await members.keep(index, sized(index, 1), null, never);
  let isKept = false;
  const waiting = members.keep(100, sized(100, 1), null, never).then(() => (isKept = true));
  for (const index of [50, 51, 50]) expect(await members.use(index, sized(index, 7), never, async ({ size }) => size)).toBe(7);
  expect(isKept).toBe(false);
  await members.letGo(0, null);
  await waiting;
  expect(counts.most).toBeLessThanOrEqual(most);
});

test('an owner waits for others, and gets more than the usual number once only its own copies are kept', async () => {
  const { members, there, sized } = counted();
  await members.keep(0, sized(0, 1), null, never);
  const owner = {};
  const all = (async () => {
    for (let index = 1; index <= 2 * most; index++) await members.keep(index, sized(index, 1), owner, never);
  })();
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(there.size).toBeLessThanOrEqual(most);
  await members.letGo(0, null);
  await all;
  expect(there.size).toBe(2 * most);
  for (let index = 1; index <= 2 * most; index++) await members.letGo(index, owner);
  expect(there.size).toBe(0);
});

test('bytes are limited too: waited for if others hold them, refused with numbers if nobody does', async () => {
  const { members, there, counts, sized } = counted();
  const half = limits.unpackedMemberBytes / 2;
  await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      await members.keep(index, sized(index, half), null, never);
      await turn();
      await members.letGo(index, null);
    }),
  );
  expect(counts.mostBytes).toBe(limits.unpackedMemberBytes);
  await expect(members.keep(10, sized(10, 9 * gib), null, never)).rejects.toMatchObject({ code: 'S150' });
  await expect(members.use(10, 9 * gib, never, async () => 0)).rejects.toThrow(`takes ${9 * gib} bytes`);
  const owner = {};
  await members.keep(11, sized(11, 5 * gib), owner, never);
  await expect(members.keep(12, sized(12, 4 * gib), owner, never)).rejects.toThrow(`beside ${5 * gib} bytes of 1 others of one recording`);
  await members.letGo(11, owner);
  expect(there.size).toBe(0);
});

test('an abort ends the waiting once another releases something, and a copy that could not be made leaves its place', async () => {
  const { members, sized } = counted();
  for (let index = 0; index < most - 1; index++) await members.keep(index, sized(index, 1), null, never);
  const abort = new AbortController();
  const waiting = members.keep(9, sized(9, 1), null, abort.signal);
  abort.abort(new Error('stopped'));
  await members.letGo(0, null);
  await expect(waiting).rejects.toThrow('stopped');
  const failing = unpackedMembers(
    async () => {
      throw new Error('no room');
    },
    async () => undefined,
  );
  for (let index = 0; index < 2 * most; index++) await expect(failing.keep(index, 1, null, never)).rejects.toThrow('no room');
  for (let index = 0; index < 2 * most; index++) await expect(failing.use(index, 1, never, async () => 0)).rejects.toThrow('no room');
});
