/** Escapes text for roff, so that dashes can be copied, quotes stay straight, and no text is interpreted as a request. */
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

/** Returns text as one argument of a macro. */
export function roffArgument(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}

/** Returns a section with its heading; nothing if it is empty. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${roffArgument(heading)}`, ...lines];
}

/** Returns a subsection with its heading. */
export function subsection(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SS ${roffArgument(heading)}`, ...lines];
}

/** Returns a term in bold with its meaning. @param term in roff */
export function item(term: string, meaning: string): string[] {
  return ['.TP', term, ...sentences(meaning)];
}

/** Returns one sentence per line, as roff expects. */
export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.:!?])(?<!\be\.g\.) (?=[A-Z])|\n/)
    .filter((line) => line !== '')
    .map(roff);
}

/** Marks text that is typed literally. */
export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

/** Marks a placeholder. */
export function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

/** Returns command lines. */
export function commandLines(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['.EX', ...lines.map(roff), '.EE'];
}
