import type { EventType, TimeValue } from '../../src/core/model/recording.ts';
import { compareTimes } from '../../src/tables/values/time.ts';
import type { SipMessage } from './message.ts';
import type { Period, RsDocument, RsParticipant } from './metadata.ts';

/** One message with its documents, in its place among the messages of a recording session. */
export interface Step {
  readonly message: SipMessage;
  readonly documents: readonly RsDocument[];
  /** When it was sent, if its file states that. */
  readonly at: TimeValue | null;
}

/** An event, with its time as a value or as written in the metadata. */
export interface FoldedEvent {
  readonly type: EventType;
  readonly at: TimeValue | null;
  readonly raw: string;
}

export interface FoldedParticipant {
  readonly aor: string | null;
  readonly name: string | null;
  readonly isCalling: boolean | null;
  readonly ids: readonly string[];
  /** Streams that carry the participant's voice. */
  readonly send: ReadonlySet<string>;
  readonly recv: ReadonlySet<string>;
  readonly other: readonly string[];
}

/** The state of a recording session, merged from all its documents. */
export interface Folded {
  readonly participants: readonly FoldedParticipant[];
  /** Placeholders for participants that were not known yet: Avaya's SBC sends one with the first message. */
  readonly placeholders: readonly FoldedParticipant[];
  readonly streams: readonly { readonly id: string; readonly label: string | null; readonly mode: string | null }[];
  readonly start: TimeValue | null;
  readonly end: TimeValue | null;
  readonly events: readonly FoldedEvent[];
  readonly reasons: readonly string[];
  /** Number of partial documents before any complete one. */
  readonly early: number;
}

interface Growing {
  ids: string[];
  aor: string | null;
  name: string | null;
  other: string[];
  isCalling: boolean | null;
  readonly send: Set<string>;
  readonly recv: Set<string>;
  /** True if the participant was present without streams when others had some. */
  wasIdle: boolean;
  isThere: boolean;
  /** True if the metadata states that the participant left. */
  hasLeft: boolean;
  joined: FoldedEvent | null;
  /** True if the metadata states when the participant joined; otherwise the time of the message is used. */
  isJoinTold: boolean;
  left: FoldedEvent | null;
}

/**
 * Folds documents in order: a complete document is the whole state at that time, a partial one states the changes (RFC 7865, section 6.1.1). Keeps everyone who
 * took part at any time. One function: each element of a document changes the state that the elements before it gave.
 * @param time parses a time in the metadata; returns null if the text means no time
 */
export function fold(steps: readonly Step[], time: (raw: string) => TimeValue | null): Folded {
  const participants = new Map<string, Growing>();
  const streams = new Map<string, { id: string; label: string | null; mode: string | null }>();
  const [starts, joins, stops, reasons]: [TimeValue[], TimeValue[], Map<string, TimeValue | null>, Set<string>] = [[], [], new Map(), new Set()];
  let early = 0;
  let isFirst = true;
  const push = (list: TimeValue[], raw: string | null): void => {
    const value = raw === null ? null : time(raw);
    if (value !== null) list.push(value);
  };
  const end = (who: Growing, raw: string | null, at: TimeValue | null, words: string): void => {
    who.isThere = false;
    who.left ??= { type: 'leave', at: (raw === null ? null : time(raw)) ?? at, raw: words };
  };
  for (const { documents, at } of steps) {
    for (const document of documents) {
      const isPartial = /^partial$/i.test(document.mode ?? '');
      if (isPartial && isFirst) early++;
      const before = new Set(participants.values());
      const ids = new Set(document.participants.map(({ id }) => id));
      const here = document.participants.map((said) => [said, meet(participants, said, ids)] as const);
      if (!isPartial) {
        const there = new Set(here.map(([, who]) => who));
        for (const who of participants.values()) if (who.isThere && !there.has(who)) end(who, null, at, 'not in the complete metadata any more');
      }
      for (const [said, who] of here) {
        const isNew = !before.has(who);
        if (said.until === null && (!isPartial || isNew)) who.isThere = true;
        who.isJoinTold ||= said.from !== null;
        if (isNew && !isFirst) who.joined = { type: 'join', at: (said.from === null ? null : time(said.from)) ?? at, raw: 'new in the metadata' };
        for (const id of said.send) who.send.add(id);
        for (const id of said.recv) who.recv.add(id);
        push(joins, said.from);
        if (said.until !== null) leave(who, said, at);
      }
      for (const said of document.streams) {
        // Avaya's SBC leaves the id empty until the stream exists.
        const key = said.id === '' ? `label ${said.label ?? ''}` : said.id;
        const known = streams.get(key);
        streams.set(key, { id: said.id, label: said.label ?? known?.label ?? null, mode: said.mode ?? known?.mode ?? null });
        push(joins, said.from);
      }
      for (const { participant, send, recv, from } of document.participantStreams) {
        const who = participants.get(participant);
        for (const id of send) who?.send.add(id);
        for (const id of recv) who?.recv.add(id);
        push(joins, from);
      }
      for (const said of document.participantSessions) {
        const who = participants.get(said.participant);
        push(joins, said.from);
        if (who === undefined) continue;
        if (who.joined !== null && !who.isJoinTold && said.from !== null) {
          who.joined = { ...who.joined, at: time(said.from) ?? who.joined.at };
          who.isJoinTold = true;
        }
        if (said.until !== null) leave(who, said, at);
        else if (said.from !== null && who.hasLeft) {
          // Associated again.
          who.isThere = true;
          who.hasLeft = false;
        }
      }
      for (const { start, stop, from, until, id, reasons: said } of document.sessions) {
        push(starts, start);
        push(joins, from);
        if (stop !== null || until !== null || !stops.has(id)) stops.set(id, time(stop ?? until ?? '') ?? stops.get(id) ?? null);
        for (const reason of said) reasons.add(reason);
      }
      for (const { from, until, session } of document.sessionRecordings) {
        push(joins, from);
        if (until !== null && (stops.get(session) ?? null) === null) stops.set(session, time(until));
      }
      for (const { from } of document.groups) push(joins, from);
      const active = [...new Set(participants.values())].filter(({ send, recv }) => send.size + recv.size > 0);
      for (const who of participants.values()) if (active.length > 0 && !active.includes(who)) who.wasIdle = true;
      isFirst = false;
    }
  }
  const all = [...new Set(participants.values())];
  const placeholders = all.filter((who) => who.wasIdle && who.send.size + who.recv.size === 0 && !who.isThere && !who.hasLeft);
  const real = all.filter((who) => !placeholders.includes(who));
  const stopTimes = [...stops.values()];
  const lastLeft =
    real.length > 0 && real.every(({ hasLeft, isThere }) => hasLeft && !isThere) ? latest(real.flatMap(({ left }) => left?.at ?? [])) : null;
  return {
    participants: real,
    placeholders,
    streams: [...streams.values()].filter(({ id, label }, _, list) => id !== '' || !list.some((other) => other.id !== '' && other.label === label)),
    start: earliest(starts) ?? earliest(joins),
    end: (stopTimes.every((stop) => stop !== null) ? latest(stopTimes.filter((stop) => stop !== null)) : null) ?? lastLeft,
    events: real.flatMap(({ joined, left }) => [...(joined === null ? [] : [joined]), ...(left === null ? [] : [left])]),
    reasons: [...reasons],
    early,
  };

  function leave(who: Growing, said: Period, at: TimeValue | null): void {
    who.left = null;
    end(who, said.until, at, 'disassociate-time');
    who.hasLeft = true;
  }
}

/** Finds the participant with the same id, or with the same address if ids change with each document. @param ids ids in this document */
function meet(participants: Map<string, Growing>, said: RsParticipant, ids: ReadonlySet<string>): Growing {
  const [first, ...others] = said.names;
  const aor = first?.aor || null;
  const key = said.id === '' ? `aor ${aor ?? ''}` : said.id;
  const sameAddress = (other: Growing): boolean => aor !== null && other.aor === aor && !other.ids.some((id) => ids.has(id));
  const known = participants.get(key) ?? [...participants.values()].find(sameAddress);
  if (known !== undefined && said.id !== '' && !known.ids.includes(said.id)) known.ids.push(said.id);
  const who: Growing = known ?? {
    ids: said.id === '' ? [] : [said.id],
    aor: null,
    name: null,
    other: [],
    isCalling: null,
    send: new Set(),
    recv: new Set(),
    wasIdle: false,
    isThere: true,
    hasLeft: false,
    joined: null,
    isJoinTold: false,
    left: null,
  };
  participants.set(key, who);
  who.aor = aor ?? who.aor;
  who.name = first?.name ?? who.name;
  who.isCalling = said.isCalling ?? who.isCalling;
  for (const { aor: other } of others) if (other !== '' && !who.other.includes(other)) who.other.push(other);
  return who;
}

function earliest(times: readonly TimeValue[]): TimeValue | null {
  return times.reduce<TimeValue | null>((best, each) => (best === null || compareTimes(each, best) < 0 ? each : best), null);
}

function latest(times: readonly TimeValue[]): TimeValue | null {
  return times.reduce<TimeValue | null>((best, each) => (best === null || compareTimes(each, best) > 0 ? each : best), null);
}
