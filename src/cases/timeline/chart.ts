import { counted } from '../../core/words/quantity.ts';
import { type Html, html, moment, nothing, scrollable } from '../../report/source/html.ts';
import { type Interval, merged } from './intervals.ts';
import { spansOf, type Timeline } from './timeline.ts';

/** Width of the chart in units of its own; the page scales them. */
const width = 960;
const labelWidth = 150;
const laneHeight = 30;
const axisHeight = 22;
const tickWidth = 112;
/** Quiet periods that are longer than this are cut out and marked. */
const quietMs = 15 * 60_000;
/** Largest number of entries in a chart. A chart with more is illegible. */
const mostEntries = 3_000;

/** A busy period of the case and its position in the chart. */
interface Stretch extends Interval {
  readonly x: number;
  readonly w: number;
}

/** Draws the chart of a case: one lane per system, quiet periods cut out, entries with an ambiguous hour dashed at both readings, gaps in red. */
export function timelineChart({ placed, gaps }: Timeline): Html {
  const shown = placed.filter(({ reading }) => reading === 'first').slice(0, mostEntries);
  if (shown.length === 0) return nothing;
  const spans = shown.flatMap(spansOf);
  const seen = gaps.map(({ from, to }) => ({ startMs: Date.parse(from), endMs: Date.parse(to) }));
  const stretches = stretchesOf([...spans, ...seen]);
  const lanes = [...new Set(shown.map(({ system }) => system))].sort();
  const height = lanes.length * laneHeight + axisHeight + (gaps.length > 0 ? laneHeight : 0);
  const place = (ms: number): number => {
    const at = stretches.find(({ startMs, endMs }) => ms >= startMs && ms <= endMs) ?? stretches[0];
    return at === undefined ? labelWidth : at.x + ((ms - at.startMs) / Math.max(1, at.endMs - at.startMs)) * at.w;
  };
  const n = (value: number): string => value.toFixed(1);
  const bars = shown.map((row) => {
    const y = lanes.indexOf(row.system) * laneHeight + 6;
    const title = html`<title>${moment(row.time.utc ?? row.time.candidates.join(' or '))}: ${row.system}, ${row.kind}</title>`;
    return html`${spansOf(row).map((span, _index, all) => {
      const x = place(span.startMs);
      const kind = `${row.kind === 'message' ? 'tl-message' : row.hasAudio ? 'tl-sound' : 'tl-silent'}${all.length > 1 ? ' tl-perhaps' : ''}`;
      return row.kind === 'message'
        ? html`<circle class="${kind}" cx="${n(x)}" cy="${n(y + 9)}" r="5">${title}</circle>`
        : html`<rect class="${kind}" x="${n(x)}" y="${n(y)}" width="${n(Math.max(3, place(span.endMs) - x))}" height="18" rx="2">${title}</rect>`;
    })}\n`;
  });
  const gapY = lanes.length * laneHeight + 6;
  const missing = gaps.slice(0, mostEntries).map(({ from, to, evidence }) => {
    const x = place(Date.parse(from));
    return html`<rect class="tl-gap" x="${n(x)}" y="${n(gapY)}" width="${n(Math.max(3, place(Date.parse(to)) - x))}" height="18" rx="2"><title>${moment(from)}: no recording, ${evidence}</title></rect>\n`;
  });
  const labels = [...lanes, ...(gaps.length > 0 ? ['no recording'] : [])].map(
    (lane, index) =>
      html`<text class="tick" x="0" y="${n(index * laneHeight + 19)}">${lane.slice(0, 22)}</text><line class="axis" x1="${labelWidth}" x2="${width}" y1="${n((index + 1) * laneHeight)}" y2="${n((index + 1) * laneHeight)}"/>\n`,
  );
  let tickEnd = 0;
  const ticks = stretches.map(({ x, startMs }, index) => {
    const cut = index === 0 ? nothing : html`<line class="tl-cut" x1="${n(x - 7)}" x2="${n(x - 7)}" y1="0" y2="${n(height - axisHeight)}"/>`;
    // A label that would overlap the previous one is omitted.
    if (x < tickEnd || x + tickWidth > width) return html`${cut}\n`;
    tickEnd = x + tickWidth;
    return html`${cut}<text class="tick" x="${n(x)}" y="${n(height - 6)}">${new Date(startMs).toISOString().slice(0, 16).replace('T', ' ')}</text>\n`;
  });
  return html`<div class="wide" ${scrollable}><svg class="tl" viewBox="0 0 ${{ html: String(width) }} ${{ html: n(height) }}" role="img" aria-label="${counted(shown.length, 'entry', 'entries')} of ${counted(lanes.length, 'system')} over time, ${counted(gaps.length, 'gap')}; the table below has them all">
${labels}${ticks}${bars}${missing}</svg></div>
<p class="soft tl-key"><svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="tl-sound" width="10" height="10"/></svg> recording
<svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="tl-silent" width="10" height="10"/></svg> call without sound
<svg class="key" viewBox="0 0 10 10" aria-hidden="true"><circle class="tl-message" cx="5" cy="5" r="5"/></svg> message
<svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="tl-gap" width="10" height="10"/></svg> active and not recorded. Dashed: one of two readings of an ambiguous hour. Dotted lines: a quiet time was cut out. Times are UTC.</p>
`;
}

/** Returns the busy periods. Each is as wide as the square root of its length, so that a minute beside a day stays visible. */
function stretchesOf(spans: readonly Interval[]): Stretch[] {
  const busy = merged(spans.map(({ startMs, endMs }) => ({ startMs: startMs - quietMs / 2, endMs: endMs + quietMs / 2 }))).map(
    ({ startMs, endMs }) => ({
      // The margin of a tenth keeps entries away from the cut.
      startMs: startMs + quietMs * 0.45,
      endMs: endMs - quietMs * 0.45,
    }),
  );
  const room = width - labelWidth - (busy.length - 1) * 14;
  const weights = busy.map(({ startMs, endMs }) => Math.sqrt(Math.max(60_000, endMs - startMs)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let x = labelWidth;
  return busy.map((one, index) => {
    const w = Math.max(4, (room * (weights[index] ?? 0)) / sum);
    const stretch = { ...one, x, w };
    x += w + 14;
    return stretch;
  });
}

/** Style rules of the chart. */
export const chartStyle = `
.tl{display:block;width:100%;min-width:40rem;height:auto}.tl .tick{font-size:11px}
.tl-sound{fill:var(--d3)}.tl-silent{fill:none;stroke:var(--soft);stroke-width:1.4}.tl-message{fill:var(--good)}.tl-gap{fill:var(--bad)}
.tl-perhaps{stroke:var(--warn);stroke-width:1.6;stroke-dasharray:3 2;fill-opacity:.45}.tl-cut{stroke:var(--soft);stroke-dasharray:2 3}
`;
