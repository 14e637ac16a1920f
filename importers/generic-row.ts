import { limits } from '../src/core/limits.ts';
import type { XmlElement } from '../src/tables/types.ts';
import { xmlValues } from './xml-values.ts';

/** One record of a table, as it is staged. */
export interface StagedRow {
  /** Index of the table. */
  readonly table: number;
  /** Record number from 1, header not counted. */
  readonly number: number;
  /** Cells in the order of the table's columns, or the pairs of an XML or JSON record. */
  readonly cells: readonly string[] | readonly (readonly [name: string, value: string])[];
  readonly raw: string;
}

/** An XML record as pairs: attributes and child elements alike, by local names joined by dots, the record's own name left out. */
export function flattenXml(record: XmlElement): [string, string][] {
  return xmlValues(record).map(({ path, value }) => [path.join('.'), value]);
}

/** A JSON record as pairs: member names joined by dots; the elements of a list all under the name of the list. */
export function flattenJson(record: unknown): [string, string][] {
  const pairs: [string, string][] = [];
  const walk = (value: unknown, path: string): void => {
    if (pairs.length >= limits.recordFields || value === null || value === undefined) return;
    if (Array.isArray(value)) for (const each of value) walk(each, path);
    else if (typeof value === 'object') for (const [name, member] of Object.entries(value)) walk(member, path === '' ? name : `${path}.${name}`);
    else pairs.push([path === '' ? 'value' : path, String(value)]);
  };
  walk(record, '');
  return pairs;
}
