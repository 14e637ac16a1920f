/** Fields of a tar header in a test; the others are those of an ordinary file. */
export interface TarFields {
  readonly name: string | Buffer;
  readonly type?: string;
  readonly size?: number;
  readonly data?: Uint8Array;
  readonly magic?: string;
  readonly link?: string;
}

/** A header block and its data, padded to blocks. */
export function tarMember({ name, type = '0', data = new Uint8Array(0), size = data.length, magic = 'ustar\x0000', link = '' }: TarFields): Buffer {
  const header = Buffer.alloc(512);
  header.set(typeof name === 'string' ? Buffer.from(name) : name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${(1714640400).toString(8)}\0`, 136);
  header.write(type, 156, 'latin1');
  header.write(link, 157);
  header.write(magic, 257, 'latin1');
  return Buffer.concat([withChecksum(header), data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** The block with its right checksum. */
export function withChecksum(header: Buffer): Buffer {
  const block = Buffer.from(header);
  block.fill(0x20, 148, 156);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** The two zero blocks at the end of a tar. */
export const endMark = Buffer.alloc(1024);
