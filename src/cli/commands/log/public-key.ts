import { resolve } from 'node:path';
import { parseVerifierKey, publicKeyOf } from '../../../log/tree/signed-note.ts';
import { type LogReport, verifyLog } from '../../../pipeline/log/archive-log.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';

type PublicKeyOptions = CommonOptions & { readonly pem?: boolean };

/** Declares `longplay log public-key ARCHIVE`. */
export const declarePublicKey: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const publicKey = command
    .command('public-key')
    .summary('print the public key that signs the log')
    .description(
      'Verifies the log, then prints the public key that signs it, and nothing else. Give the key to those who check the archive, a statement, a proof or an exported case, through another channel than these.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--pem', 'as a PEM file, e.g. for openssl; default: NAME+ID+KEY, which --key takes'));
  withExamples(publicKey, 'longplay log public-key /srv/archive > archive.pub', 'longplay log public-key /srv/archive --pem > archive.pem');
  commonOptions(publicKey).action(async (archive: string, options: PublicKeyOptions) => {
    const expected = { keys: context.keys, now: context.now };
    const ending = (report: LogReport): Ending => printed(report, options.pem === true);
    done(
      await runCommand(
        context,
        { command: 'log public-key', options, pipeline: (stop) => verifyLog(resolve(archive), expected, stop), ending },
        signal,
      ),
    );
  });
};

/** Returns how the command ends. It prints no key if the log has errors, which the findings describe. */
function printed({ key, errors }: LogReport, pem: boolean): Ending {
  const known = key === null || errors > 0 ? null : parseVerifierKey(key);
  if (known === null) return { exitCode: exitCodes.integrity, facts: { key: null, errors }, text: '' };
  const text = publicKeyOf(known).export({ type: 'spki', format: 'pem' }).toString();
  return { exitCode: exitCodes.well, facts: { key, pem: text, errors }, text: pem ? text.trimEnd() : (key ?? '') };
}
