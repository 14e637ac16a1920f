import { withoutExtension } from '../../src/core/base/safe-path.ts';
import { compileTemplate, type Template } from '../../src/tables/values/template.ts';

/** What file names of one source say, by one or several templates. */
export interface NameTemplate {
  /** As they were written. */
  readonly texts: readonly string[];
  /** Fields of all templates, each once. */
  readonly fields: readonly string[];
  /** All ways in which the templates say a field's time is written. */
  formatsOf(field: string): readonly string[];
  /** What a path says, or null where no template fits. The first that fits is taken. */
  match(path: string): NameMatch | null;
}

/** What one path says. */
export interface NameMatch {
  readonly values: readonly (readonly [field: string, value: string])[];
  /** How a field's time is written by the template that fitted; null: it does not say. */
  formatOf(field: string): string | null;
}

interface Field {
  readonly name: string;
  readonly form: string | null;
  /** What the field is made of, in order: literal text, or a sub-field of the compiled template. */
  readonly parts: readonly ({ readonly literal: string } | { readonly field: string; readonly digits: boolean })[];
}

const fieldToken = /\{\{|\}\}|\{([\p{L}\p{N}_]+)(?::([^{}]+))?\}/gu;
const formTokens = /YYYY|YY|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|S|A|Z|[^A-Za-z]+|./g;
const timeForm = /Y|MMM?|DD|HH|hh|mm|ss/;
/** One or two digits: recorders leave the zero out. */
const unpadded = new Set(['M', 'D', 'H', 'h', 'm', 's']);
/** Places at which a long field is tried to begin. */
const beginningsMax = 64;
/** Parts of one template that may be absent: each doubles the templates. */
const optionalMax = 5;

/**
 * Compiles the templates of a mapping. Over `compileTemplate` it adds times without leading zeros (`{start:M_D_YYYY}`: `M D H h m s` by themselves are one or two
 * digits), `A` for AM and PM, `*` in a form for any text (`{agent:*@*}`), parts that may be absent (`(?recording.)`), folders (a template with `/` is laid on the end of the path, else on the
 * base name), and one field `{name...}` that is as long as can be while all others are as short as can be: the campaign that holds the separator.
 * A name that fits but for the extension that a template writes out, or for its letter case, fits.
 * @param isEscaped values are told with `%2B` as `+`; a name that fits no template as it stands is tried so, too.
 * @throws RangeError or LongplayError T140 for a template that is none.
 */
export function compileNameTemplate(texts: readonly string[], isEscaped = false): NameTemplate {
  const each = texts.flatMap(withAndWithout).map(compileOne);
  const matched = (path: string): NameMatch | null => {
    for (const one of each) {
      const found = one.match(path);
      if (found !== null) return found;
    }
    return null;
  };
  const asWritten = (path: string): NameMatch | null => {
    const found = matched(path);
    if (!isEscaped) return found;
    if (found === null) return matched(path.replaceAll(/[^/!]+/g, unescaped));
    return { ...found, values: found.values.map(([field, value]) => [field, unescaped(value)]) };
  };
  // What converts audio gives it another extension and leaves the rest of its name.
  const endings = [...new Set(texts.flatMap(withAndWithout).map(literalExtension))].filter((ending) => ending !== '');
  return {
    texts,
    fields: [...new Set(each.flatMap((one) => one.fields.map((field) => field.name)))],
    formatsOf: (name) => [
      ...new Set(each.flatMap((one) => one.fields.flatMap((field) => (field.name === name && field.form !== null ? [field.form] : [])))),
    ],
    match: (path) => {
      const found = asWritten(path);
      if (found !== null || endings.length === 0) return found;
      const stem = withoutExtension(path);
      for (const ending of endings) {
        const other = asWritten(stem + ending) ?? (stem === path ? null : asWritten(path + ending));
        if (other !== null) return other;
      }
      return null;
    },
  };
}

/** The extension at the end of a template that writes it out; empty where it does not. */
function literalExtension(text: string): string {
  return /\.[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? '';
}

/** A template with each of its optional parts and without it, the fullest first. */
function withAndWithout(text: string): string[] {
  const parts = text.split(/\(\?([^()]*)\)/);
  const optional = Math.floor(parts.length / 2);
  if (optional > optionalMax) throw new RangeError(`it has ${optional} parts that may be absent; at most ${optionalMax} can be tried`);
  let made = [''];
  for (const [index, part] of parts.entries()) made = index % 2 === 0 ? made.map((each) => each + part) : made.flatMap((each) => [each + part, each]);
  return made;
}

/** `%2B` as `+`; text that is no such escape, or that would name a folder, stays as it is. */
function unescaped(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    return /[/!]/.test(plain) ? text : plain;
  } catch {
    return text; // a per cent sign that is one
  }
}

function compileOne(text: string): { fields: readonly Field[]; match: NameTemplate['match'] } {
  const fields: Field[] = [];
  const [before = '', long, after = ''] = text.split(/\{([\p{L}\p{N}_]+)\.\.\.\}/u);
  if (text.split('...}').length > 2) throw new RangeError('only one field may be long');
  const template =
    long === undefined ? compileTemplate(expanded(text, fields)) : twoParts(expanded(before, fields), `{${long}}${expanded(after, fields)}`);
  if (long !== undefined) fields.push({ name: long, form: null, parts: [{ field: long, digits: false }] });
  const depth = text.split('/').length;
  const mayFit = literalTest(text);
  return {
    fields,
    match: (path) => {
      const name = path.split(/[/!]/).slice(-depth).join('/');
      const found = mayFit(name) ? template.match(name) : null;
      if (found === null) return null;
      const values: [string, string][] = [];
      for (const { name, parts } of fields) {
        let value = '';
        for (const part of parts) {
          const piece = 'literal' in part ? part.literal : (found[part.field] ?? '');
          if ('digits' in part && part.digits && !/^\d{1,2}$/.test(piece)) return null;
          value += piece;
        }
        values.push([name, value]);
      }
      return { values, formatOf: (name) => fields.find((field) => field.name === name)?.form ?? null };
    },
  };
}

/** Whether a name holds the text between a template's fields: asked first, since most of many templates fail there. */
function literalTest(text: string): (name: string) => boolean {
  const literals = text.split(/\{[^{}]*\}/).map((piece) => piece.replaceAll('{{', '{').replaceAll('}}', '}'));
  const [first = ''] = literals;
  const last = literals.at(-1) ?? '';
  return (name) => name.startsWith(first) && name.endsWith(last) && literals.every((piece) => name.includes(piece));
}

/** The template with fields of several pieces taken apart into what `compileTemplate` knows; the fields go to `fields`. */
function expanded(text: string, fields: Field[]): string {
  return text.replace(fieldToken, (whole, name: string | undefined, form: string | undefined) => {
    if (name === undefined) return whole; // `{{` and `}}` are braces and stay so
    if (form?.includes('*')) {
      const pieces = form.split(/(\*)/).filter((piece) => piece !== '');
      const parts = pieces.map((piece, index) => (piece === '*' ? { field: `${name}__${index}`, digits: false } : { literal: piece }));
      fields.push({ name, form: null, parts });
      return parts.map((part) => ('literal' in part ? part.literal : `{${part.field}}`)).join('');
    }
    const isTime = form !== undefined && !form.includes('|') && timeForm.test(form);
    const pieces = isTime ? (form.match(formTokens) ?? []) : [];
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
}

/** The first part as short as can be, then the second, whose first field is as long as can be. */
function twoParts(first: string, second: string): Pick<Template, 'match'> {
  const end = /[^{}]+$/.exec(first)?.[0] ?? '';
  if (first !== '' && end === '') throw new RangeError('a long field needs text before it, or nothing');
  const [before, rest] = [first === '' ? null : compileTemplate(first), compileTemplate(second)];
  return {
    match: (name) => {
      if (before === null) return rest.match(name);
      let at = name.indexOf(end);
      for (let tried = 0; at >= 0 && tried < beginningsMax; tried++) {
        const head = before.match(name.slice(0, at + end.length));
        const tail = head === null ? null : rest.match(name.slice(at + end.length));
        if (tail !== null) return { ...head, ...tail };
        at = name.indexOf(end, at + 1);
      }
      return null;
    },
  };
}
