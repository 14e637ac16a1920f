import { dirname, resolve } from 'node:path';
import { type OpenQuestion, openQuestions } from '../../../importers/mapping/propose/open-questions.ts';
import { removeAbandoned, writeDurableNew } from '../../archive/files/durable.ts';
import { LongplayError } from '../../core/base/error.ts';
import { counted } from '../../core/words/quantity.ts';
import type { Claims, PipelineEvent } from '../../pipeline/events/events.ts';
import { createDifferenceTally, type Settled, settleDifferences, tallying } from '../../pipeline/report/differences.ts';
import { reportedSurvey, type WrittenReport } from '../../pipeline/report/write.ts';
import { proposeMapping } from '../../pipeline/survey/propose.ts';
import { type SurveyOutcome, survey, type UndecidedSurvey } from '../../pipeline/survey/survey.ts';
import { acceptancesOf } from '../options/accept-option.ts';
import { type ImportChoices, importOptions, importRequest } from '../options/import-options.ts';
import { accessOf, option, withExamples } from '../options/options.ts';
import { readPasswords } from '../options/password-file.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type Ending, runCommand } from '../report/run-command.ts';
import { differenceLines, isOpen } from '../texts/alarms.ts';
import { reportFacts, reportText } from '../texts/report-text.ts';
import { surveyText, undecidedText } from '../texts/survey-text.ts';

type Options = ImportChoices & {
  propose?: string | true;
  headersOnly?: boolean;
};

type Outcome = (SurveyOutcome & { readonly report?: WrittenReport }) | UndecidedSurvey;

/** Declares `longplay survey SOURCE…`. */
export const surveyCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('survey')
    .summary('show what a source holds, and what an import would need')
    .description(
      'Shows what a source holds: recorder family, codecs, hours, joined and unjoined calls, times and gaps, and what an import would need. Writes only what --report and --propose name.',
    )
    .argument('<source...>', 'folders, tars, zips, nested, or s3://BUCKET/PREFIX')
    .optionsGroup('Survey:')
    .addOption(option('--propose [file]', 'write a first mapping file for the tables found, to a new file or to stdout'))
    .addOption(option('--headers-only', 'decode nothing: no trial import of a few recordings, and no estimate of the time'));
  withExamples(
    command,
    'longplay survey /mnt/recorder export.zip',
    'longplay survey /mnt/recorder --report before-the-move',
    'longplay survey export.zip --propose mapping.toml',
  );
  importOptions(command).action(async (sources: string[], options: Options) => {
    const request = importRequest(sources, options, context.codecs);
    const tools = {
      importers: context.importers,
      media: context.media,
      formats: context.formats,
      codecs: context.codecs,
      temporary: context.temporary,
      clockMs: context.clockMs,
    };
    if (options.propose !== undefined) {
      const target = options.propose === true ? null : options.propose;
      const propose = async function* (stop: AbortSignal): ReturnType<typeof proposeMapping> {
        const text = yield* proposeMapping(request, tools, stop);
        if (target !== null) await removeAbandoned(dirname(resolve(target)));
        if (target !== null && !(await writeDurableNew(resolve(target), text)))
          throw new LongplayError('usage', 'U108', `${target} exists already`, 'name a new file; nothing is overwritten');
        return text;
      };
      done(await runCommand(context, { command: 'survey', options, pipeline: propose, ending: (text) => proposed(text, target) }, signal));
      return;
    }
    const { report } = options;
    const acceptances = acceptancesOf(options);
    const tally = createDifferenceTally();
    const look = (stop: AbortSignal): AsyncGenerator<PipelineEvent, Outcome> => {
      const passwords = readPasswords(options);
      const createPool = options.headersOnly === true ? null : (ending: AbortSignal) => context.createPool(options.jobs, ending, passwords);
      const forecast = { access: accessOf(options), createPool, clock: () => performance.now() };
      const looking = { ...tools, passwords, forecast, expectAudio: options.expectAudio ?? null };
      const events =
        report === undefined
          ? survey(request, looking, stop)
          : reportedSurvey(request, resolve(report), { ...looking, now: context.now, acceptances }, stop);
      return tallying<Outcome>(events, tally);
    };
    const questions = request.mapping === null ? [] : openQuestions(request.mapping.text, request.zone !== null);
    const ending = (outcome: Outcome): Ending =>
      withQuestions(surveyed(outcome, options, settleDifferences(tally.differences({}), acceptances)), questions);
    done(await runCommand(context, { command: 'survey', options, pipeline: look, ending }, signal));
  });
};

function surveyed(outcome: Outcome, options: { readonly verbose?: boolean }, settled: Settled): Ending {
  if (!outcome.decided) {
    const { claims, listed } = outcome;
    return { exitCode: exitCodes.partly, facts: { decided: false, claims: plain(claims), listed }, text: undecidedText(outcome) };
  }
  const { audio, report, reconciliation, unidentified, undecodable, unreadable, claims, calls, coverage, silent, silentRule, forecast, keptTables } =
    outcome;
  const { type: _type, ...reconciled } = reconciliation;
  const { marks: _marks, ...times } = calls;
  const { open: alarms, accepted } = settled;
  return {
    exitCode: isOpen(settled) || report?.sumsAgree === false ? exitCodes.partly : exitCodes.well,
    facts: {
      decided: true,
      alarms,
      accepted,
      claims: plain(claims),
      reconciliation: reconciled,
      audio,
      unidentified,
      undecodable,
      unreadable,
      calls: times,
      coverage,
      silent: silent.slice(0, silentTold),
      silentRule,
      silentBeyond: Math.max(0, silent.length - silentTold),
      import: forecast,
      keptTables,
      ...reportFacts(report),
    },
    text: [
      ...differenceLines(settled),
      surveyText(outcome, options.verbose === true, report === undefined ? 'Nothing was written.' : reportText(report)),
    ].join('\n'),
  };
}

/** Adds the open questions of a proposed mapping to the result. An import refuses a mapping with open questions. */
function withQuestions(ending: Ending, questions: readonly OpenQuestion[]): Ending {
  if (questions.length === 0) return ending;
  const count = counted(questions.length, 'open question', 'open questions');
  const told = questions.map(({ line, text }) => `  line ${line}: ${text}`);
  return {
    ...ending,
    facts: { ...ending.facts, questions },
    text: [ending.text, `The mapping has ${count}, which \`longplay import\` asks for:`, ...told].join('\n'),
  };
}

/** Number of silent marks that `--json` lists. */
const silentTold = 1_000;

function plain(claims: readonly Claims[]): Record<string, unknown>[] {
  return claims.map(({ type: _type, ...claim }) => claim);
}

function proposed(text: string, target: string | null): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const questions = openQuestions(text, false).length;
  if (target === null) return { exitCode: exitCodes.well, facts: { mapping: text, questions }, text: text.trimEnd() };
  return {
    exitCode: exitCodes.well,
    facts: { mapping: text, questions, file: target },
    text: `wrote ${target}; ${questions === 0 ? 'look through it' : `${counted(questions, 'line ends', 'lines end')} in a question mark: settle ${questions === 1 ? 'it' : 'them'}`}, then: longplay survey SOURCE --mapping ${target}`,
  };
}
