import { resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../../../core/words/quantity.ts';
import { approveUnsealing, requestUnsealing } from '../../../unseal/requests.ts';
import { type Unsealed, unsealArchive } from '../../../unseal/run.ts';
import type { Context } from '../../machine/context.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { bytes, shellWord } from '../../report/units.ts';

type Part = (command: Command, context: Context, signal: AbortSignal, done: (code: number) => void) => void;

/** Declares `longplay unseal request|approve|run`. */
export const unsealCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('unseal')
    .summary('write a sealed archive in clear: request, approval, run')
    .description(
      'Writes everything that a sealed archive holds as an open archive in another folder: one person requests it, and a second approves it with a key of their own.',
    );
  for (const part of [request, approve, run]) part(command, context, signal, done);
};

const request: Part = (command, context, signal, done) => {
  const declared = command
    .command('request')
    .summary('request to unseal an archive')
    .description('Enters a request to unseal an archive. Nothing is written in clear before a second person approved it.')
    .argument('<archive>', 'archive folder')
    .addOption(option('--reason <text>', 'why; kept beside the log').makeOptionMandatory());
  withExamples(declared, "longplay unseal request /srv/archive --reason 'Move to another system'");
  commonOptions(declared).action(async (archive: string, options: CommonOptions & { reason: string }) => {
    const pipeline = () => requestUnsealing(resolve(archive), options.reason, context);
    const ending = (made: { request: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: made,
      text: `Request ${made.request} to unseal the archive is entered.\nNext, by a second person: longplay unseal approve ${shellWord(archive)} ${made.request} --key-file FILE`,
    });
    done(await runCommand(context, { command: 'unseal request', options, pipeline, ending }, signal));
  });
};

const approve: Part = (command, context, signal, done) => {
  const declared = command
    .command('approve')
    .summary('approve a request, as a second person')
    .description('Approves a request with the key of a second person, which `longplay erase add-approver` registered.')
    .argument('<archive>', 'archive folder')
    .argument('<request>', 'id of the request, or a prefix of it')
    .addOption(option('--key-file <file>', 'private key of the approver, Ed25519 in PEM').makeOptionMandatory());
  withExamples(declared, 'longplay unseal approve /srv/archive 3f9a1c02 --key-file ~/approver.pem');
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { keyFile: string }) => {
    const given = { request: id, keyFile: resolve(options.keyFile) };
    const pipeline = (stop: AbortSignal) => approveUnsealing(resolve(archive), given, context, stop);
    const ending = (made: { request: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: made,
      text: `Request ${made.request} is approved.\nNext: longplay unseal run ${shellWord(archive)} ${made.request} --out FOLDER`,
    });
    done(await runCommand(context, { command: 'unseal approve', options, pipeline, ending }, signal));
  });
};

const run: Part = (command, context, signal, done) => {
  const declared = command
    .command('run')
    .summary('write the archive in clear')
    .description(
      'Writes the archive in clear into a folder, on an approved request. The sealed archive does not change. To resume an interrupted run, run the command again.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<request>', 'id of the request, or a prefix of it')
    .addOption(option('--out <folder>', 'folder of the open archive: new or empty').makeOptionMandatory());
  withExamples(declared, 'longplay unseal run /srv/archive 3f9a1c02 --out /srv/open');
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { out: string }) => {
    const tools = { ...context, register: { formats: context.formats, codecs: context.codecs } };
    const given = { request: id, out: resolve(options.out) };
    const pipeline = (stop: AbortSignal) => unsealArchive(resolve(archive), given, tools, stop);
    const ending = (made: Unsealed): Ending => ({
      exitCode: made.left > 0 ? exitCodes.partly : exitCodes.well,
      facts: { ...made },
      text: unsealedText(made, options.out),
    });
    done(await runCommand(context, { command: 'unseal run', options, pipeline, ending }, signal));
  });
};

function unsealedText({ bags, bagsThereBefore, items, erased, left, bytes: size }: Unsealed, out: string): string {
  const lines = [
    `Wrote ${counted(items, 'recording, amendment or table', 'recordings, amendments and tables')} in ${counted(bags, 'bag')}, in clear: ${bytes(size)}.`,
    bagsThereBefore > 0 ? `${counted(bagsThereBefore, 'bag was', 'bags were')} there before this run.` : '',
    erased > 0
      ? `${counted(erased, 'recording was', 'recordings were')} erased before and cannot be written. An import into the new archive leaves them out (E112).`
      : '',
    left > 0
      ? `${counted(left, 'recording or table', 'recordings or tables')} could NOT be opened; each is listed above. If a file of a recording was erased alone, an import into the new archive leaves that recording out (E112).`
      : '',
    'Anyone who can read that folder can read every call. The sealed archive keeps its log, notes, holds, cases and reports.',
    `Next: longplay verify ${shellWord(out)} --play`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}
