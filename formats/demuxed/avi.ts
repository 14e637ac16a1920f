import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { isSizeMark } from '../riff/riff.ts';
import { tagText, waveTag } from '../riff/wave-tags.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { walkUnits } from './walk.ts';

/** Number of bytes that are read for the list of headers (hdrl): it has a few kilobytes, with OpenDML indexes some hundred. */
const headersBytes = 1024 * 1024;
const mostStreams = 100;

/** Describes Video for Windows. */
export const avi: DemuxedContainer = {
  demuxer: 'avi',
  title: 'AVI',
  extensions: ['.avi'],
  magics: [[8, 'AVI LIST']],
  confidence: 'signature',
  fact: 'AVI: Microsoft, AVI RIFF File Reference; OpenDML 1.02; files of FFmpeg with PCM, A-law, MP3, AC-3. Interleaved files only: a pipe is read once',
  sound: async (head, bytes, signal) => {
    const riff = new Cursor(head);
    if (riff.text(4, 'RIFF') !== 'RIFF') return null;
    const riffBytes = riff.u32('RIFF size');
    riff.skip(8, 'form, LIST');
    const listBytes = riff.u32('header list size');
    const list = await bytes.read(20, Math.min(listBytes, headersBytes), signal);
    const streams = [...streamsOf(list)];
    const audio = streams.filter(({ kind }) => kind === 'auds');
    const [first] = audio;
    if (first === undefined) return `no separate audio stream among ${streams.length}`;
    if (first.format === null) return 'its audio stream has no format';
    const fields = new Cursor(first.format);
    const tag = fields.u16('format tag');
    const channels = fields.u16('channels');
    const sound: DemuxedSound = { coding: `${waveTag(tag).name} (WAVE tag ${tagText(tag)})`, sampleRateHz: fields.u32('rate'), channels };
    // Files of more than 1 GB continue in further RIFFs. A size of 0, or one at the maximum, was never updated by the writer.
    const missingBytes = isSizeMark(riffBytes) ? 0 : Math.max(0, riffBytes + 8 - bytes.size);
    const shapes = new Set(audio.map(({ format }) => (format === null || format.length < 8 ? null : shapeOf(format))));
    const alike = shapes.size === 1 && !shapes.has(null) && channels === 1;
    const walk = await walkUnits(bytes, [20 + listBytes + (listBytes & 1), bytes.size], { headBytes: chunkHeadBytes, sizeOf: chunkBytes }, signal);
    // The size stated in the RIFF header shows how much of a truncated file is missing.
    const cut = isSizeMark(riffBytes) ? { lackingBytes: walk.lackingBytes } : {};
    return {
      ...sound,
      ...stated(first.header),
      strayBytes: walk.strayBytes,
      ...cut,
      alike,
      audioStreams: audio.length,
      otherStreams: streams.length - audio.length,
      missingBytes,
    };
  },
};

/** Size of a chunk's name and size, and of the kind of a list. */
const chunkHeadBytes = 12;
/** Matches chunks of audio, video and text by stream, their indexes, and chunks of the file. */
const chunkNames = /^(?:\d\d(?:wb|db|dc|pc|tx|sb|ix)|ix\d\d|JUNK|junk|idx1|INFO|I[A-Z]{3}|_PMX|strn)$/;

/** Returns the size of a chunk with its padding; for a list, only that of its header; 0 if it is not a chunk. */
function chunkBytes(head: Uint8Array): number {
  if (head.length < 8) return 0;
  const fields = new Cursor(head);
  const name = fields.text(4, 'chunk');
  const size = fields.u32('size');
  if (name === 'LIST' || name === 'RIFF') return chunkHeadBytes;
  return chunkNames.test(name) ? 8 + size + (size & 1) : 0;
}

/** Returns channels and rate of a WAVEFORMAT, for comparison. */
function shapeOf(format: Uint8Array): string {
  const fields = new Cursor(format, 2);
  return `${fields.u16('channels')} at ${fields.u32('rate')}`;
}

/** Length that a writer to a pipe states, because it cannot update the header (FFmpeg, libavformat/avienc.c: AVI_MAX_RIFF_SIZE). */
const unknownLength = 0x40000000;

/** Returns the length of a stream from its header (AVISTREAMHEADER); an empty object if none is stated. */
function stated(header: Uint8Array): Pick<DemuxedSound, 'statedSeconds'> {
  if (header.length < 36) return {};
  const fields = new Cursor(header, 20);
  const scale = fields.u32('scale');
  const rate = fields.u32('rate');
  fields.skip(4, 'start');
  const length = fields.u32('length');
  const seconds = (length * scale) / rate;
  return length === 0 || length >= unknownLength || !(seconds > 0 && seconds <= limits.mediumSeconds) ? {} : { statedSeconds: seconds };
}

/** Yields each LIST strl: the kind of the stream from its strh, and its strf. */
function* streamsOf(list: Uint8Array): Generator<{ readonly kind: string; readonly header: Uint8Array; readonly format: Uint8Array | null }> {
  let count = 0;
  for (const { id, body } of chunks(list.subarray(4))) {
    if (id !== 'LIST' || String.fromCharCode(...body.subarray(0, 4)) !== 'strl') continue;
    if (++count > mostStreams) return;
    let kind = '';
    let header = new Uint8Array(0);
    let format: Uint8Array | null = null;
    for (const inner of chunks(body.subarray(4))) {
      if (inner.id === 'strh') {
        header = new Uint8Array(inner.body);
        kind = String.fromCharCode(...header.subarray(0, 4));
      } else if (inner.id === 'strf') format = inner.body;
    }
    yield { kind, header, format };
  }
}

function* chunks(bytes: Uint8Array): Generator<{ readonly id: string; readonly body: Uint8Array }> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const fields = new Cursor(bytes, at);
    const id = fields.text(4, 'chunk');
    const size = fields.u32('chunk size');
    yield { id, body: bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + size)) };
    at += 8 + size + (size & 1);
  }
}
