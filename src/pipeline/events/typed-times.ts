import { agree } from '../../core/base/agree.ts';
import { windowOf } from '../../core/search/call-filter.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import type { PipelineEvent } from './events.ts';

/** Time bounds typed without an offset, in local time. */
export interface TypedTimes {
  readonly from?: string;
  readonly to?: string;
  /** IANA name of their zone; null: that of the archive's recordings. */
  readonly zone: string | null;
}

/** Converts the bounds to UTC. Reports the zone that it used, and the result, as a `notice`. */
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
    // The catalog also accepts the beginning of a time, which stays as typed if it is in UTC.
    bounds[name] = zone === 'UTC' ? text : utc;
    yield { type: 'notice', message: `--${name} ${text} is ${utc.replace('T', ' ')} UTC (read in ${zone}${of})` };
  }
  return bounds;
}

/**
 * Returns the zone in which the starts of an archive were interpreted, if there is only one. UTC does not count, because systems write it everywhere.
 */
function zoneOfArchive(catalog: Pick<Catalog, 'countBy'>): { readonly zone: string; readonly of: string } {
  const zones = zonesOf(catalog);
  const [only] = zones;
  if (only === undefined) return { zone: 'UTC', of: '; --zone selects another zone' };
  if (zones.length > 1) return { zone: 'UTC', of: agree`: the calls of the archive are from ${zones.length} zone[s]; give --zone` };
  return { zone: only, of: ', the zone of the calls of the archive; --zone selects another one' };
}

/**
 * Returns the zones in which the starts of calls were interpreted, without UTC, because systems write it everywhere.
 * @param site only calls of this site
 */
export function zonesOf(catalog: Pick<Catalog, 'countBy'>, site?: string): readonly string[] {
  return catalog.countBy('zone', site === undefined ? {} : { site }).flatMap(({ value }) => (value === '' || value === 'UTC' ? [] : [value]));
}
