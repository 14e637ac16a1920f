import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSource } from '../../src/source/open-source.ts';
import { readLocation } from '../../src/source/read/location-reader.ts';
import { never, noise, temporaryFolder } from './rig.ts';
import { endMark, tarMember } from './tar/blocks.ts';

const call = noise(1300);
const tar = Buffer.concat([tarMember({ name: '2009/x.wav', data: call }), endMark]);

/** Every name that could be mistaken for another. */
function trapsIn(folder: ReturnType<typeof temporaryFolder>, below: string): void {
  const raw = (name: string): Buffer => Buffer.concat([Buffer.from(`${join(folder.path, below)}/`), Buffer.from(name, 'latin1')]);
  folder.file(`${below}/a.wav`, call);
  folder.file(`${below}/b/c/d.wav`, noise(5));
  folder.file(`${below}/a!b.wav`, noise(6));
  folder.file(`${below}/calls.tar`, tar);
  folder.file(`${below}/calls.tar.wav`, tar);
  folder.file(`${below}/x\\y.wav`, noise(7));
  folder.file(`${below}/x_y.wav`, noise(8));
  folder.file(`${below}/C:z.wav`, noise(9));
  folder.file(`${below}/\ufffdsa.wav`, noise(10));
  writeFileSync(raw('\xc5sa.wav'), noise(11));
  writeFileSync(raw('\xc4sa.wav'), noise(12));
  folder.file(`${below}/e/f.wav`, noise(13));
  symlinkSync('e', join(folder.path, below, 'linked'));
  symlinkSync('a.wav', join(folder.path, below, 'link.wav'));
  folder.file(`${below}/empty.wav`, '');
}

test.each([
  ['one folder', ['one']],
  ['two folders', ['one', 'two']],
])('of %s a file that is found before the listing is the one in the listing', async (_, names) => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  for (const name of names) trapsIn(tmp, name);
  const paths = names.map((name) => join(tmp.path, name));
  const now = await openSource(paths, { scratch: scratch.path }, never);
  const asked = [
    '',
    '/',
    '.',
    '..',
    '../one/a.wav',
    'nowhere.wav',
    'linked/f.wav',
    'link.wav',
    'b',
    'b/../a.wav',
    './a.wav',
    'b//c/d.wav',
    'a.wav/x',
  ];
  const wanted = new Map<string, string | null>();
  for await (const { path } of now.entries(never)) wanted.set(path, null);
  const listed = wanted.size;
  for (const path of [...asked, ...names.flatMap((name) => asked.map((one) => `${name}/${one}`))]) wanted.set(path, null);
  const unlisted: string[] = [];
  for (const path of wanted.keys()) {
    // Each by itself: the result of one lookup must not help the next.
    const later = await openSource(paths, { scratch: scratch.path, listing: 'later' }, never);
    const found = await later.find(path, never);
    expect([path, found]).toEqual([path, now.entry(path)]);
    if (found !== null) {
      const [first, second] = [await later.locate(found, never), await now.locate(found, never)];
      expect(readLocation(first)).toEqual(readLocation(second));
      for (const [source, location] of [
        [later, first],
        [now, second],
      ] as const)
        await source.release(location);
    }
    // The traps give findings; without any the listing was not made.
    if (later.findings.length === 0) unlisted.push(path);
    await later.close();
  }
  const plain = ['a.wav', 'b/c/d.wav', 'e/f.wav', 'empty.wav', 'x_y.wav', '\ufffdsa.wav'];
  expect(unlisted).toEqual(names.flatMap((name) => plain.map((path) => (names.length === 1 ? path : `${name}/${path}`))));
  expect(listed).toBeGreaterThan(12 * names.length);
  expect([now.name, now.isContainer, now.parts]).toEqual([names.join(', '), false, names.length === 1 ? undefined : names]);
  await now.close();
});

test('files that are listed later give the same result, once', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  trapsIn(tmp, 'one');
  for (let at = 0; at < 3_000; at++) symlinkSync('a.wav', join(tmp.path, `one/link-${at}`));
  const now = await openSource([join(tmp.path, 'one')], { scratch: scratch.path }, never);
  const later = await openSource([join(tmp.path, 'one')], { scratch: scratch.path, listing: 'later' }, never);
  expect(later.findings).toEqual([]);
  const [all, again, of] = [[], [], []] as string[][];
  const seen: number[] = [];
  let isWatched = true;
  const watching = (async () => {
    for (; isWatched; await turn()) seen.push(later.findings.length);
  })();
  // Two simultaneous callers get one listing.
  await Promise.all(
    [all, again].map(async (into) => {
      for await (const { path } of later.entries(never)) into?.push(path);
    }),
  );
  isWatched = false;
  await watching;
  expect(seen.length).toBeGreaterThan(3);
  for await (const { path } of now.entries(never)) of?.push(path);
  expect([all, again]).toEqual([of, of]);
  expect(seen.filter((count) => count > 0 && count < now.findings.length)).toEqual([]);
  expect(later.findings).toEqual(now.findings);
  expect(later.findings.length).toBeGreaterThan(3);
  await later.close();
  await now.close();
});

test('a file that changes between lookup and location is refused', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  const file = tmp.file('one/a.wav', call);
  const source = await openSource([join(tmp.path, 'one')], { scratch: scratch.path, listing: 'later' }, never);
  const found = await source.find('a.wav', never);
  if (found === null) throw new Error('not found');
  writeFileSync(file, noise(7));
  await expect(source.locate(found, never)).rejects.toMatchObject({ code: 'S103' });
  rmSync(file);
  expect(await source.find('a.wav', never)).toBeNull();
  await source.close();
});

test('a file that was found before the listing and is no longer in it is refused as changed', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  const [gone, longer, same] = ['gone', 'longer', 'same'].map((name) => tmp.file(`one/${name}.wav`, call));
  const source = await openSource([join(tmp.path, 'one')], { scratch: scratch.path, listing: 'later' }, never);
  const found = await Promise.all(['gone.wav', 'longer.wav', 'same.wav'].map((path) => source.find(path, never)));
  rmSync(gone ?? '');
  writeFileSync(longer ?? '', noise(2_000));
  for await (const { path } of source.entries(never)) expect(path).toMatch(/^(?:longer|same)\.wav$/);
  const located = await Promise.allSettled(found.map(async (entry) => (entry === null ? null : await source.locate(entry, never))));
  expect(located).toMatchObject([
    { status: 'rejected', reason: { code: 'S103' } },
    { status: 'rejected', reason: { code: 'S103' } },
    { status: 'fulfilled', value: { kind: 'span', file: same, offset: 0, size: call.length } },
  ]);
  await source.close();
});

test('a folder that is missing at the time of the listing is an error for each waiting caller', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  mkdirSync(join(tmp.path, 'one'));
  const source = await openSource([join(tmp.path, 'one')], { scratch: scratch.path, listing: 'later' }, never);
  renameSync(join(tmp.path, 'one'), join(tmp.path, 'other'));
  const walked = async (): Promise<void> => {
    for await (const _ of source.entries(never)) throw new Error('an entry of nothing');
  };
  await expect(walked()).rejects.toMatchObject({ code: 'S102' });
  await expect(source.find('a.wav', never)).rejects.toMatchObject({ code: 'S102' });
  await source.close();
});

test('a file that is found before the listing can be kept available and opened', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  tmp.file('a.wav', call);
  const later = await openSource([tmp.path], { scratch: scratch.path, listing: 'later' }, never);
  const found = await later.find('a.wav', never);
  if (found === null) throw new Error('the file was not found');
  const release = await later.keep?.(found, never);
  const reader = await later.open(found, never);
  expect(Buffer.from(await reader.read(0, found.size, never))).toEqual(Buffer.from(call));
  await release?.();
  await later.close();
});
