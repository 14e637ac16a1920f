import { expect, test } from 'vitest';
import { formats } from '../../formats/index.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import type { Declaration } from '../../src/core/model/declaration.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { identifyAs } from '../../src/media/declared-medium.ts';
import { processMedium } from '../../src/media/process-medium.ts';
import { g711ByFfmpeg } from '../formats/capture-judge.ts';
import { mcfFile, mcfSide } from '../formats/loggers/mcf-builder.ts';
import { formatSamples } from '../formats/make-samples.ts';
import { storedMember } from '../formats/packed-builder.ts';
import { decodedSides } from '../formats/packet-playback.ts';
import { chunk, fmt, join, pack, riff, text, u32, voice } from '../formats/wave/builder.ts';
import { never, realTools, taskOf, temporary } from './medium-rig.ts';

const declared = (codec: string, sampleRateHz = 8_000): Declaration => ({ glob: '*', codec, codecName: codec, sampleRateHz, channels: 1 });

async function asDeclared(bytes: Uint8Array, declaration: Declaration): Promise<Identification> {
  const found = await identifyAs(memoryReader(bytes, 'a'), { name: 'a' }, formats, declaration, never);
  if (found === null) throw new Error('not known');
  return found;
}

test('packets of an unknown coding are played as the declared coding, at their places in time', async () => {
  const speech = pack(voice(8_000), 'mulaw');
  // Payload type 66 is Speex for Oreka; these are mu-law. One is missing.
  const bytes = mcfFile(mcfSide(speech, { channel: 0, type: 66 }).filter((_, index) => index !== 20));
  const found = await asDeclared(bytes, declared('mulaw'));
  expect(found.tracks).toHaveLength(1);
  const [side] = await decodedSides(found, bytes);
  const truth = g711ByFfmpeg('mulaw', speech);
  expect(side?.subarray(0, 3_200)).toEqual(truth.subarray(0, 3_200));
  expect(side?.subarray(3_360)).toEqual(truth.subarray(3_360));
  expect(side?.subarray(3_200, 3_360).every((value) => value === 0)).toBe(true);
  expect(side).toHaveLength(8_000);
});

test('another rate moves packets accordingly', async () => {
  const bytes = mcfFile(mcfSide(pack(voice(8_000), 'mulaw'), { channel: 0 }).filter((_, index) => index !== 20));
  const [plain, fast] = [await asDeclared(bytes, declared('mulaw')), await asDeclared(bytes, declared('g722', 16_000))];
  const positions = (found: Identification): number[] => [...(found.tracks[0]?.packets?.positions ?? [])];
  expect(positions(fast)).toEqual(positions(plain).map((position) => 2 * position));
  expect([plain.tracks[0]?.frames, fast.tracks[0]?.frames]).toEqual([8_000, 16_000]);
});

test('a packed capture stays packed under a declaration', async () => {
  using folder = temporary();
  const plain = formatSamples().find(({ name }) => name === 'pcap-no-signalling.pcap')?.bytes ?? new Uint8Array(0);
  const tools = await realTools();
  const measured = async (bytes: Uint8Array, name: string) =>
    (await processMedium({ ...taskOf(bytes, name, folder.path), originalBase: null, accessBase: null, declared: declared('alaw') }, tools, never))
      .measurement;
  const truth = await measured(plain, 'plain.pcap');
  expect(truth?.samples).toBeGreaterThan(1_000);
  expect(await measured(storedMember('LZ4', plain), 'packed.pcap')).toEqual(truth);
});

test('silence that a container states stays under a declaration of the same coding, at any rate', async () => {
  const speech = chunk('data', pack(voice(8_000), 'mulaw'));
  const bytes = riff([fmt({ tag: 7, bits: 8 }), chunk('LIST', join(text('wavl'), speech, chunk('slnt', u32(800)), speech))]);
  for (const rate of [8_000, 6_000]) expect((await asDeclared(bytes, declared('mulaw', rate))).tracks[0]?.silences).toEqual([[8_000, 8_800]]);
  expect((await asDeclared(bytes, declared('g722', 16_000))).tracks[0]).not.toHaveProperty('silences');
});
