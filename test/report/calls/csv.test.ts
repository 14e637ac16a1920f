import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallLine } from '../../../src/report/calls/call-line.ts';
import { csvCell, csvHead, csvLine, csvText } from '../../../src/report/calls/csv.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n;,"\'\\u0d 1aA＝＋－＠\u202e\u0000\ufeff'), maxLength: 20 }),
  fc.constantFrom('+46 8 465 004 00', '=HYPERLINK("http://example.org")', '-2+3', "'=1", '\\u003d1', '@SUM(A1)', 'a;=1', '\u0000', '', ' =1', '"=1"'),
);

function line(key: string, places: readonly string[]): CallLine {
  return {
    recordingId: null,
    key,
    importer: 'test',
    grade: 'verified',
    status: 'matched',
    joined: 'matched',
    standing: 'new',
    rule: key,
    reason: null,
    start: null,
    startCertainty: null,
    durationMs: 1_234.4,
    audioFiles: 1,
    doubtful: 0,
    places,
    rows: [],
    morePlaces: 0,
    marks: [],
  };
}

test('a cell is read back as its text, for any text', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(csvText(csvCell(text))).toBe(text.toWellFormed());
    }),
    { numRuns: 3_000 },
  );
});

test('no cell begins like a formula, nor does any part of one after a semicolon, a line end or a tab', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const cell = csvCell(text);
      expect(cell).not.toMatch(/^[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u);
      expect(cell).not.toMatch(/;[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20]/u);
      expect(cell).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
    { numRuns: 3_000 },
  );
});

test('a number with its country keeps its plus after an apostrophe, plain texts are unchanged', () => {
  expect(['+46 8 465 004 00', '=1+1', "'tis", '2001', 'a-b', 'Åsa 😀', '1761438596.0'].map(csvCell)).toEqual([
    "'+46 8 465 004 00",
    "'=1+1",
    "''tis",
    '2001',
    'a-b',
    'Åsa 😀',
    '1761438596.0',
  ]);
});

test('csv-parse and Python read the same table back, each cell its text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-csv-'));
  try {
    const lines = fc.sample(fc.tuple(hostile, fc.array(hostile, { maxLength: 3 })), { numRuns: 400, seed: 7 });
    const file = join(folder, 'recordings.csv');
    writeFileSync(file, csvHead + lines.map(([key, places]) => csvLine(line(key, places))).join(''));
    const expected = lines.map(([key, places]) => ({
      key: key.toWellFormed(),
      rule: key.toWellFormed(),
      files: places.map((place) => place.toWellFormed()),
    }));
    const text = (row: Record<string, string>) => ({
      key: csvText(row.key ?? ''),
      rule: csvText(row.rule ?? ''),
      files: (row.files ?? '').split('\n').map(csvText),
    });
    // No place and one empty place look alike.
    const alike = (rows: readonly { files: readonly string[] }[]) =>
      rows.map((row) => ({ ...row, files: row.files.length === 0 ? [''] : row.files }));
    const parsed: Record<string, string>[] = parse(readFileSync(file), { bom: true, columns: true });
    expect(alike(parsed.map(text))).toEqual(alike(expected));
    const script = 'import csv,json,sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1],encoding="utf-8-sig",newline="")))))';
    const byPython: Record<string, string>[] = JSON.parse(
      execFileSync('python3', ['-c', script, file], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
    );
    expect(byPython).toEqual(parsed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
