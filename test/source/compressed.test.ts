import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LongplayError } from '../../src/core/base/error.ts';
import { openSource } from '../../src/source/open-source.ts';
import { listed, never, noise, run, temporaryFolder } from './rig.ts';
import { endMark, tarMember } from './tar/blocks.ts';

const call = noise(100_000);
const tar = Buffer.concat([tarMember({ name: 'a.wav', data: call }), tarMember({ name: 'b.wav', data: noise(300_000, 2) }), endMark]);
const programs = [
  ['gzip', 'gzip'],
  ['xz', 'xz'],
  ['zstd', 'zstd'],
  ['bzip2', 'bzip2'],
] as const;

function packed(program: string, bytes: Uint8Array): Buffer {
  return run(program, ['-c'], { input: bytes });
}

describe.each(programs)('a tar packed by %s', (program) => {
  test('under a neutral name lists and reads like the tar', async () => {
    using tmp = temporaryFolder();
    const found = await listed(tmp.file('calls.dat', packed(program, tar)));
    expect(found).toMatchObject({ entries: ['a.wav 100000', 'b.wav 300000'], findings: [] });
    expect(found.contents.get('a.wav')?.equals(call)).toBe(true);
  });

  test('in two concatenated streams is read through both', async () => {
    using tmp = temporaryFolder();
    const file = tmp.file('t', Buffer.concat([packed(program, tar.subarray(0, 150_000)), packed(program, tar.subarray(150_000))]));
    expect(await listed(file)).toMatchObject({ entries: ['a.wav 100000', 'b.wav 300000'], findings: [] });
  });

  test('and truncated in the middle gives what is complete, and both layers report it', async () => {
    using tmp = temporaryFolder();
    // bzip2 only gives whole blocks of 900,000 bytes, so the first must be complete.
    const silence = tarMember({ name: 'z.wav', data: noise(2_000_000, 3) });
    const bytes = packed(program, Buffer.concat([tar.subarray(0, tar.length - 1024), silence, endMark]));
    const found = await listed(tmp.file('t', bytes.subarray(0, bytes.length - 500_000)));
    expect(found.entries.slice(0, 2)).toEqual(['a.wav 100000', 'b.wav 300000']);
    expect(found.contents.get('a.wav')?.equals(call)).toBe(true);
    expect(found.findings).toEqual(['S130 t', 'S121 t!z.wav']);
  });

  test('with a wrong byte inside reports it and does not end in an error', async () => {
    using tmp = temporaryFolder();
    const bytes = packed(program, tar);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    const { findings } = await listed(tmp.file('t', bytes));
    if (program === 'bzip2') return; // its only block is damaged: no tar is visible
    expect(findings.filter((line) => line === 'S131 t')).toEqual(['S131 t']);
  });

  test('is distinguished from a compressed file that is not a tar, which stays unchanged', async () => {
    using tmp = temporaryFolder();
    const bytes = packed(program, Buffer.from('<call/>\n'.repeat(1000)));
    expect(await listed(tmp.file('calls.xml.packed', bytes))).toMatchObject({ entries: [`calls.xml.packed ${bytes.length}`], findings: [] });
  });
});

test('gzip with name, comment, extra field and header CRC, and the padding of a tape, is read', async () => {
  using tmp = temporaryFolder();
  const plain = gzipSync(tar);
  const header = Buffer.concat([plain.subarray(0, 10), Buffer.from([3, 0, 1, 2, 3]), Buffer.from('name\0comment\0'), Buffer.from([0, 0])]);
  header[3] = 0x1e;
  const file = tmp.file('t.gz', Buffer.concat([header, plain.subarray(10), Buffer.alloc(5000)]));
  expect(await listed(file)).toMatchObject({ entries: ['a.wav 100000', 'b.wav 300000'], findings: [] });
});

test('other bytes after gzip data are reported', async () => {
  using tmp = temporaryFolder();
  expect((await listed(tmp.file('t.gz', Buffer.concat([gzipSync(tar), noise(99)])))).findings).toEqual(['S132 t.gz']);
});

test('gzip data with a wrong trailer are reported', async () => {
  using tmp = temporaryFolder();
  const bytes = gzipSync(tar);
  bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
  expect(await listed(tmp.file('t.gz', bytes))).toMatchObject({ entries: ['a.wav 100000', 'b.wav 300000'], findings: ['S131 t.gz'] });
});

test('a tar that unpacks to thousands of times its size stays packed', async () => {
  using tmp = temporaryFolder();
  const zeros = Buffer.alloc(70 * 2 ** 20);
  const bytes = packed('zstd', Buffer.concat([tarMember({ name: 'a.wav', data: zeros }), endMark]));
  expect(bytes.length * 2000).toBeLessThan(zeros.length);
  expect(await listed(tmp.file('t.zst', bytes))).toMatchObject({ entries: [`t.zst ${bytes.length}`], findings: ['S133 t.zst'] });
});

test('without the decompression program, the error names the package', async () => {
  using tmp = temporaryFolder();
  const file = tmp.file('t.xz', packed('xz', tar));
  const path = process.env.PATH;
  process.env.PATH = tmp.path;
  try {
    const error = await openSource([file], { scratch: tmp.path }, never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LongplayError);
    expect(error).toMatchObject({ kind: 'incomplete', code: 'S105', hint: 'apt install xz-utils, then run again' });
  } finally {
    process.env.PATH = path;
  }
});

test('a scratch folder that cannot be created ends the work with its reason', async () => {
  using tmp = temporaryFolder();
  const file = tmp.file('t.gz', gzipSync(tar));
  await expect(openSource([file], { scratch: join(file, 'scratch') }, never)).rejects.toMatchObject({ kind: 'incomplete', code: 'S104' });
});

test('an abort while unpacking ends with its reason and leaves nothing', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  const stop = new AbortController();
  for (const program of ['gzip', 'zstd']) {
    const opening = openSource(
      [tmp.file('t', packed(program, Buffer.concat([tarMember({ name: 'a', data: noise(20_000_000) }), endMark])))],
      { scratch: scratch.path },
      stop.signal,
    );
    stop.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(run('find', [scratch.path, '-mindepth', '1']).toString()).toBe('');
  }
});

test('unpacked files are not readable by other users', async () => {
  using tmp = temporaryFolder();
  const source = await openSource([tmp.file('t.gz', gzipSync(tar))], { scratch: join(tmp.path, 'not', 'yet', 'there') }, never);
  const modes = run('find', [join(tmp.path, 'not'), '-name', 'source-*', '-printf', '%m\n', '-o', '-type', 'f', '-printf', '%m\n']).toString();
  expect(modes).toBe('700\n400\n');
  await source.close();
  expect(readFileSync(join(tmp.path, 't.gz')).length).toBeGreaterThan(0);
});
