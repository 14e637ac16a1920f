import type { CallEvent } from '../../src/core/model/recording.ts';
import { eventOf } from '../engine/records/describe.ts';
import type { Step } from './fold.ts';

/** Whether one side of the recording session holds each medium, by the medium's place: the recorder's description has its own labels, or none. */
type Held = Map<number, boolean>;

/**
 * Returns the pauses of a recording session from its signalling: the recording client or the recorder makes media inactive and resumes them (RFC 7866, sections
 * 7.1.2 and 7.2), or a header X-AC-Action of AudioCodes states the pause. No packets are sent during a pause, so the recording has a gap.
 */
export function pausesOf(steps: readonly Step[]): CallEvent[] {
  const events: CallEvent[] = [];
  const client = steps.find(({ message }) => message.method === 'INVITE')?.message.fromTag ?? null;
  const held: readonly [client: Held, recorder: Held] = [new Map(), new Map()];
  const refused = refusedRequests(steps);
  const labels = new Map<number, string>();
  let paused: readonly number[] = [];
  let open: number | null = null;
  const begin = (event: CallEvent): void => {
    open ??= events.push(event) - 1;
  };
  const end = (event: CallEvent): void => {
    events.push(open === null ? event : { ...event, lengthMs: null });
    const started = open === null ? undefined : events[open];
    if (open !== null && started !== undefined) events[open] = { ...started, lengthMs: between(started, event) };
    open = null;
  };
  for (const { message, at } of steps) {
    const { method, status, sdp, headers, cseq } = message;
    for (const [name, value] of headers) {
      if (name !== 'x-ac-action') continue;
      const action = /^\s*(start|pause|resume|stop)-siprec/i.exec(value)?.[1]?.toLowerCase();
      const raw = `X-AC-Action: ${value}`;
      if (action === 'pause') begin(eventOf('pause', raw, { at, mediaEffect: 'gap' }));
      else if (action === 'resume') end(eventOf('resume', raw, { at, mediaEffect: 'none' }));
      else if (action !== undefined) events.push(eventOf(action === 'start' ? 'record-start' : 'record-stop', raw, { at, mediaEffect: 'none' }));
    }
    const isAnswer = status !== null && status >= 200 && status < 300 && /^(?:INVITE|UPDATE)$/.test(cseq?.method ?? '');
    const isOffer = method === null ? status === null : /^(?:INVITE|UPDATE)$/.test(method) && !refused.has(requestKey(message));
    if (sdp === null || (!isAnswer && !isOffer)) continue;
    // `From` names the sender of the request; an answer comes from the other side.
    const fromClient = client === null || (message.fromTag === client) !== isAnswer;
    const [own, other] = fromClient ? held : [held[1], held[0]];
    // An offer begins a new negotiation: the other side's state comes with the answer.
    if (!isAnswer) other.clear();
    own.clear();
    for (const [index, medium] of sdp.entries()) {
      if (medium.isOff) continue;
      own.set(index, medium.isHeld || (fromClient && medium.direction === 'recvonly'));
      if (fromClient && medium.label !== null) labels.set(index, medium.label);
    }
    const now = [...new Set([...held[0], ...held[1]].flatMap(([index, isHeld]) => (isHeld ? [index] : [])))].sort((a, b) => a - b);
    const words = `inactive: ${now.map((index) => (labels.has(index) ? `label ${labels.get(index)}` : `medium ${index + 1}`)).join(', ')}`;
    if (now.length > 0 && paused.length === 0) begin(eventOf('pause', words, { at, mediaEffect: 'gap' }));
    else if (now.length === 0 && paused.length > 0) end(eventOf('resume', 'media run again', { at, mediaEffect: 'none' }));
    else if (now.join() !== paused.join()) {
      end(eventOf('resume', 'other media are inactive', { at, mediaEffect: 'none' }));
      begin(eventOf('pause', words, { at, mediaEffect: 'gap' }));
    }
    paused = now;
  }
  return events;
}

function between(from: CallEvent, to: CallEvent): number | null {
  if (from.at?.utc == null || to.at?.utc == null) return null;
  const ms = Date.parse(to.at.utc) - Date.parse(from.at.utc);
  return ms < 0 ? null : ms;
}

/** Returns requests that were refused and never accepted, and therefore changed nothing. */
function refusedRequests(steps: readonly Step[]): ReadonlySet<string> {
  const refused = new Set<string>();
  for (const { message } of steps) if (message.status !== null && message.status >= 300) refused.add(requestKey(message));
  for (const { message } of steps) if (message.status !== null && message.status >= 200 && message.status < 300) refused.delete(requestKey(message));
  return refused;
}

function requestKey({ cseq, fromTag }: Step['message']): string {
  return `${fromTag} ${cseq?.number} ${cseq?.method}`;
}
