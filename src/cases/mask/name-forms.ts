import { shortenedWords } from '../../core/words/transcription.ts';

// Decides how a word of a text relates to a word of a name: identical, transcribed, inflected, or part of a longer word. In doubt, the word counts as another
// person's name.

/** A word and its shortened form, which is computed once because words are compared often. */
interface Shortened {
  readonly word: string;
  readonly short: string;
}

/** Returns how close a word is to a word of a name: 3 identical, 2 transcribed or with a genitive s, 1 another form, 0 another word. Both must be folded. */
function formOf({ word, short }: Shortened, { word: name, short: known }: Shortened): 0 | 1 | 2 | 3 {
  if (word === name) return 3;
  if (word.length < 3 || name.length < 3) return 0;
  if (short === known || short === `${known}s`) return 2;
  const shared = commonLetters(short, known);
  // Suffixes that are added: Żółć and Żółci, Kowalski and Kowalskiego.
  if (shared === known.length && known.length >= 4 && short.length - known.length <= mostEnding) return 1;
  // Suffixes that change: Королёва and Королёвой, Kowalska and Kowalskiej. In languages that inflect every name, this includes names of three letters: Ева and
  // Еве.
  const { stem, changed } = inflects(known)
    ? { stem: known.length === 3 ? 2 : 3, changed: 2 }
    : { stem: 4, changed: known.length >= 8 ? 3 : known.length >= 7 ? 2 : 1 };
  return shared >= stem && known.length - shared <= changed && short.length - shared <= (known.length === 3 ? 2 : mostEnding) ? 1 : 0;
}

/** Longest suffix, in letters. */
const mostEnding = 4;

/** Returns true for words in scripts of languages that inflect every name. */
function inflects(word: string): boolean {
  return /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word);
}

function commonLetters(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at++;
  return at;
}

/** Names and ids of others in an archive that may occur in given texts. */
export interface ArchiveNames {
  readonly words: NameIndex;
  readonly ids: ReadonlySet<string>;
}

/** Words of names, indexed by their first letters, so that a word of a text is compared with few of them. */
export interface NameIndex {
  add(name: string): void;
  /** Returns true if a word of the name may be a form of an indexed name. */
  near(name: string): boolean;
  /** Returns how close a word is to the closest indexed name, as `formOf` does. */
  form(word: string): 0 | 1 | 2 | 3;
}

/** Number of leading letters that all forms of a name share. */
const keyLetters = 2;

/** Number of words whose result is cached. */
const mostKnown = 100_000;

/** Creates an empty index. */
export function createNameIndex(): NameIndex {
  const byStart = new Map<string, Map<string, Shortened>>();
  const near = (word: string): { readonly own: Shortened; readonly others: ReadonlyMap<string, Shortened> | undefined } => {
    const own = { word, short: shortenedWords(word) };
    return { own, others: byStart.get(own.short.slice(0, keyLetters)) };
  };
  /** Results are cached, because words recur in a text. */
  let known = new Map<string, 0 | 1 | 2 | 3>();
  return {
    add: (name) => {
      known = new Map();
      const { own, others } = near(name);
      if (others?.has(name) === true) return;
      const key = own.short.slice(0, keyLetters);
      const there = byStart.get(key) ?? new Map<string, Shortened>();
      byStart.set(key, there.set(name, own));
    },
    near: (name) => {
      const { own, others } = near(name);
      if (others === undefined || others.has(name)) return others !== undefined;
      for (const word of others.values()) if (formOf(word, own) > 0) return true;
      return false;
    },
    form: (word) => {
      const before = known.get(word);
      if (before !== undefined) return before;
      const { own, others } = near(word);
      if (others === undefined) return 0;
      if (others.has(word)) return 3;
      let best: 0 | 1 | 2 | 3 = 0;
      for (const name of others.values()) {
        const form = formOf(own, name);
        if (form > best) best = form;
      }
      if (known.size < mostKnown) known.set(word, best);
      return best;
    },
  };
}
