const mysqlEscapes: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a', '%': '\\%', _: '\\_' };
const postgresEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const copyEscapes: Readonly<Record<string, string>> = { ...postgresEscapes, v: '\v' };

const postgresEscape = /''|\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;
const copyEscape = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))/gs;

/**
 * Decodes backslash escapes of a string, given the text between its quotes. MySQL 8.4 manual, section 11.1.1, table 11.1: `\%` and `\_` remain unchanged, an
 * unknown escape means the character itself. PostgreSQL manual, section 4.1.2.2: octal, hexadecimal and Unicode escapes as well.
 */
export function unescapeBackslashes(text: string, dialect: 'mysql' | 'postgres'): string {
  if (dialect === 'mysql') return text.replace(/''|\\(.)/gs, (_, char?: string) => (char === undefined ? "'" : (mysqlEscapes[char] ?? char)));
  return text.replace(postgresEscape, (_, ...[octal, hex, short, long, char]: (string | undefined)[]) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    const code = hex ?? short ?? long;
    if (code !== undefined) return codePoint(code);
    return char === undefined ? "'" : (postgresEscapes[char] ?? char);
  });
}

/** Returns the values in a line of COPY. NULL is empty. Source: PostgreSQL manual, COPY, section Text Format. */
export function copyValues(line: string): string[] {
  const values = line.split('\t');
  if (!line.includes('\\')) return values;
  return values.map((value) => {
    if (value === '\\N') return '';
    if (!value.includes('\\')) return value;
    return value.replace(copyEscape, (_, octal?: string, hex?: string, char = '') => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return hex === undefined ? (copyEscapes[char] ?? char) : codePoint(hex);
    });
  });
}

function codePoint(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}
