import { counted } from '../../core/words/quantity.ts';
import type { CallLine } from '../calls/call-line.ts';
import { type Coverage, periods } from '../calls/coverage.ts';
import { type SilentMark, silenceText, silentRule } from '../calls/silent-marks.ts';
import { byConcern, statusTexts } from '../calls/status-words.ts';
import { type CallNumbers, linesShown } from '../calls/tally.ts';
import { calendar } from './calendar.ts';
import { type Html, html, length, moment, nothing, section, table, words } from './html.ts';
import type { Accepted, FindingCount, ReportFile, SumCheck } from './report.ts';

// Sections that the page of a source and the page of an archive share.

/** Statement on personal data that every page has. */
export const privacyWords =
  'This report names recordings by the keys, files and rows that the recorder gave them, with places and times. It does not include telephone numbers or names of people ' +
  'from the fields for them. But recorders write numbers into file names and keys, and names of devices, agents and queues can identify a person: show this page only to people who may ' +
  'see the recordings.';

/** Shows the sums at the top, in green if both sides agree. */
export function verdict(checks: readonly SumCheck[]): Html {
  const agree = checks.every(({ input, accounted }) => input === accounted);
  const lines = checks.map(({ what, input, accounted }) =>
    input === accounted
      ? html`<li><b class="ok">✓</b> ${input} ${what}, ${accounted} accounted for.</li>`
      : html`<li><b class="not">✗</b> ${input} ${what}, ${accounted} accounted for: <b class="not">the sums do not agree</b>.</li>`,
  );
  return html`<div class="verdict${agree ? '' : ' bad'}"><ul>${lines}</ul></div>\n`;
}

/** Shows a key figure. */
export function card(value: number | string, label: string, isWarning = false): Html {
  return html`<div class="card${isWarning ? ' warn' : ''}"><b>${value}</b><span>${label}</span></div>`;
}

/** Shows a grade. */
export function gradeOf(grade: string | null): Html {
  return grade === null ? html`<span class="soft">unknown in this version</span>` : html`<span class="grade ${grade}">${grade}</span>`;
}

/** Shows recordings by status, each linked to its list. */
export function statuses({ byStatus }: CallNumbers): Html {
  const rows = byStatus.map(({ status, recordings, withAudio, durationMs }) => [
    html`<a href="#status-${status}">${status}</a>`,
    recordings,
    withAudio,
    length(durationMs),
    wordsOf(status),
  ]);
  const columns = [
    { title: 'status' },
    { title: 'recordings', number: true },
    { title: 'with audio', number: true },
    { title: 'audio', number: true },
    { title: 'meaning' },
  ] as const;
  return section('statuses', 'Recordings by status', table(columns, rows, 'report.json'));
}

function wordsOf(status: string): string {
  return new Map<string, { readonly short: string }>(Object.entries(statusTexts)).get(status)?.short ?? '';
}

/** Shows when calls were made, and conspicuous days. */
export function coverageSection(calls: CallNumbers, coverage: Coverage): Html {
  const { firstStart, lastStart, withoutStart, uncertainStart } = calls;
  if (firstStart === null || lastStart === null) return section('coverage', 'Calls over time', html`<p>No recording has a known start.</p>\n`);
  const { months, days, thin, rule } = coverage;
  const range = html`<p>From ${moment(firstStart)} to ${moment(lastStart)}; calls on ${counted(days.length, 'day')}. Days are in UTC if a call’s UTC time is known, otherwise in the recorder’s local time.</p>\n`;
  const unsure =
    withoutStart + uncertainStart === 0
      ? nothing
      : html`<p>${counted(withoutStart, 'recording')} without a known start; the start of ${uncertainStart} is not certain (no zone, or ambiguous because of a clock change).</p>\n`;
  const isLong = months.length > 240;
  const rows = (isLong ? periods(days, 'year') : months).map(({ period, calls: count, withAudio, durationMs, days: active }) => [
    period,
    count,
    withAudio,
    length(durationMs),
    active,
  ]);
  const columns = [
    { title: isLong ? 'year' : 'month' },
    { title: 'calls', number: true },
    { title: 'with audio', number: true },
    { title: 'audio', number: true },
    { title: 'days with calls', number: true },
  ] as const;
  return section(
    'coverage',
    'Calls over time',
    range,
    unsure,
    html`<h3>Days with few calls or none</h3>\n`,
    thin.length === 0 ? html`<p>No day is conspicuous.</p>\n` : thinTable(coverage),
    html`<p class="soft">${words(rule)}</p>\n`,
    calendar(days, thin),
    html`<details${months.length <= 36 ? { html: ' open' } : nothing}><summary>By ${isLong ? 'year' : 'month'}</summary>${table(columns, rows, 'report.json')}</details>\n`,
  );
}

function thinTable({ thin }: Coverage): Html {
  const rows = thin.map(({ from, to, days, calls, usualCalls, withAudio, usualWithAudio }) => [
    from === to ? from : `${from} to ${to}`,
    days,
    calls,
    usualCalls,
    withAudio,
    usualWithAudio,
  ]);
  const columns = [
    { title: 'days' },
    { title: 'number', number: true },
    { title: 'calls', number: true },
    { title: 'usual', number: true },
    { title: 'with audio', number: true },
    { title: 'usual', number: true },
  ] as const;
  return table(columns, rows, 'report.json');
}

/** Shows recordings by channel, device, agent and queue, and which of these are silent. */
export function marksSection({ marks, marksBeyond }: CallNumbers, silent: readonly SilentMark[]): Html {
  if (marks.length === 0) return nothing;
  const names = [...new Set(marks.map(({ name }) => name))];
  const numbers = [
    { title: 'recordings', number: true },
    { title: 'calls on a day', number: true },
    { title: 'of them with audio', number: true },
  ] as const;
  const tables = names.map((name) => {
    const rows = marks
      .filter((mark) => mark.name === name)
      .map(({ value, recordings, calls, withAudio }) => [value, recordings, calls, withAudio] as const);
    return html`<details${rows.length <= 40 ? { html: ' open' } : nothing}><summary>${name}: ${rows.length}</summary>${table([{ title: name }, ...numbers], rows, 'report.json')}</details>\n`;
  });
  const beyond =
    marksBeyond === 0
      ? nothing
      : html`<p class="more">${marksBeyond} further mentions have other values than the first ${marks.length} and are not counted separately.</p>\n`;
  return section('marks', 'By device, agent and other values of the recorder', silentTable(silent), ...tables, beyond);
}

function silentTable(silent: readonly SilentMark[]): Html {
  const title = html`<h3>Falling silent, starting late, or without audio</h3>\n`;
  if (silent.length === 0) return html`${title}<p>None is conspicuous.</p>\n<p class="soft">${words(silentRule)}</p>\n`;
  const rows = silent.map((mark) => [mark.name, mark.value, silenceText(mark), mark.daysSilent, mark.usualCalls]);
  const columns = [
    { title: 'of' },
    { title: 'which' },
    { title: 'when' },
    { title: 'days', number: true },
    { title: 'calls at its own rate', number: true },
  ] as const;
  return html`${title}${table(columns, rows, 'report.json')}<p class="soft">${words(silentRule)}</p>\n`;
}

/** Lists findings by code. */
export function findingsSection(findings: readonly FindingCount[]): Html {
  const columns = [{ title: 'code' }, { title: 'number', number: true }, { title: 'severity' }, { title: 'what' }] as const;
  const rows = findings.map(({ code, severity, title, count }) => [
    html`<code>${code}</code>`,
    count,
    html`<span class="sev-${severity}">${severity}</span>`,
    title,
  ]);
  const body =
    rows.length === 0
      ? html`<p>None.</p>\n`
      : html`${table(columns, rows, 'report.json')}<p class="soft">Explanation of a code, with the next step: <code>longplay explain CODE</code></p>\n`;
  return section('findings', 'Findings', body);
}

/** Lists the differences that were reviewed and accepted, with the reason. */
export function acceptedSection(accepted: readonly Accepted[]): Html {
  if (accepted.length === 0) return nothing;
  const columns = [{ title: 'code' }, { title: 'found', number: true }, { title: 'accepted up to', number: true }, { title: 'reason' }] as const;
  const rows = accepted.map(({ code, found, atMost, reason }) => [html`<code>${code}</code>`, found, atMost, reason]);
  return section('accepted', 'Reviewed and accepted', table(columns, rows, 'report.json'));
}

/** Lists the first recordings of each status. */
export function callLists(shown: ReadonlyMap<string, readonly CallLine[]>, { byStatus }: CallNumbers): Html {
  const columns = [{ title: 'key' }, { title: 'start' }, { title: 'places' }, { title: 'reason' }, { title: 'rule of the match' }] as const;
  const lists = [...shown]
    .sort(([a], [b]) => byConcern(a, b))
    .map(([status, lines]) => {
      const total = byStatus.find((each) => each.status === status)?.recordings ?? lines.length;
      const rest =
        total > lines.length
          ? html`<p class="more">The first ${linesShown} of ${total}; all of them are in <code>recordings.csv</code> and <code>recordings.jsonl</code>.</p>\n`
          : nothing;
      return html`<details id="status-${status}"${status === 'matched' ? nothing : { html: ' open' }}><summary>${status}: ${total}</summary>${rest}${table(columns, lines.map(rowOf), 'recordings.csv')}</details>\n`;
    });
  return section('recordings', 'The recordings', ...lists);
}

/** Number of places per recording on a page. */
const placesShown = 4;

function rowOf({ key, start, startCertainty, places, rows, morePlaces, joined, status, reason, rule, standing }: CallLine): (string | Html)[] {
  const all = [...places, ...rows];
  const more = all.length - placesShown + morePlaces;
  const place = html`${all.slice(0, placesShown).map((each, at) => html`${at === 0 ? nothing : { html: '<br>' }}${each}`)}${more > 0 ? html`<br>and ${more} more` : nothing}`;
  const when = start === null ? 'unknown' : `${moment(start)}${startCertainty === 'exact' ? '' : ' (not certain)'}`;
  const why = [
    ...(standing === 'not-imported' ? ['not imported'] : []),
    ...(reason === null ? [] : [reason]),
    ...(joined === status ? [] : [`matched as ${joined}`]),
  ];
  return [html`<code>${key}</code>`, html`<span class="when">${when}</span>`, place, why.join('; '), rule];
}

/** Ends a page: its other files, the tool, and the statement on personal data. */
export function footer(files: readonly ReportFile[], tool: string, writtenAt: string): Html {
  const rows = files.map(({ name, sizeBytes, sha256 }) => [html`<a href="${name}">${name}</a>`, sizeBytes, html`<code>${sha256}</code>`]);
  return html`<footer>
<p>Other files of this report: <code>report.json</code> has the numbers above, <code>recordings.csv</code> and <code>recordings.jsonl</code> have every recording. Import the CSV with all columns as text.</p>
${table([{ title: 'file' }, { title: 'bytes', number: true }, { title: 'SHA-256' }], rows, 'report.json')}
<p>${words(privacyWords)}</p>
<p>Written by ${tool} on ${moment(writtenAt)}. The page loads nothing from other places.</p>
</footer>
`;
}
