import type { Likeness } from '../../core/identity/likeness.ts';
import { likeNumber } from '../../core/identity/number-likeness.ts';
import { foldedId, type Person, type Spelling } from '../../core/identity/person.ts';
import { foldedText, foldedWords, plainText } from '../../core/words/fold-text.ts';
import { alikeWords, shortenedWords } from '../../core/words/transcription.ts';
import { parsePhone } from '../../tables/values/phone.ts';
import { withoutEscapes } from '../messages/escapes.ts';
import { numberInText } from './number-match.ts';

/** How a text matches the person, and the spelling that it matches. */
export interface TextLikeness extends Likeness {
  readonly by: Spelling;
}

/**
 * What a text is. `text`: words of a name count only beside each other. `row`: one row of a table, in whose cells the words of a name may stand apart from each
 * other.
 */
export type TextForm = 'text' | 'row';

/**
 * Searches for the person in a text that is not a party's value: a field that longplay does not model, a tag, a file name, an original row. Searches the text as
 * written and without the escapes of JSON, XML, HTML and web addresses.
 */
export function likeText(person: Person, text: string, form: TextForm = 'text'): TextLikeness | null {
  const like = likeWritten(person, text, form);
  if (like?.sureness === 'certain') return like;
  const plain = withoutEscapes(text);
  return plain === text ? like : surest([like, likeWritten(person, plain, form)]);
}

/** A longer text is not compared with an id as a whole. */
const mostIdChars = 512;

function likeWritten(person: Person, text: string, form: TextForm): TextLikeness | null {
  // A text without a digit is neither a number nor a number mangled by an export.
  const phone = /\d/.test(plainText(text)) ? parsePhone(text) : null;
  const folded = foldedText(text);
  // Folding shortens a text by invisible characters and marks only, so a much longer text is not an id.
  const whole = text.length > mostIdChars ? null : foldedId(text);
  return surest(
    person.spellings.map((by): TextLikeness | null => {
      const { number, id } = by;
      if (whole === id) return { sureness: 'uncertain', why: 'the value is the same', by };
      if (number.length > 0 && phone !== null) {
        const own = phone.damage === null ? null : likeNumber(number, phone, person.plan);
        // A text that begins like a guarded number, e.g. a row whose first value is in single quotes, may have other numbers.
        const isWhole = phone.damage !== null && phone.damage !== 'guard-char';
        const like = own ?? (isWhole ? null : numberInText(number, text, person.plan));
        if (like !== null) return { sureness: like.sureness, why: like.why, by };
      }
      if (id.includes('@') && hasWhole(folded, id)) return { sureness: 'certain', why: 'the address stands in the text', by };
      return likeName(by, text, folded, form);
    }),
  );
}

function likeName(by: Spelling, text: string, folded: string, form: TextForm): TextLikeness | null {
  const { words, id } = by;
  if (words.length === 0 || words.join('').length < 3 || id.includes('@')) return null;
  const isThere = words.every((word) => folded.includes(word));
  if (isThere && hasBeside(foldedWords(text), words)) return { sureness: 'uncertain', why: 'the words stand in the text', by };
  const isRow = form === 'row' && isNameOfWords(by);
  if (isRow && isThere && hasAll(foldedWords(text), words)) return { sureness: 'uncertain', why: inOneRow, by };
  // Some systems write a name with an apostrophe as one word and others as two.
  const asked = [shortenedWords(words.join(' ')), alikeWords(by.raw)];
  // Shortcut: most texts, and most names, have only one spelling.
  if (!mayBeAlike.test(folded) && asked.every((one) => one === words.join(' '))) return null;
  const there = [shortenedWords(foldedWords(text)), alikeWords(text)];
  const like = (has: typeof hasAll): boolean => asked.some((one) => there.some((some) => has(some, one.split(' ').sort())));
  if (like(hasBeside)) return { sureness: 'uncertain', why: 'the words, spelled in another way, stand in the text', by };
  return isRow && like(hasAll) ? { sureness: 'uncertain', why: `${inOneRow}, spelled in another way`, by } : null;
}

/** Why a name is found whose words are apart from each other. */
export const inOneRow = 'the words stand in one row';

/** Returns true for a name of several words, none of which has only digits: its words are looked for anywhere in a row. */
export function isNameOfWords({ kind, words }: Spelling): boolean {
  return kind === 'name' && words.length > 1 && words.every((word) => /\p{L}/u.test(word));
}

/** Returns true if words occur in a text, anywhere. */
function hasAll(text: string, words: readonly string[]): boolean {
  if (!words.every((word) => text.includes(word))) return false;
  const there = new Set(text.split(' '));
  return words.every((word) => there.has(word));
}

/** Matches spellings that `alikeWords` changes. */
const mayBeAlike = /aa|[aou]e|'/;

/** Returns true if words are adjacent in a text, in any order. @param words sorted */
function hasBeside(text: string, words: readonly string[]): boolean {
  if (!words.every((word) => text.includes(word))) return false;
  const there = text.split(' ');
  for (let from = 0; from + words.length <= there.length; from++) {
    const some = there.slice(from, from + words.length).sort();
    if (some.every((word, index) => word === words[index])) return true;
  }
  return false;
}

/** Returns true if a text contains a part that is not adjacent to a letter or digit. */
function hasWhole(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (!/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[at + part.length] ?? ' ')) return true;
  return false;
}

function surest(likenesses: readonly (TextLikeness | null)[]): TextLikeness | null {
  const found = likenesses.filter((one) => one !== null);
  return found.find(({ sureness }) => sureness === 'certain') ?? found[0] ?? null;
}
