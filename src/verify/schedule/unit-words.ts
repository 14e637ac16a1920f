/**
 * Escapes a word of a unit's command line (systemd.service(5), "COMMAND LINES"): `%` begins a specifier, `$` a variable, a backslash an escape;
 * blanks and quotes need quotes. The word has no control characters.
 */
export function commandWord(text: string): string {
  return settingWord(text).replaceAll('$', '$$$$');
}

/** Escapes a word of another setting of a unit, e.g. a path (systemd.syntax(7), "QUOTING"): like `commandWord`, but `$` is not special. */
export function settingWord(text: string): string {
  const escaped = text.replaceAll('%', '%%');
  return /^[\w./:@%+,=-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Escapes a line of text in a unit, e.g. its description. */
export function settingText(text: string): string {
  // A backslash at the end of a line would continue the line.
  return text.replaceAll('%', '%%').replace(/\\$/, '\\ ');
}

/** Escapes a shell command for crontab(5), where a percent sign means a line feed unless escaped. */
export function cronCommand(command: string): string {
  return command.replaceAll('%', '\\%');
}

/** Returns true if a text contains control characters, which no line of a unit or a crontab can hold. */
export function hasControls(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
