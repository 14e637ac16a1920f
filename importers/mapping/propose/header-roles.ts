import type { Concept } from './header-lexicon.ts';
import { type Heading, readHeading } from './header-words.ts';

/** Meanings that a column may be proposed to have. */
export type Role =
  | 'key'
  | 'start'
  | 'answer'
  | 'end'
  | 'duration'
  | 'direction'
  | 'caller'
  | 'callee'
  | 'customer'
  | 'agent'
  | 'status'
  | 'file'
  | 'queue'
  | 'link'
  | 'comment';

/** Strength with which a heading's words indicate a role: they `say` it, make it `likely`, or merely allow it (`may`). Higher is stronger. */
export const strengths = { says: 3, likely: 2, may: 1 } as const;

/** A column of a table, with the meaning of its heading. */
export interface Column {
  readonly name: string;
  readonly heading: Heading;
  /** One value per row, '' if the row has none. */
  readonly values: readonly string[];
}

/** Returns the columns in the first rows of a table. */
export function columnsOf(names: readonly string[], rows: readonly ReadonlyMap<string, string>[]): readonly Column[] {
  return names.map((name) => ({ name, heading: readHeading(name), values: rows.map((row) => row.get(name) ?? '') }));
}

/** Returns true if some row has a value in the column. */
export function hasValues({ values }: Column): boolean {
  return values.some((value) => value.trim() !== '');
}

/** Returns the values of the rows that have one. */
export function filled({ values }: Column): readonly string[] {
  return values.filter((value) => value.trim() !== '');
}

type Has = (...concepts: readonly Concept[]) => boolean;
type Rule = (has: Has) => number;

/** Words that, beside `from` and `source`, show that these mean no participant. */
const noParty = ['aside', 'start', 'end', 'group', 'agent', 'status', 'time', 'date', 'file', 'path', 'type'] as const;

/** The words that each role requires, by strength; 0: the heading does not allow the role. */
const rules: Readonly<Record<Role, Rule>> = {
  key: (has) => {
    if (!has('id') || has('agent', 'caller', 'callee', 'queue', 'aside', 'login', 'group', 'status', 'type', 'time', 'extension')) return 0;
    if (has('customer') && !has('call')) return 0;
    if (has('file', 'path')) return strengths.may;
    return strengths.says + (has('recording') ? 0.3 : has('call') ? 0.2 : has('number') ? 0 : 0.25);
  },
  start: (has) => {
    if (has('end', 'answer', 'aside', 'duration', 'direction', 'status', 'to', 'file', 'path', 'id')) return 0;
    if (has('start')) return has('agent', 'queue') ? strengths.may : strengths.says + (has('recording') ? 0 : 0.2);
    if (has('agent', 'customer', 'caller', 'callee', 'number', 'phone', 'name') && !has('call')) return 0;
    if (has('made')) return strengths.may;
    if (has('from') && has('time', 'date')) return strengths.says;
    if (has('talk', 'seconds', 'minutes', 'milliseconds', 'login')) return 0;
    if (has('date') || has('time')) return has('recording') ? strengths.may : strengths.likely + (has('call') ? 0.3 : 0) + (has('date') ? 0.1 : 0);
    return has('from') ? strengths.may : 0;
  },
  answer: (has) => (has('answer') && !has('end', 'aside', 'duration', 'agent', 'talk', 'seconds', 'status', 'number', 'callee') ? strengths.says : 0),
  end: (has) => {
    if (has('start', 'answer', 'aside', 'duration', 'status', 'file', 'path', 'id', 'caller', 'callee', 'agent')) return 0;
    return has('end') ? strengths.says : has('to') ? (has('time', 'date') ? strengths.says : strengths.may) : 0;
  },
  duration: (has) => {
    if (has('aside', 'agent', 'queue', 'answer', 'start', 'end', 'id')) return 0;
    if (has('duration')) return strengths.says + (has('talk') ? -0.5 : has('recording') ? 0.1 : 0.2);
    if (has('talk') && has('time', 'seconds', 'minutes')) return strengths.likely;
    if (has('seconds')) return has('call', 'recording') ? strengths.likely : strengths.may;
    return has('time') && has('call', 'recording') ? strengths.may : 0;
  },
  direction: (has) =>
    has('direction') ? strengths.says : has('type') && !has('aside', 'id', 'file') ? (has('call') ? strengths.likely : strengths.may) : 0,
  caller: (has) =>
    has('callee', 'to', 'target', ...noParty) ? 0 : has('caller', 'from') ? strengths.says : has('source') ? strengths.says - 0.1 : 0,
  callee: (has) =>
    has('caller', 'from', 'source', ...noParty) ? 0 : has('callee', 'to') ? strengths.says : has('target') ? strengths.says - 0.1 : 0,
  customer: (has) => {
    if (
      has(
        'aside',
        'agent',
        'caller',
        'callee',
        'from',
        'to',
        'time',
        'date',
        'start',
        'end',
        'group',
        'queue',
        'status',
        'type',
        'call',
        'direction',
        'comment',
      )
    )
      return 0;
    return has('customer') && !(has('id') && !has('number')) ? strengths.says : has('phone') ? strengths.may : 0;
  },
  agent: (has) =>
    has('agent', 'login') &&
    !has('source', 'target', 'from', 'to') &&
    !has('aside', 'start', 'end', 'answer', 'duration', 'time', 'date', 'caller', 'callee', 'group', 'status', 'customer', 'queue', 'type')
      ? strengths.says
      : 0,
  status: (has) => (has('status') && !has('time', 'date', 'id') ? strengths.says : 0),
  file: (has) =>
    has('file') ? strengths.says : has('recording') && has('path', 'name', 'call') ? strengths.likely : has('recording', 'path') ? strengths.may : 0,
  queue: (has) => (has('queue') && !has('aside', 'time', 'date', 'id', 'start', 'end', 'duration', 'number') ? strengths.says : 0),
  link: (has) => (has('group') && has('id', 'call') && !has('aside', 'time', 'date', 'agent', 'start', 'end', 'status') ? strengths.says : 0),
  comment: (has) => (has('comment') && !has('aside', 'time', 'date') ? strengths.says : 0),
};

/** Returns how strongly a heading's words indicate a role; 0 if not at all. A word of unknown meaning weakens the others. */
export function strengthOf(role: Role, { concepts, unknown }: Heading): number {
  const has: Has = (...each) => each.some((concept) => concepts.has(concept));
  const strength = rules[role](has);
  return (strength * 2) / (2 + unknown);
}

/** Returns the columns whose headings indicate a role, the strongest first, equal ones in the order of the table. */
export function candidatesFor(role: Role, columns: readonly Column[]): readonly { readonly column: Column; readonly strength: number }[] {
  return columns
    .map((column) => ({ column, strength: strengthOf(role, column.heading) }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength);
}
