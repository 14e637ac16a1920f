import { join } from 'node:path';
import type { Found } from '../catalog/catalog.ts';
import { memoryReader } from '../core/bytes.ts';
import { isTrouble, LongplayError } from '../core/error.ts';
import { sha256Hex } from '../core/identifier.ts';
import { checksumText } from '../pipeline/checksum-file.ts';
import { chosenFiles, type ExportRequest } from '../pipeline/export.ts';
import { freeStem, nameOf } from '../pipeline/export-names.ts';
import type { ShownRecording } from '../pipeline/query.ts';
import { type ZipMember, zipStream } from '../source/zip-library.ts';
import { askedQuery } from './asked-query.ts';
import { bodyOf } from './body-stream.ts';
import { refusalAnswer } from './headers.ts';
import { type AskedInside, type House, notEntered, turnAway } from './house.ts';
import { openStored } from './stored-file.ts';

/** Recordings of one zip; for more there is the command line, and cases. */
const mostRecordings = 2_000;
const template = '{date}_{time}_{direction}_{from}_{to}_{id}';

interface Counts {
  recordings: number;
  files: number;
  bytes: number;
  /** Files and documents that are not what landed, and are left out. */
  corrupt: number;
}

/** The calls of a question as a zip: files, their metadata and a manifest that `sha256sum -c` accepts. The log tells of it before it begins and when it ends. */
export async function exportAnswer(house: House, asked: AskedInside): Promise<Response> {
  const { session, url } = asked;
  // Nobody takes the body of a HEAD: the log would tell of an export that never ended.
  if (asked.raw.method === 'HEAD') return turnAway(house, asked, 'method', refusalAnswer(405, 'size'));
  const question = askedQuery(url.searchParams);
  const take = url.searchParams.get('take') ?? 'access';
  if (question === null || !isTake(take)) return refusalAnswer(400, 'question');
  const rows: Found[] = [];
  for (const row of house.finder.all(question.query, session.account.within)) {
    rows.push(row);
    if (rows.length > mostRecordings) return refusalAnswer(413, 'too-many', {}, { n: mostRecordings });
  }
  if (rows.length === 0) return refusalAnswer(404, 'none-found');
  const who = { user: session.account.user, session: session.name };
  const refusal = await house.deeds.enter({ type: 'export-begun', detail: { ...who, recordings: rows.length, by: question.by, take } });
  if (refusal !== null) return notEntered(house, refusal);
  const counts: Counts = { recordings: 0, files: 0, bytes: 0, corrupt: 0 };
  const end = async (complete: boolean): Promise<void> => {
    // What had left before it was stopped has left.
    const late = await house.deeds.enter({ type: 'exported', detail: { ...who, ...counts, complete } });
    if (late !== null) house.tell(`the end of an export could not be entered: ${late}`);
  };
  const zip = async function* (): AsyncGenerator<Uint8Array> {
    let complete = false;
    try {
      yield* zipStream(filesOf(house, rows, take, counts), zipTimeMs, asked.signal);
      complete = true;
    } finally {
      await end(complete);
    }
  };
  const body = bodyOf(zip(), { failed: house.failed, cut: asked.cut, gone: asked.signal, ended: () => undefined });
  return new Response(body, {
    headers: { 'Content-Type': 'application/zip', 'Content-Disposition': 'attachment; filename="recordings.zip"' },
  });
}

function isTake(text: string): text is ExportRequest['take'] {
  return ['access', 'original', 'both'].includes(text);
}

async function* filesOf(house: House, rows: readonly Found[], take: ExportRequest['take'], counts: Counts): AsyncGenerator<ZipMember> {
  const digests = new Map<string, string>();
  const left: string[] = [];
  const taken = new Set([manifestName, leftName]);
  for (const row of rows) {
    const shown = documentOf(house, row);
    if (shown === null) {
      counts.corrupt++;
      left.push(`${row.recordingId}: its recording.json is damaged`);
      continue;
    }
    const { document, folder } = shown;
    const chosen = chosenFiles(document, take);
    const stem = freeStem(nameOf(document, row.bag, template), [...chosen.map(({ ending }) => ending), '.json'], taken);
    for (const { file, ending } of chosen) {
      const offered = { name: file.path, sizeBytes: file.sizeBytes, sha256: file.sha256, right: 'export' as const };
      // Read twice: of what is not as it landed, nothing is handed out.
      if (!(await isWhole(join(folder, file.path), offered))) {
        counts.corrupt++;
        left.push(`${row.recordingId}: ${file.path} is not what landed`);
        house.tell(`bags/${row.bag}/data/${row.recordingId}/${file.path} was left out of an export: it is not what landed; run longplay verify`);
        continue;
      }
      const opened = openStored(join(folder, file.path), offered);
      if (typeof opened === 'string')
        throw new LongplayError('incomplete', 'P171', `${file.path} of ${row.recordingId}: ${opened}`, 'run: longplay verify ARCHIVE');
      digests.set(stem + ending, file.sha256);
      counts.files++;
      counts.bytes += file.sizeBytes;
      try {
        yield {
          name: stem + ending,
          bytes: inPieces(file.sizeBytes, (start, end) => opened.bytes(start, end, start === 0 && end === file.sizeBytes)),
        };
      } finally {
        opened.close();
      }
    }
    const metadata = Buffer.from(`${JSON.stringify(document, null, 2)}\n`, 'utf8');
    digests.set(`${stem}.json`, sha256Hex(metadata));
    yield inMemory(`${stem}.json`, metadata);
    counts.recordings++;
  }
  if (left.length > 0) yield inMemory(leftName, Buffer.from(`${left.join('\n')}\n`, 'utf8'));
  yield inMemory(manifestName, Buffer.from(checksumText(digests), 'utf8'));
}

const manifestName = 'manifest-sha256.txt';
const leftName = 'NOT-EXPORTED.txt';

/** Recordings have times of their own, and equal files give equal bytes: 1980-01-01, the first day that a zip knows. */
const zipTimeMs = Date.UTC(1980, 0, 1);

function inPieces(size: number, stream: (start: number, end: number) => AsyncIterable<Uint8Array>): ZipMember['bytes'] {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream(offset, Math.min(size, offset + length))) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  return { size, read, stream };
}

function inMemory(name: string, bytes: Buffer): ZipMember {
  return { name, bytes: memoryReader(bytes, name) };
}

function documentOf(house: House, row: Found): ShownRecording | null {
  try {
    return house.finder.document(row);
  } catch (error) {
    if (isTrouble(error)) return null;
    throw error;
  }
}

async function isWhole(path: string, offered: Parameters<typeof openStored>[1]): Promise<boolean> {
  const opened = openStored(path, offered);
  if (typeof opened === 'string') return false;
  try {
    for await (const _piece of opened.bytes(0, offered.sizeBytes, true));
    return true;
  } catch (error) {
    if (!isTrouble(error)) throw error;
    // Another digest, or a disk that does not read: left out and told either way.
    return false;
  } finally {
    opened.close();
  }
}
