import { limits } from '../../core/base/limits.ts';
import { withoutEntities } from '../messages/escapes.ts';
import type { RowReader, RowReaderOf } from './row-reader.ts';
import { createRowWords, type Role } from './row-words.ts';

/** Attributes of an element that is one value of a row: `<field name="First name" value="Zoë"/>`. */
const valueAttribute = /^(?:value|val|v|content|text|data)$/i;

/** Largest length of markup, or of a text, that goes on in the next line. */
const mostToken = 16 * 1024;

interface Element {
  readonly name: string;
  readonly attributes: number;
  readonly hasValueAttribute: boolean;
  hasElements: boolean;
  hasText: boolean;
}

/**
 * Reads XML by its tags alone, so that damage, or a beginning in the middle of a table, ends only one row. A row is an element with its attributes, texts and
 * elements, but without elements of one name that repeat and have elements or attributes themselves: these are rows of their own.
 */
export const xmlRows: RowReaderOf = (person, { found, text }): RowReader => {
  const words = createRowWords(person, found);
  const open: Element[] = [];
  let rest = '';
  let restLine = 0;
  const cell = (value: string, from: number, to: number): void => {
    const plain = (value.includes('&') ? withoutEntities(value) : value).trim();
    if (plain === '') return;
    const start = value.includes('\n') ? from + (/^\s*/.exec(value)?.[0].split('\n').length ?? 1) - 1 : from;
    words?.cell(plain, start);
    // The search line by line does not see it as a whole.
    if (value.includes('\n') && value.trim().includes('\n')) text(plain, start, to);
  };
  const close = (): void => {
    const closed = open.pop();
    words?.close(closed === undefined ? 'row' : roleOf(closed), closed?.name ?? '');
  };
  const tag = (token: string, from: number, to: number): void => {
    const name = nameIn(token);
    if (token.startsWith('</')) {
      // Unclosed elements inside it end with it. An end without a start belongs to what is not in the text.
      const at = open.findLastIndex((one) => one.name === name);
      if (at >= 0) while (open.length > at) close();
      else if (open.length === 0) close();
      return;
    }
    const attributes = token.includes('=') ? attributesIn(token) : [];
    const around = open.at(-1);
    if (around !== undefined) around.hasElements = true;
    const hasValueAttribute = attributes.some(({ key }) => valueAttribute.test(key));
    // No row is nested so deeply: elements before it were not closed.
    if (open.length >= limits.depth) {
      words?.end();
      open.length = 0;
    }
    open.push({ name, attributes: attributes.length, hasValueAttribute, hasElements: false, hasText: false });
    words?.open();
    for (const { value } of attributes) cell(value, from, to);
    if (token.endsWith('/>')) close();
  };
  const token = (one: string, from: number, to: number): void => {
    if (one.startsWith('<![CDATA[')) cell(one.slice(9, -3), from, to);
    else if (one.startsWith('<!') || one.startsWith('<?')) cell(one, from, to);
    else if (one.startsWith('<') && one.endsWith('>')) tag(one, from, to);
    else {
      const around = open.at(-1);
      if (around !== undefined && one.trim() !== '') around.hasText = true;
      cell(one, from, to);
    }
  };
  return {
    begin: (block) => words?.begin(block, rest !== ''),
    take: (piece, line) => {
      const whole = rest + piece;
      let at = 0;
      let from = rest === '' ? line : restLine;
      while (at < whole.length) {
        const end = endOfToken(whole, at);
        if (end === null) break;
        token(whole.slice(at, end), from, line);
        at = end;
        from = line;
      }
      rest = whole.slice(at);
      restLine = from;
      if (rest.length < mostToken) return;
      token(rest, from, line);
      rest = '';
    },
    end: () => {
      if (rest !== '') token(rest, restLine, restLine);
      rest = '';
      words?.end();
    },
  };
};

function nameIn(tag: string): string {
  const from = tag[1] === '/' ? 2 : 1;
  let at = from;
  for (let sign = tag[at]; sign !== undefined && sign !== '>' && sign !== '/' && sign.trim() !== ''; sign = tag[at]) at++;
  return tag.slice(from, at);
}

function attributesIn(tag: string): { readonly key: string; readonly value: string }[] {
  return [...tag.matchAll(/([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key = '', one, other]) => ({ key, value: one ?? other ?? '' }));
}

/** Returns where the markup, or the text, that begins at `from` ends; null: not in this text. */
function endOfToken(text: string, from: number): number | null {
  const after = (mark: string): number | null => {
    const at = text.indexOf(mark, from);
    return at < 0 ? null : at + mark.length;
  };
  if (text[from] !== '<') {
    const next = text.indexOf('<', from);
    return next < 0 ? null : next;
  }
  if (text.length - from < 9 && '<![CDATA['.startsWith(text.slice(from))) return null;
  if (text.startsWith('<!--', from)) return after('-->');
  if (text.startsWith('<![CDATA[', from)) return after(']]>');
  if (text.startsWith('<?', from)) return after('?>');
  return endOfTag(text, from);
}

/** Returns where a tag ends. The `<` of damaged markup begins a text, which ends before the next one. */
function endOfTag(text: string, from: number): number | null {
  const mark = /[<>"']/g;
  mark.lastIndex = from + 1;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '>') return found.index + 1;
    if (found[0] === '<') return found.index;
    const quoteEnd = found[0] === '"' ? /["<]/g : /['<]/g;
    quoteEnd.lastIndex = found.index + 1;
    const quote = quoteEnd.exec(text);
    if (quote === null) return null;
    if (quote[0] === '<') return quote.index;
    mark.lastIndex = quote.index + 1;
  }
  return null;
}

function roleOf({ attributes, hasValueAttribute, hasElements, hasText }: Element): Role {
  if (hasElements) return 'part';
  return attributes === 0 || (attributes <= 2 && (hasText || hasValueAttribute)) ? 'cell' : 'part';
}
