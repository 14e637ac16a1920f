import { type Command, InvalidArgumentError } from 'commander';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { reconciliationStatuses } from '../../core/model/recording.ts';
import { type CallFilter, parseLength, parseTimeOfDay, parseWeekdays, type TimeOfDay, weekdays } from '../../core/search/call-filter.ts';
import { readSearch, searchLimits } from '../../core/search/search-terms.ts';
import type { TypedTimes } from '../../pipeline/events/typed-times.ts';
import type { ArchiveQuery } from '../../pipeline/open/bag-verification.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { type Moment, machineZone, parseMoment, resolveMoment } from './moment.ts';
import { integer, option, optionGroups } from './options.ts';
import { zoneOption } from './zone-option.ts';

/** Adds options that select recordings. */
export function queryOptions(command: Command): Command {
  return filterOptions(
    command.optionsGroup(optionGroups.calls).addOption(option('--text <words>', 'words of numbers, names, ids, tags; * at the end: prefix')),
  );
}

/** Adds the options of `queryOptions` except words. @param limit default number of results */
export function filterOptions(command: Command, limit?: number): Command {
  const most = option('--limit <number>', 'at most this many').argParser(integer(1, 1_000_000_000));
  return command
    .optionsGroup(optionGroups.calls)
    .addOption(
      option(
        '--from <time>',
        'calls that may start at this time or later: 2019-03, 2019-03-12T10:15, with Z or an offset, 36h, 7d, yesterday',
      ).argParser(parseMoment),
    )
    .addOption(option('--to <time>', 'calls that may start before this time').argParser(parseMoment))
    .addOption(
      zoneOption(
        'time zone of these times; default: the zone of the calls in the archive, or UTC if they have several; for yesterday, 7d, --weekday and --time-of-day the zone of this machine',
      ),
    )
    .addOption(option('--status <status>', 'final status, after decoding (docs/reference/reconciliation.md)').choices(reconciliationStatuses))
    .addOption(option('--joined <status>', 'match status, from metadata (docs/reference/reconciliation.md)').choices(reconciliationStatuses))
    .addOption(option('--group <id>', 'segments and transfers of one interaction, by the id that the recorder gave it'))
    .addOption(option('--with-importer <importer>', 'imported by this importer'))
    .addOption(option('--with-site <name>', 'imported with this --site'))
    .addOption(option('--direction <direction>', 'direction of the call').choices(['inbound', 'outbound', 'internal', 'tandem', 'unknown']))
    .addOption(option('--codec <codec>', 'with an original in this codec'))
    .addOption(option('--agent <name>', 'in which this agent took part: an id, or prefixes of the words of a name'))
    .addOption(option('--tag <words>', 'with a tag of these words or prefixes, of the recorder or of a reviewer'))
    .addOption(option('--min-duration <length>', 'sound of at least this length: 90s, 5m, 1h30m, 1:30').argParser(lengthOf))
    .addOption(option('--max-duration <length>', 'sound of at most this length').argParser(lengthOf))
    .addOption(option('--weekday <days>', 'calls that start on these days: mon-fri, sat,sun').argParser(weekdaysOf))
    .addOption(
      option('--time-of-day <from-to>', 'calls that start at or after the first time and before the second: 09:00-17:30, 22:00-06:00').argParser(
        timeOfDayOf,
      ),
    )
    .addOption(option('--damaged', 'with a file that the last verification of its bag found damaged or lost'))
    .addOption(option('--doubtful', 'possibly damaged, or decoded with a wrong codec'))
    .addOption(option('--without-sound', 'without any sound: no file, an empty file, a header alone, or silence throughout'))
    .addOption(limit === undefined ? most : most.default(limit));
}

/** Parsed values of `queryOptions`. */
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
  readonly minDuration?: number;
  readonly maxDuration?: number;
  readonly weekday?: readonly number[];
  readonly timeOfDay?: TimeOfDay;
  readonly damaged?: boolean;
  readonly doubtful?: boolean;
  readonly withoutSound?: boolean;
  readonly limit?: number;
}

/** Returns the query. Reports the meaning of relative times before the command begins. */
export async function queryOf(options: QueryOptions, context: Pick<Surroundings, 'now' | 'preface'>): Promise<ArchiveQuery> {
  const { withImporter, withSite, text, status, joined, group, direction, codec, agent, tag, damaged, doubtful, withoutSound, limit } = options;
  const moments = { from: options.from, to: options.to };
  const isClock = (moment: Moment | undefined): boolean => moment?.kind === 'clock';
  const typed: TypedTimes = {
    ...(isClock(moments.from) ? { from: moments.from?.text ?? '' } : {}),
    ...(isClock(moments.to) ? { to: moments.to?.text ?? '' } : {}),
    zone: options.zone ?? null,
  };
  const from = isClock(moments.from) ? undefined : await timeOf('--from', moments.from, options.zone, context);
  const to = isClock(moments.to) ? undefined : await timeOf('--to', moments.to, options.zone, context);
  const filter = filterOf(options, context);
  return {
    ...(text === undefined ? {} : { text: wholeText(text) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(typed.from === undefined && typed.to === undefined ? {} : { typed }),
    ...(status === undefined ? {} : { status }),
    ...(joined === undefined ? {} : { joined }),
    ...(group === undefined ? {} : { groupId: group }),
    ...(withImporter === undefined ? {} : { importer: withImporter }),
    ...(withSite === undefined ? {} : { site: withSite }),
    ...(direction === undefined ? {} : { direction }),
    ...(codec === undefined ? {} : { codec }),
    ...(agent === undefined ? {} : { agent }),
    ...(tag === undefined ? {} : { tag }),
    ...(filter === null ? {} : { filter }),
    ...(damaged === true ? { damaged } : {}),
    ...(doubtful === true ? { doubtful } : {}),
    ...(withoutSound === true ? { withoutSound } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Returns the filters for length, weekday and time of day; null: none is given. Reports their zone before the command begins. */
function filterOf(
  { minDuration, maxDuration, weekday, timeOfDay, zone = machineZone() }: QueryOptions,
  { preface }: Pick<Surroundings, 'preface'>,
): CallFilter | null {
  const clock = [...(weekday === undefined ? [] : ['--weekday']), ...(timeOfDay === undefined ? [] : ['--time-of-day'])];
  if (clock.length > 0) preface.push({ type: 'notice', message: `${clock.join(' and ')}: by the clock of ${zone}` });
  const filter: CallFilter = {
    ...(minDuration === undefined ? {} : { minLengthMs: minDuration }),
    ...(maxDuration === undefined ? {} : { maxLengthMs: maxDuration }),
    ...(weekday === undefined ? {} : { weekdays: weekday }),
    ...(timeOfDay === undefined ? {} : { timeOfDay }),
    ...(clock.length === 0 ? {} : { zone }),
  };
  return Object.keys(filter).length === 0 ? null : filter;
}

function lengthOf(text: string): number {
  return read(parseLength(text), 'give a length such as 90s, 5m, 1h30m or 1:30.');
}

function weekdaysOf(text: string): readonly number[] {
  return read(parseWeekdays(text), `give days such as mon-fri or sat,sun: ${weekdays.join(', ')}.`);
}

function timeOfDayOf(text: string): TimeOfDay {
  return read(parseTimeOfDay(text), 'give two times such as 09:00-17:30 or, over midnight, 22:00-06:00.');
}

function read<Value>(value: Value | null, otherwise: string): Value {
  if (value === null) throw new InvalidArgumentError(otherwise);
  return value;
}

/**
 * Checks a text that is searched literally.
 * @throws LongplayError usage U316 if it is longer than a search reads: the shortened text would find too much
 */
export function wholeText(text: string): string {
  if (!readSearch(text).isCut) return text;
  const { words, characters } = searchLimits;
  throw new LongplayError(
    'usage',
    'U316',
    agree`there are more than ${words} word[s] or ${characters} character[s] to search for`,
    'search for fewer words',
  );
}

/** Returns the time of an option in UTC; a local time is taken as UTC. Reports the meaning of a relative time before the command begins. */
export async function timeOf(
  name: string,
  moment: Moment | undefined,
  zone: string | undefined,
  { now, preface }: Pick<Surroundings, 'now' | 'preface'>,
): Promise<string | undefined> {
  if (moment === undefined) return undefined;
  if (moment.kind === 'utc' || moment.kind === 'clock') return moment.text;
  const { utc, told } = await resolveMoment(moment, name, Date.parse(now()), zone ?? null);
  preface.push({ type: 'notice', message: told });
  return utc;
}

/**
 * Returns a query without texts that ask for nothing, i.e. a lone star or empty quotes, e.g. from an empty shell variable: like no text at all, they
 * would match every recording.
 */
export function filtersOf(query: ArchiveQuery): ArchiveQuery {
  const { text, ...rest } = query;
  if (text === undefined) return rest;
  const { terms, hopeless } = readSearch(text);
  return terms.length === 0 && !hopeless ? rest : query;
}
