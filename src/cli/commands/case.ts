import { resolve } from 'node:path';
import {
  type Added,
  type AdditionRequest,
  addToCase,
  countryOf,
  type ListedCases,
  listCases,
  newCase,
  removeFromCase,
  type ShownCase,
  showCase,
} from '../../cases/edit/edit-case.ts';
import { type ImportedMessages, importMessages } from '../../cases/edit/import-messages.ts';
import { type ShownTimeline, showTimeline } from '../../cases/edit/show-timeline.ts';
import { valuesOf } from '../../cases/person/known-person.ts';
import { deleteCase, forgetCase, type RemovalTools } from '../../cases/store/delete-case.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { ArchiveQuery } from '../../pipeline/open/bag-verification.ts';
import { refuseHeldCase } from '../../policy/held-cases.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import { givenPeople, peopleOption, requestedPersonOf } from '../options/people-option.ts';
import { type QueryOptions, queryOf, queryOptions } from '../options/query-options.ts';
import { zoneOption } from '../options/zone-option.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { shellWord } from '../report/units.ts';
import { compareCommand } from '../texts/case-compare.ts';
import { decideCommand } from '../texts/case-decide.ts';
import { type CasePart, handOver } from '../texts/case-hand-over.ts';
import { dayOf, reviewCommand } from '../texts/case-review.ts';
import { casesTable, caseText, timelineText } from '../texts/case-text.ts';
import { windowText } from '../texts/window-text.ts';

type AddOptions = CommonOptions &
  QueryOptions & { readonly party?: string[]; readonly people?: string; readonly uncertain?: boolean; readonly correlated?: boolean };

/** Declares `longplay case new|list|show|add|remove|decide|review|due|messages|timeline|compare|export|delete|forget`. */
export const caseCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('case')
    .summary('collect recordings and messages of one matter, export them')
    .description('Collects the recordings and messages of one matter with reasons, in order of time, and exports them with proof.');
  make(command, context, signal, done);
  fill(command, context, signal, done);
  decideCommand(command, context, signal, done);
  reviewCommand(command, context, signal, done);
  read(command, context, signal, done);
  compareCommand(command, context, signal, done);
  handOver(command, context, signal, done);
  end(command, context, signal, done);
};

const make: CasePart = (command, context, signal, done) => {
  const create = command
    .command('new')
    .description('open a case')
    .argument('<archive>', 'archive folder')
    .addOption(option('--title <text>', 'what the case is about').makeOptionMandatory())
    .addOption(option('--country <calling-code>', 'calling code, e.g. +46: national numbers are compared as numbers of that country'))
    .addOption(option('--due <day>', 'day by which it must be handed over, e.g. 2026-12-30: until the end of that day in UTC'));
  withExamples(
    create,
    "longplay case new /srv/archive --title 'Deal 4711' --country +46",
    "longplay case new /srv/archive --title 'Request of a customer' --due 2026-12-30",
  );
  commonOptions(create).action(async (archive: string, options: CommonOptions & { title: string; country?: string; due?: string }) => {
    const run = async function* () {
      const due = options.due === undefined ? null : dayOf(options.due);
      const wanted = { title: options.title, country: countryOf(options.country), subject: null, ...(due === null ? {} : { due }) };
      return yield* newCase(resolve(archive), wanted, context);
    };
    const ending = ({ id, title }: { id: string; title: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: { id, title },
      text: `Case ${id} is open.\nNext: longplay case add ${shellWord(archive)} ${id} …`,
    });
    done(await runCommand(context, { command: 'case new', options, pipeline: run, ending }, signal));
  });
  const list = command
    .command('list')
    .description('list the cases of an archive, with their deadlines')
    .argument('<archive>', 'archive folder')
    .addOption(
      option('--due-within <days>', 'only cases that are due within this many days, or overdue; exit code 3 if there are any').argParser(
        integer(0, 36_500),
      ),
    );
  withExamples(list, 'longplay case list /srv/archive', 'longplay case list /srv/archive --due-within 7');
  commonOptions(list).action(async (archive: string, options: CommonOptions & { readonly dueWithin?: number }) => {
    const ending = (found: ListedCases): Ending => {
      const isDue = options.dueWithin !== undefined && found.cases > 0;
      const overdue =
        found.overdue === 0 ? '' : ` ${counted(found.overdue, 'case')} OVERDUE: longplay case export hands over, longplay case due changes the day.`;
      return {
        exitCode: found.missing > 0 ? exitCodes.integrity : found.damaged > 0 || isDue ? exitCodes.partly : exitCodes.well,
        facts: { ...found },
        text: `${found.cases > 0 ? `${counted(found.cases, 'case')}.${overdue}` : options.dueWithin !== undefined ? 'No case is due.' : found.damaged + found.missing > 0 ? 'No case can be listed.' : 'No cases.'}${found.damaged === 0 ? '' : ` ${agree`${found.damaged} case[s] could NOT be read; the findings say why.`}`}`,
      };
    };
    done(
      await runCommand(
        context,
        {
          command: 'case list',
          options,
          pipeline: (stop, reporter) => casesTable(listCases(resolve(archive), context, options.dueWithin ?? null, stop), options, reporter),
          ending,
        },
        signal,
      ),
    );
  });
};

const fill: CasePart = (command, context, signal, done) => {
  const add = command
    .command('add')
    .summary('add recordings to a case')
    .description('Adds recordings to a case: by id, by a query, by participant, or by shared keys.')
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case, or its beginning or end')
    .argument('[ids...]', 'recording ids, or prefixes of them')
    .optionsGroup('Participants and keys:')
    .addOption(option('--party <who...>', 'calls with this number, name or id; several are spellings of one person; --from and --to limit the time'))
    .addOption(peopleOption())
    .addOption(option('--uncertain', 'also calls that are not certain to involve the person'))
    .addOption(option('--correlated', 'also calls that share a Call-ID, UCID, linkedid, trade reference or group with one of the case'));
  withExamples(
    add,
    'longplay case add /srv/archive 3f9a1c02 1f0c2a9e 8cf6e48f',
    "longplay case add /srv/archive 3f9a1c02 --party '+46701740605' --from 2025-10-26 --to 2025-10-27",
    'longplay case add /srv/archive 3f9a1c02 --correlated',
  );
  commonOptions(queryOptions(add)).action(async (archive: string, wanted: string, ids: string[], options: AddOptions) => {
    const addition = additionOf(ids, options, await queryOf(options, context));
    const run = (stop: AbortSignal) => addToCase(resolve(archive), wanted, addition, context, stop);
    done(await runCommand(context, { command: 'case add', options, pipeline: run, ending: addedText }, signal));
  });
  const remove = command
    .command('remove')
    .description('remove recordings from a case; they stay in the archive')
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case')
    .argument('<ids...>', 'recording ids, or prefixes of them')
    .addOption(option('--reason <text>', 'why; kept in the case'));
  withExamples(remove, "longplay case remove /srv/archive 3f9a1c02 1f0c2a9e --reason 'of another deal'");
  commonOptions(remove).action(async (archive: string, wanted: string, ids: string[], options: CommonOptions & { reason?: string }) => {
    const ending = (found: { id: string; removed: number; recordings: number }): Ending => ({
      exitCode: exitCodes.well,
      facts: found,
      text: `Removed ${counted(found.removed, 'recording')}; ${counted(found.recordings, 'recording')} left in case ${found.id}.`,
    });
    done(
      await runCommand(
        context,
        {
          command: 'case remove',
          options,
          pipeline: (stop) => removeFromCase(resolve(archive), wanted, { ids, reason: options.reason ?? '' }, context, stop),
          ending,
        },
        signal,
      ),
    );
  });
  const messages = command
    .command('messages')
    .description('add mails (.eml), tables of chat or SMS (.csv) and vCons to a case')
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case')
    .argument('<files...>', 'files with messages')
    .addOption(zoneOption('time zone of local times in tables, e.g. Europe/Stockholm; default: none, and no UTC times'))
    .addOption(option('--time-format <pattern>', 'times of tables: iso, epoch-s, epoch-ms, or a pattern, e.g. DD.MM.YYYY HH:mm:ss').default('iso'));
  withExamples(messages, 'longplay case messages /srv/archive 3f9a1c02 thread/*.eml chat.csv --zone Europe/Stockholm');
  commonOptions(messages).action(
    async (archive: string, wanted: string, files: string[], options: CommonOptions & { zone?: string; timeFormat: string }) => {
      const times = { zone: options.zone ?? null, format: options.timeFormat };
      const run = (stop: AbortSignal) =>
        importMessages(resolve(archive), wanted, { files: files.map((file) => resolve(file)), times }, context, stop);
      done(await runCommand(context, { command: 'case messages', options, pipeline: run, ending: messagesText }, signal));
    },
  );
};

const read: CasePart = (command, context, signal, done) => {
  const show = command
    .command('show')
    .description('show what a case holds and why')
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case');
  withExamples(show, 'longplay case show /srv/archive 3f9a1c02');
  commonOptions(show).action(async (archive: string, wanted: string, options: CommonOptions) => {
    const run = (stop: AbortSignal) => showCase(resolve(archive), wanted, context, stop);
    const ending = ({ document, ...stand }: ShownCase): Ending => ({
      exitCode: exitCodes.well,
      facts: { id: document.id, ...stand },
      text: caseText({ document, ...stand }),
    });
    done(await runCommand(context, { command: 'case show', options, pipeline: run, ending }, signal));
  });
  const timeline = command
    .command('timeline')
    .description('show who said what and when: all systems in one order, with overlaps and gaps')
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case');
  timeline.addOption(peopleOption());
  withExamples(timeline, 'longplay case timeline /srv/archive 3f9a1c02', 'longplay case timeline /srv/archive 3f9a1c02 --people people.toml');
  commonOptions(timeline).action(async (archive: string, wanted: string, options: CommonOptions & { readonly people?: string }) => {
    const run = (stop: AbortSignal) => showTimeline(resolve(archive), wanted, context, stop, givenPeople(options.people).people);
    const ending = (shown: ShownTimeline): Ending => {
      const { placed, local, undated, gaps, moreGaps, lost, unanswered, overlaps } = shown.timeline;
      const facts = {
        id: shown.document.id,
        rows: placed.length + local.length + undated.length,
        gaps: gaps.length + moreGaps,
        lost,
        unanswered,
        overlaps,
        unreadable: shown.unreadable,
      };
      return { exitCode: shown.unreadable > 0 ? exitCodes.integrity : exitCodes.well, facts, text: timelineText(shown.timeline) };
    };
    done(await runCommand(context, { command: 'case timeline', options, pipeline: run, ending }, signal));
  });
};

const end: CasePart = (command, context, signal, done) => {
  const reason = () => option('--reason <text>', 'why; entered in the log with your login name, and never erased').makeOptionMandatory();
  const removalTools = (stop: AbortSignal): RemovalTools => ({
    ...context,
    refuse: (archive, caseId) => refuseHeldCase(archive, caseId, context, stop),
  });
  const remove = command
    .command('delete')
    .summary('delete a case; its recordings stay')
    .description(
      'Deletes a case with its messages, and logs who deleted it and why. Recordings stay in the archive. Copies of the case in replicas stay there. A case on hold stays.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case, or its beginning or end')
    .addOption(reason());
  withExamples(remove, "longplay case delete /srv/archive 3f9a1c02 --reason 'opened twice'");
  commonOptions(remove).action(async (archive: string, wanted: string, options: CommonOptions & { reason: string }) => {
    const run = (stop: AbortSignal) => deleteCase(resolve(archive), wanted, options.reason, removalTools(stop), stop);
    const ending = ({ id }: { id: string }): Ending => ({ exitCode: exitCodes.well, facts: { id }, text: `Case ${id} is deleted.` });
    done(await runCommand(context, { command: 'case delete', options, pipeline: run, ending }, signal));
  });
  const forget = command
    .command('forget')
    .summary('acknowledge that a case is gone, or its later states')
    .description(
      'Records in the log that a case was deleted by hand or is permanently lost. If its folder has an older state of it, records that the later states are lost: the case can be changed again. Verification then no longer reports it.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the missing case or of the case in an older state, or its beginning or end')
    .addOption(reason());
  withExamples(forget, "longplay case forget /srv/archive 3f9a1c02 --reason 'deleted by hand in 2026'");
  commonOptions(forget).action(async (archive: string, wanted: string, options: CommonOptions & { reason: string }) => {
    const run = (stop: AbortSignal) => forgetCase(resolve(archive), wanted, options.reason, removalTools(stop), stop);
    const ending = ({ id, accepted }: { id: string; accepted?: true }): Ending => ({
      exitCode: exitCodes.well,
      facts: { id, ...(accepted === true ? { accepted } : {}) },
      text:
        accepted === true
          ? `The later states of case ${id} are acknowledged as lost: the state in its folder is its newest.`
          : `Case ${id} is acknowledged as gone: verification no longer reports it as missing.`,
    });
    done(await runCommand(context, { command: 'case forget', options, pipeline: run, ending }, signal));
  });
};

function additionOf(ids: readonly string[], options: AddOptions, query: ArchiveQuery): AdditionRequest {
  const asks = Object.keys(query).length > 0;
  const { from: _from, to: _to, typed: _typed, ...others } = query;
  if (ids.length === 0 && !asks && options.party === undefined && options.correlated !== true)
    throw new LongplayError('usage', 'U312', 'no recordings to add are named', 'give ids, a query, --party or --correlated');
  const words = [
    ...(options.party === undefined ? [] : [`--party ${options.party.join(' | ')}`]),
    ...Object.entries(others).map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`),
  ];
  return {
    ids,
    query: asks ? query : null,
    words,
    party: options.party === undefined ? null : valuesOf(requestedPersonOf(options.party, options.people)),
    uncertain: options.uncertain === true,
    correlated: options.correlated === true,
    subject: false,
  };
}

const idsShown = 12;

function addedText(added: Added): Ending {
  const lines = [`Added ${counted(added.added, 'recording')}; case ${added.id} holds ${counted(added.recordings, 'recording')}.`];
  if (added.uncertainLeftOut > 0)
    lines.push(
      `Left out, because it is not certain that they involve the person: ${counted(added.uncertainLeftOut, 'recording')}. --uncertain adds them. Review each with: longplay show ARCHIVE ID`,
      `  ${added.uncertainIds
        .slice(0, idsShown)
        .map((id) => id.slice(0, 13))
        .join(' ')}${added.uncertainLeftOut > idsShown ? ` and ${counted(added.uncertainLeftOut - idsShown, 'more', 'more')}` : ''}`,
    );
  const window = windowText(added.window, 'added as well');
  if (window !== null) lines.push(window);
  if (added.unreadable > 0) lines.push(`${counted(added.unreadable, 'recording')} could NOT be searched: recording.json cannot be read.`);
  return { exitCode: added.unreadable > 0 ? exitCodes.integrity : exitCodes.well, facts: { ...added }, text: lines.join('\n') };
}

function messagesText(outcome: ImportedMessages): Ending {
  const lines = [
    `Took in ${counted(outcome.messages, 'message')} of ${counted(outcome.files, 'file')}, ${counted(outcome.attachments, 'attachment')}.`,
  ];
  if (outcome.before > 0) lines.push(agree`${count(outcome.before)} file[s] [was|were] in the case already.`);
  if (outcome.refused > 0) lines.push(`${counted(outcome.refused, 'file')} held no message that could be read.`);
  if (outcome.leftOut > 0)
    lines.push(agree`${count(outcome.leftOut)} message[s] [was|were] LEFT OUT: a file may have ${count(limits.messagesPerFile)}.`);
  if (outcome.erased > 0)
    lines.push(agree`${count(outcome.erased)} message[s] [was|were] left out, because [it was|they were] erased from the case.`);
  const partly = outcome.refused > 0 || outcome.leftOut > 0;
  return { exitCode: partly ? exitCodes.partly : exitCodes.well, facts: { ...outcome }, text: lines.join('\n') };
}
