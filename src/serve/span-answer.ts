import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { LongplayError } from '../core/error.ts';
import type { AccessCopy, RecordingDocument } from '../core/recording-document.ts';
import { framesOf, mostWaveBytes, pcm16Format, type SoundSpan, waveHead, waveHeadBytes, waveLayout } from '../core/wave-span.ts';
import { bodyOf } from './body-stream.ts';
import { notLanded } from './file-answer.ts';
import { notThere, refusalAnswer } from './headers.ts';
import { documentOr, holdBack } from './hold-back.ts';
import { type AskedInside, type DecodeOpus, enterFor, type House, notEntered, turnAway } from './house.ts';
import { refuseOverQuota } from './over-quota.ts';
import { type OfferedFile, type OpenedFile, offeredFiles, openStored } from './stored-file.ts';

/** Spans that are decoded at once: each takes the processor that sound is streamed to others with. */
const mostAtOnce = 4;
/** Bytes of Opus that are decoded before others get their turn: half a second of speech at 32 kbit/s, 0.5 ms at the median. */
const pieceBytes = 2_048;

/** A WAV file that is about to be given. */
interface CutSound {
  readonly head: Uint8Array;
  readonly dataBytes: number;
  readonly samples: () => AsyncGenerator<Uint8Array>;
  /** Null: nothing is decoded. */
  readonly decoder: Awaited<ReturnType<DecodeOpus>> | null;
}

/** A span of what is heard of a recording, as WAV (`/files/ID/NAME/span.wav?from=MS&to=MS`): the samples of the copy, with an entry that has its times. */
export function createSpanAnswer(house: House): (asked: AskedInside) => Promise<Response> {
  let decoding = 0;
  return async (asked) => {
    const { id = '', name = '' } = asked.params;
    const { session, raw, signal } = asked;
    const found = house.finder.one(id, session.account.within);
    if (found.kind !== 'found') return turnAway(house, asked, found.kind, notThere(), found.kind === 'outside-role' ? id : null);
    const shown = documentOr(house, found.row);
    if (shown instanceof Response) return shown;
    const { document, folder } = shown;
    const file = offeredFiles(document).get(name);
    if (file === undefined || file.right !== 'listen') return turnAway(house, asked, 'path', notThere());
    // Nobody takes the body of a HEAD.
    if (raw.method === 'HEAD') return turnAway(house, asked, 'method', refusalAnswer(405, 'size'));
    const span = spanIn(asked.url.searchParams);
    if (span === null) return refusalAnswer(400, 'span');
    const over = refuseOverQuota(house, asked, [found.row]);
    if (over !== null) return over;
    const opened = openStored(join(folder, name), file);
    if ('is' in opened) return holdBack(house, found.row, name, opened);
    const other = await notLanded(house, { id, bag: found.row.bag, file }, opened);
    if (other !== null) return holdBack(house, found.row, name, other);
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
    try {
      cut = await cutOf(house, file, copyOf(document, name), opened, span, signal);
    } finally {
      if (cut === null) ended();
    }
    if (cut === null) return refusalAnswer(400, 'span');
    const { head, dataBytes, samples } = cut;
    const bytes = head.length + dataBytes;
    const refusal = await enterFor(house, asked, 'recording-taken', { recording: id, file: name, bytes, ...span });
    if (refusal !== null) {
      ended();
      return notEntered(house, refusal);
    }
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      yield head;
      yield* samples();
    };
    return new Response(bodyOf(pieces(), { failed: house.failed, cut: asked.cut, gone: signal, ended }), {
      headers: {
        'Content-Type': 'audio/wav',
        'Content-Length': String(bytes),
        // The names are ours: letters, digits, hyphen, dot.
        'Content-Disposition': `attachment; filename="${id}-${name.replace(/\.[^.]*$/, '')}-${span.fromMs}-${span.toMs}.wav"`,
      },
    });
  };
}

/** Null: none, or an empty one. Nothing is longer than a hundred hours. */
function spanIn(parameters: URLSearchParams): SoundSpan | null {
  const [from = '', to = ''] = ['from', 'to'].map((name) => parameters.get(name) ?? '');
  if (!/^\d{1,9}$/.test(from) || !/^\d{1,9}$/.test(to)) return null;
  const span = { fromMs: Number(from), toMs: Number(to) };
  return span.fromMs < span.toMs ? span : null;
}

function copyOf({ joined, media }: RecordingDocument, name: string): AccessCopy | null {
  return [joined, ...media.map(({ access }) => access)].find((copy) => copy?.path === name) ?? null;
}

/** Null where the sound has no samples there, or is of a kind that is not cut. */
async function cutOf(
  house: House,
  file: OfferedFile,
  copy: AccessCopy | null,
  opened: OpenedFile,
  span: SoundSpan,
  signal: AbortSignal,
): Promise<CutSound | null> {
  if (copy?.format === 'opus') {
    const { first, end } = framesOf(span, copy.sampleRateHz, copy.samples);
    const dataBytes = (end - first) * copy.channels * 2;
    if (first >= end || dataBytes + 100 > mostWaveBytes) return null;
    const decoder = await house.decodeOpus(copy.sampleRateHz, signal);
    const samples = (): AsyncGenerator<Uint8Array> => decoded(decoder, opened.bytes(0, file.sizeBytes, false), copy, { first, end });
    return { head: waveHead(pcm16Format(copy.channels, copy.sampleRateHz), dataBytes), dataBytes, samples, decoder };
  }
  const beginning: Uint8Array[] = [];
  for await (const piece of opened.bytes(0, Math.min(waveHeadBytes, file.sizeBytes), false)) beginning.push(piece);
  const layout = waveLayout(Buffer.concat(beginning), file.sizeBytes);
  if (layout === null) return null;
  const { first, end } = framesOf(span, layout.sampleRateHz, layout.frames);
  const dataBytes = (end - first) * layout.frameBytes;
  if (first >= end || dataBytes + layout.format.length + 100 > mostWaveBytes) return null;
  const at = (frame: number): number => layout.dataStart + frame * layout.frameBytes;
  const samples = (): AsyncGenerator<Uint8Array> => opened.bytes(at(first), at(end), false);
  return { head: waveHead(layout.format, dataBytes), dataBytes, samples, decoder: null };
}

/** Samples of an Opus copy, decoded from its beginning: what stands before a packet decides how it sounds. */
async function* decoded(
  decoder: NonNullable<CutSound['decoder']>,
  bytes: AsyncIterable<Uint8Array>,
  { path, channels }: AccessCopy,
  { first, end }: { readonly first: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  let at = 0;
  /** What of these samples is in the span. */
  const wanted = (samples: Int16Array | Float32Array): Uint8Array => {
    const frames = samples.length / channels;
    const part = samples.slice(Math.max(0, first - at) * channels, Math.max(0, Math.min(frames, end - at)) * channels);
    at += frames;
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  };
  for await (const piece of bytes) {
    for (let from = 0; from < piece.length; from += pieceBytes) {
      const part = wanted(await decoder.push(piece.subarray(from, from + pieceBytes)));
      if (part.length > 0) yield part;
      if (at >= end) return;
      await turn();
    }
  }
  const part = wanted(await decoder.finish());
  if (part.length > 0) yield part;
  if (at < end)
    throw new LongplayError(
      'incomplete',
      'P171',
      `${path} was not handed out whole: it decodes to ${at} samples per channel`,
      'run: longplay verify ARCHIVE',
    );
}
