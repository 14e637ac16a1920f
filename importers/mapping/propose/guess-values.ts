import { agree } from '../../../src/core/base/agree.ts';
import { type DurationUnit, parseDuration } from '../../../src/tables/values/duration.ts';
import type { Concept } from './header-lexicon.ts';
import { readHeading } from './header-words.ts';

/** How the durations in a column appear to be written. */
export interface DurationGuess {
  readonly unit: DurationUnit;
  /** Evidence for the unit, in words; null if there is none. */
  readonly shown: string | null;
  readonly read: number;
  readonly of: number;
}

/** Largest median of call lengths: a column with longer values holds something else, e.g. serial numbers. */
const dayMs = 86_400_000;

/** Returns the unit in which durations appear to be written; null if the values are not durations. */
export function guessDuration(concepts: ReadonlySet<Concept>, values: readonly string[]): DurationGuess | null {
  const given = values.filter((value) => value.trim() !== '');
  const asUnit = (unit: DurationUnit, shown: string | null): DurationGuess | null => {
    const lengths = given.flatMap((value) => parseDuration(value, unit) ?? []).sort((a, b) => a - b);
    const isCall = (lengths[Math.floor(lengths.length / 2)] ?? dayMs) < dayMs;
    return isCall && lengths.length * 5 >= given.length * 4 ? { unit, shown, read: lengths.length, of: given.length } : null;
  };
  const clock = asUnit('h:mm:ss', 'the values have hours, minutes and seconds') ?? asUnit('auto-clock', clockShown(given));
  if (clock !== null) return clock;
  if (concepts.has('milliseconds')) return asUnit('ms', 'the heading says milliseconds');
  if (concepts.has('seconds')) return asUnit('s', 'the heading says seconds');
  if (concepts.has('minutes')) return asUnit('min', 'the heading says minutes');
  const numbers = given.map((value) => Number(value.trim().replace(',', '.'))).sort((a, b) => a - b);
  // If the median exceeds ten hours in seconds, the unit must be milliseconds.
  return asUnit((numbers[Math.floor(numbers.length / 2)] ?? 0) > 36_000 ? 'ms' : 's', null);
}

/** Returns whether values show what `5:30` means: minutes and seconds is assumed here; hours and minutes are possible unless a value shows otherwise. */
function clockShown(values: readonly string[]): string | null {
  const short = values.filter((value) => /^\s*\d+:\d{2}\s*$/.test(value));
  if (short.length === 0) return 'the values show their units';
  return short.length < values.length || short.some((value) => Number.parseInt(value, 10) > 23) ? 'the values have minutes and seconds' : null;
}

/**
 * Bytes per second of recordings whose sizes show the unit of a length: from speech codecs of 4.8 kbit/s to stereo PCM at 8 kHz. The range spans less than a
 * factor of 60, so that it never fits both seconds and minutes.
 */
const bytesPerSecond = { least: 600, most: 33_000 } as const;
/** Smallest share of the files whose sizes must fit, in percent. */
const fittingFiles = 90;

/** Returns how many sizes of audio files fit lengths in a unit, as evidence in words; null if too few do. @param files rows and sizes in bytes */
export function fitsFiles(
  values: readonly string[],
  unit: DurationUnit,
  files: readonly { readonly row: number; readonly size: number }[],
): string | null {
  const compared = files.flatMap(({ row, size }) => {
    const ms = parseDuration(values[row] ?? '', unit) ?? 0;
    const rate = (size / ms) * 1_000;
    return ms === 0 ? [] : [rate >= bytesPerSecond.least && rate <= bytesPerSecond.most];
  });
  const fitting = compared.filter(Boolean).length;
  return compared.length > 1 && fitting * 100 >= compared.length * fittingFiles
    ? agree`the sizes of ${fitting} of ${compared.length} audio file[s] fit`
    : null;
}

/** How the values of a participant's column are written. */
export interface PartyGuess {
  readonly as: 'number' | 'name';
  readonly read: number;
  readonly of: number;
}

/** Returns whether the values are telephone numbers and addresses, or names, whichever are more frequent. Null: there are no values. */
export function guessParty(values: readonly string[]): PartyGuess | null {
  const given = values.filter((value) => value.trim() !== '');
  if (given.length === 0) return null;
  const numbers = given.filter(isAddress).length;
  return numbers * 2 >= given.length
    ? { as: 'number', read: numbers, of: given.length }
    : { as: 'name', read: given.length - numbers, of: given.length };
}

/** Returns true for a telephone number, an extension, a SIP address or a word that stands for a withheld number. */
function isAddress(value: string): boolean {
  const text = value.trim();
  return (
    /^(?:tel:)?[+(]{0,2}\d[\d\s()./-]{1,24}$/i.test(text) ||
    /^="?[+\d][\d\s-]*"?$/.test(text) ||
    /^(?:sips?:)?[^\s@<>]+@[^\s@<>]+$/i.test(text) ||
    /<(?:sips?:|tel:)?[^<>\s]+>\s*$/i.test(text) ||
    // The form into which spreadsheets convert long numbers.
    /^\d[.,]?\d*E\+\d+$/i.test(text) ||
    /^#{2,}$/.test(text) ||
    // An extension in the notation of 3CX.
    /^ext\.?\s?\d{1,10}$/i.test(text) ||
    /^(?:anonymous|unknown|private|restricted|withheld|unavailable|s|\*\d{1,4}|#\d{1,4})$/i.test(text)
  );
}

/** Returns true if most of the values mean yes or no. */
export function areFlags(values: readonly string[]): boolean {
  const given = values.filter((value) => value.trim() !== '');
  const flags = given.filter((value) => /^(?:yes|no|true|false|y|n|0|1|null|none)$/i.test(value.trim()));
  return flags.length * 2 > given.length;
}

/** Returns true if at least three in four of the values look like complete telephone numbers, and the values differ. */
export function areTelephoneNumbers(values: readonly string[]): boolean {
  const given = values.map((value) => value.trim()).filter((value) => value !== '');
  const numbers = given.filter((value) => /^\+?[\d\s().-]{7,24}$/.test(value) && /^\d{7,15}$/.test(value.replaceAll(/\D/g, '')));
  return given.length > 0 && numbers.length * 4 >= given.length * 3;
}

const directionWords = {
  in: `in inbound incoming received terminating eingehend* ankommend* eingang herein inkommand* ingaende ingang innkommende indgaende saapuva* tuleva* sisaan inkomend* binnenkomend* entrant* entrante* recibida*
    recue recu entrada recebida* ingresso entrata ricevut* intrare primit* przychodz* prichoz* bejovo* gelen входящ* вхідн* εισερχ* 呼入 着信 来电 呼び入れ 受信 수신 وارد واردة نכנסת נכנס נכנסת`,
  out: `out outbound outgoing dialed placed originating ausgehend* abgehend* ausgang ut utgaende utgang utgaende udgaende lahtev* ulos uitgaand* sortant* saliente* salida emitida realizada* sainte* saida efetuad* uscita effettuat* iesire
    efectuat* wychodz* odchoz* kimeno* giden исходящ* вихідн* εξερχ* 呼出 发信 去电 発信 呼び出し 발신 صادر صادرة יוצאת יוצא`,
  internal: `internal intern interne internt interno interna intra sisainen sisaiset wewnetrzn* interni belso внутренн* внутрішн* εσωτερ* dahili 内部 内線 내부 داخلي פנימית`,
} as const;

const directions = Object.entries(directionWords).map(([kind, words]) => ({
  // `directionWords` has these keys.
  kind: kind as keyof typeof directionWords,
  words: words.split(/\s+/).map((word) => ({ text: plain(word), stem: word.endsWith('*') })),
}));

/** Pairs of single letters that mean inbound and outbound in a column that has no other letters. */
const letterPairs: readonly (readonly [inward: string, outward: string])[] = [
  ['i', 'o'],
  ['e', 's'],
  ['i', 'u'],
  ['p', 'w'],
  ['в', 'и'],
];

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}*]/gu, '')
    .replaceAll('ı', 'i')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .replaceAll('ς', 'σ');
}

export type DirectionKind = 'in' | 'out' | 'internal' | 'open';

/**
 * Sorts the values of a direction column into lists; values of unknown meaning are returned as `open`. `byLetter`: the meanings come from single letters, which
 * is a guess.
 */
export function guessDirections(values: readonly string[]): Readonly<Record<DirectionKind, readonly string[]>> & { readonly byLetter: boolean } {
  const different = [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))].sort();
  const letters = new Set(different.map(plain));
  const pair = letterPairs.find(([inward, outward]) => letters.size === 2 && letters.has(inward) && letters.has(outward));
  const kindOf = (value: string): DirectionKind => {
    const text = plain(value);
    if (pair !== undefined) return text === pair[0] ? 'in' : 'out';
    const words = text.split(/[^\p{L}]+/u);
    const found = directions.filter(({ words: known }) =>
      words.some((word) => word !== '' && known.some((each) => word === each.text || (each.stem && word.startsWith(each.text)))),
    );
    const [only] = found;
    return found.length === 1 && only !== undefined ? only.kind : 'open';
  };
  const of = (kind: DirectionKind): readonly string[] => different.filter((value) => kindOf(value) === kind);
  return { in: of('in'), out: of('out'), internal: of('internal'), open: of('open'), byLetter: pair !== undefined && pair[0] !== 'i' };
}

/** Returns true if a heading says that its column holds a number or an id, which is never a time. */
export function isIdHeading(name: string): boolean {
  const { concepts } = readHeading(name);
  return (['id', 'caller', 'callee', 'number', 'phone', 'customer', 'agent', 'aside', 'extension', 'group'] as const).some((each) =>
    concepts.has(each),
  );
}
