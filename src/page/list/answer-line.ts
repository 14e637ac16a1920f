import type { DataSource, PageOverview, PageQuery, PageResult } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { failedText, type Wording } from '../base/wording.ts';

/** The line above the results: their number, the progress of the search, and the link to download all of them. */
export interface AnswerLine {
  readonly count: HTMLElement;
  readonly progress: HTMLElement;
  /** Downloads all results. */
  readonly take: HTMLElement;
  show(result: PageResult, query: PageQuery): void;
  fail(error: unknown): void;
}

/** What the line needs from the page. */
export interface AnswerLineWiring {
  readonly wording: Wording;
  readonly overview: PageOverview;
  /** Undefined: this source exports nothing. */
  readonly download: DataSource['export'];
  /** Returns the order in words; null for the default. */
  readonly orderWords: () => string | null;
  /** Announces words to a screen reader. */
  readonly announce: (words: string) => void;
}

/** Delay after which a screen reader announces an answer. */
const tellMs = 600;

/** Creates an empty line. */
export function createAnswerLine({ wording, overview, download, orderWords, announce }: AnswerLineWiring): AnswerLine {
  const { text } = wording;
  const count = h('p', { class: 'count' });
  const progress = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': text('search') });
  const take = h('a', { class: 'take', download: '', hidden: true }, text('exportFound'));
  let telling = 0;
  return {
    count,
    progress,
    take,
    show: (result, query) => {
      const { total, searched, durationMs } = result;
      const calls = wording.counted('calls', total);
      const none = total > 0 || searched < 1 ? null : text(overview.recordings === 0 ? 'empty' : 'none');
      const times = timesOf(result, wording);
      count.textContent = [...(none === null ? [calls, text('sound', { length: wording.length(durationMs) })] : [none]), ...times].join(' · ');
      const file = overview.may.export && searched >= 1 && total > 0 && total <= (download?.mostRecordings ?? 0) ? download : undefined;
      take.hidden = file === undefined;
      if (file !== undefined) take.href = file.address(query);
      progress.hidden = searched >= 1;
      progress.value = searched;
      clearTimeout(telling);
      telling = setTimeout(() => {
        const found = none ?? [text('found', { calls }), orderWords(), ...times].filter((words) => words !== null).join(' ');
        announce(searched < 1 ? text('searching', { share: Math.floor(searched * 100) }) : found);
      }, tellMs);
    },
    fail: (error) => {
      progress.hidden = true;
      count.textContent = failedText(error, wording);
    },
  };
}

/** Returns texts that say how many calls are possibly within the requested range, and how many have no time. */
function timesOf({ window }: PageResult, { text, number }: Wording): readonly string[] {
  const { perhaps = 0, withoutTime = 0 } = window ?? {};
  return [
    ...(perhaps === 0 ? [] : [text('perhapsInTime', { n: number(perhaps) })]),
    ...(withoutTime === 0 ? [] : [text('withoutTime', { n: number(withoutTime) })]),
  ];
}
