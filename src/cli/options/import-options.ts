import type { Command } from 'commander';
import type { Codec } from '../../core/model/format.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { type AcceptOptions, acceptOption } from './accept-option.ts';
import { type DeclareOptions, declarationsOf, declareOption } from './declare-option.ts';
import { type AccessChoices, accessOptions, commonOptions, jobsOption, reviewOptions } from './options.ts';
import { type PasswordOptions, passwordOption } from './password-file.ts';
import { requestOf, type SourceOptions, sourceOptions } from './source-options.ts';

/** Parsed values of `importOptions`. */
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

/**
 * Adds the options that decide which recordings a source has and how they are imported. `survey`, which estimates an import, has the same options as
 * `import`.
 */
export function importOptions(command: Command): Command {
  const groups = [sourceOptions, declareOption, passwordOption, accessOptions, reviewOptions, acceptOption, jobsOption, commonOptions];
  return groups.reduce((made, add) => add(made), command);
}

/** Returns the part of a job request that `importOptions` decide. @throws LongplayError for an invalid declaration, zone or mapping */
export function importRequest(sources: readonly string[], options: ImportChoices, codecs: ReadonlyMap<string, Codec>): ReturnType<typeof requestOf> {
  return requestOf(sources, options, declarationsOf(options, codecs));
}
