import { shippedMappings } from '../../../importers/mapping/read/shipped-mappings.ts';
import { LongplayError } from '../../core/base/error.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { type ImporterRegister, importersMarkdown, importersText, importerText } from '../texts/importer-register.ts';

/** Declares `longplay importers [ID]`. */
export const importersCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('importers')
    .summary('list recorder families and the mapping files that ship')
    .description('Lists the recorder families that longplay knows, how well it knows them, and the mapping files that ship.')
    .argument('[family]', 'an importer: everything that is known about it; a mapping: the file itself')
    .addOption(option('--markdown', 'print all of it as docs/reference/importers.md'));
  withExamples(command, 'longplay importers', 'longplay importers five9 > my-five9.toml');
  commonOptions(command).action(async (id: string | undefined, options: CommonOptions & { readonly markdown?: boolean }) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, ImporterRegister> {
      const all: ImporterRegister = { importers: context.importers, mappings: shippedMappings() };
      const chosen = id === undefined ? all : only(all, id);
      for (const importer of chosen.importers) {
        const { title, grade, facts, tested } = importer;
        yield { type: 'result', of: 'importer', value: { id: importer.id, title, grade, facts, tested } };
      }
      for (const mapping of chosen.mappings)
        yield { type: 'result', of: 'mapping', value: { id: mapping.id, ...mapping.about, ...(id === undefined ? {} : { text: mapping.text }) } };
      return chosen;
    };
    const ending = (register: ImporterRegister): { exitCode: number; facts: Record<string, unknown>; text: string } => ({
      exitCode: exitCodes.well,
      facts: { importers: register.importers.length, mappings: register.mappings.length },
      text:
        options.markdown === true
          ? importersMarkdown(register)
          : id === undefined
            ? importersText(register)
            : [...register.importers.map(importerText), ...register.mappings.map(({ text }) => text.trimEnd())].join('\n'),
    });
    done(await runCommand(context, { command: 'importers', options, pipeline, ending }, signal));
  });
};

/** Restricts the register to the importer or mapping with an id. @throws LongplayError U110 if there is neither */
function only(all: ImporterRegister, id: string): ImporterRegister {
  const importers = all.importers.filter((importer) => importer.id === id);
  const mappings = all.mappings.filter((mapping) => mapping.id === id);
  if (importers.length + mappings.length > 0) return { importers, mappings };
  const known = [...all.importers, ...all.mappings].map((each) => each.id);
  throw new LongplayError(
    'usage',
    'U110',
    `there is no importer or mapping '${id}'`,
    `${didYouMean(id, known)}run \`longplay importers\` for all ${known.length}`,
  );
}
