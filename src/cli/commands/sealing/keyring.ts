import { resolve } from 'node:path';
import type { Command } from 'commander';
import { agree } from '../../../core/base/agree.ts';
import { LongplayError } from '../../../core/base/error.ts';
import { type Finding, finding } from '../../../core/findings/finding.ts';
import { findingTable, isMachineFinding } from '../../../core/findings/finding-table.ts';
import { counted } from '../../../core/words/quantity.ts';
import { shellWord } from '../../../core/words/shell-word.ts';
import { findingEvent, type PipelineEvent } from '../../../pipeline/events/events.ts';
import { copiesBehindLogs } from '../../../pipeline/log/archive-keyring.ts';
import { withCopiesBehind } from '../../../pipeline/log/copies-behind.ts';
import { checkAllPages, checkedText, damageFindings, lostFindings } from '../../../sealing/keyring/check-pages.ts';
import { apartFindings } from '../../../sealing/keyring/copies-apart.ts';
import { createKeyring } from '../../../sealing/keyring/create.ts';
import { drillKeyring } from '../../../sealing/keyring/drill.ts';
import { openKeyring } from '../../../sealing/keyring/keyring.ts';
import { addCopy, removeCopy, rotateRoots, syncKeyring } from '../../../sealing/keyring/manage.ts';
import { rootFindings } from '../../../sealing/keyring/own-root.ts';
import { makeRecovery, useRecovery } from '../../../sealing/keyring/recover.ts';
import { recoveryFindings } from '../../../sealing/keyring/recovery-file.ts';
import { type KeyringSession, openSession } from '../../../sealing/keyring/session.ts';
import { keyringFindings, keyringStatus } from '../../../sealing/keyring/status.ts';
import type { CopyOutcome } from '../../../sealing/keyring/sync.ts';
import { provideKeys, unlockKeys } from '../../../sealing/open-keys.ts';
import { rootAccess } from '../../machine/root-access.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { type KeyringChoices, keyringOptions, type RootChoices, rootKindOf, rootOptions } from '../../options/keyring-options.ts';
import { commonOptions, integer, option, withExamples } from '../../options/options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { demandConfirmation } from '../../texts/ask.ts';
import { drilledText, outcomesText, statusText } from '../../texts/keyring-text.ts';
import { declareLosses } from './keyring-loss.ts';

type Options = CommonOptions & KeyringChoices & RootChoices;

/** Input of a subcommand's work. */
interface Work {
  readonly folder: string;
  readonly access: ReturnType<typeof rootAccess>;
  readonly session: () => KeyringSession;
  readonly now: () => string;
  /** Folder of this machine's keys and memory. */
  readonly keys: string;
  readonly signal: AbortSignal;
}

/** Result of a subcommand's work: how the command ends, and findings for the user. */
type Outcome = Ending & { readonly findings?: readonly Finding[] };

/** Runs the work of a subcommand, and passes its events to the reporter. */
type Run = (name: string, options: Options, work: (work: Work) => Promise<Outcome>) => Promise<void>;

/** Declares `longplay keyring init|status|sync|rotate|add-copy|remove-copy|recovery|drill|report-loss|approve-loss|losses|agent`. */
export const keyringCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('keyring')
    .summary('keep the secrets of sealed archives, in several copies')
    .description('Keeps the secrets of sealed files outside of the archives, in two copies or more, each with a root of its own.');
  const run: Run = async (name, options, work) => {
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, Outcome> {
      const folder = options.keyring === undefined ? context.keyring : resolve(options.keyring);
      const access = rootAccess(context, options, stop);
      const session = (): KeyringSession => openSession({ folder, access, signal: stop, now: context.now });
      const outcome = await work({ folder, access, session, now: context.now, keys: context.keys, signal: stop });
      for (const found of outcome.findings ?? []) yield findingEvent(found);
      return outcome;
    };
    done(
      await runCommand(context, { command: `keyring ${name}`, options, pipeline, ending: ({ findings: _findings, ...ending }) => ending }, signal),
    );
  };
  declareInit(command, run);
  declareStatus(command, run);
  declareSync(command, run);
  declareRotate(command, run);
  declareAddCopy(command, run);
  declareRemoveCopy(command, context, signal, run);
  declareRecovery(command, run);
  declareDrill(command, run);
  declareLosses(command, context, signal, done);
  declareAgent(command, context, signal, done);
};

function declareAgent(command: Command, context: Surroundings, signal: AbortSignal, done: (code: number) => void): void {
  const agent = command
    .command('agent')
    .description('run as a separate user and give longplay serve the secrets of a sealed archive, each only once the log has the entry of its access')
    .argument('<archive>', 'archive folder')
    .addOption(option('--socket <path>', 'socket to listen on, in a folder to which only this user can write').makeOptionMandatory());
  withExamples(agent, 'longplay keyring agent /srv/archive --socket /run/longplay-keys/agent');
  commonOptions(keyringOptions(agent)).action(async (archive: string, options: Options & { socket: string }) => {
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, number> {
      const { listenAsAgent } = await import('../../../serve/keys/listening-agent.ts');
      const folder = options.keyring === undefined ? context.keyring : resolve(options.keyring);
      const access = rootAccess(context, options, stop);
      provideKeys(() => openKeyring({ folder, access, signal: stop }));
      await unlockKeys();
      const start = { archiveDir: resolve(archive), temporary: context.temporary, keys: context.keys };
      return yield* listenAsAgent(resolve(options.socket), start, stop);
    };
    const ending = (connections: number): Ending => ({
      exitCode: exitCodes.well,
      facts: { connections },
      text: `The key agent ended after ${counted(connections, 'connection')}.`,
    });
    done(await runCommand(context, { command: 'keyring agent', options, pipeline, ending }, signal));
  });
}

function declareInit(command: Command, run: Run): void {
  const init = command
    .command('init')
    .description('make a keyring and its copies, each in a folder of its own')
    .addOption(option('--copy <folders...>', 'folders of copies: on other disks, or in other hands').makeOptionMandatory())
    .addOption(option('--copy-root <kind>', 'how the roots of the copies are kept, as with --root').default('file'));
  withExamples(init, 'longplay keyring init --copy /mnt/usb/keyring');
  commonOptions(rootOptions(keyringOptions(init))).action(async (options: Options & { copy: readonly string[]; copyRoot: string }) => {
    await run('init', options, async ({ folder, access, now, signal }) => {
      const kind = rootKindOf(options.root ?? 'file', options.keyCommand);
      const copies = options.copy.map((copy) => ({ folder: resolve(copy), kind: rootKindOf(options.copyRoot, options.keyCommand) }));
      const { id, domains } = await createKeyring({ folder, kind, copies }, now(), access, signal);
      return {
        exitCode: exitCodes.well,
        facts: { id, copies: domains },
        text: `Keyring ${id} is made, with ${counted(domains.length, 'copy', 'copies')}: ${domains.map(({ name, path }) => `${name} ${shellWord(path)}`).join(', ')}.\nNext: longplay keyring recovery make --shares 5 --needed 3 --to FOLDER`,
      };
    });
  });
}

function declareStatus(command: Command, run: Run): void {
  const status = command
    .command('status')
    .description(
      'list the copies, what they lack, erasures that they still have to make, damaged pages, and overdue drills; compares them with the logs of the archives that this machine has seen; opens only roots that are in files',
    );
  withExamples(status, 'longplay keyring status');
  commonOptions(keyringOptions(status)).action(async (options: Options) => {
    await run('status', options, async ({ session, now, keys, signal }) => {
      const opened = session();
      const roots = await rootFindings(opened, false);
      const here = keyringStatus(opened);
      const behind = await copiesBehindLogs(keys, here, signal);
      const checked = await checkAllPages(opened);
      for (const domain of opened.domains) domain.close();
      const own = [
        ...keyringFindings(here, now()),
        ...roots,
        ...apartFindings(opened),
        ...lostFindings(opened, checked),
        ...damageFindings(opened, checked),
      ];
      const { status: state, findings } = withCopiesBehind(here, own, behind);
      const { lost, damaged, ...counts } = checked;
      const pagesChecked = { ...counts, lost: lost.size, damaged: Object.fromEntries(damaged) };
      const isAlarmed = findings.some(isAlarm);
      const copies = state.copies.map(({ away, ...copy }) => ({ ...copy, away: away?.message ?? null }));
      return {
        exitCode: isAlarmed ? exitCodes.integrity : exitCodes.well,
        facts: { ...state, copies, pagesChecked },
        text: `${statusText(state)}\nPages: ${checkedText(checked)}.`,
        findings,
      };
    });
  });
}

function declareSync(command: Command, run: Run): void {
  const sync = command
    .command('sync')
    .description('complete each copy, make its pending erasures, and repair its damaged pages')
    .addOption(option('--deep', 'read every page of each copy, so that damaged ones are found'));
  withExamples(sync, 'longplay keyring sync --deep');
  commonOptions(keyringOptions(sync)).action(async (options: Options & { deep?: boolean }) => {
    await run('sync', options, async ({ session }) => {
      const opened = session();
      return outcome(await syncKeyring(opened, { deep: options.deep === true }), await rootFindings(opened, false));
    });
  });
}

function declareRotate(command: Command, run: Run): void {
  const rotate = command
    .command('rotate')
    .description('give copies new roots and destroy the old ones; can change how roots are kept')
    .addOption(option('--copy <names...>', 'names of copies; default: all').env('LONGPLAY_ROTATE_COPY'));
  withExamples(rotate, 'longplay keyring rotate');
  commonOptions(rootOptions(keyringOptions(rotate))).action(async (options: Options & { copy?: readonly string[] }) => {
    const kind = options.root === undefined ? null : rootKindOf(options.root, options.keyCommand);
    await run('rotate', options, async ({ session }) => {
      const opened = session();
      return outcome(await rotateRoots(opened, options.copy ?? [], kind), await rootFindings(opened, false));
    });
  });
}

function declareAddCopy(command: Command, run: Run): void {
  const add = command
    .command('add-copy')
    .description('make a further copy and fill it')
    .argument('<path>', 'its folder: new or empty, on another disk');
  withExamples(add, 'longplay keyring add-copy /mnt/offsite/keyring');
  commonOptions(rootOptions(keyringOptions(add))).action(async (path: string, options: Options) => {
    const kind = rootKindOf(options.root ?? 'file', options.keyCommand);
    await run('add-copy', options, async ({ session }) => {
      const { name, copies } = await addCopy(session(), { folder: resolve(path), kind });
      const ended = outcome(copies);
      return { ...ended, facts: { ...ended.facts, name }, text: `Copy ${name} is made in ${shellWord(resolve(path))}.\n${ended.text}` };
    });
  });
}

function declareRemoveCopy(command: Command, context: Surroundings, signal: AbortSignal, run: Run): void {
  const remove = command
    .command('remove-copy')
    .description('remove a copy from the keyring, and destroy its content if it can be reached')
    .argument('<name>', 'name of the copy')
    .addOption(option('--yes', 'do not ask for confirmation; needed without a terminal'));
  withExamples(remove, 'longplay keyring remove-copy copy-1 --yes');
  commonOptions(keyringOptions(remove)).action(async (name: string, options: Options & { yes?: boolean }) => {
    if (options.yes !== true) await demandConfirmation(`Remove copy ${name} of the keyring and destroy its content?`, context, signal);
    await run('remove-copy', options, async ({ session }) => {
      const { path, left } = await removeCopy(session(), name);
      const said = `Copy ${name} is removed`;
      return {
        exitCode: left === null ? exitCodes.well : exitCodes.partly,
        facts: { name, path, destroyed: left === null },
        text:
          left === null
            ? `${said}, and what was in ${shellWord(path)} is destroyed.`
            : `${said}. It could not be reached: whoever has ${shellWord(path)} and can open its root can read its content, and no later erasure reaches it.`,
      };
    });
  });
}

function declareRecovery(command: Command, run: Run): void {
  const recovery = command
    .command('recovery')
    .description('make recovery shares, or use them to open the keyring if its roots are lost')
    .argument('<action>', 'make: begin a new epoch, whose shares replace the earlier ones; use: open the keyring with shares')
    .addOption(option('--shares <number>', 'make: number of shares').argParser(integer(2, 255)).default(5))
    .addOption(option('--needed <number>', 'make: number of shares that open the keyring').argParser(integer(2, 255)).default(3))
    .addOption(option('--to <folder>', 'make: folder for the shares, one file each').env('LONGPLAY_SHARES_TO'))
    .addOption(option('--share <files...>', 'use: files with shares'));
  withExamples(recovery, 'longplay keyring recovery make --shares 5 --needed 3 --to /mnt/shares');
  type RecoveryOptions = Options & { shares: number; needed: number; to?: string; share?: readonly string[] };
  commonOptions(rootOptions(keyringOptions(recovery))).action(async (action: string, options: RecoveryOptions) => {
    if (action !== 'make' && action !== 'use')
      throw wrong(`${JSON.stringify(action)} is neither make nor use`, 'longplay keyring recovery make, or use');
    await run(`recovery`, options, async ({ session }) => {
      if (action === 'use') {
        const kind = rootKindOf(options.root ?? 'file', options.keyCommand);
        return outcome(
          await useRecovery(
            session(),
            (options.share ?? []).map((file) => resolve(file)),
            kind,
          ),
        );
      }
      if (options.to === undefined) throw wrong('no folder for the shares is named', 'give --to FOLDER');
      const made = await makeRecovery(session(), { shares: options.shares, needed: options.needed, folder: resolve(options.to) });
      const { epoch, shares, needed } = made.recovery;
      const ended = outcome(made.copies);
      return {
        ...ended,
        facts: { ...ended.facts, epoch, files: made.files },
        text: `Epoch ${epoch}: any ${needed} of the ${counted(shares, 'share')} in ${shellWord(resolve(options.to))} open the keyring. Give each to a different person, and have the shares of earlier epochs destroyed.\n${ended.text}`,
      };
    });
  });
}

function declareDrill(command: Command, run: Run): void {
  const drill = command
    .command('drill')
    .description('open random cells of each copy with its own root')
    .addOption(option('--cells <number>', 'cells per copy').argParser(integer(1, 100_000)).default(10));
  withExamples(drill, 'longplay keyring drill --cells 20');
  commonOptions(keyringOptions(drill)).action(async (options: Options & { cells: number }) => {
    await run('drill', options, async ({ session }) => {
      const opened = session();
      const copies = await drillKeyring(opened, { cells: options.cells });
      const isAlone = !copies.some(({ why, recovery }) => why !== null || recovery === 'whole');
      const epoch = opened.description.recovery?.epoch ?? 0;
      const recoveries = copies.flatMap(({ copy, path, recovery }) => recoveryFindings({ name: copy, folder: path }, epoch, recovery, isAlone));
      const findings = [...apartFindings(opened), ...recoveries];
      const isDamaged = findings.some(isAlarm) || copies.some(({ failed }) => failed.length > 0);
      const isAway = copies.some(({ why }) => why !== null);
      const facts = copies.map(({ why, ...copy }) => ({ ...copy, why: why?.message ?? null }));
      const exitCode = isDamaged ? exitCodes.integrity : isAway ? exitCodes.incomplete : exitCodes.well;
      return { exitCode, facts: { copies: facts }, text: drilledText(copies), findings };
    });
  });
}

/** Returns true for a finding that is a fault of the keyring itself, not of what this machine lacks. */
function isAlarm({ code }: Finding): boolean {
  return findingTable.get(code)?.severity === 'error' && !isMachineFinding(code);
}

/** Returns how a command ends, from the results in all copies. @param roots findings about roots that do not open */
function outcome(copies: readonly CopyOutcome[], roots: readonly Finding[] = []): Outcome {
  const facts = copies.map(({ why, ...copy }) => ({ ...copy, why: why?.message ?? null }));
  const isOwed = copies.some(({ state }) => state === 'owed');
  const lost = copies.flatMap(({ path, pagesLost }) =>
    pagesLost === 0 ? [] : [finding('K131', path, agree`${pagesLost} page[s] of the keyring [is|are] lost: no copy that was opened has [it|them]`)],
  );
  const exitCode = lost.length > 0 ? exitCodes.integrity : isOwed ? exitCodes.incomplete : exitCodes.well;
  return { exitCode, facts: { copies: facts }, text: outcomesText(copies), findings: [...lost, ...roots] };
}

function wrong(message: string, hint: string): LongplayError {
  return new LongplayError('usage', 'K110', message, hint);
}
