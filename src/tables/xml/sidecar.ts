import { Parser } from 'xml2js';
import type { XmlElement } from '../text/types.ts';
import { innerScope, type NamespaceScope, xmlElement } from './element.ts';

/** What xml2js makes of an element under the options below. */
interface Node {
  readonly '#name'?: string;
  readonly $?: Readonly<Record<string, string>>;
  /** Not `_`, xml2js's default: that is a name an element can have. */
  readonly '#text'?: string;
  readonly '#children'?: readonly Node[];
}

/**
 * The element of a small text, or null where it is not well-formed. The text is one element without DOCTYPE, within the limits of size, depth and attributes: the caller has
 * made sure with `scanElement`.
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
    return null; // xml2js throws for nothing but text that is not well-formed
  }
}

function convert(node: Node, outer: NamespaceScope): XmlElement {
  const attributes = Object.entries(node.$ ?? {});
  const scope = innerScope(outer, attributes);
  const children = (node['#children'] ?? []).map((child) => convert(child, scope));
  return xmlElement(node['#name'] ?? '', scope, attributes, children, node['#text'] ?? '');
}
