import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { int16Of, run } from './judges.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const compiled = new Map<string, string>();

/** Compiles a C program of this folder against an installed library, once a test file, and gives its path; it is removed after the tests. */
function compile(name: string, library: string): string {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'longplay-judge-'));
  folders.push(folder);
  const program = join(folder, name);
  run('cc', ['-O1', '-o', program, join(import.meta.dirname, `${name}.c`), library]);
  compiled.set(name, program);
  return program;
}

/** libspandsp as a coder; `codec` as in spandsp-judge.c, `rate` in bit/s. Samples are those of one channel. */
export function spandspJudge(): {
  encode(codec: string, rate: number, samples: Int16Array): Uint8Array;
  decode(codec: string, rate: number, bytes: Uint8Array): Int16Array;
} {
  const program = compile('spandsp-judge', '-lspandsp');
  return {
    encode: (codec, rate, samples) =>
      run(program, [codec, 'encode', String(rate)], new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    decode: (codec, rate, bytes) => int16Of(run(program, [codec, 'decode', String(rate)], bytes)),
  };
}

/** libsndfile as a coder of WAVE files, 8000 Hz mono; `subtype` as in sndfile.h, such as 0x0022. */
export function sndfileJudge(): { encode(subtype: number, samples: Int16Array, path: string): void; decode(path: string): Int16Array } {
  const program = compile('sndfile-judge', '-lsndfile');
  return {
    encode(subtype, samples, path) {
      run(program, ['encode', subtype.toString(16), path], new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    },
    decode: (path) => int16Of(run(program, ['decode', path])),
  };
}
