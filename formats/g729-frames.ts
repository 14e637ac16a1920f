import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Track } from '../src/core/format.ts';
import { limits } from '../src/core/limits.ts';

/** Bytes of one frame at 8 kbit/s. */
export const g729FrameBytes = 10;

/**
 * Whether a frame's parity bit is right: bit 26 is 1 XOR the first six bits of the pitch delay, 18 to 23 (ITU-T G.729, 3.7.2).
 * Right on every frame of real G.729, on half of the frames of anything else.
 */
function parityHolds(bytes: Uint8Array, at: number): boolean {
  const second = bytes[at + 2] ?? 0; // bits 16 to 23
  const third = bytes[at + 3] ?? 0; // bits 24 to 31
  let bits = second & 0x3f; // bits 18 to 23
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return ((third >> 5) & 1) === (1 ^ (bits & 1));
}

/** Frames of 10 bytes in spans, and how many of them have the right parity; at most `limits.framesCheckedBytes` are read. */
export async function countG729Frames(bytes: ByteReader, spans: Track['spans'], signal: AbortSignal): Promise<{ frames: number; right: number }> {
  const frame = new Uint8Array(g729FrameBytes);
  let filled = 0;
  let frames = 0;
  let right = 0;
  let left: number = limits.framesCheckedBytes;
  for (const [start, end] of spans) {
    const stop = Math.min(end, start + left);
    left -= stop - start;
    for await (const piece of bytes.stream(start, stop, signal)) {
      for (let at = 0; at < piece.length; ) {
        const taken = Math.min(g729FrameBytes - filled, piece.length - at);
        frame.set(piece.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < g729FrameBytes) break;
        filled = 0;
        frames++;
        if (parityHolds(frame, 0)) right++;
      }
    }
  }
  return { frames, right };
}

/** Share of wrong frames from which the payload cannot be frames of 10 bytes one after the other. */
const lostShare = 0.05;

/**
 * Whether the payload keeps step with 10-byte frames. Silence frames of 2 bytes (annex B) shift all that follows, and FFmpeg
 * then decodes noise without a word: such a track is `lost` here, not decoded.
 */
export async function g729Findings(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<{ lost: boolean; findings: Finding[] }> {
  const { frames, right } = await countG729Frames(bytes, track.spans, signal);
  const wrong = frames - right;
  if (wrong === 0) return { lost: false, findings: [] };
  const lost = wrong > frames * lostShare;
  const outcome = lost ? 'frames of other lengths lie between them and it is not decoded' : 'these may sound wrong';
  return { lost, findings: [finding('F122', bytes.name, `${wrong} of ${frames} frames of G.729 fail their parity bit: ${outcome}`)] };
}
