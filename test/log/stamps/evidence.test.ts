import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  beginEvidence,
  type EvidenceRecord,
  readEvidence,
  rehashValues,
  renewalHash,
  withChain,
  withoutLast,
  withRenewal,
  writeEvidence,
} from '../../../src/log/stamps/evidence-record.ts';
import { buildTree, hashOf, rootOf } from '../../../src/log/stamps/evidence-tree.ts';
import { type EvidenceDemand, verifyEvidence } from '../../../src/log/stamps/evidence-verify.ts';
import { makeStampRequest } from '../../../src/log/stamps/request.ts';
import { verifyStampResponse } from '../../../src/log/stamps/response.ts';
import { type Authority, makeAuthority, opensslSays, scratchFolder } from '../authority.ts';
import { checkpoint, rootsOf } from '../stamps.ts';

const list = Buffer.from('9f…  log/tile/entries/000.p/7\n');
const classes = scratchFolder();
const classPath = ['bcpkix', 'bcprov', 'bcutil'].map((jar) => `/usr/share/java/${jar}.jar`);

/** Bouncy Castle's verdict on a record: the number of its stamps, or the first line of the reason. */
function judge(record: EvidenceRecord | Uint8Array, at: string, documents: readonly Uint8Array[]): string {
  const folder = scratchFolder();
  const files = documents.map((bytes, index) => {
    writeFileSync(join(folder, `${index}`), bytes);
    return join(folder, `${index}`);
  });
  writeFileSync(join(folder, 'record'), record instanceof Uint8Array ? record : writeEvidence(record));
  // It judges one record and exits: full JIT compilation would take half as long again.
  const words = [
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-cp',
    [classes, ...classPath].join(delimiter),
    'EvidenceJudge',
    join(folder, 'record'),
    `${Date.parse(`${at}Z`)}`,
    ...files,
  ];
  const { stdout, stderr } = spawnSync('java', words, { encoding: 'utf8' });
  return stdout.trim() || (/Exception[^\n]*/.exec(stderr)?.[0] ?? stderr);
}

function token(authority: Authority, at: string, value: Uint8Array, digest: 'sha256' | 'sha384' | 'sha512' = 'sha256'): Uint8Array {
  const imprint = { digest, value };
  const response = authority.reply(makeStampRequest({ imprint, nonce: null, policy: null }), at);
  const stamp = verifyStampResponse(response, { imprint, nonce: null, policy: null, roots: rootsOf(authority) }, 'here');
  if (stamp.kind === 'finding') throw new Error(stamp.message);
  return stamp.token;
}

function begin(authority: Authority, at: string): EvidenceRecord {
  return beginEvidence('sha256', token(authority, at, hashOf('sha256', checkpoint)));
}

function renew(record: EvidenceRecord, authority: Authority, at: string): EvidenceRecord {
  const { digest, value } = renewalHash(record);
  return withRenewal(record, { tree: [], token: token(authority, at, value, digest as 'sha256' | 'sha512') });
}

function rehash(
  record: EvidenceRecord,
  authority: Authority,
  at: string,
  digest: 'sha384' | 'sha512',
  documents: readonly Uint8Array[],
): EvidenceRecord {
  const { root, trees } = buildTree(digest, [rehashValues(digest, documents, record.chains)]);
  return withChain(record, digest, { tree: trees[0] ?? [], token: token(authority, at, root, digest) });
}

describe('an evidence record', () => {
  let first: Authority;
  let second: Authority;
  let third: Authority;
  let demand: EvidenceDemand;
  /** The faults of a record at a given time: codes; empty if it is valid. */
  const said = (record: EvidenceRecord | Uint8Array, at: string, change: Partial<EvidenceDemand> = {}): string[] => {
    const answer = verifyEvidence(
      record instanceof Uint8Array ? record : writeEvidence(record),
      { ...demand, ...change },
      Date.parse(`${at}Z`),
      'here',
    );
    return answer.kind === 'finding' ? [answer.code] : answer.faults.map(({ code }) => code);
  };

  beforeAll(() => {
    execFileSync('javac', ['-cp', classPath.join(delimiter), '-d', classes, join(import.meta.dirname, '../EvidenceJudge.java')]);
    first = makeAuthority({ from: '2026-01-01', withMiddle: true });
    second = makeAuthority({ from: '2028-01-01', below: first, key: 'rsa:3072' });
    third = makeAuthority({ from: '2030-01-01', name: 'Third', digest: 'sha512', certificateDigest: 'sha512' });
    demand = { checkpoint, lists: new Map(), roots: rootsOf(first, third) };
  });

  it('of one stamp is valid until its certificates expire; Bouncy Castle accepts it', () => {
    const record = begin(first, '2026-03-01 12:00:00');
    expect(said(record, '2028-12-31')).toEqual([]);
    expect(said(record, '2029-01-01')).toEqual(['L232']);
    expect(judge(record, '2026-04-01', [checkpoint])).toBe('1');
    expect(judge(record, '2026-04-01', [list])).toMatch(/object hash not found/);
  });

  it('renewed in time stays valid, twice; Bouncy Castle accepts it, openssl each of its stamps', () => {
    let record = renew(begin(first, '2026-03-01'), second, '2028-06-01');
    expect(said(record, '2030-12-01')).toEqual([]);
    expect(judge(record, '2030-12-01', [checkpoint])).toBe('2');
    record = renew(record, third, '2030-06-01');
    expect(said(record, '2032-12-01')).toEqual([]);
    expect(said(record, '2033-12-01')).toEqual(['L232']);
    expect(judge(record, '2032-12-01', [checkpoint])).toBe('3');
    const folder = scratchFolder();
    const stamped = [checkpoint, ...(record.chains[0]?.stamps.map((stamp) => stamp.token) ?? [])];
    for (const [index, stamp] of (record.chains[0]?.stamps ?? []).entries()) {
      writeFileSync(join(folder, 'token'), stamp.token);
      writeFileSync(join(folder, 'data'), stamped[index] ?? '');
      const roots = [first, first, third][index]?.rootFile ?? '';
      const chain = index === 0 && first.middleFile !== null ? ['-untrusted', first.middleFile] : [];
      const words = ['ts', '-verify', '-data', join(folder, 'data'), '-in', join(folder, 'token'), '-token_in', '-CAfile', roots, ...chain];
      expect(opensslSays(words, ['2026-04-01', '2028-07-01', '2030-07-01'][index] ?? '').said).toContain('Verification: OK');
    }
  });

  it('renewed after its certificates had expired is detected, however valid the new stamp is', () => {
    expect(said(renew(begin(first, '2026-03-01'), third, '2030-06-01'), '2030-07-01')).toEqual(['L236']);
    expect(said(renew(begin(first, '2026-03-01'), second, '2028-06-01'), '2035-01-01')).toEqual(['L232']);
    expect(said(renew(renew(begin(first, '2026-03-01'), second, '2028-06-01'), third, '2032-06-01'), '2034-01-01')).toEqual(['L236', 'L232']);
  });

  it('restarted with a stronger digest covers checkpoint, list and all earlier stamps; Bouncy Castle accepts it', () => {
    const before = renew(begin(first, '2026-03-01'), second, '2028-06-01');
    const record = rehash(before, third, '2030-06-01', 'sha512', [checkpoint, list]);
    const lists = new Map([['sha512', list]]);
    expect(said(record, '2032-01-01', { lists })).toEqual([]);
    expect(judge(record, '2032-01-01', [checkpoint, list])).toBe('3');
    expect(said(record, '2032-01-01')).toEqual(['L237']);
    expect(said(record, '2032-01-01', { lists: new Map([['sha512', checkpoint]]) })).toEqual(['L237']);
    expect(judge(record, '2032-01-01', [checkpoint, checkpoint])).toMatch(/object hash not found/);
    const alone = rehash(before, third, '2030-06-01', 'sha512', [checkpoint]);
    expect(said(alone, '2032-01-01')).toEqual([]);
    expect(judge(alone, '2032-01-01', [checkpoint])).toBe('3');
    const renewed = renew(record, third, '2031-06-01');
    expect(said(renewed, '2032-01-01', { lists })).toEqual([]);
    expect(judge(renewed, '2032-01-01', [checkpoint, list])).toBe('4');
    // Two renewals of that kind in a row.
    const twice = rehash(begin(first, '2026-03-01'), second, '2028-06-01', 'sha384', [checkpoint, list]);
    const thrice = rehash(twice, third, '2030-06-01', 'sha512', [checkpoint, list]);
    expect(
      said(thrice, '2032-01-01', {
        lists: new Map([
          ['sha384', list],
          ['sha512', list],
        ]),
      }),
    ).toEqual([]);
    expect(judge(thrice, '2032-01-01', [checkpoint, list])).toBe('3');
  });

  it('depends on other digests after each kind of renewal', () => {
    const digests = (record: EvidenceRecord, lists: EvidenceDemand['lists']): readonly string[] => {
      const answer = verifyEvidence(writeEvidence(record), { ...demand, lists }, Date.parse('2031-01-01'), 'here');
      return answer.kind === 'finding' ? [answer.code] : answer.digests;
    };
    const before = renew(begin(first, '2026-03-01'), second, '2028-06-01');
    expect(digests(before, new Map())).toEqual(['sha256']);
    expect(digests(rehash(before, third, '2030-06-01', 'sha512', [checkpoint]), new Map())).toEqual(['sha512', 'sha256']);
    expect(digests(rehash(before, third, '2030-06-01', 'sha512', [checkpoint, list]), new Map([['sha512', list]]))).toEqual(['sha512']);
  });

  it('on a digest that has become weak is only valid if it was restarted before', () => {
    const ageing = [{ algorithm: 'sha256', belowBits: null, weakFrom: '2029-01-01' }];
    const record = begin(first, '2026-03-01');
    expect(said(record, '2028-12-01', { ageing })).toEqual([]);
    // Both: its certificates, and the tree of the log.
    expect(said(record, '2029-01-01', { ageing })).toEqual(['L232', 'L209']);
    const strong = makeAuthority({ from: '2028-01-01', name: 'Strong', key: 'rsa:3072', digest: 'sha512', certificateDigest: 'sha512' });
    const roots = rootsOf(first, strong);
    const renewed = withRenewal(record, { tree: [], token: token(strong, '2028-06-01', renewalHash(record).value) });
    expect(said(renewed, '2028-12-01', { ageing, roots })).toEqual([]);
    expect(said(renewed, '2029-06-01', { ageing, roots })).toEqual(['L209']);
    const rehashed = rehash(record, strong, '2028-06-01', 'sha512', [checkpoint, list]);
    expect(said(rehashed, '2029-06-01', { ageing, roots, lists: new Map([['sha512', list]]) })).toEqual([]);
    const late = rehash(record, strong, '2028-06-01', 'sha512', [checkpoint, list]);
    expect(
      said(late, '2028-07-01', {
        ageing: [{ ...ageing[0], weakFrom: '2028-05-01', algorithm: 'sha256', belowBits: null }],
        roots,
        lists: new Map([['sha512', list]]),
      }),
    ).toEqual(['L236']);
  });

  it("with a stronger digest than the log's tree is no stronger than the tree", () => {
    const ageing = [{ algorithm: 'sha256', belowBits: null, weakFrom: '2031-01-01' }];
    const strong = makeAuthority({ from: '2030-01-01', name: 'Strong', digest: 'sha512', certificateDigest: 'sha512', signerDays: 3000 });
    const [roots, lists] = [rootsOf(strong), new Map([['sha384', list]])];
    const record = beginEvidence('sha512', token(strong, '2030-03-01', hashOf('sha512', checkpoint), 'sha512'));
    expect(said(record, '2030-12-31', { ageing, roots })).toEqual([]);
    expect(said(record, '2031-01-01', { ageing, roots })).toEqual(['L209']);
    expect(said(rehash(record, strong, '2030-06-01', 'sha384', [checkpoint, list]), '2032-01-01', { ageing, roots, lists })).toEqual([]);
    expect(said(rehash(record, strong, '2030-06-01', 'sha384', [checkpoint]), '2032-01-01', { ageing, roots })).toEqual(['L209']);
    expect(said(rehash(record, strong, '2031-06-01', 'sha384', [checkpoint, list]), '2032-01-01', { ageing, roots, lists })).toEqual(['L236']);
  });

  it('of another checkpoint, or with stamps that do not cover each other, is refused', () => {
    const record = renew(begin(first, '2026-03-01'), second, '2028-06-01');
    expect(said(record, '2029-01-01', { checkpoint: list })).toEqual(['L202']);
    const other = begin(first, '2026-03-02');
    const stamps = record.chains[0]?.stamps ?? [];
    const swapped = withRenewal(other, stamps[1] ?? { tree: [], token: list });
    expect(said(swapped, '2029-01-01')).toEqual(['L235']);
    expect(judge(swapped, '2029-01-01', [checkpoint])).toMatch(/hash not found|does not match/);
    const backwards = renew(begin(second, '2028-06-01'), first, '2026-03-01');
    expect(said(backwards, '2028-07-01')).toEqual(['L235']);
    expect(said(rehash(begin(first, '2026-03-01'), second, '2028-06-01', 'sha512', [list]), '2028-07-01')).toEqual(['L237']);
    expect(said(record, '2029-01-01', { roots: rootsOf(third) })).toEqual(['L207']);
  });

  it('is read back unchanged, and without its last stamp as it was before', () => {
    const steps = [begin(first, '2026-03-01')];
    steps.push(renew(steps[0] ?? begin(first, '2026-03-01'), second, '2028-06-01'));
    steps.push(rehash(steps[1] ?? begin(first, '2026-03-01'), third, '2030-06-01', 'sha512', [checkpoint, list]));
    steps.push(renew(steps[2] ?? begin(first, '2026-03-01'), third, '2031-06-01'));
    for (const [index, record] of steps.entries()) {
      const bytes = writeEvidence(record);
      expect(Buffer.compare(writeEvidence(readEvidence(bytes)), bytes)).toBe(0);
      const before = withoutLast(readEvidence(bytes));
      const wanted = steps[index - 1];
      if (wanted === undefined) expect(before).toBeNull();
      else expect(before === null ? null : Buffer.compare(writeEvidence(before), writeEvidence(wanted))).toBe(0);
    }
  });

  it('renewed together with others is verified by itself; Bouncy Castle accepts each', () => {
    const most = Array.from({ length: 8 }, (_, index) => begin(first, `2026-03-0${index + 1}`));
    for (const count of [2, 3, 5, 8]) {
      const records = most.slice(0, count);
      const { root, trees } = buildTree(
        'sha256',
        records.map((record) => [renewalHash(record).value]),
      );
      const stamp = token(second, '2028-06-01', root);
      for (const [index, record] of records.entries()) {
        const renewed = withRenewal(record, { tree: trees[index] ?? [], token: stamp });
        expect(said(renewed, '2030-12-01')).toEqual([]);
        if (index === 0 || index === count - 1) expect(judge(renewed, '2030-12-01', [checkpoint])).toBe('2');
        expect(said(withRenewal(record, { tree: trees[(index + 1) % count] ?? [], token: stamp }), '2030-12-01')).toEqual(['L235']);
      }
    }
  });
});

describe('a hash tree', () => {
  it('leads from each of its groups to the same root, and only from its own values', () => {
    for (const sizes of [
      [1],
      [2],
      [1, 1],
      [2, 1, 3],
      Array.from({ length: 13 }, () => 1),
      Array.from({ length: 64 }, (_, index) => (index % 3) + 1),
    ]) {
      const groups = sizes.map((size, group) => Array.from({ length: size }, (_, index) => hashOf('sha256', Buffer.from(`${group} ${index}`))));
      const { root, trees } = buildTree('sha256', groups);
      for (const [index, tree] of trees.entries()) {
        const [only] = groups[index] ?? [];
        if (tree.length === 0) expect(root).toEqual(only);
        else {
          expect(rootOf('sha256', tree)).toEqual(root);
          expect([...(tree[0] ?? [])].map(String).sort()).toEqual((groups[index] ?? []).map(String).sort());
        }
      }
    }
  });
});
