import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginEvidence, writeEvidence } from '../../../src/log/stamps/evidence-record.ts';
import { verifyEvidence } from '../../../src/log/stamps/evidence-verify.ts';
import { receiveStampResponse, verifyStampResponse } from '../../../src/log/stamps/response.ts';
import { readResponse } from '../../../src/log/stamps/status.ts';
import { everything } from '../../faults/trials.ts';
import { makeAuthority } from '../authority.ts';
import { checkpoint, stampOf } from '../stamps.ts';

const at = '2026-03-01 12:00:00';

describe('bytes that differ from those of the authority', () => {
  const authority = makeAuthority({ withMiddle: true });
  const { response, demand } = stampOf(authority, at);
  const isTaken = (bytes: Uint8Array): boolean => verifyStampResponse(bytes, demand, 'here').kind !== 'finding';

  it('are never accepted as a stamp, whichever byte is changed', () => {
    expect(isTaken(response)).toBe(true);
    const taken: string[] = [];
    for (let index = 0; index < response.length; index++) {
      // Another single bit of each byte, and in the long form all bits of it.
      for (const mask of everything ? [1 << (index % 8), 0xff] : [1 << (index % 8)]) {
        const mutant = Uint8Array.from(response);
        mutant[index] = (mutant[index] ?? 0) ^ mask;
        if (isTaken(mutant)) taken.push(`byte ${index} ^ ${mask}`);
      }
    }
    expect(taken).toEqual([]);
  });

  it('are never accepted as a stamp if some are truncated, added, doubled or omitted', () => {
    const taken: string[] = [];
    for (let index = 0; index < response.length; index += everything ? 19 : 57) {
      const [before, after] = [response.subarray(0, index), response.subarray(index)];
      for (const [what, parts] of [
        ['cut', [before]],
        ['behind', [response, before.subarray(0, 1)]],
        ['doubled', [before, before, after]],
        ['left out', [before, after.subarray(1)]],
        ['added', [before, Buffer.from([0]), after]],
      ] as const)
        if (isTaken(Buffer.concat(parts)) && !(what === 'doubled' && index === 0)) taken.push(`${what} at ${index}`);
    }
    expect(taken.filter((one) => one !== 'behind at 0')).toEqual([]);
  });

  it('that are received as an answer are at most accepted as the same stamp', () => {
    const wanted = verifyStampResponse(response, demand, 'here');
    for (let index = 0; index < response.length; index += everything ? 5 : 15) {
      const mutant = Uint8Array.from(response);
      mutant[index] = (mutant[index] ?? 0) ^ (1 << (index % 8));
      const answer = receiveStampResponse(mutant, demand, 'here');
      // The change may be in a certificate that is not needed; it is removed.
      if (!('kind' in answer)) expect({ ...answer.stamp, token: null }).toEqual({ ...wanted, token: null });
    }
  });

  it('are never accepted as an evidence record, whichever byte is changed', () => {
    const evidence = writeEvidence(beginEvidence('sha256', readResponse(response).token.whole));
    const now = Date.parse('2026-04-01');
    const isProved = (bytes: Uint8Array): boolean =>
      verifyEvidence(bytes, { checkpoint, lists: new Map(), roots: demand.roots }, now, 'here').kind === 'evidence';
    expect(isProved(evidence)).toBe(true);
    const taken: number[] = [];
    for (let index = 0; index < evidence.length; index += everything ? 1 : 3) {
      const mutant = Uint8Array.from(evidence);
      mutant[index] = (mutant[index] ?? 0) ^ (1 << (index % 8));
      if (isProved(mutant)) taken.push(index);
    }
    expect(taken).toEqual([]);
  });

  it('of any kind cause a finding, not a throw', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc
          .tuple(fc.constantFrom(0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x18, 0x80, 0x1f), fc.uint8Array({ maxLength: 12 }))
          .map(([tag, content]) => Buffer.from([tag, content.length, ...content])),
        fc
          .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa1, 0x24), fc.array(tie('value') as fc.Arbitrary<Buffer>, { maxLength: 5 }))
          .map(([tag, parts]) => {
            const content = Buffer.concat(parts);
            return content.length > 127 ? Buffer.from([tag, 0x80, ...content, 0, 0]) : Buffer.from([tag, content.length, ...content]);
          }),
      ),
    })).value as fc.Arbitrary<Buffer>;
    fc.assert(
      fc.property(fc.oneof(values, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        expect(verifyStampResponse(bytes, demand, 'here').kind).toBe('finding');
        expect(receiveStampResponse(bytes, demand, 'here')).toHaveProperty('kind', 'finding');
        expect(verifyEvidence(bytes, { checkpoint, lists: new Map(), roots: demand.roots }, 0, 'here').kind).toBe('finding');
      }),
      { numRuns: 300 },
    );
  });

  it('that are nested or repeated without limit are refused before they cost anything', () => {
    const nested = Buffer.alloc(200_000, Buffer.from([0x30, 0x80]));
    const many = Buffer.concat([Buffer.from([0x30, 0x83, 0x03, 0x00, 0x00]), Buffer.alloc(196_608, Buffer.from([0x05, 0x00]))]);
    for (const bytes of [nested, many]) expect(receiveStampResponse(bytes, demand, 'here')).toMatchObject({ code: 'L200' });
  });
});
