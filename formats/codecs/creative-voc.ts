import type { Codec, Decoder } from '../../src/core/model/format.ts';
import { mostSilence, readVocSound, sameVocStream, silentFrames, type VocCoding, type VocSound, vocBlock, vocInfoBytes } from '../voc/blocks.ts';
import { type CreativeAdpcm, creativeAdpcm } from './adpcm/creative-adpcm.ts';
import { alawValues, mulawValues } from './waveform/g711.ts';

/** Creates a buffer of samples that grows. */
function growing() {
  let out = new Int16Array(4096);
  let length = 0;
  const room = (samples: number): Int16Array => {
    if (length + samples > out.length) {
      const larger = new Int16Array(Math.max(length + samples, 2 * out.length));
      larger.set(out.subarray(0, length));
      out = larger;
    }
    return out;
  };
  return {
    reset: (): void => {
      length = 0;
    },
    /** Returns room for that many samples: the buffer, and the index at which they begin. Valid until the next call. */
    take(samples: number): { out: Int16Array; to: number } {
      const to = length;
      room(samples);
      length += samples;
      return { out, to };
    },
    all: (): Int16Array => out.subarray(0, length),
  };
}

const bytesOf = (coding: VocCoding): number => (coding === 'pcm-s16le' ? 2 : 1);

/** Decodes bytes of one kind of audio to samples; `unit` bytes make one sample of each channel. */
function decodeSound(coding: VocCoding, adpcm: CreativeAdpcm | null, bytes: Uint8Array, room: ReturnType<typeof growing>): void {
  if (adpcm !== null) {
    const { out, to } = room.take(bytes.length * adpcm.perByte);
    for (let i = 0; i < bytes.length; i++) {
      const at = to + i * adpcm.perByte;
      adpcm.decode(bytes[i] ?? 0, out, at);
      for (let j = at; j < at + adpcm.perByte; j++) out[j] = ((out[j] ?? 0) - 128) << 8;
    }
    return;
  }
  const samples = bytes.length / bytesOf(coding);
  const { out, to } = room.take(samples);
  switch (coding) {
    case 'pcm-u8':
      for (let i = 0; i < samples; i++) out[to + i] = ((bytes[i] ?? 0) - 128) << 8;
      break;
    case 'pcm-s16le':
      for (let i = 0, j = 0; i < samples; i++, j += 2) out[to + i] = (bytes[j] ?? 0) | ((bytes[j + 1] ?? 0) << 8);
      break;
    default: {
      const values = coding === 'alaw' ? alawValues : mulawValues;
      for (let i = 0; i < samples; i++) out[to + i] = values[bytes[i] ?? 0] ?? 0;
    }
  }
}

/** Decodes the blocks of a Creative Voice File, from the first one on: audio in its codings, and the silence between. */
export const creativeVoc: Codec = {
  id: 'creative-voc',
  title: 'Creative Voice blocks (ADPCM, silence between sound)',
  facts: [
    'wiki.multimedia.cx, Creative Voice; silence blocks only as described there, because sox 14.4 and FFmpeg 7.1 skip them',
    'ADPCM as firmware 2.02 of the Sound Blaster DSP has it (schlae/sb-firmware); FFmpeg 7.1 differs by half steps',
  ],
  undisclosed: true,
  // The format counts samples block by block; the spans alone do not determine the number.
  frames: (track) => track.frames,
  decode: {
    by: 'us',
    /** Creates a decoder of blocks. One function: the states of a decoder that gets its bytes in pieces, in the order of the fields of a block. */
    decoder(track): Decoder {
      const room = growing();
      const head = new Uint8Array(16);
      let filled = 0;
      let wanted = 1;
      let part: 'type' | 'size' | 'info' | 'body' | 'over' = 'type';
      let type = 0;
      let left = 0;
      let extended: VocSound | null = null;
      /** Audio of the current or last block; null if the block is left out. */
      let sound: VocSound | null = null;
      let adpcm: CreativeAdpcm | null = null;
      let fresh = false;
      let unit = 1;
      let carry = new Uint8Array(1);
      let carried = 0;
      let silent = 0;
      let droppedBytes = 0;

      const next = (what: typeof part, bytes: number): void => {
        part = what;
        wanted = bytes;
        filled = 0;
      };
      const startBody = (): void => {
        droppedBytes += carried;
        carried = 0;
        if (left > 0) part = 'body';
        else next('type', 1);
      };
      const begin = (now: VocSound): void => {
        sound = sameVocStream(track, now) ? now : null;
        const coding = sound?.coding ?? null;
        adpcm = coding === 'adpcm-4' || coding === 'adpcm-2.6' || coding === 'adpcm-2' ? creativeAdpcm(coding) : null;
        fresh = adpcm !== null;
        unit = coding === null ? 1 : bytesOf(coding) * track.channels;
        if (carry.length < unit) carry = new Uint8Array(unit);
      };
      /** Parses the first bytes of a block. */
      const understand = (): void => {
        const info = head.subarray(0, wanted);
        if (type === vocBlock.silence) {
          const stated = ((info[0] ?? 0) | ((info[1] ?? 0) << 8)) + 1;
          const frames = silentFrames(stated, info[2] ?? 0, track.sampleRateHz);
          const samples = Math.min(frames * track.channels, mostSilence - silent);
          const whole = samples - (samples % track.channels);
          silent += whole;
          const { out, to } = room.take(whole);
          out.fill(0, to, to + whole);
        } else if (type === vocBlock.extended) extended = readVocSound(type, info, null);
        else if (type === vocBlock.sound || type === vocBlock.newSound) {
          begin(readVocSound(type, info, type === vocBlock.sound ? extended : null));
          extended = null;
        }
      };
      const sounding = (): boolean => type === vocBlock.sound || type === vocBlock.more || type === vocBlock.newSound;

      const body = (bytes: Uint8Array): void => {
        const coding = sound?.coding ?? null;
        if (coding === null || !sounding()) return;
        let from = 0;
        if (fresh && adpcm !== null && bytes.length > 0) {
          const { out, to } = room.take(1);
          out[to] = (adpcm.begin(bytes[0] ?? 128) - 128) << 8;
          fresh = false;
          from = 1;
        }
        if (carried > 0) {
          const more = Math.min(unit - carried, bytes.length - from);
          carry.set(bytes.subarray(from, from + more), carried);
          carried += more;
          from += more;
          if (carried < unit) return;
          decodeSound(coding, adpcm, carry.subarray(0, unit), room);
          carried = 0;
        }
        const whole = bytes.length - from - ((bytes.length - from) % unit);
        decodeSound(coding, adpcm, bytes.subarray(from, from + whole), room);
        carry.set(bytes.subarray(from + whole));
        carried = bytes.length - from - whole;
      };

      return {
        decode(bytes) {
          room.reset();
          let at = 0;
          while (at < bytes.length && part !== 'over') {
            if (part === 'body') {
              const end = Math.min(bytes.length, at + left);
              body(bytes.subarray(at, end));
              left -= end - at;
              at = end;
              if (left === 0) next('type', 1);
              continue;
            }
            head[filled++] = bytes[at++] ?? 0;
            if (filled < wanted) continue;
            if (part === 'type') {
              type = head[0] ?? 0;
              if (type === vocBlock.end || type > vocBlock.newSound) part = 'over';
              else next('size', 3);
            } else if (part === 'size') {
              left = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16);
              const info = vocInfoBytes(type);
              if (info > 0 && left >= info) next('info', info);
              else {
                if (info > 0) sound = null; // too short to parse
                startBody();
              }
            } else {
              understand();
              left -= wanted;
              startBody();
            }
          }
          return room.all();
        },
        finish() {
          room.reset();
          droppedBytes += carried;
          carried = 0;
          return room.all();
        },
        get droppedBytes() {
          return droppedBytes;
        },
      };
    },
  },
};
