import type { CallLine } from './calls/call-line.ts';
import { type Html, html, length, moment, page, section, table } from './source/html.ts';
import { callLists, card, coverageSection, findingsSection, footer, gradeOf, statuses, verdict } from './source/page-parts.ts';
import type { ArchiveReport } from './source/report.ts';
import { statementCards, statementHead, statementSections } from './statement/page.ts';
import type { Statement } from './statement/statement.ts';

/** Writes the page about a whole archive: the statement, then its contents. */
export function archivePage(report: ArchiveReport, statement: Statement, shown: ReadonlyMap<string, readonly CallLine[]>): string {
  const { archive, createdAt, unfinished } = report;
  return page(
    `Archive ${archive}`,
    statementHead(statement),
    html`<header><h1>Archive <code>${archive}</code></h1>\n<p class="soft">Made on ${moment(createdAt)}. Readings, findings and repairs come from its log; all numbers of recordings come from its catalog, which is made from the bags. No file was checked for this page: <code>longplay verify</code> does that.</p></header>\n`,
    verdict(report.checks),
    cards(report, statement),
    unfinished.length === 0
      ? html``
      : html`<p class="sev-warning">Unfinished: ${unfinished.join(', ')}. Import the same source again to complete them.</p>\n`,
    ...statementSections(statement),
    statuses(report.calls),
    importers(report),
    imports(report),
    coverageSection(report.calls, report.coverage),
    findingsSection(report.findings),
    callLists(shown, report.calls),
    footer(report.files, report.tool, report.writtenAt),
  );
}

function cards({ totals, unheard, doubtful, calls }: ArchiveReport, statement: Statement): Html {
  const missing = calls.byStatus.find(({ status }) => status === 'row-without-audio')?.recordings ?? 0;
  return html`<div class="cards">${[
    card(totals.recordings, 'recordings'),
    card(totals.bags, 'bags'),
    ...statementCards(statement),
    card(length(totals.durationMs), 'of calls with audio'),
    card(totals.originals, 'originals'),
    card(totals.copies, 'access copies'),
    ...((totals.erasedFiles ?? 0) === 0 ? [] : [card(totals.erasedFiles ?? 0, 'audio files erased')]),
    card(missing, 'rows without audio', missing > 0),
    card(unheard, 'with a file but without sound', unheard > 0),
    card(doubtful, 'doubtful', doubtful > 0),
  ]}</div>\n`;
}

function importers({ importers: all, codecs }: ArchiveReport): Html {
  const rows = all.map(({ id, title, grade, recordings }) => [title, html`<code>${id}</code>`, gradeOf(grade), recordings]);
  const kinds = codecs.map(({ value, count }) => [value === '' ? 'no known audio' : value, count] as const);
  return section(
    'importers',
    'Origin of the recordings',
    table([{ title: 'importer' }, { title: 'id' }, { title: 'grade' }, { title: 'recordings', number: true }], rows, 'report.json'),
    html`<h3>Codecs</h3>\n`,
    table([{ title: 'codecs of a recording' }, { title: 'recordings', number: true }], kinds, 'report.json'),
  );
}

function imports({ imports: all }: ArchiveReport): Html {
  const columns = [
    { title: 'started' },
    { title: 'finished' },
    { title: 'importer' },
    { title: 'planned', number: true },
    { title: 'imported', number: true },
    { title: 'not imported', number: true },
    { title: 'not playable', number: true },
    { title: 'doubtful', number: true },
    { title: 'job' },
  ] as const;
  const rows = all.map((one) => [
    moment(one.startedAt),
    one.finishedAt === null ? 'not yet' : moment(one.finishedAt),
    one.importer,
    one.planned,
    one.imported,
    one.notImported,
    one.notPlayable,
    one.doubtful,
    one.jobId,
  ]);
  return section(
    'imports',
    'Imports',
    html`<p>Each import has its own report below <code>reports/</code> of the archive, unless it was deleted.</p>\n`,
    table(columns, rows, 'report.json'),
  );
}
