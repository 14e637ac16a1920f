import type { XmlElement } from '../text/types.ts';

/** Namespace URIs by prefix; the default namespace has the key `''`. */
export type NamespaceScope = ReadonlyMap<string, string>;

/** The scope outside a document's root. Source: Namespaces in XML 1.0, section 3. */
export const outerScope: NamespaceScope = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]);

/** The name and the value of an attribute, as written in a start tag. */
export type WrittenAttribute = readonly [name: string, value: string];

/** Returns the scope inside an element with these attributes; the same object if the element declares nothing. */
export function innerScope(scope: NamespaceScope, attributes: Iterable<WrittenAttribute>): NamespaceScope {
  let inner: Map<string, string> | null = null;
  for (const [name, value] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    inner ??= new Map(scope);
    inner.set(name.slice(6), value);
  }
  return inner ?? scope;
}

/**
 * Creates an element from its written name. An undeclared prefix gets the namespace `''`, because recorders write such prefixes and the local name is
 * sufficient.
 */
export function xmlElement(
  name: string,
  scope: NamespaceScope,
  attributes: Iterable<WrittenAttribute>,
  children: readonly XmlElement[],
  text: string,
): XmlElement {
  const colon = name.indexOf(':');
  return {
    name: name.slice(colon + 1),
    namespace: scope.get(colon < 0 ? '' : name.slice(0, colon)) ?? '',
    attributes: [...attributes]
      .filter(([key]) => key !== 'xmlns' && !key.startsWith('xmlns:'))
      .map(([key, value]) => ({ name: localName(key), value })),
    children,
    text: text.trim(),
  };
}

/** Returns the part of a name after its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Returns the text of the first child with a local name; null if there is none. */
export function childText(element: XmlElement, name: string): string | null {
  return element.children.find((child) => child.name === name)?.text ?? null;
}

/** Returns the attribute with a local name, else the text of the first such child, else null, because exports of one family use either. */
export function fieldText(element: XmlElement, name: string): string | null {
  return element.attributes.find((attribute) => attribute.name === name)?.value ?? childText(element, name);
}

/** Returns all elements with a local name, from `element` itself downwards, in document order. */
export function findAll(element: XmlElement, name: string): XmlElement[] {
  return [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => findAll(child, name))];
}
