import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { counted } from '../../core/words/quantity.ts';
import { refuseReplica } from '../../log/read/replica-here.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { writeArchiveViewer } from '../../pipeline/open/write-viewer.ts';
import type { ViewerOutcome } from '../../viewer/files/write-viewer.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { bytes } from '../report/units.ts';

/** Declares `longplay viewer ARCHIVE`. */
export const viewerCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('viewer')
    .summary('write a page into the archive that searches and plays calls')
    .description(
      'Writes a page into the archive that searches and plays its calls, opened from the file system: no server, no network, no longplay. Later imports keep it up to date.',
    )
    .argument('<archive>', 'archive folder');
  withExamples(command, 'longplay viewer /srv/archive', 'xdg-open /srv/archive/viewer/index.html');
  commonOptions(command).action(async (archive: string, options: CommonOptions) => {
    done(await runCommand(context, { command: 'viewer', options, pipeline: (stop) => written(resolve(archive), context, stop), ending }, signal));
  });
};

async function* written(archive: string, context: Surroundings, signal: AbortSignal): AsyncGenerator<PipelineEvent, ViewerOutcome> {
  await refuseReplica(archive, signal);
  return yield* writeArchiveViewer(archive, context, signal);
}

function ending(outcome: ViewerOutcome): Ending {
  const page = pathToFileURL(`${outcome.folder}/index.html`).href;
  const { recordings, bags, files, bytes: size, filesWritten, filesRemoved } = outcome;
  const changed = filesWritten === 0 && filesRemoved === 0 ? 'nothing had changed' : `${filesWritten} written, ${filesRemoved} removed`;
  return {
    exitCode: exitCodes.well,
    facts: { ...outcome, page },
    text: `The viewer shows ${counted(recordings, 'recording')} in ${counted(bags, 'bag')}: ${counted(files, 'file')} of ${bytes(size)}, ${changed}.\nOpen: ${page}`,
  };
}
