import { looksLikeTar } from './tar-header.ts';

/** Single-stream compression formats. */
export type Compression = 'gzip' | 'xz' | 'zstd' | 'bzip2';

/** Kind of a file according to its first bytes. `program`: an executable that may end in a zip; `vcon`: JSON that may contain audio; otherwise a container. */
export type ContainerKind = 'tar' | 'zip' | Compression | 'program' | 'vcon';

/** Number of first bytes that `containerKind` needs. */
export const headBytes = 512;

/** Size of the smallest container: an empty zip has 22 bytes, a gzip at least 18. */
export const smallestContainerBytes = 18;

const magics: readonly (readonly [ContainerKind, RegExp])[] = [
  ['zip', /^PK(\x03\x04|\x05\x06|\x07\x08|00PK\x03\x04)/], // APPNOTE 4.3.7, 4.3.16, 8.5.4 (first part of a split zip)
  ['gzip', /^\x1f\x8b\x08/], // RFC 1952 2.3.1
  ['xz', /^\xfd7zXZ\x00/], // .xz file format 2.1.1.1
  ['zstd', /^(\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/], // RFC 8878 3.1.1 and 3.1.2 (skippable frame)
  ['bzip2', /^BZh[1-9](1AY&SY|\x17rE8P\x90)/],
  ['program', /^(MZ|\x7fELF|#!)/],
];

/** Identifies a container by its first `headBytes` bytes, and a vCon also by its name; null if it is neither. */
export function containerKind(head: Uint8Array, name: string): ContainerKind | null {
  // Tested first, because a tar begins with a file name, which may look like any other signature.
  if (looksLikeTar(head)) return 'tar';
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 64)).toString('latin1');
  const kind = magics.find(([, magic]) => magic.test(text))?.[0] ?? null;
  if (kind === null && isVcon(head, name)) return 'vcon';
  return kind === 'zip' && isDocument(head) ? null : kind;
}

/**
 * Returns true for office documents, which are zips but are kept as one entry. Office Open XML begins with `[Content_Types].xml` (ECMA-376 part 2),
 * OpenDocument and EPUB with `mimetype`.
 */
function isDocument(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < 30 || bytes.readUInt32LE(0) !== 0x04034b50) return false;
  const name = bytes.toString('latin1', 30, 30 + bytes.readUInt16LE(26));
  return name === '[Content_Types].xml' || name === 'mimetype';
}

/** Returns true for a vCon. A vCon begins like any other JSON, so a file with another name must state its vCon version early. */
function isVcon(head: Uint8Array, name: string): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (!/^(?:\xef\xbb\xbf)?\s*\{/.test(text)) return false;
  return /\.vcon$/i.test(name) || (/\.json$/i.test(name) && /"vcon"\s*:\s*"0\.\d/.test(text));
}
