import { limits } from '../src/core/limits.ts';
import type { XmlElement } from '../src/tables/types.ts';

/** A value of an XML document with the local names that lead to it. */
export interface XmlValue {
  /** From the root's child to the element or attribute; the root's own text stands under the root's name. */
  readonly path: readonly string[];
  readonly value: string;
}

/** All values below an element, attributes and elements alike, in document order; empty ones, and those beyond `limits.recordFields`, left out. */
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
