import { agree } from '../../../src/core/base/agree.ts';
import type { ByteReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import { flattenJson, flattenXml } from '../../../src/tables/flatten.ts';
import { readJsonRecords } from '../../../src/tables/json/json.ts';
import { linePairs } from '../../../src/tables/text/line-pairs.ts';
import { parseSidecar } from '../../../src/tables/xml/xml.ts';
import { digestOf } from '../records/digest.ts';
import type { StagedRecord } from '../records/records.ts';
import type { DocumentShape } from '../records/shape.ts';
import { readText } from '../records/text-document.ts';

/** A shape of documents, and its place among the shapes of its family. */
interface PlacedShape {
  readonly shape: number;
  readonly at: DocumentShape;
}

/**
 * Reads a document as one record, or as several if a JSON file has several values. If the document cannot be read, it is marked as such and findings say why.
 */
export async function readDocument(
  reader: ByteReader,
  path: string,
  { shape, at }: PlacedShape,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<{ readonly records: readonly StagedRecord[]; readonly findings: readonly Finding[] }> {
  const { read, findings } = await parseDocument(reader, path, at, options, signal);
  const sha256 = await digestOf(reader, signal);
  const common = { shape, path, table: '', number: 0, raw: null };
  if (read.length === 0) return { records: [{ ...common, sha256, pairs: [], value: null, unreadable: true }], findings };
  const records = read.map(({ pairs, value, isLarge }, index) => ({
    ...common,
    sha256,
    ...(index === 0 ? {} : { part: index }),
    ...(at.pairs === undefined || isLarge === true ? { pairs, value } : { pairs: at.pairs(value), value: '' }),
  }));
  return { records, findings };
}

/** Names and values of a record, and what they were read from. */
interface ReadRecord extends Pick<StagedRecord, 'pairs' | 'value'> {
  /** True: the pairs are those of the shape already, and there is no value. */
  readonly isLarge?: true;
}

async function parseDocument(
  reader: ByteReader,
  path: string,
  at: DocumentShape,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<{ readonly read: readonly ReadRecord[]; readonly findings: readonly Finding[] }> {
  if (at.as === 'xml') {
    const { root, findings } = await parseSidecar(reader, { place: path }, signal);
    return { read: root === null ? [] : [{ pairs: flattenXml(root), value: root }], findings };
  }
  if (reader.size > limits.sidecarBytes) return await parseLarge(reader, path, at, options, signal);
  if (at.as === 'text' || at.as === 'plain') {
    const { text, findings } = await readText(reader, options.encoding, signal);
    const about = findings.map((each) => ({ ...each, place: path }));
    if (typeof at.whole === 'function' && !at.whole(text)) about.push(finding('T163', path, 'lacks the end that its writer always adds'));
    if (at.whole === 'json' && /\.json$/i.test(path)) about.push(...(await parseJson(reader, path, signal)).findings);
    return { read: [{ pairs: at.as === 'plain' ? [] : linePairs(text), value: text }], findings: about };
  }
  return parseJson(reader, path, signal);
}

async function parseLarge(reader: ByteReader, path: string, at: DocumentShape, { encoding }: ImportOptions, signal: AbortSignal): Promise<Parsed> {
  const size = agree`${reader.size} byte[s]`;
  const refused = (why: string): Parsed => ({ read: [], findings: [finding('T128', path, `${size}; ${why}`)] });
  if (at.readLarge === undefined) return refused(`a sidecar may have ${limits.sidecarBytes}`);
  const large = await at.readLarge(reader, encoding, signal);
  if (typeof large === 'string') return refused(large);
  return { read: [{ pairs: large.pairs, value: '', isLarge: true }], findings: large.findings.map((each) => ({ ...each, place: path })) };
}

type Parsed = Awaited<ReturnType<typeof parseDocument>>;

async function parseJson(reader: ByteReader, path: string, signal: AbortSignal): Promise<Parsed> {
  const findings: Finding[] = [];
  const read: ReadRecord[] = [];
  for await (const item of readJsonRecords(reader, { place: path }, signal)) {
    if (item.kind === 'finding') findings.push(item);
    else read.push({ pairs: flattenJson(item.value), value: item.value });
  }
  return { read, findings };
}
