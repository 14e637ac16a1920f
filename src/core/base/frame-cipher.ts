import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

// Frames of an encrypted file that is written in parts. A frame is four bytes of length (big endian) of the rest, a nonce, the ciphertext and the
// tag. AES-256-GCM (NIST SP 800-38D).

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const lengthBytes = 4;
/** Most plaintext bytes of one frame; larger parts are split. */
const mostBytes = 1024 * 1024;

/** Encrypts the parts of one file as frames, each bound to the file's name and to its position in the file. */
export interface FrameSealer {
  /** Encrypts some bytes and returns their frames, which the caller appends to the file. */
  seal(bytes: Uint8Array): Buffer;
}

/** Starts the frames of a file. @param key 32 bytes @param name name of the file; a frame can be decrypted only under the name it was made for */
export function createFrameSealer(key: Uint8Array, name: string): FrameSealer {
  let index = 0;
  return {
    seal: (bytes) => {
      const frames: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += mostBytes) frames.push(...frameOf(key, `${name} ${index++}`, bytes.subarray(at, at + mostBytes)));
      return Buffer.concat(frames);
    },
  };
}

function frameOf(key: Uint8Array, context: string, bytes: Uint8Array): Uint8Array[] {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(nonceBytes + text.length + tagBytes);
  return [length, nonce, text, cipher.getAuthTag()];
}

/** Thrown for bytes that are not frames of this file, encrypted with this key. */
export class FrameError extends Error {}

/** Decrypts the frames of a file, which may arrive in pieces of any size. */
export interface FrameOpener {
  /** Returns the content of all frames that this piece completes. @throws FrameError */
  open(piece: Uint8Array): Buffer;
  /** Checks that the last frame was complete. @throws FrameError */
  end(): void;
}

/** Starts to decrypt the frames of a file; the parameters are those of `createFrameSealer`. */
export function createFrameOpener(key: Uint8Array, name: string): FrameOpener {
  let index = 0;
  let rest = Buffer.alloc(0);
  return {
    open: (piece) => {
      rest = Buffer.concat([rest, piece]);
      const opened: Buffer[] = [];
      while (rest.length >= lengthBytes) {
        const length = rest.readUInt32BE();
        if (length < nonceBytes + tagBytes || length > nonceBytes + mostBytes + tagBytes) throw new FrameError('a frame has an impossible length');
        if (rest.length < lengthBytes + length) break;
        opened.push(contentOf(key, `${name} ${index++}`, rest.subarray(lengthBytes, lengthBytes + length)));
        rest = rest.subarray(lengthBytes + length);
      }
      return Buffer.concat(opened);
    },
    end: () => {
      if (rest.length > 0) throw new FrameError('the last frame is cut off');
    },
  };
}

function contentOf(key: Uint8Array, context: string, frame: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, key, frame.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(frame.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(frame.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new FrameError('a frame does not open: it was altered, or has another key');
  }
}

/** Decrypts a whole file of frames. @throws FrameError */
export function openFrames(key: Uint8Array, name: string, bytes: Uint8Array): Buffer {
  const opener = createFrameOpener(key, name);
  const content = opener.open(bytes);
  opener.end();
  return content;
}
