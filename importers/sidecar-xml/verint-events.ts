import type { CallEvent, EventType, NameValue, TimeValue } from '../../src/core/model/recording.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { fieldText, findAll } from '../../src/tables/xml/element.ts';

/** Tag event types seen in public sidecars (recorder facts 1.8); all others are kept as tags. */
const eventTypes: Readonly<Record<string, EventType>> = {
  alerting: 'ring',
  connected: 'answer',
  held: 'hold',
  retrieved: 'retrieve',
  paused: 'pause',
  resumed: 'resume',
  transferred: 'transfer',
  conferenced: 'conference',
  disconnected: 'disconnect',
};
/** Events whose effect on the audio (continues, silent or cut) differs by site and is not stated in the sidecar. */
const touchesAudio: ReadonlySet<EventType> = new Set(['hold', 'retrieve', 'pause', 'resume', 'transfer', 'conference']);

/** A tag: a note that a component of the recorder made at some moment, by the clock and zone of its host. */
export interface Tag {
  readonly timestamp: string | null;
  /** Facts about the tag, and its attributes, in order. */
  readonly attributes: readonly NameValue[];
  /** Number of pressed keys in the tag; the keys themselves are never kept. */
  readonly keys: number;
}

export function tagsOf(element: XmlElement): Tag[] {
  return findAll(element, 'tag').map(tagOf);
}

function tagOf(tag: XmlElement): Tag {
  const own = tag.attributes.filter((each) => each.name !== 'timestamp');
  const children = tag.children.flatMap((child): NameValue[] => {
    const name = fieldText(child, 'key') ?? (child.name === 'timestamp' ? null : child.name);
    return name === null ? [] : [{ name, value: child.text || (fieldText(child, 'value') ?? '') }];
  });
  const all = [...children, ...own];
  const attributes = all.filter(({ name }) => !/dtmf/i.test(name));
  return { timestamp: fieldText(tag, 'timestamp'), attributes, keys: all.length - attributes.length };
}

/** Returns the events of some tags, in their order. A hold without a duration of its own gets the duration that its retrieval states. */
export function eventsOf(tags: readonly Tag[], time: (raw: string | null) => TimeValue | null): CallEvent[] {
  const events = tags.map((tag) => eventOf(tag, time(tag.timestamp)));
  return events.map((event, index) => {
    if ((event.type !== 'hold' && event.type !== 'pause') || event.lengthMs !== null) return event;
    const end = events.slice(index + 1).find(({ type }) => type === event.type || type === (event.type === 'hold' ? 'retrieve' : 'resume'));
    const from = Date.parse(event.at?.utc ?? '');
    const to = end === undefined || end.type === event.type ? Number.NaN : Date.parse(end.at?.utc ?? '');
    return to >= from ? { ...event, lengthMs: to - from } : event;
  });
}

function eventOf({ attributes, keys }: Tag, at: TimeValue | null): CallEvent {
  const value = (...names: readonly string[]): string | null => attributes.find((each) => names.includes(each.name.toLowerCase()))?.value ?? null;
  const said = value('eventtype', 'event_type', 'type') ?? '';
  const type = eventTypes[said.toLowerCase()] ?? (keys > 0 ? 'dtmf' : 'tag');
  // Every tag of a call may have these values: they count only for a hold or a pause, and 0 means that it has not ended.
  const length = type === 'hold' ? value('timeonhold', 'pauseduration') : type === 'pause' ? value('pauseduration') : null;
  const lengthMs = length === null ? null : parseDuration(length, 's');
  return {
    type,
    at,
    lengthMs: lengthMs === 0 ? null : lengthMs,
    mediaEffect: touchesAudio.has(type) ? 'unknown' : 'none',
    raw: [
      said,
      ...attributes.filter((each) => each.value !== said).map((each) => `${each.name}=${each.value}`),
      ...(keys > 0 ? [`pressed keys, left out: ${keys}`] : []),
    ]
      .filter((text) => text !== '')
      .join('; '),
  };
}
