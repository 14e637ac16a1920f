import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

// Frames of an encrypted file that is written in parts: four bytes of length (big endian) of what follows, a nonce, the ciphertext, the tag. AES-256-GCM (NIST SP 800-38D).

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const lengthBytes = 4;
/** Most bytes of one frame: larger parts are split. */
const mostBytes = 1024 * 1024;

/** Adds frames to one file, each bound to the file's name and to its place in it. */
export interface FrameSealer {
  /** Returns the frames of some bytes, to be appended. */
  seal(bytes: Uint8Array): Buffer;
}

/** Begins the frames of a file. @param key 32 bytes @param name name of the file: frames of another file do not open */
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

/** Thrown for bytes that are not the frames of this file under this key. */
export class FrameError extends Error {}

/** Opens the frames of a file, which may arrive in any pieces. */
export interface FrameOpener {
  /** Returns what the frames hold that are complete now. @throws FrameError */
  open(piece: Uint8Array): Buffer;
  /** Checks that the last frame was complete. @throws FrameError */
  end(): void;
}

/** Begins the opening of a file, as for `createFrameSealer`. */
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

/** Returns the content of a whole file of frames. @throws FrameError */
export function openFrames(key: Uint8Array, name: string, bytes: Uint8Array): Buffer {
  const opener = createFrameOpener(key, name);
  const content = opener.open(bytes);
  opener.end();
  return content;
}
