import { windowOf } from '../../core/search/call-filter.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import type { PipelineEvent } from './events.ts';

/** Bounds as a clock showed them: times that were typed without an offset. */
export interface TypedTimes {
  readonly from?: string;
  readonly to?: string;
  /** IANA name of the clock's zone; null: that of the archive's recordings. */
  readonly zone: string | null;
}

/** The bounds in UTC. By which clock they were read, and what that gave, is told as a `notice`. */
export function* readTimes(
  catalog: Pick<Catalog, 'countBy'>,
  typed: TypedTimes | undefined,
): Generator<PipelineEvent, Pick<CatalogQuery, 'from' | 'to'>> {
  if (typed === undefined) return {};
  const { zone, of } = typed.zone === null ? zoneOfArchive(catalog) : { zone: typed.zone, of: '' };
  const bounds: { from?: string; to?: string } = {};
  for (const name of ['from', 'to'] as const) {
    const text = typed[name];
    if (text === undefined) continue;
    const { fromMs = null, toMs = null } = windowOf({ [name]: text }, zone) ?? {};
    const ms = fromMs ?? toMs;
    const utc = ms === null ? text : new Date(ms).toISOString().replace(/(?:\.000)?Z$/, '');
    // The catalog reads the beginning of a time as well: where nothing is turned into UTC it stays as it was typed.
    bounds[name] = zone === 'UTC' ? text : utc;
    yield { type: 'notice', message: `--${name} ${text} is ${utc.replace('T', ' ')} UTC (read in ${zone}${of})` };
  }
  return bounds;
}

/** The zone by which the starts of an archive were read, where it is one; UTC is no other, since systems write it wherever they stand. */
function zoneOfArchive(catalog: Pick<Catalog, 'countBy'>): { readonly zone: string; readonly of: string } {
  const zones = zonesOf(catalog);
  const [only] = zones;
  if (only === undefined) return { zone: 'UTC', of: '; --zone reads it in another zone' };
  if (zones.length > 1) return { zone: 'UTC', of: `: the calls of the archive are of ${zones.length} zones; give --zone` };
  return { zone: only, of: ', the zone of the calls of the archive; --zone reads it in another one' };
}

/** The zones by which the starts of calls were read; UTC is none, since systems write it wherever they stand. @param site only calls of this site */
export function zonesOf(catalog: Pick<Catalog, 'countBy'>, site?: string): readonly string[] {
  return catalog.countBy('zone', site === undefined ? {} : { site }).flatMap(({ value }) => (value === '' || value === 'UTC' ? [] : [value]));
}
