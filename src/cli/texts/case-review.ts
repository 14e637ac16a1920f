import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ReviewState, reviewStates } from '../../archive/documents/case-progress.ts';
import { type Reviewed, reviewInCase } from '../../cases/edit/review.ts';
import { setDeadline } from '../../cases/store/deadline.ts';
import { stateWords } from '../../cases/store/review-state.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { isDay } from '../../core/time/calendar-day.ts';
import { counted } from '../../core/words/quantity.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { dueText } from './due-text.ts';

type ReviewOptions = CommonOptions & { readonly state: string; readonly reason: string; readonly list?: string };

/** Declares `longplay case review|due`. */
export const reviewCommand: CommandDeclaration = (command, context, signal, done) => {
  const review = command
    .command('review')
    .summary('mark items of a case as relevant, privileged or released')
    .description(
      'Records the review of items of a case: relevant, not-relevant, privileged or released, with user, time and reason. A hand-over omits privileged items until they are released, and items that are not relevant, and lists both with the reasons.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case')
    .argument('[items...]', 'ids of recordings of the case, or their beginnings; m1: the first file of messages')
    .addOption(
      option('--state <state>', 'state of the items')
        .choices([...reviewStates])
        .makeOptionMandatory(),
    )
    .addOption(option('--reason <text>', 'why; kept in the case, and handed over with what is withheld').makeOptionMandatory())
    .addOption(option('--list <file>', 'a file that names items, one at the beginning of each line'));
  withExamples(
    review,
    "longplay case review /srv/archive 3f9a1c02 1f0c2a9e m1 --state privileged --reason 'advice of counsel'",
    "longplay case review /srv/archive 3f9a1c02 --list reviewed.txt --state relevant --reason 'about the deal'",
  );
  commonOptions(review).action(async (archive: string, wanted: string, items: string[], options: ReviewOptions) => {
    const run = async function* (stop: AbortSignal) {
      const all = [...items, ...(options.list === undefined ? [] : listed(resolve(options.list)))];
      if (all.length === 0) throw new LongplayError('usage', 'U312', 'no reviewed items are named', 'give ids, or a file of them with --list');
      const state = options.state as ReviewState; // one of the choices
      return yield* reviewInCase(resolve(archive), wanted, { items: all, state, reason: options.reason }, context, stop);
    };
    done(await runCommand(context, { command: 'case review', options, pipeline: run, ending: reviewedText }, signal));
  });
  const due = command
    .command('due')
    .summary('set, move or withdraw the deadline of a case')
    .description(
      'Sets the day by which a case must be handed over. The last deadline applies; earlier ones are kept. A hand-over after that meets it.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case')
    .argument('<day>', 'e.g. 2026-12-30: until the end of that day in UTC; none: remove the deadline')
    .addOption(option('--reason <text>', 'why; kept in the case').makeOptionMandatory());
  withExamples(due, "longplay case due /srv/archive 3f9a1c02 2027-01-30 --reason 'GDPR 12(3): extended by a month, many recordings'");
  commonOptions(due).action(async (archive: string, wanted: string, day: string, options: CommonOptions & { readonly reason: string }) => {
    const run = (stop: AbortSignal) => setDeadline(resolve(archive), wanted, { due: dayOf(day), reason: options.reason }, context, stop);
    const ending = (set: { readonly id: string; readonly due: string | null; readonly daysLeft: number | null }): Ending => ({
      exitCode: exitCodes.well,
      facts: { ...set },
      text: `Case ${set.id}: ${dueText({ due: set.due, daysLeft: set.daysLeft, metAt: null }) || 'there is no deadline'}.`,
    });
    done(await runCommand(context, { command: 'case due', options, pipeline: run, ending }, signal));
  });
};

/** Parses a day; null: the text says that there is none. @throws LongplayError usage C189 */
export function dayOf(text: string): string | null {
  if (text === 'none') return null;
  if (!isDay(text)) throw new LongplayError('usage', 'C189', `'${text.slice(0, 20)}' is not a day`, 'give it as 2026-12-30, or none');
  return text;
}

/** Reads the names at the beginnings of the lines of a file. @throws LongplayError usage U312 */
function listed(file: string): string[] {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > limits.caseJsonBytes) throw new RangeError(`larger than ${limits.caseJsonBytes} bytes`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LongplayError(
      'usage',
      'U312',
      `${file} cannot be read: ${systemCode(error) ?? errorText(error)}`,
      'give a file with one id per line',
      error,
    );
  }
  return text.split(/\r?\n/).flatMap((line) => /^\uFEFF?\s*([^\s,;]+)/.exec(line)?.[1] ?? []);
}

function reviewedText(reviewed: Reviewed): Ending {
  const { id, state, items, unreviewed, privileged, notRelevant, released, before } = reviewed;
  const lines = [
    `Reviewed as ${stateWords(state)}: ${counted(reviewed.reviewed, 'item')}.`,
    `Case ${id} has ${counted(items, 'item')}: ${privileged} privileged, ${notRelevant} not relevant, ${released} released; ${unreviewed} not reviewed.`,
  ];
  if (before > 0) lines.push(`${counted(before, 'item')} had the same review before.`);
  return { exitCode: exitCodes.well, facts: { ...reviewed }, text: lines.join('\n') };
}
