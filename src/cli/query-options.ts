import type { Command } from 'commander';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { integer, option } from './options.ts';

/** Options that choose recordings. */
export function queryOptions(command: Command): Command {
  return command
    .addOption(option('--text <words>', 'words over numbers, names, ids and tags; a trailing * finds beginnings'))
    .addOption(option('--from <time>', 'calls that start at or after this ISO time or beginning of one, as 2019-03'))
    .addOption(option('--to <time>', 'calls that start before it'))
    .addOption(option('--status <status>', 'reconciliation status, as row-without-audio'))
    .addOption(option('--with-importer <id>', 'imported by this importer'))
    .addOption(option('--with-site <name>', 'of this site'))
    .addOption(option('--direction <direction>', 'inbound, outbound, internal, tandem or unknown'))
    .addOption(option('--codec <id>', 'with an original in this codec'))
    .addOption(option('--limit <number>', 'this many at most').argParser(integer(1, 1_000_000_000)));
}

/** The parsed values of `queryOptions`. */
export interface QueryOptions {
  readonly text?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
  readonly withImporter?: string;
  readonly withSite?: string;
  readonly direction?: string;
  readonly codec?: string;
  readonly limit?: number;
}

/** The query that they mean. */
export function queryOf({ withImporter, withSite, text, from, to, status, direction, codec, limit }: QueryOptions): CatalogQuery {
  return {
    ...(text === undefined ? {} : { text }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(status === undefined ? {} : { status }),
    ...(withImporter === undefined ? {} : { importer: withImporter }),
    ...(withSite === undefined ? {} : { site: withSite }),
    ...(direction === undefined ? {} : { direction }),
    ...(codec === undefined ? {} : { codec }),
    ...(limit === undefined ? {} : { limit }),
  };
}
