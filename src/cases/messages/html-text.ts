/** Elements whose content browsers do not display. */
const unseen = ['script', 'style', 'head', 'title', 'template', 'noscript', 'svg'];
/** Elements that start a new line. */
const lines = /^\/?(?:p|div|br|tr|li|h[1-6]|table|ul|ol|blockquote|pre|hr|section|article|header|footer)$/;

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
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
};

function namedSign(word: string): string | null {
  if (Object.hasOwn(named, word)) return named[word] ?? null;
  const [, letter = '', mark = ''] = /^([A-Za-z])([a-z]+)$/.exec(word) ?? [];
  const sign = Object.hasOwn(marks, mark) ? `${letter}${marks[mark] ?? ''}`.normalize('NFC') : '';
  return sign.length === 1 ? sign : null;
}

/** Replaces entities with their characters. Unknown entities remain. */
export function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (all: string, decimal?: string, hex?: string, word?: string) => {
    if (word !== undefined) return namedSign(word) ?? all;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : all;
  });
}

/** Returns the readable text of HTML in one pass. Nothing is executed or loaded. */
export function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  let out = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      out += html.slice(at);
      break;
    }
    out += html.slice(at, open);
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    const close = html.indexOf('>', open);
    // A `<` that does not begin a tag is literal.
    if (close < 0 || !/[a-z/!?]/.test(lower[open + 1] ?? '')) {
      out += '<';
      at = open + 1;
      continue;
    }
    const name = /^\/?[a-z][a-z0-9]*/.exec(lower.slice(open + 1, Math.min(close, open + 40)))?.[0] ?? '';
    at = close + 1;
    if (lines.test(name)) out += '\n';
    else if (name === 'td' || name === 'th') out += '\t';
    if (unseen.includes(name)) {
      const end = lower.indexOf(`</${name}`, at);
      const after = end < 0 ? -1 : html.indexOf('>', end);
      at = after < 0 ? html.length : after + 1;
    }
  }
  return withoutEntities(out)
    .split('\n')
    .map((line) => line.replace(/[ \t\r\f\u00a0]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
