import { crc32 } from 'node:zlib';
import { agree } from '../../core/base/agree.ts';
import { type ByteReader, sliceReader } from '../../core/base/bytes.ts';
import { type InflateEnd, inflated } from '../read/inflate.ts';
import type { Member } from '../read/member.ts';
import { inflated64 } from './library.ts';

/** Result of unpacking a member. */
export interface Outcome {
  /** Number of bytes yielded. */
  size: number;
  /** What is wrong with the bytes, with numbers; null if nothing is. */
  damage: string | null;
}

/**
 * Yields the unpacked bytes of a member, at most its stated size. `outcome` is filled in at the end, when length and CRC-32 have been compared with those that
 * the container states.
 */
export async function* memberPieces(
  container: ByteReader,
  member: Pick<Member, 'packing' | 'offset' | 'packedSize' | 'size' | 'crc32'>,
  outcome: Outcome,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const end: InflateEnd = { consumed: 0, damage: null };
  const packed = sliceReader(container, member.offset, member.offset + member.packedSize);
  const input = packed.stream(0, packed.size, signal);
  const pieces =
    member.packing === 'deflate'
      ? inflated(input, end)
      : member.packing === 'deflate64'
        ? inflated64(packed, member.size, end, signal)
        : member.packing === 'base64'
          ? fromBase64(input)
          : input;
  let sum = 0;
  let more = false;
  outcome.size = 0;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    more = outcome.size + piece.length > member.size;
    const given = more ? piece.subarray(0, member.size - outcome.size) : piece;
    sum = crc32(given, sum);
    outcome.size += given.length;
    if (given.length > 0) yield given;
    if (more) break;
  }
  if (more) outcome.damage = agree`it unpacks to more than the ${member.size} byte[s] that the container states; the rest was ignored`;
  else if (outcome.size < member.size) {
    outcome.damage = agree`only ${outcome.size} of its ${member.size} byte[s] can be unpacked${end.damage === null ? '' : ` (${end.damage})`}`;
  } else if (member.crc32 !== null && sum !== member.crc32) {
    outcome.damage = agree`its ${outcome.size} byte[s] [has|have] CRC-32 ${hex(sum)}, the container states ${hex(member.crc32)}`;
  }
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

/** Decodes base64 in either alphabet (RFC 4648 sections 4 and 5). The input must have base64 characters only, without white space. */
async function* fromBase64(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = '';
  for await (const piece of input) {
    const text = rest + Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    // Four characters decode to three bytes.
    const whole = text.length - (text.length % 4);
    rest = text.slice(whole);
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64');
  }
  if (rest !== '') yield Buffer.from(rest, 'base64');
}
