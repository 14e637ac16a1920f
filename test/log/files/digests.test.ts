import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/core/base/canonical-json.ts';
import type { LogEntry } from '../../../src/log/entries/log-entry.ts';
import { checkLogDigests } from '../../../src/log/files/digests.ts';

const entry = (seq: number, type: string, detail: LogEntry['detail']): LogEntry => ({
  kind: 'log-entry',
  seq,
  time: `2031-04-05T06:07:0${seq % 10}.000Z`,
  type,
  detail,
});
const some = [
  entry(1, 'archive-created', { archive: 'ä' }),
  entry(2, 'bag-landed', { bag: '2019/a', recordings: 3 }),
  entry(3, 'import-finished', {}),
];

/** Content of the bundles of entries, concatenated (C2SP tlog-tiles). */
function bundles(entries: readonly LogEntry[]): Buffer {
  return Buffer.concat(
    entries.map(({ time, type, detail }) => {
      const bytes = Buffer.from(canonicalJson({ time, type, detail }), 'utf8');
      const framed = Buffer.alloc(2 + bytes.length);
      framed.writeUInt16BE(bytes.length);
      bytes.copy(framed, 2);
      return framed;
    }),
  );
}

function openssl(algorithm: string, input: Buffer): string {
  const { stdout } = spawnSync('openssl', ['dgst', `-${algorithm}`, '-r'], { input, encoding: 'utf8' });
  return stdout.split(' ')[0] ?? '';
}

/** Codes of all findings about the entries. */
function said(entries: readonly LogEntry[]): string[] {
  const digests = checkLogDigests();
  return entries.flatMap((one) => digests.take(one).map(({ code }) => code));
}

describe('the digest over a log', () => {
  test.each([
    ['sha3512', 'sha3-512'],
    ['blake2b512', 'blake2b512'],
  ])('of %s equals the digest by openssl over the bundles of its entries', (algorithm, name) => {
    const digests = checkLogDigests();
    for (const one of some) expect(digests.take(one)).toEqual([]);
    expect(digests.size).toBe(3);
    expect(digests.digest(algorithm)).toBe(openssl(name, bundles(some)));
    const rehashed = entry(4, 'log-rehashed', { algorithm, size: 3, digest: openssl(name, bundles(some)) });
    expect(digests.coveredSize(algorithm)).toBeNull();
    expect(digests.take(rehashed)).toEqual([]);
    expect(digests.coveredSize(algorithm)).toBe(3);
    // The next digest also covers the entry that contains this one.
    expect(digests.digest(algorithm)).toBe(openssl(name, bundles([...some, rehashed])));
  });

  test('covers a log until anything but another such digest is logged', () => {
    const digests = checkLogDigests();
    for (const one of some) digests.take(one);
    const rehashed = (seq: number, algorithm: string): LogEntry =>
      entry(seq, 'log-rehashed', { algorithm, size: seq - 1, digest: digests.digest(algorithm) });
    digests.take(rehashed(4, 'sha3512'));
    digests.take(rehashed(5, 'blake2b512'));
    expect([digests.coveredSize('sha3512'), digests.coveredSize('blake2b512')]).toEqual([3, 4]);
    digests.take(entry(6, 'verification-finished', {}));
    expect([digests.coveredSize('sha3512'), digests.coveredSize('blake2b512')]).toEqual([null, null]);
  });

  test('detects an earlier altered entry, and its own wrong size, digest or algorithm', () => {
    const good = { algorithm: 'sha3512', size: 3, digest: openssl('sha3-512', bundles(some)) };
    expect(said([...some, entry(4, 'log-rehashed', good)])).toEqual([]);
    const altered = some.map((one) => (one.seq === 2 ? { ...one, detail: { bag: '2019/b', recordings: 3 } } : one));
    expect(said([...altered, entry(4, 'log-rehashed', good)])).toEqual(['H100']);
    for (const size of [2, 4, -1, 1.5, '3', null]) expect(said([...some, entry(4, 'log-rehashed', { ...good, size })])).toEqual(['H100']);
    expect(said([...some, entry(4, 'log-rehashed', { ...good, digest: 'x' })])).toEqual(['H100']);
    expect(said([...some, entry(4, 'log-rehashed', { ...good, algorithm: 'blake2b512' })])).toEqual(['H100']);
    expect(said([...some, entry(4, 'log-rehashed', { ...good, algorithm: 'sha4' })])).toEqual(['H101']);
  });

  test('may follow entries that another run logged meanwhile, and then does not cover the whole log', () => {
    const many = Array.from({ length: 600 }, (_, at) => entry(at + 1, 'bag-verified', { bag: `2019/${at}` }));
    const digest = openssl('sha3-512', bundles(many));
    for (const later of [0, 1, 3, 256]) {
      const digests = checkLogDigests();
      const between = Array.from({ length: later }, (_, at) => entry(601 + at, 'bag-verified', {}));
      const all = [...many, ...between, entry(601 + later, 'log-rehashed', { algorithm: 'sha3512', size: 600, digest })];
      expect(all.flatMap((one) => digests.take(one))).toEqual([]);
      expect(digests.coveredSize('sha3512')).toBe(later === 0 ? 600 : null);
      expect(digests.digest('sha3512')).toBe(openssl('sha3-512', bundles(all)));
    }
    const digests = checkLogDigests();
    const tooLate = [...many, ...Array.from({ length: 257 }, (_, at) => entry(601 + at, 'bag-verified', {}))];
    const late = entry(858, 'log-rehashed', { algorithm: 'sha3512', size: 600, digest });
    expect([...tooLate, late].flatMap((one) => digests.take(one).map(({ code }) => code))).toEqual(['H100']);
  });

  test('is not checked if an entry is lost, which is reported when the log is read', () => {
    const good = { algorithm: 'sha3512', size: 3, digest: openssl('sha3-512', bundles(some)) };
    const [first, , third] = some;
    if (first === undefined || third === undefined) throw new Error('three entries');
    expect(said([first, third, entry(4, 'log-rehashed', good)])).toEqual([]);
    const digests = checkLogDigests();
    for (const one of [first, third]) digests.take(one);
    expect(digests.digest('sha3512')).toBeNull();
  });
});
