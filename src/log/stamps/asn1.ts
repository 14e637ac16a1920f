import * as asn1 from 'asn1js';
import { agree } from '../../core/base/agree.ts';
import { errorText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { StampRefusal } from './refusal.ts';

/** Identifier octets (ITU-T X.690 section 8.1.2) in time stamps and certificates. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Returns the tag of a field `[n]` that contains one value, or that replaces the tag of a constructed value. */
  context: (n: number): number => 0xa0 | n,
  /** Returns the tag of a field `[n]` that replaces the tag of a primitive value. */
  contextPrimitive: (n: number): number => 0x80 | n,
} as const;

/** One encoded value; its bytes are views into the input. */
export interface DerItem {
  /** Identifier octet. */
  readonly tag: number;
  /** Bytes of identifier, length and content together. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
  /** Values inside a constructed value; empty for a primitive one. */
  readonly items: readonly DerItem[];
}

/**
 * Reads one value that fills the bytes. RFC 3161 section 3 and RFC 4998 require DER. Alternative encodings are refused, so that no byte can be
 * changed without changing the meaning; only the order of a SET is not checked.
 * @throws StampRefusal L200 for any other input
 */
export function readDer(bytes: Uint8Array, what: string): DerItem {
  if (bytes.length === 0) throw malformed(`${what} is empty`);
  const { offset, result } = decode(bytes, what);
  if (offset === -1) throw malformed(`${what} is not DER: ${result.error}`);
  if (offset !== bytes.length) throw malformed(agree`${what} has ${bytes.length - offset} byte[s] after its end`);
  return strictItem(result, what);
}

/**
 * Converts an authority's answer to DER. RFC 3161 section 3 requires DER, but many authorities send the envelope around the signed parts with
 * indefinite lengths (BER). Input in DER is returned unchanged.
 * @throws StampRefusal L200
 */
export function toDer(bytes: Uint8Array, what: string): Uint8Array {
  const { offset, result } = decode(bytes, what);
  if (offset === -1) throw malformed(`${what} cannot be read: ${result.error}`);
  if (offset !== bytes.length) throw malformed(agree`${what} has ${bytes.length - offset} byte[s] after its end`);
  return derOf(result);
}

function derOf(block: asn1.BaseBlock): Uint8Array {
  const whole = block.valueBeforeDecodeView;
  const tag = whole[0] ?? 0;
  if ((tag & 0x20) === 0) return write.value(tag, whole.subarray(whole.length - block.lenBlock.length));
  const parts = block instanceof asn1.Constructed || block instanceof asn1.OctetString ? block.valueBlock.value.map(derOf) : [];
  // A segmented octet string becomes one string of the contents of its segments.
  if (tag === (tags.octetString | 0x20)) return write.value(tags.octetString, ...parts.map((part) => readDer(part, 'a segment of a string').content));
  return write.value(tag, ...parts);
}

function decode(bytes: Uint8Array, what: string): ReturnType<typeof asn1.fromBER> {
  try {
    const limited = { maxDepth: limits.derDepth, maxNodes: limits.derValues, maxContentLength: bytes.length };
    return asn1.fromBER(bytes, { ...limited, parseEmbedded: false, copyInput: false });
  } catch (error) {
    // The library returns an error for most kinds of damage, but throws for invalid times and texts.
    throw malformed(`${what} is not DER: ${errorText(error)}`);
  }
}

function strictItem(block: asn1.BaseBlock, what: string): DerItem {
  const whole = block.valueBeforeDecodeView;
  const tag = whole[0] ?? 0;
  const items = block instanceof asn1.Constructed ? block.valueBlock.value.map((child) => strictItem(child, what)) : [];
  const head = whole.length - block.lenBlock.length;
  // The library reads BER: the number of bytes before the content reveals a length that is not in the shortest form, or indefinite.
  if (block.lenBlock.isIndefiniteForm || head !== 1 + lengthOctets(block.lenBlock.length).length)
    throw malformed(`${what} is not DER: a length is not in the shortest form`);
  const content = whole.subarray(head);
  const constructed = (tag & 0x20) !== 0;
  // Segmented strings are BER; of the universal types only SEQUENCE and SET are constructed.
  if (constructed !== (tag === tags.sequence || tag === tags.set || tag >= 0xa0))
    throw malformed(`${what} is not DER: a value has the tag 0x${hex(tag)}`);
  if (constructed && items.reduce((sum, item) => sum + item.whole.length, 0) !== content.length)
    throw malformed(`${what} is not DER: the parts of a value do not fill it`);
  const fault = primitiveFault(tag, content);
  if (fault !== null) throw malformed(`${what} is not DER: ${fault}`);
  return { tag, whole, content, items };
}

/** Checks values of types for which DER has a single valid encoding (X.690 sections 8.3.2, 8.8.2, 8.19.2 and 11.1); returns the fault, or null. */
function primitiveFault(tag: number, content: Uint8Array): string | null {
  const [first = 0, second = 0] = content;
  if (tag === tags.integer) {
    if (content.length === 0) return 'a number has no digits';
    if (content.length > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))) return 'a number is longer than necessary';
  }
  if (tag === tags.boolean && (content.length !== 1 || (first !== 0x00 && first !== 0xff))) return 'a boolean is neither 0x00 nor 0xff';
  if (tag === tags.null && content.length > 0) return 'a NULL has content';
  if (tag === tags.objectId && (content.length === 0 || ((content.at(-1) ?? 0) & 0x80) !== 0)) return 'an object identifier is cut';
  if (tag === tags.objectId && content.some((octet, at) => octet === 0x80 && (at === 0 || (content[at - 1] ?? 0) < 0x80)))
    return 'a part of an object identifier is longer than necessary';
  return null;
}

/** Reads the parts of a constructed value in order, and checks every step. */
export interface DerFields {
  /** Returns the next part. @throws StampRefusal if it has another tag, or there is none. */
  take(tag: number, field: string): DerItem;
  /** Returns the next part if it has this tag; otherwise returns null and does not advance. */
  takeIf(tag: number): DerItem | null;
  /** Returns the next part, of any kind. */
  takeAny(field: string): DerItem;
  /** Checks that no part is left. @throws StampRefusal if parts are left */
  end(): void;
}

/** Returns a reader of the parts of a value. @throws StampRefusal if the value has another tag */
export function fieldsOf(item: DerItem, tag: number, what: string): DerFields {
  if (item.tag !== tag) throw malformed(`${what} has the tag 0x${hex(item.tag)}, not 0x${hex(tag)}`);
  let next = 0;
  const takeAny = (field: string): DerItem => {
    const part = item.items[next];
    if (part === undefined) throw malformed(`${what} ends before ${field}`);
    next += 1;
    return part;
  };
  return {
    take: (wanted, field) => {
      const part = takeAny(field);
      if (part.tag !== wanted) throw malformed(`${what}: ${field} has the tag 0x${hex(part.tag)}, not 0x${hex(wanted)}`);
      return part;
    },
    takeIf: (wanted) => (item.items[next]?.tag === wanted ? takeAny('') : null),
    takeAny,
    end: () => {
      const part = item.items[next];
      if (part !== undefined) throw malformed(`${what} has a surplus part with the tag 0x${hex(part.tag)}`);
    },
  };
}

/** Returns a signed integer of any size (X.690 section 8.3.3). Ignores the tag, because a field `[n]` may replace it. */
export function integerOf({ content }: DerItem): bigint {
  return content.length === 0 ? 0n : BigInt.asIntN(content.length * 8, BigInt(`0x${Buffer.from(content).toString('hex')}`));
}

/** Formats an object identifier as numbers separated by points. */
export function objectIdOf(item: DerItem): string {
  const { result } = decode(item.whole, 'an object identifier');
  if (!(result instanceof asn1.ObjectIdentifier)) throw malformed(`a value with the tag 0x${hex(item.tag)} is in place of an object identifier`);
  return result.getValue();
}

/**
 * Returns a time in milliseconds since 1970. Reads UTCTime and GeneralizedTime in DER, i.e. with seconds, in Zulu time, without trailing zeros of a
 * fraction (X.690 sections 11.7 and 11.8). Fractions of a millisecond are cut off.
 */
export function timeOf(item: DerItem, what: string): number {
  const text = Buffer.from(item.content).toString('latin1');
  const parts = (item.tag === tags.utcTime ? /^(\d\d)(\d{10})()Z$/ : /^(\d{4})(\d{10})(?:\.(\d*[1-9]))?Z$/).exec(text);
  if (parts === null || (item.tag !== tags.utcTime && item.tag !== tags.generalizedTime)) throw malformed(`${what} is not a time in DER`);
  const [, yearText = '', rest = '', fraction = ''] = parts;
  // RFC 5280 section 4.1.2.5.1: two-digit years from 50 are 19xx.
  const year = item.tag === tags.utcTime ? `${Number(yearText) >= 50 ? '19' : '20'}${yearText}` : yearText;
  const [month, day, hour, minute, second] = rest.match(/\d\d/g) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const ms = Date.parse(iso);
  // Date would turn 31 June into 1 July.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== iso) throw malformed(`${what} is not a valid time`);
  return ms;
}

/** Returns the octets of a bit string. @throws StampRefusal if it has unused bits */
export function bitsOf(item: DerItem, what: string): Uint8Array {
  if (item.tag !== tags.bitString || item.content[0] !== 0) throw malformed(`${what} is not a string of whole octets`);
  return item.content.subarray(1);
}

/** Creates the refusal for an invalid encoding. */
export function malformed(reason: string): StampRefusal {
  return new StampRefusal('L200', reason);
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

/** Encodes a length in the shortest form (X.690 section 10.1). */
function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** DER writers; each returns a whole value. */
export const write = {
  integer: (value: bigint): Uint8Array => new Uint8Array(asn1.Integer.fromBigInt(value).toBER()),
  objectId: (value: string): Uint8Array => new Uint8Array(new asn1.ObjectIdentifier({ value }).toBER()),
  octets: (value: Uint8Array): Uint8Array => new Uint8Array(new asn1.OctetString({ valueHex: value.slice() }).toBER()),
  null: (): Uint8Array => new Uint8Array(new asn1.Null().toBER()),
  boolean: (value: boolean): Uint8Array => new Uint8Array(new asn1.Boolean({ value }).toBER()),
  /** Writes a value with any tag from encoded parts. The library is not used for this, because it would re-encode a token in its own way. */
  value: (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const content = Buffer.concat(parts);
    return new Uint8Array(Buffer.concat([Buffer.from([tag, ...lengthOctets(content.length)]), content]));
  },
} as const;
