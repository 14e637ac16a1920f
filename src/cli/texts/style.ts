import { styleText } from 'node:util';
import type { Surroundings } from '../machine/surroundings.ts';

/** Layout of results for a terminal, a pipe or a file. */
export interface OutStyle {
  /** Width of the terminal; null: a pipe or a file, where lines are not wrapped. */
  readonly columns: number | null;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly alarm: (text: string) => string;
}

/** Smallest width for which text is wrapped; a narrower terminal wraps lines itself. */
const fewestColumns = 40;

/** Returns the style of stdout: colours on a terminal only, and not if https://no-color.org forbids them. */
export function outStyle({ env, out }: Pick<Surroundings, 'env' | 'out'>): OutStyle {
  const isTerminal = out.isTTY === true;
  const isColoured = isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const paint =
    (style: 'bold' | 'dim' | 'yellow' | 'red') =>
    (text: string): string =>
      isColoured && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  return {
    columns: isTerminal ? Math.max(fewestColumns, out.columns) : null,
    bold: paint('bold'),
    dim: paint('dim'),
    warn: paint('yellow'),
    alarm: paint('red'),
  };
}

/** Length of the longest name that has its value beside it; longer names get a line of their own. */
const longestName = 22;

/**
 * Lays out names and values; a long value continues on further lines in its column. Without a terminal nothing is wrapped, so that the text can be
 * searched.
 */
export function namedLines(rows: readonly (readonly [name: string, value: string])[], { columns, dim }: OutStyle, indent = ''): string {
  const lengths = rows.map(([name]) => [...name].length);
  const width = Math.max(0, ...lengths.filter((length) => columns === null || length <= longestName));
  const hang = `\n${' '.repeat(indent.length + width + 2)}`;
  const room = columns === null ? Number.POSITIVE_INFINITY : columns - indent.length - width - 2;
  return rows
    .map(([name, value], row) => {
      const spare = width - (lengths[row] ?? 0);
      return `${indent}${dim(name)}${spare < 0 ? hang : ' '.repeat(spare + 2)}${wrapped(value, room).join(hang)}`.trimEnd();
    })
    .join('\n');
}

/** Wraps text at spaces to lines of at most `width` characters. A path is never split, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && [...line].length + 1 + [...word].length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
