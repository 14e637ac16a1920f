/** Quotes a word for a shell (POSIX.1-2017, Shell Command Language, 2.2.2). */
export function shellWord(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
