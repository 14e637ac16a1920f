import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { counted } from '../../core/words/quantity.ts';
import { absoluteSource } from '../../objects/address.ts';
import { type ConvertOutcome, convert } from '../../pipeline/convert/convert.ts';
import { type DeclareOptions, declarationsOf, declareOption } from '../options/declare-option.ts';
import { type AccessChoices, accessOf, accessOptions, commonOptions, jobsOption, option, withExamples } from '../options/options.ts';
import { type PasswordOptions, passwordOption, readPasswords } from '../options/password-file.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { bytes, duration, shellWord, unreadText } from '../report/units.ts';

type Options = CommonOptions & PasswordOptions & DeclareOptions & AccessChoices & { out: string; jobs: number };

/** Declares `longplay convert FILE… --out DIR`. */
export const convertCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('convert')
    .summary('convert files without an archive')
    .description('Converts files without an archive, to a tree of the same shape with a manifest of digests.')
    .argument('<file...>', 'files, folders or containers')
    .optionsGroup('Output:')
    .addOption(option('--out <folder>', 'new or empty folder, or that of an earlier run').makeOptionMandatory());
  withExamples(command, 'longplay convert prompts/ --out prompts-opus', 'longplay convert tape.tar --out wav --access wav -j 4');
  commonOptions(jobsOption(accessOptions(passwordOption(declareOption(command))))).action(async (files: string[], options: Options) => {
    const named = new Set(files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true).map((file) => basename(file)));
    const tools = (passwords: readonly Uint8Array[]) => ({
      createPool: (stop: AbortSignal) => context.createPool(options.jobs, stop, passwords),
      temporary: context.temporary,
      declarations: declarationsOf(options, context.codecs),
      judge: context.media,
      // A file that the user names is always tried.
      isNamed: (path: string) => named.has(path),
    });
    const paths = files.map(absoluteSource);
    done(
      await runCommand(
        context,
        {
          command: 'convert',
          options,
          pipeline: (stop) => convert(paths, resolve(options.out), accessOf(options), tools(readPasswords(options)), stop),
          ending: (outcome) => converted(outcome, options.out),
        },
        signal,
      ),
    );
  });
};

function converted(outcome: ConvertOutcome, out: string): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const parts = [`Converted ${counted(outcome.converted, 'file')}, ${bytes(outcome.bytes)}, ${duration(outcome.audioMs)} of audio.`];
  if (outcome.kept > 0) parts.push(`${counted(outcome.kept, 'file was', 'files were')} there from an earlier run.`);
  if (outcome.skipped > 0) parts.push(`${counted(outcome.skipped, 'file is', 'files are')} already Opus or not audio.`);
  if (outcome.unknown > 0)
    parts.push(`${counted(outcome.unknown, 'file')} MAY BE AUDIO and could not be recognised; each is listed with its reason.`);
  if (outcome.notConverted > 0) parts.push(`${counted(outcome.notConverted, 'file')} could NOT be converted; each is listed above with its reason.`);
  if (outcome.doubtful > 0)
    parts.push(
      `${counted(outcome.doubtful, 'copy is', 'copies are')} DOUBTFUL: like noise, damaged, or not decoded to the end; each is listed above. Listen to them.`,
    );
  if (outcome.openDoubtful > 0)
    parts.push(`${counted(outcome.openDoubtful, 'file is', 'files are')} Opus already and DOUBTFUL: left out; each is listed above with its reason.`);
  if (outcome.unread > 0) parts.push(unreadText(outcome.unread));
  if (outcome.skipped + outcome.openDoubtful + outcome.unknown + outcome.notConverted > 0)
    parts.push(`conversions.jsonl lists every file that was left out, with its reason.`);
  parts.push(`Check: (cd ${shellWord(out)} && sha256sum --strict -c manifest-sha256.txt)`);
  return {
    exitCode:
      outcome.notConverted + outcome.unknown + outcome.doubtful + outcome.openDoubtful + outcome.unread > 0 ? exitCodes.partly : exitCodes.well,
    facts: { ...outcome },
    text: parts.join('\n'),
  };
}
