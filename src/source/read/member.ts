import type { FindingCode } from '../../core/findings/finding-table.ts';

/** How a member's bytes stand in the container: `plain` needs no unpacking and has no checksum; `stored` has one; `base64` is of either alphabet. */
export type Packing = 'plain' | 'stored' | 'deflate' | 'deflate64' | 'base64';

/** A file inside a tar or zip, as the container lists it. */
export interface Member {
  readonly kind: 'member';
  /** The name's bytes as stored. */
  readonly name: Uint8Array;
  /** The name as text where the container says how to read it; null: take it as UTF-8. */
  readonly text: string | null;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly modifiedMs: number | null;
  readonly packing: Packing;
  /** Where its bytes start, from the start of the container. */
  readonly offset: number;
  /** How many bytes it takes there. */
  readonly packedSize: number;
  /** CRC-32 of the unpacked bytes; null where none is known or the member is known to be cut. */
  readonly crc32: number | null;
}

/** Something wrong in a container: a finding that does not know its place yet. */
export interface Trouble {
  readonly kind: 'trouble';
  readonly code: FindingCode;
  readonly message: string;
  /** Name of the member it is about; null: the container itself. */
  readonly name: Uint8Array | null;
  readonly text: string | null;
}

/** A trouble with the container, or with the member of that name. */
export function trouble(code: FindingCode, message: string, name: Uint8Array | null = null, text: string | null = null): Trouble {
  return { kind: 'trouble', code, message, name, text };
}
