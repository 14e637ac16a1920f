import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import type { Codec, Samples, Track } from '../../../src/core/model/format.ts';

/** Test material beside the project that is not part of it; tests that need it are skipped if it is absent. */
export const shared = join(import.meta.dirname, '../../../../shared/samples/audio');
export const hasShared = existsSync(shared);

const outputBytes = 256 * 1024 * 1024;

/** Standard output of a program whose input is a pipe. */
export function run(program: string, args: readonly string[], input?: Uint8Array): Buffer {
  return execFileSync(program, [...args], { input, maxBuffer: outputBytes, stdio: ['pipe', 'pipe', 'ignore'] });
}

export function int16Of(bytes: Buffer): Int16Array {
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)));
}

export function float32Of(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
}

export function codec(id: string): Codec {
  const found = codecs.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no codec ${id}`);
  return found;
}

export function track(fields: Partial<Track>): Track {
  return {
    codec: '',
    codecName: '',
    sampleRateHz: 8000,
    channels: 1,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans: [],
    ...fields,
  };
}

/** Decodes in pieces of the given sizes, in rotation; each result is copied immediately, because it is only valid until the next call. */
export function decode(
  id: string,
  of: Track,
  bytes: Uint8Array,
  pieces: readonly number[] = [bytes.length],
): { samples: Samples; droppedBytes: number } {
  const coding = codec(id).decode;
  if (coding.by !== 'us') throw new Error(`${id} is not decoded here`);
  const decoder = coding.decoder(of);
  const parts: Samples[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, pieces[turn % pieces.length] ?? 1);
    parts.push(decoder.decode(bytes.subarray(at, at + size)).slice());
    at += size;
  }
  const last = decoder.finish().slice();
  parts.push(last);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const samples = last instanceof Int16Array ? new Int16Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, droppedBytes: decoder.droppedBytes };
}

/** Fails unless both hold bit-identical samples; states how many differ. */
export function expectSame(ours: Samples, theirs: Samples): void {
  expect(ours.constructor).toBe(theirs.constructor);
  expect(ours.length).toBe(theirs.length);
  let differing = 0;
  let first = -1;
  for (let i = 0; i < ours.length; i++) {
    if (ours[i] === theirs[i]) continue;
    if (first < 0) first = i;
    differing++;
  }
  expect({ differing, first }).toEqual({ differing: 0, first: -1 });
}

/** Samples per channel that FFmpeg decodes from a payload on a pipe after the codec's own prefix. */
export function throughFfmpeg(of: Track, payload: Uint8Array): Int16Array {
  const coding = codec(of.codec).decode;
  if (coding.by !== 'ffmpeg') throw new Error(`${of.codec} is not decoded by FFmpeg`);
  const { args, prefix, repack } = coding.input(of);
  return int16Of(
    run('ffmpeg', ['-v', 'error', ...args, '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], Buffer.concat([prefix, repack?.(payload) ?? payload])),
  );
}
