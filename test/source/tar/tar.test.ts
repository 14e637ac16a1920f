import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listed, noise, run, temporaryFolder } from '../rig.ts';
import { endMark, tarMember, withChecksum } from './blocks.ts';

const call = noise(1300);

/** Path and size of every file in a tar as GNU tar lists them, in code-point order. */
function gnuListing(tar: string): string[] {
  return run('tar', ['tvf', tar, '--quoting-style=literal'])
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('-'))
    .map((line) => {
      const [, , size, , , ...name] = line.split(/ +/);
      return `${name.join(' ')} ${size}`;
    })
    .sort();
}

describe('a tar that GNU tar wrote', () => {
  test.each(['v7', 'oldgnu', 'gnu', 'ustar', 'posix'])('in the %s format is listed as by GNU tar, byte for byte', async (format) => {
    using tmp = temporaryFolder();
    tmp.file('in/2009/03/000001.wav', call);
    tmp.file('in/2009/03/empty.wav', '');
    tmp.file('in/2009/exactly-one-block.wav', noise(512, 2));
    tmp.file('in/namn-med-å.wav', noise(513, 3));
    if (format !== 'v7') tmp.file(`in/${'d'.repeat(90)}/${'n'.repeat(80)}.wav`, noise(5, 4));
    if (format !== 'v7' && format !== 'ustar') tmp.file(`in/${'e'.repeat(200)}/${'n'.repeat(200)}.wav`, noise(6, 5));
    const tar = join(tmp.path, 'calls.tar');
    run(
      'tar',
      [
        'cf',
        tar,
        `--format=${format}`,
        '2009',
        ...run('ls', ['in'], { cwd: tmp.path })
          .toString()
          .trim()
          .split('\n')
          .filter((n) => n !== '2009'),
      ],
      {
        cwd: join(tmp.path, 'in'),
      },
    );
    const found = await listed(tar);
    expect(found.entries).toEqual(gnuListing(tar));
    expect(found.findings).toEqual([]);
    expect(found.contents.get('2009/03/000001.wav')).toEqual(call);
    for (const [path, bytes] of found.contents) expect(bytes).toEqual(readFileSync(join(tmp.path, 'in', path)));
  });

  test('keeps the modification time, with pax to the millisecond', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    run('touch', ['-d', '2009-03-12T10:15:30.250Z', join(tmp.path, 'a.wav')]);
    for (const [format, ms] of [
      ['gnu', 0],
      ['posix', 250],
    ] as const) {
      run('tar', ['cf', 't.tar', `--format=${format}`, 'a.wav'], { cwd: tmp.path });
      const { openSource } = await import('../../../src/source/open-source.ts');
      const source = await openSource([join(tmp.path, 't.tar')], { scratch: tmp.path }, new AbortController().signal);
      expect(source.entry('a.wav')?.modifiedMs).toBe(Date.UTC(2009, 2, 12, 10, 15, 30, ms));
      await source.close();
    }
  });

  test('drops only the dots of names that start with ./', async () => {
    using tmp = temporaryFolder();
    tmp.file('in/2009/a.wav', call);
    run('tar', ['cf', '../t.tar', '.'], { cwd: join(tmp.path, 'in') });
    expect(await listed(join(tmp.path, 't.tar'))).toMatchObject({ entries: ['2009/a.wav 1300'], findings: [] });
  });

  test.each([
    ['gnu', []],
    ['posix', ['--sparse-version=0.0']],
    ['posix', ['--sparse-version=0.1']],
    ['posix', ['--sparse-version=1.0']],
  ])('with sparse members (%s %j) refuses these by their real name and reads the others', async (format, options) => {
    using tmp = temporaryFolder();
    const sparse = tmp.file('sparse.wav', '');
    truncateSync(sparse, 4_000_000);
    const handle = openSync(sparse, 'r+');
    // More pieces than the header block has space for, so that extended sparse blocks follow it.
    for (let at = 0; at < 4_000_000; at += 100_000) writeSync(handle, noise(512), 0, 512, at);
    closeSync(handle);
    tmp.file('z.wav', call);
    run('tar', ['cf', 't.tar', '--sparse', `--format=${format}`, ...options, 'sparse.wav', 'z.wav'], { cwd: tmp.path });
    const found = await listed(join(tmp.path, 't.tar'));
    expect(found).toMatchObject({ entries: ['z.wav 1300'], findings: ['S125 t.tar!sparse.wav'] });
    expect(found.contents.get('z.wav')).toEqual(call);
  });

  test('on several volumes gives each part and reports it', async () => {
    using tmp = temporaryFolder();
    tmp.file('big.wav', noise(30_000));
    run('tar', ['-c', '-M', '-L', '20', '-f', '1.tar', '-f', '2.tar', 'big.wav'], { cwd: tmp.path });
    const found = await listed(join(tmp.path, '2.tar'));
    expect(found.findings).toEqual(['S127 2.tar!big.wav']);
    expect(noise(30_000).subarray(-(found.contents.get('big.wav')?.length ?? 0))).toEqual(found.contents.get('big.wav'));
  });

  test('that was appended to, concatenated or padded by a tape shows all its members', async () => {
    using tmp = temporaryFolder();
    tmp.file('a.wav', call);
    tmp.file('b.wav', noise(20));
    run('tar', ['cf', 'a.tar', 'a.wav'], { cwd: tmp.path });
    run('tar', ['cf', 'b.tar', 'b.wav'], { cwd: tmp.path });
    const both = tmp.file(
      'both.tar',
      Buffer.concat([readFileSync(join(tmp.path, 'a.tar')), readFileSync(join(tmp.path, 'b.tar')), Buffer.alloc(700)]),
    );
    expect(await listed(both)).toMatchObject({ entries: ['a.wav 1300', 'b.wav 20'], findings: ['S123 both.tar'] });
  });
});

describe('a damaged or hostile tar', () => {
  const whole = (...members: Buffer[]) => Buffer.concat([...members, endMark]);

  test('with garbage between two members reports the bytes skipped and reads the rest', async () => {
    using tmp = temporaryFolder();
    const file = tmp.file('t.tar', whole(tarMember({ name: 'a', data: call }), noise(1024), tarMember({ name: 'b', data: call })));
    expect(await listed(file)).toMatchObject({ entries: ['a 1300', 'b 1300'], findings: ['S122 t.tar'] });
  });

  test('whose damaged member holds zero blocks is not reported as ended there', async () => {
    using tmp = temporaryFolder();
    const bad = tarMember({ name: 'silence.wav', data: Buffer.alloc(5000) });
    bad[148] = 0x37;
    const file = tmp.file('t.tar', whole(tarMember({ name: 'a', data: call }), bad, tarMember({ name: 'b', data: call })));
    expect(await listed(file)).toMatchObject({ entries: ['a 1300', 'b 1300'], findings: ['S122 t.tar'] });
  });

  test('with other bytes after the end mark reports how many', async () => {
    using tmp = temporaryFolder();
    const file = tmp.file('t.tar', Buffer.concat([whole(tarMember({ name: 'a', data: call })), noise(700)]));
    expect(await listed(file)).toMatchObject({ entries: ['a 1300'], findings: ['S124 t.tar'] });
  });

  test('truncated at any byte lists the complete members, never more, and always reports that something is missing', async () => {
    const members = [tarMember({ name: 'a', data: call }), tarMember({ name: 'b', data: noise(10) }), tarMember({ name: 'c', data: noise(512) })];
    const tar = whole(...members);
    for (let cut = 512; cut < tar.length - 512; cut += 73) {
      using tmp = temporaryFolder();
      const found = await listed(tmp.file('t.tar', tar.subarray(0, cut)));
      expect(found.findings.length, `cut at ${cut}`).toBeGreaterThan(0);
      for (const [path, bytes] of found.contents) if (path === 'a') expect(bytes).toEqual(call.subarray(0, Math.max(0, cut - 512)));
    }
  });

  test('with links, devices and folders has entries for none of them', async () => {
    using tmp = temporaryFolder();
    const members = ['1', '2', '3', '4', '5', '6'].map((type) => tarMember({ name: `t${type}`, type, link: '/etc/passwd' }));
    const file = tmp.file('t.tar', whole(...members, tarMember({ name: 'a', data: call })));
    expect(await listed(file)).toMatchObject({
      entries: ['a 1300'],
      findings: ['S111 t.tar!t1', 'S111 t.tar!t2', 'S112 t.tar!t3', 'S112 t.tar!t4', 'S112 t.tar!t6'],
    });
  });

  test('with a member of unknown type reads it as a file and reports it', async () => {
    using tmp = temporaryFolder();
    const file = tmp.file('t.tar', whole(tarMember({ name: 'a', type: 'Q', data: call })));
    expect(await listed(file)).toMatchObject({ entries: ['a 1300'], findings: ['S126 t.tar!a'] });
  });

  test('with a pax header of wrong record lengths skips it', async () => {
    using tmp = temporaryFolder();
    const pax = tarMember({ name: 'pax', type: 'x', data: Buffer.from('99 path=other\n') });
    const file = tmp.file('t.tar', whole(pax, tarMember({ name: 'a', data: call })));
    expect(await listed(file)).toMatchObject({ entries: ['a 1300'], findings: ['S128 t.tar'] });
  });

  test('with a pax size and a global pax time uses them for the next member and all members', async () => {
    using tmp = temporaryFolder();
    const record = (text: string) => Buffer.from(`${text.length + 4} ${text}\n`);
    const global = tarMember({ name: 'g', type: 'g', data: record('mtime=1000000000') });
    const pax = tarMember({ name: 'x', type: 'x', data: record('size=00001300') });
    const long = tarMember({ name: 'a', data: call });
    const lying = Buffer.concat([
      withChecksum(Buffer.concat([long.subarray(0, 124), Buffer.from('00000000001\0'), long.subarray(136, 512)])),
      long.subarray(512),
    ]);
    const file = tmp.file('t.tar', whole(global, pax, lying, tarMember({ name: 'b', data: noise(3) })));
    expect(await listed(file)).toMatchObject({ entries: ['a 1300', 'b 3'], findings: [] });
  });

  test('with names of VoIPmonitor keeps members apart if a name occurs three times and its number is taken', async () => {
    using tmp = temporaryFolder();
    const names = ['c.pcap', 'c#2.pcap', 'c.pcap', 'c.pcap'];
    const file = tmp.file('t.tar', whole(...names.map((name, i) => tarMember({ name, type: '\0', magic: 'ustar\0  ', data: noise(10 + i) }))));
    expect(await listed(file)).toMatchObject({
      entries: ['c#2.pcap 11', 'c#3.pcap 12', 'c#4.pcap 13', 'c.pcap 10'],
      findings: ['S115 t.tar!c#3.pcap', 'S115 t.tar!c#4.pcap'],
    });
  });

  test('with hostile names of every kind gives all contents under safe paths', async () => {
    using tmp = temporaryFolder();
    const names = ['../x', '/etc/x', 'C:x', 'a\\b', 'a/../../x', '..', 'a//./b', '/', '/../C:/x'];
    const file = tmp.file('t.tar', whole(...names.map((name, i) => tarMember({ name, type: '7', data: noise(10 + i) }))));
    const found = await listed(file);
    expect(found.entries).toEqual(['C_x 12', '__ 15', '__/C:/x 18', '__/x 10', 'a/__/__/x 14', 'a/b 16', 'a_b 13', 'etc/x 11', 'unnamed 17'].sort());
    expect(found.findings.every((line) => line.startsWith('S114 t.tar!'))).toBe(true);
    expect(found.findings).toHaveLength(8);
  });

  test('inside tars beyond the limit stays packed', async () => {
    using tmp = temporaryFolder();
    let tar = whole(tarMember({ name: 'a.wav', data: call }));
    for (let i = 0; i < 7; i++) tar = whole(tarMember({ name: 'i.tar', data: tar }));
    const found = await listed(tmp.file('t.tar', tar));
    expect(found.entries.map((entry) => entry.replace(/ \d+$/, ''))).toEqual(['i.tar!i.tar!i.tar!i.tar!i.tar!i.tar']);
    expect(found.findings).toEqual(['S134 t.tar!i.tar!i.tar!i.tar!i.tar!i.tar!i.tar']);
  });

  test('twice under one name inside another keeps the members of both', async () => {
    using tmp = temporaryFolder();
    const inner = (seed: number) => tarMember({ name: 'i.tar', data: whole(tarMember({ name: 'a', data: noise(seed) })) });
    const found = await listed(tmp.file('t.tar', whole(inner(7), inner(8))));
    expect(found).toMatchObject({ entries: ['i#2.tar!a 8', 'i.tar!a 7'], findings: ['S115 t.tar!i#2.tar'] });
  });

  test.each(['#!run', 'MZ', 'PK\x03\x04', 'BZh91AY&SY'])('is recognised if its first name begins with %j', async (name) => {
    using tmp = temporaryFolder();
    const found = await listed(tmp.file('t', whole(tarMember({ name, data: call }))));
    expect(found).toMatchObject({ entries: [`${name} 1300`], findings: [] });
  });

  test('of only folders or zeros stays a file', async () => {
    using tmp = temporaryFolder();
    mkdirSync(join(tmp.path, 'in'));
    tmp.file('in/folders.tar', whole(tarMember({ name: 'd/', type: '5' })));
    tmp.file('in/zeros.tar', Buffer.alloc(10240));
    expect(await listed(join(tmp.path, 'in'))).toMatchObject({ entries: ['folders.tar 1536', 'zeros.tar 10240'], findings: [] });
  });
});
