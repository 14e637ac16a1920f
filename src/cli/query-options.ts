import { type Command, InvalidArgumentError } from 'commander';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { reconciliationStatuses } from '../core/recording.ts';
import { integer, option } from './options.ts';

/** Options that choose recordings. */
export function queryOptions(command: Command): Command {
  return filterOptions(command.addOption(option('--text <words>', 'words over numbers, names, ids and tags; a trailing * finds beginnings')));
}

/** The same without words. @param limit how many, where nobody says */
export function filterOptions(command: Command, limit?: number): Command {
  const most = option('--limit <number>', 'this many at most').argParser(integer(1, 1_000_000_000));
  return command
    .addOption(option('--from <time>', 'calls that start at or after this UTC time or beginning of one, as 2019-03').argParser(timeStart))
    .addOption(option('--to <time>', 'calls that start before it').argParser(timeStart))
    .addOption(option('--status <status>', 'reconciliation status, the audio worked on').choices(reconciliationStatuses))
    .addOption(option('--joined <status>', 'status that the join of rows and audio gave').choices(reconciliationStatuses))
    .addOption(option('--group <id>', "of this interaction, by the recorder's id: its segments and transfers"))
    .addOption(option('--with-importer <id>', 'imported by this importer'))
    .addOption(option('--with-site <name>', 'of this site'))
    .addOption(option('--direction <direction>', 'direction of the call').choices(['inbound', 'outbound', 'internal', 'tandem', 'unknown']))
    .addOption(option('--codec <id>', 'with an original in this codec'))
    .addOption(option('--agent <name>', "in which this agent took part: an id, or beginnings of the name's words"))
    .addOption(option('--tag <words>', 'with a tag of these words or beginnings'))
    .addOption(option('--doubtful', 'whose sound may be noise of a wrong decoding, or damaged'))
    .addOption(option('--without-sound', 'without any sound: no file, an empty one, a header alone, or silence from end to end'))
    .addOption(limit === undefined ? most : most.default(limit));
}

/** The parsed values of `queryOptions`. */
export interface QueryOptions {
  readonly text?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
  readonly joined?: string;
  readonly group?: string;
  readonly withImporter?: string;
  readonly withSite?: string;
  readonly direction?: string;
  readonly codec?: string;
  readonly agent?: string;
  readonly tag?: string;
  readonly doubtful?: boolean;
  readonly withoutSound?: boolean;
  readonly limit?: number;
}

/** The query that they mean. */
export function queryOf({
  withImporter,
  withSite,
  text,
  from,
  to,
  status,
  joined,
  group,
  direction,
  codec,
  agent,
  tag,
  doubtful,
  withoutSound,
  limit,
}: QueryOptions): CatalogQuery {
  return {
    ...(text === undefined ? {} : { text }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(status === undefined ? {} : { status }),
    ...(joined === undefined ? {} : { joined }),
    ...(group === undefined ? {} : { groupId: group }),
    ...(withImporter === undefined ? {} : { importer: withImporter }),
    ...(withSite === undefined ? {} : { site: withSite }),
    ...(direction === undefined ? {} : { direction }),
    ...(codec === undefined ? {} : { codec }),
    ...(agent === undefined ? {} : { agent }),
    ...(tag === undefined ? {} : { tag }),
    ...(doubtful === true ? { doubtful } : {}),
    ...(withoutSound === true ? { withoutSound } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

/**
 * The beginning of an ISO time as the catalog has it: no fraction of zero and no `Z`, so that `10:15:04` and `10:15:04.000Z` are one
 * moment. With an offset it is turned into UTC.
 */
function timeStart(text: string): string {
  const parts = /^(\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d{1,3})?)?)?)?)?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  const [, start = '', , , time, minutes, , , offset] = parts ?? [];
  const offsetAlone = offset !== undefined && time === undefined;
  if (parts === null || offsetAlone || Number.isNaN(Date.parse(`${`${start}-01-01`.slice(0, 10)}T00:00Z`)))
    throw new InvalidArgumentError('give a UTC time or the beginning of one: 2019, 2019-03, 2019-03-12, 2019-03-12T10, 2019-03-12T10:15:04.');
  const plain = start.replace(' ', 'T');
  if (offset === undefined || offset === 'Z') return plain;
  const moment = new Date(`${plain}${minutes === undefined ? ':00' : ''}${offset}`);
  if (Number.isNaN(moment.getTime())) throw new InvalidArgumentError('there is no such time.');
  return moment.toISOString().replace(/(\.000)?Z$/, '');
}
