import { counted, nounFor } from '../../core/words/quantity.ts';
import { type Html, html, length, lines, moment, nothing, pageWithSound, scrollable, section, table, words } from '../../report/source/html.ts';
import { card } from '../../report/source/page-parts.ts';
import { isInert } from '../messages/attachment-name.ts';
import { stateWords } from '../store/review-state.ts';
import { chartStyle, timelineChart } from '../timeline/chart.ts';
import { orderWords, type TimelineRow } from '../timeline/timeline.ts';
import type { CaseAccount } from './case-account.ts';
import { idKinds, numbered, reviewWordsOf } from './case-index.ts';
import { sidesText } from './case-tables.ts';
import { coverOf } from './cover.ts';
import { custodyWords } from './custody.ts';
import { scopeRows } from './scope.ts';

/** Rows per page: browsers create a player for each. */
const rowsOnPage = 500;

/** Returns the pages of an exported case: `index.html`, and further ones if there are many rows. They run no scripts and load only the sound files beside them. */
export function casePages(account: CaseAccount): { readonly name: string; readonly html: string }[] {
  const { document, timeline } = account;
  const { placed, local, undated } = timeline;
  const rows = [...placed, ...local, ...undated];
  const pages = Math.max(1, Math.ceil(rows.length / rowsOnPage));
  const nameOf = (index: number): string => (index === 0 ? 'index.html' : `page-${index + 1}.html`);
  const nav =
    pages === 1
      ? nothing
      : html`<nav aria-label="pages of the timeline"><p>Pages: ${Array.from({ length: pages }, (_, index) => html`<a href="${nameOf(index)}">${index + 1}</a> `)}</p></nav>\n`;
  return Array.from({ length: pages }, (_, index) => {
    const own = rows.slice(index * rowsOnPage, (index + 1) * rowsOnPage);
    const body = section(
      'timeline',
      pages === 1 ? 'Timeline' : `Timeline, page ${index + 1} of ${pages}`,
      html`<p class="soft">${words(orderWords)}</p>\n`,
      nav,
      rowsTable(own, account),
      nav,
    );
    const style = chartStyle + rowStyle;
    if (index > 0)
      return {
        name: nameOf(index),
        html: pageWithSound(document.title, style, html`<h1>${document.title}</h1>\n<p><a href="index.html">Back to the first page</a></p>\n`, body),
      };
    return { name: 'index.html', html: pageWithSound(document.title, style, ...front(account), body, ...back(account)) };
  });
}

function front(account: CaseAccount): Html[] {
  const { document, timeline, exported, messages, masked } = account;
  const heard = exported.filter((one) => one.othersHeard).length;
  const { made, missing } = coverOf(account);
  const soundMs = timeline.placed
    .concat(timeline.local, timeline.undated)
    .reduce((sum, row) => sum + (row.hasAudio && row.reading === 'first' ? (row.lengthMs ?? 0) : 0), 0);
  const gaps = timeline.gaps.length + timeline.moreGaps;
  return [
    html`<h1>${document.title}</h1>\n<p class="soft">Case ${document.id}, hand-over ${account.scope.handOver.number}${account.scope.handOver.supplement === null ? '' : `, a supplement to hand-over ${account.scope.handOver.supplement.to.number}`}, handed over ${moment(account.madeAt)}</p>\n`,
    masked
      ? html`<div class="verdict bad"><p><b>Masked.</b> Other people’s numbers, names and ids are replaced in all texts. ${heard === 0 ? 'Their channels are muted in all recordings with audio.' : html`<b>Other people are audible in ${heard} of ${counted(exported.length, 'recording')}</b>: their voices and words are not masked there.`}</p></div>\n`
      : nothing,
    html`<div class="cards">${[
      card(exported.length, nounFor(exported.length, 'recording')),
      card(length(soundMs), 'of audio'),
      card(messages.length, nounFor(messages.length, 'message')),
      card(timeline.overlaps, nounFor(timeline.overlaps, 'overlap')),
      card(gaps, nounFor(gaps, 'gap'), gaps > 0),
      card(account.missing.corrupt, `${nounFor(account.missing.corrupt, 'file')} left out: altered or not readable`, account.missing.corrupt > 0),
    ]}</div>\n`,
    timelineChart(timeline),
    section(
      'cover',
      'Cover sheet',
      html`<dl>${made.map(([what, value]) => html`<dt>${what}</dt><dd>${value}</dd>`)}</dl>\n`,
      html`<h3>Missing</h3>\n`,
      list(missing.length === 0 ? ['nothing known'] : missing),
    ),
  ];
}

/** Formats a length, with tenths if it is a few seconds. */
function short(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : length(ms);
}

function list(items: readonly string[]): Html {
  return html`<ul>${items.map((item) => html`<li>${lines(item)}</li>`)}</ul>\n`;
}

function back(account: CaseAccount): Html[] {
  const { document, timeline, custody, exported, scope, withheld } = account;
  const { holds, check } = coverOf(account);
  const reviewed = reviewWordsOf(document.reviews);
  const gapRows = timeline.gaps.map(({ from, to, parties, why, entry, sureness, system }) => [
    html`<span class="when">${moment(from)}</span>`,
    from === to ? 'a moment' : short(Date.parse(to) - Date.parse(from)),
    parties.join(', '),
    system,
    html`${why} (<a href="#e-${entry}">entry</a>)`,
    sureness,
  ]);
  const outsideRows = timeline.outside.map(({ from, to, parties, why, entry, recordings }) => [
    html`<span class="when">${moment(from)}</span>`,
    from === to ? 'a moment' : short(Date.parse(to) - Date.parse(from)),
    parties.join(', '),
    html`${why} (<a href="#e-${entry}">entry</a>)`,
    recordings.length,
  ]);
  return [
    section(
      'gaps',
      'Gaps',
      html`<p class="soft">Times at which a call was in progress and for which this case has no recording. The evidence is a call without audio, a call that was longer than its recording, or a record or recording of another system. A recording of these parties by the named system would fill the gap.${timeline.unanswered === 0 ? '' : ` Not counted as gaps: calls without audio that nobody answered, or that were not to be recorded (${timeline.unanswered}).`}</p>\n`,
      gapRows.length === 0
        ? html`<p>None.</p>\n`
        : table(
            [{ title: 'from' }, { title: 'length' }, { title: 'parties' }, { title: 'expected from' }, { title: 'evidence' }, { title: 'certainty' }],
            gapRows,
            'data/gaps.csv',
          ),
      outsideRows.length === 0
        ? nothing
        : html`<h3>Recorded, but not in this case</h3>\n<p class="soft">These are not gaps: the archive has recordings of these parties at these times, but the case does not contain them.</p>\n${table([{ title: 'from' }, { title: 'length' }, { title: 'parties' }, { title: 'evidence' }, { title: 'recordings', number: true }], outsideRows, 'data/outside.csv')}`,
      timeline.notLooked === 0
        ? nothing
        : html`<p>There are too many times to search the archive for all of them: ${timeline.notLooked} were not searched.</p>\n`,
    ),
    section(
      'scope',
      'Scope',
      html`<p class="soft">What was requested, which systems were searched, what was found, and what could not be searched.</p>\n`,
      table(
        [{ title: 'part' }, { title: 'what' }, { title: 'number', number: true }],
        scopeRows(scope).map(([part, what, number]) => [part, what, number ?? '']),
        'data/scope.csv',
      ),
    ),
    withheld.length === 0
      ? nothing
      : section(
          'withheld',
          'Withheld',
          html`<p class="soft">Items of the case that are withheld after review. This hand-over contains nothing of them but this list.</p>\n`,
          table(
            [{ title: 'number', number: true }, { title: 'item' }, { title: 'UTC' }, { title: 'withheld as' }, { title: 'reason' }, { title: 'by' }],
            withheld.map(({ number, kind, time, as, reason, by, at }) => [
              number,
              kind === 'recording'
                ? 'a recording'
                : time === null || time.messages === null
                  ? 'messages: number unknown'
                  : counted(time.messages, 'message'),
              time?.utc ?? '',
              stateWords(as),
              reason,
              `${by ?? ''} ${at.slice(0, 10)}`.trim(),
            ]),
            'data/withheld.csv',
          ),
        ),
    section(
      'index',
      'Index',
      table(
        [
          { title: 'item', number: true },
          { title: 'local time' },
          { title: 'UTC' },
          { title: 'parties' },
          { title: 'length' },
          { title: 'ids' },
          { title: 'SHA-256' },
          { title: 'review' },
        ],
        numbered(exported).map(({ number, item }) => [
          number,
          item.local,
          html`<a href="#e-${item.recordingId}">${item.utc}</a>`,
          [item.from, item.to].filter((text) => text !== '').join(' to '),
          item.lengthMs === null ? '' : short(item.lengthMs),
          idKinds.flatMap((kind) => (item.ids[kind] === '' ? [] : [`${kind} ${item.ids[kind]}`])).join(', '),
          item.sha256.map((digest) => `${digest.slice(0, 16)}…`).join(' '),
          reviewed(item.recordingId).state,
        ]),
        'data/index.csv',
      ),
    ),
    section(
      'custody',
      'Chain of custody',
      html`<p class="soft">Entries of the archive’s signed audit log about this case and about the bags that contain these recordings.</p>\n`,
      table(
        [{ title: 'entry', number: true }, { title: 'time' }, { title: 'about' }, { title: 'event' }],
        custody.map((entry) => [entry.seq, html`<span class="when">${moment(entry.time)}</span>`, entry.about, custodyWords(entry)]),
        'data/custody.csv',
      ),
    ),
    section(
      'contents',
      'Contents',
      list(holds),
      html`<p><a href="cover.txt">cover.txt</a> <a href="data/case.json">case.json</a> <a href="data/timeline.csv">timeline.csv</a> <a href="data/gaps.csv">gaps.csv</a> <a href="data/outside.csv">outside.csv</a> <a href="data/index.csv">index.csv</a> <a href="data/scope.csv">scope.csv</a> <a href="data/recordings.csv">recordings.csv</a> <a href="data/messages.csv">messages.csv</a> <a href="data/custody.csv">custody.csv</a></p>\n`,
    ),
    section(
      'check',
      'How to check it',
      ...check.map(
        ({ words: said, command }) => html`<p>${words(said)}${command === null ? nothing : html`<br><code>${lines(command)}</code>`}</p>\n`,
      ),
    ),
  ];
}

function rowsTable(rows: readonly TimelineRow[], account: CaseAccount): Html {
  const { exported, document, messages } = account;
  const attachments = new Map(messages.map(({ set, message }) => [`m${set}-${message.number}`, message.attachments.map(({ path }) => path)]));
  const files = new Map(exported.map((one) => [one.recordingId, one]));
  const reasons = new Map(
    document.recordings.map(({ recordingId, reasons: why }) => [recordingId, [...new Set(why.map(({ kind }) => kind))].join(', ')]),
  );
  const shown = rows.map((row) => {
    const mine = files.get(row.key);
    const id = row.reading === 'first' ? html` id="e-${row.key}"` : nothing;
    const sound = (mine?.players ?? []).map(
      (path, index) => html`<audio controls preload="none" src="${path}" aria-label="recording ${row.key.slice(0, 8)}, audio ${index + 1}"></audio>`,
    );
    const links =
      mine === undefined
        ? nothing
        : html`<details><summary>files</summary>${mine.files.map((path) => html`<a href="${path}">${path.slice(path.lastIndexOf('/') + 1)}</a> `)}</details>`;
    const what =
      row.kind === 'message'
        ? html`<div class="said">${lines(row.text)}</div>${attached(row, account, attachments)}`
        : html`${row.hasAudio ? nothing : html`<p class="nosound">no audio: ${row.status}</p>`}${sound}${links}`;
    const with_ =
      row.overlaps.length === 0
        ? nothing
        : html`<p class="soft">simultaneous with ${row.overlaps.slice(0, 5).map((one) => html`<a href="#e-${one.with}">${one.with.slice(0, 8)}</a>${one.certain ? '' : ' (perhaps)'} `)}</p>`;
    return html`<tr${id}${row.kind === 'message' ? { html: ' class="message"' } : nothing}><td>${whenCell(row)}</td><td>${row.system}<br><span class="soft">${row.direction === 'unknown' ? '' : row.direction}</span></td><td>${whoCell(row)}</td><td class="n">${row.lengthMs === null ? '' : short(row.lengthMs)}</td><td>${what}${with_}<p class="soft">${[row.remark, mine?.othersHeard === true ? 'other people are audible' : mine?.muted === true ? 'the channels of other people are muted' : '', ...(row.decided ?? []), reasons.get(row.key) === undefined ? '' : `added to the case by: ${reasons.get(row.key) ?? ''}`].filter((text) => text !== '').join('; ')}</p></td></tr>\n`;
  });
  if (shown.length === 0) return html`<p>The case is empty.</p>\n`;
  return html`<div class="wide" ${scrollable}><table class="rows"><thead><tr><th scope="col">when (UTC)</th><th scope="col">system</th><th scope="col">who</th><th scope="col" class="n">length</th><th scope="col">what</th></tr></thead>\n<tbody>\n${shown}</tbody></table></div>\n`;
}

/** Lists the original of a message and its attachments. */
function attached({ key }: TimelineRow, { document, messages, masked }: CaseAccount, shownFiles: ReadonlyMap<string, readonly string[]>): Html {
  const set = Number(/^m(\d+)-/.exec(key)?.[1]);
  const imported = document.messages.find((one) => one.set === set);
  if (imported === undefined || masked) return nothing;
  const own = [imported.files[0]?.path ?? '', ...(shownFiles.get(key) ?? []).map((name) => `messages/${set}/${name}`)].filter(
    (path) => path !== '' && messages.length > 0,
  );
  // Imported before such attachments got another extension: one click would run their script from the case's folder.
  return html`<p>${own.map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return isInert(name) ? html`<a href="data/${path}">${name}</a> ` : html`${name} `;
  })}</p>`;
}

function whenCell({ time, at, reading }: TimelineRow): Html {
  if (at !== null) {
    const mark =
      time.placement === 'ambiguous'
        ? html` <b class="unsure">${reading === 'first' ? '1/2' : '2/2'}</b><br><span class="soft">or ${moment(time.candidates[reading === 'first' ? 1 : 0] ?? '')}</span>`
        : time.placement === 'assumed'
          ? html` <b class="unsure" title="a zone was assumed">~</b>`
          : nothing;
    return html`<span class="when">${moment(at)}</span>${mark}`;
  }
  if (time.local !== null) return html`<span class="when">${time.local.replace('T', ' ').slice(0, 19)}</span> <b class="unsure">no zone</b>`;
  return html`<b class="unsure">unknown</b>`;
}

function whoCell(row: TimelineRow): Html {
  const { from, to } = sidesText(row);
  return html`${from}${from !== '' && to !== '' ? html` <span class="soft">to</span><br>` : nothing}${to}`;
}

const rowStyle = `
.rows td{min-width:6rem}.rows audio{display:block;width:min(22rem,70vw);height:2.2rem;margin:.2rem 0}.said{max-width:34rem}
tr.message{background:var(--panel)}.unsure{color:var(--warn)}.nosound{color:var(--bad);margin:0}tr:target{outline:2px solid var(--link)}
@media (max-width:40rem){.rows thead{display:none}.rows,.rows tbody,.rows tr,.rows td{display:block;min-width:0;max-width:none}.rows tr{border-bottom:1px solid var(--line);padding:.5rem 0}.rows td{border:0;padding:.1rem 0;text-align:left}.rows td.n{padding:.1rem 0}}
@media print{audio{display:none!important}}
`;
