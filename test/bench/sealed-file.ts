import { diffieHellman, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';
import { openAgeBytes } from '../../src/sealing/age/open-now.ts';
import { createAgeSink } from '../../src/sealing/age/seal.ts';
import { generateIdentity, ownKeys, x25519Identity } from '../../src/sealing/age/x25519.ts';

const plainBytes = 5_000;
const times = 2_000;
const rounds = 5;

/** Measures what sealing and opening one small file costs in memory, and the parts of it that Node.js does in OpenSSL. @returns a table */
export function sealedFileCosts(): string {
  const plain = Buffer.alloc(plainBytes, 7);
  const identity = generateIdentity();
  const stored = Buffer.concat(sealed(plain, identity));
  const [one, other] = [generateKeyPairSync('x25519'), generateKeyPairSync('x25519')];
  const secret = randomBytes(32);
  const rows: readonly (readonly [string, number])[] = [
    ['a new X25519 key, by OpenSSL', microseconds(() => generateKeyPairSync('x25519'))],
    ['an X25519 key agreement, by OpenSSL', microseconds(() => diffieHellman({ privateKey: one.privateKey, publicKey: other.publicKey }))],
    ['HKDF-SHA-256, by OpenSSL', microseconds(() => hkdfSync('sha256', secret, secret, 'header', 32))],
    [
      `sealing a file of ${plainBytes} bytes: two keys, one agreement, three times HKDF, HMAC, two ciphers`,
      microseconds(() => sealed(plain, identity)),
    ],
    ['opening it: one key, one agreement, three times HKDF, HMAC, two ciphers', microseconds(() => openAgeBytes(stored, x25519Identity(identity)))],
  ];
  return ['| in memory, once warm | CPU-µs |', '|---|--:|', ...rows.map(([what, cost]) => `| ${what} | ${cost.toFixed(0)} |`)].join('\n');
}

function sealed(plain: Uint8Array, identity: string): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const sink = createAgeSink(ownKeys(identity).recipient, (piece) => pieces.push(Uint8Array.from(piece)));
  sink.write(plain);
  sink.finish();
  return pieces;
}

/** Returns the CPU time of one call, the lowest of several rounds. */
function microseconds(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let at = 0; at < times; at++) work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / times);
  }
  return least;
}
