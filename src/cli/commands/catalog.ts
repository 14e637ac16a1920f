import { resolve } from 'node:path';
import { rebuildCatalog } from '../../pipeline/rebuild-catalog.ts';
import type { CommandDeclaration } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions, withExamples } from '../options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted } from '../units.ts';

/** `longplay catalog rebuild ARCHIVE` */
export const catalogCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('catalog')
    .summary('rebuild the index of an archive')
    .description('Rebuilds the index of an archive; it can be deleted at any time.');
  const rebuild = command.command('rebuild').description('rebuild the catalog from the bags').argument('<archive>', 'archive folder');
  withExamples(rebuild, 'longplay catalog rebuild /srv/archive');
  commonOptions(rebuild).action(async (archive: string, options: CommonOptions) => {
    const ending = (totals: { recordings: number; bags: number }): { exitCode: number; facts: Record<string, unknown>; text: string } => ({
      exitCode: exitCodes.well,
      facts: { ...totals },
      text: `The catalog holds ${counted(totals.recordings, 'recording')} in ${counted(totals.bags, 'bag')}.`,
    });
    done(await runCommand(context, 'catalog rebuild', options, (stop) => rebuildCatalog(resolve(archive), stop), ending, signal));
  });
};
