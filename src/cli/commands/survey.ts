import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LongplayError } from '../../core/error.ts';
import type { PipelineEvent } from '../../pipeline/events.ts';
import { proposeMapping } from '../../pipeline/propose.ts';
import { reportedSurvey, type WrittenReport } from '../../pipeline/report-write.ts';
import { type SurveyOutcome, survey } from '../../pipeline/survey.ts';
import type { CommandDeclaration } from '../command.ts';
import { type DeclareOptions, declarationsOf, declareOption } from '../declare-option.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions, option, reportOption, requestOf, type SourceOptions, sourceOptions } from '../options.ts';
import { type PasswordOptions, passwordOption, readPasswords } from '../password-file.ts';
import { reportFacts, reportText } from '../report-text.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import { bytes, count, counted, duration, table } from '../units.ts';

/** `longplay survey SOURCE…` */
export const surveyCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('survey')
    .description('what is there: recorder family, codecs, hours, joins, what cannot be decoded; writes nothing')
    .argument('<source...>', 'folders, tars, zips, in any nesting')
    .addOption(option('--propose [file]', 'write a first mapping file for the tables found, to a new file or to stdout'))
    .addOption(reportOption())
    .addHelpText(
      'after',
      '\nExample:\n  longplay survey /mnt/recorder export.zip\n  longplay survey /mnt/recorder --report before-the-move\n  longplay survey export.zip --propose mapping.toml',
    );
  declareOption(
    commonOptions(
      passwordOption(
        sourceOptions(
          command,
          context.importers.map((i) => i.id),
        ),
      ),
    ),
  ).action(
    async (
      sources: string[],
      options: CommonOptions & SourceOptions & PasswordOptions & DeclareOptions & { propose?: string | true; report?: string },
    ) => {
      const request = requestOf(sources, options, declarationsOf(options, context.codecs));
      const tools = { importers: context.importers, formats: context.formats, codecs: context.codecs, temporary: context.temporary };
      if (options.propose !== undefined) {
        const target = options.propose === true ? null : options.propose;
        done(
          await runCommand(
            context,
            'survey',
            options,
            (stop) => proposeMapping(request, tools, stop),
            (text) => proposed(text, target),
            signal,
          ),
        );
        return;
      }
      const { report } = options;
      const look = (stop: AbortSignal): AsyncGenerator<PipelineEvent, SurveyOutcome & { readonly report?: WrittenReport }> => {
        const passwords = readPasswords(options);
        return report === undefined
          ? survey(request, { ...tools, passwords }, stop)
          : reportedSurvey(request, resolve(report), { ...tools, passwords, now: context.now }, stop);
      };
      done(await runCommand(context, 'survey', options, look, surveyed, signal));
    },
  );
};

function surveyed(outcome: SurveyOutcome & { readonly report?: WrittenReport }): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const { audio, report, reconciliation, unidentified, undecodable, unreadable } = outcome;
  const lines: string[] = [];
  if (audio.length > 0) {
    lines.push('Audio:');
    const rows = audio.map((kind) => [
      kind.files,
      kind.codecName,
      bytes(kind.bytes),
      kind.lengthUnknown === kind.files
        ? 'length unknown'
        : `${duration(kind.audioMs)}${kind.lengthUnknown > 0 ? ` and ${count(kind.lengthUnknown)} of unknown length` : ''}`,
      kind.decodedBy === 'nobody' ? `cannot be decoded: ${kind.reason ?? ''}` : kind.decodedBy === 'us' ? 'decoded by longplay' : 'decoded by FFmpeg',
    ]);
    lines.push(table(rows, '  '));
  }
  const openQuestions = [
    ...(unidentified > 0 ? [`${counted(unidentified, 'file')} of unknown format`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'file or folder', 'files or folders')} that could not be read`] : []),
    ...(undecodable > 0 ? [`${counted(undecodable, 'track')} that nobody here can decode`] : []),
  ];
  lines.push(
    `${counted(reconciliation.recordingsTotal, 'recording')} in ${counted(reconciliation.files, 'file')}${openQuestions.length > 0 ? `; ${openQuestions.join(', ')}` : ''}. ${report === undefined ? 'Nothing was written.' : reportText(report)}`,
  );
  const { type: _type, ...reconciled } = reconciliation;
  const exitCode = unreadable > 0 || report?.sumsAgree === false ? exitCodes.partly : exitCodes.well;
  return {
    exitCode,
    facts: { reconciliation: reconciled, audio, unidentified, undecodable, unreadable, ...reportFacts(report) },
    text: lines.join('\n'),
  };
}

function proposed(text: string, target: string | null): { exitCode: number; facts: Record<string, unknown>; text: string } {
  if (target === null) return { exitCode: exitCodes.well, facts: { mapping: text }, text: text.trimEnd() };
  if (existsSync(target)) throw new LongplayError('usage', 'U108', `${target} exists already`, 'name a new file; nothing is overwritten');
  writeFileSync(target, text, { flag: 'wx' });
  return {
    exitCode: exitCodes.well,
    facts: { mapping: text, file: target },
    text: `wrote ${target}; look through its comments, then: longplay survey SOURCE --mapping ${target}`,
  };
}
