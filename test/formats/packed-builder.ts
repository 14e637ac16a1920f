import { join, text, u16, u32 } from './wave/builder.ts';

/** Names of the packers in VoIPmonitor. */
export type Packer = 'LZO' | 'LZ4' | 'SNA';

/** Blocks that store their bytes uncompressed: the result of each coding for noise. */
const stored: Readonly<Record<Packer, (bytes: Uint8Array) => Uint8Array>> = {
  LZO(bytes) {
    const end = Uint8Array.of(0x11, 0, 0);
    if (bytes.length <= 238) return join(Uint8Array.of(17 + bytes.length), bytes, end);
    const rest = bytes.length - 18;
    const zeros = Math.ceil(rest / 255) - 1;
    return join(new Uint8Array(1 + zeros), Uint8Array.of(rest - zeros * 255), bytes, end);
  },
  LZ4(bytes) {
    if (bytes.length < 15) return join(Uint8Array.of(bytes.length << 4), bytes);
    const rest = bytes.length - 15;
    return join(Uint8Array.of(0xf0), new Uint8Array(Math.floor(rest / 255)).fill(255), Uint8Array.of(rest % 255), bytes);
  },
  SNA(bytes) {
    const length = Uint8Array.of((bytes.length & 0x7f) | 0x80, ((bytes.length >> 7) & 0x7f) | 0x80, bytes.length >> 14);
    return join(length, Uint8Array.of(61 << 2), u16(bytes.length - 1), bytes);
  },
};

/** A member of VoIPmonitor's archive: prefix, and each block after its unpacked size and its own size. */
export function packedMember(packer: Packer, blocks: readonly { readonly size: number; readonly block: Uint8Array }[]): Uint8Array {
  return join(text(packer), ...blocks.map(({ size, block }) => join(u32(size, block.length), block)));
}

/** A member of blocks that are stored as they are. */
export function storedMember(packer: Packer, bytes: Uint8Array, blockBytes = 1_000): Uint8Array {
  const parts = Array.from({ length: Math.ceil(bytes.length / blockBytes) }, (_, index) =>
    bytes.subarray(index * blockBytes, (index + 1) * blockBytes),
  );
  return packedMember(
    packer,
    parts.map((part) => ({ size: part.length, block: stored[packer](part) })),
  );
}
