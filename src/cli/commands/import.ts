import { resolve } from 'node:path';
import { Option } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import { counted } from '../../core/words/quantity.ts';
import type { Reconciliation } from '../../pipeline/events/events.ts';
import type { FollowState } from '../../pipeline/follow/follow-recorder.ts';
import type { SealingRequest } from '../../pipeline/import/choose-sealing.ts';
import { planOnly } from '../../pipeline/import/dry-run.ts';
import { importSource } from '../../pipeline/import/import.ts';
import type { ImportOutcome } from '../../pipeline/import/import-run.ts';
import { recordsLost } from '../../pipeline/report/differences.ts';
import { acceptancesOf } from '../options/accept-option.ts';
import { printDifferences } from '../options/differences-file.ts';
import { type FollowChoices, followLimitsOf, followOptions } from '../options/follow-options.ts';
import { runFollow } from '../options/follow-run.ts';
import { type ImportChoices, importOptions, importRequest } from '../options/import-options.ts';
import { accessOf, integer, option, optionGroups, withExamples } from '../options/options.ts';
import { readPasswords } from '../options/password-file.ts';
import { settledMapping } from '../options/source-options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type Ending, runCommand } from '../report/run-command.ts';
import { bytes, duration, shellWord, unreadText } from '../report/units.ts';
import { differenceLines, isOpen } from '../texts/alarms.ts';
import { followed } from '../texts/follow-text.ts';
import { reportFacts, reportText, standingOut } from '../texts/report-text.ts';

type Options = ImportChoices &
  FollowChoices & {
    into: string;
    joinSides?: boolean;
    compareBytes?: boolean;
    amend?: boolean;
    sealed?: boolean;
    open?: boolean;
    differences?: string;
    keepTables?: boolean;
    dryRun?: boolean;
    bagRecordings: number;
  };

/** Declares `longplay import SOURCE… --into ARCHIVE`. */
export const importCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('import')
    .summary('import a source into an archive; resume, or add what is new')
    .description('Imports sources into an archive: plans, converts and writes bags. A second run resumes the first, or adds what is new.')
    .argument('<source...>', 'folders, tars, zips, nested, or s3://BUCKET/PREFIX')
    .optionsGroup('Archive:')
    .addOption(option('--into <archive>', 'archive folder; created if it is absent or empty').makeOptionMandatory())
    .addOption(option('--sealed', 'encrypt the new archive, with the keyring; the default'))
    // --open is only valid on the command line: it has no variable and no key in a configuration file, see chooseSealing.
    .addOption(new Option('--open', 'do not encrypt the new archive').conflicts('sealed'))
    .addOption(option('--compare-bytes', 'compare bytes even where time stamps agree'))
    .addOption(option('--amend', 'correct descriptions of archived recordings'))
    .addOption(option('--no-keep-tables', 'do not keep copies of the tables'))
    .addOption(option('-n, --dry-run', 'write nothing; with --amend: print differences'))
    .addOption(option('--differences <file>', 'write these differences as CSV'))
    .addOption(option('--bag-recordings <number>', 'at most this many recordings per bag').argParser(integer(1, 10_000)).default(1_000));
  followOptions(command);
  withExamples(
    command,
    'longplay import /mnt/recorder --into /srv/archive --zone Europe/Stockholm',
    'longplay import export.zip --into /srv/archive --mapping mapping.toml',
  );
  importOptions(command)
    .optionsGroup(optionGroups.copies)
    .addOption(option('--join-sides', 'also write sides recorded apart as one stereo copy'))
    .action(async (sources: string[], options: Options) => {
      const follows = followLimitsOf(options);
      const request = {
        ...importRequest(sources, options, context.codecs),
        access: accessOf(options),
        joinSides: options.joinSides === true,
        ...(options.amend === true || follows !== null ? { amend: true as const } : {}),
        ...(options.keepTables === false ? { keepTables: false as const } : {}),
      };
      settledMapping(request);
      if (options.differences !== undefined && (options.amend !== true || options.dryRun !== true))
        throw new LongplayError('usage', 'U100', '--differences needs --amend and --dry-run', 'give all three, or omit it');
      const archive = resolve(options.into);
      const acceptances = acceptancesOf(options);
      const tools = (passwords: readonly Uint8Array[]) => ({
        importers: context.importers,
        media: context.media,
        register: { formats: context.formats, codecs: context.codecs },
        createPool: (stop: AbortSignal) => context.createPool(options.jobs, stop, passwords),
        temporary: context.temporary,
        keys: context.keys,
        now: context.now,
        actor: context.actor,
        clockMs: context.clockMs,
        acceptances,
        compareBytes: options.compareBytes === true,
        ...sealingOf(options),
        bagLimits: { recordings: options.bagRecordings, bytes: 4 * 1024 ** 3 },
        expectAudio: options.expectAudio ?? null,
        ...(options.report === undefined ? {} : { report: resolve(options.report) }),
      });
      if (follows !== null) {
        const ending = (state: FollowState): Ending => followed(state, options.into);
        done(await runFollow(context, { options, archive, request, limits: follows, tools: tools(readPasswords(options)), ending }, signal));
        return;
      }
      const pipeline = options.dryRun === true ? planOnly : importSource;
      done(
        await runCommand(
          context,
          {
            command: 'import',
            options,
            pipeline: (stop, reporter) => {
              const events = pipeline(request, archive, tools(readPasswords(options)), stop);
              return request.amend === true && options.dryRun === true ? printDifferences(events, options, reporter) : events;
            },
            ending: (outcome) => imported(outcome, options),
          },
          signal,
        ),
      );
    });
};

/** Returns the user's choice about sealing. */
function sealingOf({ sealed, open }: Options): { readonly sealing?: SealingRequest } {
  return open === true ? { sealing: 'open' } : sealed === true ? { sealing: 'sealed' } : {};
}

function imported(outcome: ImportOutcome, options: Options): Ending {
  const { reconciliation, report, settled, ...facts } = outcome;
  const { type: _type, ...reconciled } = reconciliation;
  const { open: alarms, accepted } = settled;
  return {
    exitCode: outcome.faults > 0 ? exitCodes.integrity : isOpen(settled) || report?.sumsAgree === false ? exitCodes.partly : exitCodes.well,
    facts: { ...facts, dryRun: options.dryRun === true, alarms, accepted, reconciliation: reconciled, ...reportFacts(report) },
    text: importedText(outcome, options),
  };
}

/** Describes how the import recognised recordings that were already in the archive. */
function howCompared({ comparedByBytes = 0, alreadyArchived }: Pick<Reconciliation, 'comparedByBytes' | 'alreadyArchived'>): string {
  if (comparedByBytes === 0) return 'compared by rows, names, sizes and time stamps';
  if (comparedByBytes === alreadyArchived) return 'compared by rows, names, sizes and SHA-256 of the bytes';
  return `compared by rows, names, sizes and time stamps, ${counted(comparedByBytes, 'recording')} by SHA-256 of the bytes`;
}

function importedText(outcome: ImportOutcome, options: Options): string {
  const { reconciliation, unread } = outcome;
  const { toImport, toAmend = 0, alreadyArchived } = reconciliation;
  const lines: string[] = [];
  if (options.dryRun === true) {
    if (alreadyArchived > 0) lines.push(`${counted(alreadyArchived, 'recording')} ${howCompared(reconciliation)} with the archive.`);
    lines.push(`Would import ${counted(toImport, 'recording')}; ${counted(alreadyArchived, 'recording')} in the archive already.`);
    if (options.amend === true) lines.push(`Would describe ${counted(toAmend, 'archived recording')} again.`);
  } else if (toImport === 0 && toAmend === 0 && !outcome.resumed && outcome.kept.tables > 0) {
    lines.push(
      `No new recordings: the archive has ${alreadyArchived === 1 ? 'the one recording' : `all ${counted(alreadyArchived, 'recording')}`} of this source.`,
    );
  } else if (toImport === 0 && toAmend === 0 && !outcome.resumed) {
    lines.push(
      `Nothing new: the archive has ${alreadyArchived === 1 ? 'the one recording' : `all ${counted(alreadyArchived, 'recording')}`} of this source (${howCompared(reconciliation)}). Nothing was added.`,
    );
  } else {
    if (outcome.amended > 0)
      lines.push(
        `Described ${counted(outcome.amended, 'archived recording')} again; the earlier descriptions stay readable: longplay show ${shellWord(options.into)} ID --revision NUMBER`,
      );
    if (outcome.imported > 0 || outcome.amended === 0)
      lines.push(
        `Imported ${counted(outcome.imported, 'recording')} in ${counted(outcome.bagsLanded, 'bag')}: ${bytes(outcome.bytes)} of originals, ${duration(outcome.audioMs)} of audio.`,
      );
    if (outcome.bagsThereBefore > 0) lines.push(`${counted(outcome.bagsThereBefore, 'bag')} had landed before this run.`);
    if (alreadyArchived > 0)
      lines.push(`${counted(alreadyArchived, 'recording was', 'recordings were')} in the archive already. They were ${howCompared(reconciliation)}.`);
  }
  const { erased = 0 } = reconciliation;
  if (erased > 0) lines.push(`${counted(erased, 'recording was', 'recordings were')} erased from the archive and NOT imported again.`);
  if (outcome.kept.tables > 0) lines.push(`Kept ${counted(outcome.kept.tables, 'table')} of the recorder: ${bytes(outcome.kept.bytes)}.`);
  if (outcome.notImported > 0)
    lines.push(
      `${counted(outcome.notImported, 'recording')} could NOT be imported; each is listed above with its reason. Fix the cause and run again.`,
    );
  if (outcome.notPlayable > 0)
    lines.push(`${counted(outcome.notPlayable, 'original is', 'originals are')} kept without an access copy; each is listed above with its reason.`);
  if (outcome.doubtful > 0)
    lines.push(
      `${counted(outcome.doubtful, 'original is', 'originals are')} DOUBTFUL: like noise, damaged, or not decoded to the end; each is listed above. Listen: longplay list ${shellWord(options.into)} --doubtful`,
    );
  const uneven = reconciliation.recordings['audio-length-differs'] ?? 0;
  if (uneven > 0)
    lines.push(
      `${counted(uneven, 'recording is', 'recordings are')} longer or shorter than the recorder says. Look: longplay list ${shellWord(options.into)} --status audio-length-differs`,
    );
  const lost = recordsLost(reconciliation);
  if (lost > 0) lines.push(`${counted(lost, 'row or document', 'rows or documents')} could NOT be read; each is listed above.`);
  if (unread > 0) lines.push(unreadText(unread));
  lines.push(...differenceLines(outcome.settled));
  if (outcome.report !== null) lines.push(...standingOut(outcome.report.report), reportText(outcome.report));
  else if (toImport === 0 && options.dryRun !== true && !outcome.resumed)
    lines.push('A run that adds nothing keeps no report; --report FOLDER writes one anyway.');
  lines.push(
    options.dryRun === true
      ? outcome.report === null
        ? 'Nothing was written.'
        : 'Nothing else was written.'
      : `Next: longplay verify ${shellWord(options.into)}`,
  );
  return lines.join('\n');
}
