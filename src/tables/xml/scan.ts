import { limits } from '../../core/base/limits.ts';

/** A piece of markup at [start, end) of a text. `text`: text between markup. */
export type XmlToken =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly start: number;
      readonly end: number;
      readonly empty: boolean;
      readonly attributes: number;
    }
  | { readonly kind: 'close'; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: 'text' | 'aside' | 'declaration'; readonly start: number; readonly end: number }
  | { readonly kind: 'doctype'; readonly start: number }
  /** `name`: name of the apparent start tag; null for other markup. */
  | { readonly kind: 'malformed'; readonly start: number; readonly name: string | null }
  /** The text ends inside the piece, so more must be read. */
  | { readonly kind: 'more' };

/**
 * Finds the ends of comments and the like. Remembers marks that do not occur any more, so that a hostile text full of unclosed comments is not searched to its
 * end for each of them.
 */
export interface MarkSearch {
  /** Returns the position of a mark at or after `from`; -1 if there is none. */
  find(text: string, mark: string, from: number): number;
}

/** Creates a search for one document. */
export function markSearch(): MarkSearch {
  let searched = '';
  const absentFrom = new Map<string, number>();
  return {
    find: (text, mark, from) => {
      if (text !== searched) absentFrom.clear();
      searched = text;
      if (from >= (absentFrom.get(mark) ?? Number.POSITIVE_INFINITY)) return -1;
      const found = text.indexOf(mark, from);
      if (found < 0) absentFrom.set(mark, from);
      return found;
    },
  };
}

/**
 * Finds the piece of markup or text that begins at `from`, by its delimiters alone. Comments, CDATA sections and processing instructions count as `aside`, as
 * does a DOCTYPE without declarations. Never parses the declarations of a DOCTYPE. Source: XML 1.0 (fifth edition), sections 2.4 to 2.8 and 3.1.
 */
export function xmlToken(text: string, from: number, ended: boolean, marks: MarkSearch): XmlToken {
  if (text[from] !== '<') {
    const next = text.indexOf('<', from);
    return { kind: 'text', start: from, end: next < 0 ? text.length : next };
  }
  if (!ended && text.length - from < 9) return { kind: 'more' }; // '<![CDATA[' and '<!DOCTYPE'
  const until = (mark: string, kind: 'aside' | 'declaration'): XmlToken => {
    const end = marks.find(text, mark, from + 2);
    return end < 0 ? unfinished(from, ended) : { kind, start: from, end: end + mark.length };
  };
  if (text.startsWith('<!--', from)) {
    const end = marks.find(text, '-->', from + 4);
    return end < 0 ? unfinished(from, ended) : { kind: 'aside', start: from, end: end + 3 };
  }
  if (text.startsWith('<![CDATA[', from)) return until(']]>', 'aside');
  if (/^<!DOCTYPE/i.test(text.slice(from, from + 9))) return doctype(text, from, ended);
  if (text.startsWith('<!', from)) return { kind: 'malformed', start: from, name: null };
  if (text.startsWith('<?', from)) return until('?>', /^<\?xml\s/i.test(text.slice(from, from + 6)) ? 'declaration' : 'aside');
  return tag(text, from, ended);
}

/** Length of the longest DOCTYPE that is skipped: a name and two addresses. */
const doctypeChars = 2048;
/** Matches a DOCTYPE without an internal subset: XML 1.0, section 2.8, production 28. */
const bareDoctype = /^<!DOCTYPE\s+[^\s[<>"']+\s*(?:\s(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*')\s*)?>$/i;

/** Scans a DOCTYPE. Without an internal subset it declares nothing, and its external subset is never fetched, so it can be skipped. */
function doctype(text: string, start: number, ended: boolean): XmlToken {
  const head = text.slice(start, start + doctypeChars);
  const mark = head.search(/[[>]/);
  if (mark < 0 && !ended && head.length < doctypeChars) return { kind: 'more' };
  return bareDoctype.test(head.slice(0, mark + 1)) ? { kind: 'aside', start, end: start + mark + 1 } : { kind: 'doctype', start };
}

function unfinished(start: number, ended: boolean, name: string | null = null): XmlToken {
  return ended ? { kind: 'malformed', start, name } : { kind: 'more' };
}

const nameStart = /[:_\p{L}]/u;
const nameEnd = /[\s/>="'<]/g;
const tagMark = /[<>"']/g;

function tag(text: string, start: number, ended: boolean): XmlToken {
  const closing = text[start + 1] === '/';
  const nameAt = start + (closing ? 2 : 1);
  nameEnd.lastIndex = nameAt;
  const afterName = nameEnd.exec(text)?.index;
  if (!nameStart.test(text[nameAt] ?? '')) return nameAt < text.length || ended ? { kind: 'malformed', start, name: null } : { kind: 'more' };
  if (afterName === undefined) return text.length - nameAt > limits.nameBytes ? { kind: 'malformed', start, name: null } : unfinished(start, ended);
  const name = text.slice(nameAt, afterName);
  const opens = closing ? null : name;
  let attributes = 0;
  tagMark.lastIndex = afterName;
  for (;;) {
    const mark = tagMark.exec(text);
    if (mark === null) return unfinished(start, ended, opens);
    if (mark[0] === '<') return { kind: 'malformed', start, name: opens };
    if (mark[0] === '>') {
      const end = mark.index + 1;
      if (closing) return { kind: 'close', name, start, end };
      return { kind: 'open', name, start, end, empty: text[mark.index - 1] === '/', attributes };
    }
    // '<' is not allowed in a value, so an unclosed quote is detected at the next tag and not only at the end of the file.
    const valueMark = mark[0] === '"' ? /["<]/g : /['<]/g;
    valueMark.lastIndex = mark.index + 1;
    const close = valueMark.exec(text);
    if (close === null) return unfinished(start, ended, opens);
    if (close[0] === '<') return { kind: 'malformed', start, name: opens };
    attributes++;
    tagMark.lastIndex = close.index + 1;
  }
}

/** The end of the element that begins at `from`, or what is wrong with the element. */
export type ElementScan =
  | { readonly kind: 'element'; readonly end: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'damage'; readonly reason: 'not-well-formed' | 'cut' | 'too-deep' | 'too-many-attributes' | 'too-many-elements' | 'doctype' };

/** Finds the end of the element whose start tag is at `from`. Each end tag must match its start tag. */
export function scanElement(text: string, from: number, ended: boolean, marks: MarkSearch): ElementScan {
  const open: string[] = [];
  let elements = 0;
  let at = from;
  for (;;) {
    if (at >= text.length) return ended ? { kind: 'damage', reason: 'cut' } : { kind: 'more' };
    const token = xmlToken(text, at, ended, marks);
    if (token.kind === 'more') return token;
    // A DOCTYPE is not allowed in an element, whatever it declares.
    if (token.kind === 'doctype' || (token.kind === 'aside' && /^<!D/i.test(text.slice(token.start, token.start + 3)))) {
      return { kind: 'damage', reason: 'doctype' };
    }
    if (token.kind === 'malformed') return { kind: 'damage', reason: ended && !text.includes('>', token.start) ? 'cut' : 'not-well-formed' };
    // A second declaration begins another document, so this one was truncated.
    if (token.kind === 'declaration') return { kind: 'damage', reason: 'cut' };
    if (token.kind === 'open') {
      if (token.attributes > limits.attributes) return { kind: 'damage', reason: 'too-many-attributes' };
      if (++elements > limits.elements) return { kind: 'damage', reason: 'too-many-elements' };
      if (!token.empty) open.push(token.name);
      if (open.length > limits.depth) return { kind: 'damage', reason: 'too-deep' };
    }
    if (token.kind === 'close' && open.pop() !== token.name) return { kind: 'damage', reason: 'not-well-formed' };
    at = token.end;
    if (open.length === 0) return { kind: 'element', end: at };
  }
}

/** Matches text that XML forbids but old exports contain: control characters, as such or as references, and `&` that begins no reference. */
const forbidden =
  /<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]));|&(?!(?:[a-z_][\w.-]{0,63}|#\d{1,7}|#x[0-9a-f]{1,6});)|[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/gi;
const control = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/**
 * Returns a text with `&amp;` in place of each bare `&` and without control characters, and the numbers of both. All comments and CDATA sections in the text
 * must be closed.
 */
export function readable(text: string): { readonly text: string; readonly ampersands: number; readonly controls: number } {
  let ampersands = 0;
  let controls = 0;
  const cleaned = text.replace(forbidden, (found) => {
    if (found === '&') {
      ampersands++;
      return '&amp;';
    }
    if (found.startsWith('<!')) {
      return found.replace(control, () => {
        controls++;
        return '';
      });
    }
    controls++;
    return '';
  });
  return { text: cleaned, ampersands, controls };
}
