import { agree } from '../../core/base/agree.ts';
import { zonesOf } from '../../pipeline/events/typed-times.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';

/** Facts from an archive's sites for reading a list: the zone of its times, and the site of a row. */
export interface ListSites {
  /** True if all calls are from one site. */
  readonly isOne: boolean;
  /** Returns the IANA zone of times without an offset; null if unknown. @param site as returned by `siteOf` */
  zoneOf(site: string | null): string | null;
  /** Returns the archive's name for the site that a cell means; null if the archive has no such site. */
  siteOf(text: string): string | null;
  /** Describes the zone in which times are read. */
  readonly said: string;
}

/** Reads sites and zones from the catalog. @param given by `--zone`; null: the zone that all calls of the site, or of the archive, share */
export function listSites(catalog: Pick<Catalog, 'countBy' | 'search' | 'count'>, given: string | null): ListSites {
  const zones = new Map<string | null, string | null>();
  const sites = new Map<string, string | null>();
  const zoneOf = (site: string | null): string | null => {
    if (given !== null) return given;
    const before = zones.get(site);
    if (before !== undefined) return before;
    const found = site === null ? zonesOf(catalog) : zonesOf(catalog, site);
    const [only = 'UTC'] = found;
    const zone = found.length > 1 ? null : only;
    zones.set(site, zone);
    return zone;
  };
  const siteOf = (text: string): string | null => {
    const before = sites.get(text);
    if (before !== undefined) return before;
    const site = [text, text.toLowerCase()].find((one) => catalog.count({ site: one }, 1) > 0) ?? null;
    if (sites.size >= mostSites) sites.clear();
    sites.set(text, site);
    return site;
  };
  const all = zonesOf(catalog).length;
  const whole = zoneOf(null);
  const read = 'times without an offset are read in';
  const said =
    given !== null
      ? `${read} ${given}`
      : whole === null
        ? agree`the calls of the archive are from ${all} zone[s], so times without an offset are read in no zone: give --zone, or the site in a column`
        : `${read} ${whole}, ${all === 0 ? 'since no call of the archive has a zone' : 'the zone of the calls of the archive'}; --zone reads them in another one`;
  const [first] = catalog.search({ limit: 1 });
  const isOne = first === undefined || catalog.count({ site: first.site }, mostCounted) === catalog.count({}, mostCounted);
  return { isOne, zoneOf, siteOf, said };
}

/** Number of site names that are cached; limited because the column may contain anything. */
const mostSites = 10_000;
const mostCounted = Number.MAX_SAFE_INTEGER;
