import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../wave/builder.ts';
import { int16Of, run } from './judges.ts';

/** A frame as received: 10 bytes, 2, none (nothing was sent), or null (it was lost). */
export type G729Frame = Uint8Array | null;

/** libbcg729 in a small program, compiled for this test. */
export interface Bcg729 {
  decode(frames: readonly G729Frame[]): Int16Array;
  /** With `detect`, silence is coded as frames of 2 and 0 bytes. */
  encode(samples: Int16Array, detect: boolean): Uint8Array[];
  remove(): void;
}

export function compileBcg729(): Bcg729 {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-bcg729-'));
  const program = join(folder, 'bcg729');
  run('cc', ['-O2', '-o', program, join(import.meta.dirname, 'bcg729.c'), '-lbcg729']);
  return {
    decode: (frames) =>
      int16Of(run(program, ['decode'], Buffer.concat(frames.map((frame) => Buffer.concat([Buffer.of(frame?.length ?? 255), frame ?? Buffer.of()]))))),
    encode(samples, detect) {
      const records = run(program, [detect ? 'encode-vad' : 'encode'], pack(samples, 's16le'));
      const frames: Uint8Array[] = [];
      for (let at = 0; at < records.length; ) {
        const length = records[at] ?? 0;
        frames.push(Uint8Array.from(records.subarray(at + 1, at + 1 + length)));
        at += 1 + length;
      }
      return frames;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
