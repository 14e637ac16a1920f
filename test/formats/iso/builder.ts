import { join, numbers, text } from '../wave/builder.ts';

const be32 = (...values: number[]): Uint8Array => numbers(4, values, true);
const be16 = (...values: number[]): Uint8Array => numbers(2, values, true);

/** A box of ISO/IEC 14496-12; `size` is what its header claims. */
export function isoBox(type: string, ...parts: readonly (Uint8Array | { readonly size: number })[]): Uint8Array {
  const bodies = parts.filter((part): part is Uint8Array => part instanceof Uint8Array);
  const claim = parts.find((part): part is { size: number } => !(part instanceof Uint8Array));
  const body = join(...bodies);
  return join(be32(claim?.size ?? body.length + 8), text(type), body);
}

/** A sample entry of sound, version 0, with child boxes. */
export function soundEntry(type: string, rate: number, channels: number, bits: number, ...children: readonly Uint8Array[]): Uint8Array {
  return isoBox(type, new Uint8Array(6), be16(1, 0, 0), be32(0), be16(channels, bits, 0, 0), be32(rate * 65_536), ...children);
}

/** The elementary stream descriptor of MPEG-4 audio (ISO/IEC 14496-1, 7.2.6). */
export function esds(objectType: number, config: Uint8Array): Uint8Array {
  const tag = (id: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const body = join(...parts);
    return join(Uint8Array.of(id, body.length), body);
  };
  const decoder = tag(4, Uint8Array.of(objectType, 0x15, 0, 0, 0), be32(0, 0), tag(5, config));
  return isoBox('esds', be32(0), tag(3, be16(1), Uint8Array.of(0), decoder, tag(6, Uint8Array.of(2))));
}

/** One track of sound. */
export interface IsoTrack {
  readonly entry: Uint8Array;
  readonly rate: number;
  readonly packets: readonly Uint8Array[];
  /** Units of each packet in the time scale, which is the rate. */
  readonly duration: number;
  /** Packets in a chunk. */
  readonly chunk?: number;
  /** Edits: duration in milliseconds, first sample. */
  readonly edits?: readonly (readonly [durationMs: number, mediaTime: number])[];
  /** Equal packets: the size that stsz states for a number of them. */
  readonly even?: readonly [size: number, count: number];
}

/** A file with its index before or after the sound; chunks of several tracks alternate. */
export function isoFile(options: {
  brand: string | null;
  tracks: readonly IsoTrack[];
  indexFirst?: boolean;
  withoutIndex?: boolean;
  more?: Uint8Array;
}): Uint8Array {
  const { brand, tracks, indexFirst = false } = options;
  const ftyp = brand === null ? new Uint8Array(0) : isoBox('ftyp', text(brand), be32(0), text(brand));
  const chunks: { track: number; bytes: Uint8Array; packets: number }[] = [];
  const chunked = tracks.map(({ packets, chunk = packets.length }) => {
    const all: Uint8Array[][] = [];
    for (let at = 0; at < packets.length; at += chunk) all.push(packets.slice(at, at + chunk));
    return all;
  });
  for (let turn = 0; chunked.some((all) => turn < all.length); turn++) {
    chunked.forEach((all, track) => {
      const packets = all[turn];
      if (packets !== undefined) chunks.push({ track, bytes: join(...packets), packets: packets.length });
    });
  }
  const build = (base: number): Uint8Array => {
    let at = base;
    const offsets = tracks.map((): number[] => []);
    for (const { track, bytes } of chunks) {
      offsets[track]?.push(at);
      at += bytes.length;
    }
    return isoBox(
      'moov',
      isoBox('mvhd', be32(0, 0, 0, 1000, 0, 0x10000), new Uint8Array(76)),
      ...tracks.map((track, i) => trak(track, i, offsets[i] ?? [], chunked[i] ?? [])),
      options.more ?? new Uint8Array(0),
    );
  };
  const mdat = isoBox('mdat', ...chunks.map(({ bytes }) => bytes));
  if (options.withoutIndex === true) return join(ftyp, mdat);
  if (!indexFirst) return join(ftyp, mdat, build(ftyp.length + 8));
  return join(ftyp, build(ftyp.length + build(0).length + 8), mdat);
}

function trak(track: IsoTrack, index: number, offsets: readonly number[], chunks: readonly (readonly Uint8Array[])[]): Uint8Array {
  const { entry, rate, packets, duration, edits, even } = track;
  const count = even?.[1] ?? packets.length;
  const perChunk = chunks.map((all) =>
    even === undefined ? all.length : Math.round((all.reduce((sum, p) => sum + p.length, 0) / packets.reduce((sum, p) => sum + p.length, 0)) * count),
  );
  return isoBox(
    'trak',
    isoBox('tkhd', be32(7, 0, 0, index + 1, 0, 0), new Uint8Array(60)),
    ...(edits === undefined
      ? []
      : [
          isoBox(
            'edts',
            isoBox(
              'elst',
              be32(0, edits.length),
              ...edits.map(([ms, first]) => join(be32(ms), new Uint8Array(new Int32Array([first]).buffer).reverse(), be32(0x10000))),
            ),
          ),
        ]),
    isoBox(
      'mdia',
      isoBox('mdhd', be32(0, 0, 0, rate, count * duration, 0x55c40000)),
      isoBox('hdlr', be32(0, 0), text('soun'), new Uint8Array(13)),
      isoBox(
        'minf',
        isoBox('smhd', be32(0, 0)),
        isoBox('dinf', isoBox('dref', be32(0, 1), isoBox('url ', be32(1)))),
        isoBox(
          'stbl',
          isoBox('stsd', be32(0, 1), entry),
          isoBox('stts', be32(0, 1, count, duration)),
          isoBox('stsc', be32(0, perChunk.length), ...perChunk.map((size, i) => be32(i + 1, size, 1))),
          even === undefined
            ? isoBox('stsz', be32(0, 0, count), be32(...packets.map(({ length }) => length)))
            : isoBox('stsz', be32(0, even[0], count)),
          isoBox('stco', be32(0, offsets.length, ...offsets)),
        ),
      ),
    ),
  );
}

/** A silent frame of AAC LC, one channel (ISO/IEC 14496-3, 4.4.2.1): a long window without any band, and the end. */
export const silentAac = Uint8Array.of(0, 0, 0, 7);

/** AudioSpecificConfig of AAC LC at 16 kHz, one channel (ISO/IEC 14496-3, 1.6.2.1). */
export const aacConfig = Uint8Array.of(0x14, 0x08);

/** A frame of ADTS around an AAC frame: MPEG-4, no checksum, LC, 16 kHz, one channel (ISO/IEC 14496-3, 1.A.2.2). */
export function adtsFrame(aac: Uint8Array): Uint8Array {
  const size = aac.length + 7;
  return join(Uint8Array.of(0xff, 0xf1, 0x60, 0x40 | (size >> 11), (size >> 3) & 0xff, ((size & 7) << 5) | 0x1f, 0xfc), aac);
}

/** A packet of Apple Lossless that stores 16-bit samples uncompressed (Apple, ALAC: escape element), one channel. */
export function plainAlac(samples: Int16Array): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  put(0, 3 + 4 + 12); // single channel element, instance, unused
  put(1, 1); // the number of samples follows
  put(0, 2);
  put(1, 1); // not compressed
  put(samples.length, 32);
  for (const sample of samples) put(sample & 0xffff, 16);
  put(7, 3);
  while (bits.length % 8 !== 0) bits.push(0);
  return Uint8Array.from({ length: bits.length / 8 }, (_, i) => bits.slice(8 * i, 8 * i + 8).reduce((byte, bit) => byte * 2 + bit, 0));
}

/** Apple Lossless's magic cookie for one channel of 16 bits. */
export function alacCookie(packetSamples: number, rate: number): Uint8Array {
  return isoBox('alac', be32(0, packetSamples), Uint8Array.of(0, 16, 40, 10, 14, 1), be16(255), be32(0, 0, rate));
}

/** A FLAC frame of one constant sample, mono, 16 bits at 16 kHz, 256 samples (RFC 9639, section 9); its checksums are computed bit by bit. */
export function constantFlac(number: number, value: number): Uint8Array {
  const crc = (bytes: Uint8Array, width: 8 | 16, polynomial: number): number => {
    let sum = 0;
    for (const byte of bytes) {
      sum ^= byte << (width - 8);
      for (let bit = 0; bit < 8; bit++) sum = (sum & (1 << (width - 1)) ? (sum << 1) ^ polynomial : sum << 1) & (2 ** width - 1);
    }
    return sum;
  };
  const head = Uint8Array.of(0xff, 0xf8, 0x85, 0x08, number);
  const frame = join(head, Uint8Array.of(crc(head, 8, 0x07), 0, value >> 8, value & 0xff));
  return join(frame, be16(crc(frame, 16, 0x8005)));
}

/** STREAMINFO for `constantFlac` (RFC 9639, section 8.2) in its box. */
export function flacBox(): Uint8Array {
  const info = join(be16(256, 256), new Uint8Array(6), Uint8Array.of(0x03, 0xe8, 0x00, 0xf0), be32(0), new Uint8Array(16));
  return isoBox('dfLa', be32(0), Uint8Array.of(0x80, 0, 0, info.length), info);
}

/** Opus's box: one channel, pre-skip in samples at 48 kHz. */
export function opusBox(preSkip: number): Uint8Array {
  return isoBox('dOps', Uint8Array.of(0, 1), be16(preSkip), be32(16_000), be16(0), Uint8Array.of(0));
}
