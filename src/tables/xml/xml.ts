import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type ByteSpan, type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { byteScale, chooseEncoding, decodeText } from '../text/encoding.ts';
import { textWindow } from '../text/text-window.ts';
import type { EncodingChoice, Tree, TreeOrFinding, XmlElement } from '../text/types.ts';
import { outerScope } from './element.ts';
import { parseElement } from './parse.ts';
import { isBlank, nulRun, splitXml, type XmlLoss } from './records.ts';
import { markSearch, readable, scanElement, xmlToken } from './scan.ts';
import { parseSmallDocument } from './sidecar.ts';

/**
 * Reads the records of an XML export of any size, one at a time. `record` is the local name of the repeated element, `*` for each child of the root, or empty
 * for the root itself. The `value` of a tree is an `XmlElement`. `around` is the local name of an enclosing element whose attributes are added to its records.
 * A damaged record gives one finding (see `isLostRecord`), and reading continues at the next good one; a bare `&` is read as text and control characters are
 * removed, which a finding before the tree reports. A DOCTYPE with declarations ends the reading: nothing is expanded or fetched.
 */
export async function* readXmlRecords(
  reader: ByteReader,
  options: { readonly place: string; readonly record: string; readonly around?: string; readonly declaredEncoding?: string | null },
  signal: AbortSignal,
): AsyncIterable<TreeOrFinding> {
  const { place } = options;
  const { choice, findings } = await xmlEncoding(reader, place, options.declaredEncoding ?? null, signal);
  yield* findings;
  await using window = textWindow(decodeText(reader, choice, signal), byteScale(choice));
  for await (const piece of splitXml(window, options.record, signal)) {
    if (piece.kind === 'doctype') {
      yield doctypeFinding(place);
      return;
    }
    if (piece.kind === 'lost') {
      yield lostRecord(piece.reason, place, piece);
    } else if (piece.kind === 'record') {
      const at = recordPlace(place, piece.number);
      if (piece.raw.includes(nulRun)) {
        yield lostRecord('not-well-formed', place, piece);
        continue;
      }
      const clean = readable(piece.raw);
      const value = parseElement(clean.text, piece.scope);
      if (typeof value === 'string') {
        yield lostRecord(value, place, piece);
        continue;
      }
      yield* repairFindings(clean, at);
      const tree: Tree = { kind: 'tree', number: piece.number, value, raw: piece.raw };
      yield options.around === undefined ? tree : { ...tree, around: attributesAround(piece.around, options.around) };
    } else {
      yield* documentFindings(piece, place);
    }
  }
}

/** Returns the attributes of the innermost enclosing element with a local name, with that name as prefix. */
function attributesAround(tags: readonly string[], name: string): (readonly [name: string, value: string])[] {
  for (const tag of tags.toReversed()) {
    const element = parseElement(readable(`${tag.slice(0, -1)}/>`).text, outerScope);
    if (typeof element !== 'string' && element.name === name) return element.attributes.map((each) => [`${name}.${each.name}`, each.value]);
  }
  return [];
}

/**
 * Reads a small sidecar file as a whole. `root` is null if the file cannot be read, because it is too large, not XML, not well-formed or truncated, or has a
 * DOCTYPE; the findings say which. A bare `&` and control characters are handled as in `readXmlRecords`.
 */
export async function parseSidecar(
  reader: ByteReader,
  options: { readonly place: string },
  signal: AbortSignal,
): Promise<{ root: XmlElement | null; findings: Finding[] }> {
  const { place } = options;
  if (reader.size > limits.sidecarBytes) {
    return { root: null, findings: [finding('T128', place, agree`${reader.size} byte[s]; a sidecar may have ${limits.sidecarBytes}`)] };
  }
  const { choice, findings } = await xmlEncoding(reader, place, null, signal);
  let text = '';
  for await (const piece of decodeText(reader, choice, signal)) text += piece;
  const { element, findings: more } = rootText(text, place);
  if (element === null) return { root: null, findings: [...findings, ...more] };
  const root = await parseSmallDocument(element, outerScope);
  return { root, findings: [...findings, ...(root === null ? [lossFinding('not-well-formed', place)] : more)] };
}

/** Reads the first element of a text in memory, like `parseSidecar` does with a file. Other content is reported but not read. */
export function parseXmlText(text: string, place: string): { readonly root: XmlElement | null; readonly findings: readonly Finding[] } {
  const { element, findings } = rootText(text, place);
  if (element === null) return { root: null, findings };
  const root = parseElement(element, outerScope);
  return typeof root === 'string' ? { root: null, findings: [lossFinding(root, place)] } : { root, findings };
}

/** Returns the first element of a text, made readable; null if there is none: the findings say why. */
function rootText(text: string, place: string): { readonly element: string | null; readonly findings: Finding[] } {
  const found = findRoot(text);
  if (found.kind === 'doctype') return { element: null, findings: [doctypeFinding(place)] };
  if (found.kind === 'none') return { element: null, findings: [finding('T127', place, 'contains no XML element')] };
  if (found.kind === 'damage') return { element: null, findings: [lossFinding(found.reason, place)] };
  const clean = readable(text.slice(found.start, found.end));
  const after = documentFindings({ roots: found.roots, declarations: found.declarations, odd: found.odd, unclosed: 0 }, place);
  return { element: clean.text, findings: [...repairFindings(clean, place), ...after] };
}

type RootSearch =
  | {
      readonly kind: 'root';
      readonly start: number;
      readonly end: number;
      readonly roots: number;
      readonly declarations: number;
      readonly odd: number;
    }
  | { readonly kind: 'damage'; readonly reason: XmlLoss }
  | { readonly kind: 'doctype' }
  | { readonly kind: 'none' };

/** Finds the first root element of a whole document, and other content beside the element. */
function findRoot(text: string): RootSearch {
  let first: { start: number; end: number } | null = null;
  const marks = markSearch();
  let [roots, declarations, odd, at] = [0, 0, 0, 0];
  while (at < text.length) {
    const token = xmlToken(text, at, true, marks);
    if (token.kind === 'doctype') return { kind: 'doctype' };
    if (token.kind === 'more') break;
    if (token.kind === 'declaration') declarations++;
    if (token.kind === 'close' || token.kind === 'malformed' || (token.kind === 'text' && !isBlank(text.slice(token.start, token.end)))) odd++;
    at = token.kind === 'malformed' ? token.start + 1 : token.end;
    if (token.kind !== 'open') continue;
    roots++;
    const scan = scanElement(text, token.start, true, marks);
    if (scan.kind !== 'element') {
      if (first !== null) odd++;
      else return { kind: 'damage', reason: scan.kind === 'damage' ? scan.reason : 'cut' };
      continue;
    }
    first ??= { start: token.start, end: scan.end };
    at = scan.end;
  }
  return first === null ? { kind: 'none' } : { kind: 'root', ...first, roots, declarations, odd };
}

/** Determines the encoding of an XML file like that of any text. The encoding in its XML declaration counts as declared. */
async function xmlEncoding(
  reader: ByteReader,
  place: string,
  fallback: string | null,
  signal: AbortSignal,
): Promise<{ choice: EncodingChoice; findings: Finding[] }> {
  const head = new TextDecoder('latin1').decode(await reader.read(0, 512, signal));
  const declared = /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head)?.[1];
  // An XML file without a declaration is UTF-8 (XML 1.0, section 4.3.3). If such a file is not UTF-8, this gives a finding.
  const { choice, findings } = await chooseEncoding(reader, declared ?? fallback ?? 'utf-8', signal);
  return { choice, findings: findings.map((each) => ({ ...each, place })) };
}

function recordPlace(place: string, number: number): string {
  return `${place} record ${number}`;
}

function doctypeFinding(place: string): Finding {
  return finding('T120', place, 'has a DOCTYPE; nothing after it was read, no entity was expanded and nothing was fetched');
}

const lossWords: Readonly<Record<XmlLoss, readonly [code: FindingCode, words: string]>> = {
  'not-well-formed': ['T121', 'is not well-formed XML and was not read'],
  cut: ['T122', 'ends before its end tag and was not read'],
  'too-deep': ['T123', `has elements nested more than ${limits.depth} deep and was not read`],
  'too-many-attributes': ['T123', `has an element with more than ${limits.attributes} attributes and was not read`],
  'too-many-elements': ['T123', `has more than ${limits.elements} elements and was not read`],
  'too-large': ['T123', `is larger than ${limits.recordBytes} characters, or one value is larger than ${limits.fieldBytes}, and was not read`],
  doctype: ['T120', 'has a DOCTYPE and was not read'],
};

/** Creates the finding for one of several records of a file. */
function lostRecord(reason: XmlLoss, place: string, { number, span }: { readonly number: number; readonly span: ByteSpan | null }): Finding {
  return { ...lossFinding(reason, recordPlace(place, number)), lost: { table: '', number, span } };
}

function lossFinding(reason: XmlLoss, place: string): Finding {
  const [code, words] = lossWords[reason];
  return finding(code, place, words);
}

function repairFindings(clean: { readonly ampersands: number; readonly controls: number }, place: string): Finding[] {
  if (clean.ampersands + clean.controls === 0) return [];
  return [finding('T126', place, `${clean.ampersands} bare '&' read as text, ${clean.controls} control characters left out`)];
}

function documentFindings(document: { roots: number; declarations: number; odd: number; unclosed: number }, place: string): Finding[] {
  const findings: Finding[] = [];
  if (document.roots > 1 || document.declarations > 1) {
    findings.push(
      finding('T124', place, agree`${document.roots} root elements and ${document.declarations} XML declaration[s] in one file; all were read`),
    );
  }
  if (document.odd > 0) findings.push(finding('T129', place, agree`${document.odd} place[s] outside the records [is|are] not well-formed XML`));
  if (document.unclosed > 0)
    findings.push(finding('T125', place, agree`ends with ${document.unclosed} element[s] open: it was truncated between two records`));
  if (document.roots === 0) findings.push(finding('T127', place, 'contains no XML element'));
  return findings;
}
