import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import { chooseEncoding, decodeText, encodingName } from '../../../src/tables/text/encoding.ts';
import { collect, inPieces, line, signal } from '../readers.ts';

const iconv = (text: string, to: string) => execFileSync('iconv', ['-f', 'UTF-8', '-t', to], { input: text });

async function read(reader: ByteReader, declared: string | null = null) {
  const { choice, findings } = await chooseEncoding(reader, declared, signal);
  const text = (await collect(decodeText(reader, choice, signal))).join('');
  return { shown: `${choice.encoding} ${choice.basis} ${choice.bomBytes}`, text, findings: findings.map(line) };
}
const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  memoryReader(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))), 't');

const song = 'Åsa Öberg; köp – 12 €\r\n'.repeat(20);

describe('text encoded by another program', () => {
  it.each([
    ['UTF-8', null, 'utf8 strict-utf8 0', []],
    ['UTF-16LE', null, 'utf16le zero-pattern 0', []],
    ['UTF-16BE', null, 'utf16be zero-pattern 0', []],
    ['UTF-16', null, 'utf16le bom 2', []],
    ['UTF-32', null, 'utf32le bom 4', []],
    ['WINDOWS-1252', 'windows-1252', 'win1252 declared 0', []],
    ['WINDOWS-1252', 'ISO-8859-1', 'win1252 declared 0', []],
    ['WINDOWS-1252', null, 'win1252 fallback 0', ['T100 t: not UTF-8 and no encoding is declared; 100 bytes beyond ASCII are read as windows-1252']],
    [
      'WINDOWS-1252',
      'utf-8',
      'win1252 fallback 0',
      ['T101 t: utf-8 is declared, but the bytes are not UTF-8; 100 bytes beyond ASCII are read as windows-1252'],
    ],
    [
      'WINDOWS-1252',
      'klingon\n',
      'win1252 fallback 0',
      ['T101 t: klingon? is not a known encoding; 100 bytes beyond ASCII are read as windows-1252'],
    ],
    ['WINDOWS-1252', 'base64', 'win1252 fallback 0', ['T101 t: base64 is not a known encoding; 100 bytes beyond ASCII are read as windows-1252']],
    [
      'UTF-8',
      'windows-1252',
      'utf8 strict-utf8 0',
      ['T102 t: windows-1252 is declared, but all 240 bytes beyond ASCII are valid UTF-8; it is read as UTF-8'],
    ],
  ])('in %s, declared as %s, is read as %s in pieces of any size', async (encoding, declared, shown, findings) => {
    const reader = memoryReader(iconv(song, encoding), 't');
    for (const size of [1 << 20, 5, 1]) expect(await read(inPieces(reader, size), declared)).toEqual({ shown, text: song, findings });
  });

  it('in windows-1251 is read as declared', async () => {
    const text = 'Иван Петров;Да\n';
    expect(await read(memoryReader(iconv(text, 'WINDOWS-1251'), 't'), 'windows-1251')).toEqual({
      shown: 'windows1251 declared 0',
      text,
      findings: [],
    });
  });

  it('in ASCII with a few zeros at odd places is not UTF-16', async () => {
    const text = 'id,start,file,from\n,\0,\0,\0';
    expect((await read(memoryReader(Buffer.from(text, 'latin1'), 't'))).shown).not.toContain('utf16');
  });

  it('in pure ASCII with two bytes per letter is UTF-16, although its bytes are valid UTF-8', async () => {
    expect((await read(memoryReader(iconv('id;start\n1;2\n', 'UTF-16LE'), 't'))).shown).toBe('utf16le zero-pattern 0');
  });
});

describe('UTF-8', () => {
  it('with a byte order mark is recognised by it, and as UTF-8 only, even if other bytes follow', async () => {
    expect(await read(bytes([0xef, 0xbb, 0xbf], 'å'))).toEqual({ shown: 'utf8 bom 3', text: 'å', findings: [] });
    const broken = await read(bytes([0xef, 0xbb, 0xbf], 'å', [0xe5], 'b'));
    expect(broken).toEqual({
      shown: 'utf8 bom 3',
      text: 'å\ufffdb',
      findings: [
        'T104 t: begins with the byte order mark of UTF-8, but 1 of 1 line beyond ASCII is not UTF-8 (line 1): 1 line read as UTF-8 with U+FFFD for what is not',
      ],
    });
  });

  it('whose last character is truncated by the end of the file stays UTF-8', async () => {
    expect((await read(bytes('Åsa och ', [0xc3]))).shown).toBe('utf8 strict-utf8 0');
    expect((await read(bytes('bara ASCII och ', [0xe5]))).shown).toBe('win1252 fallback 0');
  });

  it('with a few NUL bytes stays UTF-8', async () => {
    expect((await read(bytes('Åsa\0\0\0\0 Öberg och mycket mera text\n'))).shown).toBe('utf8 strict-utf8 0');
  });

  it('encoded twice is reported, whether Latin-1 or windows-1252 was in between, and correct text is not', async () => {
    const once = Buffer.from('Öåä', 'utf8');
    const latin1 = once.toString('latin1');
    const cp1252 = execFileSync('iconv', ['-f', 'WINDOWS-1252', '-t', 'UTF-8'], { input: once }).toString('utf8');
    for (const text of [latin1, cp1252]) {
      for (const size of [100, 1]) {
        expect((await read(inPieces(bytes(text), size))).findings).toEqual([
          'T103 t: 3 characters look as if they were encoded as UTF-8 twice (Ã¤ for ä); they are kept as they are',
        ]);
      }
    }
    expect((await read(bytes('SÃO PAULO, «À», Âge, 20 °C, naïve – “Ä”'))).findings).toEqual([]);
  });
});

describe('lines in two encodings', () => {
  const good = 'Åsa Öberg;köp – 12 €\n';
  const latin1 = Buffer.from('Björn Ek;MEN\u00dc\u0093 f\u00fcr\n', 'latin1');
  const cut = Buffer.concat([Buffer.from('Åsa Öber'), Buffer.from([0xc3]), Buffer.from(';1\n')]);
  const all = [good, 'plain\n', latin1, good, cut, good];
  const text = ['Åsa Öberg;köp – 12 €', 'plain', 'Björn Ek;MENÜ“ für', 'Åsa Öberg;köp – 12 €', 'Åsa Öber\ufffd;1', 'Åsa Öberg;köp – 12 €', ''].join(
    '\n',
  );
  const told = '2 of 5 lines beyond ASCII are not UTF-8 (lines 3, 5): 1 line read as windows-1252, 1 line read as UTF-8 with U+FFFD for what is not';

  it('are each decoded by themselves, in pieces of any size', async () => {
    for (const size of [1 << 20, 7, 1])
      expect(await read(inPieces(bytes(...all), size))).toEqual({ shown: 'win1252 fallback 0', text, findings: [`T105 t: ${told}`] });
  });

  it('are read as declared, if an encoding is declared', async () => {
    const declared = await read(bytes(...all), 'windows-1252');
    expect(declared).toEqual({ shown: 'win1252 declared 0', text: expect.stringContaining('Ã…sa Ã–berg'), findings: [] });
    expect((await read(bytes(...all), 'klingon')).findings).toEqual([`T105 t: klingon is not a known encoding; ${told}`]);
    expect((await read(bytes(...all), 'utf-8')).text).toBe(text);
  });

  it('with a byte order mark, or with the line ends of old Macintoshes, are not a different encoding', async () => {
    expect(await read(bytes([0xef, 0xbb, 0xbf], ...all))).toEqual({
      shown: 'utf8 bom 3',
      text,
      findings: [`T104 t: begins with the byte order mark of UTF-8, but ${told}`],
    });
    const mac = Buffer.from(Buffer.concat(all.map((part) => Buffer.from(part))).map((byte) => (byte === 0x0a ? 0x0d : byte)));
    expect(await read(bytes(mac))).toMatchObject({ text: text.replaceAll('\n', '\r'), findings: [`T105 t: ${told}`] });
  });

  it('are one line of any length in pieces, each read by itself', async () => {
    const long = await read(bytes('å'.repeat(1 << 20), '\n', [0xe5, 0x20]));
    expect(long.text === `${'å'.repeat(1 << 20)}\nå `).toBe(true);
  });
});

describe('an empty file', () => {
  it('is UTF-8 without findings', async () => {
    expect(await read(bytes(''))).toEqual({ shown: 'utf8 strict-utf8 0', text: '', findings: [] });
  });
});

describe('a declared name', () => {
  it('is recognised in its usual spellings, and never as a transfer encoding', () => {
    expect(['UTF-8', 'utf8', 'Windows-1252', 'cp1252', 'latin1', 'UTF-16', 'ISO-8859-15', 'Shift_JIS'].map(encodingName)).toEqual([
      'utf8',
      'utf8',
      'win1252',
      'win1252',
      'win1252',
      'utf16le',
      'iso885915',
      'shiftjis',
    ]);
    expect(['', 'hex', 'base64', 'toString', '__proto__'].map(encodingName)).toEqual([null, null, null, null, null]);
  });
});
