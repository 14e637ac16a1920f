import { resolve } from 'node:path';
import { markedPage, openArchive } from '../../../archive/layout.ts';
import { counted } from '../../../core/words/quantity.ts';
import { type Sealed, sealArchive } from '../../../seal/run.ts';
import { commonOptions, jobsOption, option, withExamples } from '../../options/options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { bytes, shellWord } from '../../report/units.ts';
import { demandConfirmation } from '../../texts/ask.ts';

/** `longplay seal` */
export const sealCommand: CommandDeclaration = (program, context, signal, done) => {
  const declared = program
    .command('seal')
    .summary('seal an open archive in place')
    .description(
      'Seals an open archive in place, bag by bag: its recordings, reports, cases and the private details of its log are encrypted, and their secrets go into the keyring. Ids, names of bags and the log stay. Then synchronises the replicas. To resume an interrupted sealing, run the command again. Backups and other copies stay as they are.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--yes', 'do not ask for confirmation; needed without a terminal'));
  withExamples(declared, 'longplay seal /srv/archive --yes');
  commonOptions(jobsOption(declared)).action(async (archive: string, options: CommonOptions & { yes?: boolean; jobs: number }) => {
    const { page } = await openArchive(resolve(archive), 'as-marked');
    const isOpen = page === null && (await markedPage(archive)) === null;
    const question = `Seal ${archive}? Nobody can read it afterwards without the keyring in ${context.keyring}, or a copy of it.`;
    if (options.yes !== true && isOpen) await demandConfirmation(question, context, signal);
    const createPool = options.jobs === 1 ? null : (stop: AbortSignal) => context.createPool(options.jobs, stop);
    const tools = { ...context, register: { formats: context.formats, codecs: context.codecs }, createPool };
    const pipeline = (stop: AbortSignal) => sealArchive(resolve(archive), tools, stop);
    const ending = (sealed: Sealed): Ending => ({
      exitCode: sealed.outdatedCases > 0 ? exitCodes.integrity : sealed.left > 0 || sealed.owing.length > 0 ? exitCodes.partly : exitCodes.well,
      facts: { ...sealed },
      text: sealedText(sealed, archive),
    });
    done(await runCommand(context, { command: 'seal', options, pipeline, ending }, signal));
  });
};

function sealedText({ bags, bagsSealedBefore, bytes: size, details, left, isSealed, owing }: Sealed, archive: string): string {
  const again = `longplay seal ${shellWord(archive)}`;
  const lines = [
    `Sealed ${counted(bags, 'bag')}: ${bytes(size)}.`,
    bagsSealedBefore > 0 ? `${counted(bagsSealedBefore, 'bag was', 'bags were')} sealed before.` : '',
    details > 0 ? `Private details of log entries: ${counted(details, 'line')} sealed.` : '',
    left > 0
      ? `${counted(left, 'bag, report or case stays', 'bags, reports and cases stay')} in clear; each is listed above. When that is fixed: ${again}`
      : '',
    owing.length > 0
      ? `${counted(owing.length, 'replica')} may still hold calls in clear: ${owing.join(', ')}. When reachable: longplay replica sync ${shellWord(archive)}`
      : '',
    isSealed ? `The archive is sealed. Only the keyring opens it.` : '',
    'Backups, tapes, exports and the recorder still hold the calls in clear: longplay does not change them. Disks may keep the bytes of removed files.',
    `Next: longplay verify ${shellWord(archive)} --play`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}
