import { agree } from '../../src/core/base/agree.ts';
import { type ByteReader, sliceReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Identification, Track } from '../../src/core/model/format.ts';
import { silentFrames } from '../../src/core/model/track-length.ts';
import { type Chunk, findRiffWithin, type RiffWalk, tailChunks, walkRiff } from '../riff/riff.ts';
import { tagText } from '../riff/wave-tags.ts';
import { judgeBlocks } from './blocks.ts';
import { judgeCoding, type WaveCoding } from './coding.ts';
import { readWaveFields, type WaveFields } from './format.ts';
import { placeSilences } from './list.ts';
import { findSound, hiddenSound, otherBytesOf, type WaveSound } from './sound.ts';
import { checkSound } from './weigh.ts';
import { isFfmpeg, waveWriter } from './writer-name.ts';

/** Number of bytes of the fmt chunk that are read; no recorder writes a longer one. */
const formatBytesRead = 1024;

/** One file of the RIFF family: a file of its own, or one of several concatenated in a file. */
interface WavePart {
  readonly walk: RiffWalk;
  /** Fields of the fmt chunk; null if there is none. */
  readonly fields: WaveFields | null;
  readonly formatChunk: Chunk | undefined;
  readonly sound: WaveSound;
  readonly findings: readonly Finding[];
}

/** Identifies a WAVE file, given the walk over its first RIFF. */
export async function identifyWave(bytes: ByteReader, first: RiffWalk, format: string, signal: AbortSignal, depth = 0): Promise<Identification> {
  const parts = await readParts(bytes, first, signal);
  const sounding = parts.filter(({ sound }) => sound.spans.length > 0);
  const main = sounding.find(({ fields }) => fields !== null) ?? sounding[0] ?? parts[0];
  const { walk, fields, sound, formatChunk } = main;
  const following = parts.at(-1)?.walk.following ?? null;
  const beyond = parts.length < limits.riffFiles || following === null ? 0 : bytes.size - following;
  // Headers without audio beside one with audio are reported; the values in them are not used.
  const empty = sounding.length === 0 ? [] : parts.filter((part) => !sounding.includes(part)).flatMap(({ sound: { findings } }) => findings);
  const inner = depth < limits.nesting ? await innerFile(bytes, sound, signal) : null;
  if (inner !== null) {
    const answer = await identifyWave(inner.bytes, inner.walk, format, signal, depth + 1);
    const told = finding('F207', bytes.name, `the sound at ${inner.walk.at} begins with the header of a WAVE file`);
    return {
      ...answer,
      confidence: first.at === 0 ? 'signature' : 'structure',
      findings: [...empty, ...main.findings, told, ...unplayed(bytes, sounding, [main]), ...answer.findings.filter(({ code }) => code !== 'F100')],
    };
  }
  const findings: Finding[] = [...empty, ...main.findings];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const pronom = await wavePronom(bytes, main, signal);
  const answer = { format, confidence: first.at === 0 ? 'signature' : 'structure', pronom } as const;
  const where = `${walk.kind}/WAVE at ${walk.at}`;
  if (fields === null) {
    tell('F115', formatChunk === undefined ? 'no fmt chunk' : agree`the fmt chunk has ${formatChunk.declared} byte[s], but 14 are needed`);
    const state = sound.spans.length === 0 ? 'header-only' : 'damaged';
    const tracks = sound.spans.length === 0 ? [] : [unexplained(sound.spans)];
    findings.push(...unplayed(bytes, sounding, [main]));
    const shortfall = { otherBytes: tracks.length > 0 ? [] : await otherBytesOf(bytes, walk, signal) };
    return { ...answer, basis: `${where}, no fmt chunk`, tracks, shortfall, findings, state };
  }
  const byFields = judgeCoding(fields, walk.layout.endian);
  if (byFields.assumptions.length > 0) tell('F123', byFields.assumptions.join('; '));
  if (byFields.contradictions.length > 0) tell('F113', byFields.contradictions.join('; '));
  const basis = `${where}, fmt tag ${fields.tag === null ? 'in an unregistered SubFormat' : tagText(fields.tag)}`;
  if (sound.spans.length === 0)
    return { ...answer, basis, tracks: [], shortfall: { otherBytes: await otherBytesOf(bytes, walk, signal) }, findings, state: sound.state };

  const joined = joinParts(bytes, sounding, main, findings);
  if (beyond > 0)
    tell('F204', agree`more than ${limits.riffFiles} RIFF files lie one after the other; ${beyond} byte[s] after them [is|are] not played`);
  const fact = sounding.length === 1 ? await readFact(bytes, walk, signal) : null;
  const blockFields = { ...fields, fact: joined.silences.length > 0 ? null : fact };
  const { coding, findings: ofBlocks } = await judgeBlocks(bytes, joined.spans, byFields, blockFields, signal);
  findings.push(...ofBlocks);
  const { codec, codecName, sampleRateHz, channels, bitsPerSample, blockBytes, setup } = coding;
  const spans = wholeUnits(bytes, joined.spans, coding, findings);
  const stated: Track = { codec, codecName, sampleRateHz, channels, bitsPerSample, blockBytes, setup, frames: null, spans };
  const weighed = await checkSound(bytes, stated, { coding, fields, sound: joined.last }, signal);
  findings.push(...weighed.findings);
  let { track, state } = weighed;
  if (track.codec.startsWith('g726-40')) {
    const writer = await waveWriter(bytes, walk, signal);
    if (isFfmpeg(writer)) tell('F393', `G.726 at 40 kbit/s, written by ${writer}`);
  }
  if (joined.state !== 'ok' && state === 'ok') state = joined.state;
  const soundBytes = track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
  // If the bytes showed another block length, it takes precedence over the header.
  const unit = track.blockBytes === coding.blockBytes ? coding.unit : null;
  if (unit !== null && soundBytes % unit.bytes !== 0 && state !== 'truncated') {
    tell('F118', agree`${soundBytes} byte[s] of sound: ${soundBytes % unit.bytes} byte[s] after the last whole block of ${unit.bytes}`);
  }
  const { silences, findings: told } = placeSilences(track, joined.silences, bytes.name);
  findings.push(...told);
  if (silences.length > 0) track = { ...track, silences };
  if (track.codec !== 'unknown' && unit !== null && fact !== null) {
    track = { ...track, frames: statedFrames(fact, { bytes, walk, coding }, { soundBytes, silences }, findings) };
  }
  const { missingBytes = 0, bytesBehind = 0, behind } = joined.last;
  // Bytes that were included as audio no longer count as lying after it.
  const left = behind !== null && track.spans.at(-1)?.[1] === behind[0] ? behind[1] - behind[0] : bytesBehind;
  const strayBytes = await hiddenSound(bytes, walk, soundBytes, fields.bytesPerSecond, signal);
  const shortfall = { missingBytes, bytesBehind: left, ...(strayBytes > 0 ? { strayBytes } : {}) };
  // Frames may show that there is no audio where the header states some.
  return { ...answer, basis, tracks: state === 'header-only' ? [] : [track], shortfall, findings, state };
}

/**
 * Returns PRONOM's id of the kind of WAVE: for Wave64, RF64 and Broadcast WAVE by version, otherwise by the form of the fmt chunk. The id says almost nothing
 * about the coding: fmt/142 covers some fifteen (PRONOM 118; preservation of the facts in docs/reference/formats.md).
 */
async function wavePronom(bytes: ByteReader, { walk, fields, formatChunk }: WavePart, signal: AbortSignal): Promise<string> {
  const bext = walk.chunks.find(({ id }) => id === 'bext');
  if (walk.kind === 'Wave64') return 'fmt/951';
  if (walk.kind === 'RF64' || walk.kind === 'BW64') return bext === undefined ? 'fmt/712' : 'fmt/713';
  if (bext !== undefined) {
    // EBU Tech 3285: the version follows 346 bytes of texts, date and time reference.
    const version = (await bytes.read(bext.start + bextVersionAt, 1, signal))[0] ?? 0;
    return bextPronom[version] ?? 'fmt/527';
  }
  if (fields === null || formatChunk === undefined) return 'fmt/6';
  if (fields.extensible) return 'fmt/143';
  return formatChunk.declared <= 16 ? 'fmt/141' : 'fmt/142';
}

const bextVersionAt = 346;
const bextPronom = ['fmt/1', 'fmt/2', 'fmt/527'] as const;

/** Returns a complete file that begins where the audio should begin; null in all but the rarest files. */
async function innerFile(bytes: ByteReader, sound: WaveSound, signal: AbortSignal): Promise<{ bytes: ByteReader; walk: RiffWalk } | null> {
  const span = sound.spans[0];
  if (span === undefined || span[1] - span[0] < 12) return null;
  const inner = sliceReader(bytes, 0, span[1]);
  const walk = await walkRiff(inner, 'WAVE', span[0], 0, signal);
  return walk === null ? null : { bytes: inner, walk };
}

/** Returns the RIFF files within a file, in order: most files have one, some recorders append one to another. Never returns an empty list. */
async function readParts(bytes: ByteReader, first: RiffWalk, signal: AbortSignal): Promise<readonly [WavePart, ...WavePart[]]> {
  const parts: [WavePart, ...WavePart[]] = [await readPart(bytes, first, true, signal)];
  let walk: RiffWalk | null = first;
  let searches = 0;
  while (parts.length < limits.riffFiles) {
    signal.throwIfAborted();
    const before = parts.at(-1);
    if (walk.following === null && searches++ === mostSearches) break;
    const next: number | null = walk.following ?? (await nextWithin(bytes, before, signal));
    walk = next === null ? null : await walkRiff(bytes, 'WAVE', next, 0, signal);
    if (walk === null || next === null) break;
    if (before !== undefined && before.walk.following === null) {
      // The previous part stated no length: its audio ends where this part begins.
      const cut = sliceReader(bytes, 0, next);
      const again = await walkRiff(cut, 'WAVE', before.walk.at, 0, signal);
      if (again !== null) parts[parts.length - 1] = await readPart(cut, again, parts.length === 1, signal);
    }
    parts.push(await readPart(bytes, walk, false, signal));
  }
  return parts;
}

/** Largest number of searches. Each search reads much of the file, and a file of nothing but headers must not take a day. */
const mostSearches = 16;

/** Returns a further header inside or after audio whose length had to be guessed. */
async function nextWithin(bytes: ByteReader, part: WavePart | undefined, signal: AbortSignal): Promise<number | null> {
  const span = part?.sound.spans.at(-1);
  if (part === undefined || span === undefined || !part.sound.lengthGuessed) return null;
  return findRiffWithin(bytes, 'WAVE', span[0], bytes.size, signal);
}

async function readPart(whole: ByteReader, walk: RiffWalk, first: boolean, signal: AbortSignal): Promise<WavePart> {
  // If header and chunks agree on the end, the bytes between it and the next file are filler.
  const consistent = Math.abs(walk.declaredEnd - walk.end) < walk.layout.align;
  const end = walk.following === null ? whole.size : consistent ? walk.end : walk.following;
  const bytes = sliceReader(whole, 0, end);
  const sound = await findSound(bytes, walk, signal);
  let formatChunk = walk.chunks.find((chunk) => chunk.id === 'fmt ');
  const behind = sound.spans.at(-1)?.[1];
  if (formatChunk === undefined && behind !== undefined && behind < bytes.size) {
    // After audio of unstated length, where the walk did not reach.
    formatChunk = (await tailChunks(bytes, behind, walk, signal)).find((chunk) => chunk.id === 'fmt ');
  }
  const body = formatChunk === undefined ? null : await bytes.read(formatChunk.start, Math.min(formatBytesRead, formatChunk.declared), signal);
  const fields = body === null ? null : readWaveFields(body, walk.layout.endian);
  const findings = [...walkFindings(bytes, walk, formatChunk, first), ...sound.findings];
  const filling = walk.following === null ? 0 : walk.following - end;
  if (filling > 0) findings.push(finding('F111', bytes.name, agree`${filling} byte[s] [is|are] between two RIFF files`));
  return { walk, fields, formatChunk, sound, findings };
}

/** Returns the findings of the walk itself. */
function walkFindings(bytes: ByteReader, walk: RiffWalk, formatChunk: Chunk | undefined, first: boolean): Finding[] {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const data = walk.chunks.find((chunk) => chunk.id === 'data');
  if (first && walk.at > 0) tell('F100', agree`${walk.at} byte[s] [precedes|precede] the RIFF header`);
  if (walk.unpadded > 0) tell('F107', agree`${walk.unpadded} chunk[s] of odd size [has|have] no pad byte`);
  if (walk.resyncs > 0) tell('F116', agree`${walk.resyncs} time[s] a chunk's size was wrong, and the next chunk was searched for`);
  if (formatChunk !== undefined && data !== undefined && formatChunk.at > data.at) tell('F117', 'the fmt chunk follows the sound');
  return findings;
}

interface Joined {
  readonly spans: Track['spans'];
  readonly silences: WaveSound['silences'];
  /** The audio of the last part that is played. */
  readonly last: WaveSound;
  readonly state: Identification['state'];
}

/** Joins the audio of all parts with the main part's coding, in file order; the other parts are reported. */
function joinParts(bytes: ByteReader, sounding: readonly WavePart[], main: WavePart, findings: Finding[]): Joined {
  const same = sounding.filter((part) => part === main || (part.fields !== null && main.fields !== null && sameCoding(part, main)));
  const last = same.at(-1) ?? main;
  for (const part of same) {
    if (part !== main) findings.push(...part.findings);
    const { behind } = part.sound;
    if (part !== last && behind !== null)
      findings.push(finding('F111', bytes.name, agree`${behind[1] - behind[0]} byte[s] [is|are] between two RIFF files`));
  }
  if (same.length > 1) {
    const sizes = same.map(({ sound }) => sizeOf(sound));
    const shown = sizes.length > 5 ? `${sizes.slice(0, 5).join(', ')} … bytes of sound` : agree`${sizes.join(', ')} byte[s] of sound`;
    findings.push(
      finding('F203', bytes.name, agree`${same.length} RIFF file[s] [follows|follow] each other, with ${shown}; they are played in this order`),
    );
  }
  findings.push(...unplayed(bytes, sounding, same));
  const state = same.find(({ sound }) => sound.state !== 'ok')?.sound.state ?? 'ok';
  const silences = same.flatMap(({ sound }) => sound.silences);
  return { spans: same.flatMap(({ sound }) => sound.spans), silences, last: last.sound, state };
}

/** Returns the findings about parts with audio that are not played. */
function unplayed(bytes: ByteReader, sounding: readonly WavePart[], played: readonly WavePart[]): Finding[] {
  const others = sounding.filter((part) => !played.includes(part));
  if (others.length === 0) return [];
  const tags = [...new Set(others.map(({ fields }) => (fields === null || fields.tag === null ? 'no tag' : tagText(fields.tag))))];
  const size = others.reduce((sum, { sound }) => sum + sizeOf(sound), 0);
  const message = agree`${others.length} more RIFF file[s] with ${size} byte[s] of sound [has|have] another coding (${tags.slice(0, 5).join(', ')})`;
  return [finding('F204', bytes.name, message)];
}

function sizeOf(sound: WaveSound): number {
  return sound.spans.reduce((sum, [start, end]) => sum + end - start, 0);
}

function sameCoding(a: WavePart, b: WavePart): boolean {
  const text = ({ fields, walk }: WavePart): string =>
    fields === null
      ? ''
      : [walk.layout.endian, fields.tag, fields.channels, fields.sampleRateHz, fields.bitsPerSample, fields.validBits, fields.blockBytes].join();
  return text(a) === text(b);
}

/** Limits all spans except the last to complete blocks: bytes of an incomplete block would shift all that follow. */
function wholeUnits(bytes: ByteReader, spans: Track['spans'], coding: WaveCoding, findings: Finding[]): Track['spans'] {
  const unit = coding.unit?.bytes ?? 1;
  let left = 0;
  const whole = spans.map(([start, end], i) => {
    const rest = i < spans.length - 1 ? (end - start) % unit : 0;
    left += rest;
    return [start, end - rest] as const;
  });
  if (left > 0)
    findings.push(
      finding('F118', bytes.name, agree`${left} byte[s] at the ends of parts [does|do] not fill a block of ${unit} and [is|are] left out`),
    );
  return whole.filter(([start, end]) => end > start);
}

/**
 * Returns the number of samples per channel that the fact chunk states, if it only removes padding of the last block: at most two blocks less than the blocks
 * hold. Null for codings without blocks, whose bytes determine the number exactly.
 */
function statedFrames(
  stated: number,
  { bytes, walk, coding }: { readonly bytes: ByteReader; readonly walk: RiffWalk; readonly coding: WaveCoding },
  { soundBytes, silences }: { readonly soundBytes: number; readonly silences: NonNullable<Track['silences']> },
  findings: Finding[],
): number | null {
  if (coding.codec === 'unknown' || coding.unit === null) return null;
  const held = Math.ceil(soundBytes / coding.unit.bytes) * coding.unit.frames;
  const block = Math.max(1, Math.floor((coding.blockBytes ?? 0) / coding.unit.bytes)) * coding.unit.frames;
  const padding = walk.layout.align === 8 ? Math.floor(7 / coding.unit.bytes) * coding.unit.frames : 0; // FFmpeg counts the pad bytes of Wave64 as audio
  const silent = silentFrames({ silences });
  // The count may or may not include the silence of a wave list: the reading that omits less is used.
  const plausible = [stated, stated - silent].filter((count) => count <= held && count > held - 2 * block - padding);
  if (plausible.length === 0) {
    const within = silent > 0 ? ` and ${silent} of silence` : '';
    findings.push(finding('F114', bytes.name, agree`the fact chunk states ${stated} sample[s], the sound holds ${held}${within}`));
    return null;
  }
  // Before silence at the end, the padding stays: a length only shortens the end.
  const endsSilent = silent > 0 && silences.at(-1)?.[1] === held + silent;
  return coding.unit.frames > 1 && !endsSilent ? Math.max(...plausible) + silent : null;
}

/** Returns the number of samples per channel in the fact chunk; null if there is none, or its writer never updated it. */
async function readFact(bytes: ByteReader, walk: RiffWalk, signal: AbortSignal): Promise<number | null> {
  const fact = walk.chunks.find((chunk) => chunk.id === 'fact');
  if (fact === undefined || fact.declared < 4) return null;
  const body = await bytes.read(fact.start, 4, signal);
  if (body.length < 4) return null;
  const stated = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, walk.layout.endian === 'little');
  return stated === 0 || stated === 0xffffffff ? null : stated;
}

/** Returns a track for audio without a fmt chunk. */
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
