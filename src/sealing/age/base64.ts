/** Encodes bytes as standard base64 without padding (RFC 4648 section 4), as used in age headers. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64').replace(/=+$/, '');
}

/** Decodes base64 without padding; returns null unless the text is the canonical encoding of some bytes (RFC 4648 section 3.5). */
export function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return encodeBase64(bytes) === text ? bytes : null;
}
