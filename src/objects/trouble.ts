import { LongplayError, systemCode } from '../core/base/error.ts';

/**
 * What went wrong with a request. `again`: it may succeed later, `isSlow` if the store asks for fewer requests; `credentials`: the store does not
 * accept them, so every other request fails too; `refused`: this bucket or object may not be read; `archived`: the object must be restored first;
 * `wrong`: an answer that no later attempt changes.
 */
export type Trouble =
  | { readonly kind: 'again'; readonly told: string; readonly isSlow: boolean }
  | { readonly kind: 'credentials'; readonly told: string }
  | { readonly kind: 'refused'; readonly told: string }
  | { readonly kind: 'missing'; readonly told: string; readonly isBucket: boolean }
  | { readonly kind: 'changed' }
  | { readonly kind: 'archived' }
  | { readonly kind: 'wrong'; readonly told: string };

/** An answer that ended early or did not come: the attempt may be repeated. */
export class Interruption extends Error {}

/** An answer that contradicts the request or the protocol. */
export class WrongAnswer extends Error {}

/** Codes that mean "later" (Amazon S3 API Reference, "Error Responses"). A wrong clock counts, because the client corrects its own after the answer. */
const laterCodes = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
]);
const againCodes = new Set(['InternalError', 'RequestTimeout', 'RequestTimeTooSkewed', 'ServiceUnavailable', 'OperationAborted', 'TimeoutError']);

/** Codes about credentials. ExpiredToken and its like have the status 400. */
const credentialCodes = new Set([
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'ExpiredTokenException', 'InvalidToken', 'TokenRefreshRequired'],
  ...['InvalidSecurity', 'NotSignedUp', 'AccountProblem', 'InvalidClientTokenId', 'UnrecognizedClientException'],
]);

/** Codes of the system, and of Node.js, for a connection that failed or ended. */
const networkCodes = new Set([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['ERR_STREAM_PREMATURE_CLOSE', 'ERR_SOCKET_CLOSED'],
]);

/**
 * Classifies what a request threw. Answers are untrusted: only their status and their code are used, and a code only if it has the form of one. The
 * text of an answer could repeat what was signed.
 * @throws the error itself if it is neither an answer of the store nor a failed connection
 */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Interruption) return { kind: 'again', told: error.message, isSlow: false };
  if (error instanceof WrongAnswer) return { kind: 'wrong', told: error.message };
  if (!(error instanceof Error) || error instanceof LongplayError) throw error;
  const status = statusOf(error);
  const code = /^[A-Za-z][A-Za-z0-9.]{0,63}$/.test(error.name) && error.name !== 'Error' ? error.name : null;
  if (status !== null) return troubleOfAnswer(status, code);
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError') return { kind: 'credentials', told: 'no credentials were found' };
  // Credentials may come from a server too; its answer is not that of the store.
  if (code !== null && credentialCodes.has(code)) return { kind: 'credentials', told: code };
  const system = systemCode(error) ?? nodeCode(error);
  if (code === 'TimeoutError' || (system !== null && networkCodes.has(system)))
    return { kind: 'again', told: system ?? 'no answer in time', isSlow: false };
  if (system !== null && isProtocolCode(system)) return { kind: 'wrong', told: system };
  throw error;
}

function troubleOfAnswer(status: number, code: string | null): Trouble {
  const told = code === null || code === 'UnknownError' || code === 'Unknown' ? `HTTP ${status}` : `${code}, HTTP ${status}`;
  if (code !== null && credentialCodes.has(code)) return { kind: 'credentials', told };
  if (code === 'InvalidObjectState') return { kind: 'archived' };
  if (code !== null && laterCodes.has(code)) return { kind: 'again', told, isSlow: true };
  if (status === 429 || status === 503) return { kind: 'again', told, isSlow: true };
  // The text of an answer with the status 200 that cannot be parsed was cut off.
  if (status >= 500 || status === 408 || status < 300 || (code !== null && againCodes.has(code))) return { kind: 'again', told, isSlow: false };
  if (status === 412 || status === 416) return { kind: 'changed' };
  if (status === 404) return { kind: 'missing', told, isBucket: code === 'NoSuchBucket' };
  if (status === 401 || status === 403) return { kind: 'refused', told };
  return { kind: 'wrong', told };
}

/** Returns the HTTP status of an answer that the client threw; null if there was no answer. */
function statusOf(error: Error): number | null {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const status = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : null;
}

/** Returns the code of an error of Node.js that is not one of the system, e.g. of TLS. */
function nodeCode(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Returns true for the codes of OpenSSL, of TLS in Node.js and of its HTTP parser: wrong certificates, or another protocol than expected. */
function isProtocolCode(code: string): boolean {
  return /^(?:ERR_TLS|ERR_SSL|CERT_|HPE_)|CERT|SIGNATURE|^(?:EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/.test(code);
}
