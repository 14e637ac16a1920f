import { agree } from '../../core/base/agree.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { DayCount, ThinRun } from '../calls/coverage.ts';
import { type Html, html, nothing } from './html.ts';

/** Largest number of years that are drawn; longer periods are listed by months only. */
const mostYears = 30;
/** Side of a day's square, and distance to the next square. */
const [side, step] = [10, 12] as const;
const dayMs = 86_400_000;
const levels = [0, 1, 2, 3, 4] as const;

/** Draws a square for each day of each year, darker for more calls; thin days are framed. */
export function calendar(days: readonly DayCount[], thin: readonly ThinRun[]): Html {
  const years = new Map<string, DayCount[]>();
  for (const day of days) {
    const year = day.day.slice(0, 4);
    const list = years.get(year);
    if (list === undefined) years.set(year, [day]);
    else list.push(day);
  }
  if (years.size === 0) return nothing;
  if (years.size > mostYears)
    return html`<p class="more">The calls are from ${years.size} different years: too many to draw. The months are listed below.</p>`;
  const busy = usualMost(days);
  const drawn = [...years].map(([year, list]) => drawYear(year, list, busy, thin));
  const steps = levels.slice(1).map((level) => html`${key(`c${level}`)}${level === 4 ? agree`to ${count(busy)} call[s] or more` : ''}`);
  return html`${drawn}<p class="soft">${key('c0')}none ${steps} ${key('thin')}thin</p>\n`;
}

/** Draws a square of the legend. */
function key(name: string): Html {
  return html`<svg class="key" viewBox="0 0 12 12" aria-hidden="true"><path class="${name}" d="M1 1h10v10h-10z"/></svg>`;
}

/** Returns the number of calls that nine out of ten days with calls do not exceed. */
function usualMost(days: readonly DayCount[]): number {
  const sorted = days.flatMap(({ calls }) => (calls > 0 ? [calls] : [])).sort((a, b) => a - b);
  return Math.max(1, sorted[Math.floor(sorted.length * 0.9)] ?? 1);
}

function drawYear(year: string, days: readonly DayCount[], busy: number, thin: readonly ThinRun[]): Html {
  const start = Date.parse(`${year}-01-01T00:00:00Z`);
  const end = Date.parse(`${year}-12-31T00:00:00Z`);
  // Weeks begin on Monday (ISO 8601).
  const offset = (new Date(start).getUTCDay() + 6) % 7;
  const calls = new Map(days.map((day) => [day.day, day.calls]));
  const paths = levels.map((): string[] => []);
  const frames: string[] = [];
  let total = 0;
  for (let at = start; at <= end; at += dayMs) {
    const text = new Date(at).toISOString().slice(0, 10);
    const count = calls.get(text) ?? 0;
    total += count;
    const place = offset + Math.round((at - start) / dayMs);
    const square = `M${Math.floor(place / 7) * step + 2} ${(place % 7) * step + 2}h${side}v${side}h-${side}z`;
    paths[count === 0 ? 0 : Math.min(4, Math.ceil((count / busy) * 4))]?.push(square);
    if (thin.some(({ from, to }) => from <= text && text <= to)) frames.push(square);
  }
  const drawn = paths.map((squares, level) => (squares.length === 0 ? nothing : html`<path class="c${level}" d="${{ html: squares.join('') }}"/>`));
  const framed = frames.length === 0 ? nothing : html`<path class="thin" d="${{ html: frames.join('') }}"/>`;
  const label = agree`${year}: ${count(total)} call[s] on ${counted(days.length, 'day')}`;
  return html`<div class="year"><b>${year}</b><div class="wide"><svg viewBox="0 0 ${{ html: String(54 * step + 2) }} ${{ html: String(7 * step + 2) }}" role="img" aria-label="${label}">${drawn}${framed}</svg></div></div>\n`;
}
