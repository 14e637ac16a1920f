import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { parseToml } from '../../../../importers/mapping/read/toml.ts';
import { LongplayError, systemText } from '../../../core/base/error.ts';
import { withResult } from '../../../core/base/with-result.ts';
import { type KeepingState, keepingStates } from '../../../core/model/keeping-state.ts';
import { printable } from '../../../core/words/printable.ts';
import { count, counted } from '../../../core/words/quantity.ts';
import type { DetailsFate } from '../../../log/erasure/details-fate.ts';
import type { PipelineEvent } from '../../../pipeline/events/events.ts';
import { planRetention } from '../../../policy/plan.ts';
import { type PolicySet, type PolicyShown, setPolicy, showPolicy } from '../../../policy/set-policy.ts';
import { planPage, recordingsOfPage } from '../../../report/retention/page.ts';
import { type PlannedRecording, planHead, planLine, type RetentionPlan } from '../../../report/retention/plan.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../../options/options.ts';
import { utcTime } from '../../options/utc-time.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { Reporter } from '../../report/reporter.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { table } from '../../report/units.ts';
import { fateWords } from '../../texts/fate-words.ts';
import { planText } from '../../texts/plan-text.ts';

type Part = (command: Command, context: Surroundings, signal: AbortSignal, done: (code: number) => void) => void;

/** Declares `longplay retention set|show|plan`. */
export const retentionCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('retention')
    .summary('set the retention policy, show what is due')
    .description(
      'Enters versions of the retention policy of an archive, and shows what it demands: what is to be deleted, kept and held, and why. Deletes nothing.',
    );
  for (const part of [set, show, plan]) part(command, context, signal, done);
};

const set: Part = (command, context, signal, done) => {
  const declared = command
    .command('set')
    .summary('put a policy into force')
    .description(
      'Enters a policy file as the next version of the retention policy, signed, and warns about rules that have no effect. For recordings that were imported under earlier versions, the periods that those versions promised remain in force.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<policy>', 'policy file (docs/reference/retention-policy.md)')
    .addOption(option('--reason <text>', 'why; kept in the details of the entry').makeOptionMandatory());
  withExamples(declared, "longplay retention set /srv/archive policy.toml --reason 'decision of the board of 12 March'");
  commonOptions(declared).action(async (archive: string, file: string, options: CommonOptions & { readonly reason: string }) => {
    const text = textOf(file);
    const values = parseToml({ name: basename(file), text }, 'docs/reference/retention-policy.md has examples');
    const run = (stop: AbortSignal) => setPolicy(resolve(archive), { text, values }, options.reason, context, stop);
    const ending = ({ version, rules, before, warnings }: PolicySet): Ending => ({
      exitCode: exitCodes.well,
      facts: { version, rules, before, warnings },
      text: [
        before
          ? `This policy is already in force, as version ${version}; nothing was logged.`
          : `Version ${version} of the retention policy is in force, with ${counted(rules, 'rule')}.`,
        ...(warnings === 0 ? [] : [`${counted(warnings, 'warning')} about it, listed above: see whether it says what is meant.`]),
      ].join('\n'),
    });
    done(await runCommand(context, { command: 'retention set', options, pipeline: run, ending }, signal));
  });
};

function textOf(file: string): string {
  try {
    return readFileSync(resolve(file), 'utf8');
  } catch (error) {
    throw new LongplayError(
      'usage',
      'D106',
      `the policy file ${file} cannot be read: ${systemText(error)}`,
      'check its path and who may read it',
      error,
    );
  }
}

const show: Part = (command, context, signal, done) => {
  const declared = command
    .command('show')
    .description('print the policy in force, and list its versions')
    .argument('<archive>', 'archive folder')
    .addOption(option('--revision <number>', 'another version, by its number').argParser(integer(1, 1_000_000)));
  withExamples(declared, 'longplay retention show /srv/archive', 'longplay retention show /srv/archive --revision 1');
  commonOptions(declared).action(async (archive: string, options: CommonOptions & { readonly revision?: number }) => {
    const run = (stop: AbortSignal, reporter: Reporter) =>
      versionTable(showPolicy(resolve(archive), options.revision ?? null, context, stop), options, reporter);
    const ending = ({ text, version, errors }: PolicyShown): Ending => ({
      exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well,
      facts: { version, errors },
      text: text === null ? `The file of version ${version} cannot be read (D105).` : `\n${text.trimEnd()}`,
    });
    done(await runCommand(context, { command: 'retention show', options, pipeline: run, ending }, signal));
  });
};

async function* versionTable<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Outcome> {
  const rows: string[][] = [];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result') {
      const { version, time, by, rules, reason, unknown } = event.value as {
        readonly version: number;
        readonly time: string;
        readonly by: string | null;
        readonly rules: readonly unknown[] | null;
        readonly reason: string | null;
        readonly unknown: DetailsFate | null;
      }; // as `showPolicy` yields it
      const why = fateWords[unknown ?? 'none'];
      rows.push([count(version), time.slice(0, 16), by ?? why, rules === null ? '(lost)' : count(rules.length), reason ?? why].map(printable));
    }
    yield event;
  }
  if (options.json !== true) reporter.text(table([['version', 'since', 'by', 'rules', 'reason'], ...rows]));
  return taken.result();
}

const formats = ['text', 'csv', 'json', 'html'] as const;
type PlanOptions = CommonOptions & { readonly asOf?: string; readonly format: (typeof formats)[number]; readonly state?: readonly KeepingState[] };

const plan: Part = (command, context, signal, done) => {
  const declared = command
    .command('plan')
    .summary('show what would be deleted, kept and held, and why')
    .description(
      'Judges every recording by the retention policy and the holds: what is to be deleted, what is deferred and why, conflicts, and what no rule covers. Deletes nothing.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--as-of <time>', 'state at this time, UTC, under the present policy and holds').argParser(utcTime))
    .addOption(option('--format <format>', 'format of the output').env('LONGPLAY_PLAN_FORMAT').choices(formats).default('text'))
    .addOption(
      option('--state <states>', `list only recordings in these states: ${keepingStates.join(', ')}`)
        .env('LONGPLAY_PLAN_STATE')
        .argParser(statesOf),
    );
  withExamples(
    declared,
    'longplay retention plan /srv/archive',
    'longplay retention plan /srv/archive --as-of 2031-12-31 --state due,deferred --format csv',
    'longplay retention plan /srv/archive --format html >plan.html',
  );
  commonOptions(declared).action(async (archive: string, given: PlanOptions) => {
    const options = { ...given, json: given.json === true || given.format === 'json' };
    const request = {
      at: given.asOf ?? null,
      states: given.state ?? (given.format === 'html' || given.format === 'text' ? (['due', 'deferred'] as const) : []),
    };
    const run = (stop: AbortSignal, reporter: Reporter) => printed(planRetention(resolve(archive), request, context, stop), options, reporter);
    const ending = (made: RetentionPlan): Ending => ({
      exitCode: made.lost.length > 0 ? exitCodes.integrity : exitCodes.well,
      facts: { ...made },
      text: given.format === 'text' ? planText(made, archive) : '',
    });
    done(await runCommand(context, { command: 'retention plan', options, pipeline: run, ending }, signal));
  });
};

function statesOf(text: string): readonly KeepingState[] {
  return text.split(',').map((word) => {
    const state = keepingStates.find((one) => one === word.trim());
    if (state === undefined) throw new InvalidArgumentError(`give some of ${keepingStates.join(', ')}.`);
    return state;
  });
}

/** Number of recordings that are printed at once. */
const batch = 500;

/** Prints the lines of a plan in their format. Lists may have any length, because they are not kept in memory. */
async function* printed(
  events: AsyncGenerator<PipelineEvent, RetentionPlan>,
  { format, json }: PlanOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, RetentionPlan> {
  const shown: PlannedRecording[] = [];
  let lines = format === 'csv' ? planHead : '';
  const flush = (): void => {
    // All text for people has plain line feeds.
    if (lines !== '') reporter.text(lines.replaceAll('\r\n', '\n').trimEnd());
    lines = '';
  };
  let pending = 0;
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result' && json !== true) {
      const one = event.value as unknown as PlannedRecording; // as `planRetention` yields it
      if (format === 'csv') lines += planLine(one);
      else if (shown.length < recordingsOfPage) shown.push(one);
      if (++pending % batch === 0) flush();
    }
    yield event;
  }
  flush();
  if (format === 'html' && json !== true) reporter.text(planPage(taken.result(), shown).trimEnd());
  return taken.result();
}
