import { resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../../../core/words/quantity.ts';
import { shellWord } from '../../../core/words/shell-word.ts';
import { approveLoss, type ListedLoss, type LostThings, listLosses, requestLoss } from '../../../losses/acknowledge.ts';
import { openKeyring } from '../../../sealing/keyring/keyring.ts';
import { provideKeys } from '../../../sealing/open-keys.ts';
import { rootAccess } from '../../machine/root-access.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { type KeyringChoices, keyringOptions } from '../../options/keyring-options.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';

type Options = CommonOptions & KeyringChoices;
type Part = (command: Command, context: Surroundings, signal: AbortSignal, done: (code: number) => void) => void;

/** Largest number of bags that a text names one by one. */
const mostNamed = 20;

/** Declares `longplay keyring report-loss|approve-loss|losses`. */
export const declareLosses: Part = (command, context, signal, done) => {
  for (const part of [report, approve, list]) part(command, context, signal, done);
};

/** Opens the keyring that the options name when a sealed archive needs it. */
function provideKeyring(context: Surroundings, options: Options, signal: AbortSignal): void {
  const folder = options.keyring === undefined ? context.keyring : resolve(options.keyring);
  provideKeys(() => openKeyring({ folder, access: rootAccess(context, options, signal), signal }));
}

const report: Part = (command, context, signal, done) => {
  const declared = command
    .command('report-loss')
    .description('report pages that are lost in every copy, so that a second person can acknowledge the loss')
    .argument('<archive>', 'archive folder')
    .addOption(option('--reason <text>', 'how they were lost; kept beside the log').makeOptionMandatory());
  withExamples(declared, "longplay keyring report-loss /srv/archive --reason 'Both disks failed on 3 March'");
  commonOptions(keyringOptions(declared)).action(async (archive: string, options: Options & { reason: string }) => {
    const pipeline = (stop: AbortSignal) => {
      provideKeyring(context, options, stop);
      return requestLoss(resolve(archive), options.reason, context, stop);
    };
    const ending = (made: LostThings & { readonly request: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: { ...made },
      text: [
        `Report ${made.request}: ${thingsText(made)} cannot be opened with any copy of the keyring.`,
        ...bagLines(made),
        `Next, by a second person: longplay keyring approve-loss ${shellWord(archive)} ${made.request} --key-file FILE`,
      ].join('\n'),
    });
    done(await runCommand(context, { command: 'keyring report-loss', options, pipeline, ending }, signal));
  });
};

const approve: Part = (command, context, signal, done) => {
  const declared = command
    .command('approve-loss')
    .description('acknowledge a reported loss, as a second person: it then is no alarm any more')
    .argument('<archive>', 'archive folder')
    .argument('<request>', 'id of the report, or a prefix of it')
    .addOption(option('--key-file <file>', 'private key of the approver, Ed25519 in PEM').makeOptionMandatory());
  withExamples(declared, 'longplay keyring approve-loss /srv/archive 3f9a1c02 --key-file ~/approver.pem');
  commonOptions(keyringOptions(declared)).action(async (archive: string, request: string, options: Options & { keyFile: string }) => {
    const pipeline = (stop: AbortSignal) => {
      provideKeyring(context, options, stop);
      return approveLoss(resolve(archive), { request, keyFile: resolve(options.keyFile) }, context, stop);
    };
    const ending = (made: LostThings & { readonly request: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: { ...made },
      text: [
        `The loss of report ${made.request} is acknowledged: ${thingsText(made)} LOST for good.`,
        ...bagLines(made),
        `Next: longplay verify ${shellWord(archive)} --play`,
      ].join('\n'),
    });
    done(await runCommand(context, { command: 'keyring approve-loss', options, pipeline, ending }, signal));
  });
};

const list: Part = (command, context, signal, done) => {
  const declared = command
    .command('losses')
    .description('list reported and acknowledged losses of pages, and what is lost with them; opens no root')
    .argument('<archive>', 'archive folder');
  withExamples(declared, 'longplay keyring losses /srv/archive');
  commonOptions(declared).action(async (archive: string, options: CommonOptions) => {
    const pipeline = (stop: AbortSignal) => listLosses(resolve(archive), context, stop);
    const ending = (losses: readonly ListedLoss[]): Ending => ({
      exitCode: exitCodes.well,
      facts: { losses: losses.length },
      text: losses.length === 0 ? 'No loss of pages of the keyring was reported.' : losses.flatMap(lossLines).join('\n'),
    });
    done(await runCommand(context, { command: 'keyring losses', options, pipeline, ending }, signal));
  });
};

function lossLines({ request, requestedAt, approvedAt, approver, pages, lost }: ListedLoss): string[] {
  const reported = `Report ${request} of ${requestedAt.slice(0, 10)}`;
  if (approvedAt === null) return [`${reported}, NOT acknowledged: ${thingsText(lost)}.`, ...bagLines(lost)];
  const by = `${reported}, acknowledged on ${approvedAt.slice(0, 10)} with key ${approver}`;
  const found = pages - lost.pages;
  const again = found === 0 ? '' : ` Found again since: ${counted(found, 'page')}.`;
  return [lost.pages === 0 ? `${by}:${again}` : `${by}: ${thingsText(lost)} LOST.${again}`, ...bagLines(lost)];
}

/** Names what is lost, e.g. `12 recordings in 2 bags, 1 report or case`. */
function thingsText({ pages, bags, recordings, others }: LostThings): string {
  const parts = [
    ...(bags.length === 0 ? [] : [`${counted(recordings, 'recording')} in ${counted(bags.length, 'bag')}`]),
    ...(others.length === 0 ? [] : [counted(others.length, 'report, case or file of details', 'reports, cases and files of details')]),
  ];
  return parts.length === 0 ? `${counted(pages, 'page')} that nothing needs any more` : parts.join(' and ');
}

function bagLines({ bags }: LostThings): string[] {
  const named = bags.slice(0, mostNamed).map(({ place, recordings }) => `  ${place}: ${counted(recordings, 'recording')}`);
  return bags.length > mostNamed ? [...named, `  and ${counted(bags.length - mostNamed, 'more bag', 'more bags')}; --json lists all`] : named;
}
