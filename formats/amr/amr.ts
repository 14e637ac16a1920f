import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Hint, Identification, Track } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { frameWindow } from '../frames/frame-window.ts';
import { lostFramesFindings } from '../frames/lost-frames.ts';
import { type AmrChannel, type AmrKind, type AmrWalk, amrFrameBytes, amrModes, amrNarrow, amrWide, walkAmr } from './frames.ts';

type Magic = readonly [magic: string, kind: AmrKind, several: boolean];
/** Magic at offset 0 (RFC 4867, sections 5.1 and 5.2). The magic for several channels is followed by 4 bytes, whose low 4 bits state the number of channels. */
const magics: readonly Magic[] = [
  ['#!AMR\n', amrNarrow, false],
  ['#!AMR-WB\n', amrWide, false],
  ['#!AMR_MC1.0\n', amrNarrow, true],
  ['#!AMR-WB_MC1.0\n', amrWide, true],
];
/** Largest number of channels: RFC 4867, section 4.1, uses the channels of RFC 3551, at most six. */
const mostChannels = 6;
/** Number of consecutive frames that identify AMR without a header: by chance, one byte in twelve is a valid first byte of a frame. */
const headerlessFrames = 25;
const headerlessBytes = 325;

/** Identifies AMR and AMR-WB, as recorded by mobile telephones and IP recorders. */
export const amr: Format = {
  id: 'amr',
  title: 'AMR, AMR-WB',
  extensions: ['.amr', '.awb'],
  mediaType: 'audio/AMR',
  grade: 'verified',
  pronom: ['fmt/356', 'fmt/954'],
  facts: [
    'RFC 4867, section 5; frame sizes 3GPP TS 26.101 and TS 26.201; files of opencore-amr and vo-amrwbenc with and without silence descriptors, decoded identically by opencore-amr',
  ],
  async identify(bytes, hint, signal) {
    const head = await bytes.read(0, 19, signal);
    const known = amrMagic(head);
    if (known === undefined) return await headerless(bytes, hint, signal);
    const [magic, kind, several] = known;
    const start = magic.length + (several ? 4 : 0);
    const channels = several ? (head[magic.length + 3] ?? 0) & 0x0f : 1;
    const answer = { format: amr.id, confidence: 'signature', basis: `${magic.trimEnd()} at 0` } as const;
    if (channels === 0 || channels > mostChannels) {
      if (bytes.size <= start) return headerOnly(answer, bytes, 'the header ends before the number of channels');
      const track = trackOf(kind, { spans: [[start, bytes.size]], silences: [], frames: 0 }, 'unknown', agree`${kind.name}, ${channels} channel[s]`);
      return {
        ...answer,
        tracks: [track],
        findings: [finding('F305', bytes.name, agree`${channels} channel[s] [is|are] stated; 1 to 6 are possible`)],
        state: 'damaged',
      };
    }
    const walk = await walkAmr(frameWindow(bytes, signal), start, kind, channels);
    const { findings, state } = judgeAmr(walk, bytes.name, channels);
    if (state === 'header-only') return { ...answer, tracks: [], shortfall: { bytesWithoutSound: walk.junk }, findings, state };
    const chance = isCoincidence(walk, bytes.size - start);
    const name = chance ? `${kind.name} by its header, but most bytes are not frames` : `${kind.name}, ${amrModes(walk, kind)}`;
    const codec = chance ? 'unknown' : kind.codec;
    return {
      ...answer,
      basis: agree`${answer.basis}, ${walk.frames} frame[s]`,
      tracks: walk.channels.filter(({ spans }) => spans.length > 0).map((channel) => trackOf(kind, channel, codec, name)),
      findings,
      state,
    };
  },
};

/** Returns the magic at the beginning of these bytes; undefined if there is none. */
export function amrMagic(head: Uint8Array): Magic | undefined {
  const text = String.fromCharCode(...head);
  return magics.find(([magic]) => text.startsWith(magic));
}

/**
 * Identifies frames without a header, but only if the name says AMR and the frames follow each other from the first byte to the last in one of the two codings.
 */
async function headerless(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  if (!amr.extensions.includes(extensionOf(hint)) || bytes.size < headerlessBytes) return null;
  const answers: Identification[] = [];
  for (const kind of [amrNarrow, amrWide]) {
    if (amrFrameBytes(kind, (await bytes.read(0, 1, signal))[0]) === 0) continue;
    const walk = await walkAmr(frameWindow(bytes, signal), 0, kind, 1);
    const [channel] = walk.channels;
    if (channel === undefined || walk.junk > 0 || walk.missing > 0 || !walk.complete || walk.frames < headerlessFrames || channel.spans.length === 0)
      continue;
    const lacking = finding('F310', bytes.name, agree`${walk.frames} frame[s] of ${kind.name} follow each other from the first byte to the last`);
    answers.push({
      format: amr.id,
      confidence: 'structure',
      basis: agree`${walk.frames} frame[s] of ${kind.name} from 0 to the end, no header`,
      tracks: [trackOf(kind, channel, kind.codec, `${kind.name}, ${amrModes(walk, kind)}, no header`)],
      findings: [lacking, ...amrFindings(walk, bytes.name, 1)],
      state: 'ok',
    });
  }
  return answers.length === 1 ? (answers[0] ?? null) : null;
}

function headerOnly(answer: Pick<Identification, 'format' | 'confidence' | 'basis'>, bytes: ByteReader, message: string): Identification {
  return { ...answer, tracks: [], findings: [finding('F110', bytes.name, message)], state: 'header-only' };
}

/** Judges a stream from a walk over all its frames. If no frame is speech, the state is `header-only` and a finding says so. */
export function judgeAmr(walk: AmrWalk, place: string, channels: number): { findings: Finding[]; state: Identification['state'] } {
  const findings = amrFindings(walk, place, channels);
  if (walk.channels.every(({ spans }) => spans.length === 0)) {
    findings.push(finding('F110', place, agree`${walk.frames} frame[s] of 20 ms, none of them with speech`));
    return { findings, state: 'header-only' };
  }
  return { findings, state: walk.junk > 0 || !walk.complete ? 'damaged' : walk.missing > 0 ? 'truncated' : 'ok' };
}

/** Returns true if most of the bytes belong to no frame: the frames found are then a coincidence, and decoding them would produce noise. */
export function isCoincidence(walk: AmrWalk, sizeBytes: number): boolean {
  return walk.junk > sizeBytes / 2;
}

/** Returns the findings that follow from a walk over frames. */
export function amrFindings(walk: AmrWalk, place: string, channels: number): Finding[] {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, place, message));
  };
  if (walk.junk > 0) tell('F302', agree`${walk.junk} byte[s] in ${walk.gaps} place[s] [belongs|belong] to no frame`);
  findings.push(...lostFramesFindings(walk.lostFrames, place));
  if (walk.missing > 0) tell('F103', `the last frame lacks ${walk.missing} of its bytes`);
  if (!walk.complete) tell('F305', agree`more pauses than the limit: only the first ${walk.frames} frame[s] [is|are] used`);
  if (walk.bad + walk.lost > 0) tell('F301', agree`${walk.bad} of ${walk.frames} frame[s] [is|are] marked as damaged, ${walk.lost} as lost`);
  if (walk.pauses > 0) tell('F300', agree`${walk.pauses} of ${walk.frames} frame[s] of 20 ms [holds|hold] no speech: silence is played for them`);
  const lengths = walk.channels.map(({ frames }) => frames);
  if (channels > 1 && new Set(lengths).size > 1) tell('F305', agree`the channels have ${lengths.join(', ')} frame[s]`);
  return findings;
}

/** Returns one channel as a track, with its spans in the file. */
export function trackOf(
  kind: AmrKind,
  { spans, silences, frames }: Pick<Track, 'spans'> & Omit<AmrChannel, 'spans'>,
  codec: string,
  codecName: string,
): Track {
  return {
    codec,
    codecName,
    sampleRateHz: kind.sampleRateHz,
    channels: 1,
    bitsPerSample: null,
    blockBytes: null,
    frames: frames === 0 ? null : frames * kind.frameSamples,
    setup: null,
    spans,
    ...(silences.length > 0 && { silences }),
  };
}
