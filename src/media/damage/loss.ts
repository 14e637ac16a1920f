import type { Shortfall } from '../../core/base/shortfall.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Identification } from '../../core/model/format.ts';
import { codedBytesOf } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { Playable } from '../decode/playable.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
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
  /** As `DecodedTrack` has them. */
  readonly spannedFrames: number | null;
  readonly packets: PacketsRead | null;
  readonly droppedBytes: number;
  /** How long the metadata says that the sound is; null where it says nothing. */
  readonly durationMs: number | null;
}

/** Sound that is missing, in samples per channel, and what says so. */
interface Lost {
  readonly frames: number;
  /** Whether they are among those that were decoded. */
  readonly among?: true;
  /** Coded bytes that it stands for, where it lies in the midst; 0 at the end. */
  readonly within: number;
  readonly why: string;
}

/** What a medium lacks (`M145`, `M148`) and what else lies in it (`M146`), where it is much; each makes the copy doubtful. */
export function lossOf(decoded: Decoded, place: string): Finding[] {
  const { play, answer } = decoded;
  const findings: Finding[] = [];
  const rate = play.sampleRateHz;
  // What a walk over frames has told with its places need not be told again.
  const isTold = answer.findings.some(({ code }) => code === toldByWalk);
  const losses = isTold ? [] : lossesOf(decoded);
  const allOf = ({ frames, among }: Lost): number => (among === true ? decoded.frames : decoded.frames + frames);
  const much = losses.filter((lost) => {
    const seconds = lost.frames / rate;
    return seconds >= lostSeconds || lost.frames >= lostShare * allOf(lost) || lost.within >= lostBytes;
  });
  const worst = much.reduce<Lost | null>((most, lost) => (most === null || lost.frames > most.frames ? lost : most), null);
  if (worst !== null) {
    const total = allOf(worst);
    const share = Math.round((worst.frames / total) * 100);
    const lost = `about ${(worst.frames / rate).toFixed(1)} of ${(total / rate).toFixed(1)} s (${share} %)`;
    findings.push(finding('M145', place, `${lost} are ${worst.among === true ? 'not as they were recorded' : 'missing'}: ${worst.why}`));
  } else if (!isTold && endsUnknown(decoded)) {
    findings.push(finding('M148', place, `the file ends within a frame or before its end, ${(decoded.frames / rate).toFixed(1)} s are there`));
  }
  const isTimed = play.parts.some(({ track }) => track.packets !== undefined);
  const other = answer.packed === undefined && !isTimed ? otherFile(decoded) : null;
  if (other !== null) findings.push(finding('M146', place, other));
  return findings;
}

/** Whether a file is cut, and neither its container nor its metadata says that next to nothing is missing. */
function endsUnknown({ answer: { state, shortfall = {} }, play, frames, durationMs }: Decoded): boolean {
  if (state !== 'truncated') return false;
  const { missingBytes = 0, mayGoOn = false, statedFrames, statedSpanFrames } = shortfall;
  if (!mayGoOn && (missingBytes > 0 || (statedFrames ?? statedSpanFrames) !== undefined)) return false;
  const seconds = frames / play.sampleRateHz;
  const wanted = durationMs === null ? Number.POSITIVE_INFINITY : durationMs / 1000;
  return wanted - seconds >= Math.min(lostSeconds, lostShare * wanted);
}

function lossesOf({ answer: { shortfall = {} }, play, bytes, frames, spannedFrames, packets, droppedBytes }: Decoded): Lost[] {
  const { missingBytes = 0, strayBytes = 0, brokenBytes = 0 } = shortfall;
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
  losses.push(...refused(packets, frames), ...unread(packets, shortfall, held, frames));
  // A block that was cut (M103), where it is longer than what a recorder that was stopped hard leaves of one.
  const dropped = (frames * droppedBytes) / Math.max(1, held - droppedBytes);
  if (dropped >= tolerance.seconds * play.sampleRateHz)
    losses.push({ frames: dropped, within: 0, why: `the last ${droppedBytes} bytes do not fill a block and made no sample` });
  if (missingBytes > 0) losses.push({ frames: missingBytes * perByte, within: 0, why: `${missingBytes} bytes that are stated are not there` });
  if (brokenBytes > 0) {
    const share = brokenBytes / Math.max(1, held);
    losses.push({ frames: frames * share, among: true, within: brokenBytes, why: `${brokenBytes} bytes are in damaged frames or blocks` });
  }
  if (strayBytes > 0) losses.push({ frames: strayBytes * perByte, within: strayBytes, why: `${strayBytes} bytes hold no sound` });
  return losses;
}

/** Packets that FFmpeg's decoder refused: it goes on behind them; and those that it decoded although their checksum is wrong. */
function refused(read: PacketsRead | null, frames: number): Lost[] {
  if (read === null) return [];
  const { packets, bytes, errors, broken } = read;
  const losses: Lost[] = [];
  if (errors > 0 && errors < packets) {
    const why = `the decoder refused ${errors} of ${packets} packets`;
    losses.push({ frames: (frames * errors) / (packets - errors), within: (bytes * errors) / packets, why });
  }
  if (broken > 0) {
    const share = broken / packets;
    losses.push({ frames: frames * share, among: true, within: bytes * share, why: `the checksums of ${broken} of ${packets} packets are wrong` });
  }
  return losses;
}

/** Bytes of a container that reached no packet. */
function unread(read: PacketsRead | null, { besidePacketBytes }: Shortfall, held: number, frames: number): Lost[] {
  if (read === null || read.bytes === 0 || besidePacketBytes === undefined) return [];
  const beside = held - read.bytes - read.packets * besidePacketBytes;
  if (beside < lostBytes) return [];
  return [{ frames: (frames * beside) / read.bytes, within: beside, why: `${beside} of ${held} bytes are in no packet` }];
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
