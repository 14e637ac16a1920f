import type { CallEvent, MediaRef, PartyRole, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { eventOf } from '../engine/records/describe.ts';
import { stemKey } from '../engine/records/keys.ts';
import type { Leg } from './leg.ts';
import { recordedFile } from './legs.ts';

/** An application that ran, according to `app_log`. */
interface Application {
  readonly at: TimeValue | null;
  readonly name: string;
  readonly data: string;
}

/** Events of the applications that concern a recording, and their effect on the audio: a masked span is silence in the file (real run). */
const recordApplications: Readonly<Record<string, readonly [CallEvent['type'], CallEvent['mediaEffect']]>> = {
  record_session: ['record-start', 'none'],
  stop_record_session: ['record-stop', 'none'],
  record_session_mask: ['mask', 'silence'],
  record_session_unmask: ['unmask', 'none'],
  record_session_pause: ['pause', 'unknown'],
  record_session_resume: ['resume', 'unknown'],
};

function applicationsOf(leg: Leg): readonly Application[] {
  return leg.list('app_log').map((line) => {
    const [, stamp, name = '', data = ''] = /^(?:(\d{10,})\s)?(\S+)\s*(.*)$/s.exec(line) ?? [];
    return { at: stamp === undefined ? null : epochUs(stamp), name, data };
  });
}

function epochUs(text: string): TimeValue | null {
  const time = parseTime(text, { format: 'epoch-us', zone: null });
  return time.utc === null ? null : time;
}

/**
 * Returns the events of a leg in chronological order: holds, masks, starts and ends of recording, and transfers.
 * @param callStart the time from which offsets are counted
 */
export function eventsOf(leg: Leg, callStart: TimeValue | null): CallEvent[] {
  const applications = applicationsOf(leg);
  const events = [
    ...applications.flatMap((each, index) => recordEvent(each, applications.slice(0, index), applications.slice(index + 1))),
    ...holdEvents(leg),
    ...transferEvents(leg),
  ];
  return events.map((event) => ({ ...event, ...offset('callOffsetMs', callStart, event.at) }));
}

function recordEvent({ at, name, data }: Application, before: readonly Application[], after: readonly Application[]): CallEvent[] {
  const known = recordApplications[name];
  if (known === undefined) return [];
  const [type, mediaEffect] = known;
  const file = recordedFile(data);
  const begun = before.findLast((each) => each.name === 'record_session' && recordedFile(each.data) === file);
  // The effect of a pause on the length of the file is unknown, so the position of later events in it is unknown.
  const paused = before.some((each) => each.name === 'record_session_pause');
  const lengthMs = type === 'mask' ? between(at, after.find((each) => each.name === 'record_session_unmask')?.at ?? null) : null;
  const place =
    type === 'record-start' ? offset('mediaOffsetMs', at, at) : begun === undefined || paused ? {} : offset('mediaOffsetMs', begun.at, at);
  return [eventOf(type, `${name} ${data}`.trim(), { at, lengthMs, mediaEffect, ...place })];
}

/** Parses `<on µs> <off µs> <other leg>`; the off time is 0 if the hold never ended. It is not proven that a recording continues during a hold. */
function holdEvents(leg: Leg): CallEvent[] {
  return leg.list('hold').flatMap((line) => {
    const [on = '', off = ''] = line.split(' ');
    const [from, to] = [epochUs(on), epochUs(off)];
    const hold = eventOf('hold', `hold ${line}`, { at: from, lengthMs: between(from, to) });
    return to === null ? [hold] : [hold, eventOf('retrieve', `hold ${line}`, { at: to })];
  });
}

/**
 * Parses `<epoch s>:<uuid>:<kind>:<target>`, which may occur several times. A leg created by a command is "transferred" to its target as soon as it begins
 * (real run): this is not the transfer of a call.
 */
function transferEvents(leg: Leg): CallEvent[] {
  const begun =
    leg.peek('is_outbound') !== null && leg.peek('originator', 'originating_leg_uuid') === null
      ? Math.floor(Date.parse(leg.start?.utc ?? '') / 1_000)
      : Number.NaN;
  return leg.list('variables.transfer_history').flatMap((line) => {
    const seconds = /^(\d{9,11}):/.exec(line)?.[1];
    const at = seconds === undefined ? null : parseTime(seconds, { format: 'epoch-s', zone: null });
    return Number(seconds) === begun ? [] : [eventOf('transfer', line, { at: at?.utc == null ? null : at, mediaEffect: 'none' })];
  });
}

function between(from: TimeValue | null, to: TimeValue | null): number | null {
  return from?.utc == null || to?.utc == null ? null : Date.parse(to.utc) - Date.parse(from.utc);
}

function offset<Name extends string>(name: Name, from: TimeValue | null, to: TimeValue | null): Partial<Record<Name, number>> {
  const ms = to?.precision === 'ms' ? between(from, to) : null;
  return ms === null ? {} : ({ [name]: ms } as Partial<Record<Name, number>>);
}

/** Returns when a file's recording began, according to `app_log`. */
export function recordingStart(leg: Leg, path: string): TimeValue | null {
  return applicationsOf(leg).find(({ name, data }) => name === 'record_session' && stemKey(recordedFile(data)) === stemKey(path))?.at ?? null;
}

/**
 * Returns which side of the leg is in a file: with RECORD_STEREO each side is on its own channel (left: the leg's own party), otherwise both are mixed. Only
 * the CDR as a document has the variables; from a row alone nothing is known.
 */
export function sidesOf(leg: Leg): Pick<MediaRef, 'side' | 'channels'> {
  const isTrue = (name: string): boolean => /^(?:true|yes|on|enabled|active|allow|t|[1-9]\d*)$/i.test(leg.peek(name) ?? '');
  if (leg.peek('variables.uuid') === null && leg.peek('callflow.caller_profile.uuid') === null) return { side: 'unknown', channels: [] };
  if (isTrue('RECORD_READ_ONLY')) return { side: 'in', channels: [] };
  if (isTrue('RECORD_WRITE_ONLY')) return { side: 'out', channels: [] };
  if (!isTrue('RECORD_STEREO') && !isTrue('RECORD_STEREO_SWAP')) return { side: 'mixed', channels: [] };
  // If another leg created this leg, its party is the called one; if a command created it, this is unknown.
  const own = leg.inbound ? 'caller' : leg.peek('originating_leg_uuid', 'originator') === null ? 'unknown' : 'callee';
  const other = own === 'caller' ? 'callee' : own === 'callee' ? 'caller' : 'unknown';
  const roles: readonly PartyRole[] = isTrue('RECORD_STEREO_SWAP') ? [other, own] : [own, other];
  return { side: 'stereo', channels: roles.map((role, index) => ({ index, role })) };
}
