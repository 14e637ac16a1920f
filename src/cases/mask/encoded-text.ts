import { entity, withoutEntities, withoutPercents } from '../messages/escapes.ts';

// Finds names in encoded forms: in web addresses, in mail source, in tokens of other systems. Nobody reads these forms, but everybody can decode them.

/** Patterns of runs that may encode a text, with their decoders. */
const ways: readonly { readonly pattern: RegExp; readonly holds?: RegExp; readonly read: (run: string) => readonly string[] }[] = [
  { pattern: /[^\s<>]+/g, holds: entity, read: (run) => [withoutEntities(run)] },
  { pattern: /[^\s<>"']+/g, holds: /%[0-9a-f]{2}/i, read: (run) => [withoutPercents(run)] },
  { pattern: /(?<![0-9a-z])(?:[0-9a-f]{2}){4,}(?![0-9a-z])/gi, read: (run) => textsOf(Buffer.from(run, 'hex')) },
  { pattern: /[a-z0-9+/_-]{8,}={0,2}/gi, read: (run) => textsOf(Buffer.from(run, 'base64')) },
];

/** Largest depth of nested encodings that is searched. */
const deepest = 3;

/**
 * Returns a text without runs of entities, percent escapes, hexadecimal digits and base64 that encode anything that would be masked.
 * @param masked function that masks unencoded text
 */
export function withoutEncoded(text: string, masked: (text: string) => string, depth = 0): string {
  if (depth === deepest) return text;
  let left = text;
  for (const { pattern, holds, read } of ways)
    left = left.replace(pattern, (run) => {
      if (holds?.test(run) === false) return run;
      const isHidden = read(run).some((inside) => inside !== run && masked(withoutEncoded(inside, masked, depth + 1)) !== inside);
      return isHidden ? '[encoded]' : run;
    });
  return left;
}

/** Decodes bytes as text in each possible encoding; returns nothing if they are not text. */
function textsOf(bytes: Buffer): string[] {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return [bytes.toString('utf8'), ...(bytes.includes(0) ? [even.toString('utf16le')] : [])].filter(
    // A result that contains control characters or replacement characters is not text.
    (text) => text.length >= 3 && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/.test(text),
  );
}
