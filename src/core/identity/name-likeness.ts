import { shortenedWords } from '../words/transcription.ts';

/**
 * Result of comparing two names. `same`: the same words in any order; `perhaps`: one has all words of the other, or initials of them; `silent`: the
 * found name is one word of several, which decides nothing; `other`: another name.
 */
export type NameLikeness =
  | { readonly like: 'same' | 'silent' | 'other' }
  | {
      readonly like: 'perhaps';
      readonly why: string;
      /**
       * True if an initial stands for a word, and the longer name has a further word: Ada O'Brien is unlikely to be Ada Öberg. The name then counts
       * as found and as a contradiction.
       */
      readonly isWeak?: true;
    };

/**
 * Compares two names. If they differ only by transcription (Mueller for Müller), they are `perhaps` the same.
 * @param asked words, folded and sorted
 * @param found words, folded and sorted
 */
export function compareNames(asked: readonly string[], found: readonly string[]): NameLikeness {
  const compared = compareWords(asked, found);
  if (compared.like !== 'other') return compared;
  const [one, other] = [shortened(asked), shortened(found)];
  const alike = compareWords(one, other);
  return alike.like === 'same' || (alike.like === 'other' && (hasJoined(one, other) || hasJoined(other, one)))
    ? { like: 'perhaps', why: transcribed }
    : alike;
}

/** Why two names with the same or transcribed words are `perhaps` one. */
export const transcribed = 'the same name except for letters or apostrophes with two spellings';

function shortened(words: readonly string[]): readonly string[] {
  return words.map(shortenedWords).sort();
}

/** Largest number of letters before an apostrophe: O', D', Dell'. */
const mostBefore = 4;

/** Largest number of words in a name: a longer text is not a name. */
const mostWords = 12;

/** Largest number of words in a name that are joined, e.g. in Sa'id O'Brien. */
const mostJoined = 2;

/**
 * Returns true if two of the words are one word in the other name, e.g. O'Brien and OBrien.
 * @param apart sorted words
 * @param joined sorted words of the other name
 */
function hasJoined(apart: readonly string[], joined: readonly string[]): boolean {
  const joins = apart.length - joined.length;
  if (joins < 1 || joins > mostJoined || apart.length > mostWords) return false;
  return apart.some(
    (first, at) =>
      first.length <= mostBefore &&
      apart.some((second, index) => {
        const made = apart.filter((_, place) => place !== at && place !== index);
        const words = [...made, first + second].sort();
        return index !== at && (joins === 1 ? words.every((word, place) => word === joined[place]) : hasJoined(words, joined));
      }),
  );
}

function compareWords(asked: readonly string[], found: readonly string[]): NameLikeness {
  if (asked.length === found.length && asked.every((word, index) => word === found[index])) return { like: 'same' };
  if (asked.every((word) => found.includes(word))) return { like: 'perhaps', why: 'the name has these words and others' };
  const shared = found.filter((word) => asked.includes(word)).length;
  if (shared === found.length) return shared >= 2 ? { like: 'perhaps', why: 'the name lacks words of the wanted name' } : { like: 'silent' };
  const initials = sharesInitials(asked, found);
  if (initials === null) return { like: 'other' };
  const why = 'the name has the same words, where it has more than initials';
  return initials.hasOthers ? { like: 'perhaps', why, isWeak: true } : { like: 'perhaps', why };
}

/** Returns true for a single letter. A digit is no initial: the 1 of agent-1 does not stand for the 12 of agent-12. */
function isInitial(word: string): boolean {
  return word.length === 1 && /\p{L}/u.test(word);
}

/**
 * Compares names by initials, e.g. `Å Öberg`, `Öberg Å M` and `Åsa Öberg`: at least one word is the same, and each other word of the shorter name is
 * an initial of a word in the longer name, or vice versa. Null: no match. `hasOthers`: a word that is no initial is left over.
 */
function sharesInitials(asked: readonly string[], found: readonly string[]): { readonly hasOthers: boolean } | null {
  const [few, many] = asked.length <= found.length ? [asked, [...found]] : [found, [...asked]];
  const left: string[] = [];
  for (const word of few) {
    const at = word.length > 1 ? many.indexOf(word) : -1;
    if (at >= 0) many.splice(at, 1);
    else left.push(word);
  }
  if (left.length === few.length || left.length === 0) return null;
  let byLongerOne = false;
  for (const word of left) {
    const at = many.findIndex((one) => (isInitial(word) || isInitial(one)) && one[0] === word[0]);
    if (at < 0) return null;
    byLongerOne ||= word.length > 1;
    many.splice(at, 1);
  }
  return { hasOthers: byLongerOne && many.some((word) => word.length > 1) };
}

/**
 * Returns a key that all spellings of a name share, e.g. Müller and Mueller, or O'Brien and OBrien: two names with the same key may be one name.
 * @param words folded
 */
export function alikeKey(words: readonly string[]): string {
  return [...words.map(shortenedWords).join('')].sort().join('');
}
