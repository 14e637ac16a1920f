import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { NameValue, Party, Recording } from '../../src/core/model/recording.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { compareTimes } from '../../src/tables/values/time.ts';
import type { Call } from '../engine/records/call.ts';
import { directionBy, partyOf } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { type LegGroup, legGroups } from './calls.ts';
import { digitsLeftOut, isDigitName } from './digits.ts';
import { eventsOf, recordingStart, sidesOf } from './events.ts';
import type { Leg } from './leg.ts';

/** Returns the recordings of a group of legs: one, or one for each leg that recorded. */
export function describeCall(call: Call, { zone }: Context): readonly Described[] {
  const groups = legGroups(call, zone);
  const keys = groups.map(({ main }) => main.uuid);
  return groups.map((group, index): Described => {
    const described = describeGroup(group);
    if (groups.length === 1) return described;
    const place = { id: call.key ?? '', index: index + 1, count: groups.length, previous: keys[index - 1] ?? null, next: keys[index + 1] ?? null };
    return { ...described, group: place };
  });
}

function describeGroup({ main, others, files }: LegGroup): Described {
  const legs = [main, ...others];
  const records = legs.flatMap((leg) => leg.records);
  const sides = sidesOf(main);
  const starts = new Map(files.map(({ path }) => [path, recordingStart(main, path)]));
  const events = legs.flatMap((leg) => eventsOf(leg, main.start)).sort((a, b) => compareTimes(a.at, b.at));
  const parties = partiesOf(main, others);
  const { callStart, callAnswer, callEnd } = { callStart: main.start, callAnswer: main.answer, callEnd: main.end };
  const extra = legs.map((leg) => ({ name: 'leg', value: legText(leg) }));
  const direction = directionOf(main, others);
  const correlation = correlationOf(legs);
  const declared = declaredOf(main, files.length);
  const [org, quality] = [orgOf(legs), qualityOf(main)];
  const sourceKeys = legs.flatMap(({ uuid }, index) => (uuid === null ? [] : [{ name: index === 0 ? 'uuid' : 'leg-uuid', value: uuid }]));
  const findings = [...legs.flatMap((leg) => leg.findings), ...contradictions(legs), ...maskFindings(main, events), ...leftOutFindings(legs)];
  return {
    key: main.uuid,
    sourceKeys,
    correlation,
    callStart,
    callAnswer,
    callEnd,
    durationDeclared: declared,
    direction,
    parties,
    org,
    quality,
    events,
    files,
    records,
    extra,
    findings,
    medium: ({ path }) => {
      const audioStart = starts.get(path) ?? null;
      const offset =
        audioStart?.utc == null || callStart?.utc == null ? {} : { startOffsetMs: Date.parse(audioStart.utc) - Date.parse(callStart.utc) };
      return { ...sides, audioStart, ...offset };
    },
  };
}

/** Names that FreeSWITCH gives to an unknown party. */
const placeholders = new Set(['outbound call', 'inbound call']);

function partiesOf(main: Leg, others: readonly Leg[]): Party[] {
  const channel = main.peek('channel_name', 'chan_name');
  const caller = partyOf('caller', {
    phone: main.take('effective_caller_id_number', 'caller_id_number'),
    name: nameOf(main, 'effective_caller_id_name', 'caller_id_name'),
    device: main.inbound ? channel : null,
  });
  const callee = partyOf('callee', {
    phone: main.take('destination_number'),
    // The callee that the switch showed the caller may be a number of its own choice, or the caller again: its name counts only if the numbers agree.
    name: main.peek('callee_id_number') === main.peek('destination_number') ? nameOf(main, 'callee_id_name') : null,
    device: main.inbound ? null : channel,
  });
  const agents = [main, ...others].flatMap((leg) => partyOf('agent', { agentId: leg.take('cc_agent'), name: leg.take('cc_agent_name') }) ?? []);
  // Further called parties: legs that other legs created, without halves of loopback channels.
  const called = others
    .filter((leg) => !leg.inbound && leg.peek('is_loopback') === null)
    .flatMap((leg) => partyOf('callee', { phone: leg.take('destination_number'), device: leg.peek('channel_name', 'chan_name') }) ?? []);
  const seen = new Set<string>();
  return [caller, callee, ...agents, ...called].filter((party): party is Party => {
    if (party === null) return false;
    const same = `${party.role} ${party.phone?.raw ?? ''} ${party.agentId ?? ''}`;
    return seen.has(same) ? false : seen.add(same) !== undefined;
  });
}

function nameOf(leg: Leg, ...names: readonly string[]): string | null {
  const name = leg.take(...names);
  return name === null || placeholders.has(name.toLowerCase()) ? null : name;
}

/**
 * Returns the direction. FusionPBX states whether a call came in, went out or stayed internal (`call_direction`, its row's `direction`). A channel's own
 * direction only states how the switch received it, and is kept as the raw word: an internal telephone that calls out is also `inbound`.
 */
function directionOf(main: Leg, others: readonly Leg[]): Recording['direction'] {
  const codes = { inbound: 'inbound', outbound: 'outbound', local: 'internal', internal: 'internal' } as const;
  for (const leg of [main, ...others]) {
    const said = leg.take('variables.call_direction', 'call_direction');
    if (said !== null) return directionBy(said, codes);
  }
  const row = main.records.find(({ shape }) => shape === 'xml_cdr')?.take(['direction']) ?? null;
  if (row !== null) return directionBy(row, codes);
  return { value: 'unknown', raw: main.take('channel_data.direction', 'variables.direction', 'direction') };
}

/** Returns the legs by their uuids, including those that records name and that are not in the source, and the SIP call ids. */
function correlationOf(legs: readonly Leg[]): NameValue[] {
  const own = new Set(legs.map(({ uuid }) => uuid));
  return distinct([
    ...legs.flatMap(({ uuid }) => (uuid === null ? [] : [{ name: 'freeswitch-uuid', value: uuid }])),
    ...legs.flatMap((leg) => {
      const sip = leg.take('sip_call_id');
      const missing = ['call_uuid', 'bridge_uuid', 'signal_bond', 'bleg_uuid', 'originating_leg_uuid'].flatMap((name) => {
        const value = leg.peek(name)?.toLowerCase() ?? null;
        return value === null || own.has(value) ? [] : [{ name: name.replaceAll('_', '-'), value }];
      });
      return [...(sip === null ? [] : [{ name: 'sip-call-id', value: sip }]), ...missing];
    }),
  ]);
}

function orgOf(legs: readonly Leg[]): NameValue[] {
  const names = {
    tenant: ['domain_name'],
    queue: ['cc_queue'],
    account: ['accountcode'],
    context: ['context', 'user_context'],
    dialled: ['caller_destination'],
    switch: ['switchname'],
  };
  return distinct(
    legs.flatMap((leg) =>
      Object.entries(names).flatMap(([name, columns]) => {
        const value = leg.take(...columns);
        return value === null ? [] : [{ name, value }];
      }),
    ),
  );
}

function qualityOf(main: Leg): NameValue[] {
  const names = [
    'hangup_cause',
    'hangup_cause_q850',
    'sip_hangup_disposition',
    'missed_call',
    'record_completion_cause',
    'rtp_audio_in_mos',
    'hold_accum_seconds',
  ];
  return names.flatMap((name) => {
    const value = main.take(name);
    return value === null || (name === 'hold_accum_seconds' && value === '0') ? [] : [{ name: name.replaceAll('_', '-'), value }];
  });
}

function distinct(pairs: readonly NameValue[]): NameValue[] {
  const seen = new Set<string>();
  return pairs.filter(({ name, value }) => !seen.has(`${name} ${value}`) && seen.add(`${name} ${value}`) !== undefined);
}

/** Returns the duration of the only recording if the leg states it, otherwise that of the leg: `record_ms` belongs to the last recording that ended. */
function declaredOf(main: Leg, files: number): Recording['durationDeclared'] {
  const sources = [
    ...(files === 1
      ? ([
          ['record_ms', 'ms', 'audio'],
          ['record_length', 's', 'audio'],
          ['call_recording_length', 's', 'audio'],
        ] as const)
      : []),
    ['mduration', 'ms', 'call'],
    ['duration', 's', 'call'],
  ] as const;
  for (const [name, unit, of] of sources) {
    const raw = main.peek(name);
    const ms = raw === null ? null : parseDuration(raw, unit);
    // FusionPBX writes 0 if it does not know the duration.
    if (raw === null || ms === null || (of === 'audio' && ms === 0)) continue;
    main.take(name);
    return { ms, raw, unit, of };
  }
  return null;
}

const formNames: Readonly<Record<string, string>> = {
  xml: 'CDR as XML',
  json: 'CDR as JSON',
  xml_cdr: 'row of v_xml_cdr',
  xml_cdr_json: 'row of v_xml_cdr_json',
  call_recordings: 'row of v_call_recordings',
  cdr: 'CDR row',
  csv: 'CDR line without header',
};

/** Describes a leg and the forms of its CDR: several forms are one leg, not several calls. */
function legText(leg: Leg): string {
  const what = [leg.inbound ? 'inbound' : 'outbound', ...(leg.peek('is_loopback', 'loopback_leg') === null ? [] : ['loopback half'])];
  const said = leg.peek('channel_data.direction', 'variables.direction') === null ? what.slice(1) : what;
  const forms = new Map<string, number>();
  for (const { shape } of leg.records) forms.set(shape, (forms.get(shape) ?? 0) + 1);
  const written = [...forms].map(([shape, count]) => `${formNames[shape] ?? shape}${count > 1 ? ` (${count})` : ''}`);
  return [leg.uuid ?? 'without uuid', ...said, written.join(' and ')].join(', ');
}

function contradictions(legs: readonly Leg[]): Finding[] {
  return legs.flatMap((leg) => {
    const values = (names: readonly string[]) => new Set(leg.records.flatMap((record) => names.flatMap((name) => record.peek([name]) ?? [])));
    const differing = ['start_epoch', 'end_epoch', 'hangup_cause'].filter((name) => values([`variables.${name}`, name]).size > 1);
    return differing.length === 0
      ? []
      : [finding('I204', leg.uuid ?? '', `its records differ in ${differing.join(', ')}; the CDR itself takes precedence over rows`)];
  });
}

/** Returns a finding if the dial plan has a mask and no event states when it began: `uuid_record … mask` leaves no event. */
function maskFindings(main: Leg, events: readonly { readonly type: string }[]): Finding[] {
  const planned = main.records.some((record) =>
    record.rest().some(({ name, value }) => name.endsWith('.application') && /uuid_record\b.*\bmask\b|record_session_mask/.test(value)),
  );
  if (!planned || events.some(({ type }) => type === 'mask')) return [];
  return [finding('I221', main.uuid ?? '', 'its dial plan has a command that masks the recording, and no record says when or whether it ran')];
}

function leftOutFindings(legs: readonly Leg[]): Finding[] {
  let left = 0;
  for (const leg of legs) {
    left += Number(leg.take(digitsLeftOut) ?? 0);
    for (const record of leg.records) {
      if (record.number === 0) continue;
      for (const { name, value } of record.rest()) {
        const log = name === 'log_content' || name === 'xml';
        if (!isDigitName(name) && !log) continue;
        record.take([name]);
        if (value !== 'none') left++;
      }
    }
  }
  return left === 0
    ? []
    : [
        finding(
          'I220',
          legs[0]?.uuid ?? '',
          agree`${left} place[s] of its records contained keys that may have been pressed; the keys were left out`,
        ),
      ];
}
