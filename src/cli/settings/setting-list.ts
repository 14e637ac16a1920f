import { isNever, parsePeriod, usualPeriods } from '../../verify/schedule/budget.ts';

/** Limits what the configuration file inside an archive may set. Nobody trusts that file: it is part of what is read and checked. */
interface ArchiveRule {
  /** Description of the rule for people. */
  readonly says: string;
  /**
   * Returns why a value is refused; null: it is allowed.
   * @param value as its option parses it
   * @param otherwise the value without that file; undefined: none
   * @param command name of the command, for a group that of the group
   */
  readonly refuses: (value: unknown, otherwise: unknown, command: string) => Promise<string | null> | string | null;
}

/** An option that configuration files may set. */
export interface Setting {
  /** Commands to whose option of this name the setting applies; absent: every command with such an option. */
  readonly commands?: readonly string[];
  /** Value that stands for the option given without a value. */
  readonly usual?: string;
  /** Example value in TOML. */
  readonly example: string;
  readonly inArchive: ArchiveRule;
}

const may: ArchiveRule = { says: 'yes', refuses: () => null };

/** Rule for the zone: a file that nobody signed must not move the days that decide which recordings are held or erased. */
const shown: ArchiveRule = {
  says: 'not for erase and hold',
  refuses: (_value, _otherwise, command) =>
    command === 'erase' || command === 'hold' ? `of ${command} only the command line and the files of the user and the system may set it` : null,
};

/** Rule for a text that is stored with recordings and printed. */
const name: ArchiveRule = {
  says: 'yes',
  refuses: (value) =>
    /^[\p{L}\p{N}][\p{L}\p{N} ._:-]{0,79}$/u.test(String(value)) ? null : 'only letters, digits, spaces and ._:- are allowed, at most 80',
};

/** Rule for settings that only the files of the user and the system may have. */
const never: ArchiveRule = { says: 'no', refuses: () => 'only the files of the user and the system may set it' };

const lower: ArchiveRule = {
  says: 'lower only',
  refuses: (value, otherwise) =>
    typeof otherwise === 'number' && Number(value) > otherwise ? `it may only be lower than ${otherwise}, which applies without this file` : null,
};

const higher: ArchiveRule = {
  says: 'higher only',
  refuses: (value, otherwise) =>
    typeof otherwise === 'number' && Number(value) < otherwise ? `it may only be higher than ${otherwise}, which applies without this file` : null,
};

const shorter: ArchiveRule = {
  says: 'shorter only',
  refuses: (value, otherwise) =>
    otherwise !== undefined && periodMs(value) > periodMs(otherwise) ? 'it may only be shorter than what applies without this file' : null,
};

/** Returns a period in ms. @param value ms, a period as text, or `never` */
function periodMs(value: unknown): number {
  if (typeof value === 'number') return value;
  return isNever(String(value)) ? Number.POSITIVE_INFINITY : parsePeriod(String(value), 'the period');
}

/** Rule for mappings, which refuses paths: the archive's author could make longplay read any file. */
const shipped: ArchiveRule = {
  says: 'a shipped one, not a file',
  refuses: async (value) => {
    const { shippedMappings } = await import('../../../importers/mapping/read/shipped-mappings.ts');
    return shippedMappings().some(({ id }) => id === value) ? null : 'it may name a mapping that ships with longplay, but not a file';
  },
};

/**
 * All options that configuration files may set, by long name; files contain nothing else. The options themselves define the valid values. Excluded
 * are options that decide where longplay reads, writes or signs, options that make a run of `verify` omit something, and yes-or-no questions of a
 * single run.
 */
export const settingList: Readonly<Record<string, Setting>> = {
  zone: { example: '"Europe/Stockholm"', inArchive: shown },
  // Mapping of a recorder. Mappings of later tables are named by each run, so `amend` is not included.
  mapping: { commands: ['survey', 'import'], example: '"calls.toml"', inArchive: shipped },
  encoding: { example: '"windows-1252"', inArchive: name },
  site: { commands: ['survey', 'import'], example: '"stockholm"', inArchive: name },
  access: { example: '"opus"', inArchive: may },
  quality: { example: '"high"', inArchive: may },
  bitrate: { example: '32_000', inArchive: may },
  complexity: { example: '10', inArchive: may },
  'join-sides': { example: 'true', inArchive: may },
  'expect-audio': { example: '"95%"', inArchive: higher },
  jobs: { example: '2', inArchive: lower },
  every: { commands: ['verify', 'schedule'], usual: usualPeriods.every, example: '"90d"', inArchive: shorter },
  'play-every': { commands: ['verify', 'schedule'], usual: usualPeriods.playEvery, example: '"365d"', inArchive: shorter },
  'max-age': { example: '"8d"', inArchive: shorter },
  // Timers have what they demand of a verification in their own command lines.
  'min-bags': { example: '1', inArchive: higher, commands: ['watch'] },
  budget: { commands: ['schedule'], example: '"2h"', inArchive: never },
  at: { example: '"daily 02:00"', inArchive: never },
  user: { example: '"longplay"', inArchive: never },
  'on-failure': { example: '"alarm@%n.service"', inArchive: never },
  // Decides which calls a search, or the answer about a person, excludes.
  country: { example: '"46"', inArchive: never },
  // Like `country`; in addition, it names a file.
  people: { example: '"people.toml"', inArchive: never },
  player: { example: '"/usr/bin/ffplay"', inArchive: never },
  take: { example: '"both"', inArchive: never },
  'name-template': { example: '"{date}_{time}_{id}"', inArchive: never },
};
