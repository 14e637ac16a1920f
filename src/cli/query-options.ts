import type { Command } from 'commander';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { reconciliationStatuses } from '../core/recording.ts';
import { type Moment, parseMoment, resolveMoment } from './moment.ts';
import { integer, option, optionGroups } from './options.ts';
import type { Surroundings } from './surroundings.ts';
import { zoneOption } from './zone-option.ts';

/** Options that choose recordings. */
export function queryOptions(command: Command): Command {
  return filterOptions(
    command.optionsGroup(optionGroups.calls).addOption(option('--text <words>', 'words of numbers, names, ids, tags; * at the end: prefix')),
  );
}

/** The same without words. @param limit how many, where nobody says */
export function filterOptions(command: Command, limit?: number): Command {
  const most = option('--limit <number>', 'at most this many').argParser(integer(1, 1_000_000_000));
  return command
    .optionsGroup(optionGroups.calls)
    .addOption(
      option('--from <time>', 'calls from this UTC time or prefix of one on, e.g. 2019-03, or since: 36h, 7d, yesterday, last-month').argParser(
        parseMoment,
      ),
    )
    .addOption(option('--to <time>', 'calls that start before this time').argParser(parseMoment))
    .addOption(zoneOption('time zone of yesterday and 7d; default: that of this machine'))
    .addOption(option('--status <status>', 'final status, after decoding (docs/reconciliation.md)').choices(reconciliationStatuses))
    .addOption(option('--joined <status>', 'match status, from metadata (docs/reconciliation.md)').choices(reconciliationStatuses))
    .addOption(option('--group <id>', 'segments and transfers of one interaction, by the id that the recorder gave it'))
    .addOption(option('--with-importer <importer>', 'imported by this importer'))
    .addOption(option('--with-site <name>', 'imported with this --site'))
    .addOption(option('--direction <direction>', 'direction of the call').choices(['inbound', 'outbound', 'internal', 'tandem', 'unknown']))
    .addOption(option('--codec <codec>', 'with an original in this codec'))
    .addOption(option('--agent <name>', 'in which this agent took part: an id, or prefixes of the words of a name'))
    .addOption(option('--tag <words>', 'with a tag of these words or prefixes'))
    .addOption(option('--doubtful', 'possibly damaged, or decoded with a wrong codec'))
    .addOption(option('--without-sound', 'without any sound: no file, an empty file, a header alone, or silence throughout'))
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
