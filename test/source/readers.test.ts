import { mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { openFileReader } from '../../src/source/read/file-reader.ts';
import { locationReader } from '../../src/source/read/location-reader.ts';
import { listed, noise, temporaryFolder } from './rig.ts';

const bytes = noise(600_000);

async function streamed(reader: ByteReader, start: number, end: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.stream(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Required answers of every reader of `bytes`. */
async function isReader(reader: ByteReader): Promise<void> {
  expect(reader.size).toBe(bytes.length);
  for (const [offset, length] of [
    [0, 0],
    [0, 1],
    [5, 599_995],
    [599_999, 5],
    [600_000, 5],
    [700_000, 5],
  ] as const) {
    expect(Buffer.from(await reader.read(offset, length)).equals(bytes.subarray(offset, offset + length)), `${offset} ${length}`).toBe(true);
    expect((await streamed(reader, offset, offset + length)).equals(bytes.subarray(offset, offset + length)), `${offset} ${length}`).toBe(true);
  }
  const mine = await reader.read(0, 10);
  mine.fill(0);
  expect(Buffer.from(await reader.read(0, 10)).equals(bytes.subarray(0, 10))).toBe(true);
  await expect(reader.read(0, 1, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
}

test('a file is read at any offset, and not beyond its end', async () => {
  using tmp = temporaryFolder();
  const reader = await openFileReader(tmp.file('a.wav', bytes));
  expect(reader.name).toBe('a.wav');
  await isReader(reader);
  await reader.close();
});

test('a span of a file and bytes in memory are read alike', async () => {
  using tmp = temporaryFolder();
  const file = tmp.file('t', Buffer.concat([noise(99, 7), bytes, noise(99, 8)]));
  for (const location of [
    { kind: 'span', file, offset: 99, size: bytes.length, spooled: false },
    { kind: 'bytes', bytes: new Uint8Array(bytes) },
  ] as const) {
    const reader = locationReader(location);
    if (location.kind === 'span') await isReader(reader);
    else expect(Buffer.from(await reader.read(5, 10)).equals(bytes.subarray(5, 15))).toBe(true);
    reader.close();
  }
});

test('a span that was shortened while it was open is not read as if it ended there', async () => {
  using tmp = temporaryFolder();
  const file = tmp.file('t', bytes);
  const reader = locationReader({ kind: 'span', file, offset: 0, size: bytes.length, spooled: false });
  truncateSync(file, 1000);
  await expect(reader.read(900, 200)).rejects.toMatchObject({ kind: 'incomplete', code: 'S103' });
  reader.close();
});

test('a missing file, or something else in its place, is an error with a code', async () => {
  using tmp = temporaryFolder();
  mkdirSync(join(tmp.path, 'folder'));
  await expect(openFileReader(join(tmp.path, 'none'))).rejects.toMatchObject({ kind: 'usage', code: 'S101', cause: { code: 'ENOENT' } });
  await expect(openFileReader(join(tmp.path, 'folder'))).rejects.toMatchObject({ kind: 'usage', code: 'S101' });
  expect(() => locationReader({ kind: 'span', file: join(tmp.path, 'none'), offset: 0, size: 1, spooled: false })).toThrow(/no longer exists/);
});

test('a tar by tar-stream is listed and read back unchanged', async () => {
  using tmp = temporaryFolder();
  const writer = pack();
  const long = `${'d/'.repeat(80)}Åsa.wav`;
  writer.entry({ name: long, mtime: new Date(1_714_640_400_000) }, bytes.subarray(0, 3000));
  writer.entry({ name: 'link', type: 'symlink', linkname: long });
  writer.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of writer) pieces.push(piece as Buffer); // pack streams bytes
  const found = await listed(tmp.file('t.tar', Buffer.concat(pieces)));
  expect(found).toMatchObject({ entries: [`${long} 3000`], findings: ['S111 t.tar!link'] });
  expect(found.contents.get(long)?.equals(bytes.subarray(0, 3000))).toBe(true);
});
