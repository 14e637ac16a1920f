import { byCodePoint } from '../../../src/core/base/order.ts';
import { extension } from '../../../src/core/base/safe-path.ts';
import { compileNameTemplate } from '../read/template.ts';
import { findNameTime } from './guess-name-time.ts';
import { type DirectionKind, guessDirections } from './guess-values.ts';
import type { Concept } from './header-lexicon.ts';
import { readHeading } from './header-words.ts';

/** A field within names, with what its values show. */
export interface NameField {
  readonly name: string;
  readonly is: 'time' | 'direction' | 'number' | 'id' | 'text';
  /** Meanings of the text before the field, e.g. `from` in `from-1001`. */
  readonly label: ReadonlySet<Concept>;
  /** Values of a direction, by meaning. */
  readonly directions: Readonly<Record<DirectionKind, readonly string[]>> | null;
  /** Number of different values among the names. */
  readonly different: number;
  /** Largest number of characters. */
  readonly longest: number;
}

/** The common form of the names of audio files. */
export interface NameShape {
  readonly template: string;
  readonly fields: readonly NameField[];
  /** Number of names that have the form. */
  readonly fitting: number;
  readonly of: number;
  /** True if day and month in the time could be exchanged. */
  readonly dayMonthOpen: boolean;
}

/** Smallest number of names that show a common form, and smallest share of names that must have it, in percent. */
const leastNames = 2;
const share = 80;
const separator = /([_\s()[\]~=,;#&!.]|-+)/;
/** Placeholder for the time in a name while the rest is split. */
const mark = '\u0001';

interface Split {
  readonly name: string;
  /** Texts and separators, alternating. */
  readonly pieces: readonly string[];
  readonly form: string;
  readonly dayMonthOpen: boolean;
}

/** Returns the form that most names of audio files have in common, if a time is part of it; null if they have none. */
export function guessNameShape(names: readonly string[]): NameShape | null {
  const groups = new Map<string, Split[]>();
  for (const name of names) {
    const split = splitName(name);
    if (split === null) continue;
    const key = [split.form, ...split.pieces.map((piece, index) => (index % 2 === 1 || piece.includes(mark) ? piece : ''))].join('\u0002');
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(split);
  }
  const [most] = [...groups].sort((a, b) => b[1].length - a[1].length || byCodePoint(a[0], b[0]));
  const splits = most?.[1] ?? [];
  if (splits.length < leastNames) return null;
  const { template, fields } = templateOf(splits);
  const compiled = compileNameTemplate([template]);
  const fitting = names.filter((name) => compiled.match(name) !== null).length;
  if (fitting * 100 < names.length * share) return null;
  return { template, fields, fitting, of: names.length, dayMonthOpen: splits[0]?.dayMonthOpen === true && isOrderOpen(splits) };
}

function splitName(name: string): Split | null {
  const stem = name.slice(0, name.length - extension(name).length);
  const time = findNameTime(stem);
  if (time === null) return null;
  const rest = `${stem.slice(0, time.at)}${mark}${stem.slice(time.at + time.length)}`;
  return { name, pieces: rest.split(separator), form: time.form, dayMonthOpen: time.dayMonthOpen };
}

/** Returns true if no name has a day after the twelfth, so that day and month may be exchanged. */
function isOrderOpen(splits: readonly Split[]): boolean {
  return splits.every(({ name }) => {
    const time = findNameTime(name);
    const digits = time === null ? '' : name.slice(time.at, time.at + time.length).replaceAll(/\D/g, '');
    return Number(digits.slice(0, 2)) <= 12 && Number(digits.slice(2, 4)) <= 12;
  });
}

function templateOf(splits: readonly Split[]): { readonly template: string; readonly fields: readonly NameField[] } {
  const [first] = splits;
  const fields: NameField[] = [];
  let template = '';
  let label: ReadonlySet<Concept> = new Set();
  for (const [index, piece] of (first?.pieces ?? []).entries()) {
    const values = splits.map(({ pieces }) => pieces[index] ?? '');
    if (index % 2 === 1) template += literal(piece);
    else if (values.every((value) => value === piece) && !/^\d*$/.test(piece.replace(mark, '')) && !piece.includes(mark)) {
      template += literal(piece);
      label = readHeading(piece).concepts;
    } else if (values.every((value) => value === '')) template += '';
    else if (piece.includes(mark)) {
      const [before = '', after = ''] = piece.split(mark);
      const constant = values.every((value) => value === piece);
      template += `${constant ? literal(before) : ''}{start:${first?.form ?? ''}}${constant ? literal(after) : ''}`;
      fields.push({ name: 'start', is: 'time', label: new Set(), directions: null, different: 0, longest: 0 });
    } else {
      const field = fieldOf(values, label, fields);
      const { directions } = field;
      const words = directions === null ? [] : [...directions.in, ...directions.out, ...directions.internal];
      template += words.length > 0 ? `{${field.name}:${words.join('|')}}` : `{${field.name}}`;
      fields.push(field);
      label = new Set();
    }
  }
  const endings = new Set(splits.map(({ name }) => extension(name)));
  const [ending] = endings;
  return { template: template + (endings.size === 1 && ending !== undefined ? literal(ending) : '.{type}'), fields };
}

function fieldOf(values: readonly string[], label: ReadonlySet<Concept>, before: readonly NameField[]): NameField {
  const different = new Set(values).size;
  const longest = values.reduce((most, { length }) => Math.max(most, length), 0);
  const directions = guessDirections(values);
  const named = (name: string): string => {
    const same = before.filter((field) => field.name.replace(/_\d+$/, '') === name).length;
    return same === 0 ? name : `${name}_${same + 1}`;
  };
  const isDirection =
    directions.open.length === 0 && !directions.byLetter && directions.in.length + directions.out.length + directions.internal.length > 0;
  // Only values of letters, such as `in` and `Outgoing`, can be plain text in a template.
  if (isDirection && values.every((value) => /^\p{L}+$/u.test(value)) && !before.some(({ is }) => is === 'direction'))
    return { name: named('direction'), is: 'direction', label, directions, different, longest };
  const isUnique = different === values.length && values.length > 1;
  const isHex = values.every((value) => /^[0-9a-f]{8,}$/i.test(value)) && values.some((value) => /[a-f]/i.test(value));
  if (isUnique && (isHex || (label.has('id') && !label.has('caller'))))
    return { name: named('id'), is: 'id', label, directions: null, different, longest };
  if (values.every((value) => /^\+?\d+$/.test(value))) return { name: named('number'), is: 'number', label, directions: null, different, longest };
  return { name: named('part'), is: 'text', label, directions: null, different, longest };
}

function literal(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}');
}
