/** The values that Oreka wrote into a line of a log. */
type Pairs = readonly (readonly [name: string, value: string])[];

/** Matches the beginning of a tape message in a line; the log's own text precedes it. */
const tapeStart = /(?:^|[\s?&"'[(])(type=tape)(?=[ &]|$)/i;
/** Matches the beginning of a line of the list of tapes: `date=2019-03-12_10-15-04 duration=…`. */
const listStart = /(?:^|\s)(date=\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d )/i;

/** Matches any line of a log that contains a tape message. */
export const holdsTape = /(?:^|[\s?&"'[(])type=tape[ &]/i;
/** Matches any line of a list of tapes. */
export const holdsList = /(?:^|\s)date=\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d .*filename=/i;

/**
 * Returns the values of a tape message in a line of a log; null if there is none. Source: voiceip/oreka, orkbasecxx/messages/TapeMsg.cpp (names) and
 * serializers/SingleLineSerializer.cpp, UrlSerializer.cpp (syntax).
 */
export function tapeMessage(line: string): Pairs | null {
  const pairs = messageAt(line, tapeStart);
  if (pairs === null) return null;
  const has = (name: string): boolean => pairs.some(([key, value]) => key.toLowerCase() === name && value !== '');
  return has('recid') || has('filename') ? pairs : null;
}

/** Returns the values of a line of the list of tapes (`tapelist.log`), which has neither recid nor stage; null if it is not such a line. Source: AudioTape.cpp, AudioTapeDescription. */
export function tapeListLine(line: string): Pairs | null {
  const pairs = messageAt(line, listStart);
  return pairs?.some(([key, value]) => key.toLowerCase() === 'filename' && value !== '') === true ? pairs : null;
}

function messageAt(line: string, start: RegExp): Pairs | null {
  const found = start.exec(line);
  if (found?.[1] === undefined) return null;
  const text = line.slice(found.index + found[0].length - found[1].length);
  const separator = /^[^ &]*&/.test(text) ? '&' : ' ';
  // An HTTP log continues after the address.
  const message = separator === '&' ? (/^[^\s"']*/.exec(text)?.[0] ?? '') : text;
  const pairs: [string, string][] = [];
  for (const part of message.split(separator)) {
    if (part.trim() === '') continue;
    const pair = /^([A-Za-z][\w.-]{0,63})=(.*)$/s.exec(part);
    // Text of the log after the message does not belong to the message.
    if (pair?.[1] === undefined) break;
    const value = pair[2] ?? '';
    pairs.push([pair[1], separator === '&' ? fromUrl(value) : fromSingleLine(value)]);
  }
  return pairs;
}

/** Decodes `%s`, `%e` and `%p` as a space, an equals sign and a percent sign. A plus sign stays a plus sign, since numbers begin with it. */
function fromSingleLine(value: string): string {
  return value
    .trimEnd()
    .replace(/%([sep])|((?:%[0-9A-Fa-f]{2})+)/g, (whole, letter: string | undefined) =>
      letter === undefined ? fromUrl(whole) : letter === 's' ? ' ' : letter === 'e' ? '=' : '%',
    );
}

function fromUrl(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // bytes of another encoding, or a percent sign that does not begin an escape
  }
}
