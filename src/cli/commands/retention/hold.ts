import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LongplayError, systemText } from '../../../core/base/error.ts';
import { withResult } from '../../../core/base/with-result.ts';
import { printable } from '../../../core/words/printable.ts';
import { count, counted } from '../../../core/words/quantity.ts';
import type { DetailsFate } from '../../../log/erasure/details-fate.ts';
import type { PipelineEvent } from '../../../pipeline/events/events.ts';
import { addHold, type HoldScope } from '../../../policy/add-hold.ts';
import { type HoldsListed, listHolds, releaseHold, showHold } from '../../../policy/holds.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import { type QueryOptions, queryOf, queryOptions } from '../../options/query-options.ts';
import { utcTime } from '../../options/utc-time.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { Reporter } from '../../report/reporter.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { table } from '../../report/units.ts';
import { fateWords } from '../../texts/fate-words.ts';

type Part = (command: Command, context: Surroundings, signal: AbortSignal, done: (code: number) => void) => void;

/** Declares `longplay hold add|list|show|release`. */
export const holdCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('hold')
    .summary('protect recordings by legal holds')
    .description(
      'Enters legal holds, lists, shows and releases them. While a hold is active, its recordings are not deleted, whatever the retention policy says. Each hold is a signed entry of the log; its reason, query and list are kept beside the log.',
    );
  for (const part of [add, list, show, release]) part(command, context, signal, done);
};

type AddOptions = CommonOptions &
  QueryOptions & {
    readonly case?: string;
    readonly ids?: string;
    readonly all?: boolean;
    readonly following?: boolean;
    readonly until?: string;
    readonly reason: string;
  };

const add: Part = (command, context, signal, done) => {
  const declared = command
    .command('add')
    .summary('put recordings under a legal hold')
    .description(
      'Puts recordings under a legal hold: what a query finds now, the recordings of a case, or a list of ids. With --following it also covers what the query finds later.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--reason <text>', 'why; kept in the details of the entry').makeOptionMandatory())
    .addOption(option('--until <time>', 'end of the hold, UTC; without it: until it is released').argParser(utcTime))
    .addOption(option('--case <id>', 'recordings of this case').env('LONGPLAY_HOLD_CASE'))
    .addOption(option('--ids <file>', 'recordings whose ids, or prefixes of them, this file has, one per line').env('LONGPLAY_HOLD_IDS'))
    .addOption(option('--all', 'all recordings').env('LONGPLAY_HOLD_ALL'))
    .addOption(option('--following', 'also what the query finds later'));
  withExamples(
    declared,
    "longplay hold add /srv/archive --text '+46701740605' --from 2019-03 --to 2019-04 --reason 'claim of a client' --following",
    "longplay hold add /srv/archive --ids held.txt --reason 'order of the court of 12 March' --until 2031-12-31",
  );
  commonOptions(queryOptions(declared)).action(async (archive: string, options: AddOptions) => {
    const scope = await scopeOf(options, context);
    const run = (stop: AbortSignal) => addHold(resolve(archive), { scope, why: options.reason, until: options.until ?? null }, context, stop);
    const ending = (added: { id: string; recordings: number }): Ending => ({
      exitCode: exitCodes.well,
      facts: added,
      text: `Hold ${added.id} protects ${counted(added.recordings, 'recording')}${options.following === true ? ', and what its query finds later' : ''}.`,
    });
    done(await runCommand(context, { command: 'hold add', options, pipeline: run, ending }, signal));
  });
};

/** Returns the scope of a new hold. @throws LongplayError usage D101: nothing, several kinds, or --limit; D106: the file of ids cannot be read */
async function scopeOf(options: AddOptions, context: Surroundings): Promise<HoldScope> {
  const { case: caseId, ids, all, following = false, limit } = options;
  const query = await queryOf(options, context);
  const isQuery = all === true || Object.keys(query).length > 0;
  const given = [caseId !== undefined, ids !== undefined, isQuery].filter(Boolean).length;
  if (given !== 1)
    throw new LongplayError(
      'usage',
      'D101',
      given === 0 ? 'no recordings are selected' : 'several kinds of recordings are selected',
      'give options of `longplay list`, --all, --case or --ids',
    );
  if (limit !== undefined) throw new LongplayError('usage', 'D101', 'a hold covers all that its query finds', 'omit --limit');
  if (following && !isQuery) throw new LongplayError('usage', 'D101', '--following needs a query', 'give options of `longplay list`, or --all');
  if (caseId !== undefined) return { by: 'case', case: caseId };
  return ids === undefined ? { by: 'query', query, following } : { by: 'ids', ids: readIds(ids) };
}

function readIds(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(resolve(file), 'utf8');
  } catch (error) {
    throw new LongplayError(
      'usage',
      'D106',
      `the list of ids ${file} cannot be read: ${systemText(error)}`,
      'check its path and who may read it',
      error,
    );
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const list: Part = (command, context, signal, done) => {
  const declared = command
    .command('list')
    .description('list the holds of an archive, oldest first')
    .argument('<archive>', 'archive folder')
    .addOption(option('--all', 'also those that have ended').env('LONGPLAY_HOLD_ALL'));
  withExamples(declared, 'longplay hold list /srv/archive --all');
  commonOptions(declared).action(async (archive: string, options: CommonOptions & { readonly all?: boolean }) => {
    const run = (stop: AbortSignal, reporter: Reporter) =>
      tabled(listHolds(resolve(archive), options.all === true, context, stop), options, reporter);
    done(await runCommand(context, { command: 'hold list', options, pipeline: run, ending: listed }, signal));
  });
};

const show: Part = (command, context, signal, done) => {
  const declared = command
    .command('show')
    .description('show a hold with the recordings that it covered when it was entered')
    .argument('<archive>', 'archive folder')
    .argument('<hold>', 'id of the hold, or the beginning of it');
  withExamples(declared, 'longplay hold show /srv/archive 4f2a9c');
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions) => {
    const run = (stop: AbortSignal, reporter: Reporter) => tabled(showHold(resolve(archive), id, context, stop), options, reporter);
    done(await runCommand(context, { command: 'hold show', options, pipeline: run, ending: listed }, signal));
  });
};

const release: Part = (command, context, signal, done) => {
  const declared = command
    .command('release')
    .description('release a hold; deletions that it deferred become due again')
    .argument('<archive>', 'archive folder')
    .argument('<hold>', 'id of the hold, or the beginning of it')
    .addOption(option('--reason <text>', 'why; kept in the details of the entry').makeOptionMandatory());
  withExamples(declared, "longplay hold release /srv/archive 4f2a9c --reason 'the claim was settled'");
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { readonly reason: string }) => {
    const run = (stop: AbortSignal) => releaseHold(resolve(archive), id, options.reason, context, stop);
    const ending = (released: { id: string }): Ending => ({ exitCode: exitCodes.well, facts: released, text: `Hold ${released.id} is released.` });
    done(await runCommand(context, { command: 'hold release', options, pipeline: run, ending }, signal));
  });
};

function listed({ holds, errors }: HoldsListed): Ending {
  return {
    exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well,
    facts: { holds, errors },
    text: errors > 0 ? `${counted(holds, 'hold')}; what must be kept is unknown (D105), so nothing may be deleted.` : `${counted(holds, 'hold')}.`,
  };
}

/** A hold as `listHolds` yields it. */
interface ShownHold {
  readonly id: string;
  readonly state: string;
  readonly time: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly unknown: DetailsFate | null;
  readonly recordings: number;
  readonly case: string | null;
  readonly query: object | null;
  readonly following: boolean;
  readonly until: string | null;
}

async function* tabled<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Outcome> {
  const rows: string[][] = [];
  const ids: string[] = [];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result' && event.of === 'held') ids.push(String(event.value.recordingId));
    else if (event.type === 'result') rows.push(rowOf(event.value as unknown as ShownHold)); // as `listHolds` yields it
    yield event;
  }
  if (rows.length > 0 && options.json !== true)
    reporter.text(table([['id', 'state', 'since', 'until', 'by', 'recordings', 'covers', 'reason'], ...rows]));
  if (ids.length > 0 && options.json !== true) reporter.text(ids.join('\n'));
  return taken.result();
}

function queryText(query: object): string {
  return Object.keys(query).length === 0 ? 'everything' : JSON.stringify(query);
}

function rowOf({ id, state, time, by, reason, unknown, recordings, case: caseId, query, following, until }: ShownHold): string[] {
  const covers = caseId !== null ? `case ${caseId}` : query === null ? 'a list' : `${following ? 'following ' : ''}${queryText(query)}`;
  const cells = [
    id,
    state,
    time.slice(0, 16),
    until?.slice(0, 10) ?? '',
    by ?? fateWords[unknown ?? 'none'],
    following ? `${count(recordings)} when entered` : count(recordings),
    covers,
    reason ?? fateWords[unknown ?? 'none'],
  ];
  return cells.map((cell) => printable(cell.replaceAll('\n', ' ')));
}
