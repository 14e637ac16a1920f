import { type ByteReader, sliceReader } from '../../../src/core/base/bytes.ts';
import { flattenJson } from '../../../src/tables/flatten.ts';
import { readJsonRecords } from '../../../src/tables/json/json.ts';
import { headText, listPaths } from '../../../src/tables/text/record-place.ts';
import { findColumn } from '../../../src/tables/values/columns.ts';
import type { Doubts } from './doubts.ts';
import { columnsMissing, type Mapping, tableColumnsNamed } from './mapping.ts';

// Pages of web services: a JSON file with a list of calls, and facts about the page beside the list.

/** Number of bytes of a file in which a list is searched; `headRecords`: number of records read of each list. */
const headBytes = 256 * 1024;
const headRecords = 20;

type Pairs = readonly (readonly [name: string, value: string])[];

/**
 * Returns the path of the list whose elements are the calls of a JSON file, if the mapping states none: the first list that has all columns of the mapping, in
 * a file that itself lacks one of them. Empty: the file itself.
 */
export async function pagePath(reader: ByteReader, place: string, mapping: Mapping, signal: AbortSignal): Promise<string> {
  const head = sliceReader(reader, 0, headBytes);
  const paths = listPaths(await headText(head, null, signal));
  if (paths.length === 0) return '';
  for (const path of ['', ...paths]) {
    const names = new Set<string>();
    let records = 0;
    for await (const item of readJsonRecords(head, { place, path }, signal)) {
      if (item.kind !== 'tree') continue;
      for (const [name] of flattenJson(item.value)) names.add(name);
      if (++records >= headRecords) break;
    }
    if (records > 0 && columnsMissing(mapping, [...names]).length === 0) return path;
  }
  return '';
}

/**
 * Returns a check of the records of XML and JSON tables that counts those which look like pages: they have several values for the key and for the start, or
 * none of the columns that the mapping names.
 */
export function pageCheck(mapping: Mapping, doubts: Doubts): (pairs: Pairs, place: string) => void {
  const { columns } = mapping;
  // Without a key the file's name identifies the call.
  const exact = mapping.join?.exact;
  const ids = columns === null || columns.key.length > 0 ? (columns?.key ?? []) : exact?.by === 'file' ? exact.columns : [];
  const single = [...ids, ...(columns?.start?.columns ?? [])];
  const named = tableColumnsNamed(mapping);
  return (pairs, place) => {
    const values = new Map<string, Set<string>>();
    for (const [name, value] of pairs) {
      const known = values.get(name);
      if (known === undefined) values.set(name, new Set([value]));
      else known.add(value);
    }
    const names = [...values.keys()];
    const countOf = (column: string): number => values.get(names[findColumn(names, column) ?? -1] ?? '')?.size ?? 0;
    if (ids.length > 0 && single.every((column) => countOf(column) > 1))
      doubts.note('I258', 'records have several values for the key and the start of one call', place);
    else if (named.length > 0 && named.every((column) => countOf(column) === 0))
      doubts.note('I258', 'records have none of the columns that the mapping names', place);
  };
}
