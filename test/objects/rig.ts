import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Reads all files below a folder, by their paths in it. */
export function filesIn(folder: string): Record<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.flatMap((name) => (statSync(join(folder, name)).isFile() ? [[name, readFileSync(join(folder, name))]] : [])));
}

/** Returns the SHA-256 of every original and access copy of an open archive, sorted: what an import makes of the same files, wherever they were. */
export function audioDigests(archive: string): string[] {
  const bags = join(archive, 'bags');
  return Object.entries(filesIn(bags))
    .filter(([name]) => /\/(?:original|access)-\d+\.\w+$/.test(name))
    .map(([name, bytes]) => `${relative('.', name).replace(/^.*\//, '')} ${createHash('sha256').update(bytes).digest('hex')}`)
    .sort();
}

/** Returns the files below a folder that contain a text. */
export function filesWith(folder: string, text: string): string[] {
  return Object.entries(filesIn(folder)).flatMap(([name, bytes]) => (bytes.includes(text) ? [name] : []));
}

/** Returns a mono WAV of 8 kHz with noise that depends on a seed. @param seconds length */
export function noiseWav(seed: number, seconds: number): Buffer {
  const samples = Math.round(seconds * 8_000);
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8_000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  let state = seed + 1;
  for (let at = 0; at < samples; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    // A tone with some noise, so that the recording counts as sound.
    wav.writeInt16LE(Math.round(8_000 * Math.sin(at / (5 + (seed % 7)))) + ((state >>> 16) % 400), 44 + at * 2);
  }
  return wav;
}
