import { type CallFilter, parseLength, parseTimeOfDay, parseWeekdays } from '../search/call-filter.ts';
import { zoneClock } from '../time/zone-clock.ts';
import type { PageQuery } from './data.ts';

/** Members of a page query, as they appear in addresses; each is a text. `zone` applies to the others and excludes no call. */
export const questionMembers = [
  ...(['text', 'from', 'to', 'direction', 'agent', 'tag', 'codec', 'status', 'importer'] as const),
  ...(['minLength', 'maxLength', 'weekday', 'timeOfDay', 'damaged', 'zone'] as const),
] as const satisfies readonly (keyof PageQuery)[];

/** A member of a query. */
export type QuestionMember = (typeof questionMembers)[number];

/** Largest number of characters of a member; nobody types more. */
const memberChars = 500;

/** Syntax checks for members that accept only certain texts. */
const written: Readonly<Partial<Record<QuestionMember, (text: string) => boolean>>> = {
  from: isTimePart,
  to: isTimePart,
  minLength: (text) => parseLength(text) !== null,
  maxLength: (text) => parseLength(text) !== null,
  weekday: (text) => parseWeekdays(text) !== null,
  timeOfDay: (text) => parseTimeOfDay(text) !== null,
  damaged: (text) => text === 'yes',
  zone: (text) => zoneClock(text) !== null,
};

/** Returns true if a member of a query may have this text. */
export function isWritten(name: QuestionMember, text: string): boolean {
  return text.length <= memberChars && written[name]?.(text) !== false;
}

/** Returns true for the beginning of an ISO time. The end of a range may have hour 24: see `after` in src/page/base/state.ts. */
function isTimePart(text: string): boolean {
  return /^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d{1,3})?)?)?)?)?)?$/.test(text);
}

/** Returns the filters of a query for length, weekday and time of day; null: it has none. Ignores invalid members. */
export function callFilterOf({ minLength, maxLength, weekday, timeOfDay, zone }: PageQuery): CallFilter | null {
  const parts: CallFilter = {
    ...part('minLengthMs', minLength, parseLength),
    ...part('maxLengthMs', maxLength, parseLength),
    ...part('weekdays', weekday, parseWeekdays),
    ...part('timeOfDay', timeOfDay, parseTimeOfDay),
  };
  if (Object.keys(parts).length === 0) return null;
  const asksClock = parts.weekdays !== undefined || parts.timeOfDay !== undefined;
  return asksClock && zone !== undefined ? { ...parts, zone } : parts;
}

function part<Name extends keyof CallFilter>(
  name: Name,
  text: string | undefined,
  parse: (text: string) => CallFilter[Name] | null,
): Pick<CallFilter, Name> | Record<string, never> {
  const value = text === undefined ? null : parse(text);
  return value === null || value === undefined ? {} : ({ [name]: value } as Pick<CallFilter, Name>); // the record has only this member
}
