import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { findLine, type LineFile, lineBlocks, linesIn } from '../../../src/tables/text/line-blocks.ts';
import { numbers } from '../keep/random-rows.ts';

const fileOf = (bytes: Uint8Array): LineFile => ({
  size: bytes.length,
  readInto: (target, offset) => {
    const piece = bytes.subarray(offset, offset + target.length);
    target.set(piece);
    return piece.length;
  },
  close: () => undefined,
});

/** Encodes the text of a table. UTF-16 without a byte order mark is recognised by its Latin letters. */
const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  'utf-8': (text) => Buffer.from(text, 'utf8'),
  'utf-16le with a mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16be with a mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
  'utf-32le with a mark': (text) => iconv.encode(text, 'utf32le', { addBOM: true }),
  'utf-32be with a mark': (text) => iconv.encode(text, 'utf32be', { addBOM: true }),
};

/** The lines of a part, with pieces of long lines joined. */
function linesOf(part: Uint8Array, earlier: readonly (Uint8Array | null)[] = []): Buffer[] {
  const lines: Buffer[] = [];
  for (const block of lineBlocks(
    fileOf(part),
    earlier.map((one) => () => (one === null ? null : fileOf(one))),
  ))
    for (const { number, from, to } of linesIn(block))
      lines[number - 1] = Buffer.concat([lines[number - 1] ?? Buffer.alloc(0), block.bytes.subarray(from, to)]);
  return lines;
}

/** Letters of which a byte, or a byte of each of two neighbours, looks like a line end. */
const letters = ['\u010a', '\u0a05', '\u0a0a', '\u0100', '\u0a00', '\u000d', 'a', 'b', 'Zo\u00eb', '\u{10a0a}', '\u{1000a}', ',', ';'];

describe.each(Object.entries(encodings))('lines of a table in %s', (_name, encode) => {
  test('end at line ends, whatever bytes its letters have and wherever its parts end, and each is found by its number', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = numbers(seed);
      const words = Array.from({ length: next(40) }, () => (next(4) === 0 ? '\n' : (letters[next(letters.length)] ?? '')));
      const table = encode(`id,name,value${',column'.repeat(40)}\n${words.join('')}`);
      // A program may be writing while a part is kept, so that a part may end within a letter.
      const cuts = Array.from({ length: next(4) }, () => 16 + next(table.length)).sort((a, b) => a - b);
      const parts = [0, ...cuts].map((from, index) => table.subarray(from, cuts[index] ?? table.length));
      const newline = encode('\n').subarray(encode('').length);
      const ends: number[] = [];
      for (let at = 0; at < table.length; at += newline.length) if (table.subarray(at, at + newline.length).equals(newline)) ends.push(at);
      let begin = 0;
      for (const [index, part] of parts.entries()) {
        const stop = begin + part.length;
        const first = ends.filter((end) => end + newline.length <= begin).at(-1);
        const own = ends.filter((end) => end + newline.length > begin && end + newline.length <= stop);
        const starts = [first === undefined ? 0 : first + newline.length, ...own.map((end) => end + newline.length)];
        const spans = starts
          .map((start, at): [number, number] => [start, own[at] ?? stop])
          .filter(([start, end], at) => start < end || at < own.length);
        const wanted = part.length === 0 ? [] : spans;
        const earlier = parts.slice(0, index);
        const about = JSON.stringify({ seed, index, cuts });
        expect(linesOf(part, earlier), about).toEqual(wanted.map(([start, end]) => table.subarray(start, end)));
        const open = earlier.map((one) => () => fileOf(one));
        for (const [at, [start, end]] of wanted.entries())
          expect(findLine(at + 1, fileOf(part), open), about).toEqual({ start: start - begin, end: end - begin });
        expect(findLine(wanted.length + 1, fileOf(part), open), about).toEqual({ lines: wanted.length });
        begin = stop;
      }
    }
  });

  test('of more than 4 MiB come in pieces of whole characters, with one number', () => {
    const long = `${'x'.repeat(40_001)}${'\u{10a0a}'.repeat(1_100_000)}${'\u010a\u0a05\u00e5'.repeat(300_000)}`;
    const table = encode(`id,name\n${long}\nlast,one`);
    const blocks = [...lineBlocks(fileOf(table))];
    expect(blocks.filter(({ isCut }) => isCut).length).toBeGreaterThan(0);
    expect(Math.max(...blocks.map(({ bytes }) => bytes.length))).toBeLessThan(6 * 1024 * 1024);
    const pieces = blocks.filter(({ isCut }) => isCut).map(({ bytes, encoding }) => iconv.decode(bytes, encoding ?? 'utf8'));
    expect(pieces.filter((text) => /[\ufffd\ud800-\udbff]$/.test(text)).length).toBe(0);
    const whole = linesOf(table);
    expect(whole.map(({ length }) => length)).toEqual([
      encode('id,name').length,
      ...[long, 'last,one'].map((text) => encode(text).length - encode('').length),
    ]);
    expect(findLine(2, fileOf(table), [])).toEqual({ start: encode('id,name\n').length, end: encode(`id,name\n${long}`).length });
    const cut = table.subarray(0, table.length - encode('\nlast,one').length + encode('').length);
    expect(findLine(2, fileOf(cut), [])).toEqual({ start: encode('id,name\n').length, end: cut.length });
    // The next part has the last 4 MiB of the line.
    const [first] = lineBlocks(fileOf(table.subarray(cut.length)), [() => fileOf(cut)]);
    expect(first?.start).toBeLessThan(-4_000_000);
    expect(first?.start).toBeGreaterThanOrEqual(-4 * 1024 * 1024);
    expect(encode(long).includes(first?.bytes.subarray(0, 60) ?? '')).toBe(true);
  });

  test('are counted from the beginning of a part if the part before it cannot be read', () => {
    const [one, two] = [encode('id,name\n1,Zo'), encode('\u00eb\n2,b\u010a').subarray(encode('').length)];
    const head = encode('id,name\n');
    expect(linesOf(two, [head, null]).length).toBe(2);
    expect(linesOf(two, [one]).map(({ length }) => length)).toEqual(
      [encode('1,Zo\u00eb'), encode('2,b\u010a')].map((text) => text.length - encode('').length),
    );
  });
});
