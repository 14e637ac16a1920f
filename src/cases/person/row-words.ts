import type { Person, Spelling } from '../../core/identity/person.ts';
import { foldedText, foldedWords } from '../../core/words/fold-text.ts';
import { alikeWords, shortenedWords } from '../../core/words/transcription.ts';
import { wordPattern } from '../../core/words/word-pattern.ts';
import { withoutEscapes } from '../messages/escapes.ts';
import { mayHaveWord } from './may-be-in.ts';
import { inOneRow, isNameOfWords, type TextLikeness } from './person.ts';

/** What a closed structure is for the one around it. `cell`: a value; `part`: a group of its values; `row`: a row of its own. */
export type Role = 'cell' | 'part' | 'row';

/** Finds rows, in nested structures, whose cells have all words of a name, whatever stands between them. Memory does not grow with the text. */
export interface RowWords {
  /** Takes a text, whose structures follow. @param continues true: its first cell begins in the text before it */
  begin(text: string, continues: boolean): void;
  /** False: no cell of the text has any of the words, so that an empty text may stand for each of them. */
  readonly isPossible: boolean;
  /** Takes the text of a cell. @param line where it stands */
  cell(text: string, line: number): void;
  /** Opens a structure inside the current one. */
  open(): void;
  /** Closes the current structure. @param name under which the one around it has the structure */
  close(role: Role, name: string): void;
  /** Ends the text. What is still open was cut, and what it has is judged. */
  end(): void;
}

/** Which words of each wanted name occur (one bit per word), and the first line with one of them. */
interface Seen {
  readonly bits: number[];
  line: number;
}

/** What it has is null if there are no words: most structures have none. */
interface Structure {
  /** Words in its own cells. */
  own: Seen | null;
  /** Words in each of its parts; `list` for several parts of one name: these are rows of a list, not values of one row. */
  parts: Map<string, Seen | 'list' | null> | null;
  /** Number of its own cells. */
  cells: number;
}

/** A longer cell is a text, in which the words of a name stand beside each other. */
const mostCellChars = 2_000;
/** A structure with more values, or with more parts, is a list. */
const mostCells = 1_000;
const mostParts = 32;
/** Matches a letter of any script; a text without one has no words of names. */
const hasLetter = /[A-Za-z\u0080-\uffff]/;
/** Number and length of remembered texts that have none of the words. */
const mostKnown = 2_000;
const mostKnownChars = 40;
/** A bit mask has fewer bits. */
const mostWords = 30;

/**
 * Creates a search for the names of a person; null if there are none that are looked for anywhere in a row.
 * @param found takes each row that has all words of a name, with the line of the first of them
 */
export function createRowWords(person: Person, found: (like: TextLikeness, line: number) => void): RowWords | null {
  const wanted = person.spellings.filter((by) => isNameOfWords(by) && by.words.length < mostWords).map(wantedName);
  if (wanted.length === 0) return null;
  const without = new Set<string>();
  const structure = (): Structure => ({ own: null, parts: null, cells: 0 });
  /** The outermost one has what stands in no structure, e.g. the end of a row whose beginning is in an earlier part of the table. */
  const open: Structure[] = [structure()];
  const current = (): Structure => open.at(-1) ?? structure();
  const patterns = wanted.flatMap(({ patterns: own }) => own);
  let isPossible = true;
  /** Judges a structure. A name that was found is not found again in the structure around it. */
  const judged = ({ own, parts, cells }: Structure): Seen | null => {
    let all = merged(null, own);
    if (parts !== null && parts.size <= mostParts) for (const part of parts.values()) if (part !== 'list') all = merged(all, part);
    if (all === null) return null;
    for (const [index, { by, full }] of wanted.entries()) {
      if (all.bits[index] !== full) continue;
      if (cells <= mostCells) found({ sureness: 'uncertain', why: inOneRow, by }, all.line);
      all.bits[index] = 0;
    }
    return all;
  };
  const close = (role: Role, name: string): void => {
    const closed = open.length > 1 ? open.pop() : undefined;
    if (closed === undefined) {
      // Its beginning was not seen.
      judged(open[0] ?? structure());
      open[0] = structure();
      return;
    }
    const seen = judged(closed);
    const around = current();
    if (role === 'cell') {
      around.cells += closed.cells;
      around.own = merged(around.own, seen);
    } else if (role === 'part') {
      around.parts ??= new Map();
      if (around.parts.size <= mostParts) around.parts.set(name, around.parts.has(name) ? 'list' : seen);
    }
  };
  return {
    begin: (text, continues) => {
      isPossible = (continues && isPossible) || mayHaveWord(patterns, text);
    },
    get isPossible() {
      return isPossible;
    },
    cell: (text, line) => {
      const around = current();
      around.cells++;
      if (!isPossible || text.length > mostCellChars || !hasLetter.test(text) || without.has(text)) return;
      let any = 0;
      for (const [index, name] of wanted.entries()) {
        const bits = bitsIn(name, text);
        any |= bits;
        if (bits === 0) continue;
        const own = around.own ?? { bits: wanted.map(() => 0), line };
        around.own = own;
        own.bits[index] = (own.bits[index] ?? 0) | bits;
      }
      // Names of members, and values of every row, occur again and again.
      if (any === 0 && text.length <= mostKnownChars && without.size < mostKnown) without.add(text);
    },
    open: () => void open.push(structure()),
    close,
    end: () => {
      while (open.length > 1) close('part', '');
      judged(open.pop() ?? structure());
      open.push(structure());
    },
  };
}

/** Returns what both have. The first one is changed; the second one stays. */
function merged(into: Seen | null, more: Seen | null): Seen | null {
  if (more === null) return into;
  if (into === null) return { bits: [...more.bits], line: more.line };
  for (const [index, some] of more.bits.entries()) into.bits[index] = (into.bits[index] ?? 0) | some;
  if (more.line > 0 && (into.line === 0 || more.line < into.line)) into.line = more.line;
  return into;
}

/** A wanted name, with the bit of each word by its spellings. */
interface WantedName {
  readonly by: Spelling;
  /** All bits. */
  readonly full: number;
  readonly words: ReadonlyMap<string, number>;
  /** The words with one letter for letters of two spellings, see transcription.ts. */
  readonly alike: ReadonlyMap<string, number>;
  /** Expressions that match texts in which a word may be. */
  readonly patterns: readonly (RegExp | null)[];
}

function wantedName(by: Spelling): WantedName {
  const bits = (words: readonly string[]): Map<string, number> => {
    const map = new Map<string, number>();
    for (const [index, word] of words.entries()) map.set(word, (map.get(word) ?? 0) | (1 << index));
    return map;
  };
  return {
    by,
    full: 2 ** by.words.length - 1,
    words: bits(by.words),
    alike: bits(by.words.map(shortenedWords)),
    patterns: by.words.map(wordPattern),
  };
}

function bitsIn({ words, alike, patterns }: WantedName, text: string): number {
  const plain = withoutEscapes(text);
  const folded = foldedText(plain);
  // Shortcut: most cells have none of the words.
  if (!patterns.some((word) => word === null || word.test(folded))) return 0;
  let bits = 0;
  for (const word of foldedWords(plain).split(' ')) bits |= words.get(word) ?? alike.get(shortenedWords(word)) ?? 0;
  for (const word of alikeWords(plain).split(' ')) bits |= alike.get(word) ?? 0;
  return bits;
}
