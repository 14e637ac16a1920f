import type { CallRow } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import { directionArrows } from '../player/legend.ts';

const arrows: Readonly<Record<string, string>> = directionArrows;

/** Creates the cells of a row of results. @param tick checkbox before the start; null: rows cannot be ticked */
export function rowCells(row: CallRow, wording: Wording, tick: HTMLElement | null = null): HTMLElement[] {
  const direction = wording.valued('direction', row.direction);
  const cell = (name: string, ...children: readonly (Node | string | null)[]): HTMLElement =>
    h('div', { role: 'gridcell', class: `cell ${name}` }, ...children);
  return [
    cell('colStart', tick, ...startOf(row, wording)),
    cell('colLength', wording.length(row.durationMs)),
    cell(
      'colDirection',
      h('span', { class: 'arrow', 'aria-hidden': 'true' }, arrows[row.direction] ?? '·'),
      ' ',
      h('span', { class: 'word' }, direction),
    ),
    cell('colFrom', row.name === undefined ? h('bdi', {}, row.from) : h('bdi', { class: 'soft', title: row.name }, row.name)),
    cell('colTo', h('bdi', {}, row.to)),
    cell('colAgent', h('bdi', {}, row.agent)),
    cell(
      'colStatus',
      row.fault === undefined ? null : h('span', { class: 'chip sev-error fault' }, wording.valued('fault', row.fault)),
      h('span', { class: `chip status ${row.status === 'matched' ? 'good' : ''}` }, wording.valued('status', row.status)),
    ),
    cell('colCodec', row.codecs.join(' ')),
    cell(
      'colMarks',
      row.number === undefined
        ? null
        : h('span', { class: 'chip', title: wording.valued('number', row.number) }, wording.valued('number', row.number)),
      row.doubtful > 0 ? h('span', { class: 'chip warn' }, wording.text('doubtfulMark')) : null,
      row.findings > 0 ? h('span', { class: 'chip' }, wording.counted('findings', row.findings)) : null,
    ),
  ];
}

/** Shows the start of a call, its zone and its certainty. */
export function startOf({ start, certainty }: Pick<CallRow, 'start' | 'certainty'>, wording: Wording): HTMLElement[] {
  if (start === null) {
    const why = certainty === null || certainty === 'exact' ? wording.text('noTime') : wording.valued('certainty', certainty);
    return [h('span', { class: 'soft' }, why)];
  }
  const { text, zone } = momentOf(start, wording);
  const sure = certainty === null || certainty === 'exact';
  return [
    h('time', { datetime: start }, text),
    h('span', { class: 'zone', title: start.endsWith('Z') ? wording.zone : wording.text('unknownOffsetHint') }, ` ${zone}`),
    ...(sure ? [] : [h('span', { class: `chip certainty ${certainty === 'assumed' ? '' : 'warn'}` }, wording.valued('certainty', certainty))]),
  ];
}
