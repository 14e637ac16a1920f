import { resolve } from 'node:path';
import { agree } from '../../../core/base/agree.ts';
import { LongplayError } from '../../../core/base/error.ts';
import { withResult } from '../../../core/base/with-result.ts';
import { printable } from '../../../core/words/printable.ts';
import { counted } from '../../../core/words/quantity.ts';
import { shellWord } from '../../../core/words/shell-word.ts';
import type { Witness } from '../../../log/files/witness.ts';
import { readAuthority } from '../../../log/stamps/authority.ts';
import { digestMember } from '../../../log/who/entry-details.ts';
import type { PipelineEvent } from '../../../pipeline/events/events.ts';
import {
  changeLogKey,
  type Forgotten,
  type LogExpectations,
  type LogListing,
  type LogReport,
  listLog,
  publishLog,
  type Remembered,
  rememberArchive,
  verifyLog,
} from '../../../pipeline/log/archive-log.ts';
import { type GivenUp, giveUpEnd } from '../../../pipeline/log/give-up-end.ts';
import { type StampOutcome, stampLog } from '../../../pipeline/log/stamp-log.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { Reporter } from '../../report/reporter.ts';
import { type CommonOptions, runCommand } from '../../report/run-command.ts';
import { askUser } from '../../texts/ask.ts';
import { declareAccess } from './access.ts';
import { declareExport } from './export.ts';
import { declareForget } from './forget.ts';
import { declarePublicKey } from './public-key.ts';

type StampOptions = CommonOptions & { readonly tsa: string; readonly roots: string; readonly policy?: string };
type VerifyOptions = CommonOptions & { readonly key?: string; readonly since?: string; readonly roots?: string };

/** Declares `longplay log list|verify|public-key|publish|stamp|remember|export|access|forget|key ARCHIVE`. */
export const logCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('log')
    .summary('list, verify, publish and stamp the signed log')
    .description('Lists, verifies, publishes and stamps the signed log of an archive: every action, tamper-evident.');
  for (const declare of [
    declareList,
    declareVerify,
    declarePublicKey,
    declarePublish,
    declareStamp,
    declareRemember,
    declareExport,
    declareAccess,
    declareForget,
    declareKey,
  ])
    declare(command, context, signal, done);
};

/** Declares `longplay log list ARCHIVE`. */
const declareList: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const list = command.command('list').description('list every entry, in order').argument('<archive>', 'archive folder');
  withExamples(list, 'longplay log list /srv/archive --json');
  commonOptions(list).action(async (archive: string, options: CommonOptions) => {
    const ending = ({ entries, errors }: LogListing): Ended => ({
      exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well,
      facts: { entries, errors },
      text: `${counted(entries, 'entry', 'entries')}${errors > 0 ? `; ${counted(errors, 'error')}, listed above` : ''}.`,
    });
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, LogListing> {
      const taken = withResult(listLog(resolve(archive), context.keys, stop));
      for await (const event of taken) {
        if (event.type === 'result' && options.json !== true) reporter.text(entryText(event.value));
        yield event;
      }
      return taken.result();
    };
    done(await runCommand(context, { command: 'log list', options, pipeline, ending }, signal));
  });
};

/** Declares `longplay log verify ARCHIVE`. */
const declareVerify: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const verify = command
    .command('verify')
    .summary('verify the log')
    .description('Compares entries, tiles and signature with each other, and with what this machine or a witness has seen.')
    .argument('<archive>', 'archive folder')
    .addOption(option('--key <key>', 'key that must have signed it: NAME+ID+KEY, or a file that contains it'))
    .addOption(option('--since <file>', 'older log/checkpoint, e.g. of a witness, that the log must continue'))
    .addOption(option('--roots <file>', 'PEM file with roots of time-stamp authorities: verify the stamps as well'));
  withExamples(verify, 'longplay log verify /srv/archive', 'longplay log verify /srv/archive --since /mnt/witness/2026-01-31');
  commonOptions(verify).action(async (archive: string, options: VerifyOptions) => {
    const expected: LogExpectations = {
      keys: context.keys,
      now: context.now,
      ...(options.roots === undefined ? {} : { roots: resolve(options.roots) }),
      ...(options.key === undefined ? {} : { key: options.key }),
      ...(options.since === undefined ? {} : { since: options.since }),
    };
    done(
      await runCommand(
        context,
        { command: 'log verify', options, pipeline: (stop) => verifyLog(resolve(archive), expected, stop), ending: verified },
        signal,
      ),
    );
  });
};

/** Declares `longplay log publish ARCHIVE`. */
const declarePublish: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const publish = command
    .command('publish')
    .summary('give the state of the log to a witness')
    .description('Gives the state of the log to a witness, who can prove later that it was not rewritten.')
    .argument('<archive>', 'archive folder')
    .argument('[words...]', 'arguments of the program of --command; after -- if they begin with a dash')
    // LONGPLAY_TO is already the variable of the date option of list and search commands.
    .addOption(
      option('--to <path>', 'file, or folder that gets one file per state; on another machine, or in the hands of others').env('LONGPLAY_LOG_TO'),
    )
    .addOption(
      option('--command <program>', 'program that gets the checkpoint on its standard input and may print signatures; its arguments come last'),
    );
  withExamples(
    publish,
    'longplay log publish /srv/archive --to /mnt/witness',
    'longplay log publish /srv/archive --command mail -- -s checkpoint auditor',
  );
  commonOptions(publish).action(async (archive: string, words: readonly string[], options: CommonOptions & WitnessOptions) => {
    const run = (stop: AbortSignal) => publishLog(resolve(archive), witnessOf(options, words), context, stop);
    const ending = ({ size, to, cosignatures }: { size: number; to: string; cosignatures: number }): Ended => ({
      exitCode: exitCodes.well,
      facts: { size, to, cosignatures },
      text: `The state of ${counted(size, 'entry', 'entries')} was published to ${to}${cosignatures > 0 ? `, which returned ${counted(cosignatures, 'signature')}; not verified here` : ''}.`,
    });
    done(await runCommand(context, { command: 'log publish', options, pipeline: run, ending }, signal));
  });
};

/** Declares `longplay log stamp ARCHIVE`. */
const declareStamp: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const stamp = command
    .command('stamp')
    .summary('have the log stamped by a time-stamp authority')
    .description('Gets a time stamp for the newest state from a time-stamp authority (RFC 3161), and renews stamps that are due.')
    .argument('<archive>', 'archive folder')
    .argument('[words...]', 'arguments of the program of --tsa; after -- if they begin with a dash')
    .addOption(option('--tsa <authority>', 'address of the authority, or absolute path of a program; its arguments come last').makeOptionMandatory())
    .addOption(option('--roots <file>', 'PEM file with the root certificates of the authorities that you trust').makeOptionMandatory())
    .addOption(option('--policy <oid>', 'policy to request; default: the authority chooses'));
  withExamples(
    stamp,
    'longplay log stamp /srv/archive --tsa https://tsa.example/tsr --roots tsa-roots.pem',
    'longplay log stamp /srv/archive --tsa /usr/local/bin/ask-tsa --roots tsa-roots.pem -- --proxy proxy.example',
  );
  commonOptions(stamp).action(async (archive: string, words: readonly string[], options: StampOptions) => {
    const run = (stop: AbortSignal) => {
      const { keys, now, actor } = context;
      const request = {
        authority: readAuthority([options.tsa, ...words]),
        rootsFile: resolve(options.roots),
        policy: options.policy ?? null,
        keys,
        now,
        actor,
      };
      return stampLog(resolve(archive), request, stop);
    };
    done(await runCommand(context, { command: 'log stamp', options, pipeline: run, ending: stamped }, signal));
  });
};

/** Declares `longplay log remember ARCHIVE`. */
const declareRemember: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const remember = command
    .command('remember')
    .summary('expect this archive at this path from now on')
    .description(
      'Expects this archive at its path from now on, e.g. after it was moved, replaced or restored on purpose. If no archive is at the path any more, none is expected there from now on.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--lost', 'continue a log whose end is lost (A116) and in no copy any more; the log records that permanently'));
  withExamples(remember, 'longplay log remember /srv/archive', 'longplay log remember /srv/archive --lost');
  commonOptions(remember).action(async (archive: string, options: CommonOptions & { readonly lost?: boolean }) => {
    if (options.lost === true) {
      const pipeline = (stop: AbortSignal) => giveUpEnd(resolve(archive), context, stop);
      return done(await runCommand(context, { command: 'log remember', options, pipeline, ending: givenUpEnding(archive) }, signal));
    }
    const run = (stop: AbortSignal) => rememberArchive(resolve(archive), context.keys, stop);
    done(await runCommand(context, { command: 'log remember', options, pipeline: run, ending: rememberedEnding }, signal));
  });
};

/** Declares `longplay log key ARCHIVE`. */
const declareKey: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const key = command
    .command('key')
    .summary('change the key of the log')
    .description('Signs the log with a new key from now on; the old key vouches for it.')
    .argument('<archive>', 'archive folder')
    .addOption(option('--lost', 'the old key is lost: nothing vouches for the new one, and the log records that'))
    .addOption(option('--yes', 'do not ask for confirmation; needed without a terminal'));
  withExamples(key, 'longplay log key /srv/archive --yes');
  commonOptions(key).action(async (archive: string, options: CommonOptions & { readonly lost?: boolean; readonly yes?: boolean }) => {
    if (options.yes !== true) await demandYes(archive, options.lost === true, context, signal);
    const change = (stop: AbortSignal) => changeLogKey(resolve(archive), context, options.lost === true ? 'lost' : 'rotate', stop);
    const ending = (changed: { before: string | null; key: string }): Ended => ({
      exitCode: exitCodes.well,
      facts: { ...changed },
      text: `The log is signed from now on with\n  ${changed.key}\nKeep a copy of the key file in ${context.keys} in another place, and give this line to whoever checks the archive.`,
    });
    done(await runCommand(context, { command: 'log key', options, pipeline: change, ending }, signal));
  });
};

/**
 * Asks for confirmation, because a new key cannot be undone: the log names it permanently.
 * @throws LongplayError usage U314 if the user did not confirm
 */
async function demandYes(archive: string, isLost: boolean, { err }: Surroundings, signal: AbortSignal): Promise<void> {
  const what = `A new key will sign the log of ${archive} from now on; ${isLost ? 'nothing vouches for it' : 'the current key will never sign it again'}.`;
  if ((await askUser(`${what} Change it?`, err, signal)) === true) return;
  const again = `longplay log key ${shellWord(archive)}${isLost ? ' --lost' : ''} --yes`;
  throw new LongplayError(
    'usage',
    'U314',
    'the key of the log was not changed: not confirmed',
    `to see the current one: longplay log verify ${shellWord(archive)}; to change it: ${again}`,
  );
}

function rememberedEnding(remembered: Remembered | Forgotten): Ended {
  if (remembered.archive === null) {
    const text = `No archive is at this path, and none is expected there any more. Until now it was ${remembered.forgotten}, with ${counted(remembered.bags, 'bag')}.`;
    return { exitCode: exitCodes.well, facts: { ...remembered }, text };
  }
  const { archive, entries, bags, errors } = remembered;
  const text =
    errors > 0
      ? 'Nothing was remembered: the log has errors.'
      : `Archive ${archive} is expected at this path from now on, with ${counted(entries, 'entry', 'entries')} in its log and ${counted(bags, 'bag')} or more.`;
  return { exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well, facts: { archive, entries, bags, errors }, text };
}

/** Says what was given up, and that what the lost entries recorded must be entered again. Ends with 4 if erasures are among them. */
function givenUpEnding(archive: string): (given: GivenUp) => Ended {
  return (given) => {
    const { entries, lost, lacksErasures } = given;
    const where = shellWord(archive);
    const next = lacksErasures ? `longplay erase run ${where}; then longplay verify ${where}` : `longplay verify ${where}`;
    const text = agree`${lost} lost entr[y|ies] of the log [was|were] given up; the log records that (entry ${entries}). What they recorded, e.g. holds, must be entered again.\nNext: ${next}`;
    return { exitCode: lacksErasures ? exitCodes.integrity : exitCodes.well, facts: { ...given }, text };
  };
}

interface WitnessOptions {
  readonly to?: string;
  readonly command?: string;
}

/** Returns the witness that the options name. @throws LongplayError usage U312 */
function witnessOf({ to, command }: WitnessOptions, words: readonly string[]): Witness {
  if (to !== undefined && command === undefined && words.length === 0) return { kind: 'path', path: resolve(to) };
  if (to === undefined && command !== undefined) return { kind: 'command', command: [command, ...words] };
  throw new LongplayError('usage', 'U312', 'one of --to and --command is needed', 'name a file or a folder, or a program with its arguments');
}

function stamped(outcome: StampOutcome): Ended {
  const { stamps, faulty, renewed, lost, stampedAt, size, nextRenewal } = outcome;
  const lines = [
    stampedAt === null
      ? 'The newest state was NOT stamped; the reason is above.'
      : `${counted(size ?? 0, 'entry is', 'entries are')} under a stamp of ${stampedAt}.`,
    `${counted(stamps, 'stamp')}${renewed > 0 ? `, ${renewed} renewed now` : ''}${faulty > 0 ? `, ${faulty} FAULTY` : ''}${lost > 0 ? `, ${lost} ended without renewal` : ''}.`,
    ...(nextRenewal === null ? [] : [`The next renewal is due from ${nextRenewal.slice(0, 10)} on.`]),
  ];
  const exitCode = faulty > 0 || stampedAt === null ? exitCodes.integrity : exitCodes.well;
  return { exitCode, facts: { ...outcome }, text: lines.join('\n') };
}

interface Ended {
  readonly exitCode: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Formats an entry as one line: its content, then its details. Of a list only the length is shown. */
function entryText({ seq, time, type, detail, details }: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries({ ...(detail ?? {}), ...(details ?? {}) }).flatMap(([name, value]) =>
    value === null || value === '' || name === digestMember ? [] : [`${name}=${Array.isArray(value) ? value.length : String(value)}`],
  );
  return printable(`${seq}  ${time}  ${type}  ${parts.join(' ')}`);
}

function verified(report: LogReport): Ended {
  const { entries, errors, root, key, continues, stamps } = report;
  const lines =
    errors > 0
      ? [`${counted(entries, 'entry', 'entries')}: ${counted(errors, 'fault')}, listed above. Compare with the log of a replica or a witness.`]
      : [
          `${counted(entries, 'entry', 'entries')}: all match the signed state${continues === null ? '' : `, and begin with the ${continues} of the older checkpoint`}.`,
          `  root ${root}`,
          `  key  ${key}`,
          ...(stamps === null ? [] : [`  ${counted(stamps, 'time stamp')}, each proved to one of your roots`]),
        ];
  return { exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well, facts: { ...report }, text: lines.join('\n') };
}
