import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';
import type { MarkKind } from './legend.ts';
import type { Mark } from './marks.ts';
import { markPlace } from './waveform.ts';

/** A mark with a place in the audio, and the number that list and waveform show. */
export interface PlacedMark {
  readonly mark: Mark;
  readonly at: NonNullable<ReturnType<typeof markPlace>>;
  readonly number: number;
  /** Row from the top: numbers of close marks are stacked. */
  readonly row: number;
}

/** Width of a number in hundredths of the waveform. */
const flagWidth = 4;
const mostRows = 3;

/** Numbers the marks that have a place. */
export function numbered(marks: readonly Mark[], durationMs: number): PlacedMark[] {
  const placed = marks.flatMap((mark) => {
    const at = markPlace(mark, durationMs);
    return at === null ? [] : [{ mark, at }];
  });
  /** End of the last number per row. */
  const rows: number[] = [];
  return placed.map((one, index) => {
    const free = Array.from({ length: mostRows }, (_, row) => row).find((row) => one.at.left - (rows[row] ?? -flagWidth) >= flagWidth);
    const row = free ?? 0;
    rows[row] = one.at.left;
    return { ...one, number: index + 1, row };
  });
}

/** Largest number of marks that get a number: more numbers would cover the waveform. */
const mostNumbered = 40;

/** Draws a mark along the waveform. */
export function markElement({ mark, at, number, row }: PlacedMark, durationMs: number, wording: Wording): HTMLElement[] {
  const { event } = mark;
  const element = h(
    'span',
    {
      class: `mark ${event.type} ${kindOf(mark, at.width !== null)}`,
      title: `${number}: ${markText(mark, wording)}`,
      'aria-hidden': 'true',
    },
    number > mostNumbered || durationMs <= 0 ? null : h('span', { class: `flag row${row}` }, String(number)),
  );
  element.style.left = `${at.left}%`;
  if (at.width !== null) element.style.width = `${at.width}%`;
  return [element];
}

/** Returns how a mark is drawn: missing audio, a span, or a moment. */
export function kindOf({ event }: Mark, isSpan: boolean): MarkKind {
  if (event.mediaEffect === 'cut' || event.mediaEffect === 'gap') return isSpan ? 'span missing' : 'moment missing';
  return isSpan ? 'span' : 'moment';
}

function markText({ event }: Mark, wording: Wording): string {
  return `${wording.valued('event', event.type)}: ${wording.valued('effect', event.mediaEffect)}`;
}

/** Lists the marks below the waveform as links to their moments; null: none. */
export function markList(marks: readonly PlacedMark[], wording: Wording, seek: (ms: number) => void): HTMLElement | null {
  if (marks.length === 0) return null;
  const items = marks.map(({ mark, number }) => {
    const { atMs, endMs, open, event } = mark;
    const until = open ? wording.text('untilEnd') : endMs === null ? null : wording.length(endMs);
    const time = `${wording.length(Math.max(0, atMs ?? 0))}${until === null ? '' : ` – ${until}`}`;
    return h(
      'li',
      { class: `markitem ${event.type}` },
      h('span', { class: 'flag', 'aria-hidden': 'true' }, String(number)),
      h('button', { type: 'button', class: 'quiet', onclick: () => seek(Math.max(0, atMs ?? 0)) }, time),
      ' ',
      h('span', {}, markText(mark, wording)),
    );
  });
  return h('div', { class: 'marklist' }, h('h3', {}, wording.text('marks')), h('ul', {}, ...items));
}
