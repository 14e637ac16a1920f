import { parseLength, parseTimeOfDay, parseWeekdays, weekdays, weekdayText } from '../../core/search/call-filter.ts';
import { h } from '../base/dom.ts';
import type { ZonelessQuery } from '../base/state.ts';
import type { Wording } from '../base/wording.ts';

/** Members of a query that these fields edit. */
type Held = Pick<ZonelessQuery, 'minLength' | 'maxLength' | 'weekday' | 'timeOfDay' | 'damaged'>;

/** Fields for length, weekday, time of day and damage. */
export interface FilterFields {
  readonly elements: readonly HTMLElement[];
  /** Returns the current values; empty texts set no filter. */
  read(): Held;
  show(query: ZonelessQuery): void;
}

/** Creates empty fields. */
export function createFilterFields(wording: Wording): FilterFields {
  const { text } = wording;
  const [min, max] = [lengthField('minLength', wording), lengthField('maxLength', wording)];
  const [from, to] = (['timeFrom', 'timeTo'] as const).map((key) => h('input', { type: 'time', id: `field-${key}`, 'aria-label': text(key) })) as [
    HTMLInputElement,
    HTMLInputElement,
  ]; // one field per key
  const days = weekdays.map((name, index) => h('input', { type: 'checkbox', value: name, 'aria-label': dayName(index + 1, wording, 'long') }));
  const damaged = h('input', { type: 'checkbox', id: 'field-damaged' });
  return {
    elements: [
      pair(text('length'), min.input, max.input),
      pair(text('timeOfDay'), from, to),
      h(
        'fieldset',
        { class: 'field weekdays wide2' },
        h('legend', {}, text('weekday')),
        h('div', {}, ...days.map((box, index) => h('label', {}, box, h('span', {}, dayName(index + 1, wording, 'short'))))),
      ),
      h('p', { class: 'only wide2' }, h('label', {}, damaged, ' ', text('onlyDamaged'))),
    ],
    read: () => ({
      minLength: min.read(),
      maxLength: max.read(),
      timeOfDay: timeText(from.value, to.value),
      weekday: weekdayText(days.flatMap((box, index) => (box.checked ? [index + 1] : []))),
      damaged: damaged.checked ? 'yes' : '',
    }),
    show: (query) => {
      min.show(query.minLength ?? '');
      max.show(query.maxLength ?? '');
      // A field that is being edited is not overwritten.
      if (timeText(from.value, to.value) !== (query.timeOfDay ?? '')) {
        const [first = '', last = ''] = (query.timeOfDay ?? '').split('-');
        from.value = first;
        to.value = last === '24:00' ? '' : last;
      }
      const chosen = parseWeekdays(query.weekday ?? '') ?? [];
      for (const [index, box] of days.entries()) box.checked = chosen.includes(index + 1);
      damaged.checked = query.damaged === 'yes';
    },
  };
}

/** Formats a time of day as a range; an open end is midnight; equal times give an empty text. */
function timeText(from: string, to: string): string {
  if (from === '' && to === '') return '';
  const text = `${from === '' ? '00:00' : from}-${to === '' || to === '00:00' ? '24:00' : to}`;
  return parseTimeOfDay(text) === null ? '' : text;
}

/** Groups two related fields. */
function pair(label: string, from: HTMLElement, to: HTMLElement): HTMLElement {
  return h('fieldset', { class: 'field pair wide2' }, h('legend', {}, label), h('div', {}, from, h('span', { 'aria-hidden': 'true' }, '–'), to));
}

function lengthField(
  key: 'minLength' | 'maxLength',
  { text }: Wording,
): { readonly input: HTMLInputElement; readonly read: () => string; readonly show: (value: string) => void } {
  const input = h('input', {
    type: 'text',
    id: `field-${key}`,
    maxlength: 12,
    placeholder: text(`${key}Hint`),
    autocomplete: 'off',
    'aria-label': text(key),
    title: text('lengthHint'),
  });
  const isNone = (): boolean => input.value.trim() !== '' && parseLength(input.value) === null;
  return {
    input,
    read: () => {
      input.setAttribute('aria-invalid', String(isNone()));
      return isNone() ? '' : input.value.trim();
    },
    show: (value) => {
      if (input === document.activeElement && (input.value.trim() === value || isNone())) return;
      input.value = value;
      input.setAttribute('aria-invalid', 'false');
    },
  };
}

/** Returns the name of a weekday. @param day 1 is Monday */
export function dayName(day: number, { tag }: Wording, length: 'short' | 'long'): string {
  // 1 January 2024 was a Monday.
  return new Intl.DateTimeFormat(tag, { weekday: length, timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));
}
