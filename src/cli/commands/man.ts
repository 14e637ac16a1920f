import { join, resolve } from 'node:path';
import { makeFolder, removeAbandoned, writeDurable } from '../../archive/files/durable.ts';
import { LongplayError } from '../../core/base/error.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import type { ManualPage } from '../manual/page.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';

type Options = CommonOptions & { readonly out?: string };

/** Declares `longplay man [COMMAND]`. */
export const manCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('man')
    .summary('print a page of the manual, or write all pages')
    .description(
      'Prints a page of the manual as man(7), or writes all pages to a folder, for packages and for MANPATH. SOURCE_DATE_EPOCH is the date of the pages; without it they have none.',
    )
    .argument('[command]', 'command whose page is printed; default: that of longplay')
    .addOption(option('--out <folder>', 'write all pages there, over older ones').env('LONGPLAY_MAN_OUT'));
  withExamples(command, 'longplay man import | man -l -', 'longplay man --out ~/.local/share/man/man1');
  commonOptions(command).action(async (name: string | undefined, options: Options) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, readonly ManualPage[]> {
      const { manualPages } = await import('../manual/page.ts');
      const pages = manualPages(program, context.env.SOURCE_DATE_EPOCH === undefined ? '' : context.now().slice(0, 10));
      const chosen = options.out === undefined || name !== undefined ? [pageOf(pages, name)] : pages;
      if (options.out !== undefined) {
        await makeFolder(resolve(options.out));
        await removeAbandoned(resolve(options.out));
      }
      for (const { file, text } of chosen) {
        if (options.out !== undefined) await writeDurable(join(resolve(options.out), file), text);
        yield { type: 'result', of: 'page', value: { file, text } };
      }
      return chosen;
    };
    const ending = (pages: readonly ManualPage[]) => ({
      exitCode: exitCodes.well,
      facts: { pages: pages.length, folder: options.out === undefined ? null : resolve(options.out) },
      text:
        options.out === undefined
          ? pages.map(({ text }) => text.trimEnd()).join('\n')
          : `${counted(pages.length, 'page')} written to ${resolve(options.out)}.`,
    });
    done(await runCommand(context, { command: 'man', options, pipeline, ending }, signal));
  });
};

/** Returns the requested page. @throws LongplayError usage U100 if there is none */
function pageOf(pages: readonly ManualPage[], name: string | undefined): ManualPage {
  const page = pages.find(({ file }) => file === (name === undefined ? 'longplay.1' : `longplay-${name}.1`));
  if (page !== undefined) return page;
  const known = pages.map(({ file }) => file.replace(/^longplay-?|\.1$/g, '')).filter((known) => known !== '');
  throw new LongplayError(
    'usage',
    'U100',
    `there is no page about '${name}'`,
    `${didYouMean(name ?? '', known)}run \`longplay --help\` for all commands`,
  );
}
