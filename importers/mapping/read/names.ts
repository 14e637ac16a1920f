import { type Values, valuesOf } from '../../../src/tables/values/values.ts';
import type { Mapping } from './mapping.ts';

/** Returns the fields of a file's name by a mapping's template, with no value taken; null if there is no template or the name does not match. */
export type NameValues = (path: string) => Values | null;

/** Returns a reader of names by the template of a mapping. It remembers the last name, because importers request the same name several times in a row. */
export function nameValues({ files: { template } }: Mapping): NameValues {
  let last = '';
  let match: ReturnType<NonNullable<typeof template>['match']> = null;
  return (path) => {
    if (template === null) return null;
    if (path !== last) [last, match] = [path, template.match(path)];
    return match === null ? null : valuesOf(path, match.values, (name) => name, match.formatOf);
  };
}

/** Returns the key that a name contains according to the mapping, or null. */
export function keyOfName(path: string, { files: { columns } }: Mapping, names: NameValues): string | null {
  const values = names(path);
  const parts = (columns?.key ?? []).map((field) => values?.peek([field]) ?? '');
  return parts.some((part) => part !== '') ? parts.join('/') : null;
}
