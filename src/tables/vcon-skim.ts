import { limits } from '../core/base/limits.ts';
import { type Base64Decoder, createBase64Decoder } from './base64-decoder.ts';

/** Lists of a vCon whose elements may have a body. */
const lists = ['dialog', 'analysis', 'attachments'] as const;

/** Name of a list of a vCon whose elements may have a body. */
export type BodyList = (typeof lists)[number];

/** Characters of base64 that were left out of a text. The first character of a body is never left out. */
export interface Cut {
  /** Position in the text at which they are missing. */
  readonly at: number;
  readonly chars: number;
  /** The element whose body they belong to; null: a payload or a ciphertext. */
  readonly of: { readonly list: BodyList; readonly index: number } | null;
}

/** The JSON of a vCon without the long bodies of its dialogs, analyses and attachments. */
export interface SkimmedJson {
  /** One character per byte. It is JSON exactly if the whole is. */
  readonly text: string;
  /** In order. */
  readonly cuts: readonly Cut[];
  /** Number of characters that were left out of the body of an element, by list and index. Of members with one name the last one counts. */
  readonly missing: Readonly<Record<BodyList, ReadonlyMap<number, number>>>;
  /** Content of the member `payload` of a signed vCon; null: it has none. */
  readonly payload: SkimmedPayload | null;
  /** True: something is missing in a member `payload` or `ciphertext`. In a vCon that is neither signed nor encrypted, these would be data. */
  readonly isEnvelopeCut: boolean;
}

/** The payload of a signed vCon. */
export interface SkimmedPayload {
  /** Offset of its first character in the document, and number of its characters without padding. */
  readonly offset: number;
  readonly chars: number;
  /** The JSON inside; null: it is compressed, is not plain base64, or has too much besides long bodies. */
  readonly json: SkimmedJson | null;
}

/** Reads the JSON of a vCon in pieces of any size. Keeps at most `limits.sidecarBytes` bytes, whatever the size of the document. */
export interface VconSkimmer {
  /** Takes the next piece, which is not kept. Returns false if the document has too much besides long bodies: the rest need not be read. */
  push(piece: Uint8Array): boolean;
  /** Ends the document; null: it has too much besides long bodies. */
  end(): SkimmedJson | null;
}

/** Number of characters of base64 without a break that are kept: names, ids, digests and most texts have fewer. */
const shortRun = 1_024;

/**
 * Creates a reader of a vCon that leaves out long bodies. Left out are only characters of base64 in strings, so the rest is JSON exactly if the document is,
 * and a damaged document is damaged in the same way.
 * @param keptRun number of characters of base64 without a break that are kept
 */
export function createVconSkimmer(keptRun = shortRun): VconSkimmer {
  return new Skimmer(keptRun, true);
}

/** One of the three outer levels: the vCon, its lists, and their elements. */
interface Level {
  readonly isList: boolean;
  /** Name of the last member of an object. */
  key: string;
  awaitsKey: boolean;
  /** Index of the present element of a list. */
  index: number;
}

/** The string that is being read. */
interface OpenString {
  readonly kind: 'key' | 'text' | 'body' | 'payload' | 'ciphertext';
  /** Bytes of a key. */
  readonly name: number[];
  /** True: the next byte is escaped. */
  isEscaped: boolean;
  /** Number of next bytes that may belong to an escape, of at most `\uXXXX`. */
  escape: number;
}

/** Content of a payload while it is read. */
interface OpenPayload {
  offset: number;
  chars: number;
  /** True: nothing but one run of base64, and padding. */
  isPlain: boolean;
  readonly json: Skimmer;
  readonly decoder: Base64Decoder;
}

const [quote, backslash, equals, comma] = [0x22, 0x5c, 0x3d, 0x2c];

const isBase64Char = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') isBase64Char[char.charCodeAt(0)] = 1;

/** Bytes of a key that are compared: `attachments` has 66 if all of its letters are escaped. */
const keyBytes = 128;

/** Keeps the text and the places of what is missing in it together: the bytes that were read are those of the text and of the cuts, in order. */
class Skimmer implements VconSkimmer {
  readonly #keptRun: number;
  readonly #mayBeEnvelope: boolean;
  #text = Buffer.alloc(4_096);
  #length = 0;
  #isTooLarge = false;
  readonly #cuts: Cut[] = [];
  readonly #missing = { dialog: new Map<number, number>(), analysis: new Map<number, number>(), attachments: new Map<number, number>() };
  /** Offset of the present piece in the document, and the position in it from which on nothing was kept or left out. */
  #offset = 0;
  #from = 0;
  #depth = 0;
  readonly #levels: Level[] = [];
  #string: OpenString | null = null;
  /** The present run without its first character: its beginning, and its length. */
  readonly #run: Buffer;
  #runChars: number | null = null;
  #payload: OpenPayload | null = null;
  #isEnvelopeCut = false;

  constructor(keptRun: number, mayBeEnvelope: boolean) {
    this.#keptRun = keptRun;
    this.#mayBeEnvelope = mayBeEnvelope;
    this.#run = Buffer.alloc(keptRun);
  }

  push(piece: Uint8Array): boolean {
    this.#from = 0;
    for (let at = 0; at < piece.length && !this.#isTooLarge; ) {
      if (this.#string === null) at = this.#outside(piece, at);
      else if (this.#string.kind === 'key' || this.#string.kind === 'text') at = this.#inText(this.#string, piece, at);
      else at = this.#inBody(this.#string, piece, at);
    }
    this.#keep(piece.subarray(this.#from));
    this.#offset += piece.length;
    return !this.#isTooLarge;
  }

  end(): SkimmedJson | null {
    this.#endRun();
    if (this.#isTooLarge) return null;
    const payload = this.#payload;
    if (payload?.isPlain === true && !payload.json.push(payload.decoder.end())) payload.isPlain = false;
    return {
      text: this.#text.toString('latin1', 0, this.#length),
      cuts: this.#cuts,
      missing: this.#missing,
      isEnvelopeCut: this.#isEnvelopeCut,
      payload: payload === null ? null : { offset: payload.offset, chars: payload.chars, json: payload.isPlain ? payload.json.end() : null },
    };
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > limits.sidecarBytes) this.#isTooLarge = true;
    if (this.#isTooLarge) return;
    if (length > this.#text.length) {
      const larger = Buffer.alloc(Math.min(limits.sidecarBytes, Math.max(length, 2 * this.#text.length)));
      this.#text.copy(larger, 0, 0, this.#length);
      this.#text = larger;
    }
    this.#text.set(bytes, this.#length);
    this.#length = length;
  }

  /** Reads up to the next string. */
  #outside(piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length && this.#string === null) {
      const byte = piece[at++];
      if (byte === quote) this.#string = this.#begin();
      else if (byte === 0x7b || byte === 0x5b) {
        if (++this.#depth <= 3) this.#levels.push({ isList: byte === 0x5b, key: '', awaitsKey: byte === 0x7b, index: 0 });
      } else if (byte === 0x7d || byte === 0x5d) {
        if (this.#depth > 0 && this.#depth-- <= 3) this.#levels.pop();
      } else if (byte === comma) {
        const top = this.#top();
        if (top?.isList === true) top.index++;
        else if (top !== undefined) top.awaitsKey = true;
      }
    }
    return at;
  }

  #top(): Level | undefined {
    return this.#depth > 3 ? undefined : this.#levels[this.#depth - 1];
  }

  #begin(): OpenString {
    const top = this.#top();
    let kind: OpenString['kind'] = 'text';
    if (top?.awaitsKey === true) {
      // Names of other members do not matter.
      if (this.#depth === 1 || this.#element() !== null) kind = 'key';
      else top.awaitsKey = false;
    } else if (this.#depth === 1 && top?.key === 'ciphertext' && this.#mayBeEnvelope) kind = 'ciphertext';
    else if (this.#depth === 1 && top?.key === 'payload' && this.#payload !== null) kind = 'payload';
    else if (top?.key === 'body' && this.#element() !== null) kind = 'body';
    return { kind, name: [], isEscaped: false, escape: 0 };
  }

  /** Returns the list and the index of the element whose members are read; null: they belong to something else. */
  #element(): Cut['of'] {
    const [vcon, list, element] = this.#levels;
    if (this.#depth !== 3 || vcon?.isList !== false || list?.isList !== true || element?.isList !== false) return null;
    const name = lists.find((one) => one === vcon.key);
    return name === undefined ? null : { list: name, index: list.index };
  }

  #inText(string: OpenString, piece: Uint8Array, from: number): number {
    let at = from;
    for (let isOpen = true; isOpen && at < piece.length; ) {
      const byte = piece[at++] ?? 0;
      if (string.isEscaped) string.isEscaped = false;
      else if (byte === backslash) string.isEscaped = true;
      else if (byte === quote) isOpen = false;
      if (!isOpen) this.#string = null;
      else if (string.kind === 'key' && string.name.length <= keyBytes) string.name.push(byte);
    }
    if (this.#string === null && string.kind === 'key') this.#named(Buffer.from(string.name));
    return at;
  }

  /** Begins a member. A later member takes the place of an earlier one of the same name, as in JSON.parse. */
  #named(raw: Buffer): void {
    const top = this.#top();
    if (top === undefined) return;
    top.key = raw.length > keyBytes ? '' : keyOf(raw);
    top.awaitsKey = false;
    const element = this.#element();
    if (element !== null && top.key === 'body') this.#missing[element.list].delete(element.index);
    if (this.#depth !== 1) return;
    const list = lists.find((one) => one === top.key);
    if (list !== undefined) this.#missing[list].clear();
    if (top.key === 'payload' && this.#mayBeEnvelope)
      this.#payload = { offset: 0, chars: 0, isPlain: true, json: new Skimmer(this.#keptRun, false), decoder: createBase64Decoder() };
  }

  #inBody(string: OpenString, piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length && this.#string !== null) {
      if (this.#runChars !== null || (string.escape === 0 && isBase64Char[piece[at] ?? 0] === 1)) {
        at = this.#inRun(string, piece, at);
        continue;
      }
      const byte = piece[at++] ?? 0;
      if (string.escape > 0) string.escape--;
      if (string.isEscaped) string.isEscaped = false;
      else if (byte === backslash) {
        string.isEscaped = true;
        string.escape = 5;
      } else if (byte === quote) this.#string = null;
      if (string.kind === 'payload' && this.#payload !== null && byte !== quote && byte !== equals) this.#payload.isPlain = false;
    }
    return at;
  }

  /** Reads a run, or the rest of one, up to its end or that of the piece. Returns the position behind it. */
  #inRun(string: OpenString, piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length && isBase64Char[piece[at] ?? 0] === 1) at++;
    const isEnded = at < piece.length;
    if (string.kind === 'payload' && this.#payload !== null && at > from) this.#decode(this.#payload, piece.subarray(from, at), this.#offset + from);
    if (this.#runChars === null) {
      // Most runs are words: they stay where they are.
      if (isEnded && at - from - 1 <= this.#keptRun) return at;
      // The character before a cut keeps the bytes on both sides of it apart: they may be parts of a damaged character.
      this.#keep(piece.subarray(this.#from, from + 1));
      this.#runChars = 0;
      this.#extendRun(piece.subarray(from + 1, at));
    } else this.#extendRun(piece.subarray(from, at));
    this.#from = at;
    if (isEnded) this.#endRun();
    return at;
  }

  #extendRun(chars: Uint8Array): void {
    const done = this.#runChars ?? 0;
    if (done < this.#keptRun) this.#run.set(chars.subarray(0, this.#keptRun - done), done);
    this.#runChars = done + chars.length;
  }

  #endRun(): void {
    const chars = this.#runChars;
    this.#runChars = null;
    if (chars === null) return;
    if (chars <= this.#keptRun) {
      this.#keep(this.#run.subarray(0, chars));
      return;
    }
    const element = this.#string?.kind === 'body' ? this.#element() : null;
    this.#cuts.push({ at: this.#length, chars, of: element });
    if (this.#cuts.length > limits.vconCuts) this.#isTooLarge = true;
    if (element === null) {
      this.#isEnvelopeCut = true;
      return;
    }
    const missing = this.#missing[element.list];
    missing.set(element.index, (missing.get(element.index) ?? 0) + chars);
  }

  #decode(payload: OpenPayload, chars: Uint8Array, offset: number): void {
    if (payload.chars === 0) payload.offset = offset;
    // A second run is behind something that is not base64, or behind padding.
    else if (this.#runChars === null) payload.isPlain = false;
    payload.chars += chars.length;
    if (!payload.isPlain) return;
    const bytes = payload.decoder.push(chars);
    // The first two bytes of gzip, RFC 1952 2.3.1.
    if (payload.json.isAtStart() && bytes[0] === 0x1f && bytes[1] === 0x8b) payload.isPlain = false;
    else if (!payload.json.push(bytes)) payload.isPlain = false;
  }

  /** Returns true if nothing was read. */
  isAtStart(): boolean {
    return this.#offset === 0;
  }
}

function keyOf(raw: Buffer): string {
  if (!raw.includes(backslash)) return raw.toString('utf8');
  try {
    return String(JSON.parse(`"${raw.toString('utf8')}"`));
  } catch {
    return ''; // not JSON, so the whole document is not
  }
}
