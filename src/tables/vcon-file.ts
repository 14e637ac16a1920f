import { blockingPieces } from '../core/base/blocking-pieces.ts';
import type { BlockingBytes } from '../core/base/bytes.ts';
import { limits } from '../core/base/limits.ts';
import { UnsoundMessages } from './unsound-messages.ts';
import { readVcon, unsignedVcon, type VconDocument } from './vcon-document.ts';
import { type Cut, createVconSkimmer, type SkimmedJson } from './vcon-skim.ts';
import { readSkimmed } from './vcon-skimmed.ts';
import { type Span, vconOnly } from './vcon-without.ts';

/** A vCon that was read, without its long bodies if it is large. */
export interface VconFile {
  readonly document: VconDocument;
  /** The JSON of an unsigned vCon, or of the payload of a signed one; null: it is encrypted or not a vCon. */
  readonly json: VconJson | null;
}

/** The JSON of a vCon. */
export interface VconJson {
  /** One character per byte, without what was cut out. */
  readonly text: string;
  readonly cuts: readonly Cut[];
  /** Yields bytes of the whole JSON. @param start offset in it, before anything was cut out */
  bytes(start: number, end: number): Iterable<Uint8Array>;
}

/**
 * Reads a vCon of any size with bounded memory.
 * @param file must stay open while the JSON is used
 * @param wholeBytes size up to which it is read with its long bodies
 * @param keptRun as for `createVconSkimmer`
 * @returns null: it has too much besides long bodies, or the payload of a signed one cannot be read
 */
export function readVconFile(file: BlockingBytes, wholeBytes: number = limits.sidecarBytes, keptRun?: number): VconFile | null {
  if (file.size <= wholeBytes) return readWhole(file);
  const reader = createVconSkimmer(keptRun);
  for (const piece of blockingPieces(file, 0, file.size)) if (!reader.push(piece)) return null;
  const skimmed = reader.end();
  const document = skimmed === null ? null : readSkimmed(Buffer.from(skimmed.text, 'latin1').toString('utf8'), skimmed);
  return skimmed === null || document === null ? null : { document, json: skimmedJson(document, skimmed, file) };
}

function readWhole(file: BlockingBytes): VconFile {
  const bytes = Buffer.concat([...blockingPieces(file, 0, file.size)]);
  const text = bytes.toString('utf8');
  const document = readVcon(text);
  const json = document.form === 'signed' ? unsignedVcon(text) : null;
  const plain = document.form === 'unsigned' ? bytes : json === null ? null : Buffer.from(json, 'utf8');
  if (plain === null) return { document, json: null };
  return { document, json: { text: plain.toString('latin1'), cuts: [], bytes: (start, end) => [plain.subarray(start, end)] } };
}

function skimmedJson({ form }: VconDocument, skimmed: SkimmedJson, file: BlockingBytes): VconJson | null {
  if (form === 'unsigned') return { ...skimmed, bytes: (start, end) => blockingPieces(file, start, end) };
  const { payload } = skimmed;
  if (form !== 'signed' || payload?.json == null) return null;
  return { ...payload.json, bytes: (start, end) => decodedPieces(file, payload.offset, payload.chars, start, end) };
}

/** Yields the bytes [start, end) of what is in base64 at an offset. */
function* decodedPieces(file: BlockingBytes, offset: number, chars: number, start: number, end: number): Generator<Uint8Array> {
  for (let at = start; at < end; ) {
    const group = Math.floor(at / 3);
    const size = Math.min(limits.readChunkBytes, chars - group * 4);
    const text = Buffer.concat([...blockingPieces(file, offset + group * 4, offset + group * 4 + size)]).toString('latin1');
    const piece = Buffer.from(text, 'base64').subarray(at - group * 3, end - group * 3);
    if (piece.length === 0) throw Object.assign(new Error('a payload is shorter than before'), { code: 'EAGAIN' });
    yield piece;
    at += piece.length;
  }
}

/** An excerpt of a vCon. */
export interface VconExcerpt {
  readonly sizeBytes: number;
  /** Yields its bytes in order. The file of the vCon must be open. */
  pieces(): Iterable<Uint8Array>;
}

/** Reduces a vCon to some of its dialogs, as `vconOnly`, with their whole bodies; null: it has two lists of one name, or values whose ends are unknown. */
export function excerptOfDialogs({ text, cuts, bytes }: VconJson, dialogs: ReadonlySet<number>): VconExcerpt | null {
  let parts: readonly (Span | string)[];
  try {
    parts = vconOnly(text, dialogs);
  } catch (error) {
    if (error instanceof UnsoundMessages) return null;
    throw error;
  }
  const whole = uncut(parts, cuts);
  return {
    sizeBytes: whole.reduce((sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : part.end - part.start), 0),
    *pieces() {
      for (const part of whole) {
        if (typeof part === 'string') yield Buffer.from(part);
        else yield* bytes(part.start, part.end);
      }
    },
  };
}

/** Returns parts of a text as parts of the whole, in which nothing is missing. Cuts are inside of parts or between them, never at their ends. */
function uncut(parts: readonly (Span | string)[], cuts: readonly Cut[]): readonly (Span | string)[] {
  let next = 0;
  let missing = 0;
  const there = (at: number): number => {
    for (let cut = cuts[next]; cut !== undefined && cut.at < at; cut = cuts[++next]) missing += cut.chars;
    return at + missing;
  };
  return parts.map((part) => (typeof part === 'string' ? part : { start: there(part.start), end: there(part.end) }));
}
