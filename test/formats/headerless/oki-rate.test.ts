import { expect, test } from 'vitest';
import { formats } from '../../../formats/index.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { Identification } from '../../../src/core/model/format.ts';
import { identifyMedium } from '../../../src/media/identify/identify-medium.ts';
import { codesOf, never } from '../answers.ts';
import { formatSamples } from '../make-samples.ts';

const { bytes: coded = new Uint8Array(0) } = formatSamples().find(({ name }) => name === 'raw-oki.vox') ?? {};
/** 8 s at 8 kHz, 10.7 s at 6 kHz. */
const bytes = Uint8Array.from({ length: 32_000 }, (_, at) => coded[at % coded.length] ?? 0);

async function at(durationMs: number | null): Promise<Identification> {
  const found = await identifyMedium(memoryReader(bytes, 'a.vox'), { name: 'a.vox', durationMs }, formats, never);
  if (found === null) throw new Error('not known');
  return found;
}

test.each([
  ['nothing', null, 8000],
  ['the length at 8 kHz', 8_000, 8000],
  ['the length at 6 kHz, in whole seconds', 11_000, 6000],
  ['a length between the two', 9_400, 8000],
  ['a length that fits neither', 60_000, 8000],
] as const)('the metadata says %s', async (_, durationMs, rate) => {
  const found = await at(durationMs);
  expect(found).toMatchObject({ format: 'raw-oki', tracks: [{ codec: 'oki-adpcm', sampleRateHz: rate }] });
  expect(codesOf(found)).toEqual(['F344']);
  const decided = durationMs === 8_000 || durationMs === 11_000;
  expect(found.basis.includes('by the duration in the metadata')).toBe(decided);
  expect(found.findings[0]?.message).toMatch(decided ? /that rate is used$/ : /^at 8,000 Hz it lasts 8.0 s, at 6,000 Hz 10.7 s$/);
});
