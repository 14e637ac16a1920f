import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { createCopyEncoder } from '../../src/media/copy/copy-encoder.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { findOpusLibrary } from '../../src/media/libopus/libopus.ts';

// The fast lane by itself: identifies, decodes, encodes and writes each file of a list on standard input (`SIZE PATH`) into the folder given as its argument, in one thread. It
// keeps, digests, measures and listens back to nothing: exactly what FFmpeg in a loop does.
const never = new AbortController().signal;
const [out = ''] = process.argv.slice(2);
const opus = findOpusLibrary();
if (opus === null) throw new Error('there is no libopus');
const tools = { codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: null, opus };
mkdirSync(out, { recursive: true });
for await (const line of createInterface({ input: createReadStream('/dev/stdin') })) {
  const [size, path] = [Number(line.slice(0, line.indexOf(' '))), line.slice(line.indexOf(' ') + 1)];
  const name = basename(path);
  const bytes = openMedium({ kind: 'span', file: path, offset: 0, size, spooled: false }, name);
  const answer = await identifyMedium(bytes.reader, { name }, formats, never);
  const play = answer === null ? null : playable(answer, tools, name);
  if (play === null || 'reason' in play) throw new Error(`${name} cannot be played`);
  const pages: Uint8Array[] = [];
  const { sampleRateHz, channels } = play;
  const encoder = createCopyEncoder(
    { format: 'opus', bitratePerChannel: 32_000, complexity: 4 },
    { sampleRateHz, channels, serialName: 'access-1', opus, ffmpeg: null },
    (page) => void pages.push(page),
  );
  await decodeMedium(play, { bytes, place: name }, (samples) => encoder.push(samples), never);
  await encoder.finish();
  writeFileSync(join(out, `${name}.opus`), Buffer.concat(pages));
  bytes.close();
}
