import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { limits } from '../../core/base/limits.ts';

// C2SP signed-note: a text, an empty line, and one line per signature. Any verifier of such notes can read longplay's.

/** Signature types of C2SP signed-note: plain Ed25519, and the cosignature of a witness with its time (tlog-cosignature). */
const plain = 0x01;
const cosigned = 0x04;

/** A key for verifying signatures. */
export interface NoteKey {
  readonly name: string;
  /** 8 hexadecimal digits. */
  readonly id: string;
  readonly type: typeof plain | typeof cosigned;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Parsed note. */
export interface SignedNote {
  /** Includes its last line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Creates the key of a name. @param publicKey 32 bytes */
export function noteKey(name: string, publicKey: Uint8Array, type: NoteKey['type'] = plain): NoteKey {
  const id = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(type)).update(publicKey).digest('hex').slice(0, 8);
  return { name, id, type, publicKey };
}

/** Formats `name+id+base64(type, key)`, the form of verifier keys of signed notes. */
export function verifierKey({ name, id, type, publicKey }: NoteKey): string {
  return `${name}+${id}+${Buffer.concat([Uint8Array.of(type), publicKey]).toString('base64')}`;
}

/** Parses a verifier key, or returns null if it is invalid, its id does not match, or it is of an unknown kind. */
export function parseVerifierKey(text: string): NoteKey | null {
  const parts = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/u.exec(text.trim());
  if (parts === null) return null;
  const [, name = '', id = '', encoded = ''] = parts;
  const bytes = Buffer.from(encoded, 'base64');
  const type = bytes[0];
  if (bytes.length !== 33 || (type !== plain && type !== cosigned)) return null;
  const key = noteKey(name, Uint8Array.from(bytes.subarray(1)), type);
  return key.id === id ? key : null;
}

/** Returns the 32 bytes of a public key. @throws Error if it is not an Ed25519 key */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { kty, crv, x } = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new Error('no Ed25519 key');
  return Uint8Array.from(Buffer.from(x, 'base64url'));
}

/** Signs a text as a note. @param text ends in a line feed */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  const { id } = noteKey(name, rawPublicKey(privateKey));
  return `${text}\n${signatureLine({ name, id, bytes: sign(null, Buffer.from(text, 'utf8'), privateKey) })}`;
}

/** Returns a signature line with its line feed. */
export function signatureLine({ name, id, bytes }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')}\n`;
}

function cosignedText(text: string, timeS: bigint): string {
  return `cosignature/v1\ntime ${timeS}\n${text}`;
}

/** Parses a note, or returns null. */
export function parseNote(note: string): SignedNote | null {
  // Control characters other than line feeds are invalid; the last empty line separates the text from the signatures.
  if (note.length > limits.signedNoteBytes || /[\u0000-\u0009\u000b-\u001f\ufffd]/u.test(note)) return null;
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return null;
  const signatures: NoteSignature[] = [];
  for (const line of note.slice(end + 2).split(/(?<=\n)/)) {
    const parts = /^— ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})\n$/u.exec(line);
    if (parts === null) return null;
    const bytes = Buffer.from(parts[2] ?? '', 'base64');
    if (bytes.length < 5 || bytes.toString('base64') !== parts[2]) return null;
    signatures.push({ name: parts[1] ?? '', id: bytes.subarray(0, 4).toString('hex'), bytes: Uint8Array.from(bytes.subarray(4)) });
  }
  return signatures.length === 0 ? null : { text: note.slice(0, end + 1), signatures };
}

/**
 * Checks a note with a key: `valid`; `invalid`: the note has a signature under the key's name that the key did not make; `absent`.
 * For a cosignature also returns its time, in seconds since 1970.
 */
export function checkSignature(note: SignedNote, key: NoteKey): { readonly verdict: 'valid' | 'invalid' | 'absent'; readonly timeS: number | null } {
  const signature = note.signatures.find(({ name, id }) => name === key.name && id === key.id);
  if (signature === undefined) return { verdict: 'absent', timeS: null };
  const timed = key.type === cosigned;
  const { bytes } = signature;
  if (bytes.length !== (timed ? 72 : 64)) return { verdict: 'invalid', timeS: null };
  const time = timed ? Buffer.from(bytes).readBigUInt64BE(0) : null;
  const text = time === null ? note.text : cosignedText(note.text, time);
  const valid = verify(null, Buffer.from(text, 'utf8'), publicKeyOf(key), timed ? bytes.subarray(8) : bytes);
  return { verdict: valid ? 'valid' : 'invalid', timeS: time === null ? null : Number(time) };
}

/** Returns the key for node:crypto. */
export function publicKeyOf({ publicKey }: NoteKey): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' });
}
