import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readDer, write } from '../../../src/log/stamps/asn1.ts';
import {
  receiveStampResponse,
  relianceFault,
  type Stamp,
  type StampDemand,
  verifyStampResponse,
  verifyStampToken,
} from '../../../src/log/stamps/response.ts';
import { readRoots } from '../../../src/log/stamps/roots.ts';
import { readResponse } from '../../../src/log/stamps/status.ts';
import { type Authority, type AuthorityOptions, makeAuthority, openssl, opensslSays, scratchFolder } from '../authority.ts';
import { checkpoint, type Given, rootsOf, stampOf } from '../stamps.ts';

const at = '2026-03-01 12:00:00';

/** The result in a word: the code, or the time. */
function said({ response, demand }: Given): string {
  const answer = verifyStampResponse(response, demand, 'here');
  return answer.kind === 'finding' ? answer.code : answer.stampedAt;
}

function proved({ response, demand }: Given): Stamp {
  const answer = verifyStampResponse(response, demand, 'here');
  if (answer.kind === 'finding') throw new Error(`${answer.code} ${answer.message}`);
  return answer;
}

/** Openssl's verdict on an answer over the checkpoint. */
function judged(response: Uint8Array, authority: Authority, moment = at): string {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'data'), checkpoint);
  writeFileSync(join(folder, 'tsr'), response);
  const chain = authority.middleFile === null ? [] : ['-untrusted', authority.middleFile];
  return opensslSays(['ts', '-verify', '-data', join(folder, 'data'), '-in', join(folder, 'tsr'), '-CAfile', authority.rootFile, ...chain], moment)
    .said;
}

describe('an answer of a valid authority', () => {
  const kinds: [string, AuthorityOptions][] = [
    ['RSA', { key: 'rsa:3072' }],
    ['RSA of 2048 bits with SHA-512', { key: 'rsa:2048', digest: 'sha512' }],
    ['ECDSA', { key: 'ec:P-256' }],
    ['ECDSA on P-384 with SHA-384, certificates too', { key: 'ec:P-384', rootKey: 'ec:P-384', digest: 'sha384', certificateDigest: 'sha384' }],
    ['ECDSA on a brainpool curve', { key: 'ec:brainpoolP256r1', rootKey: 'ec:brainpoolP384r1' }],
    ['an authority between root and signer', { withMiddle: true }],
    ['keys on P-521 above the signer', { rootKey: 'ec:P-521', withMiddle: true, certificateDigest: 'sha512' }],
    ['a certificate identified by SHA-1, as in RFC 3161 before RFC 5816', { essDigest: 'sha1' }],
    ['key usage that also binds', { keyUsage: 'critical,digitalSignature,nonRepudiation' }],
  ];
  it.each(kinds)('is verified: %s; openssl agrees', (_, options) => {
    const authority = makeAuthority(options);
    const given = stampOf(authority, at);
    expect(said(given)).toBe('2026-03-01T12:00:00.000Z');
    expect(judged(given.response, authority)).toContain('Verification: OK');
  });

  it('has the content that openssl prints', () => {
    const authority = makeAuthority({ withMiddle: true, key: 'rsa:3072', middleDays: 800 });
    const given = stampOf(authority, at, { digest: 'sha512', policy: '1.2.3.4.2' });
    const file = join(scratchFolder(), 'tsr');
    writeFileSync(file, given.response);
    const text = openssl(['ts', '-reply', '-in', file, '-text']).toString();
    const stamp = proved(given);
    expect(text).toContain(`Policy OID: ${stamp.policy}`);
    expect(text).toContain(`Serial number: 0x${stamp.serial}`);
    expect(text).toContain('Time stamp: Mar  1 12:00:00 2026 GMT');
    const ends = openssl(['x509', '-in', authority.middleFile ?? '', '-noout', '-enddate', '-dateopt', 'iso_8601']).toString();
    expect(ends).toContain(stamp.certificateEnds.slice(0, 10));
    expect(stamp).toMatchObject({
      accuracyMs: 1501,
      authority: 'Test Authority 2026-01-01',
      policy: '1.2.3.4.2',
      certificateEnds: '2028-03-11T00:00:00.000Z',
      digest: 'sha512',
      algorithms: [
        { name: 'sha512', bits: null },
        { name: 'sha256', bits: null },
        { name: 'rsa', bits: 3072 },
        { name: 'ec', bits: 256 },
      ],
    });
  });

  it('is verified when its certificates have expired since, and then cannot be relied on any more', () => {
    const stamp = proved(stampOf(makeAuthority(), at));
    expect(relianceFault(stamp, Date.parse(stamp.certificateEnds))).toBeNull();
    expect(relianceFault(stamp, Date.parse(stamp.certificateEnds) + 1)).toMatchObject({ code: 'L232' });
    expect(relianceFault(stamp, Date.parse('2027-01-01'), [{ algorithm: 'sha256', belowBits: null, weakFrom: '2027-01-01' }])).toMatchObject({
      code: 'L209',
    });
    expect(relianceFault(stamp, Date.parse('2026-12-31'), [{ algorithm: 'sha256', belowBits: null, weakFrom: '2027-01-01' }])).toBeNull();
  });

  it("is verified by one root among many, as in the system's bundle", () => {
    const authority = makeAuthority({ withMiddle: true });
    const others = Array.from({ length: 5 }, (_, index) => makeAuthority({ name: `Other ${index}` }));
    expect(said(stampOf(authority, at, { roots: rootsOf(...others, authority) }))).toBe('2026-03-01T12:00:00.000Z');
  });
});

describe('an answer is refused', () => {
  let good: Authority;
  beforeAll(() => {
    good = makeAuthority({ withMiddle: true });
  });
  const bad = (options: AuthorityOptions, moment = at): string => said(stampOf(makeAuthority(options), moment));

  it('over other bytes: L202; openssl agrees', () => {
    const given = stampOf(good, at, { bytes: Buffer.from('another checkpoint') });
    const demand = { ...given.demand, imprint: stampOf(good, at).demand.imprint };
    expect(said({ ...given, demand })).toBe('L202');
    expect(said({ ...given, demand: { ...demand, imprint: { bytes: checkpoint } } })).toBe('L202');
    expect(judged(given.response, good)).toContain('message imprint mismatch');
  });
  it('over another digest than requested: L202', () => {
    const { response } = stampOf(good, at, { digest: 'sha512' });
    expect(said({ response, demand: stampOf(good, at).demand })).toBe('L202');
  });
  it('with the number of another request, or none: L203', () => {
    const { demand } = stampOf(good, at);
    expect(said({ response: stampOf(good, at, { nonce: 1n }).response, demand })).toBe('L203');
    expect(said({ response: stampOf(good, at, { nonce: null }).response, demand })).toBe('L203');
    expect(said({ response: stampOf(good, at, { nonce: 1n }).response, demand: { ...demand, nonce: null } })).toBe('2026-03-01T12:00:00.000Z');
  });
  it('under another policy: L212', () => {
    const { response, demand } = stampOf(good, at);
    expect(said({ response, demand: { ...demand, policy: '1.2.3.4.2' } })).toBe('L212');
  });
  it('that refuses: L201, with its text', () => {
    const given = stampOf(good, at, { policy: '1.2.3.99' });
    expect(verifyStampResponse(given.response, given.demand, 'here')).toMatchObject({
      code: 'L201',
      message: expect.stringMatching(/rejected; it does not know the policy; ".*policy.*"/i),
    });
  });
  it('of a certificate without the purpose, with a further one, or with one that is not critical: L206; openssl refuses them too', () => {
    for (const extendedKeyUsage of [null, 'critical,codeSigning', 'critical,timeStamping,codeSigning', 'timeStamping']) {
      const authority = makeAuthority({ extendedKeyUsage });
      const given = signedAround(authority);
      expect(said(given)).toBe('L206');
      expect(judged(given.response, authority)).toContain('Verification: FAILED');
    }
    expect(said(signedAround(makeAuthority({ keyUsage: 'critical,keyEncipherment' })))).toBe('L206');
    const proper = makeAuthority();
    expect(said(signedAround(proper))).toBe('2026-03-01T12:00:00.000Z');
    expect(judged(signedAround(proper).response, proper)).toContain('Verification: OK');
  });
  it('of an unknown root: L207; openssl agrees', () => {
    const { response, demand } = stampOf(good, at);
    const other = makeAuthority({ withMiddle: true });
    expect(said({ response, demand: { ...demand, roots: rootsOf(other) } })).toBe('L207');
    expect(judged(response, other)).toContain('Verification: FAILED');
  });
  it('whose certificate had expired, or was not yet valid, when it was made: L208', () => {
    expect(bad({ signerDays: 30 })).toBe('L208');
    expect(bad({ rootDays: 30 })).toBe('L208');
    expect(bad({ withMiddle: true, middleDays: 30 })).toBe('L208');
    expect(said(stampOf(good, '2025-12-31 12:00:00'))).toBe('L208');
  });
  it('whose chain has an authority that is not one, may not sign, is too deep, or is for other purposes: L207', () => {
    expect(bad({ withMiddle: true, middleExtensions: 'basicConstraints = critical,CA:FALSE' })).toBe('L207');
    expect(bad({ withMiddle: true, middleExtensions: 'basicConstraints = critical,CA:TRUE\nkeyUsage = critical,cRLSign' })).toBe('L207');
    expect(bad({ withMiddle: true, middleExtensions: 'basicConstraints = critical,CA:TRUE\nextendedKeyUsage = codeSigning' })).toBe('L207');
    expect(bad({ withMiddle: true, rootExtensions: 'basicConstraints = critical,CA:TRUE,pathlen:0' })).toBe('L207');
  });
  it('whose chain has an unknown critical extension: L211', () => {
    const middleExtensions = 'basicConstraints = critical,CA:TRUE\nnameConstraints = critical,excluded;DNS:example.org';
    expect(bad({ withMiddle: true, middleExtensions })).toBe('L211');
  });
  it('that depends on SHA-1, in imprint, signature or certificate, or on a short key: L209', () => {
    expect(bad({ digest: 'sha1' })).toBe('L209');
    expect(bad({ certificateDigest: 'sha1' })).toBe('L209');
    expect(bad({ key: 'rsa:1024' })).toBe('L209');
    const request = openssl(['ts', '-query', '-digest', createHash('sha1').update(checkpoint).digest('hex'), '-sha1', '-cert', '-no_nonce']);
    const demand: StampDemand = { imprint: { bytes: checkpoint }, nonce: null, policy: null, roots: rootsOf(good) };
    expect(said({ response: good.reply(request, at), demand })).toBe('L209');
  });
  it('that is not an answer: L200', () => {
    const { demand } = stampOf(good, at);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('<html>'),
      Buffer.from([0x30, 0x80]),
      Buffer.alloc(300_000, 0x30),
      Buffer.from('30030201', 'hex'),
    ])
      expect(said({ response: new Uint8Array(bytes), demand })).toBe('L200');
  });
});

/** A stamp by `openssl cms` over the content of a valid one: unlike `openssl ts` it signs with any certificate. */
function signedAround(authority: Authority, options: readonly string[] = []): Given {
  const proper = makeAuthority();
  const { response, demand } = stampOf(proper, at);
  const folder = scratchFolder();
  const content = readDer(response, 'answer').items[1]?.items[1]?.items[0]?.items[2]?.items[1]?.items[0]?.content ?? new Uint8Array(0);
  writeFileSync(join(folder, 'content'), content);
  const signer = ['-signer', authority.signerFile, '-inkey', authority.keyFile, '-certfile', authority.middleFile ?? authority.rootFile];
  const token = openssl(
    [
      'cms',
      '-sign',
      '-binary',
      '-nodetach',
      '-econtent_type',
      '1.2.840.113549.1.9.16.1.4',
      '-in',
      join(folder, 'content'),
      '-md',
      'sha256',
      '-cades',
      '-nosmimecap',
      ...signer,
      '-outform',
      'DER',
      ...options,
    ],
    at,
  );
  return { response: write.value(0x30, write.value(0x30, write.integer(0n)), token), demand: { ...demand, roots: rootsOf(authority) } };
}

describe('answers of other implementations', () => {
  it('with a signer identified by its key are verified', () => {
    expect(said(signedAround(makeAuthority({ withMiddle: true }), ['-keyid']))).toBe('2026-03-01T12:00:00.000Z');
  });
  it('with RSASSA-PSS are verified', () => {
    const authority = makeAuthority({ key: 'rsa:3072' });
    const given = signedAround(authority, ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:32']);
    expect(said(given)).toBe('2026-03-01T12:00:00.000Z');
    expect(said({ ...given, response: flipped(given.response, given.response.length - 5) })).toBe('L204');
  });
  it('with Ed25519 are verified', () => {
    expect(said(signedAround(makeAuthority({ key: 'ed25519', rootKey: 'ed25519' }), ['-md', 'sha512']))).toBe('2026-03-01T12:00:00.000Z');
  });
  it('with indefinite lengths are accepted and re-encoded; openssl finds the same in both', () => {
    const authority = makeAuthority({ withMiddle: true });
    const open = signedAround(authority, ['-stream']);
    expect(said(open)).toBe('L200');
    const taken = receiveStampResponse(open.response, open.demand, 'here');
    if ('kind' in taken) throw new Error(taken.message);
    expect(taken.stamp.stampedAt).toBe('2026-03-01T12:00:00.000Z');
    expect(said({ ...open, response: taken.response })).toBe('2026-03-01T12:00:00.000Z');
    expect(judged(open.response, authority)).toContain('Verification: OK');
    expect(judged(taken.response, authority)).toContain('Verification: OK');
  });

  it('with unsigned parts have these removed on receipt; a stored one with them is refused', () => {
    const authority = makeAuthority({ withMiddle: true });
    const given = stampOf(authority, at);
    const stranger = readRoots(readFileSync(makeAuthority({ name: 'Stranger' }).rootFile, 'utf8'), 'x')[0]?.bytes ?? new Uint8Array(0);
    for (const response of [withCertificate(given.response, stranger), withWords(given.response), withUnsigned(given.response)]) {
      expect(said({ ...given, response })).toBe('L211');
      const taken = receiveStampResponse(response, given.demand, 'here');
      expect('kind' in taken ? taken.code : Buffer.from(taken.response).toString('hex')).toBe(Buffer.from(given.response).toString('hex'));
    }
    const untouched = receiveStampResponse(given.response, given.demand, 'here');
    expect('kind' in untouched ? untouched.code : Buffer.compare(untouched.response, given.response)).toBe(0);
  });

  it('with several chains use the one that lasts longest, and omit what leads to no known root', () => {
    const short = makeAuthority({ withMiddle: true, rootDays: 800 });
    const long = makeAuthority({ name: 'Long' });
    const given = stampOf(short, at);
    const response = withCertificate(given.response, crossed(short, 'middle', long));
    const ends = (...roots: Authority[]): string => {
      const answer = receiveStampResponse(response, { ...given.demand, roots: rootsOf(...roots) }, 'here');
      return 'kind' in answer ? answer.code : answer.stamp.certificateEnds.slice(0, 10);
    };
    expect([ends(short), ends(long), ends(short, long)]).toEqual(['2028-03-11', '2028-12-31', '2028-12-31']);
    expect(said({ ...given, response, demand: { ...given.demand, roots: rootsOf(short, long) } })).toBe('2026-03-01T12:00:00.000Z');
    expect(said({ ...given, response })).toBe('L211');
  });

  it('of authorities that certify each other in a cycle lead to no root', () => {
    const [one, other] = [makeAuthority({ name: 'One' }), makeAuthority({ name: 'Other' })];
    const given = stampOf(one, at, { roots: rootsOf(makeAuthority({ name: 'Third' })) });
    const response = [crossed(one, 'root', other), crossed(other, 'root', one)].reduce(withCertificate, given.response);
    expect(said({ ...given, response })).toBe('L207');
  });

  it('that are only a token are verified as well', () => {
    const { response, demand } = stampOf(makeAuthority(), at);
    expect(verifyStampToken(readResponse(response).token.whole, demand, 'here')).toMatchObject({ kind: 'stamp' });
    expect(verifyStampToken(response, demand, 'here')).toMatchObject({ code: 'L200' });
  });
});

/** A second certificate of an authority's key, issued by another root. */
function crossed(authority: Authority, who: 'root' | 'middle', by: Authority): Uint8Array {
  const file = (name: string): string => join(dirname(authority.configFile), name);
  const byKey = join(dirname(by.configFile), 'root.key');
  openssl(
    ['req', '-new', '-config', authority.configFile, '-key', file(`${who}.key`), '-out', file('cross.csr'), ...subjectOf(file(`${who}.pem`))],
    at,
  );
  const issuer = ['-CA', by.rootFile, '-CAkey', byKey, '-set_serial', '77', '-days', '4000', '-extfile', authority.configFile, '-extensions', who];
  return new Uint8Array(openssl(['x509', '-req', '-in', file('cross.csr'), ...issuer, '-outform', 'DER'], '2026-01-01'));
}

function subjectOf(certificate: string): string[] {
  const said = openssl(['x509', '-in', certificate, '-noout', '-subject', '-nameopt', 'compat']).toString();
  return ['-subj', `/CN=${/CN ?= ?(.*)/.exec(said)?.[1] ?? ''}`];
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ 0x01;
  return copy;
}

/** Rebuilds an answer with its signed data changed. */
function withSignedData(response: Uint8Array, change: (parts: Uint8Array[]) => Uint8Array[]): Uint8Array {
  const [status, token] = readDer(response, 'answer').items;
  const [type, wrapped] = token?.items ?? [];
  const parts = (wrapped?.items[0]?.items ?? []).map(({ whole }) => whole);
  const [a, b] = [status?.whole ?? new Uint8Array(0), type?.whole ?? new Uint8Array(0)];
  return write.value(0x30, a, write.value(0x30, b, write.value(0xa0, write.value(0x30, ...change(parts)))));
}

function withCertificate(response: Uint8Array, certificate: Uint8Array): Uint8Array {
  return withSignedData(response, (parts) =>
    parts.map((part) => (part[0] === 0xa0 ? write.value(0xa0, readDer(part, 'set').content, certificate) : part)),
  );
}

function withUnsigned(response: Uint8Array): Uint8Array {
  const attribute = write.value(0xa1, write.value(0x30, write.objectId('1.2.3.4'), write.value(0x31, write.null())));
  return withSignedData(response, (parts) => {
    const signer = readDer(parts.at(-1) ?? new Uint8Array(0), 'set').items[0];
    return [
      ...parts.slice(0, -1),
      write.value(0xa1, write.null()),
      write.value(0x31, write.value(0x30, signer?.content ?? new Uint8Array(0), attribute)),
    ];
  });
}

function withWords(response: Uint8Array): Uint8Array {
  const token = readDer(response, 'answer').items[1]?.whole ?? new Uint8Array(0);
  const words = write.value(0x30, write.value(0x0c, Buffer.from('Operation Okay')));
  return write.value(0x30, write.value(0x30, write.integer(0n), words), token);
}
