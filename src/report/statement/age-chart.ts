import { periodText } from '../../core/words/quantity.ts';
import { type Html, html } from '../source/html.ts';
import type { PlaceReading } from './statement.ts';

const [left, top, barWidth, gap, height] = [44, 10, 26, 4, 120];

/** Draws a bar chart of bags by the age of their last reading, in tenths of the period. Bars beyond the period are highlighted. Uses no script. */
export function ageChart({ ages, periodMs, bags, unread }: PlaceReading): Html {
  const most = Math.max(1, ...ages);
  const width = left + ages.length * (barWidth + gap) + 12;
  const at = (bar: number): number => left + bar * (barWidth + gap);
  const bars = ages.map((count, bar) => {
    const tall = count === 0 ? 0 : Math.max(2, Math.round((count / most) * height));
    const kind = bar < 10 ? 'fresh' : 'stale';
    const range =
      bar === ages.length - 1
        ? `${periodText(2 * periodMs)} and more`
        : `${periodText((bar * periodMs) / 10)} to ${periodText(((bar + 1) * periodMs) / 10)}`;
    const label =
      count === 0
        ? html``
        : html`<text class="tick" text-anchor="middle" x="${String(at(bar) + barWidth / 2)}" y="${String(top + height - tall - 3 + 8)}">${count}</text>`;
    return html`<g><title>${range}: ${count}</title><rect class="${kind}" x="${String(at(bar))}" y="${String(top + 8 + height - tall)}" width="${String(barWidth)}" height="${String(tall)}"/>${label}</g>`;
  });
  const foot = top + 8 + height;
  const ticks = [0, 5, 10, 15, 20].map(
    (bar) =>
      html`<text class="tick" text-anchor="middle" x="${String(at(bar) - gap / 2)}" y="${String(foot + 16)}">${periodText((bar * periodMs) / 10)}</text>`,
  );
  const limit = at(10) - gap / 2;
  return html`<div class="wide"><svg class="ages" role="img" viewBox="0 0 ${String(width)} ${String(foot + 24)}" aria-label="${`Bags by the age of their last reading; ${unread} of ${bags} were not read since they were written`}">
${bars}<line class="axis" x1="${String(left - gap)}" x2="${String(width - 8)}" y1="${String(foot)}" y2="${String(foot)}"/>
<line class="limit" x1="${String(limit)}" x2="${String(limit)}" y1="4" y2="${String(foot)}"/>
${ticks}</svg></div>
<p class="soft">Bags by the age of their last reading; the dashed line is the period.${unread === 0 ? '' : ` ${unread} of ${bags} are not drawn: they were never read since they were written.`}</p>
`;
}
