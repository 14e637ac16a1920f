import { resolve } from 'node:path';
import { LongplayError } from '../core/base/error.ts';
import { limits } from '../core/base/limits.ts';
import { printable } from '../core/words/printable.ts';

const scheme = 's3://';

/** A place in an object store: a bucket, and a key or the beginning of keys. */
export interface ObjectAddress {
  readonly bucket: string;
  /** Key or beginning of keys, as stored; empty: the whole bucket. */
  readonly key: string;
}

/** Returns true for a source that is named by an address in an object store and not by a path. */
export function isObjectAddress(source: string): boolean {
  return source.startsWith(scheme);
}

/** Returns the sources that are paths on disk. */
export function pathsOf(sources: readonly string[]): string[] {
  return sources.filter((source) => !isObjectAddress(source));
}

/** Returns a source as it is stored in a request: an absolute path, or the address as it was given. */
export function absoluteSource(source: string): string {
  return isObjectAddress(source) ? source : resolve(source);
}

/**
 * Parses an address. Stores other than AWS allow more characters in names of buckets than the S3 User Guide ("Bucket naming rules") does; none allows a
 * character that has a meaning in a URL.
 * @throws LongplayError S165
 */
export function parseAddress(source: string): ObjectAddress {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(source) ?? [];
  const wrong = !/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(bucket)
    ? 'has no valid name of a bucket'
    : Buffer.byteLength(key) > limits.objectKeyBytes
      ? `has a key of more than ${limits.objectKeyBytes} bytes`
      : null;
  if (wrong !== null)
    throw new LongplayError('usage', 'S165', `${printable(source.slice(0, 200))} ${wrong}`, 'give s3://BUCKET or s3://BUCKET/PREFIX');
  return { bucket, key };
}

/** Returns the address as text. */
export function addressText({ bucket, key }: ObjectAddress): string {
  return `${scheme}${bucket}/${key}`;
}

/**
 * Checks the URL of a store. Only the scheme `http:` switches TLS off, and a URL has no place for credentials: it is printed.
 * @throws LongplayError S165
 */
export function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url !== null && isPlain && /^https?:\/\//i.test(endpoint)) return;
  const shown = url === null || isPlain ? endpoint.slice(0, 200) : `${url.protocol}//${url.host}`;
  throw new LongplayError(
    'usage',
    'S165',
    `${shown} is not the URL of an object store`,
    'give e.g. https://objects.example.com, without user, password and query; http:// switches encryption off',
  );
}
