/** A track of packets, with the data that FFmpeg's MOV demuxer needs before them. */
export interface PrefixTrack {
  /** The file's own ftyp box, or an empty array; by this box FFmpeg distinguishes QuickTime's sample entries from those of MP4. */
  readonly ftyp: Uint8Array;
  /** The stsd box as in the file. */
  readonly stsd: Uint8Array;
  readonly sampleRateHz: number;
  /** Size of each packet; null if all sizes are equal. */
  readonly sizes: Uint32Array | null;
  /** Runs of packets with one duration, in samples. */
  readonly durations: readonly (readonly [count: number, duration: number])[];
  /** Approximate total number of samples; `priming`: number of samples at the start that the encoder added and that are not played. */
  readonly duration: number;
  readonly priming: number;
  /** Total size of all packets. */
  readonly bytes: number;
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, size);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  return bytes;
}

const u64 = (value: number): Uint8Array => u32(Math.floor(value / 2 ** 32), value % 2 ** 32);
const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/**
 * Returns the bytes that must precede the packets of one track so that FFmpeg can read them from a pipe: an index of this track alone, whose one chunk begins
 * directly after it, and the header of a media data box. The packets follow in playing order, wherever they are in the file.
 */
export function isoPrefix(track: PrefixTrack): Uint8Array {
  const { sampleRateHz: rate, duration, priming, sizes } = track;
  const count = sizes === null ? duration : sizes.length;
  const stsz = sizes === null ? u32(0, 1, count) : u32(0, 0, count);
  const sizeBytes = new Uint8Array(4 * (sizes?.length ?? 0));
  const view = new DataView(sizeBytes.buffer);
  sizes?.forEach((size, i) => {
    view.setUint32(4 * i, size);
  });
  const stts = u32(0, track.durations.length);
  const runs = new Uint8Array(8 * track.durations.length);
  const runView = new DataView(runs.buffer);
  track.durations.forEach(([packets, each], i) => {
    runView.setUint32(8 * i, packets);
    runView.setUint32(8 * i + 4, each);
  });
  // The edit is longer than rounded durations could shorten it: the receiver of the samples cuts the end.
  const build = (offset: number): Uint8Array =>
    box(
      'moov',
      // Version 1 has 64-bit times (ISO/IEC 14496-12, 8.2.2); all of them count samples.
      box('mvhd', u32(0x01000000), u64(0), u64(0), u32(rate), u64(duration), u32(0x10000, 0x01000000, 0, 0), matrix, u32(0, 0, 0, 0, 0, 0, 2)),
      box(
        'trak',
        box('tkhd', u32(0x01000007), u64(0), u64(0), u32(1, 0), u64(duration), u32(0, 0, 0, 0x01000000), matrix, u32(0, 0)),
        box('edts', box('elst', u32(0x01000000, 1), u64(2 * duration + rate), u64(priming), u32(0x10000))),
        box(
          'mdia',
          box('mdhd', u32(0x01000000), u64(0), u64(0), u32(rate), u64(duration), u32(0x55c40000)),
          box('hdlr', u32(0, 0, 0x736f756e, 0, 0, 0), Uint8Array.of(0)), // soun
          box(
            'minf',
            box('smhd', u32(0, 0)),
            box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))),
            box(
              'stbl',
              track.stsd,
              box('stts', stts, runs),
              box('stsc', u32(0, 1, 1, count, 1)),
              box('stsz', stsz, sizeBytes),
              box('co64', u32(0, 1), u64(offset)),
            ),
          ),
        ),
      ),
    );
  // The offset always has 64 bits, so that the index has a fixed size.
  const head = box('mdat', u64(0)); // 16 bytes: size 1, type, size in 64 bits
  const index = build(track.ftyp.length + build(0).length + head.length);
  head.set(u32(1), 0);
  head.set(u64(track.bytes + head.length), 8);
  const prefix = new Uint8Array(track.ftyp.length + index.length + head.length);
  prefix.set(track.ftyp);
  prefix.set(index, track.ftyp.length);
  prefix.set(head, track.ftyp.length + index.length);
  return prefix;
}
