import { type Column, strengths } from './header-roles.ts';

/** One line of a proposed mapping, with its evidence and its doubts. */
export interface ProposedLine {
  /** `key = value` in TOML. */
  readonly text: string;
  /** Evidence for the line: which words, which values, how many out of how many. */
  readonly evidence: readonly string[];
  /** Points that the user must settle before the mapping can be used; empty if the line is certain. */
  readonly doubts: readonly string[];
}

/** Returns text as a TOML basic string. */
export function quoted(text: string): string {
  return JSON.stringify(wellFormed(text)).replaceAll('\u007f', '\\u007f');
}

/** Returns one column as a text, several as a list. */
export function quotedColumns(columns: readonly string[]): string {
  const [only] = columns;
  return columns.length === 1 && only !== undefined ? quoted(only) : `[${columns.map(quoted).join(', ')}]`;
}

/** Returns text for a comment: one line without control characters, and without question marks, which mark open points. */
export function printable(text: string): string {
  return wellFormed(text)
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
    .replaceAll('?', '¿')
    .slice(0, 200);
}

/** Returns the line as it is written into the mapping: a doubtful one ends in a question mark. */
export function written({ text, evidence, doubts }: ProposedLine): string {
  if (evidence.length + doubts.length === 0) return text;
  const asked = doubts.map((doubt) => `${doubt}?`);
  return `${text}  # ${[...evidence, ...asked].join('; ')}`;
}

/** Replaces lone surrogates, which TOML cannot represent. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

/** Returns a heading as evidence. */
export function heading(name: string): string {
  return `heading ${printable(JSON.stringify(name.slice(0, 40)))}`;
}

/** Returns true if a name is certain by its words alone: they state the role, or no other column is likely. */
export function isCertain(strength: number, rivals: number, { heading: { unknown } }: Column): boolean {
  return strength >= strengths.says - 0.5 ? true : strength >= strengths.likely && unknown === 0 && rivals === 0;
}
