import { compileTemplate } from '../src/tables/template.ts';

/** What file names of one source say, by one or several templates. */
export interface NameTemplate {
  /** Fields of all templates, each once. */
  readonly fields: readonly string[];
  /** How a field's time is written, where a template says so; else null. */
  formatOf(field: string): string | null;
  /** Fields of a path, or null where no template fits. The first that fits is taken. */
  match(path: string): ReadonlyMap<string, string> | null;
}

interface Field {
  readonly name: string;
  readonly form: string | null;
  /** What the field is made of, in order: literal text, or a sub-field of the compiled template. */
  readonly parts: readonly ({ readonly literal: string } | { readonly field: string; readonly digits: boolean })[];
}

const tokens = /YYYY|YY|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|S|A|Z|[^A-Za-z]+|./g;
const timeForm = /Y|MMM?|DD|HH|hh|mm|ss/;
/** One or two digits: recorders leave the zero out. */
const unpadded = new Set(['M', 'D', 'H', 'h', 'm', 's']);

/**
 * Compiles the templates of a mapping. Over `compileTemplate` it adds times without leading zeros (`{start:M_D_YYYY}`: `M D H h m s` by themselves are one
 * or two digits), `A` for AM and PM, and folders: a template with `/` is laid on the end of the path, else on the base name.
 * @throws LongplayError T140 for a template that is none.
 */
export function compileNameTemplate(texts: readonly string[]): NameTemplate {
  const each = texts.map(compileOne);
  const fields = [...new Set(each.flatMap((one) => one.fields.map((field) => field.name)))];
  return {
    fields,
    formatOf: (name) => each.flatMap((one) => one.fields).find((field) => field.name === name && field.form !== null)?.form ?? null,
    match: (path) => {
      for (const one of each) {
        const found = one.match(path);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

function compileOne(text: string): { fields: readonly Field[]; match: NameTemplate['match'] } {
  const fields: Field[] = [];
  // `{{` and `}}` are braces and stay so.
  const expanded = text.replace(/\{\{|\}\}|\{([\p{L}\p{N}_]+)(?::([^{}]+))?\}/gu, (whole, name: string | undefined, form: string | undefined) => {
    if (name === undefined) return whole;
    const isTime = form !== undefined && timeForm.test(form);
    const pieces = isTime ? (form.match(tokens) ?? []) : [];
    if (!pieces.some((piece) => unpadded.has(piece) || piece === 'A')) {
      fields.push({ name, form: isTime ? form : null, parts: [{ field: name, digits: false }] });
      return whole;
    }
    const parts = pieces.map((piece, index) =>
      /^[A-Za-z]+$/.test(piece) ? { field: `${name}__${index}`, digits: unpadded.has(piece), piece } : { literal: piece },
    );
    fields.push({ name, form: form ?? null, parts });
    return parts
      .map((part) => ('literal' in part ? part.literal : `{${part.field}${part.digits ? '' : `:${part.piece === 'A' ? 'AA' : part.piece}`}}`))
      .join('');
  });
  const template = compileTemplate(expanded);
  const depth = expanded.split('/').length;
  return {
    fields,
    match: (path) => {
      const found = template.match(path.split(/[/!]/).slice(-depth).join('/'));
      if (found === null) return null;
      const values = new Map<string, string>();
      for (const { name, parts } of fields) {
        let value = '';
        for (const part of parts) {
          const text = 'literal' in part ? part.literal : (found[part.field] ?? '');
          if ('digits' in part && part.digits && !/^\d{1,2}$/.test(text)) return null;
          value += text;
        }
        values.set(name, value);
      }
      return values;
    },
  };
}
