import type { ByteReader } from '../../core/base/bytes.ts';
import { type JsonPiece, splitJson } from '../json/records.ts';
import { byteScale, chooseEncoding, decodeText, recordText } from '../text/encoding.ts';
import { headText, listMember, listPaths, repeatedElement } from '../text/record-place.ts';
import { type ByteScale, type TextWindow, textWindow } from '../text/text-window.ts';
import type { EncodingChoice } from '../text/types.ts';
import { splitXml, type XmlPiece } from '../xml/records.ts';
import { type JsonRecordPiece, jsonPlaces } from './json-places.ts';
import type { KeptRow, RowReplacement } from './kept-row.ts';
import { encoded, lineEnd, lostText, unknownBytes } from './row-bytes.ts';
import { type NodeTools, nodeReplacements } from './tree-node.ts';
import { type XmlRecordPiece, xmlPlaces } from './xml-places.ts';

/** Where the records of a tree are, as far as it is known. */
export interface RecordsPlace {
  /** Path of the records in JSON, or name of their element in XML; absent: it is not known. */
  readonly recordsAt?: string;
  /** Number of records at import; absent: it is not known. */
  readonly records?: number;
}

/** A text that can be read several times. */
interface TreeText {
  readonly reader: ByteReader;
  readonly scanned: EncodingChoice;
  readonly scale: ByteScale;
  readonly signal: AbortSignal;
}

/** Throws if an encoding does not show the bytes of a text. */
function treeText(reader: ByteReader, scanned: EncodingChoice, signal: AbortSignal): TreeText {
  const scale = byteScale(scanned);
  if (scale === null) throw new RangeError(unknownBytes);
  return { reader, scanned, scale, signal };
}

function opened({ reader, scanned, scale, signal }: TreeText): TextWindow {
  return textWindow(decodeText(reader, scanned, signal), scale);
}

/** Yields replacements for records of JSON and for places outside of them. */
export async function* jsonReplacements(
  reader: ByteReader,
  place: RecordsPlace,
  isChosen: (row: KeptRow) => boolean,
  signal: AbortSignal,
): AsyncGenerator<RowReplacement> {
  const { choice } = await chooseEncoding(reader, 'utf-8', signal);
  const { scanned, decode } = recordText(choice);
  const text = treeText(reader, scanned, signal);
  const path = await jsonPath(text, place);
  await using window = opened(text);
  const decoded = ({ raws, outside, ...row }: KeptRow): KeptRow => ({
    ...row,
    raws: raws.map(decode),
    ...(outside === undefined ? {} : { outside: { ...outside, own: decode(outside.own) } }),
  });
  const tools: NodeTools = { scale: text.scale, isChosen: (row) => isChosen(decoded(row)), encode: (put) => encoded(put, scanned) };
  for await (const item of jsonPlaces({ window, scale: text.scale, records: placedJson(text, path), path }, signal)) {
    if (item.kind === 'outside') {
      yield* nodeReplacements(item.placed, tools);
      continue;
    }
    const { kind, number, span } = item.record;
    const raw = item.record.kind === 'record' ? decode(item.record.raw) : await lostText(reader, span, choice, signal);
    if (raw === '{}' || !isChosen({ table: '', number, raws: [raw], span, ...(kind === 'lost' ? { isLost: true as const } : {}) })) continue;
    yield { ...span, put: encoded(`{}${lineEnd(raw)}`, scanned), row: { table: '', number } };
  }
}

/** Yields the records of JSON with their bytes. */
async function* placedJson(text: TreeText, path: readonly string[]): AsyncGenerator<JsonRecordPiece> {
  await using window = opened(text);
  for await (const piece of splitJson(window, path, text.signal)) if (piece.kind !== 'end') yield withSpan(piece);
}

function withSpan<Piece extends Exclude<JsonPiece, { kind: 'end' }> | Extract<XmlPiece, { kind: 'record' | 'lost' }>>(
  piece: Piece,
): Piece & { readonly span: NonNullable<Piece['span']> } {
  const { span } = piece;
  if (span === null) throw new RangeError(unknownBytes);
  return { ...piece, span };
}

/**
 * Returns the path of the records. If it is not known, it is the first list with as many elements as there were records at import; if there is none, the
 * first list of objects.
 */
async function jsonPath(text: TreeText, { recordsAt, records }: RecordsPlace): Promise<readonly string[]> {
  const partsOf = (path: string): readonly string[] => (path === '' ? [] : path.split('.'));
  if (recordsAt !== undefined) return partsOf(recordsAt);
  const head = await headText(text.reader, null, text.signal);
  const usual = listMember(head) ?? '';
  const others = listPaths(head);
  if (others.length === 0 || records === undefined) return partsOf(usual === '' ? (others[0] ?? '') : usual);
  for (const path of new Set([...(usual === '' ? [] : [usual]), ...others, ''])) {
    let count = 0;
    for await (const _record of placedJson(text, partsOf(path))) if (++count > records) break;
    if (count === records) return partsOf(path);
  }
  return partsOf(usual === '' ? (others[0] ?? '') : usual);
}

/** Yields replacements for records of XML and for places outside of them. */
export async function* xmlReplacements(
  reader: ByteReader,
  { recordsAt }: RecordsPlace,
  isChosen: (row: KeptRow) => boolean,
  signal: AbortSignal,
): AsyncGenerator<RowReplacement> {
  const record = recordsAt ?? repeatedElement(await headText(reader, null, signal)) ?? '';
  const declared = /^[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(Buffer.from(await reader.read(0, 512, signal)).toString('latin1'))?.[1];
  const { choice } = await chooseEncoding(reader, declared ?? 'utf-8', signal);
  const text = treeText(reader, choice, signal);
  await using window = opened(text);
  const tools: NodeTools = { scale: text.scale, isChosen, encode: (put) => encoded(put, choice) };
  for await (const item of xmlPlaces({ window, scale: text.scale, records: placedXml(text, record) }, signal)) {
    if (item.kind === 'outside') {
      yield* nodeReplacements(item.placed, tools);
      continue;
    }
    const { kind, number, span } = item.record;
    const raw = item.record.kind === 'record' ? item.record.raw : await lostText(reader, span, choice, signal);
    const name = /^<([^\s/>]+)/.exec(raw)?.[1] ?? '';
    const empty = name === '' ? '' : `<${name}/>`;
    if (raw === empty || !isChosen({ table: '', number, raws: [raw], span, ...(kind === 'lost' ? { isLost: true as const } : {}) })) continue;
    yield { ...span, put: encoded(empty, choice), row: { table: '', number } };
  }
}

/** Yields the records of XML with their bytes. */
async function* placedXml(text: TreeText, record: string): AsyncGenerator<XmlRecordPiece> {
  await using window = opened(text);
  for await (const piece of splitXml(window, record, text.signal)) if (piece.kind === 'record' || piece.kind === 'lost') yield withSpan(piece);
}
