import { counted, nounFor } from '../../core/words/quantity.ts';
import { type Html, html, length, lines, moment, nothing, pageWithSound, scrollable, section, words } from '../../report/source/html.ts';
import { card } from '../../report/source/page-parts.ts';
import { isInert } from '../messages/attachment-name.ts';
import { chartStyle, timelineChart } from '../timeline/chart.ts';
import { orderWords, type TimelineRow } from '../timeline/timeline.ts';
import type { CaseAccount } from './case-account.ts';
import { sidesText } from './case-tables.ts';
import { coverOf } from './cover.ts';
import { backSections, bullets, shortLength } from './page-sections.ts';

/** Rows per page, limited because browsers create a player for each row. */
const rowsOnPage = 500;

/**
 * Returns the pages of an exported case: `index.html`, and further pages if there are many rows. The pages run no scripts and load only the sound files beside
 * them.
 */
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
    return { name: 'index.html', html: pageWithSound(document.title, style, ...front(account), body, ...backSections(account)) };
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
      bullets(missing.length === 0 ? ['nothing known'] : missing),
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
    return html`<tr${id}${row.kind === 'message' ? { html: ' class="message"' } : nothing}><td>${whenCell(row)}</td><td>${row.system}<br><span class="soft">${row.direction === 'unknown' ? '' : row.direction}</span></td><td>${whoCell(row)}</td><td class="n">${row.lengthMs === null ? '' : shortLength(row.lengthMs)}</td><td>${what}${with_}<p class="soft">${[row.remark, mine?.othersHeard === true ? 'other people are audible' : mine?.muted === true ? 'the channels of other people are muted' : '', ...(row.decided ?? []), reasons.get(row.key) === undefined ? '' : `added to the case by: ${reasons.get(row.key) ?? ''}`].filter((text) => text !== '').join('; ')}</p></td></tr>\n`;
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
  // A file that was imported before attachments of this kind got another extension is not linked: one click would run its script from the case's folder.
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
