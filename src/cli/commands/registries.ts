import { gradeMeaning } from '../../core/grade.ts';
import type { PipelineEvent } from '../../pipeline/events.ts';
import type { CommandDeclaration } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions } from '../options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import { table } from '../units.ts';

/** `longplay formats` */
export const formatsCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('formats')
    .description('containers and codecs that longplay knows, and who decodes them')
    .addHelpText('after', '\nExample:\n  longplay formats');
  commonOptions(command).action(async (options: CommonOptions) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, null> {
      for (const { id, title, extensions, grade, mediaType, facts } of context.formats)
        yield { type: 'result', of: 'format', value: { id, title, extensions, grade, mediaType, facts } };
      for (const { id, title, decode, facts } of context.codecs.values()) {
        yield {
          type: 'result',
          of: 'codec',
          value: { id, title, decodedBy: decode.by, reason: decode.by === 'nobody' ? decode.reason : null, facts },
        };
      }
      return null;
    };
    const ending = (): { exitCode: number; facts: Record<string, unknown>; text: string } => ({
      exitCode: exitCodes.well,
      facts: { formats: context.formats.length, codecs: context.codecs.size },
      text: [
        'Formats (kinds of file):',
        table(
          context.formats.map((format) => [format.id, format.grade, format.extensions.join(' '), format.title]),
          '  ',
        ),
        'Codecs (how coded bytes become samples):',
        table(
          [...context.codecs.values()].map((codec) => [
            codec.id,
            codec.decode.by === 'us' ? 'longplay' : codec.decode.by === 'ffmpeg' ? 'FFmpeg' : 'nobody',
            codec.title,
          ]),
          '  ',
        ),
        gradesText(),
      ].join('\n'),
    });
    done(await runCommand(context, 'formats', options, pipeline, ending, signal));
  });
};

/** `longplay importers` */
export const importersCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('importers')
    .description('recorder families that longplay knows, and how well')
    .addHelpText('after', '\nExample:\n  longplay importers');
  commonOptions(command).action(async (options: CommonOptions) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, null> {
      for (const { id, title, grade, facts } of context.importers) yield { type: 'result', of: 'importer', value: { id, title, grade, facts } };
      return null;
    };
    const ending = (): { exitCode: number; facts: Record<string, unknown>; text: string } => ({
      exitCode: exitCodes.well,
      facts: { importers: context.importers.length },
      text: [table(context.importers.map((importer) => [importer.id, importer.grade, importer.title])), gradesText()].join('\n'),
    });
    done(await runCommand(context, 'importers', options, pipeline, ending, signal));
  });
};

function gradesText(): string {
  return ['Grades:', table(Object.entries(gradeMeaning), '  ')].join('\n');
}
