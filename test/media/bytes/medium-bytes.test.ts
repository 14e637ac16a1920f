import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import type { Location } from '../../../src/core/model/source.ts';
import { openMedium, withFurther } from '../../../src/media/bytes/medium-bytes.ts';
import { never, temporary } from '../medium-rig.ts';

const inMemory = (bytes: Uint8Array): Location => ({ kind: 'bytes', bytes });

/** All bytes of a stream, copied while they are valid. */
async function streamed(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece.slice());
  return Buffer.concat(parts);
}

describe('a medium in pieces', () => {
  it('reads the same as the whole at any place', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(40), fc.nat(40), async (parts, from, length) => {
        const whole = Buffer.concat(parts);
        const [first = new Uint8Array(0), ...further] = parts;
        const medium = withFurther(openMedium(inMemory(first), 'x'), further.map(inMemory), 'x');
        expect(medium.size).toBe(whole.length);
        expect(Buffer.from(await medium.reader.read(from, length, never))).toEqual(Buffer.from(whole.subarray(from, from + length)));
        expect(await streamed(medium.reader.stream(from, from + length, never))).toEqual(Buffer.from(whole.subarray(from, from + length)));
        const at = Math.min(from, whole.length);
        const here = Math.min(length, whole.length - at);
        expect(Buffer.from(medium.piece(at, here, new Uint8Array(here + 3)))).toEqual(Buffer.from(whole.subarray(at, at + here)));
        medium.close();
      }),
    );
  });

  it('reads across a piece too large to be held, and notices when one changes', async () => {
    using folder = temporary();
    const large = Buffer.alloc(limits.wholeMediumBytes + 10, 7);
    large.set([1, 2, 3], large.length - 3);
    const file = join(folder.path, 'large');
    writeFileSync(file, large);
    const location: Location = { kind: 'span', file, offset: 0, size: large.length, spooled: false };
    const medium = withFurther(openMedium(inMemory(Uint8Array.of(9)), 'x'), [location, inMemory(Uint8Array.of(4, 5))], 'x');
    expect([...medium.piece(large.length - 2, 5, new Uint8Array(8))]).toEqual([1, 2, 3, 4, 5]);
    expect([...(await medium.reader.read(0, 2, never))]).toEqual([9, 7]);
    medium.assertUnchanged();
    truncateSync(file, large.length - 1);
    expect(() => medium.assertUnchanged()).toThrow(expect.objectContaining({ code: 'M110' }));
    medium.close();
  });

  it('that lacks a piece is an error, and leaves the first open to be closed', () => {
    const first = openMedium(inMemory(Uint8Array.of(1)), 'x');
    const gone: Location = { kind: 'span', file: '/nowhere/at/all', offset: 0, size: 3, spooled: false };
    expect(() => withFurther(first, [inMemory(Uint8Array.of(2)), gone], 'x')).toThrow(expect.objectContaining({ code: 'M110' }));
    first.close();
  });
});
