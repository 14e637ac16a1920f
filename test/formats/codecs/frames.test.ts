import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { formats } from '../../../formats/index.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';

const folder = fileURLToPath(new URL('../../../samples/formats/', import.meta.url));
const byId = new Map(codecs.map((codec) => [codec.id, codec]));

test('a codec calculates the number of samples that its decoder gives, except for a truncated last block', async () => {
  let compared = 0;
  const wrong: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    for (const format of formats) {
      const answer = await format.identify(memoryReader(bytes, name), { name }, new AbortController().signal);
      for (const track of answer?.tracks ?? []) {
        const codec = byId.get(track.codec);
        if (codec?.decode.by !== 'us' || (codec.decode.locked?.(track, []) ?? null) !== null) continue;
        const decoder = codec.decode.decoder(track);
        let samples = 0;
        for (const [start, end] of track.spans) samples += decoder.decode(bytes.subarray(start, end)).length;
        // Without a fixed size the last frames are given at the end.
        if (track.codec === 'g729') samples += decoder.finish().length;
        const whole = samples / track.channels;
        compared++;
        const withCut = whole + decoder.finish().length / track.channels; // G.726 and G.728 count its whole codes too
        const counted = codec.frames?.(track);
        if (counted !== whole && counted !== withCut) wrong.push(`${name}: ${counted} by arithmetic, ${whole} decoded`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(20);
});
