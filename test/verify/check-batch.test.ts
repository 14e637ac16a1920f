import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileToHash, HashAnswer } from '../../src/archive/hash-file.ts';
import { batches, packAnswers, unpackAnswers } from '../../src/verify/check-batch.ts';

const widths = { md5: 32, sha256: 64, sha512: 128 } as const;
const algorithms = fc.subarray(Object.keys(widths) as (keyof typeof widths)[], { minLength: 1 });
const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const file = (id: number, ids: readonly string[], folder = 0): FileToHash => {
  const name = `${folder}/${id}`;
  return { id, path: name, name, sizeBytes: 7, algorithms: ids };
};

const answered = algorithms.chain((ids) => {
  const digests = fc.tuple(...ids.map((id) => hex(widths[id]))).map((values) => Object.fromEntries(ids.map((id, index) => [id, values[index]])));
  const read = fc.record({ error: fc.constant(null), sizeBytes: fc.nat(), stable: fc.boolean(), digests });
  const failed = fc.record({ error: fc.constantFrom('ENOENT', 'EIO', 'EACCES') });
  return fc.record({ ids: fc.constant(ids), answers: fc.array(fc.oneof(read, failed), { maxLength: 12 }) });
});

describe('answers between threads', () => {
  it('come out as they went in, whatever became of the files', () => {
    fc.assert(
      fc.property(answered, ({ ids, answers }) => {
        const named = answers.map((answer, index) => ({ id: index, ...answer }) as HashAnswer);
        const asked = named.map(({ id }) => file(id, ids));
        expect([...unpackAnswers(asked, packAnswers(named, ids))]).toEqual(named);
      }),
    );
  });

  it('that lack a file or a digit are refused', () => {
    const asked = [file(1, ['sha256']), file(2, ['sha256'])];
    const answers = asked.map(({ id }): HashAnswer => ({ id, error: null, sizeBytes: 1, stable: true, digests: { sha256: '0'.repeat(64) } }));
    const packed = packAnswers(answers, ['sha256']);
    expect(() => [...unpackAnswers(asked, { ...packed, digests: packed.digests.slice(1) })]).toThrow('digits');
    expect(() => [...unpackAnswers(asked, packAnswers(answers.slice(1), ['sha256']))]).toThrow('1 of 2 files');
  });
});

describe('batches', () => {
  it('hold every file once, in order, and never mix algorithms', () => {
    const files = fc.array(fc.record({ folder: fc.nat({ max: 3 }), long: fc.boolean() }), { maxLength: 600 });
    fc.assert(
      fc.property(files, (list) => {
        const asked = list.map(({ folder, long }, index) => file(index, long ? ['sha512'] : ['sha256'], folder));
        const made = [...batches(asked)];
        expect(made.flat()).toEqual(asked);
        for (const batch of made) expect(new Set(batch.map((one) => one.algorithms.join()))).toHaveProperty('size', 1);
      }),
    );
  });
});
