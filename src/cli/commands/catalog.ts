import { resolve } from 'node:path';
import { counted } from '../../core/words/quantity.ts';
import { type Rebuilt, rebuildCatalog } from '../../pipeline/open/rebuild-catalog.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';

/** Declares `longplay catalog rebuild ARCHIVE`. */
export const catalogCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('catalog')
    .summary('rebuild the index of an archive')
    .description('Rebuilds the index of an archive; it can be deleted at any time.');
  const rebuild = command.command('rebuild').description('rebuild the catalog from the bags').argument('<archive>', 'archive folder');
  withExamples(rebuild, 'longplay catalog rebuild /srv/archive');
  commonOptions(rebuild).action(async (archive: string, options: CommonOptions) => {
    done(
      await runCommand(
        context,
        { command: 'catalog rebuild', options, pipeline: (stop) => rebuildCatalog(resolve(archive), stop), ending: ended },
        signal,
      ),
    );
  });
};

/** Returns how the command ends. If the machine could not provide a file, the exit code is 5. */
function ended(rebuilt: Rebuilt): Ending {
  const { recordings, bags, damaged, unreachable, newer, kept } = rebuilt;
  const read = `${counted(recordings, 'recording')} in ${counted(bags, 'bag')}`;
  const left = damaged + unreachable;
  const text = kept
    ? `The catalog was NOT replaced. Read: ${read}; ${counted(left, 'recording')} could NOT be read.`
    : `The catalog holds ${read}${left > 0 ? `; ${counted(left, 'recording')} could NOT be read and are not in it` : ''}${newer > 0 ? `; ${counted(newer, 'bag')} of a newer version NOT read` : ''}.`;
  return { exitCode: damaged > 0 ? exitCodes.integrity : exitCodes.well, facts: { ...rebuilt }, text };
}
