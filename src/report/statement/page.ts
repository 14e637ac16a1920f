import { agree } from '../../core/base/agree.ts';
import { counted, periodText, sizeText } from '../../core/words/quantity.ts';
import { type Html, html, length, moment, nothing, section, table, words } from '../source/html.ts';
import { card } from '../source/page-parts.ts';
import { ageChart } from './age-chart.ts';
import { erasureLines } from './erasures.ts';
import { formatGradeLines } from './format-grades.ts';
import { keepingLines } from './keeping.ts';
import { keyringLines } from './keyring.ts';
import type { PlaceReading, Statement } from './statement.ts';
import {
  boundText,
  dayOf,
  detectionText,
  drillResult,
  lastPlayedText,
  overdueText,
  placeName,
  readingText,
  riskWords,
  shareLines,
  shareText,
  troubleText,
} from './words.ts';

// Statement sections of an archive's page. All are derived from `statement.json`.

const rest = 'statement.json';
/** Number of rows of strata that are shown initially. */
const openRows = 24;

/** Writes the first lines of the page: the last success, problems since then, and whether the statement is signed. */
export function statementHead(statement: Statement): Html {
  const { headline, lastSuccess, unsigned, log } = statement;
  const [trouble, overdue] = [troubleText(statement), overdueText(statement)];
  const well = lastSuccess !== null && trouble.length + overdue.length === 0;
  const lines = [...trouble, ...overdue.map((line) => `Overdue: ${line}`)].map((line) => html`<li><b class="not">✗</b> ${words(line)}</li>`);
  const signed =
    unsigned === null
      ? html`<p class="soft">Signed with key <code>${log.key ?? ''}</code>: <code>statement.note</code> is the signature of <code>statement.json</code>, which has the same numbers.</p>`
      : html`<p class="sev-warning">Unsigned: ${words(unsigned)}.</p>`;
  return html`<div class="verdict${well ? '' : ' bad'}"><ul><li><b>${words(headline)}</b></li>${lines}</ul></div>\n${signed}\n`;
}

/** Returns the key figures of a statement as HTML. */
export function statementCards({ account, playable }: Statement): readonly Html[] {
  const [primary] = account.places;
  if (primary === undefined) return [];
  return [
    card(
      `${shareText(primary.well, primary.bags)}`,
      `of the bags read within ${periodText(primary.periodMs)}, without known faults`,
      primary.well < primary.bags,
    ),
    card(primary.oldestAgeMs === null ? 'none' : periodText(primary.oldestAgeMs), 'longest time without a reading', primary.overdue > 0),
    card(shareText(playable.played, playable.recordings), 'of the recordings shown to play', playable.failed > 0),
    card(account.faults.length, 'bags with unrepaired damage', account.faults.length > 0),
  ];
}

/** Writes all sections. */
export function statementSections(statement: Statement): readonly Html[] {
  return [
    section(
      'reading',
      'Read when',
      html`<div class="places">${statement.account.places.map((place) => readingOf(place, statement.writtenAt))}</div>\n`,
    ),
    found(statement),
    ...(statement.account.erasures === undefined ? [] : [section('erasures', 'Erasures', list(erasureLines(statement.account.erasures)))]),
    ...(statement.keyring === undefined ? [] : [section('keyring', 'Keyring', list(keyringLines(statement.keyring)))]),
    ...(statement.keeping === undefined ? [] : [section('keeping', 'Holds and retention', list(keepingLines(statement.keeping)))]),
    playability(statement),
    codecRegister(statement),
    overdueSection(statement),
    proof(statement),
    actions(statement),
    section('assumptions', 'Assumptions', list(statement.assumptions)),
    section('not-covered', 'Not covered', list(statement.notCovered)),
  ];
}

function list(lines: readonly string[]): Html {
  return html`<ul>${lines.map((line) => html`<li>${words(line)}</li>\n`)}</ul>\n`;
}

function readingOf(place: PlaceReading, writtenAt: string): Html {
  const { replica, medium, lastSuccess, lastKept, lastRun, unfinished } = place;
  const name =
    replica === null ? html`<h3>Primary archive</h3>` : html`<h3>Replica ${replica}${medium === null || medium === '' ? '' : ` (${medium})`}</h3>`;
  const runs = [
    lastSuccess === null
      ? html`<p class="sev-warning">No verification of it has succeeded.</p>`
      : html`<p>Last success: ${moment(lastSuccess.time ?? 'not known')}, ${counted(lastSuccess.bags, 'bag')}.</p>`,
    lastRun === null || lastRun.run === lastSuccess?.run
      ? nothing
      : html`<p${lastRun.run === lastKept?.run ? nothing : { html: ' class="sev-warning"' }}>${lastSuccess === null ? 'The last finished run, on' : 'Since then, on'} ${dayOf(lastRun.time)}: ${counted(lastRun.bags, 'bag')} read, ${counted(lastRun.errors, 'fault')}, ${lastRun.complete ? 'complete' : 'stopped'}.</p>`,
    unfinished === 0 ? nothing : html`<p class="sev-warning">${counted(unfinished, 'verification')} started since then and did not finish.</p>`,
  ];
  const sentences = readingText(place).map((line) => html`<li>${words(line)}</li>`);
  const chart = place.bags === 0 ? nothing : ageChart(place);
  return html`<div>${name}\n${runs}<ul>${sentences}</ul>\n${chart}<p>${words(detectionText(place, writtenAt))}</p></div>\n`;
}

function found({ account: { faults, repairs, drill } }: Statement): Html {
  const damage =
    faults.length === 0
      ? html`<p>The log has no unrepaired damage.</p>\n`
      : table(
          [{ title: 'place' }, { title: 'bag' }, { title: 'found' }, { title: 'since' }],
          faults.map(({ replica, bag, faults: what, since }) => [placeName(replica), html`<code>${bag}</code>`, what, dayOf(since)]),
          rest,
        );
  const repairList =
    repairs.entries === 0
      ? html`<p>Nothing was repaired.</p>\n`
      : html`<p>${counted(repairs.entries, 'repair')}, ${counted(repairs.files, 'file')} of ${sizeText(repairs.bytes)}.</p>\n${table(
          [{ title: 'on' }, { title: 'bag' }, { title: 'from' }, { title: 'to' }, { title: 'files', number: true }],
          repairs.last.map(({ time, bag, from, to, files }) => [dayOf(time), html`<code>${bag}</code>`, from, to, files]),
          rest,
        )}`;
  const tried =
    drill === null
      ? html`<p class="soft">The log has no restore drill.</p>\n`
      : html`<p>Last restore drill on ${dayOf(drill.time)}: ${counted(drill.recordings, 'recording')}, ${drillResult(drill)}.</p>\n`;
  return section('found', 'Findings and repairs', damage, repairList, tried);
}

function playability(statement: Statement): Html {
  const { playable, account } = statement;
  const share = list(shareLines(statement));
  if (playable.played + playable.failed + account.playability.spoiled === 0)
    return section('playability', 'Playability', share, html`<p><code>longplay verify --play</code> decodes all of them.</p>\n`);
  const columns = [
    ...[{ title: 'codec' }, { title: 'importer' }, { title: 'year' }],
    ...['recordings', 'played', 'failed', 'other samples', 'bags', 'bad at most, 95 %', '99 %'].map((title) => ({ title, number: true as const })),
  ];
  const rows = playable.strata.map(({ codec, importer, year, recordings, played, failed, otherwise, bags, bounds }) => [
    ...[codec, importer, year, recordings ?? 'not known', played, failed, otherwise, `${bags.decoded} of ${bags.held ?? '?'}`],
    ...bounds.map(({ badShare }) => (played + failed === 0 ? 'all' : boundText(badShare))),
  ]);
  const by = account.playability.decoders.map(
    ({ decoders, recordings }) => [decoders === '' ? 'decoders that the log does not name' : decoders, recordings] as const,
  );
  return section(
    'playability',
    'Playability',
    share,
    html`<details${rows.length <= openRows ? { html: ' open' } : nothing}><summary>By codec, recorder and year: ${rows.length}</summary>${table(columns, rows, rest)}</details>\n`,
    table([{ title: 'decoded by' }, { title: 'recordings', number: true }], by, rest),
  );
}

function codecRegister({ codecs, catalog }: Statement): Html {
  const columns = [
    ...[{ title: 'codec' }, { title: 'recordings', number: true as const }, { title: 'sound', number: true as const }, { title: 'risk' }],
    ...[{ title: 'decoders here today' }, { title: 'originals last decoded' }, { title: 'access copies last decoded' }],
  ];
  const rows = codecs.map(({ codec, title, recordings, durationMs, risk, reason, decoders, originals, copies }) => [
    html`<code>${codec}</code><br>${title}`,
    recordings,
    length(durationMs),
    html`<span class="risk ${risk}">${words(riskWords[risk])}</span><br><span class="soft">${words(reason)}</span>`,
    decoders.length === 0 ? 'nothing' : decoders.join(', '),
    lastPlayedText(originals),
    lastPlayedText(copies),
  ]);
  return section(
    'codecs',
    'Codec register',
    html`<p class="soft">Every codec of the originals, the largest risk first. A recording with several codecs counts for each.</p>\n`,
    table(columns, rows, rest),
    html`<p>Grades of the formats of the originals when their bags were made, the lowest first:</p>\n`,
    list(formatGradeLines(catalog.formats)),
  );
}

function overdueSection(statement: Statement): Html {
  const lines = overdueText(statement);
  return section('overdue', 'Overdue work', lines.length === 0 ? html`<p>None.</p>\n` : list(lines));
}

function proof({ log, account: { keys, stamps } }: Statement): Html {
  const root = log.root === null ? html`none` : html`<code>${log.root}</code>`;
  const stamp =
    stamps.last === null
      ? html`<p class="soft">No time stamp of an authority.</p>\n`
      : html`<p>${counted(stamps.entries, 'time stamp')}; the last one by ${stamps.last.authority} on ${moment(stamps.last.stampedAt)} over ${counted(stamps.last.size, 'entry', 'entries')}; its certificate expires on ${moment(stamps.last.certificateEnds)}.</p>\n`;
  return section(
    'proof',
    'Log, keys and time stamps',
    html`<dl><dt>entries</dt><dd>${log.size}</dd><dt>root</dt><dd>${root}</dd><dt>key</dt><dd><code>${log.key ?? 'none'}</code></dd></dl>\n`,
    table(
      [{ title: 'key' }, { title: 'entry' }, { title: 'since' }],
      keys.map(({ key, type, time }) => [html`<code>${key}</code>`, type, dayOf(time)]),
      rest,
    ),
    stamp,
  );
}

function actions({ account: { deeds: all, clock } }: Statement): Html {
  const rows = all.map(({ type, entries, first, last, keys }) => [
    html`<code>${type}</code>`,
    entries,
    dayOf(first),
    dayOf(last),
    keys.length === 0 ? 'not known' : html`<code>${keys.join(', ')}</code>`,
  ]);
  const steps =
    clock.behind + clock.future === 0
      ? nothing
      : html`<p class="sev-warning">${agree`The clock: ${clock.behind} entr[y|ies] [has|have] a time before that of an earlier one, by at most ${periodText(clock.mostBehindMs)}; ${clock.future} at the end [has|have] a time later than now.`}</p>\n`;
  return section(
    'deeds',
    'Actions',
    html`<p class="soft">Log entries by type. They name no callers, and users only by pseudonyms; names are in the details of an entry, which can be erased. Entries of version 0.1.0 name the users of <code>serve</code> as in the users file, and nobody else.</p>\n`,
    table([{ title: 'entry' }, { title: 'number', number: true }, { title: 'first' }, { title: 'last' }, { title: 'signed with' }], rows, rest),
    steps,
  );
}
