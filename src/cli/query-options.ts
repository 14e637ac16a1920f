import type { Command } from 'commander';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { reconciliationStatuses } from '../core/recording.ts';
import { type Moment, parseMoment, resolveMoment } from './moment.ts';
import { integer, option } from './options.ts';
import type { Surroundings } from './surroundings.ts';
import { zoneOption } from './zone-option.ts';

/** Options that choose recordings. */
export function queryOptions(command: Command): Command {
  return filterOptions(command.addOption(option('--text <words>', 'words over numbers, names, ids and tags; a trailing * finds beginnings')));
}

/** The same without words. @param limit how many, where nobody says */
export function filterOptions(command: Command, limit?: number): Command {
  const most = option('--limit <number>', 'this many at most').argParser(integer(1, 1_000_000_000));
  return command
    .addOption(
      option(
        '--from <time>',
        'calls that start at or after this UTC time or beginning of one, e.g. 2019-03, or since: 36h, 7d, yesterday, last-month',
      ).argParser(parseMoment),
    )
    .addOption(option('--to <time>', 'calls that start before it').argParser(parseMoment))
    .addOption(zoneOption('IANA time zone in which yesterday and 7d are counted; otherwise the zone of this machine'))
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
  readonly from?: Moment;
  readonly to?: Moment;
  readonly zone?: string;
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

/** The query that they mean. What a time that is counted from now stands for is told before the command begins. */
export async function queryOf(options: QueryOptions, context: Pick<Surroundings, 'now' | 'preface'>): Promise<CatalogQuery> {
  const { withImporter, withSite, text, status, joined, group, direction, codec, agent, tag, doubtful, withoutSound, limit } = options;
  const from = await timeOf('--from', options.from, options.zone, context);
  const to = await timeOf('--to', options.to, options.zone, context);
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

async function timeOf(
  name: string,
  moment: Moment | undefined,
  zone: string | undefined,
  { now, preface }: Pick<Surroundings, 'now' | 'preface'>,
): Promise<string | undefined> {
  if (moment === undefined) return undefined;
  if (moment.kind === 'utc') return moment.text;
  const { utc, told } = await resolveMoment(moment, name, Date.parse(now()), zone ?? null);
  preface.push({ type: 'notice', message: told });
  return utc;
}
