import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Compression } from './container-kind.ts';
import { type InflateEnd, inflated, pour } from './inflate.ts';
import { type Trouble, trouble } from './member.ts';

/**
 * Unpacks one compressed stream. Damage does not throw: all recoverable bytes are yielded, and `troubles` describes the damage.
 * @throws LongplayError S105 if the program that unpacks it is not installed.
 */
export function decompressed(kind: Compression, bytes: ByteReader, troubles: Trouble[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  return kind === 'gzip' ? gunzipped(bytes, troubles, signal) : byProgram(kind, bytes, troubles, signal);
}

/** Unpacks gzip (RFC 1952), a sequence of members. Zero bytes after the last member are tape padding. */
async function* gunzipped(bytes: ByteReader, troubles: Trouble[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.size; ) {
    const header = await gzipHeaderBytes(bytes, at, signal);
    if (header === null) {
      const rest = bytes.size - at;
      if (!(await isZero(bytes, at, signal)))
        troubles.push(trouble('S132', agree`${rest} byte[s] after the gzip data, from ${at} on, [is|are] not gzip; [it was|they were] not read`));
      return;
    }
    const end: InflateEnd = { consumed: 0, damage: null };
    let sum = 0;
    let length = 0;
    for await (const chunk of inflated(bytes.stream(at + header, bytes.size, signal), end)) {
      sum = crc32(chunk, sum);
      length += chunk.length;
      yield chunk;
    }
    const trailer = await bytes.read(at + header + end.consumed, 8, signal);
    if (end.damage !== null) {
      troubles.push(
        trouble(
          'S131',
          agree`the gzip data is damaged near byte ${at + header + end.consumed} of ${bytes.size} (${end.damage}); ${length} byte[s] [was|were] unpacked before it`,
        ),
      );
      return;
    }
    if (trailer.length < 8) {
      troubles.push(trouble('S130', agree`the gzip data is truncated at byte ${bytes.size}; ${length} byte[s] [was|were] unpacked before it`));
      return;
    }
    const stated = new DataView(trailer.buffer, trailer.byteOffset);
    if (stated.getUint32(0, true) !== sum || stated.getUint32(4, true) !== length % 2 ** 32) {
      troubles.push(
        trouble('S131', agree`the ${length} byte[s] unpacked from byte ${at} on [does not match its|do not match their] CRC-32 or length`),
      );
    }
    at += header + end.consumed + 8;
  }
}

/** Returns the length of the gzip member header at `at` (RFC 1952 section 2.3); null if there is none. */
async function gzipHeaderBytes(bytes: ByteReader, at: number, signal: AbortSignal): Promise<number | null> {
  // The extra field has up to 65,537 bytes. Name and comment are unlimited in the format; here each may have 1 KiB.
  const head = Buffer.from(await bytes.read(at, 68 * 1024, signal));
  if (head.length < 10 || head.readUIntBE(0, 3) !== 0x1f8b08) return null;
  const flags = head[3] ?? 0;
  let length = 10;
  if ((flags & 0x04) !== 0) {
    if (length + 2 > head.length) return null;
    length += 2 + head.readUInt16LE(length);
  }
  for (const field of [0x08, 0x10]) {
    if ((flags & field) === 0) continue;
    const nul = head.indexOf(0, length);
    if (nul === -1) return null;
    length = nul + 1;
  }
  if ((flags & 0x02) !== 0) length += 2;
  return length;
}

async function isZero(bytes: ByteReader, from: number, signal: AbortSignal): Promise<boolean> {
  for await (const piece of bytes.stream(from, bytes.size, signal)) if (piece.some((byte) => byte !== 0)) return false;
  return true;
}

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly debianPackage: string;
}

/** Programs for formats that Node.js 20 does not support. The memory that a file's parameters can request is limited. */
const programs: Readonly<Record<Exclude<Compression, 'gzip'>, Program>> = {
  xz: { name: 'xz', args: ['-dcq', `--memlimit-decompress=${limits.unpackerMemoryBytes}`], debianPackage: 'xz-utils' },
  zstd: { name: 'zstd', args: ['-dcq', `--memory=${limits.unpackerMemoryBytes}`], debianPackage: 'zstd' },
  bzip2: { name: 'bzip2', args: ['-dc'], debianPackage: 'bzip2' },
};

async function* byProgram(
  kind: Exclude<Compression, 'gzip'>,
  bytes: ByteReader,
  troubles: Trouble[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { name, args, debianPackage } = programs[kind];
  const path = findProgram(name);
  if (path === null) {
    throw new LongplayError(
      'incomplete',
      'S105',
      `${bytes.name} is ${kind} data, and the program ${name} is not installed`,
      `apt install ${debianPackage}, then run again`,
    );
  }
  const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { LC_ALL: 'C' } });
  const exited = once(child, 'exit').then(([code]) => code as number | null); // the 'exit' event's first argument
  exited.catch(() => {});
  child.stdin.on('error', () => {}); // EPIPE if the program has stopped reading; its exit code shows the reason
  let inputError: unknown = null;
  const poured = pour(
    caught(bytes.stream(0, bytes.size, signal), (error) => {
      inputError = error;
    }),
    child.stdin,
  );
  const said = firstWords(child.stderr);
  let length = 0;
  let finished = false;
  try {
    for await (const chunk of child.stdout) {
      length += (chunk as Uint8Array).length; // no encoding is set, so a Buffer
      yield chunk as Uint8Array;
    }
    finished = true;
  } finally {
    if (!finished) child.kill('SIGKILL');
    child.stdin.destroy();
    await poured;
  }
  if (inputError !== null) throw inputError;
  const code = await exited;
  if (code !== 0) {
    const words = await said;
    const cut = /unexpected end|premature|ends unexpectedly/i.test(words);
    troubles.push(trouble(cut ? 'S130' : 'S131', agree`${name} ended with ${code} after ${length} byte[s] unpacked: ${words}`));
  }
}

/** Passes on chunks. An error ends them and is given to `tell`. */
async function* caught(pieces: AsyncIterable<Uint8Array>, tell: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    tell(error);
  }
}

/** Returns the first line of a program's error output, without the program's name. Reads and discards the rest. */
async function firstWords(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) if (text.length < 1024) text += String(chunk);
  const line =
    text
      .split('\n')
      .map((words) => words.trim())
      .find((words) => words !== '') ?? 'no reason given';
  return line
    .replace(/^\S*(xz|zstd|bzip2): /, '')
    .replace(/^\(?std(in|out)\)?: /, '')
    .slice(0, 200);
}

/** Returns the absolute path of a program in PATH; null if it is not found. */
function findProgram(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // the program is not in this folder
    }
  }
  return null;
}
