import type { Party, PartyRole, TimeValue } from '../../src/core/model/recording.ts';
import { type XmlValue, xmlValues } from '../../src/tables/flatten.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';
import { directionOf } from '../../src/tables/values/columns.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import type { SidecarDescription } from './description.ts';

/** Names with one meaning nearly everywhere, in lower case, letters and digits only. */
const words = {
  id: ['callid', 'recordingid', 'sessionid', 'interactionid', 'uniqueid', 'conversationid'],
  start: ['starttime', 'start', 'callstart', 'startdate', 'startdatetime', 'begintime', 'recordingstart', 'timestamp', 'datetime'],
  end: ['endtime', 'end', 'callend', 'stoptime', 'stop', 'enddate', 'enddatetime'],
  answer: ['answertime', 'answered', 'connecttime', 'connected'],
  duration: ['duration', 'length', 'calllength', 'callduration', 'talktime'],
  direction: ['direction', 'calldirection', 'calltype'],
  caller: ['ani', 'caller', 'callingnumber', 'callingparty', 'callernumber', 'cli', 'from', 'anumber', 'source'],
  callee: ['dnis', 'called', 'callednumber', 'calledparty', 'callee', 'calleenumber', 'to', 'bnumber', 'destination'],
  customer: ['customerphone', 'customernumber', 'customer'],
  agentName: ['agentname', 'agent', 'employeename', 'username', 'user'],
  agentId: ['agentid', 'userid', 'loginid', 'agentlogin'],
  extension: ['extension', 'agentextension', 'station'],
  queue: ['queue', 'queuename', 'service', 'servicename', 'skill', 'campaign'],
} as const;

type Meaning = keyof typeof words;

/** Meanings that a document must have: one set shows that it describes something with a time or an id, the other that it describes a call. */
const about: readonly (readonly Meaning[])[] = [
  ['id', 'start', 'end', 'answer', 'duration'],
  ['caller', 'callee', 'customer', 'agentName', 'agentId', 'extension', 'queue', 'direction'],
];

/**
 * Returns the known meanings of the names of a document's elements and attributes, if they show that it describes a call: one meaning of a time, a length or an
 * id, and one of a party, a queue or a direction. Empty otherwise, e.g. for a feed, a note, or the metadata of another program.
 */
export function callMeanings(names: Iterable<string>): readonly string[] {
  const known = new Set([...names].map(folded));
  const meant = (Object.keys(words) as Meaning[]).filter((meaning) => words[meaning].some((word) => known.has(word))); // `words` has a key for each meaning
  return about.every((group) => group.some((meaning) => meant.includes(meaning))) ? meant : [];
}

/**
 * Describes a sidecar of an unknown family by names that mean the same nearly everywhere. Only the name is interpreted: a time must be ISO 8601, and a duration
 * must show its unit. A document that does not describe a call by its names (`callMeanings`) describes nothing. Other values are kept in `extra` under their
 * own names.
 * @param zone zone of times that have no offset, or null.
 */
export function describeFlat(root: XmlElement, zone: string | null): SidecarDescription {
  const values = xmlValues(root);
  const taken = new Set<XmlValue>();
  const isCall = callMeanings(values.flatMap(({ path }) => path.slice(-1))).length > 0;
  const find = (names: readonly string[]): XmlValue | null => {
    if (!isCall) return null;
    for (const name of names) {
      const found = values.find(({ path }) => folded(path.at(-1) ?? '') === name);
      if (found !== undefined) return found;
    }
    return null;
  };
  const take = (names: readonly string[]): string | null => {
    const found = find(names);
    if (found !== null) taken.add(found);
    return found?.value ?? null;
  };
  const time = (names: readonly string[]): TimeValue | null => {
    const found = find(names);
    const value = found === null ? null : parseTime(found.value, { format: 'iso', zone });
    if (found === null || value === null || value.certainty === 'unreadable') return null;
    taken.add(found);
    return value;
  };
  const length = find(words.duration);
  const ms = length === null ? null : parseDuration(length.value, 'auto-clock');
  if (length !== null && ms !== null) taken.add(length);
  const start = time(words.start);
  const id = take(words.id);
  const direction = take(words.direction);
  const queue = take(words.queue);
  const number = (role: PartyRole, names: readonly string[]): Party[] => {
    const raw = take(names);
    return raw === null ? [] : [{ role, phone: parsePhone(raw), name: null, agentId: null, device: null }];
  };
  const parties = [...number('caller', words.caller), ...number('callee', words.callee), ...number('customer', words.customer)];
  const [name, agentId, extension] = [take(words.agentName), take(words.agentId), take(words.extension)];
  if (name !== null || agentId !== null || extension !== null) {
    parties.push({ role: 'agent', phone: extension === null ? null : parsePhone(extension), name, agentId, device: null });
  }
  return {
    family: 'flat',
    sourceKeys: id === null ? [] : [{ name: 'id', value: id }],
    correlation: [],
    start,
    answer: time(words.answer),
    end: time(words.end),
    audioStart: null,
    duration: length === null || ms === null ? null : { ms, raw: length.value, unit: 'auto-clock' },
    direction:
      direction === null
        ? { value: 'unknown', raw: null }
        : directionOf(direction, {
            kind: 'direction',
            name: '',
            in: ['in', 'inbound', 'incoming'],
            out: ['out', 'outbound', 'outgoing'],
            internal: ['internal'],
          }),
    parties,
    org: queue === null ? [] : [{ name: 'queue', value: queue }],
    events: [],
    group: null,
    quality: [],
    findings: [],
    updated: null,
    extra: values.filter((value) => !taken.has(value)).map(({ path, value }) => ({ name: path.join('.'), value })),
    declaredBytes: null,
  };
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
