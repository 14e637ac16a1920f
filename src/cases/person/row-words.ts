import type { Person, Spelling } from '../../core/identity/person.ts';
import { foldedText, foldedWords } from '../../core/words/fold-text.ts';
import { alikeWords, shortenedWords } from '../../core/words/transcription.ts';
import { withoutEscapes } from '../messages/escapes.ts';
import { inOneRow, isNameOfWords, type TextLikeness } from './person.ts';

/** What a closed structure is for the one around it. `cell`: a value; `part`: a group of its values; `row`: a row of its own. */
export type Role = 'cell' | 'part' | 'row';

/** Finds rows, in nested structures, whose cells have all words of a name, whatever stands between them. Memory does not grow with the text. */
export interface RowWords {
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

interface Structure {
  /** Words in its own cells. */
  readonly own: Seen;
  /** Words in each of its parts; null for several parts of one name: these are rows of a list, not values of one row. */
  readonly parts: Map<string, Seen | null>;
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
 * Creates a search for the names of a person.
 * @param found takes each row that has all words of a name, with the line of the first of them
 */
export function createRowWords(person: Person, found: (like: TextLikeness, line: number) => void): RowWords {
  const wanted = person.spellings.filter((by) => isNameOfWords(by) && by.words.length < mostWords).map(wantedName);
  const none: RowWords = { cell: () => undefined, open: () => undefined, close: () => undefined, end: () => undefined };
  if (wanted.length === 0) return none;
  const without = new Set<string>();
  const nothing = (): Seen => ({ bits: wanted.map(() => 0), line: 0 });
  const structure = (): Structure => ({ own: nothing(), parts: new Map(), cells: 0 });
  /** The outermost one has what stands in no structure, e.g. the end of a row whose beginning is in an earlier part of the table. */
  const open: Structure[] = [structure()];
  const current = (): Structure => open.at(-1) ?? structure();
  /** Judges a structure. A name that was found is not found again in the structure around it. */
  const judged = ({ own, parts, cells }: Structure): Seen => {
    const all = nothing();
    merge(all, own);
    const isList = parts.size > mostParts;
    for (const part of isList ? [] : parts.values()) if (part !== null) merge(all, part);
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
      merge(around.own, seen);
    } else if (role === 'part' && around.parts.size <= mostParts) {
      around.parts.set(name, around.parts.has(name) ? null : seen);
    }
  };
  return {
    cell: (text, line) => {
      const { own } = current();
      current().cells++;
      if (text.length > mostCellChars || !hasLetter.test(text) || without.has(text)) return;
      let any = 0;
      for (const [index, name] of wanted.entries()) {
        const bits = bitsIn(name, text);
        any |= bits;
        if (bits === 0) continue;
        own.bits[index] = (own.bits[index] ?? 0) | bits;
        if (own.line === 0) own.line = line;
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

function merge(into: Seen, { bits, line }: Seen): void {
  for (const [index, some] of bits.entries()) into.bits[index] = (into.bits[index] ?? 0) | some;
  if (line > 0 && (into.line === 0 || line < into.line)) into.line = line;
}

/** A wanted name, with the bit of each word by its spellings. */
interface WantedName {
  readonly by: Spelling;
  /** All bits. */
  readonly full: number;
  readonly words: ReadonlyMap<string, number>;
  /** The words with one letter for letters of two spellings, see transcription.ts. */
  readonly alike: ReadonlyMap<string, number>;
}

function wantedName(by: Spelling): WantedName {
  const bits = (words: readonly string[]): Map<string, number> => {
    const map = new Map<string, number>();
    for (const [index, word] of words.entries()) map.set(word, (map.get(word) ?? 0) | (1 << index));
    return map;
  };
  return { by, full: 2 ** by.words.length - 1, words: bits(by.words), alike: bits(by.words.map(shortenedWords)) };
}

function bitsIn({ words, alike }: WantedName, text: string): number {
  const plain = withoutEscapes(text);
  const short = shortenedWords(foldedText(plain));
  // Shortcut: most cells have none of the words.
  if (![...alike.keys()].some((word) => short.includes(word))) return 0;
  let bits = 0;
  for (const word of foldedWords(plain).split(' ')) bits |= words.get(word) ?? alike.get(shortenedWords(word)) ?? 0;
  for (const word of alikeWords(plain).split(' ')) bits |= alike.get(word) ?? 0;
  return bits;
}
