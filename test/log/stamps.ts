import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StampDigest } from '../../src/log/stamps/algorithms.ts';
import { makeStampRequest } from '../../src/log/stamps/request.ts';
import type { StampDemand } from '../../src/log/stamps/response.ts';
import { readRoots, type StampRoots } from '../../src/log/stamps/roots.ts';
import type { Authority } from './authority.ts';

/** The bytes that tests stamp: the text of a checkpoint. */
export const checkpoint = Buffer.from('example.org/log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n');

/** The roots of authorities. */
export function rootsOf(...authorities: readonly Authority[]): StampRoots {
  return readRoots(authorities.map(({ rootFile }) => readFileSync(rootFile, 'utf8')).join('\n'), 'roots');
}

/** A time stamp of an authority, with the request. */
export interface Given {
  readonly response: Uint8Array;
  readonly demand: StampDemand;
}

/** Requests a time stamp from an authority over bytes at a given time. */
export function stampOf(
  authority: Authority,
  at: string,
  {
    bytes = checkpoint,
    digest = 'sha256' as StampDigest,
    nonce = 0x7234567890abcdefn as bigint | null,
    roots = rootsOf(authority),
    policy = null as string | null,
  } = {},
): Given {
  const imprint = { digest, value: new Uint8Array(createHash(digest).update(bytes).digest()) };
  return { response: authority.reply(makeStampRequest({ imprint, nonce, policy }), at), demand: { imprint, nonce, policy, roots } };
}
