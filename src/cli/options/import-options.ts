import type { Command } from 'commander';
import type { Codec } from '../../core/model/format.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { type AcceptOptions, acceptOption } from './accept-option.ts';
import { type DeclareOptions, declarationsOf, declareOption } from './declare-option.ts';
import { type AccessChoices, accessOptions, commonOptions, jobsOption, reviewOptions } from './options.ts';
import { type PasswordOptions, passwordOption } from './password-file.ts';
import { requestOf, type SourceOptions, sourceOptions } from './source-options.ts';

/** The parsed values of `importOptions`. */
export type ImportChoices = CommonOptions &
  AccessChoices &
  SourceOptions &
  PasswordOptions &
  DeclareOptions &
  AcceptOptions & {
    report?: string;
    expectAudio?: number;
    jobs: number;
  };

/** What decides which recordings a source has and what becomes of them: one list for `survey`, which estimates an import, and for `import`. */
export function importOptions(command: Command): Command {
  const groups = [sourceOptions, declareOption, passwordOption, accessOptions, reviewOptions, acceptOption, jobsOption, commonOptions];
  return groups.reduce((made, add) => add(made), command);
}

/** The part of a job request that `importOptions` decide. @throws LongplayError of a declaration, a zone or a mapping that does not hold */
export function importRequest(sources: readonly string[], options: ImportChoices, codecs: ReadonlyMap<string, Codec>): ReturnType<typeof requestOf> {
  return requestOf(sources, options, declarationsOf(options, codecs));
}
