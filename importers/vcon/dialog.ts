import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { CallEvent, MediaRef, NameValue, Party, PartyRole, Recording } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { type Json, objectOf, objectsOf, textOf } from '../../src/tables/vcon-document.ts';
import { eventOf, partyOf } from '../engine/records/describe.ts';
import type { StatedBytes } from '../engine/records/described.ts';

const iso = { format: 'iso', zone: null };

/** Returns the time in a JSON value. */
export function timeIn(value: unknown, zone: string | null) {
  const raw = textOf(value);
  return raw === null ? null : parseTime(raw, { ...iso, zone });
}

/** Returns true if its audio is inside the document. */
export function isInline({ bodyChars }: Json): boolean {
  return typeof bodyChars === 'number' && bodyChars > 0;
}

/** Returns names under which a dialog's file may lie beside the document: its own, then the last part of its address. */
export function fileNames({ filename, url }: Json): readonly string[] {
  const own = textOf(filename);
  const address = textOf(url);
  let last: string | null = null;
  if (address !== null && URL.canParse(address)) {
    const part = new URL(address).pathname.split('/').at(-1) ?? '';
    try {
      last = decodeURIComponent(part);
    } catch {
      last = part; // a bare % shows that nothing was escaped
    }
  }
  return [...new Set([own, last])]
    .filter((name): name is string => name !== null && name !== '' && baseName(name) !== '')
    .map((name) => baseName(name));
}

/** Returns the digests of a dialog's content that it states: one or more of the form `sha512-<base64url>`. */
export function digestsOf(dialog: Json, path: string): readonly StatedBytes[] {
  return [dialog.content_hash].flat().flatMap((one) => {
    const [, algorithm = '', hash = ''] = typeof one === 'string' ? (/^([a-z0-9]{1,20})-([A-Za-z0-9+/_=-]{1,200})$/.exec(one) ?? []) : [];
    return algorithm === '' ? [] : [{ path, sizeBytes: null, digest: { algorithm, value: Buffer.from(hash, 'base64').toString('hex') } }];
  });
}

/** Returns the indices in a member of a dialog, an analysis or an attachment, in their order. */
export function indicesOf(value: unknown): readonly number[] {
  return [value].flat(2).filter((index): index is number => typeof index === 'number' && Number.isSafeInteger(index) && index >= 0);
}

/** Returns the indices of the parties that dialogs name. */
export function partiesNamed(dialogs: readonly Json[]): ReadonlySet<number> {
  return new Set(
    dialogs.flatMap(({ parties, originator, party_history: history }) => [
      ...indicesOf(parties),
      ...indicesOf(originator),
      ...objectsOf(history).flatMap(({ party }) => indicesOf(party)),
    ]),
  );
}

/** Returns true for a program that contributed to the vCon and took no part in the call. */
export function isBot({ type }: Json): boolean {
  return type === 'bot';
}

const roles: readonly string[] = ['caller', 'callee', 'agent', 'supervisor', 'customer', 'ivr'];

/** The participants of some dialogs, and their indices in `parties`. */
export interface DialogParties {
  readonly parties: readonly Party[];
  /** Positions in `parties` by the index in the vCon; undefined if nothing is known about that party. */
  readonly places: ReadonlyMap<number, number>;
  /** The direction, if the caller has a stated role that shows it. */
  readonly direction: Recording['direction'];
}

/**
 * Returns the parties of some dialogs of one call. The first party of the first dialog is the caller, unless the dialog states otherwise (section 4.3.5); with
 * two parties, the other one was called. A stated role takes precedence.
 */
export function partiesOf(vcon: Json, dialogs: readonly Json[]): DialogParties {
  const all = objectsOf(vcon.parties);
  const named = dialogs.flatMap(({ parties }) => indicesOf(parties));
  const wanted = new Set(named);
  const elsewhere = new Set(objectsOf(vcon.dialog).flatMap(({ parties }) => indicesOf(parties)));
  // Parties that no dialog names also took part in the conversation.
  for (const [index, party] of all.entries()) if (!elsewhere.has(index) && !isBot(party)) wanted.add(index);
  if (named.length === 0) for (const index of elsewhere) wanted.add(index);
  for (const dialog of dialogs) for (const entry of objectsOf(dialog.party_history)) for (const index of indicesOf(entry.party)) wanted.add(index);
  const said = dialogs.flatMap(({ originator }) => indicesOf(originator))[0];
  const originator = said ?? indicesOf(dialogs[0]?.parties)[0];
  const roleOf = (index: number): string => textOf(all[index]?.role)?.toLowerCase() ?? '';
  const parties: Party[] = [];
  const places = new Map<number, number>();
  const others = [...wanted].filter((index) => index !== originator);
  for (const index of [...wanted].sort((a, b) => a - b)) {
    const { tel, sip, name, role, uuid } = all[index] ?? {};
    const stated = textOf(role)?.toLowerCase() ?? '';
    const implied = originator === undefined ? 'unknown' : index === originator ? 'caller' : others.length === 1 ? 'callee' : 'unknown';
    const phone = (textOf(tel) ?? textOf(sip))?.replace(/^tel:/i, '') ?? null;
    const party = partyOf(roles.includes(stated) ? (stated as PartyRole) : implied, { phone, name: textOf(name), agentId: textOf(uuid) });
    if (party !== null) places.set(index, parties.push(party) - 1);
  }
  return {
    parties,
    places,
    direction: said === undefined && named.length === 0 ? unknownDirection : directionOf(roleOf(originator ?? -1), others.map(roleOf)),
  };
}

const unknownDirection: Recording['direction'] = { value: 'unknown', raw: null };

/** Returns the direction: a customer calls in, and an agent calls out; an agent who calls only agents calls internally. */
function directionOf(caller: string, others: readonly string[]): Recording['direction'] {
  if (caller === 'customer') return { value: 'inbound', raw: 'originator customer' };
  if (caller !== 'agent') return unknownDirection;
  if (others.includes('customer')) return { value: 'outbound', raw: 'originator agent' };
  return others.length > 0 && others.every((role) => role === 'agent') ? { value: 'internal', raw: 'originator agent' } : unknownDirection;
}

/** Returns the participants on each channel, if a dialog states them unambiguously: a list that contains a list or a null, or a single party. */
export function channelsOf({ parties: value }: Json, { parties, places }: DialogParties): MediaRef['channels'] {
  const list = Array.isArray(value) ? value : [value];
  // `[0, 1]` may be two channels or one mix of both.
  if (list.length > 1 && !list.some((one) => one === null || Array.isArray(one))) return [];
  return list.flatMap((one, index) => {
    const found = new Set(indicesOf(one).map((party) => parties[places.get(party) ?? -1]?.role ?? 'unknown'));
    const [role = 'unknown'] = found;
    return role === 'unknown' || found.size > 1 ? [] : [{ index, role }];
  });
}

const eventTypes: Readonly<Record<string, CallEvent['type']>> = {
  join: 'join',
  drop: 'leave',
  hold: 'hold',
  unhold: 'retrieve',
  mute: 'mute',
  keydown: 'dtmf',
  dtmfdown: 'dtmf',
};

/** Returns the events of a dialog's parties; the end of a mute supplies its duration. Pressed keys, and their release, are not kept. */
export function eventsOf(dialog: Json, { places }: DialogParties, zone: string | null): readonly CallEvent[] {
  const events: CallEvent[] = [];
  for (const { event, time, party } of objectsOf(dialog.party_history)) {
    const raw = textOf(event) ?? '';
    const at = timeIn(time, zone);
    const who = places.get(indicesOf(party)[0] ?? -1) ?? null;
    const began = raw === 'unmute' ? events.findLastIndex((one) => one.type === 'mute' && one.party === who && one.lengthMs === null) : -1;
    const from = events[began];
    if (from?.at?.utc != null && at?.utc != null) {
      const lengthMs = Date.parse(at.utc) - Date.parse(from.at.utc);
      if (lengthMs >= 0) {
        events[began] = { ...from, lengthMs, raw: 'mute, unmute' };
        continue;
      }
    }
    if (raw !== 'keyup' && raw !== 'dtmfup') events.push(eventOf(eventTypes[raw] ?? 'tag', raw, { at, party: who }));
  }
  return events;
}

/** Returns the Session-IDs (RFC 7989) in the form of headers, however the dialog lists them. */
export function sessionsOf({ session_id: value }: Json): readonly NameValue[] {
  const found = [value].flat(2).flatMap((one) => {
    const { local, remote } = objectOf(one);
    const [own, other] = [textOf(local), textOf(remote)];
    return own === null ? [] : [other === null ? own : `${own};remote=${other}`];
  });
  return [...new Set(found)].map((one) => ({ name: 'session-id', value: one }));
}

/** Returns a name without its extension. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extension(name).length);
}
