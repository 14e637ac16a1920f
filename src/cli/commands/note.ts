import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { withResult } from '../../core/base/with-result.ts';
import type { PageNote } from '../../core/page/data.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import type { NoteKind } from '../../log/who/notes.ts';
import type { TagGroup } from '../../log/who/tag-index.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { addNote, eraseNote, listNotes, listTags, withdrawNote } from '../../pipeline/notes/notes.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { placeInSound } from '../options/place-in-sound.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { clock, table } from '../report/units.ts';
import { demandConfirmation } from '../texts/ask.ts';
import { fateWords, unknownWords } from '../texts/fate-words.ts';

type Part = (command: Command, kind: NoteKind, context: Surroundings, signal: AbortSignal, done: (code: number) => void) => void;

/** Declares `longplay note add|list|withdraw|erase`. */
export const noteCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('note')
    .summary('write and list notes of reviewers')
    .description(
      'Adds notes to recordings, lists, withdraws and erases them. Each note is a signed entry of the log; its text is kept beside the log and can be erased.',
    );
  for (const part of [add, list, withdraw, erase]) part(command, 'note', context, signal, done);
};

/** Declares `longplay tag add|list|withdraw|erase`. */
export const tagCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('tag')
    .summary('tag recordings, list recordings by tag')
    .description(
      'Adds tags of reviewers to recordings, lists, withdraws and erases them. Each tag is a signed entry of the log; its text is kept beside the log and can be erased.',
    );
  for (const part of [add, list, withdraw, erase]) part(command, 'tag', context, signal, done);
};

type AddOptions = CommonOptions & { readonly from?: number; readonly to?: number };

const add: Part = (command, kind, context, signal, done) => {
  const declared = command
    .command('add')
    .description(kind === 'note' ? 'add a note to a recording' : 'add a tag to a recording')
    .argument('<archive>', 'archive folder')
    .argument('<id>', 'recording id, or a prefix of one')
    .argument('<text>', kind === 'note' ? 'the note, up to 2,000 characters' : 'the tag, up to 60 characters, without commas')
    // LONGPLAY_FROM and LONGPLAY_TO are already the variables of the date options of list and search commands.
    .addOption(
      option('--from <time>', 'start of the part that the note is about: 83, 1:23 or 1:02:03').env('LONGPLAY_NOTE_FROM').argParser(placeInSound),
    )
    .addOption(option('--to <time>', 'end of that part').env('LONGPLAY_NOTE_TO').argParser(placeInSound));
  if (kind === 'note') withExamples(declared, "longplay note add /srv/archive 1f0c2a9e 'Order confirmed by the client' --from 0:01 --to 0:02.5");
  else withExamples(declared, "longplay tag add /srv/archive 1f0c2a9e 'order confirmed'");
  commonOptions(declared).action(async (archive: string, id: string, text: string, options: AddOptions) => {
    const { from, to } = options;
    if ((from === undefined) !== (to === undefined))
      throw new LongplayError('usage', 'N101', `--${from === undefined ? 'from' : 'to'} is missing`, 'give both ends of the part, or none');
    const span = from === undefined || to === undefined ? null : { fromMs: from, toMs: to };
    const run = (stop: AbortSignal) => addNote(resolve(archive), id, { kind, text, span, file: null }, context, stop);
    const ending = (added: { id: string; recording: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: added,
      text: `${kind === 'note' ? 'Note' : 'Tag'} ${added.id} is entered.`,
    });
    done(await runCommand(context, { command: `${kind} add`, options, pipeline: run, ending }, signal));
  });
};

type ListOptions = CommonOptions & { readonly withdrawn?: boolean; readonly counts?: boolean };

const list: Part = (command, kind, context, signal, done) => {
  const declared = command
    .command('list')
    .description(kind === 'note' ? 'list notes, of all recordings or of one' : 'list tags and the recordings that have them')
    .argument('<archive>', 'archive folder')
    .argument(
      kind === 'note' ? '[id]' : '[tag]',
      kind === 'note' ? 'recording id, or a prefix of one' : 'this tag only; case and accents are ignored',
    )
    .addOption(option('--withdrawn', 'also those that were withdrawn'));
  if (kind === 'note') withExamples(declared, 'longplay note list /srv/archive 1f0c2a9e');
  else {
    declared.addOption(option('--counts', 'each tag once, with the number of recordings that have it').conflicts('withdrawn'));
    withExamples(declared, "longplay tag list /srv/archive 'order confirmed'", 'longplay tag list /srv/archive --counts');
  }
  commonOptions(declared).action(async (archive: string, wanted: string | undefined, options: ListOptions) => {
    if (options.counts === true) {
      const run = (stop: AbortSignal, reporter: Reporter) =>
        counts(listTags(resolve(archive), wanted ?? null, context.keys, stop), options, reporter);
      done(
        await runCommand(
          context,
          { command: 'tag list', options, pipeline: run, ending: ({ tags, errors }) => listEnding({ tags }, 'tag', tags, errors) },
          signal,
        ),
      );
      return;
    }
    const query = {
      kind,
      recording: kind === 'note' ? (wanted?.toLowerCase() ?? null) : null,
      text: kind === 'tag' ? (wanted ?? null) : null,
      withdrawn: options.withdrawn === true,
    };
    const run = (stop: AbortSignal, reporter: Reporter) => tabled(listNotes(resolve(archive), query, context.keys, stop), options, reporter);
    const ending = ({ notes, errors }: { notes: number; errors: number }): Ending => listEnding({ notes }, kind, notes, errors);
    done(await runCommand(context, { command: `${kind} list`, options, pipeline: run, ending }, signal));
  });
};

function listEnding(facts: Readonly<Record<string, number>>, kind: NoteKind, listed: number, errors: number): Ending {
  return {
    exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well,
    facts: { ...facts, errors },
    text: errors > 0 ? `${counted(listed, kind)}; the log has ${counted(errors, 'error')}, listed above.` : `${counted(listed, kind)}.`,
  };
}

/** Prints tags and the number of recordings of each in columns. */
async function* counts<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Outcome> {
  const rows: string[][] = [];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result') {
      const { text, unknown, recordings } = event.value as unknown as Pick<TagGroup, 'text' | 'unknown'> & { readonly recordings: number }; // as `listTags` yields them
      rows.push([count(recordings), printable(text ?? fateWords[unknown ?? 'none'])]);
    }
    yield event;
  }
  if (rows.length > 0 && options.json !== true) reporter.text(table([['recordings', 'tag'], ...rows]));
  return taken.result();
}

const withdraw: Part = (command, kind, context, signal, done) => {
  const declared = command
    .command('withdraw')
    .description(`withdraw a ${kind}; its author and the reason stay in the log`)
    .argument('<archive>', 'archive folder')
    .argument(`<${kind}>`, `id of the ${kind}, or the beginning of it`)
    .addOption(option('--reason <text>', 'why; kept in the details of the entry').makeOptionMandatory());
  withExamples(declared, `longplay ${kind} withdraw /srv/archive ${kind === 'note' ? '4f2a9c31' : '7be05d16'} --reason 'of another call'`);
  commonOptions(declared).action(async (archive: string, id: string, options: CommonOptions & { readonly reason: string }) => {
    const reason = givenReason(options.reason);
    const run = (stop: AbortSignal) => withdrawNote(resolve(archive), id, { kind, reason }, context, stop);
    const ending = (gone: { id: string }): Ending => ({
      exitCode: exitCodes.well,
      facts: gone,
      text: `${kind === 'note' ? 'Note' : 'Tag'} ${gone.id} is withdrawn.`,
    });
    done(await runCommand(context, { command: `${kind} withdraw`, options, pipeline: run, ending }, signal));
  });
};

type EraseOptions = CommonOptions & { readonly reason: string; readonly yes?: boolean };

const erase: Part = (command, kind, context, signal, done) => {
  const declared = command
    .command('erase')
    .description(`erase text and author of a ${kind}; the log keeps that it existed`)
    .argument('<archive>', 'archive folder')
    .argument(`<${kind}>`, `id of the ${kind}, or the beginning of it`)
    .addOption(option('--reason <text>', 'why; kept in the details of the entry that records the erasure').makeOptionMandatory())
    .addOption(option('--yes', 'do not ask for confirmation; needed without a terminal'));
  withExamples(declared, `longplay ${kind} erase /srv/archive ${kind === 'note' ? '4f2a9c31' : '7be05d16'} --reason 'names a patient' --yes`);
  commonOptions(declared).action(async (archive: string, id: string, options: EraseOptions) => {
    const reason = givenReason(options.reason);
    if (options.yes !== true) await demandConfirmation(`Permanently erase the text of a ${kind} beside the log of ${archive}?`, context, signal);
    const run = (stop: AbortSignal) => eraseNote(resolve(archive), id, { kind, reason }, context, stop);
    const ending = (gone: { id: string; entries: number; before: boolean }): Ending => ({
      exitCode: exitCodes.well,
      facts: gone,
      text: `The text of ${kind} ${gone.id} ${gone.before ? 'was erased before' : 'is erased here'}. Replicas follow with: longplay replica sync ${shellWord(archive)}`,
    });
    done(await runCommand(context, { command: `${kind} erase`, options, pipeline: run, ending }, signal));
  });
};

async function* tabled<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Outcome> {
  const rows: string[][] = [];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result') {
      const { id, time, by, recording, span, text, unknown, withdrawn } = event.value as unknown as PageNote & { readonly recording: string }; // as `listNotes` yields them
      const part = span === null ? '' : `${placeText(span.fromMs)}-${placeText(span.toMs)}`;
      const words = `${withdrawn === null ? '' : 'WITHDRAWN: '}${text ?? unknownWords(unknown)}`;
      rows.push(
        [id, time.slice(0, 16), by ?? fateWords[unknown?.why ?? 'none'], recording, part, words].map((cell) => printable(cell.replaceAll('\n', ' '))),
      );
    }
    yield event;
  }
  if (rows.length > 0 && options.json !== true) reporter.text(table([['id', 'time', 'by', 'recording', 'part', 'text'], ...rows]));
  return taken.result();
}

/** Formats a position, e.g. `1:02.500`. */
function placeText(ms: number): string {
  return `${clock(ms - (ms % 1_000))}.${String(ms % 1_000).padStart(3, '0')}`;
}
