import PostalMime, { type Address, addressParser, decodeWords } from 'postal-mime';
import { agree } from '../../core/base/agree.ts';
import { errorText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { TimeValue } from '../../core/model/recording.ts';
import { parseTime } from '../../tables/values/time.ts';
import { attachmentName } from './attachment-name.ts';
import { withoutEntities, withoutPercents } from './escapes.ts';
import { textOfHtml } from './html-text.ts';
import type { CaseMessage, GivenFile, MessageAddress } from './message.ts';
import type { ReadMessages } from './read-messages.ts';

/**
 * Parses one mail (EML, RFC 5322 with MIME). Converts HTML to text; attached mails remain files. Never throws, whatever the bytes are.
 * @param take receives the message
 */
export async function readMail({ name: place, bytes }: GivenFile, take: (message: CaseMessage) => void): Promise<ReadMessages> {
  const findings: Finding[] = [];
  let mail: Awaited<ReturnType<typeof PostalMime.parse>>;
  try {
    mail = await PostalMime.parse(bytes, { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer', maxNestingDepth: limits.depth });
  } catch (error) {
    return { attachments: [], findings: [finding('C111', place, `it is not a readable mail: ${errorText(error).slice(0, 200)}`)] };
  }
  const isMail = mail.headers.some(({ key }) => key === 'from' || key === 'date' || key === 'message-id');
  if (!isMail) return { attachments: [], findings: [finding('C111', place, 'it is not a mail: it has no From, Date or Message-ID')] };
  const written = mail.headers.find(({ key }) => key === 'date')?.value ?? null;
  const time = written === null ? null : mailTime(written);
  if (time === null || time.utc === null)
    findings.push(finding('C112', place, written === null ? 'it has no Date' : 'its Date gives no time in UTC'));
  const attachments = mail.attachments.slice(0, limits.messageAttachments);
  if (attachments.length < mail.attachments.length)
    findings.push(
      finding(
        'C113',
        place,
        agree`of ${mail.attachments.length} attachments the first ${attachments.length} [is|are] kept as separate files; the original has all of them`,
      ),
    );
  const contents = attachments.map(({ content }) => (typeof content === 'string' ? Buffer.from(content, 'utf8') : new Uint8Array(content)));
  const text = mail.text ?? (mail.html === undefined ? '' : textOfHtml(mail.html));
  if (text.length > limits.messageTextChars)
    findings.push(
      finding(
        'C113',
        place,
        agree`its text has ${text.length} character[s]; the first ${limits.messageTextChars} are shown, all of them are in the original`,
      ),
    );
  const paths = attachments.map(({ filename }, index) => attachmentName(index + 1, filename));
  const message: CaseMessage = {
    number: 1,
    time,
    from: addressesOf(mail.from)[0] ?? addressesOf(mail.sender)[0] ?? null,
    to: [...(mail.to ?? []), ...(mail.cc ?? []), ...(mail.bcc ?? [])].flatMap(addressesOf),
    channel: 'mail',
    subject: mail.subject ?? null,
    text: text.slice(0, limits.messageTextChars),
    attachments: attachments.map(({ filename, mimeType }, index) => ({
      path: paths[index] ?? '',
      name: filename,
      mediaType: mimeType,
      sizeBytes: contents[index]?.length ?? 0,
    })),
  };
  take(message);
  return { attachments: contents.map((content, index) => ({ path: paths[index] ?? '', bytes: content })), findings };
}

/** What a mail says besides the members of its message: all header fields, and its texts in full. */
export interface WholeMail {
  /** Header fields with addresses, e.g. Reply-To and Sender, which a message does not have. */
  readonly addresses: readonly (readonly [field: string, address: MessageAddress])[];
  /** All header fields, decoded; the plain text; the HTML as text and with its tags, because links and hidden parts are in them. */
  readonly texts: readonly (readonly [field: string, text: string])[];
}

/** Header fields with addresses that are not senders and recipients of a message (RFC 5322, section 3.6). */
const furtherAddresses =
  /^(?:sender|reply-to|return-path|delivered-to|resent-(?:from|sender|to|cc|bcc|reply-to)|disposition-notification-to|errors-to)$/;
/** Header fields that consist of signatures. */
const signatures = /^(?:dkim-signature|arc-(?:seal|message-signature))$/;

/** Reads everything that a mail says outside of its attachments. Returns null if it is not a readable mail. */
export async function readWholeMail(bytes: Uint8Array): Promise<WholeMail | null> {
  let mail: Awaited<ReturnType<typeof PostalMime.parse>>;
  try {
    mail = await PostalMime.parse(bytes, { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer', maxNestingDepth: limits.depth });
  } catch {
    return null; // `readMail` reported it when the mail was added
  }
  const { headers, text, html } = mail;
  return {
    addresses: headers
      .filter(({ key }) => furtherAddresses.test(key))
      .flatMap(({ key, value }) =>
        addressParser(value)
          .flatMap(addressesOf)
          .map(decoded)
          .map((one) => [key, one] as const),
      ),
    texts: [
      ...headers.filter(({ key }) => !signatures.test(key)).map(({ key, value }) => [`header ${key}`, decodeWords(value)] as const),
      ...(text === undefined ? [] : [['text', text] as const]),
      ...(html === undefined ? [] : [['html', textOfHtml(html)] as const, ['html', withoutPercents(withoutEntities(html))] as const]),
    ],
  };
}

function decoded({ name, address }: MessageAddress): MessageAddress {
  return { name: name === null ? null : decodeWords(name), address: address === null ? null : decodeWords(address) };
}

function addressesOf(value: Address | undefined): MessageAddress[] {
  if (value === undefined) return [];
  if (value.group !== undefined) return value.group.flatMap(addressesOf);
  const name = value.name.trim();
  return [{ name: name === '' ? null : name, address: value.address === '' ? null : value.address }];
}

/** Zones of RFC 5322, section 4.3, with a defined offset. Military letters and other zones are unreliable. */
const zones: Readonly<Record<string, string>> = {
  UT: '+0000',
  GMT: '+0000',
  UTC: '+0000',
  EST: '-0500',
  EDT: '-0400',
  CST: '-0600',
  CDT: '-0500',
  MST: '-0700',
  MDT: '-0600',
  PST: '-0800',
  PDT: '-0700',
};
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Parses a Date header (RFC 5322, section 3.3). A time without an offset stays a local time: no zone is guessed. */
export function mailTime(raw: string): TimeValue {
  const plain = raw.replace(/\([^()]*\)/g, ' ').trim();
  const [, day, month = '', year, clock = '', seconds = '', zone = ''] =
    /^(?:[a-z]{3,9},?\s+)?(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})\s+(\d{1,2}:\d{2})(:\d{2})?\s*([+-]\d{4}|[a-z]{1,5})?$/i.exec(plain) ?? [];
  const at = months.indexOf(month.toLowerCase());
  if (day === undefined || at < 0) return { ...parseTime('unreadable', { format: 'iso', zone: null }), raw };
  const offset = /^[+-]/.test(zone) ? zone : (zones[zone.toUpperCase()] ?? '');
  const iso = `${year}-${String(at + 1).padStart(2, '0')}-${day.padStart(2, '0')}T${clock.padStart(5, '0')}${seconds}${offset.replace(/(\d{2})$/, ':$1')}`;
  return { ...parseTime(iso, { format: 'iso', zone: null }), raw };
}
