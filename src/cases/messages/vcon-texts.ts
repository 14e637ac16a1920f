import type { BlockingBytes } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type Json, objectOf, objectsOf, textOf, unsignedVcon } from '../../tables/vcon-document.ts';
import { readVconFile } from '../../tables/vcon-file.ts';
import { dialogsOf } from '../../tables/vcon-without.ts';
import { textOfHtml } from './html-text.ts';

/** All texts of a vCon, decoded: those in escapes of JSON and in base64url, too. */
export interface VconTexts {
  /** Texts of each dialog by its index: its members, and the analyses and attachments that refer to it. */
  readonly dialogs: readonly string[];
  /** Texts that refer to no dialog: members of the vCon, and analyses and attachments of the whole. Parties are not in it. */
  readonly whole: string;
  /** Texts of each party by its index. */
  readonly parties: readonly string[];
  /** Addresses of each party by its index, without their schemes: telephone number, SIP address, mail address. */
  readonly addresses: readonly (readonly string[])[];
}

/** Reads the texts of a vCon; null if it is encrypted, or not a vCon. @param text JSON of the document, signed or not */
export function vconTexts(text: string): VconTexts | null {
  const json = unsignedVcon(text);
  if (json === null) return null;
  const vcon = objectOf(JSON.parse(json.replace(/^\ufeff/, '')));
  const whole: string[] = [];
  const dialogs = objectsOf(vcon.dialog).map((dialog) => [textsIn(dialog)]);
  for (const one of [...objectsOf(vcon.analysis), ...objectsOf(vcon.attachments)]) {
    const about = dialogsOf(one).flatMap((index) => dialogs[index] ?? []);
    if (about.length === 0) whole.push(textsIn(one));
    else for (const index of new Set(dialogsOf(one))) dialogs[index]?.push(textsIn(one));
  }
  const apart = ['parties', 'dialog', 'analysis', 'attachments'];
  whole.push(textsIn(Object.fromEntries(Object.entries(vcon).filter(([name]) => !apart.includes(name)))));
  const parties = objectsOf(vcon.parties);
  return {
    dialogs: dialogs.map((texts) => texts.join('\n')),
    whole: whole.join('\n'),
    parties: parties.map((one) => textsIn(one)),
    addresses: parties.map(({ tel, sip, mailto }) => [tel, sip, mailto].flatMap((one) => textOf(one)?.replace(/^(?:tel|sips?|mailto):/i, '') ?? [])),
  };
}

/** Returns all texts of a JSON value, one per line. A body in base64url is decoded if it is text; sound and images are left out. */
export function textsIn(value: unknown, depth = 0): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null || depth > limits.depth) return '';
  if (Array.isArray(value)) return value.map((one) => textsIn(one, depth + 1)).join('\n');
  return Object.entries(value)
    .map(([name, member]) => (name === 'body' && typeof member === 'string' ? bodyText(member, objectOf(value)) : textsIn(member, depth + 1)))
    .join('\n');
}

/**
 * Reads a vCon that is larger than a sidecar may be: its JSON without signature, with all texts and without long bodies of sound and images. Null if it is
 * not a vCon that can be read, or its texts are larger than a sidecar may be.
 */
export function largeVconJson(file: BlockingBytes): string | null {
  const json = readVconFile(file)?.json ?? null;
  if (json === null) return null;
  const vcon = objectOf(
    JSON.parse(
      Buffer.from(json.text, 'latin1')
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    ),
  );
  const isKept = new Map<string, boolean>();
  const parts: string[] = [];
  let [from, missing, length] = [0, 0, json.text.length];
  for (const { at, chars, of } of json.cuts) {
    const start = at + missing;
    missing += chars;
    if (of === null) continue;
    const element = objectsOf(vcon[of.list])[of.index] ?? {};
    const name = `${of.list} ${of.index}`;
    const bytes = (end: number): string => Buffer.concat([...json.bytes(start - 1, end)]).toString('latin1');
    // The first piece of a body shows what it is. The character before it belongs to it.
    const isText = isKept.get(name) ?? isTextBody(bytes(Math.min(start + chars, start + headChars)), element);
    isKept.set(name, isText);
    if (!isText) continue;
    length += chars;
    if (length > limits.sidecarBytes) return null;
    parts.push(json.text.slice(from, at), bytes(start + chars).slice(1));
    from = at;
  }
  parts.push(json.text.slice(from));
  return Buffer.from(parts.join(''), 'latin1').toString('utf8');
}

/** Number of characters at the beginning of a body that show whether it is text; a multiple of four, as base64 has them. */
const headChars = 8_192;

function isTextBody(begin: string, element: Json): boolean {
  const { encoding, mediatype, mimetype } = element;
  if (noText.test(textOf(mediatype) ?? textOf(mimetype) ?? '')) return false;
  return (encoding !== 'base64url' && encoding !== 'base64') || !Buffer.from(begin, 'base64').subarray(0, 4_096).includes(0);
}

/** Types of media without a text that could be searched. */
const noText = /^(?:audio|video|image)\//i;

function bodyText(body: string, { encoding, mediatype, mimetype }: Json): string {
  const type = textOf(mediatype) ?? textOf(mimetype) ?? '';
  if (noText.test(type)) return '';
  const plain = encoding === 'base64url' || encoding === 'base64' ? Buffer.from(body, 'base64url').toString('utf8') : body;
  // A body of an unstated type that is not text is sound.
  if (plain.slice(0, 4_096).includes('\0')) return '';
  return /^text\/html/i.test(type) ? `${textOfHtml(plain)}\n${plain}` : nested(plain);
}

/** Returns the texts of JSON in a text, as an export may write a transcript; otherwise the text. */
function nested(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return textsIn(JSON.parse(text));
  } catch {
    return text;
  }
}
