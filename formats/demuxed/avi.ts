import { Cursor } from '../../src/core/cursor.ts';
import { tagText, waveTag } from '../wave-tags.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';

/** The list of headers (hdrl) has a few kilobytes; with indexes of OpenDML in it some hundred. */
const headersBytes = 1024 * 1024;
const mostStreams = 100;

/** Video for Windows. */
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
    if (first === undefined) return `no audio stream of its own among ${streams.length}`;
    if (first.format === null) return 'its audio stream has no format';
    const fields = new Cursor(first.format);
    const tag = fields.u16('format tag');
    const channels = fields.u16('channels');
    const sound: DemuxedSound = { coding: `${waveTag(tag).name} (WAVE tag ${tagText(tag)})`, sampleRateHz: fields.u32('rate'), channels };
    // Files of more than 1 GB go on in further RIFFs; a size of 0 was never written.
    const missingBytes = Math.max(0, riffBytes + 8 - bytes.size);
    return { ...sound, audioStreams: audio.length, otherStreams: streams.length - audio.length, missingBytes };
  },
};

/** Each LIST strl: the kind of the stream as its strh has it, and its strf. */
function* streamsOf(list: Uint8Array): Generator<{ readonly kind: string; readonly format: Uint8Array | null }> {
  let count = 0;
  for (const { id, body } of chunks(list.subarray(4))) {
    if (id !== 'LIST' || String.fromCharCode(...body.subarray(0, 4)) !== 'strl') continue;
    if (++count > mostStreams) return;
    let kind = '';
    let format: Uint8Array | null = null;
    for (const inner of chunks(body.subarray(4))) {
      if (inner.id === 'strh') kind = String.fromCharCode(...inner.body.subarray(0, 4));
      else if (inner.id === 'strf') format = inner.body;
    }
    yield { kind, format };
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
