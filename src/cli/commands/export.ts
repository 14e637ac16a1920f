import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { type ExportOutcome, type ExportRequest, exportRecordings } from '../../pipeline/export/export.ts';
import type { ArchiveQuery } from '../../pipeline/open/bag-verification.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { filtersOf, type QueryOptions, queryOf, queryOptions } from '../options/query-options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { bytes, shellWord, unreachableText } from '../report/units.ts';
import { openText } from '../texts/window-text.ts';

type Options = CommonOptions &
  QueryOptions & {
    out: string;
    all?: boolean;
    take: ExportRequest['take'];
    nameTemplate: string;
    vcon?: boolean;
    vconInline?: boolean;
    vconUrl?: string;
  };

/** Declares `longplay export ARCHIVE [ID]`. */
export const exportCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('export')
    .summary('export calls as plain files with a manifest')
    .description('Exports one call, or the calls of a query, as plain files with a manifest.')
    .argument('<archive>', 'archive folder')
    .argument('[id]', 'recording id, or a prefix of one; without it, what the options choose, or --all')
    .optionsGroup('Output:')
    .addOption(option('--out <folder>', 'new or empty folder').makeOptionMandatory())
    // LONGPLAY_ALL belongs to `replica` and must not enable this as a side effect.
    .addOption(option('--all', 'export every recording of the archive').env('LONGPLAY_EXPORT_ALL'))
    .addOption(
      option('--take <what>', 'access copies (originals where there is none), originals, or both')
        .choices(['access', 'original', 'both'])
        .default('access'),
    )
    .addOption(
      option('--name-template <text>', 'names of the files, without extension; the message about an unknown field lists all fields').default(
        '{date}_{time}_{direction}_{from}_{to}_{id}',
      ),
    )
    .addOption(option('--vcon', 'write a vCon 0.4.0 beside the files of each recording (docs/reference/vcon.md)'))
    .addOption(option('--vcon-inline', 'the same, with the files inside it').implies({ vcon: true }))
    .addOption(option('--vcon-url <url>', 'the same, with links to the files below this address').implies({ vcon: true }).argParser(folderUrl));
  withExamples(
    command,
    'longplay export /srv/archive 1f0c2a9e --out call',
    "longplay export /srv/archive --from 2019-03-12 --to 2019-03-13 --out day --name-template '{date}_{time}_{id}'",
  );
  commonOptions(queryOptions(command)).action(async (archive: string, id: string | undefined, options: Options) => {
    const request: ExportRequest = {
      query: chosen(id, await queryOf(options, context), options.all === true),
      take: options.take,
      nameTemplate: options.nameTemplate,
      vcon:
        options.vcon === true
          ? {
              inline: options.vconInline === true,
              baseUrl: options.vconUrl ?? null,
              mediaTypes: new Map(context.formats.map(({ id: format, mediaType }) => [format, mediaType])),
            }
          : null,
    };
    done(
      await runCommand(
        context,
        {
          command: 'export',
          options,
          pipeline: (stop) => exportRecordings(resolve(archive), request, resolve(options.out), context, stop),
          ending: (outcome) => exported(outcome, options.out),
        },
        signal,
      ),
    );
  });
};

/**
 * Returns which recordings are exported. An empty selection is an error unless `--all` is given, so that an empty shell variable does not export the
 * whole archive.
 * @throws LongplayError usage U136, U312
 */
function chosen(id: string | undefined, query: ArchiveQuery, all: boolean): ArchiveQuery {
  const filters = filtersOf(query);
  const none = Object.keys(filters).length === 0;
  if (id === '')
    throw new LongplayError('usage', 'U136', 'the recording id is empty', 'give an id, as `longplay list` prints it, or --all for every recording');
  if (all) {
    if (id === undefined && Object.keys(filters).every((name) => name === 'limit')) return filters;
    throw new LongplayError('usage', 'U312', '--all exports every recording, but an id or an option chooses only some', 'omit one of them');
  }
  if (id === undefined && none)
    throw new LongplayError(
      'usage',
      'U136',
      'no recordings to export are selected',
      'give an id or a filter, e.g. --from 2019-03 --to 2019-04, or --all for every recording of the archive',
    );
  return { ...filters, ...(id === undefined ? {} : { recordingId: id.toLowerCase() }) };
}

/** Parses an https address to which names can be appended; the vCon draft allows no other scheme (section 2.4.1). */
function folderUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'https:' || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('give an https address without ? and #, such as https://archive.example/calls/.');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

function exported(outcome: ExportOutcome, out: string): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const lines = [
    `Exported ${counted(outcome.recordings, 'recording')}: ${counted(outcome.files, 'file')}, ${bytes(outcome.bytes)}.`,
    ...openText(outcome, 'exported as well'),
  ];
  if (outcome.vcons > 0) lines.push(`${counted(outcome.vcons, 'vCon')} beside them.`);
  if (outcome.erased > 0) lines.push(agree`${count(outcome.erased)} file[s] [was|were] erased alone and not exported.`);
  if (outcome.empty > 0) lines.push(agree`${count(outcome.empty)} recording[s] [holds|hold] no audio; [its|their] metadata is in recordings.jsonl.`);
  if (outcome.corrupt > 0) lines.push(`${counted(outcome.corrupt, 'file')} did NOT have the recorded digest and were left out.`);
  if (outcome.unreachable > 0) lines.push(unreachableText(outcome.unreachable));
  lines.push(`Check: (cd ${shellWord(out)} && sha256sum --strict -c manifest-sha256.txt)`);
  const incomplete = outcome.unreachable > 0 ? exitCodes.incomplete : exitCodes.well;
  return { exitCode: outcome.corrupt > 0 ? exitCodes.integrity : incomplete, facts: { ...outcome }, text: lines.join('\n') };
}
