import { withoutExtension } from '../../../src/core/base/safe-path.ts';
import { compileTemplate, type Template } from '../../../src/tables/values/template.ts';

/** Facts in the file names of one source, according to one or more templates. */
export interface NameTemplate {
  /** Texts of the templates. */
  readonly texts: readonly string[];
  /** Fields of all templates, each once. */
  readonly fields: readonly string[];
  /** Returns all formats in which the templates state a field's time. */
  formatsOf(field: string): readonly string[];
  /** Returns the fields of a path according to the first template that matches; null if none does. */
  match(path: string): NameMatch | null;
}

/** Fields of one path. */
export interface NameMatch {
  readonly values: readonly (readonly [field: string, value: string])[];
  /** Returns the format of a field's time in the template that matched; null if the template states none. */
  formatOf(field: string): string | null;
}

interface Field {
  readonly name: string;
  readonly form: string | null;
  /** Parts of the field in order: literal text, or a sub-field of the compiled template. */
  readonly parts: readonly ({ readonly literal: string } | { readonly field: string; readonly digits: boolean })[];
}

const fieldToken = /\{\{|\}\}|\{([\p{L}\p{N}_]+)(?::([^{}]+))?\}/gu;
const formTokens = /YYYY|YY|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|S|A|Z|[^A-Za-z]+|./g;
const timeForm = /Y|MMM?|DD|HH|hh|mm|ss/;
/** Matches one or two digits: recorders omit the leading zero. */
const unpadded = new Set(['M', 'D', 'H', 'h', 'm', 's']);
/** Largest number of positions at which a long field may begin that are tried. */
const beginningsMax = 64;
/** Largest number of optional parts in one template: each doubles the number of templates. */
const optionalMax = 5;

/**
 * Compiles the templates of a mapping. In addition to `compileTemplate` it supports times without leading zeros (`{start:M_D_YYYY}`: single `M D H h m s` match
 * one or two digits), `A` for AM and PM, `*` in a form for any text (`{agent:*@*}`), optional parts (`(?recording.)`), folders (a template with `/` is compared
 * with the end of the path, others with the base name), and one field `{name...}` that is as long as possible while all others are as short as possible, e.g. a
 * campaign name that contains the separator. A name matches even if its extension or letter case differs from the template.
 * @param isEscaped true if values may have `%2B` for `+`: a name that matches no template unchanged is also tried unescaped
 * @throws RangeError or LongplayError T140 for an invalid template
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
  // A conversion of audio changes the extension and keeps the rest of the name.
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

/** Returns the extension written at the end of a template; empty if there is none. */
function literalExtension(text: string): string {
  return /\.[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? '';
}

/** Returns a template with and without each of its optional parts, the longest first. */
function withAndWithout(text: string): string[] {
  const parts = text.split(/\(\?([^()]*)\)/);
  const optional = Math.floor(parts.length / 2);
  if (optional > optionalMax) throw new RangeError(`it has ${optional} optional parts; at most ${optionalMax} are supported`);
  let made = [''];
  for (const [index, part] of parts.entries()) made = index % 2 === 0 ? made.map((each) => each + part) : made.flatMap((each) => [each + part, each]);
  return made;
}

/** Decodes escapes, e.g. `%2B` to `+`. Text that is not a valid escape, or that would name a folder, stays unchanged. */
function unescaped(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    return /[/!]/.test(plain) ? text : plain;
  } catch {
    return text; // a per cent sign does not begin an escape
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

/** Returns a quick test of whether a name contains the text between a template's fields. With many templates, most names fail here. */
function literalTest(text: string): (name: string) => boolean {
  const literals = text.split(/\{[^{}]*\}/).map((piece) => piece.replaceAll('{{', '{').replaceAll('}}', '}'));
  const [first = ''] = literals;
  const last = literals.at(-1) ?? '';
  return (name) => name.startsWith(first) && name.endsWith(last) && literals.every((piece) => name.includes(piece));
}

/** Returns the template with fields of several parts replaced by fields that `compileTemplate` knows; adds the fields to `fields`. */
function expanded(text: string, fields: Field[]): string {
  return text.replace(fieldToken, (whole, name: string | undefined, form: string | undefined) => {
    if (name === undefined) return whole; // `{{` and `}}` are literal braces and are kept.
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

/** Splits at the first separator that leaves a valid second part; prefers the longest first field of that part. */
function twoParts(first: string, second: string): Pick<Template, 'match'> {
  const end = /[^{}]+$/.exec(first)?.[0] ?? '';
  if (first !== '' && end === '') throw new RangeError('a long field must come first or follow literal text');
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
