import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';

/** A compiled file-name template. */
export interface Template {
  /** Returns the raw text of each field in a name; null if the template does not match the whole name. */
  match(name: string): Readonly<Record<string, string>> | null;
  /** Names of the fields, in order. */
  readonly fields: readonly string[];
}

interface Part {
  readonly field: string | null;
  readonly form: Form;
}
type Form =
  | { readonly kind: 'free' }
  | { readonly kind: 'run'; readonly of: 'digit' | 'letter' }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'characters'; readonly classes: readonly CharacterClass[] };
type CharacterClass = 'digit' | 'letter' | { readonly literal: string };

/**
 * Compiles a template such as `{direction}-{dest}-{from}-{date:YYYYMMDD}-{time:HHmmss}-{id}.{ext}`. A field with a form has exactly the length of the form:
 * each of `Y M D H h m s S 9` stands for a digit, `MMM` for three letters, `A` for a letter, and everything else for itself; `9+` is one digit or more and `A+`
 * one letter or more; a form with bars, e.g. `{direction:in|out}`, matches one of these texts. A field without a form matches any text of at least one
 * character without `/`; if several matches exist, fields to the right are as short as possible, because the ends of names are the most regular part. `{{` and
 * `}}` are braces. Matching takes time in proportion to the number of parts times the length.
 * @throws LongplayError T140 for an invalid template.
 */
export function compileTemplate(template: string): Template {
  const parts = templateParts(template);
  const fields = parts.flatMap((part) => (part.field === null ? [] : [part.field]));
  return { fields, match: (name) => (name.length > limits.nameBytes ? null : matchParts(parts, name)) };
}

function templateParts(template: string): readonly Part[] {
  const parts: Part[] = [];
  const names = new Set<string>();
  const token = /\{\{|\}\}|\{([\p{L}\p{N}_]+)(?::([^{}]+))?\}|[^{}]+|[{}]/gu;
  for (const [whole, field, form] of template.matchAll(token)) {
    if (field !== undefined) {
      if (names.has(field)) throw badTemplate(template, `the field '${field}' occurs twice`);
      if (parts.at(-1)?.form.kind === 'free' && form === undefined) {
        throw badTemplate(template, `there is no separator between '${parts.at(-1)?.field}' and '${field}', so that the end of the first is unknown`);
      }
      names.add(field);
      parts.push({ field, form: form === undefined ? { kind: 'free' } : fieldForm(form) });
    } else if (whole === '{' || whole === '}') {
      throw badTemplate(template, 'a brace has no counterpart');
    } else parts.push({ field: null, form: { kind: 'texts', texts: [whole === '{{' ? '{' : whole === '}}' ? '}' : whole] } });
  }
  if (parts.length === 0 || parts.length > 100) throw badTemplate(template, agree`it has ${parts.length} part[s]`);
  return parts;
}

function badTemplate(template: string, why: string): LongplayError {
  return new LongplayError(
    'usage',
    'T140',
    `the file-name template '${template.slice(0, 200)}' cannot be used: ${why}`,
    'write fields as {name} or {name:FORM}, for example {date:YYYYMMDD}',
  );
}

function fieldForm(form: string): Form {
  if (form === '9+' || form === 'A+') return { kind: 'run', of: form === '9+' ? 'digit' : 'letter' };
  // The longest text is tried first: if both `in` and `internal` match, the whole word is meant.
  if (form.includes('|'))
    return {
      kind: 'texts',
      texts: form
        .split('|')
        .filter((text) => text !== '')
        .sort((a, b) => b.length - a.length),
    };
  const classes: CharacterClass[] = [];
  for (let at = 0; at < form.length; at++) {
    if (form.startsWith('MMM', at)) {
      classes.push('letter', 'letter', 'letter');
      at += 2;
    } else {
      const char = form.charAt(at);
      classes.push('YMDHhmsS9'.includes(char) ? 'digit' : char === 'A' ? 'letter' : { literal: char });
    }
  }
  return { kind: 'characters', classes };
}

/**
 * Matches the parts of a template. For each position in the name, `reach[p]` states whether the parts after part p match the rest of the name from there. It is
 * computed from the last part to the first, without backtracking. Then the fields are read from the left, each as long as the rest permits.
 */
function matchParts(parts: readonly Part[], name: string): Readonly<Record<string, string>> | null {
  const reach: Uint8Array[] = [];
  let behind = new Uint8Array(name.length + 1);
  behind[name.length] = 1;
  for (const part of parts.toReversed()) {
    reach.unshift(behind);
    behind = reachable(part, name, behind);
  }
  if (behind[0] !== 1) return null;
  const found: Record<string, string> = Object.create(null);
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const goesOn = reach[i];
    let end = at;
    if (part.form.kind === 'free' || part.form.kind === 'run') {
      for (let next = at + 1; next <= name.length && mayHold(part.form, name[next - 1] ?? ''); next++) if (goesOn?.[next] === 1) end = next;
    } else end = fixedEnds(part.form, name, at).find((next) => goesOn?.[next] === 1) ?? at;
    if (part.field !== null) found[part.field] = name.slice(at, end);
    at = end;
  }
  return found;
}

/** Returns the positions from which a part matches and, according to `behind`, all parts after it match the rest. */
function reachable(part: Part, name: string, behind: Uint8Array): Uint8Array<ArrayBuffer> {
  const here = new Uint8Array(name.length + 1);
  let open = 0; // true if a position to the right, with no '/' in between, can continue
  for (let at = name.length; at >= 0; at--) {
    if (part.form.kind !== 'free' && part.form.kind !== 'run') {
      if (fixedEnds(part.form, name, at).some((end) => behind[end] === 1)) here[at] = 1;
    } else if (at < name.length && mayHold(part.form, name[at] ?? '')) {
      open |= behind[at + 1] ?? 0;
      here[at] = open;
    } else open = 0;
  }
  return here;
}

/** Returns true if a part of variable length may contain a character. */
function mayHold(form: Extract<Form, { kind: 'free' | 'run' }>, char: string): boolean {
  if (form.kind === 'free') return char !== '/';
  return form.of === 'digit' ? /^\d$/.test(char) : /^\p{L}$/u.test(char);
}

/** Returns the possible ends of a part of fixed form that begins at `at`, the longest first. */
function fixedEnds(form: Exclude<Form, { kind: 'free' | 'run' }>, name: string, at: number): readonly number[] {
  if (form.kind === 'texts') return form.texts.filter((text) => name.startsWith(text, at)).map((text) => at + text.length);
  const fits = form.classes.every((expected, i) => {
    const char = name[at + i] ?? '';
    return expected === 'digit' ? /^\d$/.test(char) : expected === 'letter' ? /^\p{L}$/u.test(char) : char === expected.literal;
  });
  return fits ? [at + form.classes.length] : [];
}
