import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Format } from '../../src/core/model/format.ts';

/** Number of bytes within which the content begins, possibly after the header of an e-mail. */
const headBytes = 2_048;
/** Object identifiers 1.2.840.113549.1.7.3 and .6, with their tag and length (RFC 5652, sections 6 and 8). */
const identifier = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
const kinds = new Map([
  [3, 'enveloped data'],
  [6, 'encrypted data'],
]);
/** Matches the line before base64 (RFC 7468, section 8); then the header of an e-mail (RFC 8551, section 3.3). */
const armourLine = /^-----BEGIN (?:PKCS7|CMS)-----/;
const mailType = /^content-type:[ \t]*application\/(?:x-)?pkcs7-mime/im;

/** Identifies anything encrypted for the holder of a key, as recorders do that follow PKCS #7: its content is unknown without the key. */
export const pkcs7: Format = {
  id: 'pkcs7',
  title: 'Encrypted message (PKCS #7, CMS)',
  extensions: ['.p7m', '.p7'],
  mediaType: 'application/pkcs7-mime',
  grade: 'documented',
  facts: [
    'RFC 5652 (ContentInfo, EnvelopedData, EncryptedData), X.690 (lengths), RFC 7468 (BEGIN CMS, BEGIN PKCS7), RFC 8551 (application/pkcs7-mime)',
    'docs.genesys.com, Genesys Interaction Recording, Archiving and Metadata: encrypted recordings are PKCS7',
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headBytes, signal);
    const armoured = unarmoured(new TextDecoder('latin1').decode(head));
    const der = armoured ?? head;
    const found = contentOf(der);
    if (found === null) return null;
    const name = `PKCS #7 ${found.kind}`;
    const findings: Finding[] = [finding('F303', bytes.name, name)];
    const wanted = armoured === null ? found.size : null;
    const isCut = wanted !== null && wanted > bytes.size;
    if (isCut) findings.push(finding('F103', bytes.name, agree`${wanted} byte[s] [is|are] declared, but ${bytes.size} [is|are] present`));
    return {
      format: pkcs7.id,
      confidence: 'signature',
      basis: `${name} at 0${armoured === null ? '' : ', as base64'}`,
      tracks: [
        {
          codec: 'unknown',
          codecName: name,
          sampleRateHz: 0,
          channels: 0,
          bitsPerSample: null,
          blockBytes: null,
          frames: null,
          setup: null,
          spans: [[0, bytes.size]],
        },
      ],
      findings,
      state: isCut ? 'truncated' : 'ok',
    };
  },
};

/** Decodes the base64 after such a header; returns null if there is none. */
function unarmoured(text: string): Uint8Array | null {
  const plain = text.replaceAll('\r', '');
  const isMail = /^[a-z][a-z-]*:/i.test(plain);
  const end = armourLine.test(plain) ? plain.indexOf('\n') : isMail ? plain.indexOf('\n\n') : -1;
  if (end < 0 || (isMail && !mailType.test(plain.slice(0, end)))) return null;
  const [body = ''] = /^[A-Za-z0-9+/\s]*/.exec(plain.slice(end)) ?? [];
  return Buffer.from(body, 'base64');
}

/** Returns the kind of content in a ContentInfo, and its size if its length is definite; null if the content is not encrypted. */
function contentOf(der: Uint8Array): { readonly kind: string; readonly size: number | null } | null {
  const form = der[1] ?? 0;
  const lengthBytes = form > 0x80 ? form - 0x80 : 0;
  if (der[0] !== 0x30 || lengthBytes > 6) return null;
  const at = 2 + lengthBytes;
  if (identifier.some((byte, index) => der[at + index] !== byte)) return null;
  const kind = kinds.get(der[at + identifier.length] ?? 0);
  if (kind === undefined) return null;
  if (form === 0x80) return { kind, size: null };
  const length = lengthBytes === 0 ? form : der.subarray(2, at).reduce((total, byte) => total * 256 + byte, 0);
  return { kind, size: at + length };
}
