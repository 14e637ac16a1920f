import { setImmediate as turn } from 'node:timers/promises';
import { storedPath } from '../../archive/documents/stored-path.ts';
import type { DecodeCopy } from '../../cases/mask/muted-copy.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { piecesAfter } from '../../core/model/pieces.ts';
import type { AccessCopy, RecordingDocument } from '../../core/model/recording-document.ts';
import {
  float32Format,
  framesOf,
  mostWaveBytes,
  pcm16Format,
  type SoundSpan,
  waveHead,
  waveHeadBytes,
  waveLayout,
} from '../../core/time/wave-span.ts';
import { isErasedAlone, secretFor } from '../../sealing/stored/stored-bytes.ts';
import { type OfferedFile, type OpenedFile, offeredFiles, openStored, type PlainFile } from '../archive/stored-file.ts';
import { bodyOf } from './body-stream.ts';
import { notLanded } from './file-answer.ts';
import { erasedAlone, goneAnswer, missingAnswer } from './gone-answer.ts';
import { notThere, refusalAnswer } from './headers.ts';
import { checkQuota } from './over-quota.ts';
import { pullFrom } from './push-to-pull.ts';
import { keysFor, shownOr } from './recording-keys.ts';
import { logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from './server-context.ts';
import { unavailableAnswer } from './unavailable-file.ts';

/** Largest number of spans that are decoded at the same time, because each takes processor time from streaming. */
const mostAtOnce = 4;
/** Bytes of Opus that are decoded before other requests are answered: half a second of speech at 32 kbit/s, 0.5 ms at the median. */
const pieceBytes = 2_048;

/** A WAV file that is about to be sent. */
interface CutSound {
  readonly head: Uint8Array;
  readonly dataBytes: number;
  readonly samples: () => AsyncGenerator<Uint8Array>;
  /** Decoder of the samples; null: nothing must be decoded. */
  readonly decoder: Awaited<ReturnType<DecodeCopy>> | null;
}

/**
 * Creates the handler that serves a span of a recording as WAV (`/files/ID/NAME/span.wav?from=MS&to=MS`): samples of the access copy, or of an original without
 * one. The log entry states the times of the span.
 */
export function createSpanAnswer(context: ServerContext): (request: SignedInRequest) => Promise<Response> {
  let decoding = 0;
  return async (request) => {
    const { id = '', name = '' } = request.params;
    const { session, raw, signal } = request;
    const found = context.finder.one(id, session.account.within);
    if (found.kind !== 'found') return await missingAnswer(context, request, id, found.kind);
    const shown = await shownOr(context, request, found.row);
    if (shown instanceof Response) return shown;
    const { document, folder } = shown;
    const file = offeredFiles(document).get(name);
    const medium = withoutCopy(document, name);
    const erased = await erasedAlone(context, { id, name, file });
    if (erased !== null) return goneAnswer(erased);
    if (file === undefined || (file.right !== 'listen' && medium === null)) return refuse(context, request, 'path', notThere());
    // The body of a HEAD answer is discarded.
    if (raw.method === 'HEAD') return refuse(context, request, 'method', refusalAnswer(405, 'size'));
    const span = spanIn(request.url.searchParams);
    if (span === null) return refusalAnswer(400, 'span');
    const over = checkQuota(context, request, [found.row]);
    if (over !== null) return over;
    const opened = openStored(storedPath(folder, { path: name, bag: file.bag, sealed: file.sealed }), file);
    if ('is' in opened) return unavailableAnswer(context, found.row, name, opened);
    const other = await notLanded(context, { id, bag: found.row.bag, file }, opened);
    if (other !== null) return unavailableAnswer(context, found.row, name, other);
    if (decoding >= mostAtOnce) {
      opened.close();
      return refusalAnswer(503, 'busy', { 'Retry-After': '5' });
    }
    decoding++;
    let cut: CutSound | null = null;
    let isOver = false;
    const ended = (): void => {
      if (!isOver) decoding--;
      isOver = true;
      cut?.decoder?.close?.();
      opened.close();
    };
    // A sealed file is decrypted only after its log entry was written, which therefore cannot state the size.
    const isSealed = file.sealed !== undefined;
    try {
      const entry = { recording: id, file: name, ...span };
      const early = isSealed ? await logAction(context, request, 'recording-taken', entry) : null;
      if (early !== null) return logUnavailable(context, early);
      const asked = { recordingId: id, action: 'taken', file: isSealed ? name : null, bags: [file.bag ?? found.row.bag] } as const;
      const secretsOf = await keysFor(context, request, asked);
      if (secretsOf instanceof Response) return secretsOf;
      const path = storedPath(folder, { path: name, bag: file.bag, sealed: file.sealed });
      if (isErasedAlone(folder, { path: name, bag: file.bag, sealed: file.sealed }, secretsOf)) return goneAnswer(null);
      const secret = isSealed ? secretFor(path, name, secretsOf) : null;
      const source = { file, path, secret, document, copy: copyOf(document, name), medium };
      cut = await cutOf(context, source, { ...opened, ...(await opened.plain(secret)) }, span, signal);
    } finally {
      if (cut === null) ended();
    }
    if (cut === null) return refusalAnswer(400, 'span');
    const { head, dataBytes, samples } = cut;
    const bytes = head.length + dataBytes;
    const refusal = isSealed ? null : await logAction(context, request, 'recording-taken', { recording: id, file: name, bytes, ...span });
    if (refusal !== null) {
      ended();
      return logUnavailable(context, refusal);
    }
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      yield head;
      yield* samples();
    };
    return new Response(bodyOf(pieces(), { failed: context.reportFailure, cut: request.abortConnection, gone: signal, ended }), {
      headers: {
        'Content-Type': 'audio/wav',
        'Content-Length': String(bytes),
        // The names are generated and contain only letters, digits, hyphens and dots.
        'Content-Disposition': `attachment; filename="${id}-${name.replace(/\.[^.]*$/, '')}-${span.fromMs}-${span.toMs}.wav"`,
      },
    });
  };
}

/** Parses the span; returns null if it is missing or empty. The longest span is a hundred hours. */
function spanIn(parameters: URLSearchParams): SoundSpan | null {
  const [from = '', to = ''] = ['from', 'to'].map((name) => parameters.get(name) ?? '');
  if (!/^\d{1,9}$/.test(from) || !/^\d{1,9}$/.test(to)) return null;
  const span = { fromMs: Number(from), toMs: Number(to) };
  return span.fromMs < span.toMs ? span : null;
}

function copyOf({ joined, media }: RecordingDocument, name: string): AccessCopy | null {
  return [joined, ...media.map(({ access }) => access)].find((copy) => copy?.path === name) ?? null;
}

/** Returns the index of the medium whose original has samples but no copy; null if the name is not that of such an original. */
function withoutCopy({ media }: RecordingDocument, name: string): number | null {
  const at = media.findIndex(({ original, access, measurement }) => original.path === name && access === null && measurement !== null);
  return at < 0 || piecesAfter(media, at).length > 0 ? null : at;
}

/** A file from which a span is cut. */
interface SpanSource {
  readonly file: OfferedFile;
  /** Absolute path of the stored file. */
  readonly path: string;
  /** Its age identity; null: the file is not sealed. */
  readonly secret: string | null;
  readonly document: RecordingDocument;
  readonly copy: AccessCopy | null;
  /** Index of the medium, for an original without a copy; else null. */
  readonly medium: number | null;
}

/** Returns the cut span; null if the recording has no samples in the span, or files of its kind cannot be cut. */
async function cutOf(
  context: ServerContext,
  source: SpanSource,
  opened: OpenedFile & PlainFile,
  span: SoundSpan,
  signal: AbortSignal,
): Promise<CutSound | null> {
  const { file, copy } = source;
  if (copy?.format === 'opus') {
    const { first, end } = framesOf(span, copy.sampleRateHz, copy.samples);
    const dataBytes = (end - first) * copy.channels * 2;
    if (first >= end || dataBytes + 100 > mostWaveBytes) return null;
    const decoder = await context.decodeOpus(copy.sampleRateHz, signal);
    const samples = (): AsyncGenerator<Uint8Array> => cutOut(decoded(decoder, opened.bytes(0, file.sizeBytes, false)), copy, { first, end });
    return { head: waveHead(pcm16Format(copy.channels, copy.sampleRateHz), dataBytes), dataBytes, samples, decoder };
  }
  const beginning: Uint8Array[] = [];
  for await (const piece of opened.bytes(0, Math.min(waveHeadBytes, file.sizeBytes), false)) beginning.push(piece);
  const layout = waveLayout(Buffer.concat(beginning), file.sizeBytes);
  if (layout === null) return cutOriginal(context, source, opened, span, signal);
  const { first, end } = framesOf(span, layout.sampleRateHz, layout.frames);
  const dataBytes = (end - first) * layout.frameBytes;
  if (first >= end || dataBytes + layout.format.length + 100 > mostWaveBytes) return null;
  const at = (frame: number): number => layout.dataStart + frame * layout.frameBytes;
  const samples = (): AsyncGenerator<Uint8Array> => opened.bytes(at(first), at(end), false);
  return { head: waveHead(layout.format, dataBytes), dataBytes, samples, decoder: null };
}

/** Cuts a span with the decoder of the import, from the beginning of the file, because earlier samples influence later ones. */
function cutOriginal(
  context: ServerContext,
  { file, path, secret, document, medium }: SpanSource,
  opened: OpenedFile,
  span: SoundSpan,
  signal: AbortSignal,
): CutSound | null {
  const measurement = medium === null ? null : (document.media[medium]?.measurement ?? null);
  if (medium === null || measurement === null) return null;
  const { sampleRateHz, channels, samples: total, sampleFormat } = measurement;
  const { first, end } = framesOf(span, sampleRateHz, total);
  const dataBytes = (end - first) * channels * (sampleFormat === 's16le' ? 2 : 4);
  if (first >= end || dataBytes + 100 > mostWaveBytes) return null;
  const format = sampleFormat === 's16le' ? pcm16Format(channels, sampleRateHz) : float32Format(channels, sampleRateHz);
  const samples = async function* (): AsyncGenerator<Uint8Array> {
    const pieces = pullFrom<Int16Array | Float32Array>(
      (take, stop) => context.decodeOriginal({ document, medium, file: path, secret }, take, stop),
      signal,
    );
    yield* cutOut(pieces, { path: file.name, channels }, { first, end });
    // The decoder opened the file by its name. If that was not the file that was compared, the client gets an incomplete answer.
    const again = openStored(path, file);
    const isSame = !('is' in again) && again.state === opened.state;
    if (!('is' in again)) again.close();
    if (!isSame) throw notWhole(file.name, 'it was changed meanwhile');
  };
  // The last byte is held back until this is certain.
  return { head: waveHead(format, dataBytes), dataBytes, samples: () => heldBack(samples()), decoder: null };
}

/** Yields each piece when the next one is available, so that the last piece is sent only if everything succeeded. */
async function* heldBack(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = null;
  for await (const piece of pieces) {
    if (held !== null) yield held;
    held = piece;
  }
  if (held !== null) yield held;
}

/** Yields samples of an Opus copy, decoded from its beginning, because earlier packets influence later ones. */
async function* decoded(decoder: NonNullable<CutSound['decoder']>, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array | Float32Array> {
  for await (const piece of bytes) {
    for (let from = 0; from < piece.length; from += pieceBytes) {
      yield await decoder.push(piece.subarray(from, from + pieceBytes));
      await turn();
    }
  }
  yield await decoder.finish();
}

/** Yields the bytes of the samples in a span, [first, end), counted per channel. @throws LongplayError P171 if there are fewer samples */
async function* cutOut(
  pieces: AsyncIterable<Int16Array | Float32Array>,
  { path, channels }: Pick<AccessCopy, 'path' | 'channels'>,
  { first, end }: { readonly first: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const samples of pieces) {
    const frames = samples.length / channels;
    // Copied, because the decoder reuses its buffer.
    const part = samples.slice(Math.max(0, first - at) * channels, Math.max(0, Math.min(frames, end - at)) * channels);
    at += frames;
    if (part.length > 0) yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    if (at >= end) return;
  }
  throw notWhole(path, agree`it decodes to ${at} sample[s] per channel`);
}

function notWhole(path: string, what: string): LongplayError {
  return new LongplayError('incomplete', 'P171', `${path} was not sent completely: ${what}`, 'run: longplay verify ARCHIVE');
}
