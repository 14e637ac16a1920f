/**
 * A word of a command line in a unit (systemd.service(5), "COMMAND LINES"): `%` begins a specifier, `$` a variable, a backslash an escape;
 * blanks and quotes need quotes. The word has no control characters.
 */
export function commandWord(text: string): string {
  return settingWord(text).replaceAll('$', '$$$$');
}

/** A word of another setting of a unit, such as a path (systemd.syntax(7), "QUOTING"): the same without variables. */
export function settingWord(text: string): string {
  const escaped = text.replaceAll('%', '%%');
  return /^[\w./:@%+,=-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A line of text in a unit, such as its description. */
export function settingText(text: string): string {
  // A backslash at the end of a line joins it with the next.
  return text.replaceAll('%', '%%').replace(/\\$/, '\\ ');
}

/** A shell's command as crontab(5) takes it: there a percent sign is a line feed unless it is escaped. */
export function cronCommand(command: string): string {
  return command.replaceAll('%', '\\%');
}

/** True for what no line of a unit or a crontab can hold. */
export function hasControls(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
