// An example of a user of the package: decodes the payloads of cases.json in pieces and prints the digest of the samples of each.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTelephonyDecoder } from 'longplay-codecs';

const printed = {};
for (const { file, id, payload, channels, blockBytes, setup, frames } of JSON.parse(readFileSync('cases.json', 'utf8'))) {
  const sound = { channels, ...(blockBytes === null ? {} : { blockBytes }), ...(setup === null ? {} : { setup: Uint8Array.from(setup) }) };
  const decoder = createTelephonyDecoder(id, sound);
  const hash = createHash('sha256');
  // The container may state fewer samples than its last block has.
  let left = frames === null ? Number.POSITIVE_INFINITY : frames * channels;
  const take = (samples) => {
    const played = samples.subarray(0, Math.min(samples.length, left));
    left -= played.length;
    hash.update(new Uint8Array(played.buffer, played.byteOffset, played.byteLength));
  };
  const bytes = readFileSync(payload);
  for (let at = 0; at < bytes.length; at += 1_000) take(decoder.decode(bytes.subarray(at, at + 1_000)));
  take(decoder.finish());
  printed[file] = [id, hash.digest('hex')];
}
process.stdout.write(JSON.stringify(printed));
