import { periodText, sizeText } from '../core/quantity.ts';
import { ageChart } from './age-chart.ts';
import { counted, type Html, html, moment, nothing, section, table, words } from './html.ts';
import { card } from './page-parts.ts';
import type { PlaceReading, Statement } from './statement.ts';
import { boundText, dayOf, detectionText, placeName, readingText, shareText } from './statement-words.ts';

// The sections of an archive's page that are the statement. All of it follows from `statement.json`.

const rest = 'statement.json';

/** The first lines of the page: the last success, and whether the statement is signed. */
export function statementHead({ headline, lastSuccess, unsigned, log, account }: Statement): Html {
  const overdue = account.places.reduce((sum, place) => sum + place.overdue, 0);
  const well = overdue === 0 && lastSuccess !== null && account.faults.length === 0 && log.findings.length === 0;
  const faults =
    account.faults.length > 0
      ? html`<li><b class="not">✗</b> ${counted(account.faults.length, 'bag')} with damage that no verification has taken back.</li>`
      : nothing;
  const damaged = log.findings.map(({ code, message }) => html`<li><b class="not">✗</b> The log: <code>${code}</code> ${message}.</li>`);
  const signed =
    unsigned === null
      ? html`<p class="soft">Signed with key <code>${log.key ?? ''}</code>: <code>statement.note</code> vouches for <code>statement.json</code>, which has the same numbers.</p>`
      : html`<p class="sev-warning">Unsigned: ${words(unsigned)}.</p>`;
  return html`<div class="verdict${well ? '' : ' bad'}"><ul><li><b>${words(headline)}</b></li>${faults}${damaged}</ul></div>\n${signed}\n`;
}

/** Numbers that stand out. */
export function statementCards({ account }: Statement): readonly Html[] {
  const [primary] = account.places;
  if (primary === undefined) return [];
  return [
    card(`${shareText(primary.well, primary.bags)}`, `of the bags read in ${periodText(primary.periodMs)}, and well`, primary.well < primary.bags),
    card(primary.oldestAgeMs === null ? 'none' : periodText(primary.oldestAgeMs), 'oldest reading', primary.overdue > 0),
    card(account.faults.length, 'with standing damage', account.faults.length > 0),
  ];
}

/** All sections. */
export function statementSections(statement: Statement): readonly Html[] {
  return [
    section('reading', 'Read when', ...statement.account.places.map((place) => readingOf(place, statement.writtenAt))),
    found(statement),
    playability(statement),
    proof(statement),
    deeds(statement),
    section('assumptions', 'What this stands on', list(statement.assumptions)),
    section('not-covered', 'What is not covered', list(statement.notCovered)),
  ];
}

function list(lines: readonly string[]): Html {
  return html`<ul>${lines.map((line) => html`<li>${words(line)}</li>\n`)}</ul>\n`;
}

function readingOf(place: PlaceReading, writtenAt: string): Html {
  const { replica, medium, lastSuccess, lastRun, unfinished } = place;
  const name =
    replica === null ? html`<h3>Primary archive</h3>` : html`<h3>Replica ${replica}${medium === null || medium === '' ? '' : ` (${medium})`}</h3>`;
  const runs = [
    lastSuccess === null
      ? html`<p class="sev-warning">No verification of it has succeeded.</p>`
      : html`<p>Last success: ${moment(lastSuccess.time ?? 'not known')}, ${counted(lastSuccess.bags, 'bag')}.</p>`,
    lastRun === null || lastRun.run === lastSuccess?.run
      ? nothing
      : html`<p class="sev-warning">Since then, on ${dayOf(lastRun.time)}: ${counted(lastRun.bags, 'bag')} read, ${counted(lastRun.errors, 'fault')}, ${lastRun.complete ? 'to the end' : 'stopped'}.</p>`,
    unfinished === 0 ? nothing : html`<p class="sev-warning">${counted(unfinished, 'verification')} started since one ended, and not ended.</p>`,
  ];
  const sentences = readingText(place).map((line) => html`<li>${words(line)}</li>`);
  const chart = place.bags === 0 ? nothing : ageChart(place);
  return html`${name}\n${runs}<ul>${sentences}</ul>\n${chart}<p>${words(detectionText(place, writtenAt))}</p>\n`;
}

function found({ account: { faults, repairs, drill } }: Statement): Html {
  const damage =
    faults.length === 0
      ? html`<p>No damage stands in the log.</p>\n`
      : table(
          [{ title: 'place' }, { title: 'bag' }, { title: 'found' }, { title: 'since' }],
          faults.map(({ replica, bag, faults: what, since }) => [placeName(replica), html`<code>${bag}</code>`, what, dayOf(since)]),
          rest,
        );
  const mended =
    repairs.entries === 0
      ? html`<p>Nothing was repaired.</p>\n`
      : html`<p>${counted(repairs.entries, 'repair')}, ${counted(repairs.files, 'file')} of ${sizeText(repairs.bytes)}.</p>\n${table(
          [{ title: 'on' }, { title: 'bag' }, { title: 'from' }, { title: 'to' }, { title: 'files', number: true }],
          repairs.last.map(({ time, bag, from, to, files }) => [dayOf(time), html`<code>${bag}</code>`, from, to, files]),
          rest,
        )}`;
  const tried =
    drill === null
      ? html`<p class="soft">No restore drill is in the log.</p>\n`
      : html`<p>Last restore drill on ${dayOf(drill.time)}: ${counted(drill.recordings, 'recording')}, ${drill.failed} failed.</p>\n`;
  return section('found', 'Found and repaired', damage, mended, tried);
}

function playability({ account: { playability: play, holdings } }: Statement): Html {
  if (play.bags === 0)
    return section(
      'playability',
      'Shown to play',
      html`<p>Nothing was decoded by a verification that the log names. <code>longplay verify --play</code> does that.</p>\n`,
    );
  const bounds = play.bounds.map(
    ({ confidence, badShare }) =>
      html`<li>With ${String(confidence * 100)} % confidence at most <b>${boundText(badShare)}</b> of recordings do not play.</li>`,
  );
  const counts = play.counts.map(
    ({ confidence, bad }) => html`<li>At most ${bad} of ${holdings.recordings} recordings, with ${String(confidence * 100)} % confidence.</li>`,
  );
  const columns = [
    { title: 'codec' },
    { title: 'importer' },
    { title: 'year' },
    { title: 'played', number: true },
    { title: 'failed', number: true },
    { title: 'other samples', number: true },
    { title: 'bad at most, 95 %', number: true },
    { title: '99 %', number: true },
  ] as const;
  const rows = play.strata.map(({ codec, importer, year, played, failed, otherwise, bounds: [first, second] }) => [
    codec,
    importer,
    year,
    played,
    failed,
    otherwise,
    boundText(first?.badShare ?? 1),
    boundText(second?.badShare ?? 1),
  ]);
  const by = play.decoders.map(
    ({ decoders, recordings }) => [decoders === '' ? 'decoders that the log does not name' : decoders, recordings] as const,
  );
  return section(
    'playability',
    'Shown to play',
    html`<p>${play.played + play.failed} recordings in ${play.bags} of ${counted(holdings.bags, 'bag')} decoded in full: ${play.played} as recorded, <b>${play.failed}</b> not. The oldest decoding is ${periodText(play.oldestAgeMs ?? 0)} old.</p>\n<ul>${bounds}${counts}</ul>\n`,
    table(columns, rows, rest),
    table([{ title: 'decoded by' }, { title: 'recordings', number: true }], by, rest),
  );
}

function proof({ log, account: { keys, stamps } }: Statement): Html {
  const root = log.root === null ? html`none` : html`<code>${log.root}</code>`;
  const stamp =
    stamps.last === null
      ? html`<p class="soft">No time stamp of an authority.</p>\n`
      : html`<p>${counted(stamps.entries, 'time stamp')}; the last of ${stamps.last.authority} on ${moment(stamps.last.stampedAt)} over ${stamps.last.size} entries; its certificate ends on ${moment(stamps.last.certificateEnds)}.</p>\n`;
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

function deeds({ account: { deeds: all, clock } }: Statement): Html {
  const rows = all.map(({ type, entries, first, last }) => [html`<code>${type}</code>`, entries, dayOf(first), dayOf(last)]);
  const steps =
    clock.behind + clock.future === 0
      ? nothing
      : html`<p class="sev-warning">The clock: ${clock.behind} entries carry a time before that of an earlier one, by ${periodText(clock.mostBehindMs)} at the most; ${clock.future} at the end a time later than now.</p>\n`;
  return section(
    'deeds',
    'What was done',
    table([{ title: 'entry' }, { title: 'number', number: true }, { title: 'first' }, { title: 'last' }], rows, rest),
    steps,
  );
}
