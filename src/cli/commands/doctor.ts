import { resolve } from 'node:path';
import type { Finding } from '../../core/findings/finding.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { readCanaries } from '../../media/canaries.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type CanaryOutcome, checkCanaries } from '../../pipeline/open/canaries.ts';
import { type Examined, examineArchive } from '../doctor/examine-archive.ts';
import { examineMachine, type Part } from '../doctor/machine.ts';
import { runTrial, type TrialStep } from '../doctor/trial.ts';
import { mediaTools } from '../machine/media-tools.ts';
import { commonOptions, jobsOption, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { table } from '../report/units.ts';

/** Result of an examination; canaries if requested. */
interface Health {
  readonly parts: readonly Part[];
  /** Tested steps; empty if an archive was named. */
  readonly tried: readonly TrialStep[];
  /** Environment of the named archive; null: none was named. */
  readonly examined: Examined | null;
  readonly canaries: CanaryOutcome | null;
}

/** Declares `longplay doctor [ARCHIVE]`. */
export const doctorCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('doctor')
    .summary('check what is installed, and run one complete test')
    .description(
      'Checks which programs and libraries are installed, and what fails without the missing ones; then imports, verifies, plays and searches small recordings as a test. With an archive, checks its environment instead.',
    )
    .argument('[archive]', 'check its keys, keyring, rights, space, mount, file system, clock and timers instead; nothing is written into it')
    .addOption(option('--canaries', 'decode the small files that ship with longplay, and compare with the expected samples'));
  withExamples(command, 'longplay doctor', 'longplay doctor --canaries', 'longplay doctor /srv/archive');
  type Options = CommonOptions & { readonly canaries?: boolean; readonly jobs: number };
  jobsOption(commonOptions(command)).action(async (archive: string | undefined, options: Options) => {
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, Health> {
      const tools = await mediaTools(context.decoding);
      const parts = examineMachine(context, tools);
      for (const part of parts) yield { type: 'result', of: 'part', value: { ...part } };
      const examined = archive === undefined ? null : yield* examineArchive(resolve(archive), context, stop);
      const tried = examined === null ? yield* runTrial(context, tools, options.jobs, stop) : [];
      for (const one of tried) yield { type: 'result', of: 'step', value: { ...one } };
      if (options.canaries !== true) return { parts, tried, examined, canaries: null };
      return { parts, tried, examined, canaries: yield* checkCanaries(context.samples, readCanaries(context.samples), tools, stop) };
    };
    done(await runCommand(context, { command: 'doctor', options, pipeline, ending }, signal));
  });
};

function ending({ parts, tried, examined, canaries }: Health): Ending {
  const missing = parts.filter((part) => part.found === null);
  const failed = tried.filter(({ isWell }) => !isWell);
  const lacking =
    failed.length > 0 || missing.some((part) => part.required) || (canaries?.notDecoded ?? 0) > 0 || (examined !== null && examined.errors > 0);
  const doubtful = examined !== null && examined.warnings > 0;
  const incomplete = lacking ? exitCodes.incomplete : doubtful ? exitCodes.partly : exitCodes.well;
  return {
    exitCode: (canaries?.different ?? 0) > 0 ? exitCodes.integrity : incomplete,
    facts: {
      missing: missing.map((part) => part.name),
      failed: failed.map(({ step }) => step),
      ...(examined === null ? {} : { archive: examined.archive.id, errors: examined.errors, warnings: examined.warnings }),
      canaries,
    },
    text: [
      machineText(parts),
      ...(examined === null ? [] : [table(examined.looks.map(({ name, said, findings }) => [lookWord(findings), name, said]))]),
      ...(tried.length === 0
        ? []
        : [table(tried.map(({ step, isWell, isTried, said }) => [isWell ? 'works' : isTried ? 'FAILED' : 'NOT TRIED', step, said]))]),
      ...(examined !== null && missing.length === 0 ? [] : [machineSentence(missing, failed)]),
      ...(examined === null ? [] : [archiveSentence(examined)]),
      ...failed.map(({ step, remedy }) => `${step}: ${remedy}`),
      ...(canaries === null ? [] : [canaryText(canaries)]),
    ].join('\n'),
  };
}

function machineText(parts: readonly Part[]): string {
  return table(
    parts.map((part) => [part.found === null ? (part.required ? 'MISSING' : 'missing') : 'found', part.name, part.found ?? part.remedy, part.needed]),
  );
}

function machineSentence(missing: readonly Part[], failed: readonly TrialStep[]): string {
  if (missing.length > 0) return `Missing: ${missing.map((part) => `${part.name} (${part.remedy})`).join('; ')}.`;
  return failed.length === 0 ? 'Everything is installed and works.' : 'Everything is installed, but not all of it works.';
}

function lookWord(findings: readonly Finding[]): string {
  const severities = new Set(findings.map(({ code }) => findingTable.get(code)?.severity));
  return severities.has('error') ? 'FAILS' : severities.has('warning') ? 'look' : 'well';
}

function archiveSentence({ errors, warnings }: Examined): string {
  if (errors + warnings === 0) return 'No problems with the environment of this archive.';
  const parts = [...(errors > 0 ? [`${count(errors)} prevent a command`] : []), ...(warnings > 0 ? [`${count(warnings)} need attention`] : [])];
  return `Problems with its environment: ${parts.join(', ')}; each is listed above with the next step.`;
}

function canaryText({ canaries, same, near, notDecoded, different }: CanaryOutcome): string {
  const parts = [`Of ${counted(canaries, 'canary', 'canaries')}, ${count(same)} decode bit-identically`];
  if (near > 0) parts.push(`${count(near)} nearly so`);
  if (notDecoded > 0) parts.push(`${count(notDecoded)} could NOT be decoded here`);
  if (different > 0) parts.push(`${count(different)} decode DIFFERENTLY: do not trust copies made with these decoders`);
  return `${parts.join(', ')}.`;
}
