import { baseName } from '../../src/core/base/safe-path.ts';
import type { Source } from '../../src/core/model/source.ts';
import type { Row } from '../../src/tables/text/types.ts';
import { readText } from '../engine/records/text-document.ts';

/** Columns of custom tables as their configuration lists them, by the file's base name in lower case; two configurations may name one file. */
export type Layouts = ReadonlyMap<string, readonly (readonly string[])[]>;

/** Largest size of a configuration that lists columns. */
const configurationBytes = 1024 * 1024;
const configuration = /(?:^|[/!])(?:cdr|cel)_custom\.conf$/i;
/** For each column of the CEL table without a column of its own in CSV: the expression that gives its value. */
const expressions: Readonly<Record<string, string>> = {
  'callerid(name)': 'cidname',
  'callerid(num)': 'cidnum',
  'callerid(ani)': 'ani',
  'callerid(rdnis)': 'rdnis',
  'callerid(dnid)': 'dnid',
  bridgepeer: 'peer',
};
const times = /^(?:\d{9,11}(?:\.\d{1,6})?|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d.*)$/;

/** Returns true if an entry is a configuration that may list columns. */
export function isLayoutPath(path: string): boolean {
  return configuration.test(path);
}

/** Reads the columns that the operator chose for custom tables from cdr_custom.conf and cel_custom.conf in the source. */
export async function readLayouts(source: Source, signal: AbortSignal): Promise<Layouts> {
  const layouts = new Map<string, (readonly string[])[]>();
  for await (const entry of source.entries(signal)) {
    if (!isLayoutPath(entry.path) || entry.size > configurationBytes) continue;
    const { text } = await readText(await source.open(entry, signal), null, signal);
    for (const line of text.split(/\r?\n/)) {
      const [, name = '', written = ''] = /^\s*([^\s;=[\]]+)\s*=>?\s*(.+?)\s*$/.exec(line) ?? [];
      if (name === '') continue;
      const columns = columnsOf(written);
      if (columns.length < 2) continue;
      const key = baseName(name).toLowerCase();
      layouts.set(key, [...(layouts.get(key) ?? []), columns]);
    }
  }
  return layouts;
}

/**
 * Returns the layout of a table by its name, if its rows have as many cells as the layout, and times where the layout has times; null if none fits or several
 * do.
 */
export function layoutFor(layouts: Layouts, place: string, rows: readonly Row[]): readonly string[] | null {
  const name = baseName(place).toLowerCase();
  const named = layouts.get(name) ?? layouts.get(name.replace(/[-._]\d[\w.-]*$/, '')) ?? [];
  const fitting = named.filter((columns) => {
    const time = columns.findIndex((column) => column === 'start' || column === 'eventtime');
    if (time < 0 || !(columns.includes('uniqueid') || columns.includes('src') || columns.includes('linkedid'))) return false;
    return rows.filter(({ cells }) => cells.length === columns.length && times.test(cells[time] ?? '')).length * 2 > rows.length;
  });
  const different = new Map(fitting.map((columns) => [columns.join(), columns]));
  return different.size === 1 ? (fitting[0] ?? null) : null;
}

/**
 * Returns the columns of a mapping: `${CSV_QUOTE(${CDR(src)})},${CDR(start,u)}`. An expression that is not a variable of a CDR or an event gets a name with its
 * number.
 */
function columnsOf(written: string): readonly string[] {
  const text = written.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(' || char === '{') depth++;
    else if (char === ')' || char === '}') depth = Math.max(0, depth - 1);
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  parts.push(text.slice(begin));
  return parts.map((part, index) => {
    const bare = part.replace(/["'\s]/g, '').replace(/^\$\{CSV_QUOTE\((.*)\)\}$/i, '$1');
    const inner = /^\$\{(.*)\}$/.exec(bare)?.[1]?.toLowerCase() ?? '';
    const own = /^(?:cdr|channel)\(([a-z_]\w*)(?:,[a-z]*)?\)$/.exec(inner)?.[1] ?? expressions[inner] ?? (/^[a-z_]\w*$/.test(inner) ? inner : null);
    return own ?? `column ${index + 1}`;
  });
}
