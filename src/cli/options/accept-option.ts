import type { Command } from 'commander';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { findingTable, isAlarm } from '../../core/findings/finding-table.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import type { Acceptance, Acceptances } from '../../pipeline/report/differences.ts';
import { option, optionGroups } from './options.ts';

/** Adds `--accept` and `--reason`: accepting reviewed differences. @param reason description of `--reason` */
export function acceptOption(command: Command, reason = 'why; entered in the log and the report'): Command {
  return command
    .optionsGroup(optionGroups.review)
    .addOption(
      option('--accept <code=number>', 'exit with 0, not 3, for this many of a reviewed finding; needs --reason; repeatable').argParser(
        (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
      ),
    )
    .addOption(option('--reason <text>', reason));
}

/** Values of `acceptOption`. */
export interface AcceptOptions {
  readonly accept?: readonly string[];
  readonly reason?: string;
}

/** Codes that show that longplay counted wrongly. */
const neverAccepted: ReadonlySet<string> = new Set(['P201']);

/** Returns the differences that the user accepts. @throws LongplayError P275 */
export function acceptancesOf({ accept = [], reason }: AcceptOptions): Acceptances {
  const accepts = accept.map(acceptanceOf);
  const twice = accepts.find(({ code }, at) => accepts.findIndex((other) => other.code === code) !== at);
  if (twice !== undefined) throw refused(`${twice.code} is accepted twice`, 'give each code once, with the largest number that was reviewed');
  const why = reason?.trim() ?? '';
  if (accepts.length > 0 && why === '') throw refused('--accept has no reason', 'say why in one line: --reason "…"');
  if (accepts.length === 0 && reason !== undefined) throw refused('--reason is given without --accept', 'add --accept CODE=N, or omit it');
  if (why.length > limits.reasonChars)
    throw refused(agree`the reason has ${why.length} character[s]`, `give one line of at most ${limits.reasonChars} characters`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(why) || !why.isWellFormed())
    throw refused('the reason is not one line of text', 'leave out line ends and control characters');
  return { accepts, reason: why };
}

function acceptanceOf(text: string): Acceptance {
  const [, code = '', number = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (code === '') throw refused(`'${text}' is not CODE=N`, 'copy it from the line "To accept after review" of the previous run');
  if (!findingTable.has(code)) throw refused(`there is no code '${code}'`, `${didYouMean(code, acceptable())}\`longplay explain\` lists all codes`);
  if (neverAccepted.has(code)) throw refused(`${code} means that longplay counted wrongly`, 'report it as a bug; it cannot be accepted');
  if (!isAlarm(code)) throw refused(`${code} does not end a run with 3`, `omit it; these codes do: ${acceptable().join(', ')}`);
  const atMost = Number(number);
  if (!/^\d{1,15}$/.test(number)) throw refused(`'${number}' is not a number of ${code}`, 'give a whole number from 0 on');
  return { code, atMost };
}

function acceptable(): string[] {
  return [...findingTable.keys()].filter((code) => isAlarm(code) && !neverAccepted.has(code));
}

function refused(message: string, hint: string): LongplayError {
  return new LongplayError('usage', 'P275', message, hint);
}
