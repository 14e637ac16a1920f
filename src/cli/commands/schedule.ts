import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createLandings } from '../../archive/bag/landing.ts';
import { makeFolder, removeAbandoned, writeDurableNew } from '../../archive/files/durable.ts';
import { openArchive } from '../../archive/layout.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { counted } from '../../core/words/quantity.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { isNever, parseBudget, parsePeriod, usualPeriods } from '../../verify/schedule/budget.ts';
import { parseRunTime } from '../../verify/schedule/run-time.ts';
import { type TimerFile, type TimerPlan, timerFiles } from '../../verify/schedule/timer-units.ts';
import { hasControls } from '../../verify/schedule/unit-words.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { shellWord } from '../report/units.ts';

type Options = CommonOptions & {
  every: string;
  playEvery: string;
  originals?: boolean;
  budget?: string;
  sample?: number;
  at: string;
  user?: string;
  onFailure?: string;
  name?: string;
  out?: string;
};

/** A unit file, and what the command did with it. */
interface WrittenFile extends TimerFile {
  /** `shown`: printed only; `unchanged`: it existed already. */
  readonly state: 'shown' | 'written' | 'unchanged';
}

interface Outcome {
  readonly files: readonly WrittenFile[];
  /** Absolute path of the folder with the units; null if nothing was written. */
  readonly folder: string | null;
  readonly name: string;
}

/** Declares `longplay schedule ARCHIVE`. */
export const scheduleCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('schedule')
    .summary('write systemd timers, or a crontab, that verify for years')
    .description('Writes units and timers for systemd, and a crontab, that verify an archive for years and notice when nothing was verified.')
    .argument('<archive>', 'archive folder')
    .optionsGroup('Checks:')
    .addOption(
      option('--every <period>', 'read every bag in full within this period: 90d, 12w, 6mo, 1y')
        .argParser(period('--every'))
        .default(usualPeriods.every),
    )
    .addOption(
      option('--play-every <period>', 'decode every access copy within this period, or never')
        .argParser(period('--play-every'))
        .default(usualPeriods.playEvery),
    )
    .addOption(option('--originals', 'decode the originals as well, and compare with what they decoded to at import'))
    .addOption(option('--budget <budget>', 'limit of one run: 2h, 500GB or 2h,500GB').argParser(checked(parseBudget)))
    .addOption(
      option('--sample <number>', 'also decode this many recordings in each run, drawn at random from the whole archive').argParser(
        integer(1, 1_000_000),
      ),
    )
    .optionsGroup('Units:')
    .addOption(
      option('--at <time>', "when to run: 'daily 02:00', 'weekly Sun 02:00', 'monthly 1 02:00'")
        .argParser(checked(parseRunTime))
        .default('daily 02:00'),
    )
    .addOption(option('--user <name>', 'user to run as; default: the current user'))
    .addOption(option('--on-failure <unit>', 'unit to start if a run fails, e.g. alarm@%n.service'))
    .addOption(option('--name <name>', 'name of the archive in the names of the units; default: the name of its folder'))
    .addOption(option('--out <folder>', 'write the files there; a file that exists and differs is never replaced'));
  withExamples(
    command,
    'longplay schedule /srv/archive --every 90d --play-every 365d --budget 2h --user longplay --on-failure alarm@%n.service --out units',
    "longplay schedule /srv/archive --at 'weekly Sun 02:00' --originals",
  );
  commonOptions(command).action(async (archive: string, options: Options) => {
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, Outcome> {
      const wanted = planOf(archive, options, context);
      const { id } = await openArchive(wanted.archive, 'any-stage');
      stop.throwIfAborted();
      const bags = await landedBags({ dir: wanted.archive, id }, stop);
      const plan = { ...wanted, demands: ['--archive-id', id, ...(bags === 0 ? [] : ['--min-bags', String(bags)])] };
      for (const [code, message] of doubts(plan, options, context)) yield findingEvent(finding(code, plan.archive, message));
      const folder = options.out === undefined ? null : resolve(options.out);
      const files = folder === null ? timerFiles(plan).map((file) => ({ ...file, state: 'shown' as const })) : await write(folder, timerFiles(plan));
      for (const { name, text, state } of files) yield { type: 'result', of: 'unit', value: { name, state, text } };
      return { files, folder, name: plan.name };
    };
    done(await runCommand(context, { command: 'schedule', options, pipeline, ending }, signal));
  });
};

/**
 * Returns a parser that validates a text and returns it unchanged: units contain the words as typed, and a value from a configuration file is
 * validated when the file is read.
 */
function checked(parse: (text: string) => unknown): (text: string) => string {
  return (text) => {
    parse(text);
    return text;
  };
}

function period(name: string): (text: string) => string {
  return checked((text) => (name === '--play-every' && isNever(text) ? null : parsePeriod(text, name)));
}

/** Builds the plan of the timers. @throws LongplayError U303, U304, U312 */
function planOf(archive: string, options: Options, context: Surroundings): TimerPlan {
  const path = resolve(archive);
  const keys = resolve(context.keys);
  for (const each of [path, keys, ...context.program]) {
    if (hasControls(each))
      throw usage('U304', `the path ${JSON.stringify(each)} has a control character`, 'rename the folder, or name it by a symbolic link');
  }
  const { every, playEvery, budget, sample, originals = false, onFailure = null } = options;
  const playing = !isNever(playEvery);
  if (!playing && originals)
    throw usage('U312', '--originals has no effect with --play-every never, which decodes nothing', 'give a period, or omit --originals');
  const name = options.name ?? nameOf(path);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw usage('U303', `'${name}' cannot be in the name of a unit`, 'give --name at most 64 letters, digits, - and _');
  const user = options.user ?? context.user();
  if (user === null) throw usage('U303', 'the current user has no name', 'name the user that runs the units with --user');
  // useradd(8) of Debian; Samba names end in a dollar sign.
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?$/.test(user)) throw usage('U303', `'${user}' cannot be a user`, 'give a user that /etc/passwd lists');
  // systemd.unit(5); %n is the unit that failed.
  if (onFailure !== null && !/^[A-Za-z0-9:_.@%\\-]{1,200}\.(service|target|timer|path|socket)$/.test(onFailure))
    throw usage('U303', `--on-failure '${onFailure}' is not a unit`, 'give one with its type, e.g. alarm@%n.service');
  const words = (flag: string, value: string): string[] => [flag, value.replace(/\s/g, '')];
  return {
    name,
    program: context.program,
    archive: path,
    keys,
    environment: Object.fromEntries(
      ['LONGPLAY_FFMPEG', 'LONGPLAY_LIBOPUS'].flatMap((variable) => {
        const value = context.env[variable];
        return value === undefined || hasControls(value) ? [] : [[variable, value]];
      }),
    ),
    user,
    options: [
      ...words('--every', every),
      ...(playing ? words('--play-every', playEvery) : []),
      ...(originals ? ['--originals'] : []),
      ...(budget === undefined ? [] : words('--budget', budget)),
      ...(sample === undefined ? [] : ['--sample', String(sample)]),
    ],
    demands: [],
    at: parseRunTime(options.at),
    onFailure,
  };
}

/** Counts landed bags in the readable part of the log. */
async function landedBags(archive: { readonly dir: string; readonly id: string }, stop: AbortSignal): Promise<number> {
  const landings = createLandings();
  for await (const entry of loggedEntries(archive, null, stop)) landings.take(entry);
  return landings.bags.size;
}

function nameOf(path: string): string {
  const name = basename(path)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  return name === '' ? 'archive' : name;
}

function* doubts(
  { user, keys, onFailure }: TimerPlan,
  options: Options,
  context: Surroundings,
): Generator<readonly [code: FindingCode, message: string]> {
  if (user === 'root' && options.user === undefined) yield ['W110', 'the timers run as root; --user sets another user'];
  if (user !== context.user() && (context.env.LONGPLAY_KEYS ?? '') === '')
    yield ['W111', `the timers run as ${user}, and the signing keys are taken from ${keys}`];
  if (onFailure === null) yield ['W112', 'no --on-failure unit: nobody is notified when a run fails'];
}

/** Writes all files or none, because half of a schedule would run. @throws LongplayError U305, A107 */
async function write(folder: string, files: readonly TimerFile[]): Promise<WrittenFile[]> {
  const there = await Promise.all(files.map(({ name }) => textOrNull(join(folder, name))));
  const others = files.filter(({ text }, at) => there[at] !== null && there[at] !== text);
  if (others.length > 0) throw different(folder, others);
  await makeFolder(folder);
  await removeAbandoned(folder);
  const made: WrittenFile[] = [];
  for (const [at, file] of files.entries()) {
    if (there[at] === null && !(await writeDurableNew(join(folder, file.name), file.text, 0o644))) throw different(folder, [file]);
    made.push({ ...file, state: there[at] === null ? 'written' : 'unchanged' });
  }
  return made;
}

function different(folder: string, files: readonly TimerFile[]): LongplayError {
  const names = files.map(({ name }) => name).join(', ');
  return usage('U305', `${folder} already has a different ${names}`, 'compare, then remove it or give another folder; --name distinguishes archives');
}

async function textOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

function usage(code: FindingCode, message: string, hint: string): LongplayError {
  return new LongplayError('usage', code, message, hint);
}

function ending({ files, folder, name }: Outcome): Ending {
  const timers = files.filter((file) => file.name.endsWith('.timer')).map((file) => file.name);
  const count = (state: WrittenFile['state']): number => files.filter((file) => file.state === state).length;
  const install = [
    `# Next: cp ${folder === null ? '' : `${shellWord(folder)}/`}longplay-*-${name}.service ${folder === null ? '' : `${shellWord(folder)}/`}longplay-*-${name}.timer /etc/systemd/system/`,
    `#       systemctl daemon-reload && systemctl enable --now ${timers.join(' ')}`,
    `# Without systemd: cp ${folder === null ? '' : `${shellWord(folder)}/`}longplay-${name}-cron /etc/cron.d/longplay-${name}`,
  ];
  const text =
    folder === null
      ? [...files.map((file) => `# ---- ${file.name} ----\n${file.text}`), '# Nothing was written; --out FOLDER writes these files.'].join('\n')
      : [
          `${counted(count('written'), 'file')} written to ${folder}${count('unchanged') > 0 ? `, ${count('unchanged')} there already` : ''}:`,
          ...files.map((file) => `  ${file.name}`),
          ...install.map((line) => line.replace(/^# ?/, '')),
        ].join('\n');
  return { exitCode: exitCodes.well, facts: { files: files.length, written: count('written'), unchanged: count('unchanged'), folder, name }, text };
}
