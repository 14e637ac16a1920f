import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { RecorderField } from '../../core/model/keeping-state.ts';
import { reconciliationStatuses } from '../../core/model/recording.ts';
import { isDay } from '../../core/time/calendar-day.ts';
import { edgeAt, isoMs, type ZoneClock, zoneClock } from '../../core/time/zone-clock.ts';
import { type CalendarPeriod, parseCalendarPeriod } from './period.ts';

/** End of an interval: a period, the date that the recorder stated for the recording, or never. */
export type PolicyTerm =
  | { readonly kind: 'period'; readonly period: CalendarPeriod; readonly text: string }
  | { readonly kind: 'recorder' | 'never' };

/** Event that begins the periods of a rule. */
export type PolicyEvent = 'start' | 'end' | 'import';

/** Any value of a field of the recorder. */
export const anyValue = '*';

/** Conditions of a rule, combined with "and"; the values within one condition are combined with "or". An absent condition matches everything. */
export interface RuleConditions {
  readonly importer?: readonly string[];
  readonly site?: readonly string[];
  readonly direction?: readonly string[];
  readonly status?: readonly string[];
  readonly group?: readonly string[];
  /** Data of the recorder, each `name=value`. */
  readonly org?: readonly string[];
  /** Tags, each `name=value` of the recorder, or the text of a reviewer's tag. */
  readonly tag?: readonly string[];
  /** Participants, by telephone number or agent id. */
  readonly party?: readonly string[];
  /** Epoch ms: matches calls that start at `startedFromMs` or later and before `startedBeforeMs`. */
  readonly startedFromMs?: number;
  readonly startedBeforeMs?: number;
  /** Statements of the recorder, by field. */
  readonly recorder: Readonly<Partial<Record<RecorderField, readonly string[]>>>;
}

/** A rule of a retention policy. */
export interface RetentionRule {
  readonly name: string;
  /** Legal basis as a text. */
  readonly basis: string;
  readonly event: PolicyEvent;
  /** End of the period within which the recording must not be deleted; null: the rule states none. */
  readonly keep: PolicyTerm | null;
  /** End of the period after which the recording must be deleted; null: the rule states none. */
  readonly remove: PolicyTerm | null;
  readonly when: RuleConditions;
}

/** A retention policy. */
export interface RetentionPolicy {
  readonly clock: ZoneClock;
  readonly rules: readonly RetentionRule[];
}

/** Largest number of rules, largest number of values in a condition, and largest length of a text. */
const most = { rules: 500, values: 1_000, chars: 500 } as const;

/** Conditions with lists of values. */
export const listConditions = ['importer', 'site', 'direction', 'status', 'group', 'org', 'tag', 'party'] as const;

const dated = ['started-from', 'started-before'] as const;
const saidBy = { 'recorder-policy': 'policy', 'recorder-expires': 'expires', 'recorder-hold': 'hold', 'recorder-lock': 'lock' } as const;
const directions: readonly string[] = ['inbound', 'outbound', 'internal', 'tandem', 'unknown'];

type Values = Readonly<Record<string, unknown>>;

/** Parses a day of the policy to epoch ms. @param place where it is, for the message */
type DayReader = (value: unknown, place: string) => number;

/**
 * Parses a retention policy from the values of its file.
 * @param from `log`: the policy was entered before. A day that its month does not have is refused in a file; in the log it means what it meant when it was entered.
 * @throws LongplayError usage D100
 */
export function readPolicy(values: unknown, from: 'file' | 'log' = 'file'): RetentionPolicy {
  const file = tableOf(values, 'the policy', ['zone', 'rule']);
  const zone = textOf(file.zone, "the member 'zone'");
  const clock = zoneClock(zone);
  if (clock === null) throw refused(agree`zone is '${zone}'`, 'give an IANA time zone, e.g. zone = "Europe/Stockholm"');
  const { rule } = file;
  if (!Array.isArray(rule) || rule.length === 0) throw refused('there is no rule', 'add a part [[rule]]');
  if (rule.length > most.rules) throw refused(agree`there are ${rule.length} rule[s], more than ${most.rules}`, 'combine rules');
  const readDay: DayReader = (value, place) => dayOf(value, place, clock, from === 'log');
  const rules = rule.map((one, index) => readRule(one, index + 1, readDay));
  const names = new Set<string>();
  for (const { name } of rules) {
    if (names.has(name)) throw refused(`two rules are named '${name}'`, 'give each rule a name of its own');
    names.add(name);
  }
  return { clock, rules };
}

function readRule(values: unknown, number: number, readDay: DayReader): RetentionRule {
  const rule = tableOf(values, `rule ${number}`, ['name', 'basis', 'from', 'keep', 'delete', 'when']);
  const name = textOf(rule.name, `the name of rule ${number}`);
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
    throw refused(`rule ${number} has the name '${name}'`, 'a name is 1 to 40 lower-case letters, digits and hyphens');
  const basis = textOf(rule.basis, `the basis of rule ${name}`);
  const event = rule.from ?? 'start';
  if (event !== 'start' && event !== 'end' && event !== 'import')
    throw refused(`rule ${name} counts from ${JSON.stringify(event)}`, 'write from = "start", "end" or "import"');
  const keep = termOf(rule.keep, `keep of rule ${name}`, 'forever');
  const remove = termOf(rule.delete, `delete of rule ${name}`, null);
  const when = conditionsOf(rule.when ?? {}, name, readDay);
  // A term by the recorder's date applies to recordings that have such a date.
  const isByRecorder = [keep, remove].some((term) => term?.kind === 'recorder');
  const recorder = isByRecorder && when.recorder.expires === undefined ? { ...when.recorder, expires: [anyValue] } : when.recorder;
  return { name, basis, event, keep, remove, when: { ...when, recorder } };
}

function termOf(value: unknown, place: string, never: string | null): PolicyTerm | null {
  if (value === undefined) return null;
  const text = textOf(value, place);
  if (text === 'recorder') return { kind: 'recorder' };
  if (never !== null && text === never) return { kind: 'never' };
  const period = parseCalendarPeriod(text);
  if (period === null)
    throw refused(`${place} is '${text}'`, `give a period such as 90d, 12w, 18mo or 5y, "recorder"${never === null ? '' : `, or "${never}"`}`);
  return { kind: 'period', period, text };
}

function conditionsOf(values: unknown, rule: string, readDay: DayReader): RuleConditions {
  const table = tableOf(values, `when of rule ${rule}`, [...listConditions, ...dated, ...Object.keys(saidBy)]);
  const place = (name: string): string => `the condition ${name} of rule ${rule}`;
  const lists = Object.fromEntries(listConditions.flatMap((name) => (table[name] === undefined ? [] : [[name, textsOf(table[name], place(name))]])));
  const { direction = [], status = [], org = [] } = lists;
  demandKnown(direction, directions, place('direction'));
  demandKnown(status, reconciliationStatuses, place('status'));
  for (const one of org) if (!one.includes('=')) throw refused(`${place('org')} has '${one}'`, 'write name=value, e.g. "queue=orders"');
  const recorder = Object.fromEntries(
    Object.entries(saidBy).flatMap(([name, field]) => (table[name] === undefined ? [] : [[field, textsOf(table[name], place(name))]])),
  );
  const [startedFromMs, startedBeforeMs] = dated.map((name) => (table[name] === undefined ? undefined : readDay(table[name], place(name))));
  return {
    ...lists,
    recorder,
    ...(startedFromMs === undefined ? {} : { startedFromMs }),
    ...(startedBeforeMs === undefined ? {} : { startedBeforeMs }),
  };
}

function dayOf(value: unknown, place: string, clock: ZoneClock, isStored: boolean): number {
  // TOML has a type of its own for dates.
  const text = value instanceof Date ? value.toISOString() : textOf(value, place);
  const midnight = isDay(text) || (isStored && /^\d{4}-\d{2}-\d{2}$/.test(text)) ? isoMs(text) : null;
  if (midnight === null) throw refused(`${place} is '${text.slice(0, 40)}', not a day`, 'write it as a text, e.g. "2018-01-03"');
  return edgeAt(clock, midnight, 'first');
}

function demandKnown(values: readonly string[], known: readonly string[], place: string): void {
  const other = values.find((one) => !known.includes(one));
  if (other !== undefined) throw refused(`${place} has '${other}'`, `there are ${known.join(', ')}`);
}

function tableOf(value: unknown, place: string, known: readonly string[]): Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused(`${place} is not a table`, 'see docs/reference/retention-policy.md');
  const table = value as Values; // an object, its members unknown
  const other = Object.keys(table).find((name) => !known.includes(name));
  if (other !== undefined) throw refused(`${place} has an unknown member '${other.slice(0, 40)}'`, `there are ${known.join(', ')}`);
  return table;
}

function textsOf(value: unknown, place: string): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.length > most.values) throw refused(agree`${place} has ${items.length} value[s]`, `give 1 to ${most.values}`);
  return items.map((item) => textOf(item, place));
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw refused(`${place} is ${value === undefined ? 'missing' : 'not a text'}`, 'give a text');
  if (value.length > most.chars) throw refused(agree`${place} has ${value.length} character[s], more than ${most.chars}`, 'shorten it');
  return value.trim();
}

function refused(what: string, hint: string): LongplayError {
  return new LongplayError('usage', 'D100', what, hint);
}
