import type { FindingCode } from '../../core/findings/finding-table.ts';

/** How a container stores a member. `plain`: unpacked and without a checksum; `stored`: unpacked, with a checksum; `base64`: in either alphabet. */
export type Packing = 'plain' | 'stored' | 'deflate' | 'deflate64' | 'base64';

/** A file inside a tar or zip, as the container lists it. */
export interface Member {
  readonly kind: 'member';
  /** Stored bytes of the name. */
  readonly name: Uint8Array;
  /** The name as text, if the container states its encoding; null: treat the name as UTF-8. */
  readonly text: string | null;
  /** Number of unpacked bytes. */
  readonly size: number;
  readonly modifiedMs: number | null;
  readonly packing: Packing;
  /** Offset of the member's bytes from the start of the container. */
  readonly offset: number;
  /** Number of bytes that the member occupies in the container. */
  readonly packedSize: number;
  /** CRC-32 of the unpacked bytes; null if it is unknown, or if the member is known to be truncated. */
  readonly crc32: number | null;
}

/** A problem in a container: a finding without its place. */
export interface Trouble {
  readonly kind: 'trouble';
  readonly code: FindingCode;
  readonly message: string;
  /** Name of the member concerned; null: the container itself. */
  readonly name: Uint8Array | null;
  readonly text: string | null;
}

/** Creates a problem of the container, or of the member with the given name. */
export function trouble(code: FindingCode, message: string, name: Uint8Array | null = null, text: string | null = null): Trouble {
  return { kind: 'trouble', code, message, name, text };
}
