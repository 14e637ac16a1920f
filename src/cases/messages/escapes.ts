/** Characters of HTML entities by name, without letters with a mark. */
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  Tab: '\t',
  NewLine: '\n',
  plus: '+',
  lpar: '(',
  rpar: ')',
  period: '.',
  sol: '/',
  num: '#',
  commat: '@',
  colon: ':',
  comma: ',',
  semi: ';',
  equals: '=',
  lowbar: '_',
  percnt: '%',
  hyphen: '‐',
  dash: '‐',
  szlig: 'ß',
  oslash: 'ø',
  Oslash: 'Ø',
  aelig: 'æ',
  AElig: 'Æ',
  oelig: 'œ',
  OElig: 'Œ',
  eth: 'ð',
  ETH: 'Ð',
  thorn: 'þ',
  THORN: 'Þ',
  lstrok: 'ł',
  Lstrok: 'Ł',
  dstrok: 'đ',
  Dstrok: 'Đ',
  inodot: 'ı',
  shy: '\u00ad',
  euro: '€',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
};

/** Diacritical marks by their names in entities of letters: `&Uuml;`, `&ccedil;`. */
const marks: Readonly<Record<string, string>> = {
  acute: '\u0301',
  grave: '\u0300',
  circ: '\u0302',
  uml: '\u0308',
  tilde: '\u0303',
  ring: '\u030a',
  cedil: '\u0327',
  caron: '\u030c',
  ogon: '\u0328',
  macr: '\u0304',
  breve: '\u0306',
  dot: '\u0307',
  dblac: '\u030b',
};

function namedSign(word: string): string | null {
  if (Object.hasOwn(named, word)) return named[word] ?? null;
  const [, letter = '', mark = ''] = /^([A-Za-z])([a-z]+)$/.exec(word) ?? [];
  const sign = Object.hasOwn(marks, mark) ? `${letter}${marks[mark] ?? ''}`.normalize('NFC') : '';
  return sign.length === 1 ? sign : null;
}

/** Matches an entity: a decimal number, a hexadecimal number, or a name. */
export const entity = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/i;
const entities = new RegExp(entity, 'gi');

/** Replaces entities with their characters. Unknown entities remain. */
export function withoutEntities(text: string): string {
  return text.replace(entities, (all: string, decimal?: string, hex?: string, word?: string) => {
    if (word !== undefined) return namedSign(word) ?? all;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : all;
  });
}

/** Decodes runs of percent escapes as UTF-8 or, if they are not, as Latin-1. */
export function withoutPercents(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    const decoded = bytes.toString('utf8');
    return decoded.includes('\ufffd') ? bytes.toString('latin1') : decoded;
  });
}

/** Characters after a backslash that stand for white space in JSON, SQL and CSV. */
const blanks: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' };

/** Decodes backslash escapes: those of JSON (RFC 8259, section 7), and `\x2b`. */
function withoutBackslashes(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([^\n]))/gi, (_all, unit?: string, byte?: string, sign = '') =>
    unit === undefined && byte === undefined ? (blanks[sign] ?? sign) : String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16)),
  );
}

/** Largest depth of nested escapes that is decoded, e.g. an entity in JSON in a cell. */
const deepest = 3;

/**
 * Returns a text without the escapes of JSON, XML, HTML and web addresses, as a reader of the format sees it; the same text if it has none.
 * @param levels largest depth of nested escapes that is decoded
 */
export function withoutEscapes(text: string, levels = deepest): string {
  let plain = text;
  for (let depth = 0; depth < levels && /[\\&%]/.test(plain); depth++) {
    const before = plain;
    if (plain.includes('\\')) plain = withoutBackslashes(plain);
    if (plain.includes('&')) plain = withoutEntities(plain);
    if (plain.includes('%')) plain = withoutPercents(plain);
    if (plain === before) break;
  }
  return plain;
}
