import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Hint, Identification, Track } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { type Box, type BoxWalk, boxesIn, findBox, walkBoxes } from './boxes.ts';
import { fragmentDefaults, fragmentPackets } from './fragments.ts';
import { readGapless } from './gapless.ts';
import { readSoundTrack, type SoundTrack, soundTrack } from './track.ts';

/** Boxes with which a QuickTime file without ftyp may begin (QuickTime File Format, "Overview of the file format"). */
const beginnings = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];
/** Largest number of tracks per file. */
const mostTracks = 64;

/** Identifies MP4, M4A, 3GP and QuickTime: exports of contact centres, mobile telephones, browsers. */
export const isoMedia: Format = {
  id: 'iso-media',
  title: 'MP4, M4A, 3GP, QuickTime',
  extensions: ['.m4a', '.mp4', '.3gp', '.3g2', '.m4b', '.mov', '.qt'],
  mediaType: 'audio/mp4',
  grade: 'verified',
  facts: [
    'ISO/IEC 14496-12 (boxes), 14496-1 (descriptors), 14496-3 (AAC); Apple, QuickTime File Format; 3GPP TS 26.244 (AMR); files of FFmpeg 7.1 and of telephones, decoded identically by FFmpeg',
  ],
  async identify(bytes, hint, signal) {
    const head = await bytes.read(0, 8, signal);
    const first = String.fromCharCode(...head.subarray(4));
    if (head.length < 8 || !beginnings.includes(first)) return null;
    const walk = await walkBoxes(bytes, signal);
    const types = walk.boxes.map(({ type }) => type);
    const moov = walk.boxes.find(({ type }) => type === 'moov');
    if (walk.boxes[0] === undefined || (moov === undefined && (types.includes('meta') || types.includes('jp2h')))) return null; // A still picture.
    const ftyp = walk.boxes.find(({ type }) => type === 'ftyp');
    const brand = ftyp === undefined ? 'none' : String.fromCharCode(...(await bytes.read(ftyp.start, 4, signal))).replace(/[^ -~]/g, '?');
    const basis = `${first} at 4, brand ${brand.trim()}`;
    if (moov === undefined || moov.cut) return withoutIndex(bytes, hint, walk, ftyp !== undefined, basis);
    if (moov.end - moov.at > limits.isoIndexBytes) {
      const message = agree`the index has ${moov.end - moov.at} byte[s], more than ${limits.isoIndexBytes}`;
      return nothing(basis, [finding('F305', bytes.name, message)], 'damaged');
    }
    return await withIndex(bytes, walk, { moovBox: moov, ftypBox: ftyp ?? null }, basis, signal);
  },
};

function nothing(basis: string, findings: readonly Finding[], state: Identification['state']): Identification {
  return { format: isoMedia.id, confidence: 'signature', basis, tracks: [], findings, state };
}

/** Returns an answer for audio whose index was never written: it is identified and kept, but not decoded. */
function withoutIndex(bytes: ByteReader, hint: Hint, walk: BoxWalk, signed: boolean, basis: string): Identification | null {
  const mdat = walk.boxes.filter(({ type }) => type === 'mdat');
  const named = isoMedia.extensions.includes(extensionOf(hint));
  // Four letters alone prove nothing: a file of another kind may begin with the name of a box by chance.
  if (!signed && !named && walk.end !== bytes.size) return null;
  const size = mdat.reduce((sum, { start, end }) => sum + end - start, 0);
  if (size === 0) {
    const message = agree`${bytes.size} byte[s], no sound and no index`;
    return { ...nothing(basis, [finding('F110', bytes.name, message)], 'header-only'), confidence: signed ? 'signature' : 'structure' };
  }
  const cut = walk.boxes.some((box) => box.type === 'moov' && box.cut);
  const message = agree`${size} byte[s] of media data and ${cut ? 'a truncated index' : 'no index (moov)'}`;
  const track: Track = {
    codec: 'unknown',
    codecName: 'media data without its index: neither coding nor frames are known',
    sampleRateHz: 8000,
    channels: 1,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans: mdat.filter(({ start, end }) => end > start).map(({ start, end }) => [start, end] as const),
  };
  const findings = [finding('F304', bytes.name, message)];
  return { ...nothing(basis, findings, 'damaged'), confidence: signed ? 'signature' : 'structure', tracks: [track] };
}

async function withIndex(
  bytes: ByteReader,
  walk: BoxWalk,
  { moovBox, ftypBox }: { readonly moovBox: Box; readonly ftypBox: Box | null },
  basis: string,
  signal: AbortSignal,
): Promise<Identification> {
  const moov = await bytes.read(moovBox.at, moovBox.end - moovBox.at, signal);
  const within: Box = { ...moovBox, at: 0, start: moovBox.start - moovBox.at, end: moov.length };
  const ftyp = ftypBox === null ? new Uint8Array(0) : await bytes.read(ftypBox.at, Math.min(ftypBox.end - ftypBox.at, 4096), signal);
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const children = boxesIn(moov, within.start, within.end);
  if (children.some(({ type }) => type === 'cmov')) tell('F304', 'the index is compressed (cmov), which is not read');
  const traks = children.filter(({ type }) => type === 'trak');
  const sounds: SoundTrack[] = [];
  let unreadable = 0;
  for (const trak of traks.slice(0, mostTracks)) {
    try {
      const sound = readSoundTrack(moov, trak);
      if (sound !== null) sounds.push(sound);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      unreadable++;
    }
  }
  if (unreadable > 0) tell('F305', agree`${unreadable} of ${traks.length} track[s] cannot be read`);
  const defaults = fragmentDefaults(moov, within);
  const moofs = walk.boxes.filter(({ type }) => type === 'moof');
  const fragments = defaults === null || moofs.length === 0 ? null : await fragmentPackets(bytes, moofs, defaults, signal);
  const movie = { moov, scale: readMovieScale(moov, within), gapless: readGapless(moov, within), ftyp };
  const tracks: Track[] = [];
  let truncated = false;
  let missing = 0;
  let statedFrames = 0;
  for (const sound of sounds) {
    const own = fragments?.get(sound.id) ?? null;
    const result = await soundTrack(bytes, sound, own !== null && own.bytes > 0 ? own : null, movie, signal);
    if (result.track !== null) tracks.push(result.track);
    findings.push(...result.findings);
    truncated ||= result.cut;
    missing = Math.max(missing, result.missing);
    statedFrames = Math.max(statedFrames, result.statedFrames ?? 0);
  }
  const last = walk.boxes.at(-1);
  if (!truncated && last?.cut === true && (last.type === 'mdat' || last.type === 'moof')) {
    tell('F103', `the last box, ${last.type}, states more bytes than the ${last.end - last.at} that are present`);
    truncated = true;
  } else if (walk.end < bytes.size) tell('F111', agree`${bytes.size - walk.end} byte[s] after the last box [is|are] not a box`);
  const found = agree`${basis}, ${sounds.length} of ${traks.length} track[s] [is|are] audio${fragments === null ? '' : agree`, ${moofs.length} fragment[s]`}`;
  if (sounds.length > 0 && tracks.length === 0) tell('F110', 'an audio track without a packet');
  const damaged = findings.some(({ code }) => code === 'F305' || code === 'F302');
  const state = damaged ? 'damaged' : truncated ? 'truncated' : tracks.length === 0 && sounds.length > 0 ? 'header-only' : 'ok';
  // Missing packets are assumed to have the average size of the others.
  const missingBytes = Math.round(
    missing * tracks.reduce((sum, { spans }) => sum + spans.reduce((bytesOf, [start, end]) => bytesOf + end - start, 0), 0),
  );
  const none = tracks.length === 0;
  const shortfall = {
    missingBytes,
    ...(statedFrames > 0 && { statedFrames }),
    // Fragments extend to the end of the file.
    strayBytes: fragments === null || none ? 0 : Math.max(0, bytes.size - walk.end),
    ...(none && {
      otherBytes: otherBytesOf(
        walk,
        traks.some((trak) => isOtherMedia(moov, trak)),
      ),
    }),
  };
  return { ...nothing(found, findings, none && state !== 'ok' ? 'header-only' : state), tracks, shortfall };
}

/** Returns the boxes of a file that hold no media data and, if one of its tracks is not audio, also those that do. */
function otherBytesOf(walk: BoxWalk, hasOther: boolean): (readonly [start: number, end: number])[] {
  return walk.boxes.filter(({ type }) => hasOther || type !== 'mdat').map(({ at, end }) => [at, end] as const);
}

/** Handlers of tracks that are not audio (ISO/IEC 14496-12, 12; QuickTime File Format, "Media handler"). */
const otherHandlers = new Set('vide|auxv|hint|meta|text|subt|sbtl|clcp|tmcd|pict'.split('|'));

/** Returns true if a track declares itself as video, text or times. */
function isOtherMedia(moov: Uint8Array, trak: Box): boolean {
  const hdlr = findBox(moov, trak, 'mdia', 'hdlr');
  return hdlr !== null && hdlr.end - hdlr.start >= 12 && otherHandlers.has(new Cursor(moov, hdlr.start + 8).text(4, 'handler'));
}

/** Returns the ticks per second of the durations in edit lists (mvhd); 0 if there are none. */
function readMovieScale(moov: Uint8Array, within: Box): number {
  const mvhd = findBox(moov, within, 'mvhd');
  if (mvhd === null || mvhd.end - mvhd.start < 24) return 0;
  return new Cursor(moov, mvhd.start + (moov[mvhd.start] === 1 ? 20 : 12), 'big').u32('time scale');
}
