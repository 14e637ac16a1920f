import { parseLength, parseWeekdays } from '../../core/search/call-filter.ts';
import { h } from '../base/dom.ts';
import { after, datesIn, daysOf, rangeOf, type ZonelessQuery } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';
import type { TextKey } from '../texts/en.ts';
import { dayName } from './filter-fields.ts';

/** Chips of all filters besides the words, visible even if the fields are collapsed; each can be removed. */
export interface ActiveFilters {
  readonly element: HTMLElement;
  show(query: ZonelessQuery): void;
}

const named = ['direction', 'status', 'codec', 'importer', 'agent', 'tag'] as const satisfies readonly (TextKey & keyof ZonelessQuery)[];

/** Creates the chips. @param ask receives the query without the removed filter */
export function createActiveFilters(wording: Wording, ask: (query: ZonelessQuery) => void): ActiveFilters {
  const element = h('ul', { class: 'asked', 'aria-label': wording.text('asked'), hidden: true });
  const chip = (label: string, value: string, without: ZonelessQuery): HTMLElement => {
    const filter = `${label}: ${value}`;
    return h(
      'li',
      {},
      h('span', { class: 'name' }, `${label}: `),
      h('bdi', {}, value),
      h(
        'button',
        {
          type: 'button',
          'aria-label': wording.text('askedRemove', { filter }),
          title: wording.text('askedRemove', { filter }),
          onclick: () => ask(without),
        },
        '×',
      ),
    );
  };
  return {
    element,
    show: (query) => {
      const typed = datesIn(query.text ?? '');
      const range = rangeOf(typed);
      const { from: _from, to: _to, ...anyTime } = query;
      const chips = [
        ...(range === null ? [] : [chip(wording.text('askedTyped'), timesOf(range), { ...query, text: typed.text })]),
        ...(query.from === undefined && query.to === undefined ? [] : [chip(wording.text('askedTime'), timesOf(query), anyTime)]),
        ...named.flatMap((name) => {
          const { [name]: value, ...without } = query;
          if (value === undefined) return [];
          return [chip(wording.text(name), name === 'direction' || name === 'status' ? wording.valued(name, value) : value, without)];
        }),
        ...narrowings(query, wording).map(([label, value, without]) => chip(label, value, without)),
      ];
      element.hidden = chips.length === 0;
      element.replaceChildren(...chips);
    },
  };
}

/** Returns the filters for length, weekdays, time of day and damage, each with the query without that filter. */
function narrowings(query: ZonelessQuery, wording: Wording): readonly (readonly [label: string, value: string, without: ZonelessQuery])[] {
  const { text } = wording;
  const { minLength, maxLength, ...anyLength } = query;
  const { weekday, ...anyDay } = query;
  const { timeOfDay, ...anyHour } = query;
  const { damaged, ...anyState } = query;
  const lengthOf = (written: string | undefined, sign: string): string[] => {
    const ms = parseLength(written ?? '');
    return ms === null ? [] : [`${sign} ${wording.length(ms)}`];
  };
  const days = (parseWeekdays(weekday ?? '') ?? []).map((day) => dayName(day, wording, 'short'));
  const lengths = [...lengthOf(minLength, '≥'), ...lengthOf(maxLength, '≤')];
  return [
    ...(lengths.length === 0 ? [] : [[text('length'), lengths.join(', '), anyLength] as const]),
    ...(days.length === 0 ? [] : [[text('weekday'), days.join(', '), anyDay] as const]),
    ...(timeOfDay === undefined ? [] : [[text('timeOfDay'), timeOfDay.replace('-', ' – '), anyHour] as const]),
    ...(damaged === undefined ? [] : [[text('state'), text('onlyDamaged'), anyState] as const]),
  ];
}

/** Formats a range: `2019-03` if it is exactly that month, else its first and last day; an open end stays open. */
function timesOf(range: Pick<ZonelessQuery, 'from' | 'to'>): string {
  const { from, to } = range;
  if (from !== undefined && from.length <= 10 && to === after(from)) return from;
  const { first, last } = daysOf(range);
  return first === last ? first : `${first} – ${last}`.trim();
}
