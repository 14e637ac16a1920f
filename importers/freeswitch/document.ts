import type { XmlElement } from '../../src/tables/text/types.ts';
import { withoutDigits } from './digits.ts';

type Pair = readonly [name: string, value: string];

/** An element of mod_xml_cdr, or its equivalent in JSON. Attributes, and children without values of their own, are children. */
interface Node {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Node[];
}

/**
 * Matches characters that `switch_url_encode` always encodes. Every CDR has a stamp with a space, so a match shows values that are not encoded (json_cdr's
 * `encode-values`).
 */
const unencoded = /[\s"<>]|[^\x20-\x7e]/;
const arrayMark = 'ARRAY::';

/**
 * Returns a CDR as names and values, with the same names for mod_xml_cdr, mod_json_cdr and FusionPBX's own JSON of mod_xml_cdr. Variables are decoded, each
 * value of an array separately; `app_log` becomes `<µs> <application> <argument>`, `hold` becomes `<on µs> <off µs> <other leg>`. Pressed keys are omitted, and
 * their number of places is stated under `digits left out`.
 * @param value XmlElement or JSON value.
 */
export function cdrPairs(value: unknown): readonly Pair[] {
  const root = isElement(value) ? nodeOfXml(value) : nodeOfJson('cdr', value);
  const pairs: Pair[] = [];
  const variables = childrenOf(root, 'variables').flatMap((each) => each.children);
  const encoded = !variables.some(({ text }) => unencoded.test(text));
  let flow = 0;
  for (const child of root.children) {
    const name = child.name.replace('_', '-').toLowerCase();
    if (child.name === 'variables')
      for (const each of variables) for (const one of valuesOf(each, encoded)) pairs.push([`variables.${each.name}`, one]);
    else if (child.name === 'app_log') for (const application of applicationsOf(child)) pairs.push(['app_log', application]);
    else if (name === 'hold-record') pairs.push(...holdsOf(child));
    else if (child.name === 'callflow') flatten(child, ++flow === 1 ? 'callflow' : `callflow ${flow}`, pairs);
    else flatten(child, name === 'callstats' ? 'call-stats' : child.name, pairs);
  }
  return withoutDigits(pairs);
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === 'object' && value !== null && 'children' in value && Array.isArray(value.children) && 'attributes' in value;
}

function nodeOfXml({ name, text, attributes, children }: XmlElement): Node {
  return { name, text, children: [...attributes.map((each) => ({ name: each.name, text: each.value, children: [] })), ...children.map(nodeOfXml)] };
}

/** Converts JSON. A list becomes elements with one name; PHP's `@attributes` are treated as other members. */
function nodeOfJson(name: string, value: unknown): Node {
  if (typeof value !== 'object' || value === null) return { name, text: value === null || value === undefined ? '' : String(value), children: [] };
  const children = Object.entries(value).flatMap(([member, each]) => {
    if (member === '@attributes') return nodeOfJson(member, each).children;
    return Array.isArray(each) ? each.map((one) => nodeOfJson(member, one)) : [nodeOfJson(member, each)];
  });
  return { name, text: '', children };
}

function childrenOf({ children }: Node, name: string): readonly Node[] {
  return children.filter((child) => child.name === name);
}

function textOf(node: Node, names: readonly string[]): string {
  return node.children.find((child) => names.includes(child.name))?.text ?? '';
}

function valuesOf({ text }: Node, encoded: boolean): readonly string[] {
  const value = encoded ? percentDecoded(text) : text;
  return value.startsWith(arrayMark) ? value.slice(arrayMark.length).split('|:') : [value];
}

/** Decodes percent-encoded UTF-8; text that is not validly encoded stays unchanged. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign encodes nothing, or bytes are not UTF-8: the text is kept
  }
}

/** Returns the applications in order: from `application` in XML, `applications` in JSON. */
function applicationsOf(log: Node): readonly string[] {
  return log.children.map((each) => [textOf(each, ['app_stamp']), applicationText(each)].filter((part) => part !== '').join(' '));
}

function applicationText(application: Node): string {
  return [textOf(application, ['app_name']), textOf(application, ['app_data'])].filter((part) => part !== '').join(' ');
}

function holdsOf(record: Node): readonly Pair[] {
  const holds = record.children.some(({ name }) => name === 'on') ? [record] : record.children;
  return holds.map((hold) => ['hold', [['on'], ['off'], ['bridged-to', 'bridged_to']].map((names) => textOf(hold, names) || '-').join(' ')] as const);
}

function flatten(node: Node, name: string, into: Pair[]): void {
  if (node.text.trim() !== '') into.push([name, node.text]);
  for (const child of node.children) {
    const isApplication = child.children.some((each) => each.name === 'app_name');
    if (isApplication) into.push([`${name}.application`, applicationText(child)]);
    else flatten(child, `${name}.${child.name}`, into);
  }
}
