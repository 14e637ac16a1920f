import { spawnSync } from 'node:child_process';
import { constants, gunzipSync } from 'node:zlib';
import { agree } from '../../src/core/base/agree.ts';
import { errorText } from '../../src/core/base/error.ts';
import { limits } from '../../src/core/base/limits.ts';

/** Result of unpacking a stream that was packed as a whole. */
export interface Unpacked {
  readonly bytes: Uint8Array;
  /** The problem: the content exceeds the limit, ends too early or is damaged, or the program to unpack it is missing. Null: none. */
  readonly problem: { readonly kind: 'large' | 'cut' | 'damaged' | 'no-program'; readonly what: string } | null;
}

/** One method of packing a file as a whole. */
export interface StreamPacker {
  readonly name: string;
  readonly magic: readonly number[];
  /** Unpacks as much as possible. Never throws because of the content. */
  unpack(bytes: Uint8Array): Unpacked;
}

/**
 * Gzip (RFC 1952) and Zstandard (RFC 8878), which VoIPmonitor can be set to use for captures. Both can only be unpacked from the beginning, so everything is
 * unpacked at once.
 */
export const streamPackers: readonly StreamPacker[] = [
  { name: 'gzip', magic: [0x1f, 0x8b, 0x08], unpack: gunzip },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: unzstd },
];

const most = limits.wholeUnpackedBytes;
const none = new Uint8Array(0);

function gunzip(bytes: Uint8Array): Unpacked {
  const attempt = (finishFlush: number): Unpacked => {
    try {
      return { bytes: gunzipSync(bytes, { maxOutputLength: most, finishFlush }), problem: null };
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
      const kind = code === 'ERR_BUFFER_TOO_LARGE' ? 'large' : code === 'Z_BUF_ERROR' ? 'cut' : 'damaged';
      return { bytes: none, problem: { kind, what: errorText(error) } };
    }
  };
  const whole = attempt(constants.Z_FINISH);
  return whole.problem?.kind === 'cut' ? { ...attempt(constants.Z_SYNC_FLUSH), problem: whole.problem } : whole;
}

/** Unpacks Zstandard with the program that also unpacks compressed archives, because Node 20 has no decoder. */
function unzstd(bytes: Uint8Array): Unpacked {
  const args = ['-dcq', `--memory=${limits.unpackerMemoryBytes}`];
  const { error, status, stdout, stderr } = spawnSync('zstd', args, { input: bytes, maxBuffer: most, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT')
    return { bytes: none, problem: { kind: 'no-program', what: 'the program zstd is not installed' } };
  if (error !== undefined && 'code' in error && error.code === 'ENOBUFS')
    return { bytes: none, problem: { kind: 'large', what: agree`${most} byte[s] and more` } };
  if (status === 0) return { bytes: stdout, problem: null };
  const cut = /premature|unexpected end|incomplete/i.test(stderr?.toString('latin1') ?? '');
  return {
    bytes: stdout ?? none,
    problem: { kind: cut ? 'cut' : 'damaged', what: agree`zstd ended with ${status} after ${stdout?.length ?? 0} byte[s]` },
  };
}
