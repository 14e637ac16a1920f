import type { PageCaseGap, PageCaseRow, PageCaseView } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';

/** What the timeline needs from its panel. */
export interface CaseTimelineWiring {
  readonly wording: Wording;
  /** Shows a recording. */
  readonly open: (recording: string) => void;
  /** Removes a recording from the case. */
  readonly remove: (recording: string, reason: string) => Promise<void>;
}

/** Shows a case in chronological order: rows, overlaps and gaps. */
export function caseTimeline(view: PageCaseView, wiring: CaseTimelineWiring): HTMLElement {
  const { wording } = wiring;
  const { text } = wording;
  const { timeline } = view;
  if (timeline === null) return h('p', {}, text('caseTooLarge', { id: view.id }));
  const { rows, gaps, moreGaps, outside, moreOutside, notLooked, overlaps, unreadable } = timeline;
  if (rows.length === 0 && unreadable === 0) return h('p', { class: 'soft' }, text('caseEmpty'));
  const { counted } = wording;
  const counts = [counted('rows', rows.length), counted('overlaps', overlaps), counted('gaps', gaps.length + moreGaps)].join(', ');
  return h(
    'div',
    { class: 'caseline', role: 'region', tabindex: 0, 'aria-label': text('caseTimeline', { title: view.title }) },
    h('h2', {}, view.title),
    h('p', {}, counts),
    unreadable === 0 ? null : h('p', { class: 'banner' }, text('caseUnreadable', { n: wording.number(unreadable) })),
    h('p', { class: 'soft' }, text('caseOrder')),
    h('ol', { class: 'caserows' }, ...rows.map((row) => rowOf(row, wiring))),
    h('h3', {}, text('caseGaps')),
    gaps.length === 0 ? h('p', { class: 'soft' }, text('noFindings')) : h('ul', { class: 'findinglist' }, ...gaps.map((gap) => gapOf(gap, wording))),
    moreGaps === 0 ? null : h('p', {}, text('caseMoreGaps', { n: wording.number(moreGaps) })),
    outside.length === 0 ? null : h('h3', {}, text('caseOutside')),
    outside.length === 0
      ? null
      : h(
          'ul',
          { class: 'findinglist outside' },
          ...outside.map((one) => {
            const item = gapOf(one, wording);
            item.append(...one.recordings.map((id) => showButton(id, wording, wiring.open)));
            return item;
          }),
        ),
    moreOutside === 0 ? null : h('p', {}, text('caseMoreGaps', { n: wording.number(moreOutside) })),
    notLooked === 0 ? null : h('p', {}, text('caseNotLooked', { n: wording.number(notLooked) })),
  );
}

/** Shows how certain a position in the order is. */
function marks({ placement, reading }: PageCaseRow, wording: Wording): HTMLElement | null {
  if (placement === 'exact') return null;
  const words =
    placement === 'ambiguous'
      ? `${wording.valued('placement', placement)} ${reading === 'first' ? '1/2' : '2/2'}`
      : wording.valued('placement', placement);
  return h('span', { class: `chip certainty ${placement === 'assumed' ? '' : 'warn'}` }, words);
}

function rowOf(row: PageCaseRow, { wording, open, remove }: CaseTimelineWiring): HTMLElement {
  const { text } = wording;
  const moment = row.time === null ? null : momentOf(row.time, wording);
  const who = [row.from, row.to].map((name) => (name === '' ? '–' : name));
  const isCall = row.kind === 'recording';
  const facts = [
    row.system,
    ...(isCall && row.direction !== '' ? [wording.valued('direction', row.direction)] : []),
    ...(row.lengthMs === null ? [] : [wording.length(row.lengthMs)]),
  ];
  return h(
    'li',
    { class: isCall ? 'case-call' : 'case-message', 'data-key': row.key },
    h(
      'p',
      {},
      moment === null ? h('span', { class: 'soft' }, text('noTime')) : h('time', {}, moment.text),
      moment === null ? null : h('span', { class: 'zone' }, ` ${moment.zone}`),
      marks(row, wording),
      ' ',
      h('span', { class: 'soft' }, facts.join(' · ')),
    ),
    h('p', {}, h('bdi', {}, who[0] ?? ''), h('span', { class: 'soft', 'aria-hidden': 'true' }, ' → '), h('bdi', {}, who[1] ?? '')),
    row.text === '' ? null : h('p', { class: 'casetext' }, row.text),
    isCall && !row.hasAudio ? h('p', { class: 'bad' }, `${text('caseNoSound')}: ${wording.valued('status', row.status)}`) : null,
    row.overlaps.length === 0
      ? null
      : h(
          'p',
          { class: 'soft' },
          text('caseOverlaps', { keys: row.overlaps.map((one) => `${one.with.slice(0, 8)}${one.certain ? '' : '?'}`).join(', ') }),
        ),
    isCall && row.reading === 'first' ? rowActions(row, wording, open, remove) : null,
  );
}

function rowActions(row: PageCaseRow, wording: Wording, open: (id: string) => void, remove: CaseTimelineWiring['remove']): HTMLElement {
  const { text } = wording;
  const short = row.key.slice(0, 8);
  const reason = h('input', { type: 'text', maxlength: 500, id: `why-${row.key}`, autocomplete: 'off' });
  // The confirmation is shown in place, so that the affected row stays visible.
  const form = h(
    'form',
    {
      class: 'casewhy',
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        void remove(row.key, reason.value);
      },
    },
    h('div', { class: 'field' }, h('label', { for: `why-${row.key}` }, text('caseWhy')), reason),
    h('button', { type: 'submit' }, text('caseRemove')),
    h('button', { type: 'button', class: 'quiet', onclick: () => ask(false) }, text('cancel')),
  );
  const first = h(
    'button',
    { type: 'button', class: 'quiet remove', 'aria-label': `${text('caseRemove')}: ${short}`, onclick: () => ask(true) },
    text('caseRemove'),
  );
  const ask = (shown: boolean): void => {
    form.hidden = !shown;
    first.hidden = shown;
    (shown ? reason : first).focus();
  };
  return h('div', { class: 'caseactions' }, showButton(row.key, wording, open), first, form);
}

function showButton(id: string, { text }: Wording, open: (id: string) => void): HTMLElement {
  const short = id.slice(0, 8);
  return h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `${text('caseOpenCall')}: ${short}`, onclick: () => open(id) },
    `${text('caseOpenCall')} ${short}`,
  );
}

function gapOf({ from, to, parties, evidence, entry, sureness, system }: PageCaseGap, wording: Wording): HTMLElement {
  const lengthMs = Date.parse(to) - Date.parse(from);
  const when = momentOf(from, wording);
  return h(
    'li',
    {},
    h('time', {}, when.text),
    h('span', { class: 'zone' }, ` ${when.zone} `),
    `${lengthMs > 0 ? wording.length(lengthMs) : wording.text('caseMoment')} · `,
    h('bdi', {}, parties.join(', ')),
    ` · ${wording.valued('evidence', evidence)} (${entry.slice(0, 8)}) · ${wording.text('caseWants', { system })}`,
    sureness === 'exact' ? null : h('span', { class: 'chip certainty warn' }, wording.valued('placement', sureness)),
  );
}
