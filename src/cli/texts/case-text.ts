import type { DueState } from '../../archive/documents/case-due.ts';
import type { ShownCase } from '../../cases/edit/edit-case.ts';
import type { CaseExported } from '../../cases/hand-over/case-exported.ts';
import { sidesText } from '../../cases/hand-over/case-tables.ts';
import { whatDecided } from '../../cases/store/decisions.ts';
import { stateWords } from '../../cases/store/review-state.ts';
import { orderWords, type Timeline, type TimelineRow } from '../../cases/timeline/timeline.ts';
import { agree } from '../../core/base/agree.ts';
import { withResult } from '../../core/base/with-result.ts';
import { printable } from '../../core/words/printable.ts';
import { counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Reporter } from '../report/reporter.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { duration, table } from '../report/units.ts';
import { dueText } from './due-text.ts';

/** Prints the cases that a pipeline yields as a table. */
export async function* casesTable<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, Outcome> {
  const rows: string[][] = [['case', 'opened', 'recordings', 'messages', 'deadline', 'title']];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result') {
      const { id, createdAt, recordings, messages, title, due, daysLeft, metAt } = event.value;
      // As yielded by `listCases`.
      const state = { due, daysLeft, metAt } as DueState;
      rows.push([id, String(createdAt).slice(0, 10), recordings, messages, dueText(state) || '-', title].map((cell) => printable(String(cell))));
    }
    yield event;
  }
  if (rows.length > 1 && options.json !== true) reporter.text(table(rows));
  return taken.result();
}

/** Formats a case as a page for the terminal. */
export function caseText({ document, handOvers, review, ...stand }: ShownCase): string {
  const {
    id,
    title,
    createdAt,
    createdBy,
    country,
    subject,
    recordings,
    removed,
    decisions = [],
    reviews = [],
    deadlines = [],
    messages,
    comparisons = [],
  } = document;
  const due = dueText(stand);
  const head = [
    ['case', id],
    ['title', title],
    ['opened', `${createdAt}${createdBy === null ? '' : ` by ${createdBy}`}`],
    ...(country === null ? [] : [['country', `+${country}`]]),
    ...(subject === null ? [] : [['about', subject.join(', ')]]),
    ...(due === '' ? [] : [['deadline', due]]),
    ['hand-overs', handOvers === 0 ? 'none' : String(handOvers)],
    [
      'review',
      `${review.unreviewed} of ${counted(review.items, 'item')} not reviewed; ${review.privileged} privileged, ${review.notRelevant} not relevant, ${review.released} released`,
    ],
  ];
  const reviewed = reviews.map(({ item, state, reason, at, by }) => [item, stateWords(state), at.slice(0, 16), by ?? '', reason]);
  const days = deadlines.map(({ due: day, reason, at, by }) => [day ?? 'none', at.slice(0, 16), by ?? '', reason]);
  const rows = recordings.flatMap(({ recordingId, reasons }) =>
    reasons.map(({ kind, detail, at, by }, index) => [index === 0 ? recordingId : '', kind, at.slice(0, 16), by ?? '', detail]),
  );
  const gone = removed.map(({ recordingId, reason, at, by }) => [recordingId, at.slice(0, 16), by ?? '', reason]);
  const decided = decisions.map(({ recordingId, party, reason, at, by, ...one }) => [
    recordingId,
    whatDecided(one),
    party ?? 'the recording',
    at.slice(0, 16),
    by ?? '',
    reason,
  ]);
  const files = messages.map(({ set, kind, name, messages: number, importedAt }) => [
    `m${set}`,
    kind,
    importedAt.slice(0, 16),
    counted(number, 'message'),
    name,
  ]);
  const compared = comparisons.map(({ at, by, name, sha256, counts }) => [
    at.slice(0, 16),
    by ?? '',
    name,
    `SHA-256 ${sha256.slice(0, 16)}…`,
    agree`${counts.rows} row[s]: ${counts.found} found, ${counts.outside} outside, ${counts.perhaps} perhaps, ${counts.missing} not found, ${counts.unread} not read`,
  ]);
  const shown = (cells: string[][]): string => table(cells.map((row) => row.map(printable)));
  return [
    shown(head),
    counted(recordings.length, 'recording'),
    ...(rows.length > 0 ? [shown(rows)] : []),
    ...(gone.length > 0 ? [`${counted(gone.length, 'recording')} taken out`, shown(gone)] : []),
    ...erasedLines(document, shown),
    ...(decided.length > 0 ? [counted(decided.length, 'decision'), shown(decided)] : []),
    ...(reviewed.length > 0 ? [counted(reviewed.length, 'review'), shown(reviewed)] : []),
    ...(days.length > 1 ? [counted(days.length, 'deadline'), shown(days)] : []),
    counted(files.length, 'file of messages', 'files of messages'),
    ...(files.length > 0 ? [shown(files)] : []),
    ...(compared.length > 0 ? [`compared with ${counted(compared.length, 'list')}`, shown(compared)] : []),
  ].join('\n');
}

/** Lists what was erased from a case. @param shown makes a table of cells */
function erasedLines({ erased = [], erasedMessages = [] }: ShownCase['document'], shown: (cells: string[][]) => string): string[] {
  const recordings = erased.map(({ at, request }) => [at.slice(0, 16), `request ${request}`]);
  const messages = erasedMessages.map(({ key, at, request }) => [key, at.slice(0, 16), `request ${request}`]);
  return [
    ...(recordings.length > 0 ? [`${counted(recordings.length, 'recording')} erased`, shown(recordings)] : []),
    ...(messages.length > 0 ? [`${counted(messages.length, 'message')} erased`, shown(messages)] : []),
  ];
}

/** Describes what a masked export omits, and who can still be heard in it. */
export function maskedWords({ othersHeard, recordings }: Pick<CaseExported, 'othersHeard' | 'recordings'>): string {
  const texts = "Others' numbers, names and ids are masked in all texts and names of files.";
  return othersHeard === 0
    ? `${texts} Their channels are muted where a recording has sound.`
    : `${texts} Others are HEARD in ${othersHeard} of ${counted(recordings, 'recording')}: their voices and words are not masked.`;
}

/** Formats a timeline for the terminal. */
export function timelineText({
  placed,
  local,
  undated,
  gaps,
  moreGaps,
  lost,
  unanswered,
  outside,
  moreOutside,
  notLooked,
  overlaps,
}: Timeline): string {
  const lines: string[] = [];
  const rows = [...placed, ...local, ...undated];
  if (rows.length === 0) return 'The case is empty.';
  lines.push(table([['when (UTC)', 'length', 'system', 'dir', 'from', 'to', 'what', 'simultaneous with'], ...rows.map(cellsOf)]));
  lines.push(
    '',
    orderWords,
    '',
    `${counted(rows.length, 'row')}, ${counted(overlaps, 'overlap')}, ${counted(gaps.length + moreGaps, 'gap')}${gaps.length === 0 ? '' : ` of ${counted(lost, 'recording')}`}.`,
  );
  if (unanswered > 0) lines.push(`${counted(unanswered, 'call')} without sound: unanswered, or not to be recorded; these are not gaps.`);
  if (gaps.length > 0) {
    lines.push('', 'Gaps, and what would fill them:');
    const cells = gaps.map(({ from, to, parties, why, entry, sureness, system }) => [
      `${from.slice(0, 19).replace('T', ' ')}Z${sureness === 'exact' ? '' : sureness === 'assumed' ? ' ~' : ' ?'}`,
      from === to ? 'a moment' : duration(Date.parse(to) - Date.parse(from)),
      parties.join(', '),
      system,
      `${why} [${entry.slice(0, 13)}]`,
    ]);
    lines.push(table([['from', 'length', 'of whom', 'to be recorded by', 'shown by'], ...cells.map((row) => row.map(printable))]));
    if (moreGaps > 0) lines.push(`and ${counted(moreGaps, 'more gap')}.`);
  }
  if (outside.length > 0) {
    lines.push('', 'Recorded, and not in the case:');
    const cells = outside.map(({ from, to, parties, recordings }) => [
      `${from.slice(0, 19).replace('T', ' ')}Z`,
      from === to ? 'a moment' : duration(Date.parse(to) - Date.parse(from)),
      parties.join(', '),
      `${recordings.length}: ${recordings
        .slice(0, 3)
        .map((id) => id.slice(0, 13))
        .join(' ')}${recordings.length > 3 ? ' …' : ''}`,
    ]);
    lines.push(table([['from', 'length', 'whom', 'recordings'], ...cells.map((row) => row.map(printable))]));
    if (moreOutside > 0) lines.push(`and ${counted(moreOutside, 'more time')}.`);
  }
  if (notLooked > 0) lines.push('', `Not searched for recordings outside the case, because there are too many: ${counted(notLooked, 'more time')}.`);
  return lines.join('\n');
}

function cellsOf(row: TimelineRow): string[] {
  const { from, to } = sidesText(row);
  const what =
    row.kind === 'message'
      ? `${row.text.replace(/\s+/g, ' ').slice(0, 60)} [${row.key}]`
      : [`${row.status}${row.hasAudio ? '' : ', NO SOUND'} [${row.key.slice(0, 13)}]`, ...(row.decided ?? [])].join('; ');
  return [
    whenOf(row),
    row.lengthMs === null ? '-' : duration(row.lengthMs),
    row.system,
    row.direction === '' || row.direction === 'unknown' ? '-' : row.direction.slice(0, 3),
    from || '-',
    to || '-',
    what,
    row.overlaps.map((one) => `${one.with.slice(0, 8)}${one.certain ? '' : '?'}`).join(' '),
  ].map(printable);
}

function whenOf({ time, at, reading }: TimelineRow): string {
  if (at !== null) {
    const mark = time.placement === 'ambiguous' ? (reading === 'first' ? ' 1/2' : ' 2/2') : time.placement === 'assumed' ? ' ~' : '';
    return `${at.slice(0, 19).replace('T', ' ')}Z${mark}`;
  }
  return time.local === null ? 'unknown' : `${time.local.slice(0, 19).replace('T', ' ')} no zone`;
}
