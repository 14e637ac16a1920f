import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { createTargetFile, makeTargetFolder, writeTargetFile } from '../../../src/media/bytes/target-file.ts';
import { createSealer } from '../../../src/sealing/sealer.ts';

const root = mkdtempSync(join(tmpdir(), 'longplay-target-'));
afterAll(() => rmSync(root, { recursive: true }));

test('a second attempt begins with an empty folder, whatever the first left when its thread died', () => {
  const folder = join(root, 'recording');
  makeTargetFolder(folder);
  writeTargetFile(join(folder, 'original-1.wav'), Buffer.from('half of i'));
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'access-1.opus'), 'x');
  makeTargetFolder(folder);
  expect(readdirSync(folder)).toEqual([]);
  // The new file does not exist: the file of the first attempt would prevent it.
  expect(writeTargetFile(join(folder, 'original-1.wav'), Buffer.from('all of it'))).toMatchObject({ path: 'original-1.wav', sizeBytes: 9 });
});

test('an existing file is never overwritten', () => {
  const path = join(root, 'kept.wav');
  writeFileSync(path, 'kept');
  expect(() => writeTargetFile(path, Buffer.from('other'))).toThrow(LongplayError);
  expect(() => writeTargetFile(path, Buffer.from('other'))).toThrow(expect.objectContaining({ code: 'M111' }));
});

test.each(['open', 'sealed'])('what was written to a file that is %s is read back through a buffer no larger than the file', (kind) => {
  for (const size of [0, 7, limits.readChunkBytes + 5]) {
    const written = Buffer.alloc(size, 'longplay');
    const file = createTargetFile(join(root, `${kind}-${size}.bin`), kind === 'sealed' ? createSealer() : undefined);
    file.write(written);
    const pieces: Buffer[] = [];
    for (const piece of file.contents()) {
      expect(piece.buffer.byteLength).toBeLessThanOrEqual(Math.min(size, limits.readChunkBytes));
      pieces.push(Buffer.from(piece));
    }
    expect(Buffer.concat(pieces)).toEqual(written);
    expect(file.finish()).toMatchObject({ sizeBytes: size });
  }
});
