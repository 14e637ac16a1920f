import { readFileSync, statSync } from 'node:fs';
import { readToml, type TomlTable } from '../../../importers/mapping/read/toml.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { People, RegisteredPerson, RegisteredValue } from '../../core/identity/people.ts';
import { type Period, readMoment } from '../../core/identity/period.ts';
import { fullNumberDigits, wordsOf } from '../../core/identity/person.ts';
import { planOf } from '../../core/numbers/number-reading.ts';
import { utcClock, type ZoneClock, zoneClock } from '../../core/time/zone-clock.ts';
import type { PeopleSource } from '../../serve/archive/people-register.ts';
import { fileState } from './file-state.ts';

const kinds = { names: 'name', numbers: 'number', ids: 'id', extensions: 'extension' } as const;

/**
 * Reads a register of persons and sites. It has `[sites.NAME]` with a country; `[people.KEY]` with names, numbers, ids and extensions, each
 * optionally with a period; and `[lines]` with systems that record the same lines.
 * @throws LongplayError usage U330 if the file is unreadable, U331 if its content is invalid; I150 to I152 of TOML
 */
export function readPeopleFile(file: string): People {
  const toml = readToml({ name: file, text: textOf(file) }, 'docs/how-to/people.md has an example', limits.peopleFileChars);
  const zone = toml.text('zone');
  const clock = zone === null ? utcClock : zoneClock(zone);
  if (clock === null) return toml.refuse('zone', `is '${zone}'`, 'give an IANA zone, e.g. "Europe/Stockholm"');
  const [sites, people, said] = [toml.table('sites'), toml.table('people'), toml.table('lines')];
  toml.finish();
  const countries: Record<string, string> = {};
  for (const { name, table } of sites?.tables() ?? []) {
    const country = table.text('country');
    const code = country === null ? null : (planOf(country)?.countryCode ?? null);
    if (code === null) return table.refuse('country', country === null ? 'is missing' : 'is not a calling code', 'write country = "+46"');
    table.finish();
    countries[name] = code;
  }
  const persons = (people?.tables() ?? []).map(({ name, table }) => personFrom(file, name, table, clock));
  const lines = said === null ? [] : linesOf(said);
  if (persons.length === 0 && Object.keys(countries).length === 0 && lines.length === 0)
    throw wrong(
      file,
      'names no person, no site and no lines',
      'add a section [people.KEY] with names and numbers; docs/how-to/people.md has an example',
    );
  return { countries, persons, lines };
}

/** Reads the groups of systems that record the same lines; each has at least two systems. */
function linesOf(said: TomlTable): People['lines'] {
  return said.pairs().map(({ name, texts }) => {
    const systems = [...new Set(texts.map((text) => text.trim().replace(/\s+/g, ' ')))];
    if (systems.length < 2 || systems.some((system) => !/^[^ ]+(?: [^ ].*)?$/.test(system)))
      return said.refuse(
        name,
        `names ${systems.length} ${systems.length === 1 ? 'system' : 'systems'}`,
        'name two or more as the timeline does: importer, or importer and site, e.g. ["asterisk pbx", "generic dealing"]',
      );
    return systems;
  });
}

/** Creates a source for a register that may change while in use. */
export function peopleFile(file: string): PeopleSource {
  return { state: () => fileState(file), read: () => readPeopleFile(file) };
}

function textOf(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > limits.peopleFileChars)
      throw new LongplayError('usage', 'U330', agree`${file} has ${size} byte[s]`, agree`a register has at most ${limits.peopleFileChars} byte[s]`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof LongplayError) throw error;
    const why = error instanceof TypeError ? 'it is not UTF-8' : systemText(error);
    throw new LongplayError('usage', 'U330', `${file} cannot be read: ${why}`, 'check the path after --people', error);
  }
}

function personFrom(file: string, key: string, table: TomlTable, clock: ZoneClock): RegisteredPerson {
  if (!isPersonKey(key)) throw wrong(file, 'has an invalid key', 'keys are letters, digits and ._-, at most 64, e.g. [people.anna-berg]');
  const values = Object.entries(kinds).flatMap(([list, kind]) =>
    table.items(list).map((item, index): RegisteredValue => {
      const place = `${list} ${index + 1}`;
      if (typeof item === 'string') return checked(table, list, { kind, text: item.trim(), period: null, site: null, place });
      // The table of an extension has its text under the key `number`.
      const text = item.text(kind === 'extension' ? 'number' : kind);
      const [from, to, site] = [item.text('from'), item.text('to'), item.text('site')];
      item.finish();
      if (text === null)
        return table.refuse(
          list,
          `has no ${kind} in its part ${index + 1}`,
          `write { ${kind === 'extension' ? 'number' : kind} = "…", from = "2025-09-01" }`,
        );
      const period = from === null && to === null ? null : periodOf({ from, to }, { table, list, part: index + 1 }, clock);
      return checked(table, list, { kind, text: text.trim(), period, site, place });
    }),
  );
  table.finish();
  if (values.length === 0) throw wrong(file, `has nothing in [people.${key}]`, 'give names, numbers, ids or extensions');
  return { key, values };
}

/** Returns true for a valid key of an entry. */
export function isPersonKey(key: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(key);
}

/** Position of a value in the register. */
interface ValuePlace {
  readonly table: TomlTable;
  readonly list: string;
  /** Number of its part in the list, from 1. */
  readonly part: number;
}

function periodOf(
  { from, to }: { readonly from: string | null; readonly to: string | null },
  { table, list, part }: ValuePlace,
  clock: ZoneClock,
): Period {
  const [fromMs = null, toMs = null] = [from, to].map((text) => {
    if (text === null) return null;
    const ms = readMoment(text, clock);
    return ms ?? table.refuse(list, `has an invalid time in its part ${part}`, 'write a day or a time, e.g. "2025-09-01" or "2025-10-26T01:00Z"');
  });
  if (fromMs !== null && toMs !== null && fromMs >= toMs)
    return table.refuse(list, `has a period in its part ${part} that ends before it begins`, '`to` is the first moment after the period');
  return { fromMs, toMs };
}

/** Rejects values that are invalid for their list, because they would match nobody or everybody. */
function checked(table: TomlTable, list: string, value: RegisteredValue): RegisteredValue {
  const { kind, text, place } = value;
  const digits = text.replace(/[\s().-]/g, '');
  const refuse = (hint: string): never => table.refuse(list, `has an invalid ${kind} in ${place}`, hint);
  if (text.length > limits.peopleValueChars || /\p{Cc}/u.test(text))
    return refuse(`at most ${limits.peopleValueChars} characters, none of them a control character`);
  if (kind === 'name' && wordsOf(text).length === 0) return refuse('a name has letters');
  if (kind === 'id' && text === '') return refuse('give the id or address as the recorder has it');
  if (kind === 'number' && !/^\+[1-9]\d{6,14}$/.test(digits)) return refuse('write full numbers with their country, e.g. "+46701740605"');
  if (kind === 'extension' && (!/^\d+$/.test(digits) || digits.length >= fullNumberDigits))
    return refuse(agree`extensions are one to ${fullNumberDigits - 1} digit[s]`);
  return value;
}

function wrong(file: string, what: string, hint: string): LongplayError {
  return new LongplayError('usage', 'U331', `${file} ${what}`, hint);
}
