import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { openQuestions } from '../../../importers/mapping/propose/open-questions.ts';
import { shippedMappings } from '../../../importers/mapping/read/shipped-mappings.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { StoreChoice } from '../../core/model/store-choice.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { absoluteSource, checkEndpoint, isObjectAddress } from '../../objects/address.ts';
import { option, optionGroups } from './options.ts';
import { zoneOption } from './zone-option.ts';

/** Adds the options that describe a source. */
export function sourceOptions(command: Command): Command {
  return command
    .optionsGroup(optionGroups.source)
    .addOption(option('--importer <importer>', 'importer to use (`longplay importers`), or NAME=ID,NAME=ID with --join-sources'))
    .addOption(option('--join-sources', 'join sources that are exports of the same calls'))
    .addOption(option('--mapping <mapping>', 'mapping file (TOML) of tables and file names, or one that ships, e.g. five9 (`longplay importers`)'))
    .addOption(zoneOption('time zone of local times, e.g. Europe/Stockholm'))
    .addOption(option('--encoding <name>', 'encoding of tables, if unclear, e.g. windows-1251'))
    .addOption(option('--site <name>', 'name of the recorder, if several recorders use the same numbers for their calls').default('default'))
    .addOption(option('--endpoint <url>', 'URL of the object store of s3:// sources'))
    .addOption(option('--region <name>', 'region of the object store'))
    .addOption(option('--profile <name>', 'profile of the AWS tools for the object store'));
}

/** Parsed values of `sourceOptions`. */
export interface SourceOptions {
  readonly importer?: string;
  readonly joinSources?: boolean;
  readonly mapping?: string;
  readonly zone?: string;
  readonly encoding?: string;
  readonly site: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Returns the part of a job request that `sourceOptions` decide. */
export function requestOf(
  sources: readonly string[],
  options: SourceOptions,
  declarations: readonly Declaration[],
): {
  readonly sources: readonly string[];
  readonly site: string;
  readonly importer: string | null;
  readonly zone: string | null;
  readonly encoding: string | null;
  readonly mapping: { readonly name: string; readonly text: string } | null;
  readonly declarations?: readonly Declaration[];
  readonly joinSources?: true;
  readonly store?: StoreChoice;
} {
  return {
    sources: sources.map(absoluteSource),
    site: options.site,
    importer: options.importer ?? null,
    zone: options.zone ?? null,
    encoding: options.encoding ?? null,
    mapping: options.mapping === undefined ? null : readMapping(options.mapping),
    ...(declarations.length === 0 ? {} : { declarations }),
    ...(options.joinSources === true ? { joinSources: true } : {}),
    ...storeOf(sources, options),
  };
}

/** Returns the choice of an object store if a source is in one. @throws LongplayError S165 */
function storeOf(sources: readonly string[], { endpoint, region, profile }: SourceOptions): { readonly store?: StoreChoice } {
  if (!sources.some(isObjectAddress)) return {};
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const store = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  return Object.keys(store).length === 0 ? {} : { store };
}

/** Largest number of questions that a message lists. */
const questionsTold = 5;

/** Rejects a proposed mapping that still has open questions: nobody may use it unread. @throws LongplayError I156 */
export function settledMapping({ mapping, zone }: Pick<ReturnType<typeof requestOf>, 'mapping' | 'zone'>): void {
  const open = mapping === null ? [] : openQuestions(mapping.text, zone !== null);
  if (mapping === null || open.length === 0) return;
  const told = open.slice(0, questionsTold).map(({ line, text }) => `line ${line}: ${text}`);
  const more = open.length > questionsTold ? `; and ${open.length - questionsTold} more` : '';
  throw new LongplayError(
    'usage',
    'I156',
    `${mapping.name} has ${open.length} open ${open.length === 1 ? 'question' : 'questions'}: ${told.join('; ')}${more}`,
    `correct or confirm each line, and delete its question; \`longplay survey SOURCE --mapping ${mapping.name}\` shows what the mapping makes of the source`,
  );
}

/**
 * Reads a shipped mapping by its name, or a file by its path. A bare name means the shipped mapping even if a file has that name. Evidence and
 * messages state which one was used.
 * @throws LongplayError U107
 */
function readMapping(file: string): { readonly name: string; readonly text: string } {
  const isBare = /^[a-z0-9-]+$/.test(file);
  const shipped = isBare ? shippedMappings().find(({ id }) => id === file) : undefined;
  if (shipped !== undefined) {
    const other = existsSync(file) ? `, not the file ${file} of this folder: that is --mapping ./${file}` : '';
    return { name: `${file} (ships with longplay${other})`, text: shipped.text };
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new LongplayError(
      'usage',
      'U107',
      `the mapping file ${file} cannot be read`,
      isBare
        ? `${didYouMean(
            file,
            shippedMappings().map(({ id }) => id),
          )}those that ship are ${shippedMappings()
            .map(({ id }) => id)
            .join(', ')}`
        : 'check its path; `longplay survey SOURCE --propose` drafts one',
      cause,
    );
  }
  if (bytes.length > limits.sidecarBytes)
    throw new LongplayError('usage', 'U107', agree`the mapping file ${file} has ${bytes.length} byte[s]`, 'a mapping file is a page of text');
  return { name: basename(file), text: bytes.toString('utf8') };
}
