/**
 * What prevents an age file from being opened. `key`: the text of an identity or a recipient is not one; `header`: the header is not of age v1, is malformed
 * or beyond a limit; `no-match`: none of the identities opens it; `mac`: the header was changed; `payload`: the bytes after the header are damaged, truncated,
 * extended or in another order.
 */
export type AgeFault = 'key' | 'header' | 'no-match' | 'mac' | 'payload';

/**
 * An age file, identity or recipient that is refused. Whether that is a finding (a fixity check meets a damaged file) or the end of the work (the wrong key
 * was given) is the caller's knowledge, so callers translate it and it has no finding code. The message names no file and never contains a secret.
 */
export class AgeError extends Error {
  readonly fault: AgeFault;

  constructor(fault: AgeFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AgeError';
    this.fault = fault;
  }
}
