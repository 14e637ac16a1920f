import { resolve } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { reasonText } from '../../core/base/given-reason.ts';
import type { RowAccount } from '../../core/model/source-account.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { planOnly } from '../../pipeline/import/dry-run.ts';
import { importSource } from '../../pipeline/import/import.ts';
import type { ImportOutcome } from '../../pipeline/import/import-run.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import { type AcceptOptions, acceptancesOf, acceptOption } from '../options/accept-option.ts';
import { printDifferences } from '../options/differences-file.ts';
import { accessOf, commonOptions, jobsOption, option, optionGroups, withExamples } from '../options/options.ts';
import { requestOf, settledMapping } from '../options/source-options.ts';
import { zoneOption } from '../options/zone-option.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { bytes, shellWord, unreadText } from '../report/units.ts';
import { differenceLines, isOpen } from '../texts/alarms.ts';
import { reportFacts, reportText } from '../texts/report-text.ts';

type Options = CommonOptions &
  AcceptOptions & {
    table: string[];
    mapping: string;
    zone?: string;
    encoding?: string;
    site?: string;
    replace?: boolean;
    dryRun?: boolean;
    differences?: string;
    report?: string;
    jobs: number;
  };

/** Declares `longplay amend ARCHIVE --table FILE --mapping FILE`. */
export const amendCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('amend')
    .summary('add what a later table says to archived recordings')
    .description(
      'Adds the rows of a later table, e.g. of a CRM or a trading system, to the archived recordings that they describe. Nothing is changed or overwritten: each recording gets a newer description beside the earlier one.',
    )
    .argument('<archive>', 'archive folder')
    .optionsGroup(optionGroups.source)
    .addOption(option('--table <file...>', 'tables, or folders of tables').makeOptionMandatory())
    .addOption(option('--mapping <mapping>', 'mapping file (TOML) of the tables, with [match]').makeOptionMandatory())
    .addOption(zoneOption('time zone of local times, e.g. Europe/Stockholm'))
    .addOption(option('--encoding <name>', 'encoding of tables, if unclear, e.g. windows-1251'))
    .addOption(option('--site <name>', 'only recordings of this site; default: all'))
    .optionsGroup('Archive:')
    .addOption(option('--replace', 'replace the values that an earlier table of this system has for the same key'))
    .addOption(option('-n, --dry-run', 'write nothing; print differences'))
    .addOption(option('--differences <file>', 'write these differences as CSV; needs --dry-run'));
  withExamples(
    command,
    'longplay amend /srv/archive --table crm.csv --mapping crm.toml --dry-run',
    "longplay amend /srv/archive --table crm.csv --mapping crm.toml --reason 'contracts of 2026'",
  );
  command.optionsGroup(optionGroups.review).addOption(option('--report <folder>', 'write a report on every recording and row there'));
  acceptOption(command, 'why; kept permanently in each amendment, and with --accept in the log and the report');
  jobsOption(commonOptions(command));
  command.action(async (archive: string, options: Options) => {
    if (options.differences !== undefined && options.dryRun !== true)
      throw new LongplayError('usage', 'U100', '--differences needs --dry-run', 'give both, or omit it');
    const request = enrichRequest(options);
    settledMapping(request);
    // Without --accept, the reason belongs to the amendments alone.
    const acceptances = acceptancesOf(options.accept === undefined ? {} : options);
    const tools = {
      importers: context.importers,
      media: context.media,
      register: { formats: context.formats, codecs: context.codecs },
      createPool: (stop: AbortSignal) => context.createPool(options.jobs, stop, []),
      temporary: context.temporary,
      keys: context.keys,
      now: context.now,
      actor: context.actor,
      clockMs: context.clockMs,
      acceptances,
      compareBytes: false,
      ...(options.report === undefined ? {} : { report: resolve(options.report) }),
    };
    done(
      await runCommand(
        context,
        {
          command: 'amend',
          options,
          pipeline: (stop, reporter) =>
            options.dryRun === true
              ? printDifferences(planOnly(request, resolve(archive), tools, stop), options, reporter)
              : importSource(request, resolve(archive), tools, stop),
          ending: (outcome) => amended(outcome, archive, options),
        },
        signal,
      ),
    );
  });
};

/** Returns the job request of the run. @throws LongplayError U107, U317 */
function enrichRequest({ table, mapping, zone, encoding, site, reason, replace }: Options): JobRequest {
  const why = reason === undefined ? '' : reasonText(reason);
  const told = { mapping, ...(zone === undefined ? {} : { zone }), ...(encoding === undefined ? {} : { encoding }), site: site ?? 'default' };
  return {
    ...requestOf(table, told, []),
    access: accessOf({ access: 'opus', quality: 'standard' }),
    joinSides: false,
    enrich: { replace: replace === true, why: why === '' ? null : why, site: site ?? null },
  };
}

function amended(outcome: ImportOutcome, archive: string, { dryRun = false }: Options): Ending {
  const { reconciliation, report, settled, faults, kept, amended: described, notImported, resumed, unread, bagsLanded, bagsThereBefore } = outcome;
  const { rows, toAmend = 0 } = reconciliation;
  const { open: alarms, accepted } = settled;
  const facts = { amended: described, toAmend, rows: rows ?? null, notAmended: notImported, kept, bagsLanded, bagsThereBefore, resumed };
  return {
    exitCode: faults > 0 ? exitCodes.integrity : isOpen(settled) || report?.sumsAgree === false ? exitCodes.partly : exitCodes.well,
    facts: { ...facts, dryRun, unread, faults, alarms, accepted, ...reportFacts(report) },
    text: [
      ...(rows === undefined ? [] : rowLines(rows)),
      ...writtenLines(outcome, archive, dryRun),
      ...(notImported === 0 ? [] : [`${counted(notImported, 'recording')} could NOT be described again; each is listed above with its reason.`]),
      ...(unread === 0 ? [] : [unreadText(unread)]),
      ...differenceLines(settled),
      ...(report === null ? [] : [reportText(report)]),
      dryRun ? 'Nothing was written.' : `Next: longplay verify ${shellWord(archive)}`,
    ].join('\n'),
  };
}

/** Returns one line per outcome of rows; outcomes without rows are left out. */
function rowLines({ added, known, contradicting, several, withoutRecording, unreadable, repeated }: RowAccount): string[] {
  const total = added + known + contradicting + several + withoutRecording + unreadable + repeated;
  const parts: (readonly [number, string])[] = [
    [added, 'new to their recordings'],
    [known, 'with nothing new'],
    [contradicting, 'contradict earlier rows, which are kept'],
    [several, 'match several recordings'],
    [withoutRecording, 'without a recording'],
    [unreadable, 'could not be read'],
    [repeated, 'repeat another row'],
  ];
  const told = parts.flatMap(([number, text]) => (number === 0 ? [] : [`${count(number)} ${text}`]));
  return [`${counted(total, 'row')}${told.length === 0 ? '' : `: ${told.join(', ')}`}.`];
}

function writtenLines(
  { reconciliation, amended: described, resumed, kept, bagsThereBefore }: ImportOutcome,
  archive: string,
  dryRun: boolean,
): string[] {
  const { toAmend = 0 } = reconciliation;
  if (dryRun) return [`Would describe ${counted(toAmend, 'archived recording')} again.`];
  if (toAmend === 0 && !resumed) return ['Nothing new. Nothing was added.'];
  return [
    `Described ${counted(described, 'archived recording')} again; the earlier descriptions stay readable: longplay show ${shellWord(archive)} ID --revision NUMBER`,
    ...(bagsThereBefore > 0 ? [`${counted(bagsThereBefore, 'bag')} had landed before this run.`] : []),
    ...(kept.tables > 0 ? [`Kept ${counted(kept.tables, 'table')}: ${bytes(kept.bytes)}.`] : []),
  ];
}
