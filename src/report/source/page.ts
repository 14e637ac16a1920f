import { gradeMeaning } from '../../core/model/grade.ts';
import type { RowAccount } from '../../core/model/source-account.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { CallLine } from '../calls/call-line.ts';
import { bucketWords, statusTexts } from '../calls/status-words.ts';
import { type Html, html, length, moment, nothing, page, section, table } from './html.ts';
import {
  acceptedSection,
  callLists,
  card,
  coverageSection,
  findingsSection,
  footer,
  gradeOf,
  marksSection,
  statuses,
  verdict,
} from './page-parts.ts';
import type { SourceReport } from './report.ts';

/** Title of each kind of report, and the limits of its statements. */
const kinds: Readonly<Record<SourceReport['of'], readonly [title: string, note: string]>> = {
  survey: ['Survey', 'Nothing was imported. Data about audio come from file headers; an import decodes every file and may find more.'],
  'dry-run': ['Dry run of an import', 'Nothing was imported, and no audio was examined: the statuses are match statuses, from metadata.'],
  import: ['Import', 'Every audio file was decoded if there is a decoder for it; the statuses are final.'],
  again: [
    'Import that found nothing new',
    'All of the source is already in the archive, compared by rows, names, sizes and time stamps of files, and by their bytes if a time stamp differs. Nothing was added.',
  ],
};

/** Writes the page of a survey, a dry run or an import. */
export function sourcePage(report: SourceReport, shown: ReadonlyMap<string, readonly CallLine[]>): string {
  const [kind, note] = kinds[report.of];
  const name = printable(report.sources.join(', '));
  const facts = [
    ['Source', name],
    ['Site', report.site],
    ['Read', moment(report.readAt)],
    ...(report.jobId === null ? [] : [['Job', report.jobId]]),
    ...(report.archive === null ? [] : [['Archive', report.archive]]),
  ].map(([term = '', value = '']) => html`<dt>${term}</dt><dd>${value}</dd>`);
  return page(
    `${kind}: ${name}`,
    html`<header><h1>${kind}: ${name}</h1>\n<p class="soft">${note}</p>\n<dl>${facts}</dl></header>\n`,
    verdict(report.checks),
    cards(report),
    importers(report),
    statuses(report.calls),
    files(report),
    tables(report),
    unread(report),
    coverageSection(report.calls, report.coverage),
    marksSection(report.calls, report.silent),
    findingsSection(report.findings),
    acceptedSection(report.accepted ?? []),
    callLists(shown, report.calls),
    footer(report.files, report.tool, report.writtenAt),
  );
}

/** Returns key figures about the rows of a later table, by their relation to the archive. */
function rowCards({ of, calls: { byStanding }, account: { recordingsTotal } }: SourceReport, rows: RowAccount): Html {
  const some = (number: number, text: string, isBad = false): Html[] => (number === 0 ? [] : [card(number, text, isBad)]);
  const shown = [
    card(rows.added, of === 'dry-run' ? 'rows would be added to recordings' : 'rows added to recordings'),
    card(byStanding.amended ?? 0, of === 'dry-run' ? 'recordings would be described again' : 'recordings described again'),
    card(recordingsTotal, 'recordings that rows describe'),
    ...some(rows.known, 'rows with nothing new'),
    ...some(rows.withoutRecording, 'rows without a recording'),
    ...some(rows.several, 'rows that match several recordings', true),
    ...some(rows.contradicting, 'rows that contradict earlier ones', true),
    ...some(rows.unreadable, 'rows that could not be read', true),
    ...some(rows.repeated, 'repetitions of other rows'),
    ...some(byStanding['not-imported'] ?? 0, 'recordings NOT described again', true),
  ];
  return html`<div class="cards">${shown}</div>\n`;
}

function cards(report: SourceReport): Html {
  const { of, calls, account, result, unread } = report;
  const { total } = unread;
  if (account.rows !== undefined) return rowCards(report, account.rows);
  const of1 = (status: string): number => account.recordings[status] ?? 0;
  const standing = calls.byStanding;
  const taken = of === 'dry-run' ? 'would be imported' : 'imported by this job';
  const shown = [
    card(account.recordingsTotal, 'recordings'),
    card(length(calls.durationMs), 'of calls with audio'),
    ...(of === 'survey'
      ? []
      : [
          card((standing.new ?? 0) + (standing.changed ?? 0), taken),
          card((standing.archived ?? 0) + (standing.amended ?? 0), 'already in the archive'),
        ]),
    ...((standing.amended ?? 0) > 0 ? [card(standing.amended ?? 0, 'of these described again')] : []),
    ...((standing.repeated ?? 0) > 0 ? [card(standing.repeated ?? 0, 'duplicates, kept once')] : []),
    ...((standing.changed ?? 0) > 0 ? [card(standing.changed ?? 0, 'changed since the last import')] : []),
    ...((standing['not-imported'] ?? 0) > 0 ? [card(standing['not-imported'] ?? 0, 'NOT imported', true)] : []),
    card(of1('row-without-audio'), 'rows without audio', of1('row-without-audio') > 0),
    ...(of1('unreadable-audio') > 0 ? [card(of1('unreadable-audio'), 'with unreadable audio', true)] : []),
    ...(result === null ? [] : [card(result.notPlayable ?? 0, 'originals without an access copy', (result.notPlayable ?? 0) > 0)]),
    ...(result === null ? [] : [card(result.doubtful ?? 0, 'doubtful originals', (result.doubtful ?? 0) > 0)]),
    ...(total > 0 ? [card(total, 'parts of the source not read', true)] : []),
  ];
  return html`<div class="cards">${shown}</div>\n`;
}

function importers({ importers: all, options, clocks, calls }: SourceReport): Html {
  const rows = all.map(({ id, title, grade, evidence }) => [
    title,
    html`<code>${id}</code>`,
    html`${gradeOf(grade)} ${gradeMeaning[grade]}`,
    evidence,
    calls.byImporter[id] ?? 0,
  ]);
  const columns = [
    { title: 'importer' },
    { title: 'id' },
    { title: 'grade' },
    { title: 'recognised by' },
    { title: 'recordings', number: true },
  ] as const;
  const said = Object.entries(options).map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`);
  const times = clocks.map((each) => html`<li>${each}</li>`);
  return section(
    'importers',
    'How it was read',
    table(columns, rows, 'report.json'),
    said.length === 0 ? html`<p>No option affected the result.</p>\n` : html`<h3>Options</h3><dl>${said}</dl>\n`,
    times.length === 0 ? nothing : html`<h3>Clocks of the sources</h3><ul>${times}</ul>\n`,
  );
}

function files({ account: { byBucket, files: number, bytes } }: SourceReport): Html {
  const meaning = new Map<string, string>([
    ...Object.keys(statusTexts).map((status) => [status, `audio of recordings that are ${status}`] as const),
    ...Object.entries(bucketWords),
  ]);
  const rows = byBucket.map(({ bucket, files: count, bytes: size }) => [bucket, count, size, meaning.get(bucket) ?? '']);
  const columns = [{ title: 'kind' }, { title: 'files', number: true }, { title: 'bytes', number: true }, { title: 'meaning' }] as const;
  return section(
    'files',
    'Files by kind',
    html`<p>${counted(number, 'file')}, ${counted(bytes, 'byte')}.</p>\n`,
    table(columns, rows, 'report.json'),
  );
}

function tables({ account }: SourceReport): Html {
  if (account.tables.length === 0) return nothing;
  const rows = account.tables.map(({ path, unit, records, byStatus }) => {
    const parts = Object.entries(byStatus).map(([status, calls]) => `${count(calls ?? 0)} ${status}`);
    return [path, unit, records, parts.join(', ')];
  });
  const columns = [{ title: 'table' }, { title: 'of' }, { title: 'records', number: true }, { title: 'outcome' }] as const;
  return section('tables', 'Tables', table(columns, rows, 'report.json'));
}

function unread({ unread: { total, shown } }: SourceReport): Html {
  if (total === 0) return section('unread', 'What could not be read', html`<p>All of the source could be read.</p>\n`);
  const rows = shown.map(({ code, place, message }) => [html`<code>${code}</code>`, place, message]);
  const rest = total > shown.length ? html`<p class="more">The first ${shown.length} of ${total}.</p>\n` : nothing;
  return section('unread', 'What could not be read', rest, table([{ title: 'code' }, { title: 'place' }, { title: 'what' }], rows, 'report.json'));
}
