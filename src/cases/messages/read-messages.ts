import { agree } from '../../core/base/agree.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { readRecords } from '../../tables/records.ts';
import { findColumn } from '../../tables/values/columns.ts';
import { parseTime } from '../../tables/values/time.ts';
import { type Json, objectOf, objectsOf, readVcon, textOf } from '../../tables/vcon-document.ts';
import { textOfHtml } from './html-text.ts';
import { addressOf, type CaseMessage, type GivenFile, type MessageAddress } from './message.ts';

/** Result of parsing a file with messages, apart from the messages. */
export interface ReadMessages {
  /** Attachments, under the names that the messages use. */
  readonly attachments: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly findings: readonly Finding[];
}

/** How to parse the times of a table. */
export interface MessageTimes {
  /** IANA zone of local times; null: the zone is unknown and is not guessed. */
  readonly zone: string | null;
  /** Format of times, as `TimeSpec.format`. */
  readonly format: string;
}

const columns = ['time', 'from', 'to', 'text', 'channel'] as const;

/**
 * Parses a table with the columns time, from, to, text and, optionally, channel. Several recipients are separated by semicolons.
 * @param take receives each message as it is parsed
 */
export async function readMessageTable(
  { name: place, bytes }: GivenFile,
  times: MessageTimes,
  scratch: string,
  take: (message: CaseMessage) => void,
  signal: AbortSignal,
): Promise<ReadMessages> {
  const findings: Finding[] = [];
  let messages = 0;
  let untimed = 0;
  for await (const item of readRecords(memoryReader(bytes, place), { place, kind: 'csv', declaredEncoding: null, scratch }, signal)) {
    if (item.kind === 'finding') {
      findings.push(item);
      continue;
    }
    const names = item.pairs.map(([name]) => name);
    const missing = columns.filter((name) => name !== 'channel' && findColumn(names, name) === null);
    if (missing.length > 0)
      return {
        attachments: [],
        findings: [finding('C111', place, `it has no column ${missing.join(', ')}; the columns are time, from, to, text, channel`)],
      };
    const cell = (name: (typeof columns)[number]): string => item.pairs[findColumn(names, name) ?? -1]?.[1] ?? '';
    const time = parseTime(cell('time'), { format: times.format, zone: times.zone });
    if (time.utc === null) untimed++;
    messages++;
    take({
      number: item.number,
      time,
      from: addressOf(cell('from')),
      to: cell('to')
        .split(';')
        .map(addressOf)
        .filter((one) => one !== null),
      channel: cell('channel').trim().toLowerCase() || 'message',
      subject: null,
      text: cell('text').slice(0, limits.messageTextChars),
      attachments: [],
    });
  }
  if (messages === 0) findings.push(finding('C111', place, 'it has no rows'));
  if (untimed > 0)
    findings.push(
      finding(
        'C112',
        place,
        agree`${untimed} of ${messages} message[s] [has|have] no certain time in UTC: no zone, an ambiguous hour, or no time at all`,
      ),
    );
  return { attachments: [], findings };
}

/** Parses the text dialogs of a vCon. @param take receives each message as it is parsed */
export function readMessageVcon({ name: place, bytes }: GivenFile, zone: string | null, take: (message: CaseMessage) => void): ReadMessages {
  const { form, vcon } = readVcon(Buffer.from(bytes).toString('utf8'), 'of-texts');
  if (form === 'none' || form === 'encrypted')
    return { attachments: [], findings: [finding('C111', place, form === 'none' ? 'it is not a vCon' : 'it is an encrypted vCon')] };
  const findings: Finding[] = [];
  const parties = objectsOf(vcon.parties).map(partyAddress);
  let messages = 0;
  for (const [index, dialog] of objectsOf(vcon.dialog).entries()) {
    if (dialog.type !== 'text') continue;
    const text = bodyText(dialog);
    if (text === null) {
      findings.push(finding('C112', `${place} dialog ${index}`, 'the vCon does not contain its text'));
      continue;
    }
    const raw = textOf(dialog.start);
    const time = raw === null ? null : parseTime(raw, { format: 'iso', zone });
    if (time?.utc == null) findings.push(finding('C112', `${place} dialog ${index}`, 'its start is not known in UTC'));
    const named = [dialog.parties].flat(2).filter((one): one is number => typeof one === 'number');
    // The first party is the writer, unless an originator is named (section 4.3.5).
    const writer = typeof dialog.originator === 'number' ? dialog.originator : named[0];
    messages++;
    take({
      number: index + 1,
      time,
      from: writer === undefined ? null : (parties[writer] ?? null),
      to: [...new Set(named)].filter((one) => one !== writer).flatMap((one) => parties[one] ?? []),
      channel: textOf(dialog.application)?.toLowerCase() ?? (/^message\/rfc822/i.test(textOf(dialog.mediatype) ?? '') ? 'mail' : 'chat'),
      subject: textOf(vcon.subject),
      text: text.slice(0, limits.messageTextChars),
      attachments: [],
    });
  }
  if (messages === 0) findings.push(finding('C111', place, 'it has no dialog of type text'));
  return { attachments: [], findings };
}

function partyAddress({ name, tel, sip, mailto }: Json): MessageAddress | null {
  const address = textOf(mailto)?.replace(/^mailto:/i, '') ?? textOf(tel)?.replace(/^tel:/i, '') ?? textOf(sip);
  const called = textOf(name);
  return called === null && address === null ? null : { name: called, address };
}

function bodyText({ body, encoding, mediatype }: Json): string | null {
  const plain = encoding === 'json' ? JSON.stringify(objectOf(body)) : textOf(body);
  if (plain === null) return null;
  const text = encoding === 'base64url' ? Buffer.from(plain, 'base64url').toString('utf8') : plain;
  return /^text\/html/i.test(textOf(mediatype) ?? '') ? textOfHtml(text) : text;
}
