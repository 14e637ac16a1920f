import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const notTaken = 'Nothing was written. Ask again, or use another authority; if it happens again, show the answer to the operator of the authority.';
const fromCopy = 'Restore the files of this number in log/stamps/ from another copy of the archive, then check again.';
const stampAnew = 'Stamp a checkpoint today: from today on it covers all earlier entries of the log.';

/** Codes L200 to L249: time stamps on checkpoints of the log, and their renewals. */
export const stampsFindings = {
  // L200 to L219: a time stamp.
  L200: error(
    'not a time stamp',
    'The bytes are not a DER answer of a time-stamp authority according to RFC 3161, or they are damaged.',
    'Ask again; restore the file of a stored stamp from another copy of the archive.',
  ),
  L201: error(
    'the authority did not grant a time stamp',
    'The authority understood the request and refused; the message has its answer.',
    'Follow its answer: another digest or policy, an account, or a later time.',
  ),
  L202: error('the stamp covers something else', 'The digest in the time stamp is not that of the bytes that it should cover.', fromCopy),
  L203: error(
    'the answer belongs to another request',
    'Each request has an unpredictable number that the answer must repeat. This is an older answer, or one for somebody else.',
    notTaken,
  ),
  L204: error(
    'the signature of the stamp is wrong',
    'The key of the certificate did not make this signature over these bytes: something was changed.',
    fromCopy,
  ),
  L205: error(
    'the certificate of the stamp is missing or replaced',
    'The signed part of a time stamp names the certificate of its signer (RFC 5816). That certificate is missing, or another one is in its place.',
    fromCopy,
  ),
  L206: error(
    'the certificate is not for time stamps',
    'RFC 3161 requires a certificate with a critical extended key usage of time stamping and nothing else. Without that, any certificate of the same authority could stamp.',
    'Use an authority with a proper certificate.',
  ),
  L207: error(
    'no chain to a trusted root',
    'No certificate chain leads from the signer to a root that you trust.',
    'Add the root certificate of the authority to your file of roots, if you trust it.',
  ),
  L208: error(
    'a certificate was not valid when the stamp was made',
    'A certificate of the chain had expired before the time in the stamp, or was not yet valid.',
    'Do not trust this stamp; use an authority that maintains its certificates.',
  ),
  L209: error(
    'the stamp depends on a weak algorithm',
    'A digest or key of the stamp had become weak by the day for which the stamp is to be proof: by then somebody could have forged the stamp.',
    'Request stamps with SHA-256 or stronger. For a stored stamp check whether a renewal was missed, and stamp a checkpoint today.',
  ),
  L210: error(
    'the stamp uses an unsupported algorithm',
    'This program cannot check the kind of digest, signature or key. The stamp may be right or wrong.',
    'Check it with openssl, use a newer longplay, or another authority.',
  ),
  L211: error(
    'the stamp has parts that cannot be proved',
    'A critical extension is unknown, or there are bytes that no signature covers: those could be changed unnoticed.',
    'If a certificate is named, add the missing root to your file of roots; otherwise check the stamp with openssl.',
  ),
  L212: error('the stamp was made under another policy', 'The authority stamped under another policy than the requested one.', notTaken),
  L213: {
    severity: 'warning',
    title: 'the clocks differ',
    meaning: 'The time in the stamp is later than the clock of this machine. One of the two is wrong.',
    next: 'Set the clock of this machine with a time server, then check again.',
  },
  // L220 to L229: communication with the authority.
  L220: error(
    'the time-stamp authority cannot be reached',
    'The server did not answer, or the program could not be started. The log is unchanged; it can be stamped at any later time.',
    'Check the address and the network, then run the same command again.',
  ),
  L221: error(
    'the time-stamp authority does not answer with a time stamp',
    'The answer was an error or something else than a time stamp.',
    'Check the address or the program, or name another authority, then run the same command again.',
  ),
  L222: error(
    'no trusted root',
    'The file of roots cannot be read, or has no usable certificate. Without a root the issuer of a stamp is unknown.',
    'Name a PEM file with the root certificates of your authority.',
  ),
  L223: error(
    'invalid address of the time-stamp authority',
    'The authority must be an http or https address without a password, or the absolute path of a program with its arguments.',
    'Give the authority in one of these ways; a program can do what an address cannot, e.g. use a password or a proxy.',
  ),
  // L230 to L249: stored stamps.
  L230: error('a file of a stamp is altered', 'The bytes of the file differ from what the log or the other files of the stamp state.', fromCopy),
  L231: error(
    'a file of a stamp is missing',
    'A stamp is three files: the checkpoint, the answer of the authority, the evidence record. One of them is missing.',
    fromCopy,
  ),
  L232: error(
    'the certificates of a stamp expired without a renewal',
    'A time stamp proves nothing after its certificates expire, unless another stamp covered it before.',
    `${stampAnew} Then check that renewals run.`,
  ),
  L233: error(
    'the stamped checkpoint does not belong to this log',
    'The checkpoint does not match the log of this archive: it is of another log or another key, or the history was changed.',
    fromCopy,
  ),
  L234: {
    severity: 'warning',
    title: 'an unexpected file in log/stamps/',
    meaning: 'That folder holds only files of stamps, named after the size of the log.',
    next: 'Find out who put it there, and move it away.',
  },
  L235: error(
    'the evidence record is damaged or invalid',
    'The file is not an evidence record of RFC 4998, or a later stamp in it does not cover the one before.',
    fromCopy,
  ),
  L236: error(
    'a renewal came too late',
    'When the next stamp was made, the previous one had expired or depended on a weak algorithm: in between it could have been forged.',
    stampAnew,
  ),
  L237: error(
    'a renewal does not cover the log',
    'After a renewal with a stronger digest the stamp must cover the checkpoint and the list of digests that was made then. One of them differs or is missing.',
    fromCopy,
  ),
  L238: {
    severity: 'warning',
    title: 'an incomplete or unlogged stamp',
    meaning: 'A run was stopped after the authority had answered and before everything was written and logged.',
    next: 'Stamp or renew again: that completes it.',
  },
  L239: error(
    'a checkpoint signed by a witness is missing or altered',
    'A checkpoint below log/witness that a witness also signed does not have the digest that the log states.',
    fromCopy,
  ),
  L240: {
    severity: 'warning',
    title: 'the signature of a witness is not in the log',
    meaning:
      'The signatures are kept below log/witness. The log does not record them, because the archive is read-only here or this machine does not have its key.',
    next: 'Publish again on the machine that has the key.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
