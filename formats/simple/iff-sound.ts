import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { judgeBytesAfter } from '../judge/sound-behind.ts';
import { findTailChunks, isSizeMark } from '../riff/riff.ts';
import { riffLayout } from '../riff/riff-layout.ts';
import { type IffWalk, walkIff } from './iff-chunks.ts';
import { type IffCoding, maudCoding, mhdrBytes, svxCoding, vhdrBytes } from './iff-coding.ts';

/** Chunks of a kind of file: the chunk of its header, and that of its audio. */
const kinds = new Map([
  ['8SVX', { header: 'VHDR', headerBytes: vhdrBytes, sound: 'BODY' }],
  ['16SV', { header: 'VHDR', headerBytes: vhdrBytes, sound: 'BODY' }],
  ['MAUD', { header: 'MHDR', headerBytes: mhdrBytes, sound: 'MDAT' }],
]);

/** Returns true for a size that only means that the writer did not know it. */
const isLost = (declared: number): boolean => declared === 0 || isSizeMark(declared);

/** Identifies audio of the Amiga in chunks of EA IFF 85. */
export const iffSound: Format = {
  id: 'iff-sound',
  title: 'Amiga IFF sound (8SVX, 16SV, MAUD)',
  extensions: ['.8svx', '.svx', '.maud', '.maude'],
  mediaType: 'audio/x-8svx',
  grade: 'verified',
  facts: [
    'Electronic Arts, EA IFF 85 and "8SVX" IFF 8-Bit Sampled Voice (1985): VHDR, CHAN, BODY, octaves, Fibonacci delta',
    'MAUD, 16SV and CHAN of several channels as in sox 14.4 (src/maud.c, src/8svx.c) and FFmpeg 7.1 (libavformat/iff.c); files of sox 14.4, samples equal to those of sox and FFmpeg',
  ],
  codings: [
    { declared: '8SVX compression 0', name: '8-bit PCM', codec: 'pcm-s8', note: 'channels one after the other' },
    { declared: '8SVX compression 1', name: 'Fibonacci delta', codec: 'fibonacci-delta', note: 'channels one after the other' },
    { declared: '8SVX compression 2', name: 'exponential delta', codec: 'exponential-delta', note: 'not in the specification' },
    { declared: '16SV compression 0', name: '16-bit PCM', codec: 'pcm-s16be', note: 'channels one after the other' },
    { declared: 'MAUD compression 0, 8 bits', name: '8-bit PCM', codec: 'pcm-u8', note: '' },
    { declared: 'MAUD compression 0, 16 bits', name: '16-bit PCM', codec: 'pcm-s16be', note: '' },
    { declared: 'MAUD compression 2, 8 bits', name: 'A-law', codec: 'alaw', note: '' },
    { declared: 'MAUD compression 3, 8 bits', name: 'mu-law', codec: 'mulaw', note: '' },
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, 12, signal);
    if (head.length < 12) return null;
    const cursor = new Cursor(head, 0, 'big');
    if (cursor.text(4, 'FORM') !== 'FORM') return null;
    const formBytes = cursor.u32('FORM size');
    const form = cursor.text(4, 'form type');
    const kind = kinds.get(form);
    if (kind === undefined) return null;

    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const walk = await walkIff(bytes, 12, kind.sound, isLost, signal);
    if (walk.unpadded > 0) tell('F107', agree`${walk.unpadded} chunk[s] of odd size [has|have] no pad byte`);
    if (walk.resyncs > 0) tell('F116', `a chunk's size was wrong, and the ${kind.sound} chunk was searched for`);
    const answer = { format: iffSound.id, confidence: 'signature', basis: `FORM/${form} at 0` } as const;
    const body = await findBody(bytes, { walk, id: kind.sound, formBytes }, signal, tell);
    if (body === null) {
      tell('F110', walk.chunks.some(({ id }) => id === kind.sound) ? `a ${kind.sound} chunk without sound` : `no ${kind.sound} chunk`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const coding = await readCoding(bytes, walk, { form, ...kind }, findings, signal);
    if (coding === null) {
      tell('F115', agree`no ${kind.header} chunk of at least ${kind.headerBytes} byte[s]`);
      const nothing = { bitsPerSample: null, blockBytes: null, frames: null, setup: null };
      const codecName = `${form} without its ${kind.header} chunk`;
      const track = { codec: 'unknown', codecName, sampleRateHz: 0, channels: 0, ...nothing, spans: [[body.start, body.end]] as const };
      return { ...answer, tracks: [track], findings, state: 'damaged' };
    }
    const tracks = await tracksOf(bytes, coding, body, tell, signal);
    if (tracks.length === 0) {
      tell('F110', agree`${body.end - body.start} byte[s] of sound [is|are] too few for a sample`);
      return { ...answer, tracks, findings, state: 'header-only' };
    }
    return {
      ...answer,
      basis: `${answer.basis}, ${coding.name}`,
      ...(await judged(bytes, tracks, body, findings, signal)),
      shortfall: { missingBytes: Math.max(0, body.declared - (body.end - body.start)) },
      findings,
    };
  },
};

/** The audio chunk. */
interface Body {
  readonly start: number;
  /** Offset of its end in the file. */
  readonly end: number;
  /** Stated size in bytes; the number of bytes present if the writer did not know. */
  readonly declared: number;
  readonly state: Identification['state'];
  /** True if the chunk is followed by a row of chunks, or by at most a pad byte. */
  readonly closed: boolean;
}

/** Returns the audio chunk; null if there is none. */
async function findBody(
  bytes: ByteReader,
  { walk, id, formBytes }: { readonly walk: IffWalk; readonly id: string; readonly formBytes: number },
  signal: AbortSignal,
  tell: (code: FindingCode, message: string) => void,
): Promise<Body | null> {
  const chunk = walk.chunks.find((one) => one.id === id);
  if (chunk === undefined || chunk.start >= bytes.size) return null;
  const { start, declared } = chunk;
  if (isLost(declared) && start + declared !== bytes.size) {
    const end = await findTailChunks(bytes, start, bytes.size, { layout: riffLayout('big'), at: 0 }, signal);
    if (end <= start) return null;
    tell(
      'F101',
      agree`the ${id} chunk states ${declared} byte[s]; ${end - start} byte[s] up to ${end < bytes.size ? 'the chunks after it' : 'the end'} [is|are] read as audio`,
    );
    if (end < bytes.size) tell('F105', agree`${bytes.size - end} byte[s] of chunks at the end [is|are] not read as audio`);
    return { start, end, declared: end - start, state: declared === 0 ? 'damaged' : 'ok', closed: true };
  }
  const end = Math.min(bytes.size, start + declared);
  if (start + declared > bytes.size) {
    tell('F103', agree`the ${id} chunk states ${declared} byte[s] of sound, but ${end - start} [is|are] present`);
    return { start, end, declared, state: 'truncated', closed: true };
  }
  const closed = bytes.size - end <= 1 || walk.chunks.at(-1) !== chunk;
  if (closed && Math.abs(formBytes + 8 - bytes.size) > 1) {
    tell('F106', agree`the FORM chunk states ${formBytes} byte[s], but ${bytes.size - 8} [is|are] present; the ${id} chunk is right`);
  }
  return { start, end, declared, state: 'ok', closed };
}

/** Returns the coding; null if the header's chunk is missing or too short. */
async function readCoding(
  bytes: ByteReader,
  walk: IffWalk,
  kind: { readonly form: string; readonly header: string; readonly headerBytes: number },
  findings: Finding[],
  signal: AbortSignal,
): Promise<IffCoding | null> {
  const read = async (id: string, size: number): Promise<Uint8Array | null> => {
    const chunk = walk.chunks.find((one) => one.id === id);
    if (chunk === undefined || chunk.declared < size) return null;
    const body = await bytes.read(chunk.start, size, signal);
    // The buffer may be the reader's own.
    return body.length < size ? null : body.slice();
  };
  const header = await read(kind.header, kind.headerBytes);
  if (header === null) return null;
  if (kind.form === 'MAUD') return maudCoding(header, bytes.name, findings);
  const chan = await read('CHAN', 4);
  return svxCoding(kind.form, header, chan === null ? null : new Cursor(chan, 0, 'big').u32('channels'), bytes.name, findings);
}

/** Returns one track of all channels if they are interleaved or there is only one; otherwise one track per channel, as far as the file extends. */
async function tracksOf(
  bytes: ByteReader,
  coding: IffCoding,
  body: Body,
  tell: (code: FindingCode, message: string) => void,
  signal: AbortSignal,
): Promise<Track[]> {
  const { channels, leadBytes, perByte } = coding;
  const runs = coding.planar ? channels : 1;
  const unit = Math.max(1, 1 / perByte) * (coding.planar ? 1 : channels);
  const known = coding.codec !== 'unknown' && channels <= limits.channels && coding.sampleRateHz <= limits.highestRateHz;
  const runBytes = Math.floor(body.declared / runs / (known ? unit : 1)) * (known ? unit : 1);
  const odd = body.declared - runBytes * runs;
  if (known && odd > 0 && body.state !== 'truncated')
    tell('F118', agree`${body.declared} byte[s] of sound: ${odd} byte[s] after the last whole block of ${unit * runs}`);
  const held = (Math.max(0, runBytes - leadBytes) * perByte) / (coding.planar ? 1 : channels);
  const frames = known ? statedFrames(coding, held, body, tell) : null;
  const wantedBytes = coding.octaves > 1 && frames !== null ? leadBytes + Math.ceil(frames / perByte) : runBytes;
  const tracks: Track[] = [];
  for (let run = 0; run < runs; run++) {
    const start = body.start + run * runBytes + leadBytes;
    const end = Math.min(body.start + run * runBytes + wantedBytes, body.end);
    if (end <= start) continue;
    const cut = Math.floor((end - start) * perByte) / (coding.planar ? 1 : channels);
    tracks.push({
      codec: known ? coding.codec : 'unknown',
      codecName: known ? coding.name : agree`${coding.name}: ${channels} channel[s] at ${coding.sampleRateHz} Hz`,
      sampleRateHz: coding.sampleRateHz,
      channels: coding.planar ? 1 : channels,
      bitsPerSample: coding.bitsPerSample,
      blockBytes: known && leadBytes === 0 ? unit : null,
      frames: frames !== null && frames <= cut ? frames : null,
      setup: leadBytes === 0 ? null : (await bytes.read(start - 1, 1, signal)).slice(),
      spans: [[start, end]],
    });
  }
  if (tracks.length > 0 && tracks.length < runs)
    tell('F470', agree`${tracks.length} of ${runs} channel[s] [is|are] present: they lie one after the other`);
  return tracks;
}

/** Returns the number of samples per channel to be played if the audio holds more; null: all of them. */
function statedFrames(
  { stated, octaves, perByte }: IffCoding,
  held: number,
  body: Body,
  tell: (code: FindingCode, message: string) => void,
): number | null {
  const [first] = stated;
  if (octaves > 1) {
    const whole = (first ?? 0) * (2 ** octaves - 1);
    // Each octave may end with a pad byte.
    if (first !== undefined && whole > 0 && Math.abs(held - whole) <= octaves * Math.max(1, perByte)) {
      tell('F471', agree`${octaves} octave[s] [is|are] stated; the first, of ${first} sample[s], is used`);
      return first;
    }
    tell(
      'F113',
      agree`${octaves} octave[s] [is|are] stated, the first of ${first ?? 0} sample[s], and the sound holds ${held} sample[s]; all of it is used as one`,
    );
    return null;
  }
  if (first === undefined || body.state !== 'ok' || stated.includes(held)) return null;
  // The last code of a delta coding may be unused.
  if (perByte === 2 && stated.includes(held - 1)) return held - 1;
  tell('F220', agree`the header states ${first} sample[s], the sound holds ${held}`);
  return null;
}

/** Judges a single track by its bytes; for several tracks, judges only whether they are audio at all. */
async function judged(
  bytes: ByteReader,
  tracks: readonly Track[],
  body: Body,
  findings: Finding[],
  signal: AbortSignal,
): Promise<Pick<Identification, 'tracks' | 'state'>> {
  const [first] = tracks;
  if (first === undefined) return { tracks, state: body.state };
  const believed = await judgeSamples(bytes, first, signal);
  if (tracks.length === 1) {
    findings.push(...believed.findings);
    if (body.closed || body.state !== 'ok') return { tracks: [believed.track], state: body.state };
    const { track, state } = await judgeBytesAfter(bytes, believed.track, body.state, findings, signal);
    return { tracks: [track], state };
  }
  if (believed.track === first) findings.push(...believed.findings);
  if (!body.closed)
    findings.push(
      finding('F111', bytes.name, agree`${bytes.size - body.end} byte[s] [follows|follow] the sound; [it is|they are] not read as audio`),
    );
  return { tracks, state: body.state };
}
