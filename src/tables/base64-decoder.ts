/** Decodes base64 of either alphabet in pieces of any size. */
export interface Base64Decoder {
  /** Returns the bytes of all complete groups of four characters so far. @param chars characters of base64 only, without padding */
  push(chars: Uint8Array): Buffer;
  /** Returns the bytes of the last, incomplete group. */
  end(): Buffer;
}

/** Creates a decoder of base64. */
export function createBase64Decoder(): Base64Decoder {
  let rest = '';
  return {
    push(chars) {
      const text = rest + Buffer.from(chars.buffer, chars.byteOffset, chars.byteLength).toString('latin1');
      const whole = text.length - (text.length % 4);
      rest = text.slice(whole);
      return Buffer.from(text.slice(0, whole), 'base64');
    },
    end() {
      const last = Buffer.from(rest, 'base64');
      rest = '';
      return last;
    },
  };
}
