import { agree } from '../../../src/core/base/agree.ts';
import { byCodePoint } from '../../../src/core/base/order.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import type { CallEvent, NameValue, Party, PartyRole, Recording, TimeValue } from '../../../src/core/model/recording.ts';
import type { TimeSpec } from '../../../src/tables/text/types.ts';
import { type DurationUnit, parseDuration } from '../../../src/tables/values/duration.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';
import { parseTime, resolveFold } from '../../../src/tables/values/time.ts';
import type { Values } from '../../../src/tables/values/values.ts';
import type { JoinedRecord } from './call.ts';

// Conversions that families apply to nearly every record: from a column to a time, a duration, a party or a pair. A column that is taken here is not among the
// extra values of the recording.

/** Returns the time in a column; null if the column is empty or means "no time". Text that is not a time also stays among the extra values. */
export function timeOf(record: Values, column: string, spec: TimeSpec): TimeValue | null {
  const raw = record.peek([column]);
  if (raw === null) return null;
  const time = parseTime(raw, spec);
  // A sentinel carries no information, but the column contained it; unreadable text must be kept.
  if (time.certainty === 'sentinel') return null;
  if (time.certainty !== 'unreadable') record.take([column]);
  return time;
}

/** Offsets from UTC are whole quarters of an hour, from -12:00 to +14:00 (IANA time zone database). */
const quarterMs = 15 * 60_000;

/**
 * Combines a UTC column and a local column into one time: the UTC value with the local wall clock. If the difference is not the offset of any zone, a finding
 * says that one of the two is wrong, and the UTC column is used.
 */
export function utcAndLocal(
  utc: TimeValue | null,
  local: TimeValue | null,
  place: string,
): { readonly time: TimeValue | null; readonly findings: readonly Finding[] } {
  if (utc === null || utc.utc === null) return { time: local ?? utc, findings: [] };
  if (local === null || local.local === null) return { time: utc, findings: [] };
  const differenceMs = Date.parse(`${local.local}Z`) - Date.parse(utc.utc);
  // The two values may have been rounded differently.
  const offsetMs = Math.round(differenceMs / quarterMs) * quarterMs;
  if (Math.abs(differenceMs - offsetMs) > 1_000 || offsetMs < -12 * 3_600_000 || offsetMs > 14 * 3_600_000) {
    const seconds = Math.round(differenceMs / 1_000);
    return {
      time: utc,
      findings: [
        finding('I205', place, `its local and its UTC time are ${seconds} s apart, which is not the offset of any zone; the UTC time is used`),
      ],
    };
  }
  // The UTC column shows the offset that the recorder assumed for the zone.
  if (local.utc === utc.utc) return { time: { ...local, basis: utc.basis, certainty: utc.certainty }, findings: [] };
  if (local.candidates.includes(utc.utc)) return { time: resolveFold(local, { utc: utc.utc, by: 'utc-column' }), findings: [] };
  return { time: { ...utc, raw: `${local.raw} | ${utc.raw}`, local: local.local, offsetMin: offsetMs / 60_000 }, findings: [] };
}

/** Returns the duration in a column; null if the column is empty. Text that is not a duration gives null and stays among the extra values. */
export function durationOf(record: Values, column: string, unit: DurationUnit): Recording['durationDeclared'] {
  const raw = record.peek([column]);
  const ms = raw === null ? null : parseDuration(raw, unit);
  if (raw === null || ms === null) return null;
  record.take([column]);
  return { ms, raw, unit };
}

/** Returns a participant; null if nothing is known about the participant. */
export function partyOf(
  role: PartyRole,
  said: { readonly phone?: string | null; readonly name?: string | null; readonly agentId?: string | null; readonly device?: string | null },
): Party | null {
  const { phone = null, name = null, agentId = null, device = null } = said;
  if (phone === null && name === null && agentId === null && device === null) return null;
  return { role, phone: phone === null ? null : parsePhone(phone), name, agentId, device };
}

/** Returns the columns that are not empty, under names that users know. */
export function pairsOf(record: Values, names: Readonly<Record<string, string>>): NameValue[] {
  return Object.entries(names).flatMap(([name, column]) => {
    const value = record.take([column]);
    return value === null ? [] : [{ name, value }];
  });
}

/** Returns the direction for one of the recorder's own codes. */
export function directionBy(raw: string | null, codes: Readonly<Record<string, Recording['direction']['value']>>): Recording['direction'] {
  return { value: raw === null ? 'unknown' : (codes[raw.trim().toLowerCase()] ?? 'unknown'), raw };
}

/** Returns an event. Its effect on the audio is unknown unless `more` states it. */
export function eventOf(type: CallEvent['type'], raw: string, more: Partial<Omit<CallEvent, 'type' | 'raw'>> = {}): CallEvent {
  return { type, at: null, lengthMs: null, mediaEffect: 'unknown', raw, ...more };
}

/** Returns events for pressed keys. The keys may be card data: the events state that keys were pressed and how many, never which. */
export function keysPressed(records: readonly Values[]): CallEvent[] {
  return records.flatMap((record) =>
    record
      .rest()
      .filter(({ name }) => /dtmf/i.test(name))
      .map(({ name, value }) => {
        record.take([name]);
        return eventOf('dtmf', agree`${name}: ${value.length} character[s], left out`);
      }),
  );
}

/**
 * Separates records with the same content, before any of their values are taken. The later record counts as a repeat, even if its line has other details or its
 * table writes names differently.
 */
export function withoutRepeats(records: readonly JoinedRecord[]): {
  readonly once: readonly JoinedRecord[];
  readonly repeated: readonly JoinedRecord[];
} {
  const seen = new Set<string>();
  const repeated: JoinedRecord[] = [];
  const once = records.filter((record) => {
    const pairs = record.rest().filter(({ value }) => !/^(?:NULL|\\N)$/i.test(value));
    const said = JSON.stringify([
      record.shape,
      pairs.map(({ name, value }) => `${name.toLowerCase().replaceAll('_', '')}=${value}`).sort(byCodePoint),
    ]);
    if (!seen.has(said)) return seen.add(said) !== undefined;
    repeated.push(record);
    return false;
  });
  return { once, repeated };
}
