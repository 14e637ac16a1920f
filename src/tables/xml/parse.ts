import { SaxesParser } from 'saxes';
import { limits } from '../../core/base/limits.ts';
import type { XmlElement } from '../text/types.ts';
import { innerScope, type NamespaceScope, xmlElement } from './element.ts';

/**
 * Parses a text that `scanElement` found: one element from the first to the last character, within the limits of depth and attributes. Returns what is wrong if
 * that fails. Expands only the five entities of XML.
 */
export function parseElement(text: string, scope: NamespaceScope): XmlElement | 'not-well-formed' | 'too-large' {
  const parser = new SaxesParser({ position: false });
  const open: { name: string; attributes: [string, string][]; scope: NamespaceScope; children: XmlElement[]; text: string[] }[] = [];
  let root: XmlElement | null = null;
  let wellFormed = true;
  let large = false;
  parser.on('error', () => {
    wellFormed = false;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const pairs = Object.entries(attributes);
    open.push({ name, attributes: pairs, scope: innerScope(open.at(-1)?.scope ?? scope, pairs), children: [], text: [] });
    large ||= pairs.some(([, value]) => value.length > limits.fieldBytes);
  });
  const addText = (piece: string) => {
    open.at(-1)?.text.push(piece);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const content = closed.text.join('');
    large ||= content.length > limits.fieldBytes;
    const element = xmlElement(closed.name, closed.scope, closed.attributes, closed.children, content);
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  if (!wellFormed || root === null) return 'not-well-formed';
  return large ? 'too-large' : root;
}
