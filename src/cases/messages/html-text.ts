import { withoutEntities } from './escapes.ts';

/** Elements whose content browsers do not display. */
const unseen = ['script', 'style', 'head', 'title', 'template', 'noscript', 'svg'];
/** Elements that start a new line. */
const lines = /^\/?(?:p|div|br|tr|li|h[1-6]|table|ul|ol|blockquote|pre|hr|section|article|header|footer)$/;

/** Returns the readable text of HTML in one pass. Nothing is executed or loaded. */
export function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  let out = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      out += html.slice(at);
      break;
    }
    out += html.slice(at, open);
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    const close = html.indexOf('>', open);
    // A `<` that does not begin a tag is literal.
    if (close < 0 || !/[a-z/!?]/.test(lower[open + 1] ?? '')) {
      out += '<';
      at = open + 1;
      continue;
    }
    const name = /^\/?[a-z][a-z0-9]*/.exec(lower.slice(open + 1, Math.min(close, open + 40)))?.[0] ?? '';
    at = close + 1;
    if (lines.test(name)) out += '\n';
    else if (name === 'td' || name === 'th') out += '\t';
    if (unseen.includes(name)) {
      const end = lower.indexOf(`</${name}`, at);
      const after = end < 0 ? -1 : html.indexOf('>', end);
      at = after < 0 ? html.length : after + 1;
    }
  }
  return withoutEntities(out)
    .split('\n')
    .map((line) => line.replace(/[ \t\r\f\u00a0]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
