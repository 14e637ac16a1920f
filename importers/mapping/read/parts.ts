import { errorText } from '../../../src/core/base/error.ts';
import { compileTemplate, type Template } from '../../../src/tables/values/template.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { TomlTable } from './toml.ts';

/** A column that holds several values, e.g. `<unique id>-<extension>`, and the names that a mapping uses for them. */
export interface JoinedField {
  readonly column: string;
  readonly templates: readonly Template[];
  /** Condition: values are split only in rows in which this column has one of these values; null: in all rows. */
  readonly when: { readonly column: string; readonly values: readonly string[] } | null;
  /** Name for the value if it is not split; null: none. */
  readonly whole: string | null;
  /** Every name that splitting may produce. */
  readonly fields: readonly string[];
}

/** Reads `[table.parts]`. @throws LongplayError I151, I152 */
export function joinedFields(toml: TomlTable | null): readonly JoinedField[] {
  if (toml === null) return [];
  return toml.tables().map(({ name, table }) => {
    const column = table.text('column') ?? name;
    const texts = table.texts('template');
    if (texts.length === 0) table.refuse('template', 'is missing', 'say how the values are joined: template = "{id}-{number:9+}"');
    const templates = texts.map((text) => {
      try {
        return compileTemplate(text);
      } catch (error) {
        return table.refuse('template', `cannot be used: ${errorText(error)}`, 'fields are written {name} or {name:9+}');
      }
    });
    const whenToml = table.table('when');
    const when =
      whenToml === null
        ? null
        : {
            column: whenToml.text('column') ?? whenToml.refuse('column', 'is missing', 'name the column that decides'),
            values: whenToml.texts('values'),
          };
    whenToml?.finish();
    const whole = table.text('whole');
    table.finish();
    return { column, templates, when, whole, fields: [...templates.flatMap((template) => template.fields), ...(whole === null ? [] : [whole])] };
  });
}

/** Splits the joined columns of a row, and returns the parts by name. `odd` counts values that should match a template and match none. */
export function partsOf(fields: readonly JoinedField[], values: Values): { readonly pairs: readonly [string, string][]; readonly odd: number } {
  const pairs: [string, string][] = [];
  let odd = 0;
  for (const { column, templates, when, whole } of fields) {
    const value = values.peek([column])?.trim() ?? null;
    if (value === null) continue;
    const decides = when === null ? null : (values.peek([when.column])?.trim().toLowerCase() ?? '');
    const isJoined = when === null || when.values.some((each) => each.trim().toLowerCase() === decides);
    const found = isJoined ? firstFit(templates, value) : null;
    if (found !== null) pairs.push(...Object.entries(found));
    else {
      if (isJoined) odd++;
      if (whole !== null) pairs.push([whole, value]);
    }
  }
  return { pairs, odd };
}

function firstFit(templates: readonly Template[], value: string): Readonly<Record<string, string>> | null {
  for (const template of templates) {
    const found = template.match(value);
    if (found !== null) return found;
  }
  return null;
}
