/**
 * Characters that are not seen, or that change how others are: control characters, the line separators of Unicode, what turns the
 * direction of writing (U+202E and its like), and blanks without width.
 */
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Names come from strangers: what cannot be seen is written out as `\u202e`, so that it neither speaks to a terminal nor turns a line round. */
export function printable(text: string): string {
  return text.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
