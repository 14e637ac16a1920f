import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bagItRules } from '../../src/archive/bag/check.ts';
import { checked, digest, line, put, renewTagManifests, temporaryFolder, writeBag } from './rig.ts';

/** Returns the findings about a bag made of these files. */
async function said(version: string, files: Readonly<Record<string, string>>, change: (bag: string) => void = () => undefined): Promise<string[]> {
  using folder = temporaryFolder();
  writeBag(folder.path, version, files);
  change(folder.path);
  return (await checked(folder.path)).said.sort();
}

describe('names in manifests of other programs', () => {
  const manifest = (...lines: string[]): Record<string, string> => ({ 'manifest-sha256.txt': lines.join('') });

  it('with %25, %0A and %0D are decoded from version 1.0 on', async () => {
    expect(
      await said('1.0', {
        'data/50%': 'a',
        'data/two\nlines': 'b',
        'data/cr\rx': 'c',
        ...manifest(line('a', 'data/50%25'), line('b', 'data/two%0Alines'), line('c', 'data/cr%0dx')),
      }),
    ).toEqual([]);
  });
  it('with other %-sequences are not decoded', async () => {
    expect(await said('0.97', { 'data/a%41': 'a', ...manifest(line('a', 'data/a%41')) })).toEqual([]);
  });
  it('with an unencoded % are found in version 1.0, with a warning', async () => {
    expect(await said('1.0', { 'data/50%': 'a', ...manifest(line('a', 'data/50%')) })).toEqual(['A158? manifest-sha256.txt']);
  });
  it('that look encoded and are not are found in version 1.0, with a warning', async () => {
    expect(await said('1.0', { 'data/50%25': 'a', ...manifest(line('a', 'data/50%25')) })).toEqual(['A158? data/50%25']);
  });
  it('with encoded line breaks are found before version 1.0 as well', async () => {
    expect(await said('0.97', { 'data/two\nlines': 'b', ...manifest(line('b', 'data/two%0Alines')) })).toEqual([]);
  });
  it('in another Unicode form than on the disk are found and compared, with a warning', async () => {
    expect(await said('1.0', { 'data/nu\u0301': 'a', ...manifest(line('a', 'data/n\u00fa')) })).toEqual(['A159? data/n\u00fa']);
    expect(await said('1.0', { 'data/nu\u0301': 'a', ...manifest(line('other', 'data/n\u00fa')) })).toEqual([
      'A131 data/n\u00fa',
      'A159? data/n\u00fa',
    ]);
  });
  it('that differ only in case are reported', async () => {
    expect(await said('1.0', { 'data/a.wav': 'a', 'data/A.wav': 'b' })).toEqual(['A142? data/A.wav']);
  });
  it('listed twice with one digest are an error from version 1.0 on and a warning before', async () => {
    const files = { 'data/a': 'a', ...manifest(line('a', 'data/a'), line('a', 'data/a')) };
    expect(await said('1.0', files)).toEqual(['A141 data/a']);
    expect(await said('0.97', files)).toEqual(['A141? data/a']);
  });
  it('listed twice with two digests are an error in every version', async () => {
    const files = { 'data/a': 'a', ...manifest(line('a', 'data/a'), line('b', 'data/a')) };
    expect(await said('1.0', files)).toEqual(['A140 data/a']);
    expect(await said('0.96', files)).toEqual(['A140 data/a']);
  });
  it('with a byte that is not UTF-8 are reported and never opened', async () => {
    expect(
      await said('1.0', { 'data/a': 'a' }, (bag) => {
        const odd = Buffer.concat([Buffer.from(join(bag, 'data/b')), Buffer.from([0xff])]);
        writeFileSync(odd, 'x');
      }),
    ).toEqual(['A161 data/b\ufffd']);
  });
  it('of a manifest that is not in its declared encoding are reported', async () => {
    expect(
      await said('1.0', { 'data/a': 'a' }, (bag) => {
        const bytes = Buffer.concat([
          readFileSync(join(bag, 'manifest-sha256.txt')),
          Buffer.from(`${'0'.repeat(64)}  data/b`),
          Buffer.from([0xff, 0x0a]),
        ]);
        writeFileSync(join(bag, 'manifest-sha256.txt'), bytes);
        renewTagManifests(bag, ['sha256']);
      }),
    ).toEqual(['A130 data/b\ufffd', 'A162 manifest-sha256.txt']);
  });
});

describe('manifests of other programs', () => {
  it('may each list a part of the payload before version 1.0', async () => {
    const files = { 'data/a': 'a', 'data/b': 'b', 'manifest-sha256.txt': line('a', 'data/a'), 'manifest-md5.txt': line('b', 'data/b', 'md5') };
    expect(await said('0.97', files)).toEqual([]);
    expect(await said('1.0', files)).toEqual(['A135 data/a', 'A135 data/b']);
  });
  it.each(['md5', 'sha1', 'sha224', 'sha384', 'sha512', 'sha3-256', 'sha3-512', 'blake2b512'])(
    'with digests of %s are verified',
    async (algorithm) => {
      const name = `manifest-${algorithm.replace('-', '')}.txt`;
      expect(await said('1.0', { 'data/a': 'a', [name]: line('a', 'data/a', algorithm) })).toEqual([]);
      expect(await said('1.0', { 'data/a': 'a', [name]: line('b', 'data/a', algorithm) })).toEqual(['A131 data/a']);
    },
  );
  it('of an unsupported algorithm leave the bag unverifiable, not valid', async () => {
    using folder = temporaryFolder();
    writeBag(folder.path, '1.0', { 'data/a': 'a', 'manifest-whirlpool.txt': 'abc  data/a\n' });
    const { said: all, verdicts, summary } = await checked(folder.path);
    expect(all).toEqual(['A145 manifest-whirlpool.txt']);
    expect(verdicts[0]?.verdict).toBe('unverifiable');
    expect(summary).toMatchObject({ sound: false, algorithms: [] });
  });
  it('with CR, LF and CRLF, blanks, tabs and no final line end are read', async () => {
    const text = `${digest('sha256', 'a')} data/a\r\n${digest('sha256', 'b')}\tdata/b\r${digest('sha256', 'c')}     data/c d`;
    expect(await said('1.0', { 'data/a': 'a', 'data/b': 'b', 'data/c d': 'c', 'manifest-sha256.txt': text })).toEqual([]);
  });
  it('longer than one read are read whole, wherever a line is split', async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 4_000; index++) files[`data/${'x'.repeat(index % 90)}${index}`] = `${index}`;
    expect(await said('1.0', files)).toEqual([]);
  });
  it('with a line that is too long report the line and the files that are missing as a result', async () => {
    expect(
      await said('1.0', { 'data/a': 'a', 'manifest-sha256.txt': `${'0'.repeat(64)}  data/${'x'.repeat(600_000)}\n${line('a', 'data/a')}` }),
    ).toEqual(['A136 manifest-sha256.txt']);
  });
  it('without lines are valid for an empty payload', async () => {
    expect(await said('1.0', { 'manifest-sha256.txt': '' })).toEqual([]);
  });
  it.each([
    ['utf-16le with a byte order mark', 'UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16be without a byte order mark', 'UTF-16', (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ['ISO-8859-1', 'ISO-8859-1', (text: string) => Buffer.from(text, 'latin1')],
    ['windows-1251', 'windows-1251', (text: string) => Buffer.from(text.replace('\u00e9', ''), 'latin1')],
  ])('in %s are read', async (_, encoding, encode) => {
    const name = encoding === 'windows-1251' ? 'data/t' : 'data/\u00e9t\u00e9'.slice(0, 6);
    expect(
      await said('0.97', { [name]: 'a' }, (bag) => {
        put(bag, 'bagit.txt', `BagIt-Version: 0.97\nTag-File-Character-Encoding: ${encoding}\n`);
        put(bag, 'manifest-sha256.txt', encode(line('a', name)));
        put(
          bag,
          'tagmanifest-sha256.txt',
          encode(['bagit.txt', 'manifest-sha256.txt'].map((tag) => `${digest('sha256', readFileSync(join(bag, tag)))} ${tag}\n`).join('')),
        );
      }),
    ).toEqual([]);
  });
  it('in a nonexistent encoding are unverifiable', async () => {
    expect(
      await said('1.0', { 'data/a': 'a' }, (bag) => {
        put(bag, 'bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: EBCDIC-99\n');
        renewTagManifests(bag, ['sha256']);
      }),
    ).toEqual(['A126 bagit.txt']);
  });
});

describe('bag-info.txt of other programs', () => {
  it('with folded lines and repeated labels is valid', async () => {
    expect(await said('1.0', { 'data/a': 'a', 'bag-info.txt': 'Contact-Name: A\n  B\nContact-Name: C\nPayload-Oxum: 1.1\n' })).toEqual([]);
  });
  it('is called package-info.txt up to version 0.95, and its Payload-Oxum counts', async () => {
    expect(await said('0.94', { 'data/a': 'a', 'package-info.txt': 'Payload-Oxum: 2.1\n' })).toEqual(['A146']);
  });
  it('with blanks before a colon is reported from version 1.0 on', async () => {
    expect(await said('1.0', { 'data/a': 'a', 'bag-info.txt': 'Contact-Name : A\n' })).toEqual(['A148? bag-info.txt']);
    expect(await said('0.97', { 'data/a': 'a', 'bag-info.txt': 'Contact-Name : A\n' })).toEqual([]);
  });
  it('that begins with a continuation line is malformed', async () => {
    expect(await said('1.0', { 'data/a': 'a', 'bag-info.txt': ' x\n' })).toEqual(['A148 bag-info.txt']);
  });
});

describe('a bag of another program', () => {
  it('inside a bag is payload only', async () => {
    expect(await said('1.0', { 'data/inner/bagit.txt': 'nonsense', 'data/inner/manifest-md5.txt': 'nonsense' })).toEqual([]);
  });
  it('with excessively nested folders is not followed without end', async () => {
    const deep = `data/${'d/'.repeat(150)}`;
    const all = await said('1.0', { 'data/a': 'a' }, (bag) => mkdirSync(join(bag, deep), { recursive: true }));
    expect(all.map((one) => one.slice(0, 6))).toEqual(['A167 d']);
  });
  it('needs only the files that BagIt requires', async () => {
    using folder = temporaryFolder();
    writeBag(folder.path, '1.0', { 'data/a': 'a' });
    renameSync(join(folder.path, 'tagmanifest-sha256.txt'), join(folder.path, 'note.txt'));
    expect((await checked(folder.path, { rules: bagItRules })).said).toEqual([]);
  });
});
