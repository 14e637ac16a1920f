import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { findColumn, unknownColumn } from '../../tables/values/columns.ts';
import { idKindOf, idName } from '../hand-over/case-index.ts';

/** Meanings that a column of a list of calls or orders can have. */
export const listFields = [
  'start',
  'at',
  'after',
  'before',
  'caller',
  'callee',
  'party',
  'trader',
  'client',
  'recording',
  'call',
  'order',
  'instrument',
  'lei',
  'site',
] as const;
export type ListField = (typeof listFields)[number];

/** Meaning of one column, or of several columns that form one value. */
export interface ListColumn {
  readonly field: ListField;
  /** Names as the header writes them. */
  readonly columns: readonly string[];
}

/**
 * Names of columns, by meaning, in telephone systems, trading systems and regulators' lists, normalised by `idName`. Sources: Cisco CDR administration guide,
 * Asterisk cdr_csv, Avaya CMS.
 */
const names: readonly (readonly [ListField, RegExp])[] = [
  ['recording', /^(?:recording|recordingid|recordingkey)$/],
  [
    'call',
    /^(?:call|callid|callref|callreference|calluid|uniqueid|linkedid|sessionid|ucid|interactionid|conversationid|contactid|globalcallid|globalcallidcallid)$/,
  ],
  ['caller', /^(?:caller|callerid|callernumber|calling|callingnumber|callingparty|callingpartynumber|cli|ani|src|source|from|fromnumber)$/],
  ['callee', /^(?:callee|calleenumber|called|callednumber|calledparty|calledpartynumber|dnis|dst|destination|dialed|dialednumber|to|tonumber)$/],
  ['party', /^(?:party|participant|participants|number|phone|phonenumber|extension|line|name|who)$/],
  ['site', /^(?:site|location)$/],
  ['after', /^(?:after|notbefore|windowstart|windowfrom)$/],
  ['before', /^(?:before|notafter|windowend|windowto)$/],
  ['at', /^(?:at|ordertime|orderdatetime|executiontime|executedat|tradetime|tradedatetime|dealtime|transacttime)$/],
  ['start', /^(?:start|starttime|startdatetime|startedat|callstart|callstarttime|calltime|calldatetime|begin|datetime|timestamp|when)$/],
];
const dateNames = /^(?:date|calldate|startdate)$/;
const timeNames = /^(?:time|calltime|starttime|timeofday)$/;

/** Recognises the columns of a header by their names. If two columns match a field, the first is used and the other is not. */
export function recognised(header: readonly string[]): ListColumn[] {
  const taken = new Map<ListField, ListColumn>();
  const used = new Set<string>();
  const take = (field: ListField, ...columns: readonly string[]): void => {
    if (columns.some((name) => used.has(name)) || (taken.has(field) && field !== 'party')) return;
    taken.set(field, { field, columns: [...(taken.get(field)?.columns ?? []), ...columns] });
    for (const name of columns) used.add(name);
  };
  const [date, time] = [dateNames, timeNames].map((pattern) => header.find((name) => pattern.test(idName(name))));
  if (date !== undefined && time !== undefined) take('start', date, time);
  for (const name of header) {
    const kind = idKindOf(name);
    const [field] = names.find(([, pattern]) => pattern.test(idName(name))) ?? [];
    if (kind !== null) take(kind, name);
    else if (field !== undefined) take(field, name);
  }
  const whole = date ?? time;
  if (!taken.has('start') && !taken.has('at') && whole !== undefined) take('start', whole);
  const found = [...taken.values()].flatMap(({ field, columns }): ListColumn[] =>
    field === 'party' ? columns.map((name) => ({ field, columns: [name] })) : [{ field, columns }],
  );
  // The time of an order is a moment within a call, not the start of the call.
  const isOrders = taken.has('order') && !taken.has('caller') && !taken.has('callee') && !taken.has('call');
  const [kept] = (isOrders ? (['at', 'start', 'after'] as const) : (['start', 'at', 'after'] as const)).filter((field) => taken.has(field));
  return found
    .filter(({ field }) => kept === field || (kept === 'after' && field === 'before') || !timeFields.includes(field))
    .map((one) => (isOrders && one.field === 'start' ? { ...one, field: 'at' } : one));
}

const timeFields: readonly ListField[] = ['start', 'at', 'after', 'before'];

/** Parses column options such as `start=Date+Time`. @throws LongplayError usage C191 */
export function givenColumns(given: readonly string[]): ListColumn[] {
  return given.map((text) => {
    const at = text.indexOf('=');
    const field = listFields.find((one) => one === text.slice(0, at));
    const columns = text
      .slice(at + 1)
      .split('+')
      .map((part) => part.trim());
    if (field === undefined || columns.includes(''))
      throw new LongplayError(
        'usage',
        'C191',
        `--column ${text.slice(0, 40)} does not say what the column is`,
        `write FIELD=COLUMN; the fields are ${listFields.join(', ')}`,
      );
    return { field, columns };
  });
}

/** Locates the columns in a header. @throws LongplayError usage C191 if one is missing, or if none identifies a call */
export function placed(
  columns: readonly ListColumn[],
  header: readonly string[],
  list: string,
): (ListColumn & { readonly places: readonly number[] })[] {
  const found = columns.map((column) => ({
    ...column,
    places: column.columns.map((name) => {
      const place = findColumn(header, name);
      if (place === null) throw new LongplayError('usage', 'C191', `${list}: ${unknownColumn(name, header)}`, 'name it as the header does');
      return place;
    }),
  }));
  const has = (...fields: readonly ListField[]): boolean => found.some(({ field }) => fields.includes(field));
  const fault = !has('start', 'at', 'after', 'before', 'recording', 'call', 'order')
    ? 'no column is a time or an id of a call'
    : !has('recording', 'call', 'order', 'caller', 'callee', 'party', 'trader', 'client', 'lei')
      ? 'no column has a party or the id of a call, and calls cannot be found by their time alone'
      : has('after') !== has('before')
        ? 'a window needs the columns after and before, and one of them is missing'
        : null;
  const times = found.filter(({ field }) => ['start', 'at', 'after'].includes(field));
  if (fault !== null || times.length > 1)
    throw new LongplayError(
      'usage',
      'C191',
      `${list}: ${fault ?? agree`${times.length} column[s] [is|are] the time of a call (${times.map(({ field }) => field).join(', ')})`}`,
      `say what the columns are: --column start=COLUMN caller=COLUMN … The columns are ${header
        .slice(0, 40)
        .map((name) => name.slice(0, 60))
        .join(', ')}`,
    );
  return found;
}

/** Formats a column for messages and for the case. */
export function columnText({ field, columns }: ListColumn): string {
  return `${field}=${columns.join('+')}`;
}
