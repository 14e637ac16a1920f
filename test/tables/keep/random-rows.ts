import { Buffer } from 'node:buffer';

/** Numbers from 0 to `below` - 1, the same for each seed. */
export type Numbers = (below: number) => number;

/** Returns the numbers of a seed. */
export function numbers(seed: number): Numbers {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return (state >>> 8) % below;
  };
}

/** A row of a random table. */
export interface RandomRow {
  /** The row as written. */
  readonly raw: string;
  /** A word that only this row has. */
  readonly word: string;
  /** The whole text without this row. */
  readonly without: string;
}

/** A random table. */
export interface RandomTable {
  readonly text: string;
  readonly rows: readonly RandomRow[];
  readonly encode: (text: string) => Buffer;
  readonly about: string;
}

type Encode = RandomTable['encode'];

/** Encodings in which kept tables are read without a declaration. */
const encodings: readonly (readonly [name: string, encode: Encode])[] = [
  ['utf8', (text) => Buffer.from(text, 'utf8')],
  ['utf8 with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf8')],
  ['windows-1252', (text) => Buffer.from(text, 'latin1')],
  ['utf16le with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['utf16be with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ['utf16le', (text) => Buffer.from(text, 'utf16le')],
  [
    'lines in two encodings',
    (text) => Buffer.concat(text.split(/(?<=\n)/).map((line) => Buffer.from(line, line.length % 2 === 0 ? 'utf8' : 'latin1'))),
  ],
];

function pick<T>(next: Numbers, [first, ...others]: readonly [T, ...T[]]): T {
  return [first, ...others][next(others.length + 1)] ?? first;
}

function wordOf(index: number): string {
  return `wört${String(index).padStart(3, '0')}q`;
}

/** Joins pieces; those that stand for the row are replaced. */
const joined = (pieces: readonly string[]): string => pieces.join('');

/** A random separated table with a header: quotes, separators and line ends in fields, empty lines, a `sep=` line, titles in other columns. */
export function randomCsv(seed: number): RandomTable {
  const next = numbers(seed);
  const [encoding, encode] = encodings[seed % encodings.length] ?? ['', (text: string) => Buffer.from(text)];
  const separator = pick(next, [',', ';', '\t', '|']);
  const escaped = pick(next, ['""', '""', '\\"']);
  // Old Macintosh programs end lines with a carriage return alone.
  const end = encoding.startsWith('lines') ? '\n' : pick(next, ['\n', '\r\n', '\r\n', '\r']);
  const columns = 3 + next(5);
  const fieldEnds: readonly [string, ...string[]] = end === '\r' ? ['\r'] : ['\n', '\r\n'];
  const quoted = (): string => {
    const parts = Array.from({ length: 1 + next(4) }, () =>
      pick(next, ['Åsa', ' said ', escaped, separator, ';', ',', "it's", '  ', '/* no */', '-- ', 'ö', pick(next, fieldEnds)]),
    );
    return `"${joined(parts)}"`;
  };
  const field = (): string => {
    const form = next(8);
    if (form < 3) return quoted();
    return pick(next, ['', '0', '2019-03-12 10:15:04', '+46 8 46 50 04', 'Zoë', "'", 'a b', 'x\\y', '""']);
  };
  const lines: { readonly text: string; readonly word: string | null }[] = [];
  const names = Array.from({ length: columns }, (_none, at) => `name${at}`);
  const hasSeparatorLine = next(6) === 0;
  const count = 3 + next(6);
  lines.push({ text: names.join(separator), word: null });
  for (let index = 0; index < count; index++) {
    if (next(7) === 0) lines.push({ text: '', word: null });
    const word = wordOf(index);
    const cells = Array.from({ length: columns }, field);
    const at = next(columns);
    cells[at] = next(2) === 0 ? word : `"${word}${pick(next, ['', escaped, separator, pick(next, fieldEnds)])}"`;
    lines.push({ text: cells.join(separator), word });
  }
  // A last letter in windows-1252 without a line end may be the beginning of a truncated one in UTF-8.
  const last = next(3) === 0 && !encoding.startsWith('lines') ? '' : end;
  const textOf = (leftOut: string | null): string =>
    `${hasSeparatorLine ? `sep=${separator}${end}` : ''}${lines.map(({ text, word }) => (word !== null && word === leftOut ? '' : text)).join(end)}${last}`;
  return {
    text: textOf(null),
    rows: lines.flatMap(({ text: raw, word }) => (word === null ? [] : [{ raw, word, without: textOf(word) }])),
    encode,
    about: `seed ${seed}, ${encoding}, ${JSON.stringify({ separator, escaped, end })}`,
  };
}

/** How a program writes a dump. */
interface DumpForm {
  readonly name: string;
  readonly head: string;
  readonly quote: (name: string) => string;
  readonly strings: readonly [string, ...string[]];
  readonly open: readonly [string, ...string[]];
  readonly comments: readonly [string, ...string[]];
  readonly after: string;
  readonly tail: string;
}

const inComment = "it's (1,'no');";
const blocks = [`/* ${inComment} */`, '/*/ x */'] as const;

const forms: readonly DumpForm[] = [
  {
    name: 'mysql',
    head: '-- MySQL dump 10.13\nSET NAMES utf8mb4;\n',
    quote: (name) => `\`${name}\``,
    strings: ["it\\'s", "''", '\\\\', '\\n', '"', '),(', ';', ' -- ', '#', '\n', '/*', 'Åsa', '`', '%', "\\'),(\\'"],
    open: ["'", "'", '"'],
    comments: [...blocks, `-- ${inComment}\n`, `# ${inComment}\n`],
    after: '',
    tail: '-- Dump completed on 2019-03-12\n',
  },
  {
    name: 'postgres',
    head: '--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n',
    quote: (name) => `public.${name}`,
    strings: ["''", '\\', '"', '),(', ';', ' -- ', '#', '\n', '$x$', '/*', 'Åsa', '`', '[', "E''"],
    open: ["'", "E'"],
    comments: [...blocks, `-- ${inComment}\n`],
    after: '',
    tail: '--\n-- PostgreSQL database dump complete\n--\n',
  },
  {
    name: 'sqlserver',
    head: 'USE [calls]\r\nGO\r\nSET NOCOUNT ON\r\nGO\r\n',
    quote: (name) => `[dbo].[${name}]`,
    strings: ["''", '\\', '"', '),(', ';', ' -- ', '\n', '/*', 'Åsa', '[', ']', '\r\n'],
    open: ["'", "N'"],
    comments: [...blocks, `--${inComment}\r\n`],
    after: 'GO\r\n',
    tail: '',
  },
  {
    name: 'sqlite',
    head: 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n',
    quote: (name) => `"${name}"`,
    strings: ["''", '\\', '"', '),(', ';', ' -- ', '\n', '/*', 'Åsa', '[', '`'],
    open: ["'"],
    comments: [...blocks, `--${inComment}\n`],
    after: '',
    tail: 'COMMIT;\n',
  },
];

/** The texts of a dump between and around its rows, in order. */
interface DumpStatement {
  /** Text in place of a statement whose only row is gone. */
  readonly instead: string;
  readonly begin: string;
  readonly tuples: readonly { readonly before: string; readonly raw: string; readonly word: string }[];
  readonly end: string;
}

/** A table of a dump. */
interface RandomColumns {
  readonly name: string;
  readonly columns: number;
}

/** Returns a statement without one of its rows. */
function statementText({ instead, begin, tuples, end }: DumpStatement, leftOut: string | null): string {
  const gone = tuples.findIndex(({ word }) => word === leftOut);
  if (gone >= 0 && tuples.length === 1) return instead;
  const left = tuples.filter((_tuple, at) => at !== gone);
  return `${begin}${left.map(({ before, raw }, at) => (at === 0 ? '' : before) + raw).join('')}${end}`;
}

/** A random dump: statements of one and of several rows in two tables, quotes and brackets in strings, comments at every place. */
export function randomDump(seed: number): RandomTable {
  const next = numbers(seed);
  const form = forms[seed % forms.length];
  if (form === undefined) throw new RangeError('no form');
  const [encoding, encode] = encodings[next(encodings.length - 1)] ?? ['', (text: string) => Buffer.from(text)];
  let words = 0;
  const aside = (): string => (next(4) === 0 ? ` ${pick(next, form.comments)} ` : pick(next, ['', ' ', '\n', '\r\n  ']));
  const stringOf = (word: string): string => {
    const quote = pick(next, form.open);
    const parts = Array.from({ length: next(4) }, () => pick(next, form.strings)).filter((part) => quote !== '"' || part !== '"');
    // An escape with a backslash is literal in a plain string.
    const text = joined(quote.startsWith('E') ? parts.map((part) => (part === '\\' ? '\\\\' : part)) : parts);
    return `${quote}${joined(next(2) === 0 ? [word, text] : [text, word])}${quote.at(-1)}`;
  };
  const value = (): string => pick(next, ['NULL', '1', '-2.5', "''", "CAST('(' AS CHAR)", '0x00FF', stringOf('')]);
  const tuple = (columns: number): { readonly raw: string; readonly word: string } => {
    const word = wordOf(words++);
    const values = Array.from({ length: columns }, value);
    values[next(columns)] = stringOf(word);
    return { raw: `(${values.join(pick(next, [',', ', ']))})`, word };
  };
  const tables: readonly [RandomColumns, RandomColumns] = [
    { name: 'cdr', columns: 3 },
    { name: 'calls', columns: 2 },
  ];
  const definitions = tables.map(
    ({ name, columns }) =>
      `CREATE TABLE ${form.quote(name)} (${Array.from({ length: columns }, (_none, at) => `c${at} varchar(99)`).join(', ')});\n${form.after}`,
  );
  const pieces: (string | DumpStatement)[] = [form.head, ...definitions];
  for (let index = 2 + next(4); index > 0; index--) {
    const { name, columns } = pick(next, tables);
    if (next(4) === 0) pieces.push(`${pick(next, form.comments)}\n`);
    const named = next(3) === 0 ? ` (${Array.from({ length: columns }, (_none, at) => `c${at}`).join(', ')})` : '';
    const tuples = Array.from({ length: pick(next, [1, 1, 2, 3, 5]) }, () => ({ before: `${aside()},${aside()}`, ...tuple(columns) }));
    const end = `${next(4) === 0 ? aside() : ''};${pick(next, ['\n', '\r\n'])}`;
    pieces.push(
      { instead: '/* erased */\n', begin: `INSERT INTO ${form.quote(name)}${named} VALUES${pick(next, [' ', '\n', ''])}`, tuples, end },
      form.after,
    );
  }
  if (form.name === 'postgres') pieces.push(...copyPieces(next, () => wordOf(words++)));
  const textOf = (leftOut: string | null): string =>
    joined([...pieces, form.tail].map((piece) => (typeof piece === 'string' ? piece : statementText(piece, leftOut))));
  const rows = pieces.flatMap((piece) =>
    typeof piece === 'string' ? [] : piece.tuples.map(({ raw, word }) => ({ raw, word, without: textOf(word) })),
  );
  return { text: textOf(null), rows, encode, about: `seed ${seed}, ${form.name}, ${encoding}` };
}

/** A statement COPY, each of whose lines is a statement of its own here: it leaves nothing. */
function copyPieces(next: Numbers, word: () => string): (string | DumpStatement)[] {
  const end = pick(next, ['\n', '\n', '\r\n']);
  const lines = Array.from({ length: 1 + next(4) }, (): DumpStatement => {
    const own = word();
    const cells = [own, pick(next, ['\\N', '', 'a\\tb', "it's", 'Åsa', '\\\\', '(1),', '-- x']), pick(next, ['7', ';', '/*'])];
    return { instead: '', begin: '', tuples: [{ before: '', raw: cells.join('\t'), word: own }], end };
  });
  return [`COPY public.legs (a, b, c) FROM stdin;${end}`, ...lines, `\\.${end}\n`];
}
