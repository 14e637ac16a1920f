import { planOf } from '../../../src/core/numbers/number-reading.ts';
import type { Numbers } from '../../tables/keep/random-rows.ts';

/** Names and numbers of persons, whose letters and digits have many spellings. */
const people: readonly string[] = [
  'Zoë Müller-Ångström',
  "Pat O'Brien",
  "D'Eva Aaen",
  'OBrien Lee',
  'Jo Ek',
  'Bo',
  'Öberg',
  'Æsa Þórsdóttir',
  'Groß Œuvre',
  'Иван Королёв',
  'Παπαδόπουλος Σωτήρης',
  'สมชาย ใจดี',
  '山田 太郎',
  'Ee Aa',
  'agent-7',
  'Desk 12',
  'ag77',
  'bo.ek@bank.example',
  '"a & b"@c.example',
  'o\\brien',
  '1001',
  '=1001',
  '1740605',
  '+46701740605',
  '070-174 06 05',
  '46701740605',
  '+447700900123',
  '0770090 0123',
  '+12025550134',
  '+3906555012345',
  '+290 1234',
  '+46123456',
  'sip:+46701740605@pbx.example',
];

const countries = [null, '46', '44', '1', '39', '290', '7'] as const;

function pick<T>(next: Numbers, [first, ...others]: readonly [T, ...T[]]): T {
  return [first, ...others][next(others.length + 1)] ?? first;
}

/** Returns the values of a random person, and a country. */
export function randomPerson(next: Numbers): { readonly values: readonly string[]; readonly country: string | null } {
  const values = Array.from({ length: 1 + next(3) }, () => people[next(people.length)] ?? '');
  const country = countries[next(countries.length)] ?? null;
  return { values, country: country === null || planOf(country) === null ? null : country };
}

const transcribed: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', æ: 'ae', ø: 'oe', œ: 'oe', ß: 'ss', ë: 'e' };
const namedEntities: Readonly<Record<string, string>> = {
  ë: 'euml',
  ü: 'uuml',
  Å: 'Aring',
  ö: 'ouml',
  ß: 'szlig',
  "'": 'apos',
  '"': 'quot',
  '&': 'amp',
};
const between: readonly [string, ...string[]] = [
  ' ',
  '-',
  '.',
  '/',
  ' - ',
  '',
  '\u00a0',
  '\u2011',
  '\u00ad',
  '\t',
  '(',
  ')',
  '(0)',
  ') (',
  '_',
  '\\t',
];

/** Returns a way to write a letter as formats escape it, also several times. */
function escapedLetter(letter: string, next: Numbers): string {
  const code = letter.charCodeAt(0);
  const hex = code.toString(16).padStart(4, '0');
  switch (next(8)) {
    case 0:
      return letter.length === 1 ? `\\u${hex}` : letter;
    case 1:
      return `&#${letter.codePointAt(0)};`;
    case 2:
      return `&#x${(letter.codePointAt(0) ?? 0).toString(16)};`;
    case 3:
      return namedEntities[letter] === undefined ? letter : `&${namedEntities[letter]};`;
    case 4:
      return encodeURIComponent(letter.replace(/[\ud800-\udfff]/g, ''))
        .replace(/^(?=[\w'.-]$)/, '%')
        .replace(/^%([^0-9A-F])/, '$1');
    case 5:
      return code < 256 ? `%${code.toString(16).padStart(2, '0')}` : letter;
    case 6:
      return `&amp;#${letter.codePointAt(0)};`;
    default:
      return /[a-z0-9]/i.test(letter) ? letter : `\\${letter}`;
  }
}

/** Writes a name in one of its spellings; perhaps another name. */
function writtenName(name: string, next: Numbers): string {
  let words = name.split(/ /);
  if (next(3) === 0) words = words.reverse();
  const joint = pick(next, [' ', ', ', '  ', '\t', '","', ' x ', '\u00a0', ';', '\\n', '&nbsp;', '%20', "','", '</a><b>', '":"']);
  let text = words.join(joint);
  if (next(4) === 0) text = pick(next, [text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFKC')]);
  if (next(4) === 0) text = text.replace(/[äöüåæøœßë]/gi, (letter) => transcribed[letter.toLowerCase()] ?? letter);
  if (next(6) === 0) text = text.replace(/aa|[ao]e|ue/gi, (pair) => pair.slice(0, 1));
  if (next(4) === 0) text = text.replaceAll("'", pick(next, ['\u2019', '`', '\u00b4', ' \u0301', '', '\u02bc', ' ']));
  if (next(8) === 0) text = text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
  if (next(8) === 0)
    text = [...text].map((letter) => (next(4) === 0 ? `${letter}${pick(next, ['\u00ad', '\u200d', '\ufe0f', '\u0301'])}` : letter)).join('');
  return text;
}

/** Writes a number in one of its spellings; perhaps another number. */
function writtenNumber(number: string, next: Numbers): string {
  const digits = number.replace(/\D/g, '');
  let written = pick(next, [
    number,
    digits,
    `+${digits}`,
    `00${digits}`,
    `0${digits.slice(2)}`,
    digits.slice(-7),
    digits.slice(-8),
    `011${digits}`,
    `0${digits.slice(-9)}`,
  ]);
  if (next(2) === 0) written = [...written].map((sign) => (next(4) === 0 ? sign + pick(next, between) : sign)).join('');
  switch (next(9)) {
    case 0:
      return `="${written}"`;
    case 1:
      return `'${written}`;
    case 2:
      return `${written.slice(0, 5)}${pick(next, ['**', 'xx', 'XXXX', '\u2022\u2022', ' xx-'])}${next(2) === 0 ? '' : written.slice(-2)}`;
    case 3:
      return Number(digits)
        .toExponential(2 + next(6))
        .replace('e', pick(next, ['E', 'e']))
        .replace('.', pick(next, ['.', ',']));
    case 4:
      return `${written}${pick(next, ['.0', ',00'])}`;
    case 5:
      return written.replace(/\d/g, (digit) => String.fromCharCode(Number(digit) + pick(next, [0xff10, 0x0660, 0x0966])));
    case 6:
      return `<sip:${written}@pbx.example;user=phone>`;
    default:
      return written;
  }
}

const noise = [
  ...[
    'the',
    'call',
    'of',
    'e',
    'a',
    'ae',
    'Anna',
    'Zoe',
    'Muller',
    'Lee',
    'Eva',
    'ek',
    "o'",
    '7',
    '12',
    '0',
    '46',
    '070',
    '4e10',
    'x',
    'xx',
    '**',
    '100 %',
  ],
  ...[
    'A & B',
    '\\',
    '&',
    '%',
    '%4',
    '&#',
    '\\u00',
    '&amp;',
    '\u0301',
    ' ',
    '\u00df',
    '\u03a3',
    '\u{1d400}',
    '2024-05-02',
    '174 06',
    '3.7E10',
    '"',
    "'",
    '<b>',
    '(',
  ],
];

/** Returns a random text, in which the person often occurs in some spelling. */
export function randomText(values: readonly string[], next: Numbers): string {
  const parts = Array.from({ length: 1 + next(4) }, () => {
    if (next(2) === 0) return noise[next(noise.length)] ?? '';
    const value = next(6) === 0 ? (people[next(people.length)] ?? '') : (values[next(values.length)] ?? '');
    let text = /\d{3}/.test(value) ? writtenNumber(value, next) : writtenName(value, next);
    if (next(4) === 0) text = [...text].map((letter) => (next(3) === 0 ? escapedLetter(letter, next) : letter)).join('');
    // In some places, only a part of the words.
    return next(8) === 0 ? text.slice(next(3), text.length - next(3)) : text;
  });
  return parts.join(pick(next, ['', ' ', ',', '; ', ' - ', '","', "','"]));
}
