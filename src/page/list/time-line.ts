import type { PageQuery, PageResult } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { after } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';

/** Bars with the number of calls per month, or per day within one month. A click on a bar narrows the query to its range. */
export interface TimeLine {
  readonly element: HTMLElement;
  show(result: PageResult, query: PageQuery): void;
}

interface Bar {
  readonly part: string;
  readonly recordings: number;
}

/** Empty months in between are shown up to this number of bars. */
const mostBars = 480;
const mostTicks = 12;

/** Creates the bars. @param narrow receives the range of a bar; null: all times */
export function createTimeLine(wording: Wording, narrow: (range: { readonly from: string; readonly to: string } | null) => void): TimeLine {
  const bars = h('div', { class: 'bars', role: 'group', 'aria-label': wording.text('timeLine') });
  const ticks = h('div', { class: 'ticks soft', 'aria-hidden': 'true' });
  const back = h('button', { type: 'button', class: 'quiet', onclick: () => narrow(null) }, `× ${wording.text('timeLineBack')}`);
  const range = h('span', { class: 'range soft' });
  const element = h('div', { class: 'timeline' }, bars, ticks, h('div', { class: 'timefoot' }, range, back));
  // One tab stop; arrow keys move between bars.
  bars.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const stops = [...bars.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
    const next = stops[stops.map((stop): Element => stop).indexOf(document.activeElement ?? bars) + step];
    if (step === 0 || next === undefined) return;
    for (const stop of stops) stop.tabIndex = stop === next ? 0 : -1;
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  let shown = '';
  return {
    element,
    show: ({ months, days }, query) => {
      const list: Bar[] =
        days !== undefined
          ? filled(days.map(({ day, recordings }) => ({ part: day, recordings })))
          : filled(months.flatMap(({ month, recordings }) => (month === 'undated' ? [] : [{ part: month, recordings }])));
      back.hidden = query.from === undefined && query.to === undefined;
      const key = JSON.stringify(list);
      if (key === shown) return;
      shown = key;
      const most = list.reduce((sum, { recordings }) => Math.max(sum, recordings), 1);
      const [first] = list;
      const last = list.at(-1);
      range.textContent = first === undefined || last === undefined ? '' : first === last ? first.part : `${first.part} – ${last.part}`;
      element.classList.toggle('none', list.length === 0);
      const stop = list.find(({ recordings }) => recordings > 0)?.part;
      bars.replaceChildren(
        ...list.map(({ part, recordings }) => {
          const label = wording.text('month', { month: part, calls: wording.counted('calls', recordings) });
          const fill = h('span', { class: 'fill' });
          // A single call among thousands must stay visible.
          fill.style.height = recordings === 0 ? '0' : `${Math.max(6, Math.sqrt(recordings / most) * 100)}%`;
          const choose = (): void => narrow({ from: part, to: after(part) });
          const tabindex = part === stop ? 0 : -1;
          return h(
            'button',
            { type: 'button', class: 'bar', 'aria-label': label, title: label, disabled: recordings === 0, tabindex, onclick: choose },
            fill,
          );
        }),
      );
      ticks.replaceChildren(...tickElements(list));
    },
  };
}

/** Labels the beginnings of years; within a month, every fifth day. */
function tickElements(list: readonly Bar[]): HTMLElement[] {
  const starts = list.flatMap(({ part }, index) => {
    if (part.length === 10) return Number(part.slice(8)) % 5 === 0 ? [{ index, text: part.slice(8) }] : [];
    return part.endsWith('-01') ? [{ index, text: part.slice(0, 4) }] : [];
  });
  const every = Math.ceil(starts.length / mostTicks);
  return starts
    .filter((_, at) => at % every === 0)
    .map(({ index, text }) => {
      const tick = h('span', {}, text);
      tick.style.left = `${(index / list.length) * 100}%`;
      return tick;
    });
}

/** Inserts empty bars in between. */
function filled(list: readonly Bar[]): Bar[] {
  const counts = new Map(list.map(({ part, recordings }) => [part, recordings]));
  const parts = [...counts.keys()].filter((part) => !Number.isNaN(Date.parse(part))).sort();
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return [];
  const bars: Bar[] = [];
  for (let part = first; part <= last && bars.length <= mostBars; part = after(part)) bars.push({ part, recordings: counts.get(part) ?? 0 });
  return bars.length <= mostBars ? bars : parts.map((part) => ({ part, recordings: counts.get(part) ?? 0 }));
}
