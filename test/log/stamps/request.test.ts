import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeStampRequest } from '../../../src/log/stamps/request.ts';
import { openssl, scratchFolder } from '../authority.ts';

const text = 'a checkpoint';
const digestOf = (name: string): Uint8Array => createHash(name).update(text).digest();

describe('a request for a time stamp', () => {
  it.each(['sha256', 'sha384', 'sha512'] as const)('over %s equals the one that openssl makes for the same bytes, number and policy', (digest) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'data'), text);
    for (const policy of [null, '1.2.3.4.2']) {
      const theirs = openssl([
        'ts',
        '-query',
        '-data',
        join(folder, 'data'),
        `-${digest}`,
        '-cert',
        ...(policy === null ? [] : ['-tspolicy', policy]),
      ]);
      const said = openssl(['ts', '-query', '-in', '-', '-text'], undefined, theirs).toString();
      const nonce = BigInt(/Nonce: (0x[0-9A-F]+)/.exec(said)?.[1] ?? '0');
      expect(Buffer.from(makeStampRequest({ imprint: { digest, value: digestOf(digest) }, nonce, policy })).toString('hex')).toBe(
        theirs.toString('hex'),
      );
    }
  });

  it('without a number is also read by openssl without one', () => {
    const request = makeStampRequest({ imprint: { digest: 'sha256', value: digestOf('sha256') }, nonce: null, policy: null });
    const said = openssl(['ts', '-query', '-in', '-', '-text'], undefined, request).toString();
    expect(said).toContain('Hash Algorithm: sha256');
    expect(said).toContain('Nonce: unspecified');
    expect(said).toContain('Certificate required: yes');
    expect(said.replaceAll(/[^0-9a-f]/g, '')).toContain(Buffer.from(digestOf('sha256')).toString('hex').slice(0, 8));
  });

  it('over a digest of the wrong size is a bug of the caller', () => {
    expect(() => makeStampRequest({ imprint: { digest: 'sha512', value: digestOf('sha256') }, nonce: null, policy: null })).toThrow(RangeError);
  });
});
