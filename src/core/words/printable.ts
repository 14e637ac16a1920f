/**
 * Characters that are invisible or change the display of others: control characters, line separators of Unicode, direction
 * controls (e.g. U+202E), and zero-width blanks.
 */
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Escapes invisible characters as `\u202e`: names are untrusted and must neither control a terminal nor reverse a line. */
export function printable(text: string): string {
  return text.replace(hidden, written);
}

/** Like `hidden`, but for text of several lines, which keeps line feeds and tabs. */
const hiddenInLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
/**
 * Styles that longplay prints (ECMA-48, section 8.3.117): bold, dim, red, green, yellow, and reset. Black, background colours and other styles could
 * conceal untrusted text.
 */
const style = /(\u001b\[(?:[12]|22|3[1-39])m)/;

/**
 * Escapes text of any origin for a terminal: everything that a terminal would execute or hide. Line feeds and tabs stay, and so do colours if they
 * are enabled.
 * @param isColoured false: colours are escaped as well
 */
export function printableText(text: string, isColoured: boolean): string {
  if (text.search(hiddenInLines) < 0) return text;
  const parts = isColoured ? text.split(style) : [text];
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replace(hiddenInLines, written))).join('');
}

function written(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
