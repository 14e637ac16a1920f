import { shortenedWords } from '../../core/words/transcription.ts';

// How a word of a text is a word of a name: as it stands, transcribed, in a case of its language, or as a part of a longer one. Bias: what may be somebody else's name is one.

/** A word with its shortened form: of many that are compared with many it is made once. */
interface Shortened {
  readonly word: string;
  readonly short: string;
}

/** How near a word is to one of a name: 3 the same, 2 the same transcribed or with a genitive's s, 1 in another form; 0: another word. Both are folded. */
function formOf({ word, short }: Shortened, { word: name, short: known }: Shortened): 0 | 1 | 2 | 3 {
  if (word === name) return 3;
  if (word.length < 3 || name.length < 3) return 0;
  if (short === known || short === `${known}s`) return 2;
  const shared = commonLetters(short, known);
  // Endings that a language hangs on: Żółć and Żółci, Kowalski and Kowalskiego.
  if (shared === known.length && known.length >= 4 && short.length - known.length <= mostEnding) return 1;
  // Endings that a language changes: Королёва and Королёвой, Kowalska and Kowalskiej. Where every name has cases also those of three letters do: Ева and Еве.
  const { stem, changed } = inflects(known)
    ? { stem: known.length === 3 ? 2 : 3, changed: 2 }
    : { stem: 4, changed: known.length >= 8 ? 3 : known.length >= 7 ? 2 : 1 };
  return shared >= stem && known.length - shared <= changed && short.length - shared <= (known.length === 3 ? 2 : mostEnding) ? 1 : 0;
}

/** Letters of an ending. */
const mostEnding = 4;

/** Scripts of languages in which every name has cases. */
function inflects(word: string): boolean {
  return /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word);
}

function commonLetters(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at++;
  return at;
}

/** Names and ids of others in an archive that may stand in some texts; no others are kept. */
export interface ArchiveNames {
  readonly words: NameIndex;
  readonly ids: ReadonlySet<string>;
}

/** Words of names by their first letters, so that a word of a text is compared with few of them. */
export interface NameIndex {
  add(name: string): void;
  /** True where one of the words in it may be a form of a name. */
  near(name: string): boolean;
  /** The nearest form in which a word is one of the names. */
  form(word: string): 0 | 1 | 2 | 3;
}

/** Letters that a word and a name have in common in any form of it. */
const keyLetters = 2;

/** Words whose form is remembered. */
const mostKnown = 100_000;

/** An empty one. */
export function createNameIndex(): NameIndex {
  const byStart = new Map<string, Map<string, Shortened>>();
  const near = (word: string): { readonly own: Shortened; readonly others: ReadonlyMap<string, Shortened> | undefined } => {
    const own = { word, short: shortenedWords(word) };
    return { own, others: byStart.get(own.short.slice(0, keyLetters)) };
  };
  /** Words of a text come again and again. */
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
