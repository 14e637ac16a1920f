import { isUtf8 } from 'node:buffer';
import { limits } from '../../core/base/limits.ts';
import { unsafeName } from '../../core/base/safe-path.ts';

/** What a stored name becomes. */
export interface EntryName {
  /** Safe as a relative path: no `..`, no empty or `.` part, no backslash, NUL or drive. */
  readonly path: string;
  /** The stored bytes, where `path` does not tell them; else null. */
  readonly raw: Uint8Array | null;
  /** Why the stored name may not be used as it is; null where it may. */
  readonly unsafe: string | null;
  /** False: the bytes are not UTF-8, and U+FFFD stands for what cannot be read (unless `text` was given). */
  readonly utf8: boolean;
}

/**
 * The path of an entry from its stored name. `text`: the name where the container says how to read it. What could lead
 * outside is replaced, never followed: `..` by `__`, a backslash, NUL or drive colon by `_`, a leading `/` is dropped.
 * `.` and empty parts carry nothing and are dropped without a word.
 */
export function entryName(stored: Uint8Array, text: string | null): EntryName {
  const utf8 = isUtf8(stored);
  const name = text ?? Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('utf8');
  const tooLong = stored.length > limits.nameBytes ? `has ${stored.length} bytes` : null;
  const parts = name
    .replace(/[\\\0]/g, '_')
    .replace(/^([A-Za-z]):/, '$1_')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (part === '..' ? '__' : part));
  const unsafe = unsafeName(name) ?? tooLong ?? (parts.length === 0 ? 'is empty' : null);
  const whole = parts.join('/') || 'unnamed';
  const path = tooLong === null ? whole : shortened(whole);
  return { path: unsafeName(path) === null ? path : `_${path}`, raw: unsafe === null && utf8 ? null : stored, unsafe, utf8 };
}

/** The first characters that fit, with the extension, by which the format of headerless audio is known. */
function shortened(path: string): string {
  const dot = path.lastIndexOf('.');
  const tail = dot > 0 && path.length - dot <= 16 && !path.slice(dot).includes('/') ? path.slice(dot) : '';
  return path.slice(0, Math.floor(limits.nameBytes / 4) - tail.length).replace(/[\ud800-\udbff]$/, '') + tail;
}
