import { resolve } from 'node:path';
import { withResult } from '../../core/base/with-result.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type ListOutcome, list } from '../../pipeline/open/query.ts';
import { heldRecordings } from '../../policy/held-now.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { type QueryOptions, queryOf, queryOptions } from '../options/query-options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { bytes, duration, table } from '../report/units.ts';
import { type CallRow, callHead, callRow, statusText } from '../texts/call-table.ts';
import { erasedText } from '../texts/erased-files.ts';
import { unreadCells, unreadHead, unreadLine } from '../texts/unread-table.ts';
import { openText } from '../texts/window-text.ts';

/** Number of rows that are laid out in columns at once: computing the widths of a million rows would take too long. */
const batchRows = 200;

/** Declares `longplay list ARCHIVE`. */
export const listCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('list')
    .summary('list recordings, oldest first, with totals')
    .description('Lists the recordings of an archive, oldest first, with totals.')
    .argument('<archive>', 'archive folder');
  withExamples(
    command,
    "longplay list /srv/archive --from 2019-03 --to 2019-04 --text '+46701740605'",
    'longplay list /srv/archive --status unreadable-audio',
    'longplay list /srv/archive --status row-without-audio --json',
    'longplay list /srv/archive --held',
  );
  queryOptions(command).addOption(option('--held', 'under a legal hold').conflicts('damaged'));
  commonOptions(command).action(async (archive: string, options: CommonOptions & QueryOptions & { readonly held?: boolean }) => {
    const asked = await queryOf(options, context);
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, ListOutcome> {
      const query = options.held === true ? { ...asked, only: yield* heldRecordings(resolve(archive), context, stop) } : asked;
      const events = list(resolve(archive), query, context.temporary, stop);
      // A query by status shows the reasons as well.
      const why = options.verbose === true || options.status !== undefined || options.joined !== undefined;
      let rows: (string | number)[][] = [[...callHead, 'status', 'codec', 'key', ...(why ? ['why'] : [])]];
      let unread: string[][] = [[...unreadHead]];
      const flush = (): void => {
        if (rows.length > 0 && options.json !== true) reporter.text(table(rows));
        rows = [];
      };
      const flushUnread = (): void => {
        if (unread.length > 0 && options.json !== true) reporter.text(table(unread));
        unread = [];
      };
      const taken = withResult(events);
      for await (const event of taken) {
        if (event.type === 'result') {
          // Unread rows come after all recordings.
          if (event.of === 'unread-row' && rows.length > 1) flush();
          if (event.of === 'unread-row') unread.push(unreadCells(event.value));
          else rows.push(rowOf(callRow(event.value), why));
        }
        if (rows.length > batchRows) flush();
        if (unread.length > batchRows) flushUnread();
        yield event;
      }
      if (taken.result().totals.recordings > 0) flush();
      if (taken.result().unreadRows > 0) flushUnread();
      return taken.result();
    };
    done(await runCommand(context, { command: 'list', options, pipeline, ending: (outcome) => listed(outcome, options.limit) }, signal));
  });
};

function rowOf({ cells, found }: CallRow, why: boolean): string[] {
  const reason = found.reason === null ? found.rule : `${found.reason}; ${found.joined}: ${found.rule}`;
  return [...cells, ...[statusText(found), found.codecs || '-', found.key, ...(why ? [reason] : [])].map(printable)];
}

function listed(
  { totals, byStatus, byImporter, window, unknownDirection, unreadRows }: ListOutcome,
  limit: number | undefined,
): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const facts = {
    ...totals,
    byStatus,
    byImporter,
    ...(window === null ? {} : { window }),
    ...(unknownDirection === null ? {} : { unknownDirection }),
    ...(unreadRows === 0 ? {} : { unreadRows }),
  };
  const end = [...openText({ window, unknownDirection }), ...unreadLine(unreadRows)].map((line) => `\n${line}`).join('');
  if (totals.recordings === 0) return { exitCode: exitCodes.well, facts, text: `No recording matches.${end}` };
  const shown = limit !== undefined && limit < totals.recordings ? `The first ${count(limit)} of ` : '';
  const text = `${shown}${counted(totals.recordings, 'recording')} in ${counted(totals.bags, 'bag')}: ${counted(totals.originals, 'original')} of ${bytes(totals.originalBytes)}, ${counted(totals.copies, 'copy', 'copies')} of ${bytes(totals.copyBytes)}, ${duration(totals.durationMs)} of audio${erasedText(totals)}.`;
  return { exitCode: exitCodes.well, facts, text: `${text}${end}` };
}
