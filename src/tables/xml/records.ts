import { limits } from '../../core/base/limits.ts';
import type { ByteSpan } from '../../core/findings/finding.ts';
import { detached, spanBetween, type TextWindow } from '../text/text-window.ts';
import { innerScope, localName, type NamespaceScope, outerScope, type WrittenAttribute } from './element.ts';
import { type ElementScan, type MarkSearch, markSearch, scanElement, type XmlToken, xmlToken } from './scan.ts';

/** Length of the longest start tag that is kept for the records inside its element. */
const tagChars = 64 * 1024;

/** A run of NUL of this length is a block that was not written or was lost, because XML forbids NUL and no writer pads with it. */
export const nulRun = '\0\0\0\0';

/** Returns true if text around the root element counts as empty: white space, or the end mark of CP/M and MS-DOS texts (0x1A). */
export function isBlank(text: string): boolean {
  return /^[\s\u001a]*$/.test(text);
}

/** Why a record of an XML export could not be read. */
export type XmlLoss = Extract<ElementScan, { kind: 'damage' }>['reason'] | 'too-large';

/**
 * Parts of the text of an export. `around`: start tags of the elements around a record, outermost first. `end` comes last and counts problems of the document
 * itself.
 */
export type XmlPiece =
  | {
      readonly kind: 'record';
      readonly number: number;
      readonly raw: string;
      readonly scope: NamespaceScope;
      readonly around: readonly string[];
      readonly span: ByteSpan | null;
    }
  | { readonly kind: 'lost'; readonly number: number; readonly reason: XmlLoss; readonly span: ByteSpan | null }
  | { readonly kind: 'doctype' }
  | {
      readonly kind: 'end';
      readonly roots: number;
      readonly declarations: number;
      /** Number of places outside records that are not well-formed. */
      readonly odd: number;
      /** Number of elements that were open at the end. */
      readonly unclosed: number;
    };

interface Ancestor {
  readonly name: string;
  /** Start tag of the element; empty if it is longer than `tagChars`. */
  readonly tag: string;
  readonly scope: NamespaceScope;
}

/**
 * Finds the records of an XML text of any size: elements with the local name `record`, each child of the root for `*`, or the root itself for the empty name. A
 * record inside a record belongs to the outer one. Damage loses only one record: reading resumes at the next start tag of the same name. Keeps at most one
 * record in memory. Ends at a DOCTYPE with declarations. A run of NUL between records is a lost record. One function: the states of a parser that continues
 * after damage.
 */
export async function* splitXml(window: TextWindow, record: string, signal: AbortSignal): AsyncIterable<XmlPiece> {
  const marks = markSearch();
  let ancestors: Ancestor[] = [];
  let number = 0;
  let lost: { readonly reason: XmlLoss; readonly name: string; readonly from: number | null } | null = null;
  /** Creates the piece for a lost record that begins at a byte of the file and ends at a character of the window. */
  const lostAs = (reason: XmlLoss, from: number | null, to: number): XmlPiece => {
    return { kind: 'lost', number, reason, span: spanBetween(from, window.byteAt(to)) };
  };
  const document = { roots: 0, declarations: 0, odd: 0 };
  let at = 0;
  let begun = false;
  const advance = async (): Promise<void> => {
    window.drop(at);
    at = 0;
    await window.more();
  };
  const isRecord = (name: string): boolean => {
    if (lost !== null) return name === lost.name;
    return record === '*' ? ancestors.length === 1 : record === '' ? ancestors.length === 0 : localName(name) === record;
  };
  await window.more();
  for (;;) {
    signal.throwIfAborted();
    if (at >= window.text.length) {
      if (window.ended) break;
      await advance();
      continue;
    }
    const token: XmlToken = xmlToken(window.text, at, window.ended, marks);
    if (token.kind === 'more') {
      if (window.text.length - at < limits.recordBytes) await advance();
      else {
        // A tag, comment or instruction outside a record that is too large.
        document.odd++;
        at++;
      }
      continue;
    }
    if (token.kind === 'doctype') {
      if (lost !== null) yield lostAs(lost.reason, lost.from, at);
      yield { kind: 'doctype' };
      return;
    }
    if (token.kind === 'malformed') {
      if (lost === null && token.name !== null && isRecord(token.name)) {
        number++;
        const reason = window.text.includes('>', token.start) ? 'not-well-formed' : 'cut';
        lost = { reason, name: token.name, from: window.byteAt(token.start) };
      } else if (lost === null) document.odd++;
      at = token.start + 1;
      continue;
    }
    if (token.kind === 'declaration') {
      document.declarations++;
      if (lost !== null) yield lostAs(lost.reason, lost.from, at);
      lost = null;
      // Elements are still open where another document begins, so the earlier one was truncated.
      if (begun && ancestors.length > 0) document.odd++;
      ancestors = [];
    }
    if (token.kind === 'text' && lost === null && window.text.slice(token.start, token.end).includes(nulRun)) {
      number++;
      yield lostAs('not-well-formed', window.byteAt(token.start), token.end);
    }
    begun ||= token.kind !== 'text' && token.kind !== 'aside';
    if (token.kind === 'text' && ancestors.length === 0 && lost === null && !isBlank(window.text.slice(token.start, token.end))) document.odd++;
    if (token.kind === 'close') {
      const parent = ancestors.at(-1);
      if (parent?.name === token.name) {
        ancestors.pop();
        if (lost !== null) yield lostAs(lost.reason, lost.from, token.start);
        lost = null;
      } else if (lost === null) document.odd++;
    }
    if (token.kind !== 'open') {
      at = token.end;
      continue;
    }
    if (ancestors.length === 0 && lost === null) document.roots++;
    if (isRecord(token.name)) {
      const scan = scanElement(window.text, token.start, window.ended, marks);
      if (scan.kind === 'more' && window.text.length - token.start < limits.recordBytes) {
        if (ancestors.length === 0 && lost === null) document.roots--;
        at = token.start;
        await advance();
        continue;
      }
      if (scan.kind === 'element') {
        const from = window.byteAt(token.start);
        if (lost !== null) yield lostAs(lost.reason, lost.from, token.start);
        lost = null;
        number++;
        const raw = detached(window.text.slice(token.start, scan.end));
        const span = spanBetween(from, window.byteAt(scan.end));
        yield { kind: 'record', number, raw, scope: ancestors.at(-1)?.scope ?? outerScope, around: ancestors.map(({ tag }) => tag), span };
        at = scan.end;
        continue;
      }
      if (scan.kind === 'damage' && scan.reason === 'doctype') {
        yield { kind: 'doctype' };
        return;
      }
      if (lost === null) {
        number++;
        lost = { reason: scan.kind === 'damage' ? scan.reason : 'too-large', name: token.name, from: window.byteAt(token.start) };
      }
      at = token.end;
      if (scan.kind === 'damage' && scan.reason === 'too-deep') {
        // The element is well-formed but too deep, so inner elements of the same name are no records.
        const { from } = lost;
        lost = null;
        at = await skipElement(window, token.start, marks, signal);
        yield lostAs('too-deep', from, at);
      }
      continue;
    }
    at = token.end;
    if (token.empty || lost !== null) continue;
    if (ancestors.length >= limits.depth) {
      number++;
      const from = window.byteAt(token.start);
      at = await skipElement(window, token.start, marks, signal);
      yield lostAs('too-deep', from, at);
      continue;
    }
    ancestors.push({
      name: token.name,
      tag: token.end - token.start > tagChars ? '' : detached(window.text.slice(token.start, token.end)),
      scope: innerScope(ancestors.at(-1)?.scope ?? outerScope, declaredNamespaces(window.text.slice(token.start, token.end))),
    });
  }
  if (lost !== null) yield lostAs(lost.reason, lost.from, at);
  yield { kind: 'end', ...document, unclosed: lost === null ? ancestors.length : 0 };
}

/** Skips a well-formed element of any depth and size by counting its tags. Returns the position after it in the window. */
async function skipElement(window: TextWindow, from: number, marks: MarkSearch, signal: AbortSignal): Promise<number> {
  let depth = 0;
  let at = from;
  for (;;) {
    const token = xmlToken(window.text, at, window.ended, marks);
    if (token.kind === 'more' || at >= window.text.length) {
      if (window.ended) return window.text.length;
      signal.throwIfAborted();
      window.drop(at);
      at = 0;
      await window.more();
      continue;
    }
    if (token.kind === 'doctype' || token.kind === 'declaration') return token.start;
    if (token.kind === 'open' && !token.empty) depth++;
    if (token.kind === 'close') depth--;
    at = token.kind === 'malformed' ? token.start + 1 : token.end;
    if (depth <= 0 && token.kind !== 'malformed') return at;
  }
}

const namespaceAttribute = /\s(xmlns(?::[^\s=]+)?)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

function* declaredNamespaces(startTag: string): Iterable<WrittenAttribute> {
  for (const [, name = '', quoted, single] of startTag.matchAll(namespaceAttribute)) yield [name, quoted ?? single ?? ''];
}
