import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dss } from '../../../formats/dictation/dss.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { root } from '../../cli/rig.ts';
import { never } from '../answers.ts';
import { randomBytes } from '../wave/builder.ts';

const headerBytes = 1024;

/** A sample's header, and its first block three times, with the second replaced. */
function threeBlocks(name: string, second: Uint8Array | null): Buffer {
  const file = readFileSync(join(root, 'samples/formats', name));
  const block = file.subarray(headerBytes, headerBytes + 512);
  return Buffer.concat([file.subarray(0, headerBytes), block, second ?? block, block]);
}

test.each([
  ['dss-sp.dss', 'strayBytes'],
  ['dss-lp.dss', 'brokenBytes'],
] as const)('%s: random or zero bytes in the place of a block are not a block, and count as lost sound', async (name, field) => {
  for (const [second, lost] of [
    [null, 0],
    [randomBytes(512, 7), 512],
    [new Uint8Array(512), 512],
  ] as const) {
    const answer = await dss.identify(memoryReader(threeBlocks(name, second), 'a.dss'), { name: 'a.dss' }, never);
    expect([answer?.findings.some(({ code }) => code === 'F323'), answer?.shortfall?.[field]]).toEqual([lost > 0, lost]);
  }
});
