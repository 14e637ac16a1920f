import { type Values, valuesOf } from '../../src/tables/values/values.ts';
import type { Mapping } from './mapping.ts';

/** The fields of a file's name by a mapping's template, nothing of them taken yet; null: it has none, or the name does not fit. */
export type NameValues = (path: string) => Values | null;

/** Reads names by the template of a mapping. The last name is remembered: an importer asks several times for one before it goes on. */
export function nameValues({ files: { template } }: Mapping): NameValues {
  let last = '';
  let match: ReturnType<NonNullable<typeof template>['match']> = null;
  return (path) => {
    if (template === null) return null;
    if (path !== last) [last, match] = [path, template.match(path)];
    return match === null ? null : valuesOf(path, match.values, (name) => name, match.formatOf);
  };
}

/** The key that a name tells by the mapping, or null. */
export function keyOfName(path: string, { files: { columns } }: Mapping, names: NameValues): string | null {
  const values = names(path);
  const parts = (columns?.key ?? []).map((field) => values?.peek([field]) ?? '');
  return parts.some((part) => part !== '') ? parts.join('/') : null;
}
