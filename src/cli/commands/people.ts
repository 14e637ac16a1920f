import { dirname, resolve } from 'node:path';
import { removeAbandoned, writeDurableNew } from '../../archive/files/durable.ts';
import { countryOf } from '../../cases/edit/edit-case.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import { checkPeople, type PeopleProblem } from '../../core/identity/people.ts';
import { planOf } from '../../core/numbers/number-reading.ts';
import { counted } from '../../core/words/quantity.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { readPeopleFile } from '../options/people-file.ts';
import { type ImportedPeople, importPeople, peopleFields } from '../options/people-table.ts';
import { zoneOption } from '../options/zone-option.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { shellWord } from '../report/units.ts';

const codes = { 'no-period': 'C170', overlap: 'C171', shared: 'C172', namesakes: 'C173' } as const satisfies Record<PeopleProblem['kind'], string>;

interface Checked {
  readonly persons: number;
  readonly sites: number;
  readonly problems: number;
}

type ImportOptions = CommonOptions & {
  readonly out: string;
  readonly column: string[];
  readonly country?: string;
  readonly timeFormat: string;
  readonly zone?: string;
};

/** Declares `longplay people check|import`. */
export const peopleCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('people')
    .summary('check or make a register of persons and extensions')
    .description('Checks a register of persons, sites and extensions with periods (people.toml), or makes one from a table of the personnel system.');
  const check = command
    .command('check')
    .description('check a register: periods that overlap, numbers of two persons, extensions without a period')
    .argument('<file>', 'register of persons');
  withExamples(check, 'longplay people check people.toml');
  commonOptions(check).action(async (file: string, options: CommonOptions) => {
    const run = async function* (): AsyncGenerator<PipelineEvent, Checked> {
      const people = readPeopleFile(resolve(file));
      const problems = checkPeople(people);
      for (const { kind, place, message } of problems) yield findingEvent(finding(codes[kind], place, message));
      return { persons: people.persons.length, sites: Object.keys(people.countries).length, problems: problems.length };
    };
    const ending = (found: Checked): Ending => ({
      exitCode: exitCodes.well,
      facts: { ...found },
      text: `${counted(found.persons, 'person')}, ${counted(found.sites, 'site')}; ${found.problems === 0 ? 'all answers are certain.' : `${counted(found.problems, 'place')} where an answer is not certain.`}`,
    });
    done(await runCommand(context, { command: 'people check', options, pipeline: run, ending }, signal));
  });
  const make = command
    .command('import')
    .description('make a register from a table (CSV) of the personnel system')
    .argument('<table>', 'table of persons')
    .addOption(option('--out <file>', 'the register to write; it must not exist').makeOptionMandatory())
    .addOption(
      option('--column <field=column...>', `what a column is: ${peopleFields.join(', ')}; parts of one value are joined by +`).makeOptionMandatory(),
    )
    .addOption(option('--country <calling-code>', 'calling code of numbers written without one, e.g. +46; default: such rows are left out'))
    .addOption(option('--time-format <pattern>', 'times of from and to: iso, or a pattern, e.g. DD.MM.YYYY').default('iso'))
    .addOption(zoneOption('time zone of from and to without an offset, e.g. Europe/Stockholm; default: UTC'));
  withExamples(
    make,
    "longplay people import staff.csv --out staff.toml --column key=Number 'name=First name+Last name' number=Mobile id=Login extension=Extension from=Since to=Until --country +46 --zone Europe/Stockholm",
  );
  commonOptions(make).action(async (file: string, options: ImportOptions) => {
    const out = resolve(options.out);
    const run = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, ImportedPeople> {
      const country = countryOf(options.country);
      const table = {
        columns: options.column,
        timeFormat: options.timeFormat,
        plan: country === null ? null : planOf(country),
        zone: options.zone ?? null,
      };
      const made = await importPeople(resolve(file), table, context.temporary, stop);
      for (const one of made.findings) yield findingEvent(one);
      await removeAbandoned(dirname(out));
      // The file contains names and numbers of people, so only the current user may read it.
      if (!(await writeDurableNew(out, made.toml, 0o600)))
        throw new LongplayError('usage', 'U108', `${out} exists already`, 'name a new file with --out; nothing is overwritten');
      return made;
    };
    const ending = ({ persons, rows, leftOut, hasZonelessPeriods }: ImportedPeople): Ending => ({
      exitCode: leftOut > 0 ? exitCodes.partly : exitCodes.well,
      facts: { persons, rows, leftOut, hasZonelessPeriods },
      text: `${counted(persons, 'person')} of ${counted(rows, 'row')}${leftOut > 0 ? `, ${leftOut} left out` : ''}.${hasZonelessPeriods ? '\nPeriods without an offset are in UTC: if another clock wrote them, import again with --zone, e.g. --zone Europe/Stockholm.' : ''}\nNext: longplay people check ${shellWord(options.out)}`,
    });
    done(await runCommand(context, { command: 'people import', options, pipeline: run, ending }, signal));
  });
};
