import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Track } from '../../src/core/model/format.ts';
import { amrFindings } from '../amr/amr.ts';
import { amrModes, amrNarrow, amrWide, walkAmr } from '../amr/frames.ts';
import { frameWindow, spansReader } from '../frames/frame-window.ts';
import { lostInFile } from '../frames/lost-frames.ts';
import { type Box, boxesIn, findBox } from './boxes.ts';
import { readSoundEntry, type SoundEntry } from './entry.ts';
import type { Gapless } from './gapless.ts';
import { evenPackets, type IsoPackets, isEven, joinPackets, tablePackets } from './packets.ts';
import { isoPrefix } from './prefix.ts';

/** An audio track as described by moov. */
export interface SoundTrack {
  readonly id: number;
  readonly timeScale: number;
  /** Duration of the track by its mdhd box, in seconds; 0 if not stated. */
  readonly statedSeconds: number;
  readonly stsd: Box;
  readonly stbl: Box;
  readonly entry: SoundEntry;
  readonly edits: readonly Edit[];
  /** True if the audio is in another file (a QuickTime reference movie). */
  readonly elsewhere: boolean;
}

/** One edit (ISO/IEC 14496-12, 8.6.6): duration in the movie's time scale; first sample in the track's time scale, or -1 if nothing is played. */
interface Edit {
  readonly duration: number;
  readonly mediaTime: number;
  readonly rate: number;
}

/** Largest number of samples at the start that an encoder adds (AAC of Apple 2,112, HE-AAC 5,186); if there are more, a user cut them. */
const mostPriming = 8_192;
/** Largest offset in seconds at the start that is treated as silence; a longer one does not come from a call. */
const mostDelayS = 3_600;
const mostEdits = 1_000;

/** Reads the track in a trak box; returns null if it is not audio. @throws RangeError if fields are cut off */
export function readSoundTrack(moov: Uint8Array, trak: Box): SoundTrack | null {
  const mdia = findBox(moov, trak, 'mdia');
  const hdlr = mdia === null ? null : findBox(moov, mdia, 'hdlr');
  if (mdia === null || hdlr === null || new Cursor(moov, hdlr.start + 8).text(4, 'handler') !== 'soun') return null;
  const mdhd = findBox(moov, mdia, 'mdhd');
  const stbl = findBox(moov, mdia, 'minf', 'stbl');
  const stsd = stbl === null ? null : findBox(moov, stbl, 'stsd');
  const entry = stsd === null ? null : readSoundEntry(moov, stsd);
  if (mdhd === null || stbl === null || stsd === null || entry === null) return null;
  const wide = moov[mdhd.start] === 1;
  const times = new Cursor(moov, mdhd.start + (wide ? 20 : 12), 'big');
  const timeScale = times.u32('time scale');
  const high = wide ? times.u32('duration, high') : 0;
  const low = times.u32('duration');
  // All ones mean that the duration is unknown (ISO/IEC 14496-12, 8.4.2).
  const isKnown = timeScale > 0 && high <= 0xffff && (low !== 0xffffffff || wide);
  const statedSeconds = isKnown ? (high * 2 ** 32 + low) / timeScale : 0;
  const tkhd = findBox(moov, trak, 'tkhd');
  const id = tkhd === null ? 0 : new Cursor(moov, tkhd.start + (moov[tkhd.start] === 1 ? 20 : 12), 'big').u32('track id');
  const dref = findBox(moov, mdia, 'minf', 'dinf', 'dref');
  const [reference] = dref === null ? [] : boxesIn(moov, dref.start + 8, dref.end);
  // The lowest flag of a data reference means that the data are in this file (ISO/IEC 14496-12, 8.7.2).
  const elsewhere = reference !== undefined && ((moov[reference.start + 3] ?? 1) & 1) === 0;
  return { id, timeScale, statedSeconds, stsd, stbl, entry, edits: readEdits(moov, findBox(moov, trak, 'edts', 'elst')), elsewhere };
}

function readEdits(moov: Uint8Array, elst: Box | null): Edit[] {
  if (elst === null || elst.end - elst.start < 8) return [];
  const wide = moov[elst.start] === 1;
  const cursor = new Cursor(moov.subarray(0, elst.end), elst.start + 4, 'big');
  const stated = cursor.u32('edit count');
  const edits: Edit[] = [];
  const view = new DataView(moov.buffer, moov.byteOffset, elst.end);
  for (let at = cursor.position; edits.length < Math.min(stated, mostEdits) && at + (wide ? 20 : 12) <= elst.end; at += wide ? 20 : 12) {
    const duration = wide ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const mediaTime = wide ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    edits.push({ duration, mediaTime, rate: view.getUint32(at + (wide ? 16 : 8)) / 65536 });
  }
  return edits;
}

/** The played part of a track: number of samples omitted at the start, silence before them, total number of samples. */
interface Played {
  readonly priming: number;
  readonly delay: number;
  readonly frames: number;
  /** Why an edit list is ignored; null if it is applied. */
  readonly unfollowed: string | null;
}

/** Applies an edit list if it is like that of an encoder: a delay, and the encoder's own samples at both ends. */
function played(
  edits: readonly Edit[],
  movieScale: number,
  { rate, total, toSamples }: { readonly rate: number; readonly total: number; readonly toSamples: (time: number) => number },
  mostDelay: number,
): Played {
  const all = { priming: 0, delay: 0, frames: total, unfollowed: null };
  const [empty] = edits.filter(({ mediaTime }) => mediaTime === -1);
  const real = edits.filter(({ mediaTime }) => mediaTime !== -1);
  const [edit] = real;
  if (edit === undefined || movieScale === 0) return all;
  const delayS = empty !== undefined && edits[0] === empty ? empty.duration / movieScale : 0;
  const delay = Math.round(delayS * rate);
  const start = toSamples(edit.mediaTime);
  if (real.length > 1 || edit.rate !== 1 || start < 0 || start > Math.min(total, mostPriming) || delay > mostDelay)
    return {
      ...all,
      unfollowed: agree`${edits.length} edit[s], the first from sample ${start} at rate ${edit.rate}; all ${total} sample[s] [is|are] played`,
    };
  const left = total - start;
  const asked = Math.round((edit.duration / movieScale) * rate);
  // The movie's time scale is coarse: an edit that reaches the end within one tick means the end. 0 means the end as well (fragments).
  if (asked === 0 || asked >= left - Math.ceil(rate / movieScale)) return { ...all, priming: start, delay, frames: left };
  if (left - asked > mostPriming) {
    return {
      ...all,
      priming: start,
      delay,
      frames: left,
      unfollowed: agree`the edit list ends ${left - asked} sample[s] before the sound; all of the sound is played`,
    };
  }
  return { ...all, priming: start, delay, frames: asked };
}

/** Returns one track of a file as it is passed on, with its findings. One function: each step changes the track that the previous one left. */
export async function soundTrack(
  bytes: ByteReader,
  sound: SoundTrack,
  fragments: IsoPackets | null,
  movie: { readonly moov: Uint8Array; readonly scale: number; readonly gapless: Gapless | null; readonly ftyp: Uint8Array },
  signal: AbortSignal,
): Promise<{ track: Track | null; findings: Finding[]; cut: boolean; missing: number; statedFrames?: number }> {
  const { entry } = sound;
  const { moov } = movie;
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const channels = entry.channels;
  const usable = channels > 0 && channels <= limits.channels && entry.sampleRateHz > 0 && entry.sampleRateHz <= 768_000 && sound.timeScale > 0;
  const codec = usable && !entry.encrypted && !sound.elsewhere ? entry.codec : null;
  if (entry.encrypted) tell('F303', entry.codecName);
  if (sound.elsewhere) tell('F304', 'the audio is in another file, which the index names');
  const { even } = entry;
  const indexed =
    even !== null && even.bytes > 0 && isEven(moov, sound.stbl)
      ? evenPackets(moov, sound.stbl, bytes.size, even.frames, even.bytes)
      : tablePackets(moov, sound.stbl, bytes.size);
  const packets = fragments === null ? indexed : joinPackets(indexed, fragments);
  for (const doubt of packets.doubts) tell('F305', doubt);
  const cut = packets.missing > 0;
  const there = packets.sizes?.length ?? (even === null ? 0 : packets.bytes / Math.max(1, even.bytes));
  /** Packets of the index that are missing, as a share of those present. */
  const missing = cut ? packets.missing / Math.max(1, there) : 0;
  if (cut) tell('F103', agree`${packets.missing} packet[s] of the index [is|are] after the end of the file`);
  if (packets.bytes === 0) return { track: null, findings, cut, missing };
  const rate = Math.max(1, entry.sampleRateHz);
  const base: Track = {
    codec: codec ?? 'unknown',
    codecName: usable ? entry.codecName : agree`${entry.codecName}, ${channels} channel[s] at ${entry.sampleRateHz} Hz`,
    sampleRateHz: rate,
    channels: Math.max(1, channels),
    bitsPerSample: entry.bits > 0 && even !== null ? entry.bits : null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans: packets.spans,
  };
  if (codec === null) return { track: base, findings, cut, missing };

  const toSamples = (time: number): number => (even !== null && packets.sizes === null ? time : Math.round((time * rate) / sound.timeScale));
  // PCM is counted by its bytes, which are the only reliable measure.
  const total = even !== null && even.frames === 1 ? Math.floor(packets.bytes / even.bytes) : toSamples(packets.duration);
  // No more silence than a decoder may produce from these bytes.
  const mostDelay = Math.min(mostDelayS * rate, (packets.bytes * limits.samplesPerCodedByte) / channels);
  const edited = played(sound.edits, movie.scale, { rate, total, toSamples: (time) => Math.round((time * rate) / sound.timeScale) }, mostDelay);
  const { gapless } = movie;
  const noted = codec === 'aac-mp4' && sound.edits.length === 0 && gapless !== null && gapless.priming + gapless.frames <= total;
  const play = noted && gapless.priming <= mostPriming ? { ...edited, ...gapless } : edited;
  const silences = play.delay > 0 ? { silences: [[0, play.delay] as const] } : {};
  if (codec === 'amr-nb' || codec === 'amr-wb') {
    const kind = codec === 'amr-nb' ? amrNarrow : amrWide;
    const stream = spansReader(bytes, packets.spans);
    const walk = await walkAmr(frameWindow(stream, signal), 0, kind, 1);
    const [channel] = walk.channels;
    findings.push(...amrFindings({ ...walk, lostFrames: lostInFile(walk.lostFrames, stream.origin) }, bytes.name, 1));
    if (channel === undefined || channel.spans.length === 0) return { track: null, findings, cut, missing };
    const delay = Math.round((play.delay * kind.sampleRateHz) / rate);
    // Part of a packet (up to five frames) at either end is still played, because only decoded samples could be cut.
    const uncut = Math.max(play.priming, total - play.priming - play.frames + play.delay);
    if (play.unfollowed !== null) tell('F309', play.unfollowed);
    else if (uncut > rate / 10) tell('F309', agree`the edit leaves out ${uncut} of ${total} sample[s]; all are played`);
    const pauses = channel.silences.map(([start, end]) => [start + delay, end + delay] as const);
    const track: Track = {
      ...base,
      codecName: `${entry.codecName}, ${amrModes(walk, kind)}`,
      sampleRateHz: kind.sampleRateHz,
      channels: 1,
      frames: channel.frames * kind.frameSamples + delay,
      spans: channel.spans.flatMap(([start, end]) => stream.origin(start, end)),
      ...(delay + pauses.length > 0 && { silences: delay > 0 ? [[0, delay] as const, ...pauses] : pauses }),
    };
    return { track, findings, cut, missing };
  }
  if (play.unfollowed !== null) tell('F309', play.unfollowed);
  if (even !== null && even.frames === 1) {
    const skipped = skipBytes(packets.spans, play.priming * even.bytes);
    const frames = play.frames + play.delay;
    // If the rate in the sample description differs from that of the samples, the track is longer or shorter than its header says.
    const lacking = fragments === null && !cut && sound.statedSeconds <= limits.mediumSeconds ? Math.round(sound.statedSeconds * rate) - total : 0;
    const stated = lacking > rate / 4 ? { statedFrames: frames + lacking } : {};
    return { track: { ...base, blockBytes: even.bytes, frames, spans: skipped, ...silences }, findings, cut, missing, ...stated };
  }
  const durations = packets.durations.map(([count, duration]) => [count, toSamples(duration)] as const);
  const setup = isoPrefix({
    ftyp: movie.ftyp,
    stsd: moov.subarray(sound.stsd.at, sound.stsd.end),
    sampleRateHz: rate,
    sizes: packets.sizes,
    durations,
    duration: durations.reduce((sum, [count, duration]) => sum + count * duration, 0),
    priming: play.priming,
    bytes: packets.bytes,
  });
  return { track: { ...base, frames: play.frames + play.delay, setup, ...silences }, findings, cut, missing };
}

function skipBytes(spans: IsoPackets['spans'], count: number): IsoPackets['spans'] {
  let left = count;
  return spans.flatMap(([start, end]) => {
    const from = Math.min(end, start + left);
    left -= from - start;
    return from < end ? [[from, end] as const] : [];
  });
}
