import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Track } from '../../src/core/model/format.ts';
import { g729FrameBytes, g729FrameSamples } from '../codecs/g729/decoder.ts';
import { type G729Count, G729Walk } from '../codecs/g729/walk.ts';
import { type G729Foreign, watchForeign } from './g729-foreign.ts';

/** Number of bytes after which a file without any G.729 is abandoned: a quarter of an hour. */
const givenUpBytes = 1024 * 1024;
const judgedBytes = 64 * 1024;
/** Largest number of stretches that a finding names. */
const named = 5;

/** Counts the frames in spans, split as the codec splits them. Reads at most `limits.framesCheckedBytes`. `whole`: everything was read. */
export async function countG729(
  bytes: ByteReader,
  spans: Track['spans'],
  signal: AbortSignal,
): Promise<{ count: G729Count; whole: boolean; foreign: readonly G729Foreign[] }> {
  const watch = watchForeign();
  const walk = new G729Walk(watch.see);
  let left: number = limits.framesCheckedBytes;
  let whole = true;
  let walked = 0;
  let givenUp = false;
  for (const [start, end] of spans) {
    const stop = Math.min(end, start + left);
    left -= stop - start;
    whole &&= stop === end;
    for await (const piece of bytes.stream(start, stop, signal)) {
      for (let at = 0; at < piece.length && !givenUp; ) {
        signal.throwIfAborted();
        // Judged at the same offsets, whatever the pieces.
        const taken = Math.min(piece.length - at, judgedBytes - (walked % judgedBytes));
        walk.push(piece.subarray(at, at + taken));
        at += taken;
        walked += taken;
        givenUp = walked >= givenUpBytes && walked % judgedBytes === 0 && isLost(walk.count);
      }
      if (givenUp) break;
    }
    if (givenUp) break;
  }
  walk.end();
  return { count: walk.count, whole: whole && !givenUp, foreign: watch.finish() };
}

/** Share of frames with a wrong parity bit from which the bytes cannot be G.729. */
const lostShare = 0.05;
/** Smallest average likeness of a speech frame, in sixteenths of a bit: real frames have 60 and more, other bytes less than 10. */
const leastLikeness = 16;
/** Largest number of silence frames per speech frame: a leg on which hardly anyone speaks has four. */
const mostSilence = 4;
const silenceGranted = 200;

/** Largest number of erased frames per other frame: with more, there is too little audio to conceal them. */
const mostErased = 9;

/** Returns true if the walk found something other than G.729. Many frames in step that all have correct parity are beyond doubt. */
export function isLost({ speech: frames, silence, stray, erased, wrongParity, score }: G729Count): boolean {
  const speech = frames - erased;
  if (erased > mostErased * speech) return true;
  if (wrongParity > speech * lostShare || stray > g729FrameBytes * (speech + silence)) return true;
  if (silence + stray === 0) return false;
  return silence > mostSilence * speech + silenceGranted || score < leastLikeness * speech;
}

/**
 * Walks the frames of a track and returns it with the results. If there are frames of 2 bytes among those of 10, only the walk determines the duration. If
 * nothing matches, the codec becomes `unknown`, because decoding would produce noise.
 */
export async function walkG729(
  bytes: ByteReader,
  track: Track,
  signal: AbortSignal,
): Promise<{ track: Track; count: G729Count; findings: Finding[] }> {
  const { count, whole, foreign } = await countG729(bytes, track.spans, signal);
  const { speech, silence, stray, erased, wrongParity, doubtful } = count;
  const tell = (code: FindingCode, message: string): Finding => finding(code, bytes.name, message);
  if (isLost(count)) {
    const message = agree`${wrongParity} of ${speech} frame[s] of G.729 fail their parity bit at best, ${silence} silence frames and ${stray} stray byte[s] between them: not decoded`;
    const codecName = `${track.codecName}: it has no G.729 frames`;
    return { track: { ...track, codec: 'unknown', codecName }, count, findings: [tell('F122', message)] };
  }
  const findings: Finding[] = [];
  if (wrongParity > 0)
    findings.push(tell('F122', agree`${wrongParity} of ${speech} frame[s] of G.729 fail their parity bit: these may be audibly wrong`));
  if (erased > 0) {
    findings.push(
      tell(
        'F390',
        agree`${erased} of ${speech} frame[s] of G.729 [is|are] all zeros, the form in which lost frames are stored: ${erased * 10} ms are concealed`,
      ),
    );
  }
  if (stray > 0) findings.push(tell('F252', agree`${stray} byte[s] [fits|fit] no frame of G.729; ten of them count as one lost frame of 10 ms`));
  if (silence > 0) {
    findings.push(
      tell('F250', agree`${silence} silence frames of 2 bytes lie between ${speech} frame[s] of speech; the duration of each silence is not stored`),
    );
  }
  if (doubtful > 0) findings.push(tell('F251', agree`${doubtful} of ${speech + silence} frame[s] of G.729 could begin elsewhere`));
  // In a track of complete frames, the parity of each frame shows this (M133), with more precise offsets.
  if (silence + stray > 0 && foreign.length > 0) {
    const places = foreign
      .slice(0, named)
      .map(({ start, end, from, to }) => agree`${from.toFixed(1)} to ${to.toFixed(1)} s (${end - start} byte[s] of sound from ${start})`);
    const more = foreign.length > named ? ` and ${foreign.length - named} others` : '';
    findings.push(tell('F398', `${places.join(', ')}${more}`));
  }
  if (silence + stray === 0 && whole) return { track: { ...track, blockBytes: g729FrameBytes }, count, findings };
  const frames = (speech + silence + Math.floor(stray / g729FrameBytes)) * g729FrameSamples;
  return { track: { ...track, blockBytes: null, frames: whole ? frames : null }, count, findings };
}
