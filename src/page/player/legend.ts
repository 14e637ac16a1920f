import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';

/** Ways of drawing a mark over a waveform; also its CSS classes. */
export type MarkKind = 'moment' | 'span' | 'moment missing' | 'span missing';

/** Explains the signs of a waveform: the common ones, and those of its marks. */
export function waveLegend(hasNotes: boolean, kinds: readonly MarkKind[], wording: Wording): HTMLElement {
  const { text } = wording;
  const rows: readonly (readonly [sign: string, meaning: string])[] = [
    ['sample unplayed', text('legendWave')],
    ['sample played', text('legendPlayed')],
    ['sample head', text('legendHead')],
    ['sample zero', text('legendSilence')],
    ['sample regioned', text('legendRegion')],
    ...(hasNotes ? [['sample noted', text('legendNote')] as const] : []),
    ...(['moment', 'span', 'moment missing', 'span missing'] as const)
      .filter((kind) => kinds.includes(kind))
      .map((kind) => [`sample mark ${kind}`, text(`legend-${kind}`)] as const),
  ];
  return h(
    'details',
    { class: 'legend' },
    h('summary', {}, text('legend')),
    legendList(rows.map(([sign, meaning]) => [h('span', { class: sign }), meaning])),
  );
}

/** Explains the signs of a row of results. */
export function rowLegend(wording: Wording): HTMLElement {
  const { text, valued } = wording;
  const chip = (words: string, kind = ''): HTMLElement => h('span', { class: `chip ${kind}` }, words);
  const arrows = (['inbound', 'outbound', 'internal', 'tandem', 'unknown'] as const).map(
    (direction) => [h('span', { class: 'arrow' }, directionArrows[direction]), valued('direction', direction)] as const,
  );
  return legendList([
    ...arrows,
    [chip(valued('certainty', 'assumed'), 'certainty'), text('legendAssumed')],
    [chip(valued('certainty', 'ambiguous-fold'), 'certainty warn'), text('legendUnsure')],
    [chip(valued('status', 'matched'), 'status good'), text('legendMatched')],
    [chip(valued('status', 'row-without-audio'), 'status'), text('legendStatus')],
    [chip(valued('fault', 'damaged'), 'sev-error fault'), text('legendFault')],
    [chip(text('doubtfulMark'), 'warn'), text('legendDoubtful')],
    [chip(wording.counted('findings', 2)), text('legendFindings')],
    [chip(valued('number', 'possible')), text('legendNumber')],
  ]);
}

/** Signs of call directions. */
export const directionArrows: Readonly<Record<'inbound' | 'outbound' | 'internal' | 'tandem' | 'unknown', string>> = {
  inbound: '↙',
  outbound: '↗',
  internal: '⇄',
  tandem: '⇉',
  unknown: '·',
};

function legendList(rows: readonly (readonly [sign: HTMLElement, meaning: string])[]): HTMLElement {
  return h('dl', { class: 'signs' }, ...rows.flatMap(([sign, meaning]) => [h('dt', {}, sign), h('dd', {}, meaning)]));
}
