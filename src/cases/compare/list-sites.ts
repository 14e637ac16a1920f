import { zonesOf } from '../../pipeline/events/asked-times.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';

/** What the sites of an archive say of a list: in which zone its times are, and of which site a row is. */
export interface ListSites {
  /** True where all calls are of one site. */
  readonly isOne: boolean;
  /** IANA zone of times without an offset; null: it is not known. @param site as `siteOf` gives it */
  zoneOf(site: string | null): string | null;
  /** The site that a cell means, as the archive calls it; null: none of the archive. */
  siteOf(text: string): string | null;
  /** In which zone times are read, in words. */
  readonly said: string;
}

/** Asks the catalog for its sites and zones. @param given by `--zone`; null: that of the calls of the site, or of the archive, where they are of one */
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
        ? `the calls of the archive are of ${all} zones, and ${read} none: give --zone, or the site in a column`
        : `${read} ${whole}, ${all === 0 ? 'since no call of the archive has a zone' : 'the zone of the calls of the archive'}; --zone reads them in another one`;
  const [first] = catalog.search({ limit: 1 });
  const isOne = first === undefined || catalog.count({ site: first.site }, mostCounted) === catalog.count({}, mostCounted);
  return { isOne, zoneOf, siteOf, said };
}

/** Names of sites that are remembered; a list may have anything in that column. */
const mostSites = 10_000;
const mostCounted = Number.MAX_SAFE_INTEGER;
