import { limits } from '../core/base/limits.ts';
import type { XmlElement } from './text/types.ts';

/** A value in an XML document, with the path of local names that leads to it. */
export interface XmlValue {
  /** Path from the root's child to the element or attribute. For the root's own text, it is the root's name. */
  readonly path: readonly string[];
  readonly value: string;
}

/** Returns all values of the elements and attributes below an element, in document order. Leaves out empty values and those beyond `limits.recordFields`. */
export function xmlValues(root: XmlElement): XmlValue[] {
  const found: XmlValue[] = [];
  const walk = (element: XmlElement, path: readonly string[]): void => {
    if (found.length >= limits.recordFields) return;
    if (element.text !== '') found.push({ path: path.length === 0 ? [element.name] : path, value: element.text });
    for (const { name, value } of element.attributes) if (value !== '') found.push({ path: [...path, name], value });
    for (const child of element.children) walk(child, [...path, child.name]);
  };
  walk(root, []);
  return found;
}

/**
 * Converts an XML record to pairs of name and value. The name of an attribute or child element consists of local names joined by dots, without the record's own
 * name.
 */
export function flattenXml(record: XmlElement): [string, string][] {
  return xmlValues(record).map(({ path, value }) => [path.join('.'), value]);
}

/** Converts a JSON record to pairs of name and value. A name consists of member names joined by dots; all elements of a list have the list's name. */
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
