import { styleText } from 'node:util';
import type { Surroundings } from '../machine/surroundings.ts';

/** How results are dressed for whoever reads them. */
export interface OutStyle {
  /** Columns of the terminal; null: a pipe or a file, where lines are as long as they are. */
  readonly columns: number | null;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly alarm: (text: string) => string;
}

/** The narrowest that is laid out for; below, the terminal breaks lines itself. */
const fewestColumns = 40;

/** The style of stdout: colours on a terminal only, and not where https://no-color.org says no. */
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

/** Names that are longer stand on a line of their own. */
const longestName = 22;

/** Names and values; a value that is too long goes on below itself. Without a terminal nothing is broken, for those who search in it. */
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

/** Lines of at most `width` characters, broken at blanks; a path stays in one piece, so that it can be copied. */
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
