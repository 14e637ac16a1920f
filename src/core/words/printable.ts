/**
 * Characters that are not seen, or that change how others are: control characters, the line separators of Unicode, what turns the
 * direction of writing (U+202E and its like), and blanks without width.
 */
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Names come from strangers: what cannot be seen is written out as `\u202e`, so that it neither speaks to a terminal nor turns a line round. */
export function printable(text: string): string {
  return text.replace(hidden, written);
}

/** The same for text of several lines, where line feeds and tabs are meant. */
const hiddenInLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
/** The styles in which longplay prints (ECMA-48, section 8.3.117): bold, dim, red, green, yellow, and back. Black, backgrounds and others could conceal what a stranger wrote. */
const style = /(\u001b\[(?:[12]|22|3[1-39])m)/;

/**
 * Text that is about to be printed, whoever put it together: what a terminal would obey or hide is written out. Line feeds and tabs stay, and colours where there are any.
 * @param isColoured false: colours are written out as well
 */
export function printableText(text: string, isColoured: boolean): string {
  if (text.search(hiddenInLines) < 0) return text;
  const parts = isColoured ? text.split(style) : [text];
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replace(hiddenInLines, written))).join('');
}

function written(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
