import type { Party, TimeValue } from '../../core/model/recording.ts';
import { utcClock } from '../../core/time/zone-clock.ts';
import { type Child, h } from '../base/dom.ts';
import { momentOf, offsetText, type Wording } from '../base/wording.ts';

/** A named fact; a null value is unknown and not shown. */
export type Fact = readonly [name: string, value: Child];

/** Lists facts as terms and values. */
export function factList(facts: readonly Fact[]): HTMLElement {
  return h('dl', {}, ...facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [h('dt', {}, name), h('dd', {}, value)])));
}

/** Creates a section with a heading; null if it is empty. */
export function section(title: string, ...children: readonly Child[]): HTMLElement | null {
  return children.every((child) => child === null) ? null : h('section', { class: 'facts' }, h('h3', {}, title), ...children);
}

/** Creates a collapsed section for long content. */
export function folded(title: string, ...children: readonly Child[]): HTMLElement {
  return h('details', {}, h('summary', {}, title), ...children);
}

/** Shows foreign text, isolated from the text direction around it. */
export function foreignText(text: string): HTMLElement {
  return h('bdi', {}, text);
}

/** Number of rows of a table that are shown at once. */
const mostRows = 500;

/** Creates a table with column headings. */
export function table(caption: string, columns: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement | null {
  if (rows.length === 0) return null;
  const body = rows.slice(0, mostRows).map((row) => h('tr', {}, ...row.map((cell, at) => h('td', { 'data-label': columns[at] ?? '' }, cell))));
  const rest = rows.length > mostRows ? h('p', { class: 'soft' }, `… ${rows.length - mostRows}`) : null;
  const head = h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)));
  return h(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {}, h('thead', {}, head), h('tbody', {}, ...body)),
    rest,
  );
}

/** Lists names with values. */
export function pairs(list: readonly { readonly name: string; readonly value: string }[]): HTMLElement | null {
  return list.length === 0 ? null : factList(list.map(({ name, value }) => [name, foreignText(value)]));
}

/** Formats a time within text. */
export function timeText(iso: string, wording: Wording): HTMLElement {
  const { text, zone } = momentOf(iso, wording);
  return h('time', { datetime: iso }, `${text} ${zone}`);
}

/** Formats a time with everything known about it: certainty, both readings of an ambiguous time, and the original text. */
export function timeFact(time: TimeValue | null, wording: Wording): HTMLElement | null {
  if (time === null) return null;
  const { certainty, candidates, zone, basis, raw } = time;
  const sure = certainty === 'exact';
  const known = time.utc ?? time.local;
  const moment = known === null ? null : momentOf(known, wording);
  // Also in UTC for quoting, and as the recorder's clock showed it, if the page shows another zone.
  const utc = time.utc === null ? null : momentOf(time.utc, wording, utcClock.zone);
  const local = time.utc !== null && time.local !== null ? momentOf(time.local, wording) : null;
  const offset = time.offsetMin === null ? '' : `${offsetText(time.offsetMin)}, `;
  // A UTC time that the recorder wrote has the certainty `assumed` only if its date is implausible.
  const doubt = certainty === 'assumed' && ['epoch', 'utc-column', 'explicit-offset'].includes(basis) ? 'implausible' : certainty;
  const why = wording.text(`certain-${doubt}`, { basis: wording.valued('basis', basis), zone: zone ?? '?' });
  return h(
    'div',
    { class: `time ${certainty}` },
    moment === null
      ? null
      : h('span', { class: 'moment' }, h('time', { datetime: known ?? '' }, moment.text), h('span', { class: 'zone' }, ` ${moment.zone}`)),
    sure ? null : h('span', { class: `chip certainty ${doubt === 'assumed' ? '' : 'warn'}` }, wording.valued('certainty', doubt)),
    utc === null || utc.zone === moment?.zone ? null : h('div', {}, `${utc.text} ${utc.zone}`),
    local === null || local.text === moment?.text ? null : h('div', {}, `${local.text} (${offset}${wording.text('clockTime')})`),
    h('div', { class: 'soft' }, why),
    candidates.length === 0 ? null : h('ul', { class: 'candidates' }, ...candidates.map((candidate) => h('li', {}, timeText(candidate, wording)))),
    h('div', { class: 'soft' }, `${wording.text('asWritten')}: `, h('code', {}, foreignText(raw))),
  );
}

/** Lists the participants. */
export function partyTable(parties: readonly Party[], wording: Wording): HTMLElement | null {
  const columns = (['role', 'number', 'name', 'agent', 'device'] as const).map((key) => wording.text(key));
  return table(
    wording.text('parties'),
    columns,
    parties.map(({ role, phone, name, agentId, device }) => [
      wording.valued('role', role),
      phone === null
        ? ''
        : h(
            'span',
            {},
            foreignText(phone.raw),
            phone.e164 !== null && phone.e164 !== phone.raw ? h('span', { class: 'soft' }, ` ${phone.e164}`) : null,
            phone.damage === null ? null : h('span', { class: 'chip warn' }, wording.text('damage', { damage: phone.damage })),
          ),
      foreignText(name ?? ''),
      foreignText(agentId ?? ''),
      foreignText(device ?? ''),
    ]),
  );
}
