import type { Likeness } from '../../core/identity/likeness.ts';
import { likeNumber } from '../../core/identity/number-likeness.ts';
import { foldedId, type Person, type Spelling } from '../../core/identity/person.ts';
import { foldedText, foldedWords, plainText } from '../../core/words/fold-text.ts';
import { alikeWords, shortenedWords } from '../../core/words/transcription.ts';
import { parsePhone } from '../../tables/values/phone.ts';
import { numberInText } from './number-match.ts';

/** How a text matches the person, and the spelling that it matches. */
export interface TextLikeness extends Likeness {
  readonly by: Spelling;
}

/** Searches for the person in a text that is not a party's value: a field that longplay does not model, a tag, a file name, an original row. */
export function likeText(person: Person, text: string): TextLikeness | null {
  // A text without a digit is neither a number nor a number mangled by an export.
  const phone = /\d/.test(plainText(text)) ? parsePhone(text) : null;
  const folded = foldedText(text);
  const whole = foldedId(text);
  return surest(
    person.spellings.map((by): TextLikeness | null => {
      const { number, words, id } = by;
      if (whole === id) return { sureness: 'uncertain', why: 'the value is the same', by };
      if (number.length > 0 && phone !== null) {
        const like = phone.damage === null ? numberInText(number, text, person.plan) : likeNumber(number, phone, person.plan);
        if (like !== null) return { sureness: like.sureness, why: like.why, by };
      }
      if (id.includes('@') && hasWhole(folded, id)) return { sureness: 'certain', why: 'the address stands in the text', by };
      if (words.length === 0 || words.join('').length < 3 || id.includes('@')) return null;
      if (words.every((word) => folded.includes(word)) && hasBeside(foldedWords(text), words))
        return { sureness: 'uncertain', why: 'the words stand in the text', by };
      // Some systems write a name with an apostrophe as one word and others as two.
      const asked = [shortenedWords(words.join(' ')), alikeWords(by.raw)];
      // Shortcut: most texts, and most names, have only one spelling.
      if (!mayBeAlike.test(folded) && asked.every((one) => one === words.join(' '))) return null;
      const there = [shortenedWords(foldedWords(text)), alikeWords(text)];
      return asked.some((one) => there.some((some) => hasBeside(some, one.split(' ').sort())))
        ? { sureness: 'uncertain', why: 'the words, spelled in another way, stand in the text', by }
        : null;
    }),
  );
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
