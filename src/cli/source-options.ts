import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { shippedMappings } from '../../importers/shipped-mappings.ts';
import type { Declaration } from '../core/declaration.ts';
import { LongplayError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { didYouMean } from '../core/nearest.ts';
import { option } from './options.ts';
import { zoneOption } from './zone-option.ts';

/** What describes a source. */
export function sourceOptions(command: Command, importerIds: readonly string[]): Command {
  return command
    .addOption(option('--importer <id>', `take this importer: ${importerIds.join(', ')}; with --join-sources also NAME=ID,NAME=ID`))
    .addOption(option('--join-sources', 'the sources are exports of the same calls: join them on the ids and times they share'))
    .addOption(
      option('--mapping <file>', 'mapping file (TOML) that describes a table and file names, or the name of one that ships (`longplay importers`)'),
    )
    .addOption(zoneOption('IANA time zone of local times that name none, as Europe/Stockholm'))
    .addOption(option('--encoding <name>', 'encoding of tables that do not show theirs, as windows-1251'))
    .addOption(option('--site <name>', 'tells recorders apart that number their calls alike').default('default'));
}

/** The parsed values of `sourceOptions`. */
export interface SourceOptions {
  readonly importer?: string;
  readonly joinSources?: boolean;
  readonly mapping?: string;
  readonly zone?: string;
  readonly encoding?: string;
  readonly site: string;
}

/** The part of a job request that `sourceOptions` decide. */
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
} {
  return {
    sources: sources.map((path) => resolve(path)),
    site: options.site,
    importer: options.importer ?? null,
    zone: options.zone ?? null,
    encoding: options.encoding ?? null,
    mapping: options.mapping === undefined ? null : readMapping(options.mapping),
    ...(declarations.length === 0 ? {} : { declarations }),
    ...(options.joinSources === true ? { joinSources: true } : {}),
  };
}

/**
 * A mapping by the name of one that ships, or by the path of a file. A bare name is one that ships even where a file has that name: its name tells which was taken, in
 * the evidence and in every message.
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
        : 'check its path; `longplay survey SOURCE --propose` writes a first one',
      cause,
    );
  }
  if (bytes.length > limits.sidecarBytes)
    throw new LongplayError('usage', 'U107', `the mapping file ${file} has ${bytes.length} bytes`, 'a mapping file is a page of text');
  return { name: basename(file), text: bytes.toString('utf8') };
}
