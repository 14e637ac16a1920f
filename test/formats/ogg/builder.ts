import { join, numbers, text, u16, u32 } from '../wave/builder.ts';

/** One Ogg page (RFC 3533) of whole packets, with its checksum computed bit by bit, unlike the reader's table. */
export function oggPage(options: { packets: readonly Uint8Array[]; granule: number; serial: number; sequence: number; flags: number }): Uint8Array {
  const lacing: number[] = [];
  for (const packet of options.packets) {
    for (let left = packet.length; ; left -= 255) {
      lacing.push(Math.min(255, left));
      if (left < 255) break;
    }
  }
  const page = join(
    text('OggS'),
    Uint8Array.of(0, options.flags),
    numbers(8, [options.granule]),
    u32(options.serial, options.sequence, 0),
    Uint8Array.of(lacing.length, ...lacing),
    ...options.packets,
  );
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  page.set(u32(crc >>> 0), 22);
  return page;
}

/** An Ogg Opus stream of silent packets of 20 ms, one per page; `end` is the last granule position. */
export function oggOpusStream(options: {
  packets: number;
  preSkip?: number;
  end?: number;
  channels?: number;
  serial?: number;
  finished?: boolean;
}): Uint8Array {
  const { packets, preSkip = 312, channels = 1, serial = 0x10c9 } = options;
  const head = join(text('OpusHead'), Uint8Array.of(1, channels), u16(preSkip), u32(8000), u16(0), Uint8Array.of(0));
  const tags = join(text('OpusTags'), u32(4), text('none'), u32(0));
  // TOC 0x08: SILK, narrow band, 20 ms, one frame; the rest of the packet is silence for every decoder (RFC 6716, 3.1).
  const toc = channels === 2 ? 0x0c : 0x08;
  const packet = Uint8Array.of(toc, 0xff, 0xfe);
  const pages = [
    oggPage({ packets: [head], granule: 0, serial, sequence: 0, flags: 2 }),
    oggPage({ packets: [tags], granule: 0, serial, sequence: 1, flags: 0 }),
  ];
  for (let i = 0; i < packets; i++) {
    const last = i === packets - 1;
    const granule = last ? (options.end ?? packets * 960) : (i + 1) * 960;
    pages.push(oggPage({ packets: [packet], granule, serial, sequence: i + 2, flags: last && options.finished !== false ? 4 : 0 }));
  }
  return join(...pages);
}
