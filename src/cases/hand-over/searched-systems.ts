import type { Catalog } from '../../store/catalog/catalog.ts';

/** Recordings of the archive that came from one system. */
export interface SearchedSystem {
  readonly importer: string;
  /** Site; null: omitted, because a name may identify a person, or because all sites count as one. */
  readonly site: string | null;
  readonly recordings: number;
  /** First month of its calls and, below, the last one; null: no call has a time. */
  readonly from: string | null;
  readonly to: string | null;
  /** Months without a call between these two, in order. */
  readonly without: readonly string[];
  readonly withoutTime: number;
}

/** Lists the systems of an archive, the largest first. @param bySite false: all sites of an importer count as one */
export function searchedSystems(catalog: Pick<Catalog, 'countBy' | 'months'>, bySite: boolean): SearchedSystem[] {
  const importers = catalog.countBy('importer', {}).map(({ value }) => value);
  return importers
    .flatMap((importer) =>
      bySite
        ? catalog.countBy('site', { importer }).map(({ value: site, count }) => systemOf(catalog, { importer, site }, count))
        : catalog.countBy('importer', { importer }).map(({ count }) => systemOf(catalog, { importer }, count)),
    )
    .sort((a, b) => b.recordings - a.recordings);
}

/** Describes a system for the scope sheet: its name, the months of its calls, and months without a call. */
export function systemWords({ importer, site, from, to, without, withoutTime }: SearchedSystem): string {
  const name = site === null || site === '' || site === 'default' ? importer : `${importer} ${site}`;
  const months = `${without.slice(0, mostMonths).join(', ')}${without.length > mostMonths ? ` and ${without.length - mostMonths} more` : ''}`;
  const period = from === null ? 'no call has a time' : `calls from ${from} to ${to}${without.length === 0 ? '' : `, none in ${months}`}`;
  return `${name}: ${period}${withoutTime > 0 ? `, ${withoutTime} without a time` : ''}`;
}

const mostMonths = 12;

function systemOf(
  catalog: Pick<Catalog, 'months'>,
  query: { readonly importer: string; readonly site?: string },
  recordings: number,
): SearchedSystem {
  const months = [...catalog.months(query)];
  const dated = months.filter(({ month }) => /^\d{4}-\d{2}$/.test(month)).map(({ month }) => month);
  const [from, to] = [dated.at(-1) ?? null, dated[0] ?? null];
  return {
    importer: query.importer,
    site: query.site ?? null,
    recordings,
    from,
    to,
    without: from === null || to === null ? [] : monthsBetween(from, to).filter((month) => !dated.includes(month)),
    withoutTime: months.find(({ month }) => month === 'undated')?.recordings ?? 0,
  };
}

/** Returns the months from one to another, including both. */
function monthsBetween(from: string, to: string): string[] {
  const number = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  const first = number(from);
  // Limited, because a recorder's clock at 1970 would make a long list.
  return Array.from({ length: Math.min(number(to) - first + 1, 2_400) }, (_, index) => {
    const at = first + index;
    return `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}
