import { sliceReader } from '../src/core/bytes.ts';
import type { ImportOptions } from '../src/core/importer.ts';
import { extension } from '../src/core/safe-path.ts';
import type { Entry, Source } from '../src/core/source.ts';
import { readCsv, sniffCsv } from '../src/tables/csv.ts';
import { readJsonRecords } from '../src/tables/json.ts';
import type { XmlElement } from '../src/tables/types.ts';
import { readXmlRecords } from '../src/tables/xml.ts';
import { flattenJson, flattenXml } from './generic-row.ts';
import { headerOf } from './generic-tables.ts';

/** The beginning of a table, looked at without a mapping. */
export interface Look {
  readonly path: string;
  readonly kind: 'csv' | 'xml' | 'json';
  /** Names of columns, or of values in XML and JSON records, in order. */
  readonly names: readonly string[];
  /** CSV: the first row names the columns; null: nothing tells, and it is taken to. */
  readonly hasHeader: boolean | null;
  readonly encoding: string | null;
  readonly separator: string | null;
  /** XML: the record's element. */
  readonly record: string;
  /** JSON: where the list stands. */
  readonly listPath: string;
  /** Records that were looked at, as values by name. */
  readonly rows: readonly ReadonlyMap<string, string>[];
}

const lookBytes = 256 * 1024;
const lookRows = 500;

/** Whether an entry may be a table, by its name. */
export function mayBeTable(path: string): boolean {
  return /^\.(csv|tsv|txt|xml|json|jsonl|ndjson)$/i.test(extension(path));
}

/** Looks at the beginning of a table, or null where it is none. */
export async function lookAt(source: Source, entry: Entry, options: ImportOptions, signal: AbortSignal): Promise<Look | null> {
  const whole = await source.open(entry, signal);
  const reader = sliceReader(whole, 0, lookBytes);
  const ending = extension(entry.path).toLowerCase();
  const place = entry.path;
  const none = { path: place, hasHeader: null, encoding: null, separator: null, record: '', listPath: '' };
  if (ending === '.xml' || /json|jsonl/.test(ending)) {
    const head = new TextDecoder().decode(await reader.read(0, lookBytes, signal));
    const xml = ending === '.xml';
    const record = xml ? repeatedElement(head) : '';
    const listPath = xml ? '' : listMember(head);
    if (record === null || listPath === null) return null;
    const rows: ReadonlyMap<string, string>[] = [];
    const items = xml ? readXmlRecords(reader, { place, record }, signal) : readJsonRecords(reader, { place, path: listPath }, signal);
    for await (const item of items) {
      if (item.kind !== 'tree') continue;
      rows.push(firstValues(xml ? flattenXml(item.value as XmlElement) : flattenJson(item.value))); // `readXmlRecords` gives elements
      if (rows.length >= lookRows) break;
    }
    const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    return names.length < 2 ? null : { ...none, kind: xml ? 'xml' : 'json', names, record, listPath, rows };
  }
  if (whole.size === 0) return null;
  const { dialect, columns, hasHeader } = await sniffCsv(reader, { declaredEncoding: options.encoding, place }, signal);
  if (columns === null || columns < 2) return null;
  const cells: (readonly string[])[] = [];
  for await (const item of readCsv(reader, dialect, { place }, signal)) {
    if (item.kind === 'row') cells.push(item.cells);
    if (cells.length > lookRows) break;
  }
  // The last row of a slice may be cut.
  if (whole.size > lookBytes && cells.length > 1 && cells.length <= lookRows) cells.pop();
  const [first] = cells;
  if (first === undefined) return null;
  const names = hasHeader === false ? first.map((_, index) => `column ${index + 1}`) : headerOf(first);
  const rows = (hasHeader === false ? cells : cells.slice(1)).map((row) =>
    firstValues(row.map((cell, index) => [names[index] ?? `column ${index + 1}`, cell])),
  );
  return {
    ...none,
    kind: 'csv',
    names,
    hasHeader,
    encoding: `${dialect.encoding.encoding} (${dialect.encoding.basis})`,
    separator: dialect.separator,
    rows,
  };
}

function firstValues(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) if (!values.has(name)) values.set(name, value);
  return values;
}

/** The element that is repeated nearest to the root, or null: the document is one record. */
function repeatedElement(head: string): string | null {
  const counts: Map<string, number>[] = [];
  let depth = 0;
  for (const [, closing, name = '', selfClosing] of head.matchAll(/<(\/?)([A-Za-z_][\w.:-]*)(?:"[^"<]*"|'[^'<]*'|[^<>"'])*?(\/?)>/g)) {
    if (closing === '/') {
      depth--;
      continue;
    }
    const here = counts[depth] ?? new Map<string, number>();
    counts[depth] = here;
    const local = name.slice(name.indexOf(':') + 1);
    here.set(local, (here.get(local) ?? 0) + 1);
    if (selfClosing !== '/') depth++;
    if (depth < 0 || depth > 64) return null;
  }
  for (const names of counts) {
    const [most] = [...(names ?? [])].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1]);
    if (most !== undefined) return most[0];
  }
  return null;
}

/** Where the list of records stands in a JSON file: '' for lists and lines, else the first member that is a list of objects; null: no JSON. */
function listMember(head: string): string | null {
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('[')) return '';
  if (!text.startsWith('{')) return null;
  const member = /^\{(?:[^{}[\]]*?,)?\s*"((?:[^"\\.]|\\.)*)"\s*:\s*\[\s*\{/.exec(text)?.[1];
  return member ?? '';
}
