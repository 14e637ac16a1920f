import { resolve } from 'node:path';
import type { Command } from 'commander';
import { agree } from '../../../core/base/agree.ts';
import { count, counted } from '../../../core/words/quantity.ts';
import { certifyErasure, type WrittenCertificate } from '../../../erasure/certificate/certificate.ts';
import { requestLift } from '../../../erasure/lift.ts';
import { type Approved, approveErasure, withdrawErasure } from '../../../erasure/request/approve.ts';
import { addApprover, makeApproverKey, removeApprover } from '../../../erasure/request/approvers.ts';
import { type RequestedErasure, requestErasure } from '../../../erasure/request/request.ts';
import { type Executed, runErasures } from '../../../erasure/run.ts';
import { type ErasureTotals, erasureStatus } from '../../../erasure/status.ts';
import { type ErasureGround, erasureGrounds } from '../../../log/erasure/known-erasures.ts';
import type { ArchiveQuery } from '../../../pipeline/open/bag-verification.ts';
import { parsePeriod } from '../../../verify/schedule/budget.ts';
import type { Context } from '../../machine/context.ts';
import { commonOptions, option, withExamples } from '../../options/options.ts';
import { filtersOf, type QueryOptions, queryOf, queryOptions } from '../../options/query-options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../../report/run-command.ts';
import { shellWord } from '../../report/units.ts';
import { dayOf } from '../../texts/case-review.ts';
import { erasuresTable } from '../../texts/erasure-text.ts';

type Part = (command: Command, context: Context, signal: AbortSignal, done: (code: number) => void) => void;

/** Declares `longplay erase request|approve|run|status|certificate|withdraw|lift|make-key|add-approver|remove-approver`. */
export const eraseCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('erase')
    .summary('erase recordings for good: request, approval, execution')
    .description(
      'Erases recordings from an archive: one person requests it, a second approves it with a key of their own, and after a waiting time it is executed.',
    );
  for (const part of [request, approve, run, status, certificate, withdraw, lift, makeKey, approvers]) part(command, context, signal, done);
};

type RequestOptions = CommonOptions &
  QueryOptions & {
    ground: ErasureGround;
    reason: string;
    fromCase?: string;
    row?: string[];
    message?: string[];
    only?: string[];
    wait: string;
    due?: string;
  };

const request: Part = (command, context, signal, done) => {
  const declared = command
    .command('request')
    .summary('request the erasure of recordings')
    .description('Logs a request to erase recordings. Nothing is erased before a second person has approved it.')
    .argument('<archive>', 'archive folder')
    .argument('[ids...]', 'recording ids, or prefixes of them')
    .optionsGroup('Request:')
    .addOption(option('--ground <ground>', 'why the law requires or permits the erasure').choices(erasureGrounds).makeOptionMandatory())
    .addOption(option('--reason <text>', 'why; kept beside the log, and erased with the recordings').makeOptionMandatory())
    .addOption(option('--from-case <id>', 'the recordings of this case, and its messages that `longplay subject` found'))
    .addOption(option('--row <place...>', 'rows of kept tables: TABLE:NUMBER or TABLE:line NUMBER'))
    .addOption(option('--message <message...>', 'messages of cases: CASE:KEY, with the key that `longplay case timeline` prints'))
    .addOption(option('--only <name...>', 'erase only these files of the recordings: originals, copies, or names that `longplay show` prints'))
    .addOption(option('--wait <period>', 'time between approval and execution, at least an hour: 12h, 3d').default('3d'))
    .addOption(option('--due <day>', 'day by which it is to be executed; default: one month from now').env('LONGPLAY_ERASE_DUE'));
  withExamples(
    declared,
    "longplay erase request /srv/archive 1f0c2a9e --ground subject-request --reason 'Request of 1 December'",
    "longplay erase request /srv/archive --text 5550123 --to 2020 --ground court-order --reason 'Order 4711'",
    "longplay erase request /srv/archive --row tables/20260301-1f0c2a9e3b4d5f60/table-0001:17 --ground error --reason 'a private call'",
    "longplay erase request /srv/archive --message 20260301-1f0c2a9e:m1-3 --ground subject-request --reason 'Request of 1 December'",
    "longplay erase request /srv/archive 1f0c2a9e --only originals --ground subject-request --reason 'Request of 1 December'",
  );
  commonOptions(queryOptions(declared)).action(async (archive: string, ids: string[], options: RequestOptions) => {
    const due = options.due === undefined ? null : dayOf(options.due);
    const asked = {
      ids,
      query: chosen(await queryOf(options, context)),
      caseId: options.fromCase ?? null,
      rows: options.row ?? [],
      messages: options.message ?? [],
      only: options.only ?? [],
      ground: options.ground,
      why: options.reason,
      waitMs: parsePeriod(options.wait, '--wait'),
      due,
    };
    const pipeline = (stop: AbortSignal) => requestErasure(resolve(archive), asked, context, stop);
    const ending = (made: RequestedErasure): Ending => ({
      exitCode: made.unsearched + made.notDue + made.undecided > 0 ? exitCodes.partly : exitCodes.well,
      facts: { ...made },
      text: `Request ${made.request} to erase ${itemsText(made)} is entered; it is to be executed by ${made.due}.${leftText(made)}\nNext, by a second person: longplay erase approve ${shellWord(archive)} ${made.request} --key-file FILE`,
    });
    done(await runCommand(context, { command: 'erase request', options, pipeline, ending }, signal));
  });
};

/** Says what a request does not erase now. */
function leftText({
  notDue,
  kept,
  heldMessages,
  heldRows,
  undecided,
}: Pick<RequestedErasure, 'notDue' | 'kept' | 'heldMessages' | 'heldRows' | 'undecided'>): string {
  return [
    ...(notDue === 0
      ? []
      : [
          agree`${notDue} recording[s] of it [is|are] not due by retention, as the findings say, and [is|are] kept until a rule demands the erasure.`,
        ]),
    ...(kept === 0
      ? []
      : [agree`${kept} recording[s] of it must not be erased now, as the findings say, and [is|are] kept until nothing forbids it.`]),
    ...(heldMessages === 0
      ? []
      : [agree`${heldMessages} message[s] of it must not be erased now, and [is|are] kept until no hold protects [its case|their cases].`]),
    ...(heldRows === 0
      ? []
      : [agree`${heldRows} row[s] of it must not be erased now, as the findings say, and [is|are] kept until nothing forbids it.`]),
    ...(undecided === 0
      ? []
      : [agree`${undecided} recording[s] or message[s] of the case [is|are] NOT part of it, because nobody has decided about [it|them] (E135).`]),
  ]
    .map((line) => `\n${line}`)
    .join('');
}

/** Describes in words what a request would erase. */
function itemsText({ recordings, parts, messages }: Pick<RequestedErasure, 'recordings' | 'parts' | 'messages'>): string {
  const words = [
    ...(recordings > 0 || parts === 0 ? [counted(recordings, 'recording')] : []),
    ...(messages > 0 ? [counted(messages, 'message')] : []),
    ...(parts > messages ? [counted(parts - messages, 'part')] : []),
  ];
  return words.join(' and ');
}

const approve: Part = (command, context, signal, done) => {
  const declared = command
    .command('approve')
    .summary('approve a request, as a second person')
    .description('Approves a request with the key of a second person, which `longplay erase add-approver` registered.')
    .argument('<archive>', 'archive folder')
    .argument('<request>', 'id of the request, or a prefix of it')
    .addOption(option('--key-file <file>', 'private key of the approver, Ed25519 in PEM').makeOptionMandatory())
    .addOption(option('--now <text>', 'waive the waiting time, for this reason; also of a request that is already approved'));
  withExamples(declared, 'longplay erase approve /srv/archive 3f9a1c02 --key-file ~/approver.pem');
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { keyFile: string; now?: string }) => {
    const given = { request: id, keyFile: resolve(options.keyFile), now: options.now ?? null };
    const pipeline = () => approveErasure(resolve(archive), given, context);
    const ending = (made: Approved): Ending => ({
      exitCode: exitCodes.well,
      facts: { ...made },
      text: `Request ${made.request} to erase ${itemsText({ ...made, messages: 0 })} is approved; it may be executed from ${made.from.slice(0, 16).replace('T', ' ')} UTC.\nNext, then: longplay erase run ${shellWord(archive)}`,
    });
    done(await runCommand(context, { command: 'erase approve', options, pipeline, ending }, signal));
  });
};

const run: Part = (command, context, signal, done) => {
  const declared = command
    .command('run')
    .summary('execute approved requests')
    .description('Executes all requests that are approved and whose waiting time has passed, and finishes an interrupted run.')
    .argument('<archive>', 'archive folder')
    .addOption(option('--clock-ok', 'execute although the clock moved on by more than a month without an entry in the log: you have checked it'));
  withExamples(declared, 'longplay erase run /srv/archive');
  commonOptions(declared).action(async (archive: string, options: CommonOptions & { clockOk?: boolean }) => {
    const tools = { ...context, register: { formats: context.formats, codecs: context.codecs }, isClockRight: options.clockOk === true };
    const pipeline = (stop: AbortSignal) => runErasures(resolve(archive), tools, stop);
    done(await runCommand(context, { command: 'erase run', options, pipeline, ending: executed }, signal));
  });
};

function executed(done: Executed): Ending {
  const { requests, left, kept, recordings, rows, messages, folders, files, excerpts, closedTables, isPossible, bags, closedCases, owing } = done;
  const lines = [
    isPossible ? '' : 'NOTHING was erased: rows of a kept table cannot be erased now; the findings say why.',
    closedTables > 0
      ? agree`${closedTables} bag[s] of kept tables [is|are] in an earlier state, which nobody can open: longplay replica repair ARCHIVE, then run this again.`
      : '',
    isPossible && requests === 0 && left === 0 && bags === 0 && files === 0 && messages === 0 && folders === 0 ? 'No request is due.' : '',
    recordings + rows > 0
      ? `Erased ${[counted(recordings, 'recording'), ...(rows > 0 ? [counted(rows, 'row')] : [])].join(' and ')} from ${counted(bags, 'bag')}.`
      : '',
    messages > 0 ? `Erased ${counted(messages, 'message')} from cases.` : '',
    folders > 0 ? `Removed ${counted(folders, 'folder')} of erased files from cases.` : '',
    files > 0 ? `Erased ${counted(files, 'file')} alone; the recordings stay.` : '',
    excerpts > 0 ? agree`${excerpts} recording[s] [keeps|keep] an excerpt of a vCon that was erased.` : '',
    requests > 0 ? `${count(requests)} request${requests === 1 ? ' was' : 's were'} executed.` : '',
    left > 0
      ? `${count(left)} due request${left === 1 ? ' was' : 's were'} NOT executed completely; the findings say why. The next run continues.`
      : '',
    closedCases > 0 ? `${counted(closedCases, 'case')} could NOT be opened; the findings say which.` : '',
    owing.length > 0 ? `Under way until ${owing.join(', ')} can follow; then: longplay replica sync ARCHIVE` : '',
  ];
  return {
    exitCode:
      closedCases > 0 ? exitCodes.incomplete : left + kept + owing.length + closedTables > 0 || !isPossible ? exitCodes.partly : exitCodes.well,
    facts: { ...done },
    text: lines.filter((line) => line !== '').join('\n'),
  };
}

const status: Part = (command, context, signal, done) => {
  const declared = command
    .command('status')
    .summary('list requests, their deadlines and approvers')
    .description('Lists the requests to erase with their state and deadline, and the approvers. Writes nothing.')
    .argument('<archive>', 'archive folder')
    .addOption(option('--recordings', 'list the erased recordings of a sealed archive too, whose files stay'));
  withExamples(declared, 'longplay erase status /srv/archive');
  commonOptions(declared).action(async (archive: string, options: CommonOptions & { recordings?: boolean }) => {
    const ending = (totals: ErasureTotals): Ending => ({
      exitCode:
        totals.behind + totals.logFaults > 0 ? exitCodes.integrity : totals.overdue > 0 || totals.interrupted > 0 ? exitCodes.partly : exitCodes.well,
      facts: { ...totals },
      text: statusText(totals, archive),
    });
    const pipeline = (stop: AbortSignal, reporter: Parameters<typeof erasuresTable>[2]) =>
      erasuresTable(erasureStatus(resolve(archive), { recordings: options.recordings === true }, context, stop), options, reporter);
    done(await runCommand(context, { command: 'erase status', options, pipeline, ending }, signal));
  });
};

function statusText(totals: ErasureTotals, archive: string): string {
  const { requests, waiting, due, overdue, erased, interrupted, owing, underWay, behind, keyringOpens, epochs } = totals;
  const lines = [
    requests === 0
      ? 'No request to erase.'
      : `${counted(requests, 'request')}, ${count(waiting)} waiting, ${count(due)} due; ${counted(erased, 'recording')} erased.`,
    overdue > 0 ? `${counted(overdue, 'request')} OVERDUE.` : '',
    owing > 0 ? `${counted(owing, 'replica')} still to follow. Next: longplay replica sync ${shellWord(archive)}` : '',
    underWay > 0
      ? `${counted(underWay, 'request')} under way: executed, and final once every copy of the keyring has followed${epochs ? ' and the recovery has begun another epoch' : ''}.`
      : '',
    behind > 0 ? `${counted(behind, 'copy', 'copies')} of the keyring in an older state.${keyringOpens ? ' ERASED RECORDINGS OPEN AGAIN.' : ''}` : '',
    behind > 0 && !keyringOpens ? 'Next: longplay keyring sync' : '',
    interrupted > 0 || due > 0 || keyringOpens ? `Next: longplay erase run ${shellWord(archive)}` : '',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

const certificate: Part = (command, context, signal, done) => {
  const declared = command
    .command('certificate')
    .summary('certify an executed request')
    .description(
      'Writes the certificate of an executed request: certificate.json with the entries of the log that prove it, certificate.txt, and certificate.note, the signature of the archive.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<request>', 'id of the request, or a prefix of it')
    .addOption(option('--out <folder>', 'new or empty folder; default: erasure-REQUEST in this folder'));
  withExamples(declared, 'longplay erase certificate /srv/archive 3f9a1c02 --out /srv/certificates/3f9a1c02');
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { out?: string }) => {
    const asked = { request: id, out: options.out === undefined ? null : resolve(options.out) };
    const pipeline = (stop: AbortSignal) => certifyErasure(resolve(archive), asked, context, stop);
    const ending = (made: WrittenCertificate): Ending => ({
      exitCode: made.isSigned ? exitCodes.well : exitCodes.partly,
      facts: { ...made },
      text: `The certificate of request ${made.request} is in ${shellWord(made.folder)}${made.isFinal ? '' : '; the erasure is not final yet: certify it again when it is'}.`,
    });
    done(await runCommand(context, { command: 'erase certificate', options, pipeline, ending }, signal));
  });
};

const withdraw: Part = (command, context, signal, done) => {
  const declared = command
    .command('withdraw')
    .description('withdraw a request that was not executed')
    .argument('<archive>', 'archive folder')
    .argument('<request>', 'id of the request, or a prefix of it')
    .addOption(option('--reason <text>', 'why; kept beside the log').makeOptionMandatory());
  withExamples(declared, "longplay erase withdraw /srv/archive 3f9a1c02 --reason 'the wrong person'");
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { reason: string }) => {
    const pipeline = (stop: AbortSignal) => withdrawErasure(resolve(archive), { request: id, why: options.reason }, context, stop);
    const ending = (made: { request: string }): Ending => ({ exitCode: exitCodes.well, facts: made, text: `Request ${made.request} is withdrawn.` });
    done(await runCommand(context, { command: 'erase withdraw', options, pipeline, ending }, signal));
  });
};

const lift: Part = (command, context, signal, done) => {
  const declared = command
    .command('lift')
    .summary('request that erased recordings may be imported again')
    .description(
      'Enters a request to lift the erasure of recordings, so that they can be imported again. It needs the same approval as an erasure, and `longplay erase run` executes it.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<ids...>', 'whole ids of erased recordings')
    .addOption(option('--reason <text>', 'why; kept beside the log').makeOptionMandatory())
    .addOption(option('--wait <period>', 'time between approval and execution, at least an hour: 12h, 3d').default('3d'));
  withExamples(declared, "longplay erase lift /srv/archive 1f0c2a9e-5b1d-8c3e-9a77-0d4f2b6c8e10 --reason 'erased in error'");
  commonOptions(declared).action(async (archive: string, ids: string[], options: CommonOptions & { reason: string; wait: string }) => {
    const asked = { ids, why: options.reason, waitMs: parsePeriod(options.wait, '--wait') };
    const pipeline = () => requestLift(resolve(archive), asked, context);
    const ending = (made: { request: string; recordings: number; due: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: made,
      text: `Request ${made.request} to lift the erasure of ${counted(made.recordings, 'recording')} is entered.\nNext, by a second person: longplay erase approve ${shellWord(archive)} ${made.request} --key-file FILE`,
    });
    done(await runCommand(context, { command: 'erase lift', options, pipeline, ending }, signal));
  });
};

const makeKey: Part = (command, context, signal, done) => {
  const declared = command
    .command('make-key')
    .description('make the key of a person who approves erasures; `openssl genpkey -algorithm ed25519` makes the same')
    .argument('<file>', 'new file for the private key, which only you may read');
  withExamples(declared, 'longplay erase make-key ~/approver.pem');
  commonOptions(declared).action(async (file: string, options: CommonOptions) => {
    const pipeline = () => makeApproverKey(resolve(file));
    const ending = (made: { approver: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: made,
      text: `Key ${made.approver} is in ${file}. Keep it where only you can read it.\nNext: longplay erase add-approver ARCHIVE ${shellWord(file)} --name NAME`,
    });
    done(await runCommand(context, { command: 'erase make-key', options, pipeline, ending }, signal));
  });
};

const approvers: Part = (command, context, signal, done) => {
  const add = command
    .command('add-approver')
    .description('register the key of a person who approves erasures')
    .argument('<archive>', 'archive folder')
    .argument('<file>', 'their public or private key, Ed25519 in PEM')
    .addOption(option('--name <name>', 'login name of the person').env('LONGPLAY_APPROVER_NAME').makeOptionMandatory());
  withExamples(add, 'longplay erase add-approver /srv/archive approver-public.pem --name anna');
  commonOptions(add).action(async (archive: string, file: string, options: CommonOptions & { name: string }) => {
    const pipeline = () => addApprover(resolve(archive), { name: options.name, file: resolve(file) }, context);
    const ending = (made: { approver: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: made,
      text: `Key ${made.approver} may approve erasures from now on.`,
    });
    done(await runCommand(context, { command: 'erase add-approver', options, pipeline, ending }, signal));
  });
  const remove = command
    .command('remove-approver')
    .description('end the right of a key to approve; earlier approvals stay valid')
    .argument('<archive>', 'archive folder')
    .argument('<key>', 'id of the key, as `longplay erase status` prints it')
    .addOption(option('--reason <text>', 'why; kept beside the log').makeOptionMandatory());
  withExamples(remove, "longplay erase remove-approver /srv/archive 1f0c2a9e --reason 'left the company'");
  commonOptions(remove).action(async (archive: string, key: string, options: CommonOptions & { reason: string }) => {
    const pipeline = () => removeApprover(resolve(archive), { approver: key, why: options.reason }, context);
    const ending = (made: { approver: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: made,
      text: `Key ${made.approver} can no longer approve erasures.`,
    });
    done(await runCommand(context, { command: 'erase remove-approver', options, pipeline, ending }, signal));
  });
};

/** Returns the query of the options; null if they select no recordings. A limit alone selects none. */
function chosen(query: ArchiveQuery): ArchiveQuery | null {
  const filters = filtersOf(query);
  return Object.keys(filters).every((name) => name === 'limit') ? null : filters;
}
