import type { RecordingDocument } from '../../core/model/recording-document.ts';

/** Matches texts that identify a call by themselves: long enough, and with a digit. */
const identifying = /^(?=\D*\d)\S{8,200}$/;
/** Matches texts within a row that may identify a call. */
export const rowTokens = /[A-Za-z0-9][\w.:@+-]{6,198}[A-Za-z0-9]/g;
/** Matches times, which identify no call. */
const times = /^\d{4}-\d\d-\d\d\S*$/;
/** Matches numbers, which may be those of something else. */
const numbers = /^\+?\d{1,15}$/;

/** Returns all keys of a recording, as the recorder writes them. */
export function allKeys({ recording }: Pick<RecordingDocument, 'recording'>): string[] {
  const said = [recording, ...(recording.accounts ?? [])];
  return said.flatMap(({ key, sourceKeys }) => [key, ...sourceKeys.map(({ value }) => value)]);
}

/** Returns true for a text that identifies a call, and nothing else. */
export function isKey(text: string): boolean {
  return isPerhapsKey(text) && !numbers.test(text);
}

/** Returns true for a text that identifies a call, or is a long number, which may be the key of a call or something else. */
export function isPerhapsKey(text: string): boolean {
  return identifying.test(text) && !times.test(text);
}

/** Returns the keys of a recording that identify its rows. */
export function keysOf(document: Pick<RecordingDocument, 'recording'>): string[] {
  return bareKeys(document).filter(isKey);
}

/** Returns the keys of a recording that lead to it from a row, also long numbers: a row that only may belong to a protected recording stays. */
export function perhapsKeysOf(document: Pick<RecordingDocument, 'recording'>): string[] {
  return bareKeys(document).filter(isPerhapsKey);
}

/** Returns keys without brackets and quotes around them, as `rowTokens` finds them in a row. */
function bareKeys(document: Pick<RecordingDocument, 'recording'>): string[] {
  return [...new Set(allKeys(document).map((key) => key.replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')))];
}

/** Returns the letters of a row that are the same in every encoding of tables. */
export function asciiOf(text: string): string {
  return text.replaceAll(/[^\u0000-\u007f]+/g, '');
}
