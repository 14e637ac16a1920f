import type { SubjectAnswer } from '../../cases/edit/find-subject.ts';
import { neverSearched } from '../../cases/person/kept-kinds.ts';
import type { CaseHits } from '../../cases/person/search-cases.ts';
import type { LogHits } from '../../cases/person/search-log.ts';
import type { SearchedTable } from '../../cases/person/search-tables.ts';
import type { Hit } from '../../cases/person/text-hits.ts';
import { agree } from '../../core/base/agree.ts';
import { withResult } from '../../core/base/with-result.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { table } from '../report/units.ts';

/** Prints the results in two tables, certain and uncertain. */
export async function* subjectTables<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: CommonOptions,
  reporter: { text(text: string): void },
): AsyncGenerator<PipelineEvent, Outcome> {
  const rows: Record<string, string[][]> = { certain: [], uncertain: [] };
  const tables: string[][] = [];
  const messages: string[][] = [];
  const cases: string[][] = [];
  const details: string[][] = [];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result' && event.of === 'subject') rows[String(event.value.sureness)]?.push(rowOf(event.value));
    if (event.type === 'result' && event.of === 'subject-table') tables.push(tableRow(event.value));
    if (event.type === 'result' && event.of === 'subject-message') messages.push(messageRow(event.value));
    if (event.type === 'result' && event.of === 'subject-case') cases.push(caseRow(event.value));
    if (event.type === 'result' && event.of === 'subject-log') details.push(detailRow(event.value));
    yield event;
  }
  if (options.json !== true) {
    for (const [sureness, title] of [
      ['certain', 'Certain:'],
      ['uncertain', 'Not certain; a person must look at these:'],
    ] as const)
      if ((rows[sureness] ?? []).length > 0)
        reporter.text(`${title}\n${table([['start', 'id', 'system', 'status', 'found in', 'because'], ...(rows[sureness] ?? [])])}\n`);
    if (tables.length > 0)
      reporter.text(`In kept tables of the recorders:\n${table([['table', 'certain lines', 'uncertain', 'first', 'because'], ...tables])}\n`);
    if (messages.length > 0)
      reporter.text(`In messages of cases:\n${table([['time', 'message', 'kind', 'certain', 'found in', 'because'], ...messages])}\n`);
    if (cases.length > 0)
      reporter.text(
        `In the cases themselves; \`longplay case delete ARCHIVE CASE\` erases a case that is no longer needed:\n${table([['case', 'certain', 'found in', 'because'], ...cases])}\n`,
      );
    if (details.length > 0)
      reporter.text(`In notes, and in details of log entries:\n${table([['entry', 'type', 'certain', 'found in', 'to erase it'], ...details])}\n`);
  }
  return taken.result();
}

function rowOf(value: Readonly<Record<string, unknown>>): string[] {
  // As yielded by `findSubject`.
  const found = value as {
    readonly start: string | null;
    readonly startCertainty: string | null;
    readonly recordingId: string;
    readonly importer: string;
    readonly status: string;
    readonly hits: readonly Hit[];
  };
  const start = found.start === null ? 'unknown' : `${found.start.slice(0, 19).replace('T', ' ')}${found.startCertainty === 'exact' ? 'Z' : '~'}`;
  const [first] = found.hits;
  const more = found.hits.length > 1 ? ` and ${found.hits.length - 1} more` : '';
  return [start, found.recordingId.slice(0, 13), found.importer, found.status, `${first?.field ?? ''}${more}`, first?.why ?? ''].map(printable);
}

function tableRow(value: Readonly<Record<string, unknown>>): string[] {
  // As yielded by `findSubject`.
  const { bag, path, certain, uncertain, hits } = value as unknown as SearchedTable;
  const [first] = hits;
  return [`bags/${bag}/${path}`, count(certain), count(uncertain), first?.field ?? '', first?.why ?? ''].map(printable);
}

function messageRow(value: Readonly<Record<string, unknown>>): string[] {
  // As yielded by `findSubject`.
  const found = value as {
    readonly case: string;
    readonly key: string;
    readonly channel: string;
    readonly time: string | null;
    readonly sureness: string;
    readonly hits: readonly Hit[];
  };
  const [first] = found.hits;
  const more = found.hits.length > 1 ? ` and ${found.hits.length - 1} more` : '';
  const sure = found.sureness === 'certain' ? 'yes' : 'NO';
  return [found.time ?? 'unknown', `${found.case}:${found.key}`, found.channel, sure, `${first?.field ?? ''}${more}`, first?.why ?? ''].map(
    printable,
  );
}

function caseRow(value: Readonly<Record<string, unknown>>): string[] {
  // As yielded by `findSubject`.
  const found = value as unknown as CaseHits;
  return [found.case, sureText(found.sureness), placesText(found.hits), found.hits[0]?.why ?? ''].map(printable);
}

function detailRow(value: Readonly<Record<string, unknown>>): string[] {
  // As yielded by `findSubject`.
  const found = value as unknown as LogHits;
  return [count(found.seq), found.type, sureText(found.sureness), placesText(found.hits), erasingStep(found)].map(printable);
}

/** Returns the command that erases the details of an entry, and those of no other entry if that is possible. */
function erasingStep({ seq, note, noteKind, who, isShared }: LogHits): string {
  if (note !== null) return `longplay ${noteKind ?? 'note'} erase ARCHIVE ${note}`;
  const which = !isShared ? `--entry ${seq}` : who === null ? '--before TIME' : `--who ${who}`;
  return `longplay log forget ARCHIVE ${which} --reason TEXT`;
}

function sureText(sureness: string): string {
  return sureness === 'certain' ? 'yes' : 'NO';
}

function placesText(hits: readonly Hit[]): string {
  return `${hits[0]?.field ?? ''}${hits.length > 1 ? ` and ${hits.length - 1} more` : ''}`;
}

/** Describes what was searched and what could not be. */
export function subjectText(answer: SubjectAnswer): string {
  const { certain, uncertain, inTables, inMessages, inCases, inLog, spellings, register, searched, notSearched, caseId, copiedMessages } = answer;
  const list = (items: readonly string[]): string[] => items.map((item) => `- ${printable(item)}`);
  return [
    `${counted(certain, 'recording')} for certain, ${counted(uncertain, 'recording')} perhaps, of ${count(searched.recordings)} in ${counted(searched.bags, 'bag')}.`,
    ...(searched.tables === 0
      ? []
      : [
          `${counted(inTables.certain, 'line')} for certain, ${counted(inTables.uncertain, 'line')} perhaps, in ${counted(searched.tables, 'kept table')}.`,
        ]),
    ...(searched.messages === 0
      ? []
      : [
          `${counted(inMessages.certain, 'message')} for certain, ${counted(inMessages.uncertain, 'message')} perhaps, of ${count(searched.messages)} in cases.`,
        ]),
    ...(inCases.certain + inCases.uncertain === 0
      ? []
      : [
          `${counted(inCases.certain, 'case')} for certain, ${counted(inCases.uncertain, 'case')} perhaps, which name the person outside of their messages.`,
        ]),
    ...(inLog.certain + inLog.uncertain === 0
      ? []
      : [
          `${counted(inLog.certain, 'log entry', 'log entries')} for certain, ${counted(inLog.uncertain, 'log entry', 'log entries')} perhaps, with details that name the person.`,
        ]),
    ...(caseId === null
      ? []
      : [`They are in case ${caseId}${copiedMessages === 0 ? '' : `, with copies of ${counted(copiedMessages, 'message')}`}.`]),
    ...(register === null
      ? []
      : [
          `The entry ${printable(register.key)} of the register decided.`,
          ...(register.lacks.length === 0 ? [] : ['It lacks:', ...list(register.lacks)]),
        ]),
    'Looked for:',
    ...list(spellings),
    'Searched:',
    ...list(searched.fields),
    'Could NOT be searched:',
    ...list(gapsText(notSearched)),
  ].join('\n');
}

/** Lists what could not be searched. */
function gapsText(notSearched: SubjectAnswer['notSearched']): string[] {
  const { unreadable, unreachable, missingBags, leftOutBags, unreadableTables, closedTables, closedNumbers, closedSources, encrypted, nameless } =
    notSearched;
  const { unreadableMessages, closedMessages, outdatedCases, unreadableDetails, closedDetails } = notSearched;
  return [
    ...(unreadable > 0 ? [`${counted(unreadable, 'recording')} whose recording.json cannot be read`] : []),
    ...(unreachable > 0 ? [`${counted(unreachable, 'recording')} with files that cannot be read now: run again`] : []),
    ...(missingBags > 0 ? [`${counted(missingBags, 'bag')} that the log names but that are missing`] : []),
    ...(leftOutBags > 0
      ? [
          agree`${count(leftOutBags)} bag[s] that [is|are] in an earlier state (E109, K217): none of [its|their] recordings was searched; follow the step of the finding, then search again`,
        ]
      : []),
    ...(unreadableTables > 0 ? [agree`${count(unreadableTables)} kept table[s] that [is|are] damaged or missing`] : []),
    ...(closedTables > 0 ? [agree`${count(closedTables)} kept table[s] that [is|are] not text, or that cannot be read now`] : []),
    ...(closedNumbers > 0 ? [`numbers that the recorder masked or a spreadsheet cut, in ${counted(closedNumbers, 'recording')}`] : []),
    ...(closedSources > 0 ? [`rows or sidecars that are not text, of ${counted(closedSources, 'recording')}`] : []),
    ...(nameless > 0 ? [agree`${count(nameless)} recording[s] that [names|name] nobody: it is unknown who speaks in them`] : []),
    ...(encrypted > 0 ? [`${counted(encrypted, 'recording')} that the recorder encrypted`] : []),
    ...(unreadableMessages > 0 ? [agree`${count(unreadableMessages)} case[s] or file[s] of messages that [is|are] damaged or missing`] : []),
    ...(closedMessages > 0 ? [agree`${count(closedMessages)} case[s] or file[s] of messages that cannot be opened now`] : []),
    ...(outdatedCases > 0
      ? [
          agree`${count(outdatedCases)} case[s] in an older state (C125): what was added since was NOT searched; longplay replica repair ARCHIVE, then search again`,
        ]
      : []),
    ...(unreadableDetails > 0 ? [agree`details of ${count(unreadableDetails)} log entr[y|ies] that [is|are] missing or altered`] : []),
    ...(closedDetails > 0 ? [agree`details of ${count(closedDetails)} log entr[y|ies] that the keyring cannot open`] : []),
    ...neverSearched,
  ];
}
