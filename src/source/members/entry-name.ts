import { isUtf8 } from 'node:buffer';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { unsafeNameReason } from '../../core/base/safe-path.ts';

/** The path that is made from a stored name. */
export interface EntryName {
  /** Path that is safe as a relative path: no `..`, no empty or `.` part, no backslash, NUL or drive. */
  readonly path: string;
  /** The stored bytes if `path` does not determine them; else null. */
  readonly raw: Uint8Array | null;
  /** Why the stored name cannot be used as it is; null if it can. */
  readonly unsafe: string | null;
  /** False: the bytes are not UTF-8, and U+FFFD replaces invalid ones (unless `text` was given). */
  readonly utf8: boolean;
}

/**
 * Returns the path of an entry from its stored name. `text`: the name as text, if the container states its encoding. Replaces everything that could lead
 * outside: `..` by `__`, a backslash, NUL or drive colon by `_`; drops a leading `/`. Drops `.` and empty parts without a finding.
 */
export function entryName(stored: Uint8Array, text: string | null): EntryName {
  const utf8 = isUtf8(stored);
  const name = text ?? Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('utf8');
  const tooLong = stored.length > limits.nameBytes ? agree`has ${stored.length} byte[s]` : null;
  const parts = name
    .replace(/[\\\0]/g, '_')
    .replace(/^([A-Za-z]):/, '$1_')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (part === '..' ? '__' : part));
  const unsafe = unsafeNameReason(name) ?? tooLong ?? (parts.length === 0 ? 'is empty' : null);
  const whole = parts.join('/') || 'unnamed';
  const path = tooLong === null ? whole : shortened(whole);
  return { path: unsafeNameReason(path) === null ? path : `_${path}`, raw: unsafe === null && utf8 ? null : stored, unsafe, utf8 };
}

/** Returns the beginning of a path, as long as it fits, and the extension, which identifies headerless audio. */
function shortened(path: string): string {
  const dot = path.lastIndexOf('.');
  const tail = dot > 0 && path.length - dot <= 16 && !path.slice(dot).includes('/') ? path.slice(dot) : '';
  return path.slice(0, Math.floor(limits.nameBytes / 4) - tail.length).replace(/[\ud800-\udbff]$/, '') + tail;
}
