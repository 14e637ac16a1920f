import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import { readCsv, sniffCsv } from '../../../src/tables/csv/csv.ts';
import type { CsvDialect, Row, RowOrFinding } from '../../../src/tables/text/types.ts';
import { everything } from '../../faults/trials.ts';
import { collect, haveTraps, heapWatch, inPieces, isFinding, line, madeReader, signal, textReader, trap, trapNames } from '../readers.ts';

const utf8: CsvDialect = {
  separator: ',',
  escape: 'doubled',
  separatorLine: false,
  encoding: { encoding: 'utf8', basis: 'strict-utf8', bomBytes: 0 },
};
const isRow = (item: RowOrFinding): item is Row => item.kind === 'row';

async function read(reader: ByteReader, declared: string | null = null) {
  const sniffed = await sniffCsv(reader, { declaredEncoding: declared, place: 't' }, signal);
  const items = await collect(readCsv(reader, sniffed.dialect, { place: 't' }, signal));
  const findings = [...sniffed.findings, ...items.filter(isFinding)].map(line);
  return { ...sniffed, rows: items.filter(isRow), findings, items };
}

const calls = [
  ['SamtalsID', 'Starttid', 'Längd', 'Riktning', 'Från', 'Till', 'Agent', 'Kommentar', 'Fil'],
  ['1001', '2024-10-27 02:15:00', '12,5', 'In', '+46701740605', '0701740698', 'Åsa Öberg', 'ok; "köp"', '2024/10/27/1001.wav'],
  ['1002', '2024-10-27 02:15:00', '8,0', 'In', '+46701740606', '0701740698', 'Åsa Öberg', 'andra 02:15 (vintertid)', '2024/10/27/1002.wav'],
  ['1003', '2024-03-31 02:30:00', '5,0', 'Ut', '0701740698', '+46701740607', 'Björn Ek', 'finns inte: klockan hoppade över', '2024/03/31/1003.wav'],
  ['1004', '2024-05-02 09:00:00', '60,25', 'Ut', '0701740698', '+46701740608', 'Björn Ek', 'rad\nbrytning i fält', '2024/05/02/1004.wav'],
];
const doubled = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** Expected result of each awkward table: dialect in short, header, rows, findings. */
const expected: Record<string, { dialect: string; columns: number; rows: string[][]; findings: string[] }> = {
  'double-encoded-utf8.csv': {
    dialect: '; utf8 strict-utf8',
    columns: 9,
    rows: calls.map((row) => row.map(doubled)),
    findings: ['T103 t: 11 characters look as if they were encoded as UTF-8 twice (Ã¤ for ä); they are kept as they are'],
  },
  'duplicates-and-orphans.csv': {
    dialect: ', utf8 strict-utf8',
    columns: 3,
    rows: [
      ['id', 'start', 'file'],
      ['1', '2024-05-02T10:00:00Z', 'a.wav'],
      ['1', '2024-05-02T10:00:00Z', 'a.wav'],
      ['2', '2024-05-02T10:01:00Z', 'missing.wav'],
      ['3', '2024-05-02T10:02:00Z', 'a.wav'],
      ['3', '2024-05-02T10:02:00Z', 'A.WAV'],
    ],
    findings: [],
  },
  'excel-mangled.csv': {
    dialect: '; utf8 strict-utf8',
    columns: 6,
    rows: [
      ['id', 'start', 'duration', 'from', 'to', 'file'],
      ['1', '2024-03-05 14:03', '0:01:05', '4,67017E+10', '1001', 'a.wav'],
      ['2', '05/03/2024 2:03:07 PM', '65', '701740605', '0046701740698', 'b.wav'],
      ['3', '45356.5855', '65', '="0701740606"', "'+46701740698", 'c.wav'],
      ['4', '2024-03-05 14:05:00', '########', '#NAME?', '+46701740698', 'd.wav'],
      ['5', '2024-03-05 14:06:00', '1.05.00', '46701740607,0', "=cmd|' /C calc'!A0", 'e.wav'],
    ],
    findings: [],
  },
  'nfd-names.csv': { dialect: '; utf8 strict-utf8', columns: 9, rows: calls.map((row) => row.map((cell) => cell.normalize('NFD'))), findings: [] },
  'nul-bytes.csv': {
    dialect: ', utf8 strict-utf8',
    columns: 9,
    rows: calls,
    findings: ['T117 t: 1 row contains NUL characters, which are left out of cells and kept in the raw text'],
  },
  'semicolon-cp1252.csv': {
    dialect: '; win1252 fallback',
    columns: 9,
    rows: calls,
    findings: ['T100 t: not UTF-8 and no encoding is declared; 11 bytes beyond ASCII are read as windows-1252'],
  },
  'semicolon-utf8-bom.csv': { dialect: '; utf8 bom', columns: 9, rows: calls, findings: [] },
  'sentinel-dates.csv': {
    dialect: ', utf8 strict-utf8',
    columns: 4,
    rows: [
      ['id', 'start', 'stop', 'file'],
      ['1', '0001-01-01 00:00:00.000', '2024-05-02 10:00:00.000', 'a.wav'],
      ['2', '1970-01-01T00:00:00Z', '2024-05-02T10:00:00Z', 'b.wav'],
      ['3', '1899-12-30 00:00:00', '1900-01-01', 'c.wav'],
      ['4', '2024-05-02 10:00:00', 'NULL', '\\N'],
    ],
    findings: [],
  },
  'sep-line-excel.csv': {
    dialect: '; win1252 fallback sep=',
    columns: 9,
    rows: calls,
    findings: ['T100 t: not UTF-8 and no encoding is declared; 11 bytes beyond ASCII are read as windows-1252'],
  },
  'tab-utf16be-bom.txt': { dialect: '\t utf16be bom', columns: 9, rows: calls, findings: [] },
  'tab-utf16le-bom.txt': { dialect: '\t utf16le bom', columns: 9, rows: calls, findings: [] },
  'twelve-hour-no-ampm.csv': {
    dialect: ', utf8 strict-utf8',
    columns: 3,
    rows: [
      ['id', 'start', 'file'],
      ['1', '03/05/2024 02:03:07', 'a.wav'],
      ['2', '03/05/2024 12:03:07 AM', 'b.wav'],
      ['3', '03/05/2024 12:03:07 PM', 'c.wav'],
    ],
    findings: [],
  },
  'unclosed-quote.csv': {
    dialect: ', utf8 strict-utf8',
    columns: 9,
    rows: [...calls, ['1006', '2024-05-03 10:01:00', '5.0', 'In', '+46701740610', '1001', 'Eva', 'ok', 'y.wav']],
    findings: ['T112 t row 6: row 6 opens a quote that never closes; 1 line skipped to the next good row'],
  },
  'utf16le-no-bom.csv': { dialect: '; utf16le zero-pattern', columns: 9, rows: calls, findings: [] },
};

describe.skipIf(!haveTraps)('each awkward table', () => {
  it.each(haveTraps ? trapNames('csv') : [])('%s gives exactly its rows and findings, in pieces of any size', async (name) => {
    for (const pieces of [1 << 20, 7, 1]) {
      const got = await read(inPieces(trap(`csv/${name}`), pieces));
      const { separator, separatorLine, encoding } = got.dialect;
      expect({
        dialect: `${separator} ${encoding.encoding} ${encoding.basis}${separatorLine ? ' sep=' : ''}`,
        columns: got.columns,
        rows: got.rows.map((row) => row.cells),
        findings: got.findings,
      }).toEqual(expected[name]);
      expect(got.hasHeader).toBe(true);
    }
  });
});

describe('the dialect of a table', () => {
  it('is recognised by the separator that gives every row the same number of columns, not by a decimal comma', async () => {
    const got = await read(textReader('a;b\n1,5;2,5\n3,5;4,5\n'));
    expect(got.dialect.separator).toBe(';');
    expect(got.columns).toBe(2);
  });

  it('has no header if the first row holds data like the others', async () => {
    const cdr = '"retail","46701740605","1002","ext","2026-11-24 22:39:53",,2,0,"BUSY"\n';
    const got = await read(textReader(cdr.repeat(3)));
    expect([got.hasHeader, got.columns]).toEqual([false, 9]);
  });

  it('leaves the header undecided if all columns are words, and in a table of one row', async () => {
    expect((await read(textReader('name,city\nEva,Lund\nBo,Kiruna\n'))).hasHeader).toBeNull();
    expect((await read(textReader('1,2\n'))).hasHeader).toBeNull();
  });

  it('is one column with a finding if nothing separates', async () => {
    const got = await read(textReader('name\nEva Ek\nBo, jr\n'));
    expect(got.rows.map((row) => row.cells)).toEqual([['name'], ['Eva Ek'], ['Bo, jr']]);
    expect(got.findings).toEqual(['T110 t: no separator found in 3 rows; it is read as one column']);
  });

  it('of an empty table has no columns and no rows', async () => {
    const got = await read(textReader(''));
    expect([got.columns, got.hasHeader, got.rows, got.findings]).toEqual([null, null, [], []]);
  });

  it('names both separators if they explain the table nearly equally well', async () => {
    const got = await read(textReader('a;b,c\n1;2,3\n4;5,6\n'));
    expect(got.findings).toEqual(["T111 t: ';' makes 2 columns in 3 of 3 rows, ',' makes 2 in 3; ';' is used"]);
  });

  it('is the backslash variant if PHP left quotes undoubled', async () => {
    const got = await read(
      textReader('id,text,file\n1,"say \\"hi\\", now",a.wav\n2,"plain, text",b.wav\n3,"C:\\rec\\",c.wav\n4,"both "" and \\" x",d.wav\n'),
    );
    expect(got.dialect.escape).toBe('backslash');
    expect(got.rows.map((row) => row.cells[1])).toEqual(['text', 'say \\"hi\\", now', 'plain, text', 'C:\\rec\\', 'both " and \\" x']);
    expect(got.findings).toEqual([]);
  });

  it('keeps backslashes of paths if quotes are doubled', async () => {
    const got = await read(textReader('id,path\n1,"C:\\calls\\"\n2,"C:\\calls, old\\"\n'));
    expect(got.rows.map((row) => row.cells[1])).toEqual(['path', 'C:\\calls\\', 'C:\\calls, old\\']);
    expect(got.dialect.escape).toBe('doubled');
  });
});

describe('a damaged row', () => {
  const good = (id: number) => `${id},"Ek, Eva",x${id}.wav`;

  it('with an unclosed quote loses only itself although later rows have quotes', async () => {
    const got = await read(textReader([good(1), good(2), '3,"Ek,x3.wav', good(4), good(5)].join('\r\n')));
    expect(got.rows.map((row) => [row.number, row.raw])).toEqual([
      [1, good(1)],
      [2, good(2)],
      [4, good(4)],
      [5, good(5)],
    ]);
    expect(got.findings).toEqual(['T113 t row 3: row 3 has text after a closing quote; 1 line skipped to the next good row']);
  });

  it('with an unclosed quote before rows of only empty quotes does not swallow them', async () => {
    const got = await read(textReader(['a,b,c', '1,"",x', '2,"oops,y', '3,"",z', '4,"",z'].join('\n')));
    expect(got.rows.map((row) => row.number)).toEqual([1, 2, 4, 5]);
    expect(got.findings.length).toBe(1);
  });

  it('whose quotes are not doubled is read by the number of columns, with a finding', async () => {
    const got = await read(textReader(`${good(1)}\n2,"say "hi" now",y.wav\n${good(3)}\n`));
    expect(got.rows.map((row) => row.cells[1])).toEqual(['Ek, Eva', 'say "hi" now', 'Ek, Eva']);
    expect(got.findings).toEqual(['T116 t row 2: quotes inside a cell are not doubled; read as 3 columns like the other rows']);
  });

  it('at the end of the file is counted', async () => {
    const got = await read(textReader(`${good(1)}\n${good(2)}\n3,"cut in the mid`));
    expect(got.findings).toEqual(['T112 t row 3: row 3 opens a quote that never closes; 1 line skipped to the next good row']);
  });

  it('that is larger than the limit loses only itself and uses no memory', async () => {
    const huge = `2,${'y'.repeat(limits.recordBytes + 10)},z`;
    const got = await read(textReader(`${good(1)}\n${huge}\n${good(3)}\n`));
    expect(got.rows.map((row) => row.number)).toEqual([1, 3]);
    expect(got.findings).toEqual(['T114 t row 2: row 2 is larger than a row may be; 1 line skipped to the next good row']);
  });

  it('with too many columns loses only itself', async () => {
    const items = await collect(readCsv(textReader(`a,b\n${','.repeat(limits.recordFields)}\nc,d`), utf8, { place: 't' }, signal));
    expect(items.filter(isRow).map((row) => row.cells)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(items.filter(isFinding).map((found) => found.code)).toEqual(['T114']);
  });

  it('counts as one record, so that rows and lost records add up to all records', async () => {
    const text = Array.from({ length: 500 }, (_, i) => (i % 7 === 3 ? `${i},"broken,x` : good(i))).join('\n');
    const got = await read(textReader(text));
    const lost = got.items.filter(isFinding).filter(isLostRecord).length;
    expect([got.rows.length, lost]).toEqual([500 - 71, 71]);
  });
});

describe('a row', () => {
  it('of an unusual column count is returned unchanged', async () => {
    const got = await read(textReader('a,b,c\n1,2,3\n4,5\n"six\nlines",7,8,9\n'));
    expect(got.rows.map((row) => row.cells)).toEqual([
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['4', '5'],
      ['six\nlines', '7', '8', '9'],
    ]);
    expect(got.findings).toEqual([]);
  });

  it('may end in a carriage return alone, and blank lines count, as in a spreadsheet', async () => {
    const got = await read(textReader('a,b\r1,2\r\r3,4'));
    expect(got.rows.map((row) => [row.number, ...row.cells])).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [4, '3', '4'],
    ]);
  });

  it('keeps a quote that is not at the beginning of its cell', async () => {
    const got = await read(textReader('a,b\nx"y,z\n"p ""q""",r\n'));
    expect(got.rows.map((row) => row.cells[0])).toEqual(['a', 'x"y', 'p "q"']);
  });
});

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', '"', '""', 'a"b', ',', ';', '\n', '\r\n', ' x ', '\t', '+46701740605', "'", '\\'),
);
const table = fc
  .integer({ min: 2, max: 6 })
  .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 12 }));

/** Writes RFC 4180: quotes around cells that need them. */
function written(rows: readonly (readonly string[])[], separator: string, lineEnd: string): string {
  const quoted = (text: string) => (text === '' || /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join(separator) + lineEnd).join('');
}

describe('rows in two encodings', () => {
  const header = 'id;agent;note\n';
  const good = (id: number) => `${id};Åsa Öberg;"köp – 12 €\nandra raden"\n`;
  const latin1 = (id: number) => Buffer.from(`${id};Bj\u00f6rn Ek;"r\u00e4tt\nf\u00f6r"\n`, 'latin1');

  it('are each decoded by themselves, rows of several lines as a whole, with the places in a finding', async () => {
    const parts = [header, good(1), good(2), latin1(3), good(4)].map((part) => Buffer.from(part));
    for (const size of [1 << 20, 3]) {
      const { rows, findings } = await read(inPieces(memoryReader(Buffer.concat(parts), 't'), size));
      expect(rows.map(({ cells }) => cells)).toEqual([
        ['id', 'agent', 'note'],
        ['1', 'Åsa Öberg', 'köp – 12 €\nandra raden'],
        ['2', 'Åsa Öberg', 'köp – 12 €\nandra raden'],
        ['3', 'Björn Ek', 'rätt\nför'],
        ['4', 'Åsa Öberg', 'köp – 12 €\nandra raden'],
      ]);
      expect(rows[3]?.raw).toBe('3;Björn Ek;"rätt\nför"');
      expect(findings).toEqual(['T105 t: 2 of 5 lines beyond ASCII are not UTF-8 (lines 6, 7): 2 lines read as windows-1252']);
    }
  });

  it('keep the bytes of a lost row', async () => {
    const lost = Buffer.from('3;"Bj\u00f6rn;x\n', 'latin1');
    const all = Buffer.concat([Buffer.from(header + good(1)), lost, Buffer.from(good(2)), latin1(4)]);
    const { items } = await read(memoryReader(all, 't'));
    const span = items.filter(isFinding).find(({ lost: row }) => row !== undefined)?.lost?.span;
    expect(all.subarray(span?.offset, (span?.offset ?? 0) + (span?.bytes ?? 0)).toString('latin1')).toBe(lost.toString('latin1'));
  });

  it('are read back unchanged, whichever rows have which encoding', async () => {
    const cell = fc.array(fc.constantFrom('å', 'ö', 'Ü', 'é', '“', '€', 'a', ' ', '"', ';', '\n'), { maxLength: 8 }).map((signs) => signs.join(''));
    const row = fc.record({ cells: fc.tuple(cell, cell), isUtf8: fc.boolean() });
    const cp1252 = new Map([...'åöÜé'].map((sign) => [sign, sign.charCodeAt(0)] as const)).set('“', 0x93).set('€', 0x80);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        // Rows in each encoding at the beginning, so that the file is mixed; both non-ASCII letters of each line make accidental readings impossible.
        const written = [{ cells: ['åö', 'åö'], isUtf8: true }, { cells: ['åö', 'åö'], isUtf8: false }, ...rows];
        const lines = written.map(({ cells, isUtf8 }, index) => {
          const text = [`${index}å å`, ...cells.map((each) => each.replaceAll('\n', '\nå å'))]
            .map((each) => `"${each.replaceAll('"', '""')}"`)
            .join(';');
          return isUtf8 ? Buffer.from(`${text}\n`) : Buffer.from([...`${text}\n`].map((sign) => cp1252.get(sign) ?? sign.charCodeAt(0)));
        });
        // A line of the other encoding that contains a complete sequence of UTF-8 by chance may be either.
        const isChance = (line: Buffer): boolean => /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}/.test(line.toString('latin1'));
        fc.pre(!written.some(({ isUtf8 }, index) => !isUtf8 && isChance(lines[index] ?? Buffer.alloc(0))));
        const read1 = await read(memoryReader(Buffer.concat([Buffer.from('id;agent;note\n'), ...lines]), 't'));
        expect(read1.rows.slice(1).map(({ cells }) => cells)).toEqual(
          written.map(({ cells }, index) => [`${index}å å`, ...cells.map((each) => each.replaceAll('\n', '\nå å'))]),
        );
      }),
      { numRuns: everything ? 2_000 : 100 },
    );
  });
});

describe('any cells', () => {
  it('written by the rules are read back unchanged, with their raw text', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        async (rows, separator, lineEnd, pieces) => {
          const clean = rows.map((row) => row.map((text) => text.replaceAll('\0', '')));
          // A file of lone carriage returns has another line end.
          const text = written(
            [['head', ...Array.from({ length: clean[0]?.length ?? 0 }, (_, i) => `c${i}`)].slice(1), ...clean],
            separator,
            lineEnd,
          );
          const dialect = { ...utf8, separator };
          const items = await collect(readCsv(inPieces(textReader(text), pieces), dialect, { place: 't' }, signal));
          expect(items.filter(isFinding)).toEqual([]);
          const got = items.filter(isRow);
          expect(got.slice(1).map((row) => row.cells)).toEqual(clean);
          expect(got.map((row) => row.raw + lineEnd).join('')).toBe(text);
        },
      ),
    );
  });

  it('of random text never cause a throw, and every record is a row or a lost one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('"', ',', '\n', '\r', 'a', '\\', '""', '";"', ';'), { maxLength: 60 }),
        fc.constantFrom<CsvDialect['escape']>('doubled', 'backslash'),
        async (parts, quoting) => {
          const items = await collect(readCsv(textReader(parts.join('')), { ...utf8, escape: quoting }, { place: 't' }, signal));
          const numbers = items
            .filter((item) => isRow(item) || isLostRecord(item))
            .map((item) => (isRow(item) ? item.number : Number(/row (\d+)/.exec(item.place)?.[1])));
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('written by Python are read back unchanged', async () => {
    const rows = [
      ['id', 'text'],
      ['1', 'a "quoted" word'],
      ['2', 'line\nbreak; and, more'],
      ['3', ''],
      ['4', 'Åsa\\Öberg'],
    ];
    const script = 'import csv,json,sys; csv.writer(sys.stdout, delimiter=";").writerows(json.load(sys.stdin))';
    const text = execFileSync('python3', ['-c', script], { input: JSON.stringify(rows), env: { PYTHONIOENCODING: 'utf8' } }).toString('utf8');
    expect((await read(textReader(text))).rows.map((row) => row.cells)).toEqual(rows);
  });
});

describe('a reader', () => {
  it('is closed when the dialect is known, when rows are left unread, and when reading is aborted', async () => {
    let open = 0;
    const made = madeReader('', (i) => `${String(i).padStart(6, '0')},b\n`, 100_000, '');
    const counted: ByteReader = {
      ...made,
      stream: async function* (start, end) {
        open++;
        try {
          yield* made.stream(start, end);
        } finally {
          open--;
        }
      },
    };
    await sniffCsv(counted, { declaredEncoding: null, place: 't' }, signal);
    expect(open).toBe(0);
    for await (const item of readCsv(counted, utf8, { place: 't' }, signal)) {
      expect([item.kind, open]).toEqual(['row', 1]);
      break;
    }
    expect(open).toBe(0);
    const stop = new AbortController();
    const reading = collect(
      (async function* () {
        for await (const item of readCsv(counted, utf8, { place: 't' }, stop.signal)) {
          stop.abort(new Error('stopped'));
          yield item;
        }
      })(),
    );
    await expect(reading).rejects.toThrow('stopped');
    expect(open).toBe(0);
  });
});

/** 195 B each; the short form is larger than the permitted growth of the heap. */
const manyRows = everything ? 1_050_000 : 200_000;

describe(`a table of ${Math.round((manyRows * 195) / 1e6)} MB`, () => {
  it('is read in constant memory, including unclosed quotes', async () => {
    const row = (i: number) => {
      const id = String(i).padStart(8, '0');
      return i % 50_000 === 49_999
        ? `${id},"2024-10-27 02:15:00,"12,5",In,${'z'.repeat(151)}\n`
        : `${id},"2024-10-27 02:15:00","12,5",In,${'z'.repeat(150)}\n`;
    };
    const count = manyRows;
    const watch = heapWatch(50_000);
    let rows = 0;
    let lost = 0;
    const kept: string[] = [];
    for await (const item of readCsv(madeReader('id,start,length,way,text\n', row, count, ''), utf8, { place: 't' }, signal)) {
      watch.look();
      if (item.kind === 'finding') lost++;
      else if (++rows % 1_000 === 0) kept.push(item.cells[0] ?? '', item.raw); // must not keep their context in memory
    }
    expect([rows, lost]).toEqual([count + 1 - count / 50_000, count / 50_000]);
    expect(watch.grown).toBeLessThan(32 * 1024 * 1024);
  });
});
