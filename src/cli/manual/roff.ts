/** Text for a line of roff. Dashes stay those that are typed, quotes stay straight, and nothing is taken for a request. */
export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^(?=\.)/gm, '\\&');
}

/** Text as one argument of a macro. */
export function roffArgument(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}

/** A heading of a section with what stands below it; nothing where that is empty. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${roffArgument(heading)}`, ...lines];
}

/** A heading within a section. */
export function subsection(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SS ${roffArgument(heading)}`, ...lines];
}

/** A term in bold, as it is typed, with what it means. @param term in roff */
export function item(term: string, meaning: string): string[] {
  return ['.TP', term, ...sentences(meaning)];
}

/** One sentence per line, as roff wants it. */
export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.:!?])(?<!\be\.g\.) (?=[A-Z])|\n/)
    .filter((line) => line !== '')
    .map(roff);
}

/** What is typed as it stands. */
export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

/** What something else is put in the place of. */
export function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

/** Command lines. */
export function commandLines(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['.EX', ...lines.map(roff), '.EE'];
}
