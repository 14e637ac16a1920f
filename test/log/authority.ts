import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A root certificate with a time-stamp authority below it, made by OpenSSL at times set by faketime. */
export interface Authority {
  /** PEM of the root, which a user trusts. */
  readonly rootFile: string;
  /** PEM of the certificate between root and signer; null if there is none. */
  readonly middleFile: string | null;
  readonly signerFile: string;
  readonly keyFile: string;
  readonly configFile: string;
  /** `openssl ts -reply` at a moment. */
  reply(request: Uint8Array, at: string): Uint8Array;
  /** A program that does the same from stdin to stdout, with its argument. */
  program(at: string): { readonly kind: 'command'; readonly program: string; readonly args: readonly string[] };
}

export interface AuthorityOptions {
  /** Begin of all certificates, `2026-01-01`. */
  readonly from?: string;
  readonly rootDays?: number;
  readonly middleDays?: number;
  readonly signerDays?: number;
  /** `rsa:3072`, `ec:P-256`, `ed25519`. */
  readonly key?: string;
  readonly rootKey?: string;
  readonly withMiddle?: boolean;
  /** Of the signer's certificate; null leaves it out. */
  readonly extendedKeyUsage?: string | null;
  readonly keyUsage?: string;
  /** Lines of `openssl x509v3_config`. */
  readonly rootExtensions?: string;
  readonly middleExtensions?: string;
  /** Of the signature. */
  readonly digest?: string;
  /** Of the signatures on certificates. */
  readonly certificateDigest?: string;
  readonly essDigest?: string;
  readonly name?: string;
  /** An authority whose root, and intermediate certificate, are reused for a new signer. */
  readonly below?: Authority;
}

/** A clock stopped at a time, `2026-01-01` or with the time of day, in UTC. */
function stoppedAt(at: string): string[] {
  return ['-f', at.includes(' ') ? at : `${at} 00:00:00`];
}

/** Runs OpenSSL at a given time; returns its stdout. */
export function openssl(args: readonly string[], at?: string, input?: Uint8Array): Buffer {
  const [program, all] = at === undefined ? ['openssl', args] : ['faketime', [...stoppedAt(at), 'openssl', ...args]];
  return execFileSync(program, [...all], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
    ...(input === undefined ? {} : { input }),
  });
}

/** What OpenSSL said and how it ended, for runs that may fail. */
export function opensslSays(args: readonly string[], at: string): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('faketime', [...stoppedAt(at), 'openssl', ...args], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' },
  });
  return { status, said: stdout + stderr };
}

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the tests. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-stamps-'));
  folders.push(folder);
  return folder;
}

function newKey(file: string, kind: string): void {
  const [algorithm = '', detail = ''] = kind.split(':');
  const options =
    algorithm === 'rsa'
      ? ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${detail}`]
      : algorithm === 'ec'
        ? ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${detail}`]
        : ['-algorithm', algorithm];
  openssl(['genpkey', ...options, '-out', file]);
}

/** Makes an authority. */
export function makeAuthority(options: AuthorityOptions = {}): Authority {
  const folder = scratchFolder();
  const at = options.from ?? '2026-01-01';
  const file = (name: string): string => join(folder, name);
  const certificateDigest = `-${options.certificateDigest ?? 'sha256'}`;
  const name = options.name ?? 'Test Authority';
  const usage = options.extendedKeyUsage === undefined ? 'critical,timeStamping' : options.extendedKeyUsage;
  writeFileSync(
    file('authority.cnf'),
    `[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = ${name} Root
[ root ]
${options.rootExtensions ?? 'basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign'}
subjectKeyIdentifier = hash
[ middle ]
${options.middleExtensions ?? 'basicConstraints = critical,CA:TRUE,pathlen:0\nkeyUsage = critical,keyCertSign'}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ signer ]
basicConstraints = critical,CA:FALSE
keyUsage = ${options.keyUsage ?? 'critical,digitalSignature'}
${usage === null ? '' : `extendedKeyUsage = ${usage}`}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ tsa ]
default_tsa = tsa1
[ tsa1 ]
serial = ${file('serial')}
crypto_device = builtin
signer_cert = ${file('signer.pem')}
certs = ${file('certs.pem')}
signer_key = ${file('signer.key')}
signer_digest = ${options.digest ?? 'sha256'}
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = ${options.essDigest ?? 'sha256'}
`,
  );
  mkdirSync(file('requests'));
  writeFileSync(file('serial'), '01\n');
  const config = ['-config', file('authority.cnf')];
  const issue = (who: string, subject: string, days: number, issuer: { readonly certificate: string; readonly key: string }): void => {
    openssl(['req', '-new', ...config, '-key', file(`${who}.key`), '-subj', `/CN=${subject}`, '-out', file(`${who}.csr`)], at);
    const signed = [
      '-CA',
      issuer.certificate,
      '-CAkey',
      issuer.key,
      '-set_serial',
      `0x${Buffer.from(subject + at)
        .toString('hex')
        .slice(-16)}`,
    ];
    const extensions = ['-extfile', file('authority.cnf'), '-extensions', who];
    openssl(
      ['x509', '-req', certificateDigest, '-in', file(`${who}.csr`), ...signed, '-days', `${days}`, ...extensions, '-out', file(`${who}.pem`)],
      at,
    );
  };
  const { below } = options;
  const root = {
    certificate: below?.rootFile ?? file('root.pem'),
    key: below === undefined ? file('root.key') : join(below.rootFile, '../root.key'),
  };
  if (below === undefined) {
    newKey(root.key, options.rootKey ?? 'ec:P-256');
    openssl(
      [
        'req',
        '-x509',
        certificateDigest,
        ...config,
        '-extensions',
        'root',
        '-key',
        root.key,
        '-days',
        `${options.rootDays ?? 7300}`,
        '-out',
        root.certificate,
      ],
      at,
    );
  }
  const withMiddle = options.withMiddle ?? false;
  if (withMiddle) {
    newKey(file('middle.key'), options.rootKey ?? 'ec:P-256');
    issue('middle', `${name} Middle`, options.middleDays ?? 5475, root);
  }
  newKey(file('signer.key'), options.key ?? 'ec:P-256');
  issue('signer', `${name} ${at}`, options.signerDays ?? 1095, withMiddle ? { certificate: file('middle.pem'), key: file('middle.key') } : root);
  writeFileSync(file('certs.pem'), `${withMiddle ? readFileSync(file('middle.pem'), 'utf8') : ''}${readFileSync(root.certificate, 'utf8')}`);
  let requests = 0;
  writeFileSync(
    file('ask'),
    `#!/bin/sh
query=$(mktemp -p '${file('requests')}')
cat > "$query"
TZ=UTC exec faketime -f "$1" openssl ts -reply -config '${file('authority.cnf')}' -section tsa1 -queryfile "$query"
`,
    { mode: 0o755 },
  );
  return {
    rootFile: root.certificate,
    middleFile: withMiddle ? file('middle.pem') : null,
    signerFile: file('signer.pem'),
    keyFile: file('signer.key'),
    configFile: file('authority.cnf'),
    reply: (request, moment) => {
      const query = file(`requests/${requests++}.tsq`);
      writeFileSync(query, request);
      return openssl(['ts', '-reply', ...config, '-section', 'tsa1', '-queryfile', query], moment);
    },
    program: (moment) => ({ kind: 'command', program: file('ask'), args: [stoppedAt(moment)[1] ?? ''] }),
  };
}
