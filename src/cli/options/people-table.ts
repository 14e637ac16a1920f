import { readFileSync, statSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { fullNumberDigits, wordsOf } from '../../core/identity/person.ts';
import { readNumber } from '../../core/numbers/number-reading.ts';
import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import { readRecords } from '../../tables/records.ts';
import { rowPlace } from '../../tables/text/row-place.ts';
import type { TableRecord } from '../../tables/text/types.ts';
import { findColumn } from '../../tables/values/columns.ts';
import { parseTime } from '../../tables/values/time.ts';
import { isPersonKey } from './people-file.ts';

/** Meanings of columns of a table of persons. */
export const peopleFields = ['key', 'name', 'number', 'id', 'extension', 'from', 'to', 'site'] as const;
type Field = (typeof peopleFields)[number];

/** How to read a table of persons. */
export interface PeopleTable {
  /** Columns, e.g. `name=First Name+Last Name`; parts of one value are joined by `+`. */
  readonly columns: readonly string[];
  readonly timeFormat: string;
  /** Numbering plan for numbers without a country code; null: such numbers are omitted. */
  readonly plan: NumberPlan | null;
  /** Zone of periods without an offset; null: UTC, as in a register. */
  readonly zone: string | null;
}

/** What the rows of one person add up to, as parts of a register. */
interface Gathered {
  readonly names: Set<string>;
  readonly numbers: Set<string>;
  readonly ids: Set<string>;
  /** Lines of TOML. An extension without a site applies to every recorder. */
  readonly extensions: Set<string>;
}

/** A register that was made from a table, and what was omitted. */
export interface ImportedPeople {
  readonly toml: string;
  readonly persons: number;
  readonly rows: number;
  readonly leftOut: number;
  /** True if a period has no offset and the register no zone; the period is then in UTC. */
  readonly hasZonelessPeriods: boolean;
  readonly findings: readonly Finding[];
}

/** A usable row of the table: what it adds to its person. */
interface PersonRow extends Gathered {
  readonly key: string;
}

/** Converts a table of the personnel department to a register. @throws LongplayError usage U333 */
export async function importPeople(file: string, table: PeopleTable, scratch: string, signal: AbortSignal): Promise<ImportedPeople> {
  const wanted = columnsOf(table.columns);
  const people = new Map<string, Gathered>();
  const findings: Finding[] = [];
  let [rows, leftOut] = [0, 0];
  for await (const item of readRecords(memoryReader(bytesOf(file), file), { place: file, kind: 'csv', declaredEncoding: null, scratch }, signal)) {
    if (item.kind === 'finding') {
      findings.push(item);
      continue;
    }
    rows++;
    const row = rowOf(textsOf(file, item.pairs, wanted), table);
    if ('problems' in row) {
      leftOut++;
      findings.push(finding('C174', rowPlace(file, item.number), row.problems.join('; ')));
    } else gather(people, row);
  }
  if (people.size === 0)
    throw new LongplayError(
      'usage',
      'U333',
      agree`${file} has ${rows} row[s], but none that can be used`,
      'name its columns with --column name=COLUMN id=COLUMN …',
    );
  return { ...registerOf(people, table.zone), persons: people.size, rows, leftOut, findings };
}

/** Returns a function that reads the values of a field from one row. @throws LongplayError usage U333 if a column does not exist */
function textsOf(file: string, pairs: TableRecord['pairs'], wanted: ReadonlyMap<Field, readonly (readonly string[])[]>): (field: Field) => string[] {
  const names = pairs.map(([name]) => name);
  const textOf = (column: string): string => {
    const at = findColumn(names, column);
    if (at === null)
      throw new LongplayError('usage', 'U333', `${file} has no column '${column}'`, `the columns are ${names.slice(0, 40).join(', ')}`);
    return (pairs[at]?.[1] ?? '').trim();
  };
  return (field) =>
    (wanted.get(field) ?? [])
      .map((parts) =>
        parts
          .map(textOf)
          .filter((text) => text !== '')
          .join(' '),
      )
      .flatMap((value) => (field === 'name' ? [value] : value.split(/[;,|]/)))
      .map((value) => value.trim())
      .filter((value) => value !== '');
}

/** Parses one row; returns its problems if the row cannot be used. */
function rowOf(texts: (field: Field) => string[], { timeFormat, plan }: PeopleTable): PersonRow | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const [names, ids] = [texts('name').filter((name) => wordsOf(name).length > 0), texts('id')];
  const [numbers, extensions]: [string[], string[]] = [[], []];
  const period = (['from', 'to'] as const).map((field) => {
    const [text] = texts(field);
    const read = text === undefined ? null : momentOf(text, timeFormat);
    if (text !== undefined && read === null) problems.push(`'${field}' is not a time`);
    return read === null ? '' : `, ${field} = ${JSON.stringify(read)}`;
  });
  const [site] = texts('site');
  const where = `${period.join('')}${site === undefined ? '' : `, site = ${JSON.stringify(site)}`}`;
  for (const field of ['number', 'extension'] as const)
    for (const text of texts(field)) {
      const read = readNumber(text, plan);
      if (read !== null && read.digits.length < fullNumberDigits) extensions.push(`{ number = ${JSON.stringify(text.replace(/\D/g, ''))}${where} }`);
      else if (read?.kind === 'international' && /^[1-9]\d{6,14}$/.test(read.digits)) numbers.push(`+${read.digits}`);
      else problems.push(`a ${field} is invalid, or has no country`);
    }
  const key = keyOf(texts('key')[0] ?? ids[0] ?? names[0] ?? '');
  const isLong = [...names, ...ids, site ?? ''].some((text) => text.length > limits.peopleValueChars || /\p{Cc}/u.test(text));
  if (!isPersonKey(key) || isLong || names.length + ids.length + numbers.length + extensions.length === 0)
    problems.unshift('it has no usable name, id or number');
  if (problems.length > 0) return { problems };
  return { key, names: new Set(names), numbers: new Set(numbers), ids: new Set(ids), extensions: new Set(extensions) };
}

/** Adds a row to its person. */
function gather(people: Map<string, Gathered>, { key, ...row }: PersonRow): void {
  const person = people.get(key);
  if (person === undefined) people.set(key, row);
  else for (const part of ['names', 'numbers', 'ids', 'extensions'] as const) for (const text of row[part]) person[part].add(text);
}

/** Formats the register. @param zone zone of periods without an offset; null: not stated */
function registerOf(people: ReadonlyMap<string, Gathered>, zone: string | null): Pick<ImportedPeople, 'toml' | 'hasZonelessPeriods'> {
  const parts = [...people].map(([key, person]) => partOf(key, person));
  // A time that was written with an offset ends in Z.
  const hasZonelessPeriods =
    zone === null && [...people.values()].some(({ extensions }) => [...extensions].some((line) => /(?:from|to) = "[^"Z]*"/.test(line)));
  const head = zone === null ? [] : [`zone = ${JSON.stringify(zone)}\n`];
  return { toml: [...head, ...parts].join('\n'), hasZonelessPeriods };
}

function bytesOf(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > limits.peopleFileChars)
      throw new LongplayError(
        'usage',
        'U333',
        agree`${file} has ${size} byte[s]`,
        `a table of persons has at most ${limits.peopleFileChars}; import its parts`,
      );
    return readFileSync(file);
  } catch (error) {
    if (error instanceof LongplayError) throw error;
    throw new LongplayError('usage', 'U333', `${file} cannot be read: ${systemText(error)}`, 'check the path', error);
  }
}

function columnsOf(columns: readonly string[]): ReadonlyMap<Field, readonly (readonly string[])[]> {
  const wanted = new Map<Field, string[][]>();
  for (const column of columns) {
    const at = column.indexOf('=');
    const field = peopleFields.find((one) => one === column.slice(0, at));
    if (field === undefined || at === column.length - 1)
      throw new LongplayError(
        'usage',
        'U333',
        `--column ${column.slice(0, 40)} does not say what the column is`,
        `write FIELD=COLUMN; the fields are ${peopleFields.join(', ')}`,
      );
    const parts = column
      .slice(at + 1)
      .split('+')
      .map((part) => part.trim());
    wanted.set(field, [...(wanted.get(field) ?? []), parts]);
  }
  return wanted;
}

/** Returns a time in the form of a register, in which a day stays a day. */
function momentOf(text: string, format: string): string | null {
  if (format === 'iso' && /^\d{4}-\d\d-\d\d$/.test(text)) return text;
  const { utc, local } = parseTime(text, { format, zone: null });
  if (utc !== null) return `${utc.slice(0, 19)}Z`;
  return local === null ? null : local.slice(0, 19).replace(/T00:00:00$/, '');
}

function keyOf(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 64);
}

function partOf(key: string, { names, numbers, ids, extensions }: Gathered): string {
  const list = (name: string, values: ReadonlySet<string>): string[] =>
    values.size === 0 ? [] : [`${name} = [${[...values].map((value) => JSON.stringify(value)).join(', ')}]`];
  return [
    `[people.${JSON.stringify(key)}]`,
    ...list('names', names),
    ...list('numbers', numbers),
    ...list('ids', ids),
    ...(extensions.size === 0 ? [] : [`extensions = [${[...extensions].join(', ')}]`]),
    '',
  ].join('\n');
}
