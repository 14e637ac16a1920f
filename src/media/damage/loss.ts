import { type Finding, finding } from '../../core/finding.ts';
import type { Identification } from '../../core/format.ts';
import { codedBytesOf } from '../coded-bytes.ts';
import type { MediumBytes } from '../medium-bytes.ts';
import type { Playable } from '../playable.ts';
import { fileWithin } from './file-within.ts';

// The one rule for sound that a file states or shows and that did not come out of it, whatever its format: docs/plausibility.md.

/** As for an end that was never written (M131): so much lost is told and makes the copy doubtful. */
const lostSeconds = 2;
const lostShare = 0.05;
/** As for holes (M130): so many bytes lost in the midst. */
const lostBytes = 4096;
/** Lengths that are stated in time count the encoder's delay and the filling of the last packet, and are coarse: below both of these nothing is lost. */
const tolerance = { seconds: 0.25, frames: 2_600 };
/** Bytes that no frame covers, of formats that are walked frame by frame. */
const toldByWalk = 'F395';
/** The header of a file that is a track as a whole lies before this. */
const headBytes = 1024;

/** A medium, and how much of it came out. */
interface Decoded {
  readonly answer: Identification;
  readonly play: Playable;
  readonly bytes: MediumBytes;
  /** Samples per channel. */
  readonly frames: number;
  /** As `DecodedTrack` has it. */
  readonly spannedFrames: number | null;
}

/** Sound that is missing, in samples per channel, and what says so. */
interface Lost {
  readonly frames: number;
  /** Coded bytes that it stands for, where it lies in the midst; 0 at the end. */
  readonly within: number;
  readonly why: string;
}

/** What a medium lacks (`M145`) and what else lies in it (`M146`), where it is much; each makes the copy doubtful. */
export function lossOf(decoded: Decoded, place: string): Finding[] {
  const { play, answer } = decoded;
  const findings: Finding[] = [];
  const rate = play.sampleRateHz;
  // What a walk over frames has told with its places need not be told again.
  const losses = answer.findings.some(({ code }) => code === toldByWalk) ? [] : lossesOf(decoded);
  const much = losses.filter(({ frames, within }) => {
    const seconds = frames / rate;
    return seconds >= lostSeconds || frames >= lostShare * (decoded.frames + frames) || within >= lostBytes;
  });
  const worst = much.reduce<Lost | null>((most, lost) => (most === null || lost.frames > most.frames ? lost : most), null);
  if (worst !== null) {
    const total = (decoded.frames + worst.frames) / rate;
    const share = Math.round((worst.frames / (decoded.frames + worst.frames)) * 100);
    findings.push(
      finding('M145', place, `about ${(worst.frames / rate).toFixed(1)} of ${total.toFixed(1)} s (${share} %) are missing: ${worst.why}`),
    );
  }
  const isTimed = play.parts.some(({ track }) => track.packets !== undefined);
  const other = answer.packed === undefined && !isTimed ? otherFile(decoded) : null;
  if (other !== null) findings.push(finding('M146', place, other));
  return findings;
}

function lossesOf({ answer: { shortfall = {} }, play, bytes, frames, spannedFrames }: Decoded): Lost[] {
  const { missingBytes = 0, strayBytes = 0 } = shortfall;
  // Packets on a time line were lost on the network, and silence stands for them: bytes of the file alone tell what it lacks.
  const isTimed = play.parts.some(({ track }) => track.packets !== undefined);
  // Streams of one container are tracks of the whole file, each.
  const held = isTimed
    ? bytes.size
    : Math.min(
        bytes.size,
        play.parts.reduce((sum, { track }) => sum + codedBytesOf(track), 0),
      );
  const perByte = frames / Math.max(1, held + strayBytes > bytes.size ? held - strayBytes : held);
  const losses: Lost[] = [];
  const inTime = (wanted: number, why: string): void => {
    const lost = isTimed ? 0 : wanted - frames;
    if (lost < tolerance.frames || lost < tolerance.seconds * play.sampleRateHz) return;
    losses.push({ frames: lost, within: missingBytes > 0 ? 0 : lost / perByte, why });
  };
  const stated = shortfall.statedFrames ?? statedByTrack(play);
  if (stated !== null) inTime(stated, `${stated} samples per channel are stated, ${frames} were decoded`);
  const { statedSpanFrames, filledFrames = 0 } = shortfall;
  if (spannedFrames !== null && statedSpanFrames !== undefined)
    inTime(statedSpanFrames, `${statedSpanFrames} samples per channel are stated, ${frames} were decoded`);
  if (filledFrames > 0)
    losses.push({ frames: filledFrames, within: filledFrames / perByte, why: `silence stands for ${filledFrames} samples per channel` });
  if (spannedFrames !== null) inTime(spannedFrames, `time stamps reach to sample ${spannedFrames}, ${frames} were decoded`);
  if (missingBytes > 0) losses.push({ frames: missingBytes * perByte, within: 0, why: `${missingBytes} bytes that are stated are not there` });
  if (strayBytes > 0) losses.push({ frames: strayBytes * perByte, within: strayBytes, why: `${strayBytes} bytes hold no sound` });
  return losses;
}

/** The stated length of an only track, unless the bytes themselves say how much they hold: then all of it came out, and the statement is wrong. */
function statedByTrack({ parts }: Playable): number | null {
  const [part] = parts;
  if (part === undefined || parts.length > 1) return null;
  const { track, codec } = part;
  return (codec.codec.frames?.(track) ?? null) === null ? track.frames : null;
}

function otherFile({ answer, play, bytes }: Decoded): string | null {
  const behind = answer.shortfall?.bytesBehind ?? 0;
  // FFmpeg goes on in a second AVI file by itself.
  const own = play.parts.some(({ track }) => track.codec === 'through-ffmpeg') ? 'an AVI file' : null;
  const found = fileWithin(uncovered(play, bytes.size), bytes, lostBytes);
  if (found !== null && found.title !== own && found.left >= lostBytes) return `${found.title} begins at byte ${found.at} of ${bytes.size}`;
  return behind >= lostBytes && behind >= lostShare * bytes.size ? `${behind} of ${bytes.size} bytes lie behind the end of the container` : null;
}

/** Stretches of the file behind its first sound that no track has; of a track that is the whole file all of it. */
function uncovered({ parts }: Playable, size: number): (readonly [start: number, end: number])[] {
  const spans = parts.flatMap(({ track }) => track.spans).sort(([a], [b]) => a - b);
  const [first] = spans;
  if (first === undefined) return [];
  if (first[0] === 0 && first[1] === size) return [[headBytes, size]];
  const gaps: (readonly [number, number])[] = [];
  let at = first[0];
  for (const [start, end] of spans) {
    if (start > at) gaps.push([at, start]);
    at = Math.max(at, end);
  }
  if (at < size) gaps.push([at, size]);
  return gaps;
}
