import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { int16Of, run } from './judges.ts';

const folders: string[] = [];
// Other files of the same worker use the same programs.
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const compiled = new Map<string, string>();

/** Compiles a C program of this folder with an installed library, once per worker, and returns its path; the program is removed when the worker ends. */
function compile(name: string, ...libraries: readonly string[]): string {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'longplay-judge-'));
  folders.push(folder);
  const program = join(folder, name);
  run('cc', ['-O1', '-o', program, join(import.meta.dirname, `${name}.c`), ...libraries]);
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

/** Compressors of the block codings; `lzo999` and `lz4hc` search longer and use other instructions. */
export type BlockPacker = 'lzo1' | 'lzo999' | 'lz4' | 'lz4hc' | 'snappy';

/** liblzo2, liblz4 and libsnappy; null if the library refuses the block. */
export function blockJudge(): {
  pack(packer: BlockPacker, blocks: readonly Uint8Array[]): readonly (Uint8Array | null)[];
  unpack(packer: BlockPacker, blocks: readonly Uint8Array[]): readonly (Uint8Array | null)[];
} {
  const program = compile('block-judge', '-llzo2', '-llz4', '-lsnappy');
  const ask = (packer: BlockPacker, verb: string, blocks: readonly Uint8Array[]): (Uint8Array | null)[] => {
    const input = Buffer.concat(blocks.flatMap((block) => [new Uint8Array(Uint32Array.of(block.length).buffer), block]));
    const output = run(program, [packer, verb], input);
    const results: (Uint8Array | null)[] = [];
    for (let at = 0; at < output.length; ) {
      const size = output.readUInt32LE(at);
      at += 4;
      results.push(size === 0xffff_ffff ? null : new Uint8Array(output.subarray(at, at + size)));
      if (size !== 0xffff_ffff) at += size;
    }
    return results;
  };
  return { pack: (packer, blocks) => ask(packer, 'pack', blocks), unpack: (packer, blocks) => ask(packer, 'unpack', blocks) };
}
