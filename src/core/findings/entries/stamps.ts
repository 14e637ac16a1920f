import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });
const notTaken = 'Nothing was written. Ask again, or another authority; if it happens again, show the answer to whoever runs the authority.';
const fromCopy = 'Bring the files of this number in log/stamps/ back from another copy of the archive, then check again.';
const stampAnew = 'Stamp a checkpoint of today: it covers all earlier entries of the log from today on.';

/** Codes L200 to L249: time stamps on checkpoints of the log, and their renewals. */
export const stampsFindings = {
  // L200 to L219: a time stamp.
  L200: error(
    'not a time stamp',
    'The bytes are no answer of a time-stamp authority as RFC 3161 wants it in DER, or they are damaged.',
    'Ask again; of a kept stamp, bring the file back from another copy of the archive.',
  ),
  L201: error(
    'the authority did not grant a time stamp',
    'It understood the question and refused; the message has its own words.',
    'Do what its answer says: another digest or policy, an account, or later.',
  ),
  L202: error('the stamp is over something else', 'The digest in the time stamp is not that of the bytes it should be over.', fromCopy),
  L203: error(
    'the answer is to another question',
    'Each request carries a number that nobody can foresee, and the answer must repeat it. This one is an older answer, or one for somebody else.',
    notTaken,
  ),
  L204: error(
    'the signature of the stamp is wrong',
    'It was not made by the key of the certificate over these bytes: something was changed.',
    fromCopy,
  ),
  L205: error(
    'the certificate of the stamp is missing or exchanged',
    'A time stamp names the certificate of its signer under the signature (RFC 5816); that certificate is not there, or another one lies in its place.',
    fromCopy,
  ),
  L206: error(
    'the certificate is not one for time stamps',
    'RFC 3161 wants a certificate whose extended key usage is time stamping, only that, and critical. Without it any certificate of the same authority could stamp.',
    'Use an authority with a proper certificate.',
  ),
  L207: error(
    'no chain to a trusted root',
    'No certificates lead from the one that signed to a root that you trust.',
    'Add the root certificate of the authority to your file of roots, if you do trust it.',
  ),
  L208: error(
    'a certificate was not valid when the stamp was made',
    'A certificate of the chain had ended before the time in the stamp, or had not begun.',
    'Do not trust this stamp; use an authority that cares for its certificates.',
  ),
  L209: error(
    'the stamp stands on something weak',
    'A digest or key under the stamp is regarded as weak since before it was relied on: others could have made the same stamp.',
    'Ask with SHA-256 or stronger; of a kept stamp see whether a renewal was missed, and stamp a checkpoint of today.',
  ),
  L210: error(
    'the stamp uses something that longplay does not know',
    'A digest, signature or key is of a kind that this program cannot check. That is no verdict about the stamp.',
    'Check it with openssl, use a newer longplay, or another authority.',
  ),
  L211: error(
    'the stamp has parts that cannot be proved',
    'A critical extension is not known here, or there are bytes that no signature covers: those could be changed unnoticed.',
    'Add the missing root to your file of roots if a certificate is named; else check it with openssl.',
  ),
  L212: error('the stamp was made under another policy', 'The authority stamped by other rules than those that were asked for.', notTaken),
  L213: {
    severity: 'warning',
    title: 'the clocks differ',
    meaning: 'The time in the stamp is later than the clock of this machine. One of the two is wrong.',
    next: 'Set the clock of this machine by a time server, then check again.',
  },
  // L220 to L229: the way to the authority.
  L220: error(
    'the time-stamp authority cannot be reached',
    'The server did not answer, or the program could not be started. The log is as it was; a stamp can be put on it at any later time.',
    'Check the address and the network, then run the same command again.',
  ),
  L221: error(
    'the time-stamp authority does not answer with a time stamp',
    'Something answered, with an error or with something else than a time stamp.',
    'Check the address or the program, or name another authority, then run the same command again.',
  ),
  L222: error(
    'no trusted root',
    'The file of roots cannot be read, or has no certificate that can be used. Without a root the issuer of a stamp is unknown.',
    'Name a PEM file with the root certificates of your authority.',
  ),
  L223: error(
    'the authority is not named so that it can be asked',
    'It must be an http or https address without a password, or the absolute path of a program with its arguments.',
    'Name it in one of these ways; a program can do what an address cannot, such as a password or a proxy.',
  ),
  // L230 to L249: kept stamps.
  L230: error(
    'a file of a stamp is altered',
    'It is not the file that was written: its bytes differ from what the log or the other files of the stamp say.',
    fromCopy,
  ),
  L231: error(
    'a file of a stamp is missing',
    'A stamp is three files: checkpoint, answer of the authority, evidence record. One of them is gone.',
    fromCopy,
  ),
  L232: error(
    'the certificates of a stamp ended without renewal',
    'A time stamp proves nothing once its certificates have ended, unless another was put over it in time.',
    `${stampAnew} Then see that renewals run.`,
  ),
  L233: error(
    'the stamped checkpoint is not of this log',
    'The checkpoint does not fit the log of this archive: another log, another key, or a history that was changed.',
    fromCopy,
  ),
  L234: {
    severity: 'warning',
    title: 'something in log/stamps/ that does not belong there',
    meaning: 'Only files of stamps lie in that folder, named after the size of the log.',
    next: 'Find out who put it there, and move it away.',
  },
  L235: error(
    'the evidence record is damaged or broken',
    'It is no evidence record of RFC 4998, or a later stamp in it is not over the one before.',
    fromCopy,
  ),
  L236: error(
    'a renewal came too late',
    'When the next stamp was made, the one before had ended or stood on something weak: in between anybody could have re-created it.',
    stampAnew,
  ),
  L237: error(
    'a renewal does not cover the log',
    'After a renewal with a stronger digest the stamp must be over the checkpoint and over the list of digests that was made then. One of them differs or is missing.',
    fromCopy,
  ),
  L238: {
    severity: 'warning',
    title: 'a stamp that was not finished or not entered',
    meaning: 'A run was stopped after the authority had answered and before everything was written and entered in the log.',
    next: 'Stamp or renew again: what is missing is made up for.',
  },
  L239: error(
    'what a witness signed is missing or altered',
    'A checkpoint below log/witness that somebody else signed as well is not the one that the log has the digest of.',
    fromCopy,
  ),
  L240: {
    severity: 'warning',
    title: 'what a witness signed is not entered in the log',
    meaning:
      'The signatures are kept below log/witness. The log does not tell of them, because the archive may only be read here or this machine does not have its key.',
    next: 'Publish on the machine that has the key.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
