import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { removeAbandoned, streamDurableNew } from '../../archive/files/durable.ts';
import type { AnsweredRow } from '../../cases/compare/answers.ts';
import { type Compared, compareCase } from '../../cases/compare/compare-case.ts';
import type { ComparisonCsv } from '../../cases/compare/keep-comparison.ts';
import { listFields } from '../../cases/compare/list-columns.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { withResult } from '../../core/base/with-result.ts';
import { parseLength } from '../../core/search/call-filter.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { piecesOf } from '../../sealing/stored/stored-bytes.ts';
import { openFileReader } from '../../source/read/file-reader.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { readPeopleFile } from '../options/people-file.ts';
import { peopleOption } from '../options/people-option.ts';
import { zoneOption } from '../options/zone-option.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { shellWord, table } from '../report/units.ts';

type CompareOptions = CommonOptions & {
  readonly column?: string[];
  readonly timeFormat: string;
  readonly zone?: string;
  readonly tolerance: number;
  readonly people?: string;
  readonly out?: string;
};

/** Declares `longplay case compare ARCHIVE CASE LIST`. */
export const compareCommand: CommandDeclaration = (command, context, signal, done) => {
  const compare = command
    .command('compare')
    .summary('compare a case with a list of calls or orders')
    .description(
      'Compares a case with a list (CSV) of calls or orders, from the telephone system, the trading system or a regulator. Reports which rows are in the case, in the archive only, uncertain or missing, and why, and which recordings no row names. The case keeps the comparison.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case, or its beginning or end')
    .argument('<list>', 'table with a header, any separator and encoding')
    .optionsGroup('How the list is read:')
    .addOption(
      option('--column <field=column...>', `what a column is: ${listFields.join(', ')}; parts of one value are joined by +; default: by its name`),
    )
    .addOption(option('--time-format <pattern>', 'times of the list: iso, epoch-s, epoch-ms, or a pattern, e.g. DD.MM.YYYY HH:mm:ss').default('iso'))
    .addOption(zoneOption('time zone of times without an offset, e.g. Europe/Stockholm; default: that of the calls of the archive, or of the site'))
    .optionsGroup('What is found:')
    .addOption(option('--tolerance <length>', 'by how much times may differ: 5s, 2m').argParser(toleranceOf).default(60_000, '60s'))
    .addOption(peopleOption())
    .addOption(option('--out <file>', 'write the comparison as CSV; must not exist'));
  withExamples(
    compare,
    'longplay case compare /srv/archive 3f9a1c02 orders.csv',
    "longplay case compare /srv/archive 3f9a1c02 cdr.csv --column 'start=Date+Time' caller=From callee=To 'call=Call ID' --zone Europe/Stockholm --out compared.csv",
  );
  commonOptions(compare).action(async (archive: string, wanted: string, list: string, options: CompareOptions) => {
    const out = options.out === undefined ? null : resolve(options.out);
    const run = async function* (stop: AbortSignal, reporter: Reporter) {
      if (out !== null && existsSync(out)) throw isThere(out);
      const request = {
        list: resolve(list),
        openList: openFileReader,
        columns: options.column ?? [],
        timeFormat: options.timeFormat,
        zone: options.zone ?? null,
        toleranceMs: options.tolerance,
        people: options.people === undefined ? null : readPeopleFile(resolve(options.people)),
        ...(out === null ? {} : { handOut: (csv: ComparisonCsv) => handOut(csv, out) }),
      };
      return yield* comparedTable(compareCase(resolve(archive), wanted, request, context, stop), options, reporter);
    };
    done(await runCommand(context, { command: 'case compare', options, pipeline: run, ending: (outcome) => comparedText(outcome, archive) }, signal));
  });
};

async function handOut(csv: ComparisonCsv, out: string): Promise<void> {
  await removeAbandoned(dirname(out));
  // The file contains names of people, so only the current user may read it.
  if (!(await streamDurableNew(out, piecesOf(csv.open), 0o600))) throw isThere(out);
}

function isThere(out: string): LongplayError {
  return new LongplayError('usage', 'U108', `${out} exists already`, 'name a new file with --out; nothing is overwritten');
}

function toleranceOf(text: string): number {
  const ms = parseLength(text);
  if (ms === null || ms > mostToleranceMs) throw new InvalidArgumentError('give a length up to 24h, such as 0s, 5s, 2m.');
  return ms;
}

const mostToleranceMs = 86_400_000;

/** Number of rows that are shown; `--out` and `--json` have all of them. */
const mostShown = 100;

/** Prints the rows that were not found in the case as a table. */
async function* comparedTable(
  events: AsyncGenerator<PipelineEvent, Compared>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Compared> {
  const rows: string[][] = [];
  const unnamed: string[] = [];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result' && event.of === 'unnamed' && unnamed.length < mostShown) unnamed.push(String(event.value.recordingId));
    // As yielded by `compareCase`.
    if (event.type === 'result' && event.of === 'compared-row' && rows.length < mostShown)
      rows.push(...rowCells(event.value as unknown as AnsweredRow));
    yield event;
  }
  if (options.json !== true) reporter.text(shownText(rows, unnamed, taken.result()));
  return taken.result();
}

function rowCells({ row, outcome, from, inCase, inArchive, perhaps, why }: AnsweredRow): string[][] {
  if (outcome === 'found') return [];
  const ids = [...inCase, ...inArchive, ...perhaps];
  const shown = `${ids
    .slice(0, 3)
    .map((id) => id.slice(0, 13))
    .join(' ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}`;
  const when = from === null ? '-' : `${from.slice(0, 19).replace('T', ' ')}Z`;
  return [[row === null ? '-' : String(row), when, outcomeWords[outcome], shown, why.join('; ')].map(printable)];
}

const outcomeWords = { outside: 'not in the case', perhaps: 'perhaps', missing: 'NOT FOUND', unread: 'not read' } as const;

function shownText(rows: readonly string[][], unnamed: readonly string[], outcome: Compared): string {
  const { rows: all, found } = outcome;
  const parts: string[] = [];
  if (rows.length > 0) parts.push(table([['row', 'when (UTC)', 'outcome', 'recordings', 'because'], ...rows]));
  if (all - found > rows.length) parts.push(`and ${counted(all - found - rows.length, 'more row')}: --out FILE has all of them.`);
  if (unnamed.length > 0) parts.push(`In the case, and named by no row:\n${unnamed.map((id) => `  ${id}`).join('\n')}`);
  if (outcome.unnamed > unnamed.length) parts.push(`and ${count(outcome.unnamed - unnamed.length)} more.`);
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

function comparedText(outcome: Compared, archive: string): Ending {
  const { id, rows, found, outside, perhaps, missing, unread, recordings, unnamed, sha256, missingBags, leftOutBags, isKept } = outcome;
  const lines = [
    `Compared ${counted(rows, 'row')} with case ${id}: ${count(found)} found in it, ${count(outside)} in the archive and not in the case, ${count(perhaps)} perhaps, ${count(missing)} not found, ${count(unread)} not read.`,
    `No row names ${count(unnamed)} of the ${counted(recordings, 'recording')} in the case.`,
  ];
  if (missingBags > 0) lines.push(`The archive lacks ${counted(missingBags, 'bag')} that its log names: their recordings could NOT be searched.`);
  if (leftOutBags > 0)
    lines.push(
      agree`${count(leftOutBags)} bag[s] [is|are] in an earlier state (E109, K217) and [was|were] left out: [its|their] recordings were NOT searched; follow the step of the finding, then compare again`,
    );
  lines.push(`SHA-256 of the list: ${sha256}. ${isKept ? 'The case keeps the comparison' : 'The case keeps the same comparison already'}.`);
  if (outside > 0) lines.push(`Next: longplay case add ${shellWord(archive)} ${id} … with the recordings that are not in the case`);
  return { exitCode: found === rows ? exitCodes.well : exitCodes.partly, facts: { ...outcome }, text: lines.join('\n') };
}
