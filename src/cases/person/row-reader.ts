import type { Person } from '../../core/identity/person.ts';
import type { TextForm, TextLikeness } from './person.ts';

/** Reads a text line by line, and finds in it what the search of its single lines does not see. */
export interface RowReader {
  /** Takes a text of several lines, or a piece of a long line, before these follow, so that a reader can find out at once what it need not look for. */
  begin(text: string): void;
  /** Takes the next line, with its line end. @param isCut true: the line is longer than a piece, and the next piece continues it */
  take(text: string, line: number, isCut: boolean): void;
  /** Ends the text. */
  end(): void;
}

/** Takes what a reader of rows finds. */
export interface RowFindings {
  /** Takes a row that has all words of a name, with the line of the first of them. */
  found(like: TextLikeness, line: number): void;
  /** Takes a text that has several lines: a value, or a row. */
  text(text: string, from: number, to: number, form?: TextForm): void;
}

export type RowReaderOf = (person: Person, findings: RowFindings) => RowReader;

/** Reads nothing. */
export const noRows: RowReader = { begin: () => undefined, take: () => undefined, end: () => undefined };
