import { sliceReader } from '../../src/core/base/bytes.ts';
import { extension } from '../../src/core/base/safe-path.ts';
import type { ImportOptions } from '../../src/core/model/importer.ts';
import type { Entry, Source } from '../../src/core/model/source.ts';
import { readCsv, sniffCsv } from '../../src/tables/csv/csv.ts';
import { headerOf } from '../../src/tables/csv/separated.ts';
import { flattenJson, flattenXml } from '../../src/tables/flatten.ts';
import { readJsonRecords } from '../../src/tables/json/json.ts';
import { listMember, repeatedElement } from '../../src/tables/text/record-place.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';
import { readXmlRecords } from '../../src/tables/xml/xml.ts';

/** The beginning of a table, read without a mapping. */
export interface Look {
  readonly path: string;
  readonly kind: 'csv' | 'xml' | 'json';
  /** Names of columns, or of values in XML and JSON records, in order. */
  readonly names: readonly string[];
  /** CSV: true if the first row names the columns; null if nothing shows it, and a header is assumed. */
  readonly hasHeader: boolean | null;
  readonly encoding: string | null;
  readonly separator: string | null;
  /** XML: the record's element. */
  readonly record: string;
  /** JSON: path of the list. */
  readonly listPath: string;
  /** Records that were read, as values by name. */
  readonly rows: readonly ReadonlyMap<string, string>[];
}

const lookBytes = 256 * 1024;
const lookRows = 500;

/** Returns true if an entry may be a table, by its name. */
export function mayBeTable(path: string): boolean {
  return /^\.(csv|tsv|txt|xml|json|jsonl|ndjson)$/i.test(extension(path));
}

/** Reads the beginning of a table; null if the entry is not a table. */
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
      rows.push(firstValues(xml ? flattenXml(item.value as XmlElement) : flattenJson(item.value))); // `readXmlRecords` yields elements.
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
  // The last row of a slice may be cut off.
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
