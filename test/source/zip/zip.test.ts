import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { readLocation } from '../../../src/source/read/location-reader.ts';
import { contentOf, installed, listed, never, noise, run, temporaryFolder } from '../rig.ts';

const call = noise(1300);
const text = Buffer.from('<call number="1"/>\n'.repeat(200));

/** A zip as Python's zipfile writes it; `body` fills the open archive `z`. */
function pythonZip(tmp: { path: string }, body: string, open = "zipfile.ZipFile('t.zip','w')"): string {
  run(
    'python3',
    [
      '-c',
      `import zipfile,io,sys\nwith ${open} as z:\n${body
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n')}`,
    ],
    { cwd: tmp.path },
  );
  return join(tmp.path, 't.zip');
}

describe('a zip by another program', () => {
  test('stored, deflated or streamed is listed and read back unchanged', async () => {
    using tmp = temporaryFolder();
    tmp.file('2009/a.wav', call);
    tmp.file('2009/calls.xml', text);
    tmp.file('namn å.txt', text);
    run('zip', ['-r', 't.zip', '2009', 'namn å.txt'], { cwd: tmp.path });
    run('zip', ['-r0', 'stored.zip', '2009', 'namn å.txt'], { cwd: tmp.path });
    tmp.file('streamed.zip', run('zip', ['-rq', '-', '2009', 'namn å.txt'], { cwd: tmp.path }));
    for (const name of ['t.zip', 'stored.zip', 'streamed.zip']) {
      const found = await listed(join(tmp.path, name));
      expect(found).toMatchObject({ entries: ['2009/a.wav 1300', '2009/calls.xml 3800', 'namn å.txt 3800'], findings: [] });
      expect(found.contents.get('2009/a.wav')).toEqual(call);
      expect(found.contents.get('namn å.txt')).toEqual(text);
    }
  });

  test('has stored members read in place, deflated ones from memory', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    tmp.file('b.xml', text);
    run('zip', ['-0', 't.zip', 'a.wav'], { cwd: tmp.path });
    run('zip', ['t.zip', 'b.xml'], { cwd: tmp.path });
    const source = await openSource([join(tmp.path, 't.zip')], { scratch: tmp.path }, never);
    const location = async (path: string) => source.locate(source.entry(path) ?? { path, rawName: null, size: 0, modifiedMs: null }, never);
    const bytes = readFileSync(join(tmp.path, 't.zip'));
    expect(await location('a.wav')).toEqual({ kind: 'span', file: join(tmp.path, 't.zip'), offset: bytes.indexOf(call), size: 1300, spooled: false });
    expect(await location('b.xml')).toMatchObject({ kind: 'bytes', bytes: new Uint8Array(text) });
    await source.close();
  });

  test('keeps a time only if it is stored in UTC, never a DOS time without zone', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    run('touch', ['-d', '2009-03-12T10:15:30Z', join(tmp.path, 'a.wav')]);
    run('zip', ['with.zip', 'a.wav'], { cwd: tmp.path });
    run('zip', ['-X', 'without.zip', 'a.wav'], { cwd: tmp.path });
    for (const [name, time] of [
      ['with.zip', Date.UTC(2009, 2, 12, 10, 15, 30)],
      ['without.zip', null],
    ] as const) {
      const source = await openSource([join(tmp.path, name)], { scratch: tmp.path }, never);
      expect(source.entry('a.wav')?.modifiedMs).toBe(time);
      await source.close();
    }
  });

  test.skipIf(!installed('7z'))('with Deflate64 is read back unchanged', async () => {
    using tmp = temporaryFolder();
    const large = Buffer.concat([text, noise(300_000), Buffer.alloc(200_000), text]);
    tmp.file('large.xml', large);
    run('7z', ['a', '-tzip', '-mm=Deflate64', 't.zip', 'large.xml'], { cwd: tmp.path });
    expect(run('unzip', ['-v', 't.zip'], { cwd: tmp.path }).toString()).toMatch(/Def64/);
    const found = await listed(join(tmp.path, 't.zip'));
    expect(found).toMatchObject({ entries: [`large.xml ${large.length}`], findings: [] });
    expect(found.contents.get('large.xml')).toEqual(large);
  });

  test('with members larger than the memory limit is unpacked to a file, which is removed on release', async () => {
    using tmp = temporaryFolder();
    const size = limits.inflateBytes + 1000;
    const file = pythonZip(tmp, `z.writestr('a.wav', b'abcdefg'*${Math.ceil(size / 7)}, 8)`);
    const source = await openSource([file], { scratch: tmp.path }, never);
    const entry = source.entry('a.wav');
    if (entry === null) throw new Error('not listed');
    const location = await source.locate(entry, never);
    expect(location).toMatchObject({ kind: 'span', offset: 0, size: entry.size, spooled: true });
    // The file itself is encrypted.
    if (location.kind === 'span') expect(readFileSync(location.file).includes('abcdefg')).toBe(false);
    expect(Buffer.from(readLocation(location)).subarray(-7).toString()).toBe('abcdefg');
    await source.release(location);
    if (location.kind === 'span') expect(() => readFileSync(location.file)).toThrow(/ENOENT/);
    const reader = await source.open(entry, never);
    expect(Buffer.from(await reader.read(entry.size - 7, 100)).toString()).toBe('abcdefg');
    await source.close();
  });

  test('within zips and tars, stored or deflated, is opened at every level', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    run('zip', ['one.zip', 'a.wav'], { cwd: tmp.path });
    run('zip', ['-0', 'two.zip', 'one.zip'], { cwd: tmp.path });
    run('tar', ['czf', 'three.tar.gz', 'two.zip'], { cwd: tmp.path });
    run('zip', ['four.zip', 'three.tar.gz', 'two.zip'], { cwd: tmp.path });
    const found = await listed(join(tmp.path, 'four.zip'));
    expect(found).toMatchObject({ entries: ['three.tar.gz!two.zip!one.zip!a.wav 1300', 'two.zip!one.zip!a.wav 1300'], findings: [] });
    for (const bytes of found.contents.values()) expect(bytes).toEqual(call);
  });

  test('that is an office document stays one entry', async () => {
    using tmp = temporaryFolder();
    const file = pythonZip(tmp, "z.writestr('[Content_Types].xml','<Types/>')\nz.writestr('xl/workbook.xml','<workbook/>')");
    expect((await listed(file)).entries).toEqual([`t.zip ${readFileSync(file).length}`]);
  });

  test('without members stays one entry', async () => {
    using tmp = temporaryFolder();
    expect(await listed(pythonZip(tmp, 'pass'))).toMatchObject({ entries: ['t.zip 22'], findings: [] });
  });
});

describe('a damaged or hostile zip', () => {
  test('with an encrypted member reports it and reads the others', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    tmp.file('b.wav', call);
    run('zip', ['-P', 'secret', 't.zip', 'a.wav'], { cwd: tmp.path });
    run('zip', ['t.zip', 'b.wav'], { cwd: tmp.path });
    expect(await listed(join(tmp.path, 't.zip'))).toMatchObject({ entries: ['b.wav 1300'], findings: ['S141 t.zip!a.wav'] });
  });

  test('with an unsupported method reports it and reads the others', async () => {
    using tmp = temporaryFolder();
    const file = pythonZip(tmp, "z.writestr('a.wav', b'x'*999, 14)\nz.writestr('b.wav', b'y'*999, 8)\nz.writestr('c.wav', b'y'*999, 12)");
    expect(await listed(file)).toMatchObject({ entries: ['b.wav 999'], findings: ['S142 t.zip!a.wav', 'S142 t.zip!c.wav'] });
  });

  test('with links and FIFOs has no entries for them', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    run('ln', ['-s', '/etc/passwd', 'link'], { cwd: tmp.path });
    run('zip', ['--symlinks', 't.zip', 'a.wav', 'link'], { cwd: tmp.path });
    expect(await listed(join(tmp.path, 't.zip'))).toMatchObject({ entries: ['a.wav 1300'], findings: ['S111 t.zip!link'] });
  });

  test.each([
    ['stored', 0],
    ['deflated', 8],
  ])('with one wrong bit in a %s member gives its bytes and reports once that they are wrong', async (_, method) => {
    using tmp = temporaryFolder();
    const file = pythonZip(tmp, `z.writestr('a.wav', bytes(range(256))*9, ${method})\nz.writestr('b.wav', b'y'*999, 8)`);
    const bytes = readFileSync(file);
    const at = 30 + 5 + (method === 0 ? 1000 : 150);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const found = await listed(tmp.file('bad.zip', bytes));
    expect(found.findings).toEqual(['S143 bad.zip!a.wav']);
    expect(found.contents.get('b.wav')).toEqual(Buffer.alloc(999, 'y'));
    if (method === 0) expect(found.contents.get('a.wav')?.length).toBe(2304);
  });

  test.each([
    ['smaller', 10],
    ['larger', 100_000],
  ])('that states a %s size than a member has gives no more than it states or has, and reports it', async (_, stated) => {
    using tmp = temporaryFolder();
    const bytes = readFileSync(pythonZip(tmp, "z.writestr('a.wav', bytes(range(256))*9, 8)"));
    bytes.writeUInt32LE(stated, bytes.indexOf('PK\x01\x02') + 24);
    const found = await listed(tmp.file('bad.zip', bytes));
    expect(found.findings).toEqual(['S143 bad.zip!a.wav']);
    expect(found.contents.get('a.wav')?.length).toBe(Math.min(stated, 2304));
  });

  test('whose directory points nowhere reports it for that member', async () => {
    using tmp = temporaryFolder();
    const bytes = readFileSync(pythonZip(tmp, "z.writestr('a.wav', b'x'*99)\nz.writestr('b.wav', b'y'*99)"));
    bytes.writeUInt32LE(7, bytes.lastIndexOf('PK\x01\x02') + 42);
    expect(await listed(tmp.file('bad.zip', bytes))).toMatchObject({ entries: ['a.wav 99'], findings: ['S145 bad.zip!b.wav'] });
  });

  test('whose directory is damaged after its first record lists the first from it and the others without it', async () => {
    using tmp = temporaryFolder();
    const bytes = readFileSync(pythonZip(tmp, "for n in 'abc': z.writestr(n+'.wav', n.encode()*99, 8)"));
    bytes.write('XX', bytes.indexOf('PK\x01\x02', bytes.indexOf('PK\x01\x02') + 1));
    const found = await listed(tmp.file('bad.zip', bytes));
    expect(found).toMatchObject({ entries: ['a.wav 99', 'b.wav 99', 'c.wav 99'], findings: ['S140 bad.zip'] });
  });

  test.each([
    ['sizes in its local headers', "zipfile.ZipFile('t.zip','w')"],
    [
      'sizes after the data',
      "open('t.zip','wb') as f, zipfile.ZipFile(type('P',(io.RawIOBase,),{'writable':lambda s:True,'write':lambda s,b:f.write(b)})(),'w')",
    ],
  ])('with %s and truncated anywhere gives the complete part of every member', async (_, open) => {
    using tmp = temporaryFolder();
    const file = pythonZip(
      tmp,
      "z.writestr('a.wav', b'a'*4000, 8)\nz.writestr('b.wav', bytes(range(256))*3, 0)\nz.writestr('c.wav', b'c'*77, 8)",
      open,
    );
    const bytes = readFileSync(file);
    const directory = bytes.indexOf('PK\x01\x02');
    const whole = new Map([
      ['a.wav', Buffer.alloc(4000, 'a')],
      ['b.wav', Buffer.concat([0, 1, 2].map(() => Buffer.from(Array.from({ length: 256 }, (__, i) => i))))],
      ['c.wav', Buffer.alloc(77, 'c')],
    ]);
    expect((await listed(tmp.file('cut.zip', bytes.subarray(0, directory + 9)))).contents).toEqual(whole);
    for (let cut = 60; cut < directory; cut += 41) {
      const found = await listed(tmp.file('cut.zip', bytes.subarray(0, cut)));
      expect(found.findings[0], `cut at ${cut}`).toBe('S140 cut.zip');
      for (const [path, content] of found.contents) {
        // Of a stored member whose size would follow it, some bytes of that record may be taken for its content.
        const right = whole.get(path) ?? Buffer.alloc(0);
        const length = Math.min(content.length, right.length);
        expect(content.subarray(0, length), `${path} cut at ${cut}`).toEqual(right.subarray(0, length));
        expect(content.length, `${path} cut at ${cut}`).toBeLessThan(right.length + 16);
      }
    }
  });

  test('that is the first part of several reports it and gives its complete members', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', noise(1000));
    tmp.file('b.wav', noise(100_000));
    run('zip', ['-s', '64k', 't.zip', 'a.wav', 'b.wav'], { cwd: tmp.path });
    const first = await listed(join(tmp.path, 't.z01'));
    expect(first.contents.get('a.wav')).toEqual(noise(1000));
    expect(first.findings.slice(0, 2)).toEqual(['S146 t.z01', 'S144 t.z01!b.wav']);
  });

  test('of overlapping members that unpack to far more than its size stays packed', async () => {
    using tmp = temporaryFolder();
    const bytes = readFileSync(pythonZip(tmp, "z.writestr('a', b'\\0'*2**20, 8)"));
    const start = bytes.indexOf('PK\x01\x02');
    const record = bytes.subarray(start, bytes.indexOf('PK\x05\x06'));
    const end = Buffer.from(bytes.subarray(bytes.indexOf('PK\x05\x06')));
    const count = 60_000;
    end.writeUInt16LE(count, 8);
    end.writeUInt16LE(count, 10);
    end.writeUInt32LE(count * record.length, 12);
    // The directory's own bytes count towards the container's size, so the members must be made to look larger.
    record.writeUInt32LE(2 ** 31, 24);
    const bomb = Buffer.concat([bytes.subarray(0, start), Buffer.concat(Array.from({ length: count }, () => record)), end]);
    const found = await listed(tmp.file('bomb.zip', bomb));
    expect(found).toMatchObject({ entries: [`bomb.zip ${bomb.length}`], findings: ['S133 bomb.zip'] });
  });

  test('made to keep the search for members busy is abandoned', async () => {
    using tmp = temporaryFolder();
    const header = Buffer.alloc(31);
    header.write('PK\x03\x04\x14\0\x08\0\0\0', 'latin1');
    header.writeUInt16LE(1, 26);
    header.write('x', 30);
    const hostile = Buffer.concat([...Array.from({ length: 20_000 }, () => header), Buffer.from('PK\x07\x08'.repeat(1000), 'latin1')]);
    const found = await listed(tmp.file('busy.zip', hostile));
    expect(found.entries).toEqual([`busy.zip ${hostile.length}`]);
    expect(found.findings.filter((line) => line.startsWith('S140'))).toEqual(['S140 busy.zip', 'S140 busy.zip']);
  });
});

test('many large members can be read at once with few of them unpacked on disk', async () => {
  using tmp = temporaryFolder();
  using scratch = temporaryFolder();
  const size = limits.inflateBytes + 1;
  const count = limits.unpackedMembers + 2;
  const file = pythonZip(tmp, `for i in range(${count}): z.writestr(str(i), bytes([65+i])*${size}, 8)`);
  const source = await openSource([file], { scratch: scratch.path }, never);
  const readers = [];
  for (let i = 0; i < count; i++) {
    const entry = source.entry(String(i));
    if (entry !== null) readers.push(await source.open(entry, never));
  }
  for (let round = 0; round < 2; round++) {
    const ends = await Promise.all(readers.map(async (reader) => Buffer.from(await reader.read(size - 2, 5)).toString()));
    expect(ends).toEqual(readers.map((_, i) => String.fromCharCode(65 + i).repeat(2)));
  }
  const left = run('find', [scratch.path, '-type', 'f']).toString().trim().split('\n');
  expect(left.length).toBeLessThanOrEqual(limits.unpackedMembers);
  // The same for members that many callers locate at once and release themselves.
  let most = 0;
  await Promise.all(
    readers.map(async (_, i) => {
      const entry = source.entry(String(i));
      if (entry === null) throw new Error(`no entry ${i}`);
      const location = await source.locate(entry, never);
      most = Math.max(most, run('find', [scratch.path, '-type', 'f']).toString().trim().split('\n').length);
      await source.release(location);
    }),
  );
  expect(most).toBeLessThanOrEqual(limits.unpackedMembers);
  expect((await contentOf(source, '0')).equals(Buffer.alloc(size, 'A'))).toBe(true);
  await source.close();
});
