import type { FindingEntry } from './types.ts';

const error = (title: string, meaning: string, next: string): FindingEntry => ({ severity: 'error', title, meaning, next });

/** Codes U240 to U252: an archive is not served as it was asked for, or somebody cannot sign in. */
export const serveFindings = {
  U240: error(
    'the users file cannot be used',
    'It cannot be read, or others may read or write it, or it belongs to somebody else. It holds hashes of passwords, which can be tried for years by whoever has them.',
    'Make it yours alone: chmod 600, owned by the user who runs longplay.',
  ),
  U241: error(
    'the users file does not say who may come in',
    'It names no user, or an id of a user cannot be one.',
    'See docs/serve.md for an example.',
  ),
  U242: error(
    'the password cannot be taken',
    'It is empty, or has more than 1,024 bytes; it is read from standard input, up to the end of the first line.',
    'Run `longplay serve --hash-password` and type it, or hand it over from a file: longplay serve --hash-password < FILE (not on the command line, which others can read).',
  ),
  U243: error('an option of the server has no meaning', 'The value of the option is no address, no header name or no web address.', 'Correct it.'),
  U244: error(
    'the server would be open to others',
    'An address that other machines can reach needs users, and needs TLS or a proxy that has it: otherwise calls and passwords can be had by whoever is on the network. Metrics ask nobody who they are and are not encrypted.',
    'Give --users and --tls-cert with --tls-key, or let a proxy do it (--trust-proxy), or stay on 127.0.0.1. For metrics: stay on 127.0.0.1, or say with --metrics-open that the network may read them.',
  ),
  U245: error(
    'a proxy names users, and no user is known',
    'With --trust-proxy the proxy says who somebody is. What they may do stands in the users file.',
    'Name the file with --users. Its users need no password then.',
  ),
  U246: error(
    'certificate or key cannot be used',
    'One of them cannot be read, is no PEM, or the two do not belong together.',
    'Give the certificate with its chain and the key without a password, both as PEM.',
  ),
  U247: error(
    'the address cannot be had',
    'Another program listens on the port, or the address is none of this machine, or ports below 1024 need a right.',
    'Name another --host or --port, or end the other program.',
  ),
  U248: error(
    'the archive may only be read',
    'Every search, every listening and every export is entered in the log of the archive before anything is handed out, so the log must be writable.',
    'Serve the archive as a user who may write into it, on a disk that is not mounted read-only.',
  ),
  U249: error(
    'the log cannot be written',
    'The server enters its beginning in the log, and that failed. It would hand out nothing.',
    'See to the disk and to the key of the log, then start again.',
  ),
  U250: error(
    'people cannot sign in through the provider',
    'The users file has a part [openid]. Its secret stands in no file and no variable, in two of them, in a file that others may read, or in the archive; or a proxy says who somebody is; or the address that browsers know is not given.',
    'Put the secret into a file of your own (chmod 600) beside the users file, named by secret-file, or into LONGPLAY_OPENID_SECRET, and name the address of the server with --public-url.',
  ),
  U251: error(
    'the provider of [openid] does not answer',
    'It does not run, cannot be reached from this machine, answers with an error of its own, or its metadata is that of another issuer. Nobody can sign in through it meanwhile; passwords work, and whoever is in stays in.',
    'Open ISSUER/.well-known/openid-configuration from this machine, and compare `issuer` there with that of the users file.',
  ),
  U252: error(
    'somebody came back from the provider and was not admitted',
    'The provider said no, or its answer cannot be trusted (another nonce, a signature of no key of its own, a token that is over), or no role of the users file is theirs. It is entered in the log as a refused sign-in.',
    'Where it should have been let in: compare the claims and groups that the provider sends with [openid] and the groups of the roles.',
  ),
} satisfies Readonly<Record<string, FindingEntry>>;
