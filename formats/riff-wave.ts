import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Format, Track } from '../src/core/format.ts';
import { limits } from '../src/core/limits.ts';
import { gsmFrame, gsmMsBlock } from './codecs/gsm.ts';
import { extensionOf } from './extension.ts';
import { walkG7231 } from './g723-frames.ts';
import { walkG729 } from './g729-frames.ts';
import { isSignedGsm } from './gsm-frames.ts';
import { type Chunk, type RiffWalk, walkRiff } from './riff.ts';
import { isClearlySound, liesInLowBits, mislabelledCompanding } from './smoothness.ts';
import { judgeCoding, type WaveCoding } from './wave-coding.ts';
import { readWaveFields } from './wave-format.ts';
import { findSound, type WaveSound } from './wave-sound.ts';
import { tagText } from './wave-tags.ts';

/** No fmt chunk that a recorder writes is longer; what is behind that is not read. */
const formatBytesRead = 1024;

/** WAVE in RIFF, RIFX and RF64, sound or damaged: the codec comes from wFormatTag by a table of our own, never by FFmpeg's. */
export const riffWave: Format = {
  id: 'riff-wave',
  title: 'WAVE (RIFF, RIFX, RF64)',
  extensions: ['.wav', '.wave', '.wav49', '.rf64', '.bwf'],
  mediaType: 'audio/vnd.wave',
  grade: 'verified',
  facts: [
    'IBM and Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (1991); Microsoft mmreg.h',
    'EBU Tech 3285 (BWF), EBU Tech 3306 (RF64), ITU-R BS.2088 (BW64)',
    'Damaged files: behaviour of FFmpeg 7.1, sox 14.4 and libsndfile 1.2 on 22 synthetic cases; Asterisk 22 and FreeSWITCH recordings',
  ],
  async identify(bytes, hint, signal) {
    // A tar or a disk image may hold a WAVE somewhere: only a file that calls itself one is searched beyond its first byte.
    const named = riffWave.extensions.includes(extensionOf(hint));
    const walk = await walkRiff(bytes, 'WAVE', named ? limits.riffSearchBytes : 0, signal);
    if (walk === null) return null;
    const formatChunk = walk.chunks.find((chunk) => chunk.id === 'fmt ');
    const data = walk.chunks.find((chunk) => chunk.id === 'data');
    if (walk.at > 0 && formatChunk === undefined) return null;

    const sound = await findSound(bytes, walk, signal);
    const findings: Finding[] = [...walkFindings(bytes, walk, formatChunk, data), ...sound.findings];
    const tell = (code: string, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: riffWave.id, confidence: walk.at === 0 ? 'signature' : 'structure' } as const;
    const where = `${walk.kind}/WAVE at ${walk.at}`;
    const fields =
      formatChunk === undefined
        ? null
        : readWaveFields(await bytes.read(formatChunk.start, Math.min(formatBytesRead, formatChunk.declared), signal), walk.endian);
    if (fields === null) {
      tell('F115', formatChunk === undefined ? 'no fmt chunk' : `a fmt chunk of ${formatChunk.declared} bytes, 14 are needed`);
      const state = sound.spans.length === 0 ? 'header-only' : 'damaged';
      const tracks = sound.spans.length === 0 ? [] : [unexplained(sound.spans)];
      return { ...answer, basis: `${where}, no fmt chunk`, tracks, findings, state };
    }
    const coding = judgeCoding(fields, walk.endian);
    if (coding.assumptions.length > 0) tell('F123', coding.assumptions.join('; '));
    if (coding.contradictions.length > 0) tell('F113', coding.contradictions.join('; '));
    const basis = `${where}, fmt tag ${fields.tag === null ? 'in a SubFormat of its own' : tagText(fields.tag)}`;
    if (sound.spans.length === 0) return { ...answer, basis, tracks: [], findings, state: sound.state };

    const { codec, codecName, sampleRateHz, channels, bitsPerSample, blockBytes, setup } = coding;
    const stated: Track = { codec, codecName, sampleRateHz, channels, bitsPerSample, blockBytes, setup, frames: null, spans: sound.spans };
    const weighed = await weighSound(bytes, stated, coding, sound, signal);
    findings.push(...weighed.findings);
    let { track, state } = weighed;
    const soundBytes = track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
    // A walk over frames of several lengths has told more than the header can.
    const walked = coding.unit !== null && track.blockBytes !== coding.unit.bytes;
    if (coding.unit !== null && !walked && soundBytes % coding.unit.bytes !== 0 && state !== 'truncated') {
      tell('F118', `${soundBytes} bytes of sound are ${soundBytes % coding.unit.bytes} more than whole blocks of ${coding.unit.bytes}`);
    }
    if (track.codec !== 'unknown' && coding.unit !== null && !walked)
      track = { ...track, frames: await statedFrames(bytes, walk, coding, soundBytes, findings, signal) };
    return { ...answer, basis, tracks: [track], findings, state };
  },
};

/** Holds the sound itself against what the header says of it. */
async function weighSound(
  bytes: ByteReader,
  stated: Track,
  coding: WaveCoding,
  sound: WaveSound,
  signal: AbortSignal,
): Promise<{ track: Track; state: WaveSound['state']; findings: Finding[] }> {
  let track = stated;
  let state = sound.state;
  const findings: Finding[] = [];
  const tell = (code: string, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  if (sound.behind !== null) {
    const [start, end] = sound.behind;
    // A recorder that brings its header up to date from time to time and then crashes leaves sound behind an end that looks right.
    if (await isClearlySound(bytes, start, end, track, signal)) {
      tell('F102', `${end - start} bytes behind the end that the header states are as smooth as sound and taken as such`);
      track = { ...track, spans: [...track.spans.slice(0, -1), [track.spans.at(-1)?.[0] ?? start, end]] };
      state = 'damaged';
    } else tell('F111', `${end - start} bytes follow the end that the RIFF header states; they are not taken as sound`);
  }
  if (track.codec === 'g729') {
    const walked = await walkG729(bytes, track, signal);
    findings.push(...walked.findings);
    track = walked.track;
  } else if (track.codec === 'gsm-ms' && (await isSignedGsm(bytes, track.spans, signal))) {
    tell(
      'F254',
      `blocks of ${gsmMsBlock.bytes} bytes are declared, but every ${gsmFrame.bytes} bytes a frame begins with its signature: these are taken`,
    );
    track = { ...track, codec: 'gsm', codecName: `${track.codecName}, in frames of 33 bytes`, blockBytes: gsmFrame.bytes };
  } else if (track.codec === 'g723.1') {
    const walked = await walkG7231(bytes, track, signal);
    findings.push(...walked.findings);
    track = walked.track;
  }
  if (coding.looseWords && (await liesInLowBits(bytes, track, signal))) {
    tell('F120', '24-bit samples lie in the low bits of words of 32; the format puts them into the high ones');
    track = { ...track, codec: 'pcm-s24le-low32' };
  }
  if (track.codec === 'pcm-u8') {
    const law = await mislabelledCompanding(bytes, track, signal);
    if (law !== null) tell('F119', law);
  }
  return { track, state, findings };
}

/** What the walk itself has to tell. */
function walkFindings(bytes: ByteReader, walk: RiffWalk, formatChunk: Chunk | undefined, data: Chunk | undefined): Finding[] {
  const findings: Finding[] = [];
  const tell = (code: string, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  if (walk.at > 0) tell('F100', `${walk.at} bytes lie before the RIFF header`);
  if (walk.unpadded > 0) tell('F107', `${walk.unpadded} chunks of odd size have no pad byte`);
  if (walk.resyncs > 0) tell('F116', `${walk.resyncs} times a chunk's size led nowhere and the next chunk was searched for`);
  if (formatChunk !== undefined && data !== undefined && formatChunk.at > data.at) tell('F117', 'the fmt chunk stands behind the sound');
  return findings;
}

/**
 * Samples per channel that the fact chunk states, where it only cuts padding of the last block: at most two blocks less than
 * the blocks hold. Null for codings without blocks, whose bytes already say it exactly.
 */
async function statedFrames(
  bytes: ByteReader,
  walk: RiffWalk,
  coding: WaveCoding,
  soundBytes: number,
  findings: Finding[],
  signal: AbortSignal,
): Promise<number | null> {
  const fact = walk.chunks.find((chunk) => chunk.id === 'fact');
  if (fact === undefined || fact.declared < 4 || coding.codec === 'unknown') return null;
  const body = await bytes.read(fact.start, 4, signal);
  if (body.length < 4) return null;
  const stated = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, walk.endian === 'little');
  if (stated === 0 || stated === 0xffffffff || coding.unit === null) return null; // a stream writer did not come back to it
  const held = Math.ceil(soundBytes / coding.unit.bytes) * coding.unit.frames;
  const plausible = stated <= held && stated > held - 2 * coding.unit.frames;
  if (plausible) return coding.unit.frames > 1 ? stated : null;
  findings.push(finding('F114', bytes.name, `the fact chunk states ${stated} samples, the sound holds ${held}`));
  return null;
}

/** Sound that no fmt chunk explains. */
function unexplained(spans: Track['spans']): Track {
  return {
    codec: 'unknown',
    codecName: 'WAVE without a fmt chunk',
    sampleRateHz: 0,
    channels: 0,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans,
  };
}
