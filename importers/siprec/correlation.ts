import type { NameValue } from '../../src/core/model/recording.ts';
import type { SipMessage } from './message.ts';
import type { RsDocument } from './metadata.ts';

/**
 * Returns ids by which a recording session can be joined with other systems, from the metadata, its extensions, and the headers of its messages; each once, in
 * order.
 */
export function correlationOf(documents: readonly RsDocument[], messages: readonly SipMessage[]): NameValue[] {
  const found: NameValue[] = [];
  const add = (name: string, value: string | null): void => {
    const trimmed = value?.trim() ?? '';
    if (trimmed !== '' && !found.some((known) => known.name === name && known.value === trimmed)) found.push({ name, value: trimmed });
  };
  const addUcid = (raw: string): void => {
    const ucid = ucidOf(raw);
    add('ucid', ucid ?? raw);
    if (ucid !== raw) add('ucid-raw', raw);
  };
  for (const { callId } of messages) add('sip-call-id', callId);
  for (const document of documents) {
    for (const { id, sipSessionIds } of document.sessions) {
      add('session-id', id);
      for (const written of sipSessionIds) for (const value of sessionIds(written)) add(value.includes('@') ? 'sip-call-id' : 'session-id', value);
    }
    for (const { id } of document.groups) add('siprec-group', id);
    for (const id of document.recordingIds) add('siprec-recording', id);
    for (const { name, value } of document.extensions) {
      const last = (name.split('.').at(-1) ?? '').toLowerCase();
      if (last === 'ucid' || last === 'avayaucid') addUcid(value);
      else {
        const key = correlationKey(name);
        if (key !== null) add(key, value);
      }
    }
  }
  for (const { headers, others } of messages) {
    for (const [name, value] of headers) {
      if (name === 'session-id') for (const id of sessionIds(value)) add('session-id', id);
      else if (name === 'user-to-user') {
        const ucid = ucidOf(value);
        if (ucid !== null) addUcid(value);
      } else if (/^x-(?:[a-z]+-)*ucid$/.test(name)) addUcid(value);
      else if (name === 'cisco-guid') add('cisco-guid', guidOf(value) ?? value);
      else if (name === 'p-charging-vector') add('icid', /(?:^|;)\s*icid-value\s*=\s*"?([^";\s]+)/i.exec(value)?.[1] ?? null);
      else if (/^x-genesys-(?:call-?uuid|uuid)$/.test(name)) add('genesys-uuid', value);
    }
    // The GUID of Cisco's gateways is a line of the tunnelled ISUP text (GTD).
    for (const { type, text } of others)
      if (/^application\/gtd\b/i.test(type)) add('cisco-guid', /^GCI,([0-9a-f]{32})\s*$/im.exec(text)?.[1] ?? null);
  }
  return found;
}

/** Extensions whose values are ids, by their last local names in lower case: Sonus, BroadWorks, AudioCodes. */
const extensionKeys: Readonly<Record<string, string>> = {
  gcid: 'gcid',
  'calldata.callid': 'sip-call-id',
  'broadworksrecordingmetadata.callid': 'broadworks-call',
  exttrackingid: 'broadworks-tracking',
  genesysuuid: 'genesys-uuid',
  icid: 'icid',
};

/** Returns the name under which an extension's value is kept as an id; null if it is not an id. */
function correlationKey(name: string): string | null {
  const names = name.toLowerCase().split('.');
  return extensionKeys[names.slice(-2).join('.')] ?? extensionKeys[names.at(-1) ?? ''] ?? null;
}

/** Returns true if the value of the extension with this name is an id of the call. */
export function isCorrelation(name: string): boolean {
  return /(?:^|\.)(?:avaya)?ucid$/i.test(name) || correlationKey(name) !== null;
}

/** Returns both ids of a Session-ID (RFC 7989, section 5); omits the null id. */
function sessionIds(written: string): string[] {
  const [local = '', ...parameters] = written.split(';').map((part) => part.trim());
  const remote = parameters.find((parameter) => /^remote\s*=/i.test(parameter))?.replace(/^remote\s*=\s*/i, '') ?? '';
  return [local, remote].filter((id) => id !== '' && !/^0+$/.test(id));
}

/**
 * Returns Avaya's UCID in the form used by other systems, 20 decimal digits: node (5), sequence (5), seconds since 1970 (10). The input has 8 bytes in
 * hexadecimal, alone or as element FA of a User-to-User value after its protocol discriminator. Null if it is neither. Source: Avaya, ASAI technical reference,
 * UCID; samples of Oracle and Avaya SBCs.
 */
export function ucidOf(raw: string): string | null {
  const text = (raw.split(';')[0] ?? '').trim().replaceAll('"', '');
  if (/^\d{20}$/.test(text)) return text;
  if (!/^(?:[0-9a-f]{2})+$/i.test(text) || text.length > 512) return null;
  return text.length === 16 ? decimalUcid(text) : (elementUcid(text, 2) ?? elementUcid(text, 0));
}

/** Searches elements of tag, length and value, from a position on, for the element FA of 8 bytes. */
function elementUcid(text: string, from: number): string | null {
  for (let at = from; at + 4 <= text.length; ) {
    const length = Number.parseInt(text.slice(at + 2, at + 4), 16) * 2;
    const value = text.slice(at + 4, at + 4 + length);
    if (value.length !== length) return null;
    if (/^fa$/i.test(text.slice(at, at + 2)) && length === 16) return decimalUcid(value);
    at += 4 + length;
  }
  return null;
}

function decimalUcid(hex: string): string {
  const part = (from: number, to: number, digits: number): string => String(Number.parseInt(hex.slice(from, to), 16)).padStart(digits, '0');
  return `${part(0, 4, 5)}${part(4, 8, 5)}${part(8, 16, 10)}`;
}

/** Returns when the call of a UCID began, in UTC; null if its seconds cannot be a call's time. */
export function ucidTime(ucid: string): string | null {
  const seconds = Number(ucid.slice(10));
  // The clock counts from 1970; Avaya's switches have UCIDs since the late 1990s.
  return seconds < 850_000_000 ? null : new Date(seconds * 1_000).toISOString();
}

/** Returns Cisco's GUID as 32 hexadecimal digits; the header has four decimal numbers. */
function guidOf(header: string): string | null {
  const numbers = header.trim().split('-');
  if (numbers.length !== 4 || !numbers.every((number) => /^\d{1,10}$/.test(number) && Number(number) <= 0xffff_ffff)) return null;
  return numbers.map((number) => Number(number).toString(16).padStart(8, '0')).join('');
}
