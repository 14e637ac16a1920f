import { Parser } from 'xml2js';
import type { XmlElement } from '../text/types.ts';
import { innerScope, type NamespaceScope, xmlElement } from './element.ts';

/** xml2js's result for an element with the options below. */
interface Node {
  readonly '#name'?: string;
  readonly $?: Readonly<Record<string, string>>;
  /** The element's text. Its key is not `_`, xml2js's default, because that is a valid element name. */
  readonly '#text'?: string;
  readonly '#children'?: readonly Node[];
}

/**
 * Parses the element in a small text; null if it is not well-formed. The text must be one element without DOCTYPE, within the limits of size, depth and
 * attributes, which the caller has checked with `scanElement`.
 */
export async function parseSmallDocument(text: string, scope: NamespaceScope): Promise<XmlElement | null> {
  const parser = new Parser({
    attrkey: '$',
    charkey: '#text',
    childkey: '#children',
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    explicitCharkey: true,
    includeWhiteChars: true,
  });
  try {
    const root: Node = await parser.parseStringPromise(text);
    return convert(root, scope);
  } catch {
    return null; // xml2js throws only for text that is not well-formed
  }
}

function convert(node: Node, outer: NamespaceScope): XmlElement {
  const attributes = Object.entries(node.$ ?? {});
  const scope = innerScope(outer, attributes);
  const children = (node['#children'] ?? []).map((child) => convert(child, scope));
  return xmlElement(node['#name'] ?? '', scope, attributes, children, node['#text'] ?? '');
}
