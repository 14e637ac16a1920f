import { utcClock } from '../core/time/zone-clock.ts';
import { h } from './base/dom.ts';
import { ownZone } from './base/shown-zone.ts';
import type { Wording } from './base/wording.ts';

/**
 * Creates the choice of the zone in which times are shown: the browser's own zone, UTC, or the zone named in the address.
 * @param choose receives the chosen zone
 */
export function createZoneChoice(wording: Wording, choose: (zone: string) => void): HTMLElement {
  const own = ownZone();
  const zones = [...new Set([own, utcClock.zone, wording.zone])];
  const nameOf = (zone: string): string => {
    const name = zone.replaceAll('_', ' ');
    return zone === own && zone !== utcClock.zone ? wording.text('zoneOwn', { zone: name }) : name;
  };
  const select = h(
    'select',
    { class: 'zonechoice', 'aria-label': wording.text('zoneLabel'), title: wording.text('zoneHint'), onchange: () => choose(select.value) },
    ...zones.map((zone) => h('option', { value: zone, selected: zone === wording.zone }, nameOf(zone))),
  );
  return select;
}
