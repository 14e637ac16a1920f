import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodedPath,
  parseBagDeclaration,
  parseFetchLine,
  parseManifestLine,
  pathLeadsOutside,
  plainPath,
  tagLines,
} from '../../../src/archive/bag/bagit-reader.ts';
import { temporaryFolder } from '../rig.ts';

const declared = (text: string): { codes: string[]; strict: boolean } => {
  const { faults, strict } = parseBagDeclaration(Buffer.from(text, 'latin1'));
  return { codes: faults.map((one) => one.code), strict };
};

describe('bagit.txt', () => {
  it.each([
    ['BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', [], true],
    ['BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8', [], true],
    ['BagIt-Version: 0.97\r\nTag-File-Character-Encoding: UTF-8\r\n\r\n', [], false],
    ['BagIt-Version : 0.97\nTag-File-Character-Encoding :  UTF-8\n', [], false],
    ['BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n', ['A128'], true],
    ['BagIt-Version:  1.0\nTag-File-Character-Encoding: UTF-8\n', ['A128'], true],
    ['BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n', ['A128'], true],
    ['BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n\n', ['A122'], true],
    ['BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\nx\n', ['A122'], false],
    ['Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n', ['A122', 'A125'], false],
    ['BagIt-Version: 1\nTag-File-Character-Encoding: UTF-8\n', ['A123'], false],
    ['BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n', ['A124'], true],
    ['BagIt-Version: 1.0\nTag-File-Character-Encoding: klingon\n', ['A126'], true],
    ['BagIt-Version: 1.0\n', ['A125'], true],
    ['\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', ['A127'], true],
    ['\xff', ['A122'], false],
    ['', ['A122', 'A125'], false],
  ] as const)('with %j is judged', (text, codes, strict) => {
    expect(declared(text)).toEqual({ codes, strict });
  });

  it('with any bytes gives a result', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => parseBagDeclaration(bytes).faults.every((one) => one.path === 'bagit.txt')));
  });
});

describe('a line of a manifest', () => {
  it('is read back as it was written, for any plain path', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), fc.stringMatching(/^[^\s*][^\r\n]{0,60}$/), (digest, path) => {
        expect(parseManifestLine(`${digest}  ${path}`)).toEqual({ digest, star: false, path });
      }),
    );
  });
  it('keeps blanks inside and at the end of a path', () => {
    expect(parseManifestLine('abc  data/a  b ')).toEqual({ digest: 'abc', star: false, path: 'data/a  b ' });
  });
  it('without digest, blank or path is rejected', () => {
    expect([' data/a', 'abc', 'abc ', '', ' '].map(parseManifestLine)).toEqual([null, null, null, null, null]);
  });
});

describe('a path of a tag file', () => {
  it('that leads out of the bag on any system is detected', () => {
    const bad = ['/a', '~', '~root/x', '..', 'data/..', 'data/../..', '..\\x', 'data\\..\\x', '\\\\host\\x', '\\x', 'C:\\x', 'c:x', 'a\0b'];
    expect(bad.filter((path) => pathLeadsOutside(path) === null)).toEqual([]);
  });
  it('that only looks odd stays inside the bag', () => {
    const good = ['data/a', 'data/~a', 'data/..a', 'data/a..', 'data/...', 'data/a\\b', 'data/a:b', './data/a', 'data//a', ''];
    expect(good.filter((path) => pathLeadsOutside(path) !== null)).toEqual([]);
  });
  it('loses its empty parts and nothing else', () => {
    expect(['./data/a', 'data/./a', 'data//a', '././data/.a', 'data/a.'].map(plainPath)).toEqual([
      'data/a',
      'data/a',
      'data/a',
      'data/.a',
      'data/a.',
    ]);
  });
  it('that was encoded according to RFC 8493 is decoded to the original', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const encoded = path.replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0D');
        expect(decodedPath(encoded)).toBe(path);
      }),
    );
  });
  it('in fetch.txt may hold blanks', () => {
    expect(parseFetchLine('http://x - data/a b')).toEqual({ path: 'data/a b' });
    expect(['http://x data/a', 'http://x 1', '', 'x'].map(parseFetchLine)).toEqual([null, null, null, null]);
  });
});

describe('lines of a tag file', () => {
  it('are the same as those of a plain split, with any line end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'é', '\r', '\n', '\r\n', ' ')), async (parts) => {
        using folder = temporaryFolder();
        const text = parts.join('');
        writeFileSync(join(folder.path, 'f'), text);
        const lines: (string | null)[] = [];
        for (const batch of tagLines(join(folder.path, 'f'), 'utf-8', () => undefined)) lines.push(...batch.map((one) => one.text));
        const expected = text.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect(lines).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
  it('are the same wherever two reads split a non-ASCII character or a byte that is not UTF-8', () => {
    using folder = temporaryFolder();
    const letters = Buffer.from('é€😀', 'utf8');
    for (const before of [262_141, 262_142, 262_143, 262_144, 262_145, 524_287, 524_288])
      for (const bytes of [letters, Buffer.from([0xc3]), Buffer.from([0xc3, 0x0a, 0xff])]) {
        const line = `${'x'.repeat(7_999)}\n`;
        const ascii = line.repeat(66).slice(0, before);
        const whole = Buffer.concat([Buffer.from(ascii), bytes, Buffer.from(`\n${line}`)]);
        writeFileSync(join(folder.path, 'f'), whole);
        const lines: (string | null)[] = [];
        for (const batch of tagLines(join(folder.path, 'f'), 'utf-8', () => undefined)) lines.push(...batch.map((one) => one.text));
        expect(lines).toEqual(whole.toString('utf8').trimEnd().split('\n'));
      }
  });
  it('have a CRLF that is split by two reads counted as one line end', async () => {
    using folder = temporaryFolder();
    const start = 'x'.repeat(16_000);
    const text = `${`${start}\n`.repeat(16)}${'y'.repeat(262_144 - 16 * 16_001 - 1)}\r\nend`;
    expect(text.indexOf('\r')).toBe(262_143);
    writeFileSync(join(folder.path, 'f'), text);
    const numbers: number[] = [];
    for (const batch of tagLines(join(folder.path, 'f'), 'utf-8', () => undefined)) numbers.push(...batch.map((one) => one.number));
    expect(numbers).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
  });
});
