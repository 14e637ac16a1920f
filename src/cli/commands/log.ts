import { resolve } from 'node:path';
import { LongplayError } from '../../core/error.ts';
import { printable } from '../../core/printable.ts';
import { readAuthority } from '../../log/stamp-authority.ts';
import type { Witness } from '../../log/witness.ts';
import { changeLogKey, type LogExpectations, type LogReport, listLog, publishLog, verifyLog } from '../../pipeline/archive-log.ts';
import type { PipelineEvent } from '../../pipeline/events.ts';
import { type StampOutcome, stampLog } from '../../pipeline/stamp-log.ts';
import type { CommandDeclaration } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions, option } from '../options.ts';
import type { Reporter } from '../reporter.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted } from '../units.ts';

type StampOptions = CommonOptions & { readonly tsa: string; readonly roots: string; readonly policy?: string };
type VerifyOptions = CommonOptions & { readonly key?: string; readonly since?: string; readonly roots?: string };

/** `longplay log list|verify|publish|stamp|key ARCHIVE` */
export const logCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program.command('log').description('the signed log of an archive: what was done to it, checked and continued');
  const list = command
    .command('list')
    .description('every entry, in order')
    .argument('<archive>', 'archive folder')
    .addHelpText('after', '\nExample:\n  longplay log list /srv/archive --json');
  commonOptions(list).action(async (archive: string, options: CommonOptions) => {
    const ending = ({ entries }: { entries: number }): Ended => ({
      exitCode: exitCodes.well,
      facts: { entries },
      text: `${counted(entries, 'entry', 'entries')}.`,
    });
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, { readonly entries: number }> {
      const events = listLog(resolve(archive), context.keys, stop);
      for (let next = await events.next(); ; next = await events.next()) {
        if (next.done === true) return next.value;
        if (next.value.type === 'result' && options.json !== true) reporter.text(entryText(next.value.value));
        yield next.value;
      }
    };
    done(await runCommand(context, 'log list', options, pipeline, ending, signal));
  });
  const verify = command
    .command('verify')
    .description('hold entries, tiles and signature against each other, and against what this machine or a witness has seen')
    .argument('<archive>', 'archive folder')
    .addOption(option('--key <key>', 'the key that must sign it: NAME+ID+KEY, or a file with that'))
    .addOption(option('--since <file>', 'an older log/checkpoint, as a witness keeps it: the log must continue it'))
    .addOption(option('--roots <file>', 'PEM file with roots of time-stamp authorities: prove the stamps as well'))
    .addHelpText('after', '\nExample:\n  longplay log verify /srv/archive\n  longplay log verify /srv/archive --since /mnt/witness/2026-01-31');
  commonOptions(verify).action(async (archive: string, options: VerifyOptions) => {
    const expected: LogExpectations = {
      keys: context.keys,
      now: context.now,
      ...(options.roots === undefined ? {} : { roots: resolve(options.roots) }),
      ...(options.key === undefined ? {} : { key: options.key }),
      ...(options.since === undefined ? {} : { since: options.since }),
    };
    done(await runCommand(context, 'log verify', options, (stop) => verifyLog(resolve(archive), expected, stop), verified, signal));
  });
  const publish = command
    .command('publish')
    .description('hand the state of the log to a witness, who thereby can tell later that nothing was written anew')
    .argument('<archive>', 'archive folder')
    .argument('[words...]', 'arguments of the program of --command; those that begin with a dash behind --')
    .addOption(option('--to <path>', 'a file, or a folder that gets one file for each state; on another machine, or in other hands'))
    .addOption(
      option(
        '--command <program>',
        'a program, its arguments behind all else; it gets the checkpoint on its input and may print signatures of its own',
      ),
    )
    .addHelpText(
      'after',
      '\nExample:\n  longplay log publish /srv/archive --to /mnt/witness\n  longplay log publish /srv/archive --command mail -- -s checkpoint auditor',
    );
  commonOptions(publish).action(async (archive: string, words: readonly string[], options: CommonOptions & WitnessOptions) => {
    const run = (stop: AbortSignal) => publishLog(resolve(archive), witnessOf(options, words), stop);
    const ending = ({ size, to, cosignatures }: { size: number; to: string; cosignatures: number }): Ended => ({
      exitCode: exitCodes.well,
      facts: { size, to, cosignatures },
      text: `The state of ${counted(size, 'entry', 'entries')} is with ${to}${cosignatures > 0 ? `, which gave back ${counted(cosignatures, 'signature')}; not verified here` : ''}.`,
    });
    done(await runCommand(context, 'log publish', options, run, ending, signal));
  });
  const stamp = command
    .command('stamp')
    .description('have the newest state stamped by a time-stamp authority (RFC 3161), and renew the stamps that are due')
    .argument('<archive>', 'archive folder')
    .argument('[words...]', 'arguments of the program of --tsa; those that begin with a dash behind --')
    .addOption(
      option('--tsa <authority>', 'address of the authority, or the absolute path of a program, its arguments behind all else').makeOptionMandatory(),
    )
    .addOption(option('--roots <file>', 'PEM file with the root certificates of authorities that you trust').makeOptionMandatory())
    .addOption(option('--policy <oid>', 'policy to ask for; else the authority chooses'))
    .addHelpText(
      'after',
      '\nExample:\n  longplay log stamp /srv/archive --tsa https://tsa.example/tsr --roots tsa-roots.pem\n  longplay log stamp /srv/archive --tsa /usr/local/bin/ask-tsa --roots tsa-roots.pem -- --proxy proxy.example',
    );
  commonOptions(stamp).action(async (archive: string, words: readonly string[], options: StampOptions) => {
    const run = (stop: AbortSignal) => {
      const { keys, now } = context;
      const request = {
        authority: readAuthority([options.tsa, ...words]),
        rootsFile: resolve(options.roots),
        policy: options.policy ?? null,
        keys,
        now,
      };
      return stampLog(resolve(archive), request, stop);
    };
    done(await runCommand(context, 'log stamp', options, run, stamped, signal));
  });
  const key = command
    .command('key')
    .description('let a new key sign the log from now on; the old one vouches for it')
    .argument('<archive>', 'archive folder')
    .addOption(option('--lost', 'the old key is lost: nobody vouches for the new one, and the log tells that for ever'))
    .addHelpText('after', '\nExample:\n  longplay log key /srv/archive');
  commonOptions(key).action(async (archive: string, options: CommonOptions & { readonly lost?: boolean }) => {
    const change = (stop: AbortSignal) => changeLogKey(resolve(archive), context, options.lost === true ? 'lost' : 'rotate', stop);
    const ending = (changed: { before: string | null; key: string }): Ended => ({
      exitCode: exitCodes.well,
      facts: { ...changed },
      text: `The log is signed from now on with\n  ${changed.key}\nKeep a copy of the key file in ${context.keys} at another place, and of this line with whoever checks the archive.`,
    });
    done(await runCommand(context, 'log key', options, change, ending, signal));
  });
};

interface WitnessOptions {
  readonly to?: string;
  readonly command?: string;
}

/** @throws LongplayError usage U312 */
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

function entryText({ seq, time, type, detail }: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(detail ?? {}).flatMap(([name, value]) => (value === null || value === '' ? [] : [`${name}=${String(value)}`]));
  return printable(`${seq}  ${time}  ${type}  ${parts.join(' ')}`);
}

function verified(report: LogReport): Ended {
  const { entries, errors, root, key, continues, stamps } = report;
  const lines =
    errors > 0
      ? [`${counted(entries, 'entry', 'entries')}: ${counted(errors, 'fault')}, listed above. Compare with the log of a replica or a witness.`]
      : [
          `${counted(entries, 'entry', 'entries')}: all as they were signed${continues === null ? '' : `, and the ${continues} of the older checkpoint are the first of them`}.`,
          `  root ${root}`,
          `  key  ${key}`,
          ...(stamps === null ? [] : [`  ${counted(stamps, 'time stamp')}, each proved to one of your roots`]),
        ];
  return { exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well, facts: { ...report }, text: lines.join('\n') };
}
