import { agree } from '../../core/base/agree.ts';
import type { Shortfall } from '../../core/base/shortfall.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Identification } from '../../core/model/format.ts';
import { codedBytesOf } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { Playable } from '../decode/playable.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
import { fileWithin } from './file-within.ts';

// The single rule, for all formats, about audio that a file states or shows and that was not decoded: docs/explanation/plausibility.md.

/** As for an unwritten end (M131): a loss of this length is reported and makes the copy doubtful. */
const lostSeconds = 2;
const lostShare = 0.05;
/** As for holes (M130): number of lost bytes in the middle. */
const lostBytes = 4096;
/**
 * Durations that are stated as time are coarse, and include the encoder's delay and the padding of the last packet. A loss below both of these values does not
 * count.
 */
const tolerance = { seconds: 0.25, frames: 2_600 };
/** Code of the finding on bytes without a frame, in formats that are walked frame by frame. */
const toldByWalk = 'F395';
/** Largest size of the header of a file that is a track as a whole. */
const headBytes = 1024;

/** A medium, and facts on how much of it was decoded. */
interface Decoded {
  readonly answer: Identification;
  readonly play: Playable;
  readonly bytes: MediumBytes;
  /** Number of samples per channel. */
  readonly frames: number;
  /** As in `DecodedTrack`. */
  readonly spannedFrames: number | null;
  readonly packets: PacketsRead | null;
  readonly droppedBytes: number;
  /** Duration of the audio according to metadata; null if unknown. */
  readonly durationMs: number | null;
}

/** Missing audio, in samples per channel, and the evidence. */
interface Lost {
  readonly frames: number;
  /** True if the missing frames are among the decoded ones, e.g. replaced. */
  readonly among?: true;
  /** Number of coded bytes that were lost in the middle; 0 if the loss is at the end. */
  readonly within: number;
  readonly why: string;
}

/**
 * Returns findings on audio that a medium lacks (`M145`, `M148`) and on other data in it (`M146`), if there is much of it. Each finding makes the copy
 * doubtful.
 */
export function lossOf(decoded: Decoded, place: string): Finding[] {
  const { play, answer } = decoded;
  const findings: Finding[] = [];
  const rate = play.sampleRateHz;
  // A loss that a walk over frames has reported with its places is not repeated.
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
    findings.push(finding('M145', place, `${lost} are ${worst.among === true ? 'not as recorded' : 'missing'}: ${worst.why}`));
  } else if (!isTold && endsUnknown(decoded)) {
    findings.push(finding('M148', place, `the file ends within a frame or before its end, ${(decoded.frames / rate).toFixed(1)} s exist`));
  }
  const isTimed = play.parts.some(({ track }) => track.packets !== undefined);
  const other = answer.packed === undefined && !isTimed ? otherFile(decoded) : null;
  if (other !== null) findings.push(finding('M146', place, other));
  return findings;
}

/** Returns true if a file is truncated, and neither its container nor its metadata shows that almost nothing is missing. */
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
  // Packets on a timeline were lost on the network and replaced by silence, so only the bytes of the file show what is missing.
  const isTimed = play.parts.some(({ track }) => track.packets !== undefined);
  // Each stream of a container is a track of the whole file.
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
  if (stated !== null) inTime(stated, agree`${stated} sample[s] per channel [is|are] stated, ${frames} [was|were] decoded`);
  const { statedSpanFrames, filledFrames = 0 } = shortfall;
  if (spannedFrames !== null && statedSpanFrames !== undefined)
    inTime(statedSpanFrames, agree`${statedSpanFrames} sample[s] per channel [is|are] stated, ${frames} [was|were] decoded`);
  if (filledFrames > 0)
    losses.push({
      frames: filledFrames,
      within: filledFrames / perByte,
      why: agree`${filledFrames} sample[s] per channel [was|were] replaced by silence`,
    });
  if (spannedFrames !== null) inTime(spannedFrames, `time stamps extend to sample ${spannedFrames}, ${frames} were decoded`);
  losses.push(...refused(packets, frames), ...unread(packets, shortfall, held, frames));
  // A truncated block (M103) counts if it is longer than the part of a block that an abruptly stopped recorder leaves.
  const dropped = (frames * droppedBytes) / Math.max(1, held - droppedBytes);
  if (dropped >= tolerance.seconds * play.sampleRateHz)
    losses.push({ frames: dropped, within: 0, why: agree`the last ${droppedBytes} byte[s] [does|do] not fill a block and gave no sample` });
  if (missingBytes > 0) losses.push({ frames: missingBytes * perByte, within: 0, why: `${missingBytes} stated bytes are missing` });
  if (brokenBytes > 0) {
    const share = brokenBytes / Math.max(1, held);
    losses.push({
      frames: frames * share,
      among: true,
      within: brokenBytes,
      why: agree`${brokenBytes} byte[s] [is|are] in damaged frames or blocks`,
    });
  }
  if (strayBytes > 0)
    losses.push({ frames: strayBytes * perByte, within: strayBytes, why: agree`${strayBytes} byte[s] [contains|contain] no audio` });
  return losses;
}

/** Returns packets that FFmpeg's decoder refused before it continued, and packets that it decoded despite a wrong checksum. */
function refused(read: PacketsRead | null, frames: number): Lost[] {
  if (read === null) return [];
  const { packets, bytes, errors, broken } = read;
  const losses: Lost[] = [];
  if (errors > 0 && errors < packets) {
    const why = agree`the decoder refused ${errors} of ${packets} packet[s]`;
    losses.push({ frames: (frames * errors) / (packets - errors), within: (bytes * errors) / packets, why });
  }
  if (broken > 0) {
    const share = broken / packets;
    losses.push({
      frames: frames * share,
      among: true,
      within: bytes * share,
      why: agree`the checksums of ${broken} of ${packets} packet[s] are wrong`,
    });
  }
  return losses;
}

/** Returns bytes of a container that belong to no packet. */
function unread(read: PacketsRead | null, { besidePacketBytes }: Shortfall, held: number, frames: number): Lost[] {
  if (read === null || read.bytes === 0 || besidePacketBytes === undefined) return [];
  const beside = held - read.bytes - read.packets * besidePacketBytes;
  if (beside < lostBytes) return [];
  return [{ frames: (frames * beside) / read.bytes, within: beside, why: agree`${beside} of ${held} byte[s] [is|are] in no packet` }];
}

/**
 * Returns the stated duration of a single track. Returns null if the bytes themselves determine the duration: everything was then decoded, and the statement is
 * wrong.
 */
function statedByTrack({ parts }: Playable): number | null {
  const [part] = parts;
  if (part === undefined || parts.length > 1) return null;
  const { track, codec } = part;
  return (codec.codec.frames?.(track) ?? null) === null ? track.frames : null;
}

function otherFile({ answer, play, bytes }: Decoded): string | null {
  const behind = answer.shortfall?.bytesBehind ?? 0;
  // FFmpeg continues into a second AVI file by itself.
  const own = play.parts.some(({ track }) => track.codec === 'through-ffmpeg') ? 'an AVI file' : null;
  const found = fileWithin(uncovered(play, bytes.size), bytes, lostBytes);
  if (found !== null && found.title !== own && found.left >= lostBytes) return `${found.title} begins at byte ${found.at} of ${bytes.size}`;
  return behind >= lostBytes && behind >= lostShare * bytes.size
    ? agree`${behind} of ${bytes.size} byte[s] [follows|follow] the end of the container`
    : null;
}

/** Returns the sections of a file after its first audio that no track covers; for a track that is the whole file, the whole file. */
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
