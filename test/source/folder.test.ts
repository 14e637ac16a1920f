import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { walkFolder } from '../../src/source/folder.ts';
import { openSource, placeOf } from '../../src/source/open-source.ts';
import { readLocation } from '../../src/source/read/location-reader.ts';
import { contentOf, listed, never, noise, run, temporaryFolder } from './rig.ts';
import { endMark, tarMember } from './tar/blocks.ts';

const home = fileURLToPath(new URL('../..', import.meta.url));
const call = noise(1300);
const tar = Buffer.concat([tarMember({ name: '2009/x.wav', data: call }), endMark]);

describe('a folder', () => {
  test('lists its files by code point, including those of containers in it', async () => {
    using tmp = temporaryFolder();
    tmp.file('b.wav', call);
    tmp.file('B.xml', 'x');
    tmp.file('a/z.wav', '');
    tmp.file('a.tar', tar);
    tmp.file('\u{1f3a7}.wav', call);
    tmp.file('\uff21.wav', call);
    expect(await listed(tmp.path)).toMatchObject({
      entries: ['B.xml 1', 'a.tar!2009/x.wav 1300', 'a/z.wav 0', 'b.wav 1300', '\uff21.wav 1300', '\u{1f3a7}.wav 1300'],
      findings: [],
    });
  });

  test('with links, sockets and FIFOs follows and opens none of them', async () => {
    using tmp = temporaryFolder();
    tmp.file('in/a.wav', call);
    symlinkSync('a.wav', join(tmp.path, 'in/inside'));
    symlinkSync('/etc', join(tmp.path, 'in/outside'));
    symlinkSync('nowhere', join(tmp.path, 'in/broken'));
    run('mkfifo', [join(tmp.path, 'in/fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(tmp.path, 'in/socket'), resolve));
    const found = await listed(join(tmp.path, 'in'));
    server.close();
    expect(found).toMatchObject({
      entries: ['a.wav 1300'],
      findings: ['S111 broken', 'S112 fifo', 'S111 inside', 'S111 outside', 'S112 socket'],
    });
  });

  test('on a slow disk is the same as on a fast one', async () => {
    using tmp = temporaryFolder();
    for (let at = 0; at < 300; at++) tmp.file(`${at % 7}/${at}.wav`, noise(at));
    symlinkSync('0', join(tmp.path, 'link'));
    run('mkfifo', [join(tmp.path, '3/fifo')]);
    writeFileSync(Buffer.concat([Buffer.from(`${tmp.path}/`), Buffer.from('\xc5sa.wav', 'latin1')]), call);
    const walked = async (msPerLook: number): Promise<string[]> => {
      let ms = 0;
      const clock = (): number => (ms += msPerLook);
      const items: string[] = [];
      for await (const item of walkFolder(tmp.path, () => false, never, { clock })) {
        const rest = item.kind === 'file' ? [item.size, item.modifiedMs, Buffer.from(item.head).toString('hex')] : [item.code, item.message];
        items.push([item.relative.toString('latin1'), ...rest].join(' '));
      }
      return items.sort();
    };
    const quick = await walked(0);
    expect(quick).toHaveLength(303);
    expect(await walked(1_000)).toEqual(quick);
  });

  test('keeps names that are not UTF-8 byte for byte, and reads such files and containers', async () => {
    using tmp = temporaryFolder();
    const raw = (name: string) => Buffer.concat([Buffer.from(`${tmp.path}/`), Buffer.from(name, 'latin1')]);
    writeFileSync(raw('\xc5sa.wav'), call);
    writeFileSync(raw('\xc4sa.wav'), noise(7));
    writeFileSync(raw('\xd6.tar'), tar);
    const found = await listed(tmp.path);
    expect(found.entries).toEqual(['\ufffd.tar!2009/x.wav 1300', '\ufffdsa#2.wav 1300', '\ufffdsa.wav 7']);
    expect(found.findings).toEqual([`S116 ${basename(tmp.path)}`, 'S115 \ufffdsa#2.wav']);
    expect(found.contents.get('\ufffdsa#2.wav')).toEqual(call);
    using scratch = temporaryFolder();
    const source = await openSource([tmp.path], { scratch: scratch.path }, never);
    expect(Buffer.from(source.entry('\ufffdsa#2.wav')?.rawName ?? '', 'base64')).toEqual(Buffer.from('\xc5sa.wav', 'latin1'));
    await source.close();
  });

  test('with invalid path names keeps the content under a safe one', async () => {
    using tmp = temporaryFolder();
    tmp.file('a\\b.wav', call);
    tmp.file('a_b.wav', noise(5));
    tmp.file('C:x.wav', noise(6));
    const found = await listed(tmp.path);
    expect(found).toMatchObject({
      entries: ['C_x.wav 6', 'a_b#2.wav 1300', 'a_b.wav 5'],
      findings: ['S114 C_x.wav', 'S115 a_b#2.wav', 'S114 a_b.wav'],
    });
    expect(found.contents.get('a_b#2.wav')).toEqual(call);
  });

  test('reports names that would be one file on another file system', async () => {
    using tmp = temporaryFolder();
    for (const name of ['x/a.wav', 'x/a.WAV', 'å.wav', 'a\u030a.wav', 'y/a.wav']) tmp.file(name, call);
    expect((await listed(tmp.path)).findings).toEqual(['S113 x/a.wav', 'S113 å.wav']);
  });

  test('that is partly unreadable reports where and why, and lists the rest', async () => {
    using tmp = temporaryFolder();
    tmp.file('in/a.wav', call);
    tmp.file('in/secret.wav', call);
    tmp.file('in/closed/b.wav', call);
    chmodSync(tmp.path, 0o755);
    chmodSync(join(tmp.path, 'in/secret.wav'), 0);
    chmodSync(join(tmp.path, 'in/closed'), 0);
    // Root is refused nothing while it has the capability to override permissions, which a separate process gives up here; Debian's Node.js 20 cannot change its own user.
    const survey = [process.execPath, join(home, 'dist/bin/longplay.js'), 'survey', join(tmp.path, 'in'), '--headers-only', '--json'];
    const without = '-dac_override,-dac_read_search';
    const [program = '', ...args] = process.getuid?.() === 0 ? ['setpriv', `--inh-caps=${without}`, `--bounding-set=${without}`, ...survey] : survey;
    const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' });
    const said = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.filter(({ code }) => code === 'S110').map(({ place, message }) => [place, message])).toEqual([
      ['closed', 'the folder cannot be read: EACCES: permission denied, opendir'],
      ['secret.wav', 'it cannot be read: EACCES: permission denied, open'],
    ]);
    expect([status, said.at(-1)]).toMatchObject([3, { type: 'summary', reconciliation: { files: 1 } }]);
    chmodSync(join(tmp.path, 'in/closed'), 0o700);
  });

  test('does not list files that are unpacked into it', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.tar.gz', run('gzip', ['-c'], { input: tar }));
    tmp.file('scratch/mine.txt', 'x');
    const source = await openSource([tmp.path], { scratch: join(tmp.path, 'scratch') }, never);
    const paths: string[] = [];
    for await (const entry of source.entries(never)) paths.push(entry.path);
    expect(paths).toEqual(['a.tar.gz!2009/x.wav', 'scratch/mine.txt']);
    await source.close();
  });
});

describe('several paths', () => {
  test('prefix their entries by their base names, and equal names by numbers', async () => {
    using tmp = temporaryFolder();
    tmp.file('1/b/x.wav', call);
    tmp.file('2/b/x.wav', call);
    tmp.file('1/t.tar', tar);
    tmp.file('2/t.tar', tar);
    tmp.file('1/c.ulaw', call);
    tmp.file('2/c.ulaw', call);
    const paths = ['1/b', '2/b', '1/t.tar', '2/t.tar', '1/c.ulaw', '2/c.ulaw'].map((name) => join(tmp.path, name));
    expect(await listed(...paths)).toMatchObject({
      entries: ['b (2)/x.wav', 'b/x.wav', 'c (2).ulaw', 'c.ulaw', 't (2).tar!2009/x.wav', 't.tar!2009/x.wav'].map((path) => `${path} 1300`),
      findings: [],
    });
  });

  test('that are the same path are refused', async () => {
    using tmp = temporaryFolder();
    symlinkSync(tmp.path, join(tmp.path, 'self'));
    await expect(openSource([tmp.path, join(tmp.path, 'self')], { scratch: tmp.path }, never)).rejects.toMatchObject({ kind: 'usage', code: 'S106' });
  });
});

test("an entry's place names the container only if the source is one", async () => {
  using tmp = temporaryFolder();
  const file = tmp.file('calls.tar', tar);
  for (const [path, place] of [
    [file, 'calls.tar!2009/x.wav'],
    [tmp.path, 'calls.tar!2009/x.wav'],
  ] as const) {
    const source = await openSource([path], { scratch: tmp.path }, never);
    for await (const entry of source.entries(never)) expect(placeOf(source, entry)).toBe(place);
    await source.close();
  }
});

test('paths that do not exist, or are not files, are usage errors', async () => {
  using tmp = temporaryFolder();
  await expect(openSource([join(tmp.path, 'none')], { scratch: tmp.path }, never)).rejects.toMatchObject({ kind: 'usage', code: 'S101' });
  await expect(openSource([], { scratch: tmp.path }, never)).rejects.toMatchObject({ kind: 'usage', code: 'S101' });
  await expect(openSource(['/dev/null'], { scratch: tmp.path }, never)).rejects.toMatchObject({ kind: 'usage', code: 'S101' });
});

describe('a file that changes after the listing', () => {
  const changes: readonly (readonly [string, (file: string) => void])[] = [
    ['removed', (file) => rmSync(file)],
    ['made shorter', (file) => writeFileSync(file, call.subarray(0, 9))],
    ['overwritten at the same length', (file) => utimesSync(file, 1, 1)],
    [
      'replaced by a link',
      (file) => {
        renameSync(file, `${file}.old`);
        symlinkSync(`${file}.old`, file);
      },
    ],
    [
      'replaced by a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ];

  test.each(changes)('(%s) is refused by open and locate, whether it is an entry or holds entries', async (_, change) => {
    for (const [name, bytes, path] of [
      ['a.wav', call, 'a.wav'],
      ['t.tar', tar, 't.tar!2009/x.wav'],
    ] as const) {
      using tmp = temporaryFolder();
      const file = tmp.file(`in/${name}`, bytes);
      const source = await openSource([join(tmp.path, 'in')], { scratch: tmp.path }, never);
      const entry = source.entry(path);
      if (entry === null) throw new Error('not listed');
      expect((await contentOf(source, path)).equals(call)).toBe(true);
      change(file);
      await expect(source.open(entry, never)).rejects.toMatchObject({ kind: 'incomplete', code: 'S103' });
      await expect(source.locate(entry, never)).rejects.toMatchObject({ kind: 'incomplete', code: 'S103' });
      await source.close();
    }
  });

  test('is refused by the reader of a location', async () => {
    using tmp = temporaryFolder();
    const file = tmp.file('a.wav', call);
    const location = { kind: 'span', file, offset: 100, size: 1200, spooled: false } as const;
    expect(readLocation(location)).toEqual(new Uint8Array(call.subarray(100)));
    writeFileSync(file, call.subarray(0, 200));
    expect(() => readLocation(location)).toThrow(/shorter/);
    rmSync(file);
    expect(() => readLocation(location)).toThrow(/no longer exists/);
  });
});

test('entries of more files than may be open at once can be read repeatedly', async () => {
  using tmp = temporaryFolder();
  for (let i = 0; i < 150; i++) tmp.file(`in/${String(i).padStart(3, '0')}.wav`, noise(100 + i, i));
  const source = await openSource([join(tmp.path, 'in')], { scratch: tmp.path }, never);
  const entries = [];
  for await (const entry of source.entries(never)) entries.push(entry);
  const readers = await Promise.all(entries.map((entry) => source.open(entry, never)));
  for (let round = 0; round < 2; round++) {
    const read = await Promise.all(readers.map((reader) => reader.read(0, 1000)));
    expect(read.every((bytes, i) => Buffer.from(bytes).equals(noise(100 + i, i)))).toBe(true);
  }
  expect(openBelow(tmp.path).length).toBeLessThanOrEqual(64);
  await source.close();
  expect(openBelow(tmp.path)).toEqual([]);
});

/** Files below a folder that this process has open; those closed while they are listed do not count. */
function openBelow(folder: string): string[] {
  const own = `/proc/${process.pid}/fd`;
  return readdirSync(own).flatMap((descriptor) => {
    try {
      const file = readlinkSync(join(own, descriptor));
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return [];
    }
  });
}
