import { type Concept, headerLexicon } from './header-lexicon.ts';

/** Meanings of the words in a heading. */
export interface Heading {
  readonly concepts: ReadonlySet<Concept>;
  /** Number of words of unknown meaning. */
  readonly unknown: number;
}

interface Entry {
  readonly concept: Concept;
  /** True: the word counts only as a whole part of a path. */
  readonly whole: boolean;
  /** True: the word also stands for its inflected forms. */
  readonly stem: boolean;
}

/** Largest number of characters of a folded heading that are read. */
const headingChars = 120;
/** Largest number of characters by which an inflected form is longer. */
const endingChars = 7;
/** Smallest number of characters of a Latin word that is recognised inside another: `id` does not occur in `video`. */
const compoundChars = 4;
const compoundEnds: ReadonlySet<Concept> = new Set(['id', 'time', 'date', 'number']);
/** Costs of reading a heading: of a known word, of an inflected one, of a word that begins or ends inside another, and of an unknown one. */
const cost = { word: 1, stem: 1.3, inside: 0.2, unknown: 4 } as const;

const letters: ReadonlyMap<string, string> = new Map(
  Object.entries({ ı: 'i', ø: 'o', ł: 'l', đ: 'd', ß: 'ss', æ: 'ae', œ: 'oe', ς: 'σ', ð: 'd', þ: 'th' }),
);

/** Returns text in a form in which spellings of one word are equal: no letter case, no accents. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ıøłđßæœςðþ]/g, (letter) => letters.get(letter) ?? letter);
}

const lexicon = entriesOf();

function entriesOf(): ReadonlyMap<string, readonly Entry[]> {
  const entries = new Map<string, Entry[]>();
  // `headerLexicon` has a key for each concept.
  for (const concept of Object.keys(headerLexicon) as Concept[]) {
    for (const written of headerLexicon[concept].split(/\s+/)) {
      const text = folded(written).replaceAll(/[^\p{L}\p{N}#№]/gu, '');
      if (text === '') continue;
      const list = entries.get(text) ?? [];
      list.push({ concept, whole: written.startsWith('='), stem: written.endsWith('*') });
      entries.set(text, list);
    }
  }
  return entries;
}

/** Returns the meanings of the words in a heading, in any of the languages of the lexicon. A path of names, e.g. `from.phoneNumber`, is read in parts. */
export function readHeading(name: string): Heading {
  const concepts = new Set<Concept>();
  let unknown = 0;
  for (const part of name.slice(0, headingChars).split('.')) {
    const found = readPart(part);
    for (const concept of found.concepts) concepts.add(concept);
    unknown += found.unknown;
  }
  return { concepts, unknown };
}

/** Splits `dtCallStart`, `call_start` and `Call start` into words. */
function wordsOf(part: string): readonly string[] {
  return folded(part.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2'))
    .split(/[^\p{L}\p{N}#№]+/u)
    .filter((word) => word !== '');
}

/** Reads one part by the cheapest sequence of known and unknown words. */
function readPart(part: string): Heading {
  const words = wordsOf(part);
  const text = words.join('');
  const starts = new Set([0]);
  /** The end of the word at each position. */
  const ends: number[] = [];
  for (const word of words) {
    const end = ends.length + word.length;
    while (ends.length < end) ends.push(end);
    starts.add(end);
  }
  const best: { cost: number; unknown: number; concepts: readonly Concept[] }[] = [{ cost: 0, unknown: 0, concepts: [] }];
  const offer = (from: number, to: number, price: number, concepts: readonly Concept[], unknown: number): void => {
    const before = best[from];
    const total = (before?.cost ?? Number.POSITIVE_INFINITY) + price;
    if (before === undefined || total >= (best[to]?.cost ?? Number.POSITIVE_INFINITY)) return;
    best[to] = { cost: total, unknown: before.unknown + unknown, concepts: [...before.concepts, ...concepts] };
  };
  for (let from = 0; from < text.length; from++) {
    if (best[from] === undefined) continue;
    const wordEnd = ends[from] ?? text.length;
    for (let to = from + 1; to <= text.length; to++) {
      const found = lexicon.get(text.slice(from, to));
      if (found === undefined) continue;
      const bounds = Number(!starts.has(from)) + Number(!starts.has(to));
      const isShort = to - from < compoundChars && /^[a-z]+$/.test(text.slice(from, to));
      const meant = found.filter(({ whole }) => !whole || (from === 0 && to === text.length));
      // In `callid` and `starttid`, a short word may end a compound if the text before it is known.
      const own = meant.filter(({ concept }) => bounds === 0 || !isShort || (to === wordEnd && from > 0 && compoundEnds.has(concept)));
      const concepts = (of: readonly Entry[]): Concept[] => of.map(({ concept }) => concept);
      if (own.length > 0) offer(from, to, cost.word + bounds * cost.inside, concepts(own), 0);
      const stems = meant.filter(({ stem }) => stem);
      if (stems.length > 0 && to < wordEnd && wordEnd - to <= endingChars)
        offer(from, wordEnd, cost.stem + (bounds > 0 ? cost.inside : 0), concepts(stems), 0);
    }
    // The `s` that links the words of a compound: `samtals-id`, `gesprächs-dauer`.
    if (!starts.has(from) && text.charAt(from) === 's') offer(from, from + 1, cost.inside, [], 0);
    if (starts.has(from)) offer(from, wordEnd, cost.unknown, [], /^\d+$/.test(text.slice(from, wordEnd)) ? 0 : 1);
  }
  const found = best[text.length] ?? { unknown: 1, concepts: [] };
  return { concepts: new Set(found.concepts), unknown: found.unknown };
}
