import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { settingsName } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { printable } from '../../core/words/printable.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type Setting, settingList } from './setting-list.ts';
import { readArchiveFile, readOwnFile, type SettingsFile, type Written } from './settings-file.ts';

/** Files that apply to a command, highest precedence first, and faults of the archive's file. */
export interface Settings {
  readonly files: readonly SettingsFile[];
  readonly warnings: readonly PipelineEvent[];
}

/** Value that a file gives to an option. */
export interface Given {
  /** Value as parsed by the option. */
  readonly value: unknown;
  /** Value as written. */
  readonly text: string;
  readonly file: SettingsFile;
  readonly line: number | null;
}

/** Value of LONGPLAY_CONFIG that means that no file is read. */
const without = 'none';

/** Surroundings that are read for settings. */
interface Around {
  readonly env: NodeJS.ProcessEnv;
  /** Folders of the configuration files of this user and of the system. */
  readonly settings: { readonly user: string; readonly system: string };
}

/**
 * Reads the files that exist.
 * @param archive archive of the command; null: none
 * @param sections names of commands
 * @throws LongplayError U140, U141, I150 for a file of the user or the system
 */
export async function readSettings({ env, settings }: Around, archive: string | null, sections: readonly string[]): Promise<Settings> {
  const named = env.LONGPLAY_CONFIG ?? '';
  if (named === without) return { files: [], warnings: [] };
  const own =
    named === ''
      ? [await readOwnFile(join(settings.user, settingsName), 'user'), await readOwnFile(join(settings.system, settingsName), 'system')]
      : [await readOwnFile(resolve(named), 'LONGPLAY_CONFIG')];
  const files = own.filter((file) => file !== null);
  for (const file of files) for (const { written, what, hint } of strangers(file, sections)) throw wrong(file, written, what, hint);
  if (archive === null) return { files, warnings: [] };
  let inside: SettingsFile | null = null;
  try {
    inside = await readArchiveFile(archive);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    return { files, warnings: [ignored(`${error.message}; the file is ignored`)] };
  }
  if (inside === null) return { files, warnings: [] };
  const strange = strangers(inside, sections);
  const unheard = new Set(strange.map(({ written }) => written));
  const warnings = strange.map(({ written, what, hint }) => ignored(`${nameOf(written)}${lineText(written)} ${what}: ${hint}`));
  const rest = warnings.length > mostTold ? [ignored('more keys in it are ignored')] : [];
  const heard = { ...inside, written: inside.written.filter((one) => !unheard.has(one)) };
  return { files: [heard, ...files], warnings: [...warnings.slice(0, mostTold), ...rest] };
}

/** Number of faults of a file that are reported: it may contain thousands. */
const mostTold = 20;

interface Stranger {
  readonly written: Written;
  readonly what: string;
  readonly hint: string;
}

/** Returns the first keys of a file that no command takes, or that this file may not set. The options of the running command check the values. */
function strangers({ written, strange, of }: SettingsFile, sections: readonly string[]): Stranger[] {
  const found: Stranger[] = strange.map((one) => ({
    written: one,
    what: 'is not a text, a number, true or false',
    hint: 'write key = "value"',
  }));
  for (const one of written) {
    if (found.length > mostTold) break;
    const { section, key } = one;
    const names = Object.entries(settingList).filter(([, { commands }]) => section === null || commands === undefined || commands.includes(section));
    const takes = names.filter(([, { inArchive }]) => of !== 'archive' || inArchive.says !== 'no').map(([name]) => name);
    if (section !== null && !sections.includes(section))
      found.push({
        written: one,
        what: 'is in a section that is not a command',
        hint: `${didYouMean(section, sections)}the commands are ${sections.join(', ')}`,
      });
    else if (!takes.includes(key)) {
      const ownOnly = of === 'archive' && names.some(([name]) => name === key);
      const what = ownOnly ? 'is allowed in the files of the user and the system only' : 'is not a key';
      found.push({ written: one, what, hint: `${didYouMean(key, takes)}the keys are ${takes.join(', ')}` });
    }
  }
  return found;
}

/** Returns the name of a key with its section, e.g. `import.quality`. */
function nameOf({ section, key }: Written): string {
  return (section === null ? key : `${section}.${key}`).slice(0, 80);
}

function lineText({ line }: Written): string {
  return line === null ? '' : ` (line ${line})`;
}

function ignored(message: string): PipelineEvent {
  return findingEvent(finding('A192', settingsName, message));
}

function wrong(file: SettingsFile, written: Written, what: string, hint: string): LongplayError {
  return new LongplayError('usage', 'U141', `${file.path}${written.line === null ? '' : `:${written.line}`}: ${nameOf(written)} ${what}`, hint);
}

/** Returns the setting of a command's option; null: files cannot set it. */
export function settingOf(option: Option, section: string): (Setting & { readonly key: string }) | null {
  const key = option.long?.slice(2) ?? '';
  const setting = Object.hasOwn(settingList, key) ? settingList[key] : undefined;
  if (setting === undefined || setting.commands?.includes(section) === false) return null;
  return { ...setting, key };
}

/** Returns the section of a command: the first word of its name, e.g. `case` for `case add`. */
export function sectionOf(command: Command): string {
  return topOf(command).name();
}

function topOf(command: Command): Command {
  const { parent } = command;
  return parent === null || parent.parent === null ? command : topOf(parent);
}

/**
 * Rejects keys in the section of a command that are none of its options.
 * @param command with its subcommands
 * @param warnings receives those about the archive's file
 * @throws LongplayError U141 for any other file
 */
export function refuseUnused({ files }: Settings, command: Command, warnings: PipelineEvent[]): void {
  const section = sectionOf(command);
  const top = topOf(command);
  const taken = new Set([top, ...top.commands].flatMap(({ options }) => options.flatMap((option) => settingOf(option, section)?.key ?? [])));
  for (const file of files) {
    for (const written of file.written.filter((one) => one.section === section && !taken.has(one.key))) {
      const hint = taken.size === 0 ? `${section} takes no key` : `${section} takes ${[...taken].join(', ')}`;
      const what = `is not an option of longplay ${section}`;
      if (file.of !== 'archive') throw wrong(file, written, what, hint);
      warnings.push(ignored(`${nameOf(written)}${lineText(written)} ${what}: ${hint}`));
    }
  }
}

/**
 * Returns the value that files give to an option. The first file with a value counts; in a file, the section of the command takes precedence over the
 * top.
 * @param warnings receives refused values of the archive's file
 * @throws LongplayError U141 for an invalid value in a file of the user or the system
 */
export async function givenBy({ files }: Settings, option: Option, section: string, warnings: PipelineEvent[]): Promise<Given | null> {
  const setting = settingOf(option, section);
  if (setting === null) return null;
  let found: Given | null = null;
  // The file with the lowest precedence comes first: rules for an archive's file compare its value with the value without it.
  for (const file of [...files].reverse()) {
    const written = [section, null].flatMap((at) => file.written.filter((one) => one.section === at && one.key === setting.key))[0];
    if (written === undefined) continue;
    const value = parsed(option, written);
    const otherwise: unknown = found?.value ?? option.defaultValue ?? setting.usual;
    const refused =
      value instanceof Refusal ? value.message : file.of === 'archive' ? await setting.inArchive.refuses(value, otherwise, section) : null;
    if (refused === null) found = { value, text: String(written.value), file, line: written.line };
    else if (file.of === 'archive') warnings.push(ignored(`${nameOf(written)}${lineText(written)} is ignored: ${refused}`));
    else throw wrong(file, written, `is not accepted: ${refused}`, 'correct it there; docs/reference/configuration.md has examples');
  }
  return found;
}

/** Why an option does not accept a value. */
class Refusal extends Error {}

/** Parses a value as the option on the command line parses it, so that a file accepts the same values. */
function parsed(option: Option, { value }: Written): unknown {
  if (option.isBoolean()) return typeof value === 'boolean' ? value : new Refusal('write true or false, without quotes');
  if (typeof value === 'boolean') return new Refusal('it is neither true nor false');
  const text = String(value);
  try {
    return option.parseArg === undefined ? text : option.parseArg(text, undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return new Refusal(error.message);
    if (error instanceof LongplayError) return new Refusal(`${error.message}; ${error.hint}`);
    throw error;
  }
}

/** Returns the archive on a command line: the argument `archive`, or `--into`. Null: none. */
export function archiveOf(command: Command): string | null {
  const at = command.registeredArguments.findIndex((argument) => argument.name() === 'archive');
  const named: unknown = at >= 0 ? command.processedArgs[at] : command.getOptionValue('into');
  return typeof named === 'string' && named !== '' ? resolve(named) : null;
}

/**
 * Sets options that neither the command line nor a variable has set, from the files. Reports changes by the archive's file, and its refused values,
 * before the command begins.
 * @throws LongplayError U140, U141, I150
 */
export async function applySettings(
  command: Command,
  around: Around & { readonly preface: PipelineEvent[] },
  sections: readonly string[],
): Promise<void> {
  const section = sectionOf(command);
  const options = command.options.filter((option) => settingOf(option, section) !== null);
  if (options.length === 0) return;
  const settings = await readSettings(around, archiveOf(command), sections);
  const warnings = [...settings.warnings];
  refuseUnused(settings, command, warnings);
  const told: string[] = [];
  for (const option of options) {
    const given = await givenBy(settings, option, section, warnings);
    const name = option.attributeName();
    // For `--every [period]` a file gives only the period, and never turns the option on: a run of verify would then read less.
    const isOpen = option.optional ? command.getOptionValue(name) === true : ['default', undefined].includes(command.getOptionValueSource(name));
    if (given === null || !isOpen) continue;
    command.setOptionValueWithSource(name, given.value, 'config');
    if (given.file.of === 'archive') told.push(`${option.long?.slice(2)} = ${printable(given.text)}`);
  }
  around.preface.push(...warnings);
  if (told.length > 0) around.preface.push({ type: 'notice', message: `${settingsName} of the archive: ${told.join(', ')}` });
}
