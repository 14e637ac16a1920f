import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { searchPerson } from '../../cases/person/search-person.ts';
import { withResult } from '../../core/base/with-result.ts';
import { planOf } from '../../core/numbers/number-reading.ts';
import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { HitPlace } from '../../pipeline/export/hit-places.ts';
import { type SearchOutcome, search } from '../../pipeline/export/search.ts';
import type { ArchiveQuery } from '../../pipeline/open/bag-verification.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { peopleOption, requestedPersonOf } from '../options/people-option.ts';
import { filterOptions, type QueryOptions, queryOf, wholeText } from '../options/query-options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { table } from '../report/units.ts';
import { callHead, callRow } from '../texts/call-table.ts';
import { unreadCells, unreadHead, unreadLine } from '../texts/unread-table.ts';
import { openText } from '../texts/window-text.ts';

type Options = CommonOptions &
  Omit<QueryOptions, 'text'> & { readonly oldest?: boolean; readonly country?: NumberPlan; readonly people?: string; readonly limit: number };

/** Number of rows that are laid out in columns at once, as in `list`. */
const batchRows = 200;

/** Declares `longplay search ARCHIVE WORDS…`. */
export const searchCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('search')
    .summary('search calls by words, names and numbers, newest first')
    .description('Searches calls by words, names and numbers in any spelling, newest first.')
    .argument('<archive>', 'archive folder')
    .argument('[words...]', "all of these words; a trailing * matches prefixes, 'several words' are a phrase")
    .optionsGroup('Search:')
    .addOption(option('--oldest', 'list the oldest first'))
    .addOption(peopleOption())
    .addOption(
      option('--country <calling-code>', 'country code of numbers given without one, e.g. 46; numbers of other countries are excluded').argParser(
        plan,
      ),
    );
  withExamples(
    command,
    'longplay search /srv/archive 070-174 06 05',
    "longplay search /srv/archive öberg 'case 4711' --from 2019-03 --to 2019-04",
    'longplay search /srv/archive +4670174* --direction inbound --json',
    'longplay search /srv/archive anna-berg --people people.toml',
  );
  commonOptions(filterOptions(command, 20)).action(async (archive: string, words: string[], options: Options) => {
    const asked = namedIn(words, options.people);
    const text = asked.typed.map(asTyped).join(' ');
    const query: ArchiveQuery = {
      ...(await queryOf(options, context)),
      ...(text === '' ? {} : { text: wholeText(text) }),
      ...(options.country === undefined ? {} : { plan: options.country }),
      newestFirst: options.oldest !== true,
    };
    // The identity rule uses the country to make matches certain, never to exclude calls.
    const { plan: _plan, ...withoutPlan } = query;
    const country = options.country?.countryCode ?? null;
    const hasPlaces = text !== '' || asked.register !== null;
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, SearchOutcome> {
      const { register, countries } = asked;
      const events =
        register === null
          ? search(resolve(archive), query, context.temporary, stop, countries)
          : searchPerson(resolve(archive), { query: withoutPlan, register, country }, context.temporary, stop);
      const head = [...callHead, 'agent', hasPlaces ? 'found in' : 'codec'];
      let rows: string[][] = [head];
      let told = 0;
      const unread: string[][] = [[...unreadHead]];
      const flush = (): void => {
        if (rows.length > (told === 0 ? 1 : 0) && options.json !== true) reporter.text(table(rows));
        told += rows.length;
        rows = [];
      };
      const taken = withResult(events);
      for await (const event of taken) {
        if (event.type === 'result') {
          if (event.of === 'unread-row') unread.push(unreadCells(event.value));
          else rows.push(rowOf(event.value, hasPlaces));
        }
        if (rows.length > batchRows) flush();
        yield event;
      }
      flush();
      if (unread.length > 1 && options.json !== true) reporter.text(table(unread));
      return taken.result();
    };
    done(await runCommand(context, { command: 'search', options, pipeline, ending: found }, signal));
  });
};

/** Finds the person in a register whose name or key is one of the words, or all words together. */
function namedIn(words: string[], people: string | undefined): ReturnType<typeof requestedPersonOf> {
  const asked = requestedPersonOf(words, people);
  if (asked.register !== null || words.length < 2) return asked;
  const whole = requestedPersonOf([words.join(' ')], people);
  return whole.register === null ? asked : whole;
}

function rowOf(value: Readonly<Record<string, unknown>>, withPlaces: boolean): string[] {
  const { cells, found: call } = callRow(value);
  // As yielded by `search`.
  const places = value.places as readonly HitPlace[];
  return [...cells, ...[call.agent || '-', withPlaces ? placesText(places) : call.codecs || '-'].map(printable)];
}

function placesText(places: readonly HitPlace[]): string {
  const said = places.map(
    ({ field, value, certainty }) => `${field} ${value}${certainty === null || certainty === 'certain' ? '' : ` (${certainty})`}`,
  );
  return said.length === 0 ? '-' : said.slice(0, 3).join(', ') + (said.length > 3 ? ' …' : '');
}

/** Returns an argument as a phrase if the shell kept its words together, because they must then occur together; digits of a number need not. */
function asTyped(argument: string): string {
  return /\s/.test(argument.trim()) && !argument.includes('"') && !/^[+\d\s()[\]./*-]+$/.test(argument) ? `"${argument}"` : argument;
}

function plan(text: string): NumberPlan {
  const found = planOf(text);
  if (found === null) throw new InvalidArgumentError('give a country code of one to three digits, such as 46.');
  return found;
}

function found({ shown, found: all, countedUpTo, window, unknownDirection, unreadRows }: SearchOutcome): {
  exitCode: number;
  facts: Record<string, unknown>;
  text: string;
} {
  const isMore = all >= countedUpTo;
  const facts = {
    shown,
    found: isMore ? countedUpTo - 1 : all,
    more: isMore,
    ...(window === null ? {} : { window }),
    ...(unknownDirection === null ? {} : { unknownDirection }),
    ...(unreadRows === 0 ? {} : { unreadRows }),
  };
  const end = [...openText({ window, unknownDirection }, 'found as well', isMore), ...unreadLine(unreadRows)].map((line) => `\n${line}`).join('');
  if (all === 0) return { exitCode: exitCodes.well, facts, text: `No recording matches.${end}` };
  const left = isMore ? `more than ${count(countedUpTo - 1 - shown)} more` : `${count(all - shown)} more`;
  const rest = all === shown ? '' : `; ${left}: --limit shows them, filters such as --from narrow them down`;
  return { exitCode: exitCodes.well, facts, text: `${counted(shown, 'recording')}${rest}.${end}` };
}
