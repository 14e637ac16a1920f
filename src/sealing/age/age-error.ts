/**
 * Why an age file cannot be opened. `key`: a text is not a valid identity or recipient; `header`: the header is not of age v1, is malformed, or exceeds a
 * limit; `no-match`: none of the identities opens the file; `mac`: the header was changed; `payload`: the bytes after the header are damaged, truncated,
 * extended or reordered.
 */
export type AgeFault = 'key' | 'header' | 'no-match' | 'mac' | 'payload';

/**
 * Reports an age file, identity or recipient that is refused. It has no finding code, because only the caller knows whether it is a finding (a fixity check
 * found a damaged file) or ends the work (the wrong key was given); callers translate it. The message names no file and never contains a secret.
 */
export class AgeError extends Error {
  readonly fault: AgeFault;

  constructor(fault: AgeFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AgeError';
    this.fault = fault;
  }
}
