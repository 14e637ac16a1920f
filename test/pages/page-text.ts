import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/rig.ts';

/** The text of a page: without command blocks, link targets, emphasis and line breaks; table rows, headings, list items and paragraphs begin a line. */
export interface PageText {
  readonly page: string;
  readonly text: string;
  /** Line of the page, from 1, with the character at an offset. */
  lineAt(offset: number): number;
}

/** A number in a page, as it is written (`2,000`, `0.5`, `sixteen`). */
export interface StatedNumber {
  readonly start: number;
  readonly end: number;
  readonly written: string;
}

export function readPage(page: string): PageText {
  return pageText(page, readFileSync(join(root, page), 'utf8'));
}

export function pageText(page: string, raw: string): PageText {
  const lines = withoutBlocks(raw).split('\n');
  let text = '';
  const starts: { readonly at: number; readonly line: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const spoken = line
      .trim()
      .replace(/^\d+\. /, '- ')
      .replace(/!?\[((?:[^\]`]|`[^`]*`)*)\]\([^)\s]*\)/g, '$1')
      .replace(/\*\*|(?<![\w*])\*(?=\w)|(?<=\w)\*(?![\w*])/g, '');
    const isOwn = spoken === '' || /^(?:[|#]|- )/.test(spoken) || /^[|#]/.test(lines[index - 1]?.trim() ?? '') || lines[index - 1]?.trim() === '';
    text += isOwn ? '\n' : ' ';
    starts.push({ at: text.length, line: index + 1 });
    text += spoken;
  }
  return { page, text, lineAt: (offset) => starts.findLast(({ at }) => at <= offset)?.line ?? 1 };
}

/** Of blocks of commands and examples the explanations after `#`; the lines themselves run in `test/cli/pages.test.ts`. */
function withoutBlocks(raw: string): string {
  return raw.replace(/^ *```[^\n]*\n.*?^ *```/gms, (block) => block.replace(/.*/g, (line) => /(?<=\s)# .*/.exec(line)?.[0].slice(2) ?? ''));
}

// Words from four on, because "one", "two" and "three" are often articles and pronouns.
const units = ['four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen'];
const tens = [
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
  'thirty',
  'forty',
  'fifty',
  'sixty',
  'seventy',
  'eighty',
  'ninety',
  'hundred',
  'thousand',
  'million',
];
const inWords = new RegExp(`\\b(?:${[...units, ...tens].join('|')})\\b`, 'gi');
/** Digits outside of a name (`G.711`, `SHA-256`, `ext4`), with their fraction. */
const inDigits = /(?<![\w.,#§]|\w[-/])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)/g;

/** Digits that are not a quantity: documents and their parts, versions of other programs, dates, times of day, addresses of machines, permissions. */
const names: readonly RegExp[] = [
  /\b(?:RFC|FIPS|ISO|NIST SP|section|sections|annex|part|draft-[\w-]+|JSON Schema|BagIt|CycloneDX|format|PKCS #)\s?[\d.-]+(?:,? and [\d.]+)*(?:, [\d.]+)?/gi,
  /\b(?:Debian|Ubuntu|RHEL|FFmpeg|sox|libopus|nginx|systemd|Linux|util-linux|Python|GCC|C library)\s[\d.]+\d|\b(?:Debian|RHEL|GCC|FFmpeg)\s\d+/g,
  /\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b/g,
  /\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d\b|\b\d+\.\d+\.\d+(?:\.\d+)?(?::\d+)?\b/g,
  /\b(?:UUID,? (?:of )?version|TLS|GSM|SHA) \d[\d.]*(?: and \d\.\d)?/g,
  // A manual page: prlimit(1).
  /\b[a-z]{3,}\(\d\)/g,
  /\b0[0-7]{3}(?:\/0[0-7]{3})?\b|\b0x[0-9A-F]+/g,
];

const exits =
  /\b(?:exits?|exited|exit code|exit codes|ends?|ended|ends an import|end)(?: with| by)? \d+(?: (?:or|and) \d+)?\b(?! %)|\((?:[A-Z]\d{3})(?:, [A-Z]\d{3})*, (?:exit )?\d+\)/g;

/** Cells of columns with the heading `exit`, `exit code`, or `code` if the rows begin with numbers. */
function exitCells(text: string): readonly StatedNumber[] {
  const cells: StatedNumber[] = [];
  for (const table of text.matchAll(/^\|.*\n\|[-|: ]+\n(?:\|.*(?:\n|$))+/gm)) {
    const [head = '', , ...rows] = table[0].trimEnd().split('\n');
    const titles = head.split('|').map((title) => title.trim());
    const column = titles.findIndex((title) => /^exit(?: code)?$/.test(title) || (title === 'code' && titles[2] === 'meaning'));
    if (column < 0) continue;
    let from = table.index + table[0].indexOf(rows[0] ?? '', head.length + 1);
    for (const row of rows) {
      const before = row.split('|').slice(0, column).join('|').length + 1;
      const cell = row.split('|')[column] ?? '';
      for (const found of cell.matchAll(inDigits)) cells.push(at(from + before + found.index, found[0]));
      from += row.length + 1;
    }
  }
  return cells;
}

/** Every number of a page that states a quantity or a duration; exit codes are marked, names are omitted. */
export function numbersOf({ text }: PageText): { readonly numbers: readonly StatedNumber[]; readonly exitCodes: readonly StatedNumber[] } {
  // Text in code spans is typed, not stated.
  const plain = text.replace(/`[^`\n]*`/g, (span) => '`'.repeat(span.length));
  const masked = names.reduce((before, name) => before.replace(name, (found) => '~'.repeat(found.length)), plain);
  const inProse = [...masked.matchAll(exits)].flatMap((found) => [...found[0].matchAll(inDigits)].map((one) => at(found.index + one.index, one[0])));
  const exitCodes = [...inProse, ...exitCells(masked)];
  const all = [...masked.matchAll(inDigits), ...masked.matchAll(inWords)].map((found) => at(found.index, found[0]));
  const isExit = new Set(exitCodes.map(({ start }) => start));
  return { numbers: all.filter(({ start }) => !isExit.has(start)).sort((a, b) => a.start - b.start), exitCodes };
}

function at(start: number, written: string): StatedNumber {
  return { start, end: start + written.length, written };
}
