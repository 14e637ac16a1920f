import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes U240 to U252: the server cannot start as requested, or somebody cannot sign in. */
export const serveFindings = {
  U240: error(
    'the users file cannot be used',
    'The file cannot be read, or others can read or write it, or it belongs to somebody else. It holds hashes of passwords, which an attacker can try to guess.',
    'Make the file private: chmod 600, owned by the user who runs longplay.',
  ),
  U241: error(
    'the users file names no valid user',
    'The file names no user, or the id of a user is invalid.',
    'See docs/how-to/serve.md for an example.',
  ),
  U242: error(
    'the password is not accepted',
    'The password is empty or has more than 1,024 bytes. It is read from standard input, up to the end of the first line.',
    'Run `longplay serve --hash-password` and type it, or read it from a file: longplay serve --hash-password < FILE (not on the command line, which others can read).',
  ),
  U243: error('invalid value of a server option', 'The value of the option is not an address, a header name or a web address.', 'Correct the value.'),
  U244: error(
    'the server would be open to others',
    'An address that other machines can reach requires users, and TLS or a proxy that has it: otherwise everybody on the network can get calls and passwords. Metrics need no sign-in and are not encrypted.',
    'Give --users and --tls-cert with --tls-key, or use a proxy with TLS (--trust-proxy), or stay on 127.0.0.1. For metrics: stay on 127.0.0.1, or allow the network to read them with --metrics-open.',
  ),
  U245: error(
    'a proxy authenticates users, but no users are defined',
    'With --trust-proxy the proxy says who a user is. The users file says what they may do.',
    'Name the file with --users. Its users then need no password.',
  ),
  U246: error(
    'certificate or key cannot be used',
    'The certificate or the key cannot be read or is not PEM, or the two do not belong together.',
    'Give the certificate with its chain and the key without a password, both as PEM.',
  ),
  U247: error(
    'the address cannot be used',
    'Another program listens on the port, the address does not belong to this machine, or a port below 1024 needs a privilege.',
    'Give another --host or --port, or stop the other program.',
  ),
  U248: error(
    'the archive is read-only',
    'Every search, playback and export is logged before anything is handed out, so the log of the archive must be writable.',
    'Serve the archive as a user who can write to it, on a disk that is not mounted read-only.',
  ),
  U249: error(
    'the log cannot be written',
    'The server logs its start, and that failed. Without a writable log the server hands out nothing.',
    'Check the disk and the key of the log, then start again.',
  ),
  U250: error(
    'sign-in through the provider is not possible',
    'The users file has a section [openid], but its secret is in no file and no variable, in two of them, in a file that others can read, or in the archive; or a proxy authenticates users; or the public address of the server is not given.',
    'Put the secret into a private file (chmod 600) beside the users file, named by secret-file, or into LONGPLAY_OPENID_SECRET, and give the address of the server with --public-url.',
  ),
  U251: error(
    'the provider of [openid] does not answer',
    'The provider does not run, cannot be reached from this machine, answers with an error, or its metadata names another issuer. Meanwhile nobody can sign in through it; passwords work, and existing sessions continue.',
    'Open ISSUER/.well-known/openid-configuration from this machine, and compare `issuer` there with that of the users file.',
  ),
  U252: error(
    'a sign-in through the provider was refused',
    'The provider refused, or its answer cannot be trusted (wrong nonce, unknown signing key, expired token), or the user has no role in the users file. It is logged as a refused sign-in.',
    'If the user should have access: compare the claims and groups that the provider sends with [openid] and the groups of the roles.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
