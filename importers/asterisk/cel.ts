import type { CallEvent, EventType, Side, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';

/** A file that the switch announced. */
export interface PlannedFile {
  /** Path or base name as written by the switch. */
  readonly name: string;
  readonly side: Side;
  /** The column or event that names it, for the rule. */
  readonly by: string;
  /** False if the file may rightly be absent: Monitor deletes sides that it has mixed. */
  readonly certain: boolean;
}

/** CEL event types that have an event type here; all others are kept as tags. */
const eventTypes: Readonly<Record<string, EventType>> = {
  ANSWER: 'answer',
  HANGUP: 'disconnect',
  BRIDGE_ENTER: 'join',
  BRIDGE_EXIT: 'leave',
  CONF_ENTER: 'join',
  CONF_EXIT: 'leave',
  BLINDTRANSFER: 'transfer',
  ATTENDEDTRANSFER: 'transfer',
  TRANSFER: 'transfer',
  PARK_START: 'hold',
  PARK_END: 'retrieve',
  DTMF: 'dtmf',
};
const startedApplications: Readonly<Record<string, EventType>> = {
  mixmonitor: 'record-start',
  monitor: 'record-start',
  stopmixmonitor: 'record-stop',
  stopmonitor: 'record-stop',
  pausemonitor: 'pause',
  unpausemonitor: 'resume',
  confbridge: 'conference',
  meetme: 'conference',
};
/** Operators' own event names for pause, resume, stop or start of the recording (guess; sample's configuration has REC_PAUSE). */
const userEvents: readonly (readonly [RegExp, EventType])[] = [
  [/(^|_)(UNPAUSE|RESUME)(_|$)/i, 'resume'],
  [/(^|_)PAUSE(_|$)/i, 'pause'],
  [/(^|_)UNMASK(_|$)/i, 'unmask'],
  [/(^|_)MASK(_|$)/i, 'mask'],
  [/^(?:MIX)?(?:MONITOR|REC(?:ORD(?:ING)?)?)_?(?:STOP(?:PED)?|OFF|END)$|^STOP_?(?:MIX)?(?:MONITOR|REC(?:ORD(?:ING)?)?)$/i, 'record-stop'],
  [/^(?:MIX)?(?:MONITOR|REC(?:ORD(?:ING)?)?)_?(?:START(?:ED)?|ON|BEGIN)$|^START_?(?:MIX)?(?:MONITOR|REC(?:ORD(?:ING)?)?)$/i, 'record-start'],
];

/** Returns a CEL row as an event. The row is kept unchanged, unless it contains dialled digits, which may be card data. */
export function celEvent(row: ReadonlyMap<string, string>, raw: string, zone: string | null): CallEvent {
  const type = typeOf(row);
  const isUserStop = row.get('eventtype') === 'USER_DEFINED' && (type === 'record-stop' || type === 'record-start');
  const digits = type === 'dtmf' || /^SendDTMF/i.test(row.get('appname') ?? '');
  return {
    type,
    at: celTime(row, zone),
    lengthMs: null,
    mediaEffect: type === 'pause' || type === 'resume' || type === 'mask' || type === 'unmask' || isUserStop ? 'unknown' : 'none',
    raw: digits ? `${row.get('eventtype') ?? ''} ${row.get('eventtime') ?? ''} ${row.get('uniqueid') ?? ''} (digits left out)` : raw,
  };
}

/** Returns the time of a CEL row. `eventtime` is epoch.micro unless cel.conf's dateformat differs; then it is local. */
export function celTime(row: ReadonlyMap<string, string>, zone: string | null): TimeValue | null {
  const raw = row.get('eventtime') ?? '';
  if (raw === '') return null;
  return /^\d+(\.\d+)?$/.test(raw) ? parseTime(raw, { format: 'epoch-s', zone: null }) : parseTime(raw, { format: 'iso', zone });
}

/** Returns the files that, according to a CEL row, are now being written: the arguments of MixMonitor and Monitor. */
export function plannedByCel(row: ReadonlyMap<string, string>): PlannedFile[] {
  if (row.get('eventtype') !== 'APP_START') return [];
  const application = (row.get('appname') ?? '').toLowerCase();
  const parts = applicationArguments(row.get('appdata') ?? '');
  const [first = '', second = '', third = ''] = parts;
  if (application === 'mixmonitor') {
    const options = optionsOf(second);
    const planned: PlannedFile[] =
      first === '' ? [] : [{ name: first, side: options.has('D') ? 'stereo' : 'mixed', by: 'MixMonitor in CEL', certain: true }];
    for (const [option, side] of [
      ['r', 'in'],
      ['t', 'out'],
    ] as const) {
      const name = options.get(option);
      if (name !== undefined && name !== '') planned.push({ name, side, by: `MixMonitor ${option}() in CEL`, certain: true });
    }
    return planned;
  }
  // Monitor(format,base,options) writes base-in and base-out; with option `m` it also writes the mix, base.
  if (application === 'monitor' && second !== '') {
    const ending = (first.split(':')[0] || 'wav').replace(/^wav49$/, 'WAV');
    const mixes = optionsOf(third).has('m');
    return (
      [
        ['', 'mixed'],
        ['-in', 'in'],
        ['-out', 'out'],
      ] as const
    ).map(([suffix, side]) => ({ name: `${second}${suffix}.${ending}`, side, by: 'Monitor in CEL', certain: mixes === (side === 'mixed') }));
  }
  return [];
}

/** Returns true if MixMonitor records only while the channel is bridged (option `b`). */
export function recordsBridgedOnly(row: ReadonlyMap<string, string>): boolean {
  return recordingOptions(row).has('b');
}

/** Returns MixMonitor's options, each with its argument in brackets. */
export function recordingOptions(row: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return optionsOf(applicationArguments(row.get('appdata') ?? '')[1] ?? '');
}

function typeOf(row: ReadonlyMap<string, string>): EventType {
  const name = row.get('eventtype') ?? '';
  if (name === 'APP_START') return startedApplications[(row.get('appname') ?? '').toLowerCase()] ?? 'tag';
  if (name === 'USER_DEFINED') return userEvents.find(([pattern]) => pattern.test(row.get('userdeftype') ?? ''))?.[1] ?? 'tag';
  return eventTypes[name] ?? 'tag';
}

/** Returns the arguments of an application, separated by commas outside brackets. */
function applicationArguments(data: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < data.length; at++) {
    const char = data[at];
    if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (char === ',' && depth === 0) {
      parts.push(data.slice(begin, at));
      begin = at + 1;
    }
  }
  return [...parts, data.slice(begin)];
}

/** Returns option letters, each with its argument in brackets. */
function optionsOf(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/([A-Za-z])(?:\(([^()]*)\))?/g)].map(([, letter = '', value = '']) => [letter, value]));
}
