import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { bytesLikeSoundIn } from '../../src/core/base/bytes-like-sound.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Identification, Track } from '../../src/core/model/format.ts';
import { otherChunks } from '../judge/other-chunks.ts';
import { type Chunk, ds64DataSize, findTailChunks, isSizeMark, isWaveList, type RiffWalk } from '../riff/riff.ts';
import { sizeBeyondNumbers } from '../riff/riff-layout.ts';
import { readWaveList, type StatedSilence } from './list.ts';

/** Position of the audio of a WAVE file, and wrong statements of its chunks. */
export interface WaveSound {
  readonly spans: Track['spans'];
  /** Silence between the spans, from wave lists only. */
  readonly silences: readonly StatedSilence[];
  readonly state: Identification['state'];
  readonly findings: readonly Finding[];
  /** Bytes after an end on which data chunk and RIFF header agree, and that are not a chunk; the caller judges them. Null if there are none. */
  readonly behind: readonly [start: number, end: number] | null;
  /** True if the end of the last span differs from the one that its chunk states. */
  readonly lengthGuessed: boolean;
  /** Number of bytes of audio that are stated and would lie after the end of the file. */
  readonly missingBytes?: number;
  /** Number of bytes after the last chunk that belong to none. */
  readonly bytesBehind?: number;
}

/** Chunks that real files have after their audio; a chunk with another id is accepted if the chain of chunks ends with the file. */
const knownIds = new Set(
  'fmt |fact|data|LIST|list|cue |smpl|inst|bext|iXML|axml|id3 |ID3 |JUNK|junk|PAD |FLLR|DISP|PEAK|afsp|cart|umid|_PMX|plst|levl|ltxt|MEXT|link|chna'.split(
    '|',
  ),
);

/** Known chunks that do not hold audio themselves; a list may contain a chunk that does. */
const otherIds = new Set([...knownIds].filter((id) => id !== 'data' && id !== 'fmt '));
/** Filler chunks: their bytes must still be examined. */
const fillerIds = new Set(['JUNK', 'junk', 'PAD ', 'FLLR']);
/** Size from which a chunk is skipped only if its beginning matches its name: a damaged name may be that of the data chunk. */
const leastHidden = 4_096;

/** Returns the positions of the metadata in a file without audio. */
export async function otherBytesOf(bytes: ByteReader, walk: RiffWalk, signal: AbortSignal): Promise<(readonly [start: number, end: number])[]> {
  const others: Chunk[] = [];
  for (const chunk of walk.chunks) {
    if (chunk.declared >= leastHidden && !(await isAsNamed(bytes, chunk, signal))) continue;
    if (!(await isWaveList(bytes, chunk, signal))) others.push(chunk);
  }
  return otherChunks(others, otherIds, bytes.size);
}

/** Returns true if the first bytes of a chunk match its name. Always returns false for a chunk that no standard makes this large. */
async function isAsNamed(bytes: ByteReader, { id, start, declared }: Chunk, signal: AbortSignal): Promise<boolean> {
  const head = Buffer.from(await bytes.read(start, 16, signal));
  if (head.length < 16) return false;
  const text = head.toString('latin1');
  // A list has a type, and a first chunk that fits into it (Multimedia Programming Interface and Data Specifications 1.0, chapter 2).
  if (id === 'LIST' || id === 'list') return /^[\x20-\x7e]{8}/.test(text) && head.readUInt32LE(8) <= declared;
  if (id === 'id3 ' || id === 'ID3 ') return text.startsWith('ID3');
  if (id === 'iXML' || id === 'axml' || id === '_PMX') return /^(\xef\xbb\xbf)?[\s\0]*</.test(text);
  if (id === 'cue ') return 4 + 24 * head.readUInt32LE(0) <= declared + 1 && head.readUInt32LE(0) > 0;
  // A bitmap of the clipboard is 8; the other formats are small texts.
  if (id === 'DISP') return head.readUInt32LE(0) <= 17;
  // EBU Tech 3285: texts come first; supplement 3 and 2 begin with a version.
  if (id === 'bext' || id === 'cart') return /^[\x20-\x7e\0]+$/.test(text);
  return id === 'levl' && head.readUInt32LE(0) <= 2;
}

/**
 * Returns the number of bytes that may be the audio of a file whose data chunk is tiny in comparison: an unknown chunk of at least a second and four times the
 * audio. Returns 0 if there is none. Does not count a chunk with a single value or text.
 */
export async function hiddenSound(
  bytes: ByteReader,
  { chunks }: RiffWalk,
  soundBytes: number,
  bytesPerSecond: number,
  signal: AbortSignal,
): Promise<number> {
  let hidden = 0;
  for (const chunk of chunks) {
    const { id, start, declared } = chunk;
    const length = Math.min(declared, bytes.size - start);
    if (id === 'data' || length < Math.max(leastHidden, bytesPerSecond, hiddenRatio * soundBytes)) continue;
    if ((otherIds.has(id) && !fillerIds.has(id) && (await isAsNamed(bytes, chunk, signal))) || (await isWaveList(bytes, chunk, signal))) continue;
    hidden += await bytesLikeSoundIn(bytes, start, start + length, signal);
  }
  return hidden >= leastHidden ? hidden : 0;
}
const hiddenRatio = 4;

/**
 * Finds the audio of the data chunks and compares the sizes that their headers state with the file.
 * One function: the sizes are compared one after another, and what is wrong with each is collected.
 */
export async function findSound(bytes: ByteReader, walk: RiffWalk, signal: AbortSignal): Promise<WaveSound> {
  const first = walk.chunks.findIndex((chunk) => chunk.id === 'data');
  const data = walk.chunks[first];
  if (data === undefined) {
    const list = await readWaveList(bytes, walk, signal);
    const none = { spans: [], silences: [], state: 'header-only', findings: [finding('F110', bytes.name, 'no data chunk')] } as const;
    return { ...(list ?? none), behind: null, lengthGuessed: false };
  }

  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const there = bytes.size - data.start;
  const wide = walk.kind === 'RF64' || walk.kind === 'BW64';
  const declared = wide && data.declared === 0xffffffff ? await ds64DataSize(bytes, walk.chunks, signal) : data.declared;
  if (wide && data.declared === 0xffffffff && declared === 0xffffffff) {
    tell('F112', `${walk.kind} without a ds64 chunk that states the size of the sound`);
  }
  const unknown = declared === 0 || (declared > there && (isSizeMark(declared) || (await isRoundedMark(bytes, walk, declared, signal))));
  const after = walk.chunks.slice(first + 1);
  let state: WaveSound['state'] = 'ok';
  let end = data.start + declared;
  let believed = false;
  let behind: WaveSound['behind'] = null;
  let [missingBytes, bytesBehind] = [0, 0];

  if (unknown || declared > there) {
    end = await findTailChunks(bytes, data.start, bytes.size, walk, signal);
    const tail = bytes.size - end;
    if (unknown && end > data.start) {
      tell(
        'F101',
        agree`the data chunk states ${sizeText(declared)} bytes; ${end - data.start} byte[s] up to ${tail > 0 ? 'the chunks after it' : 'the end'} [is|are] read as audio`,
      );
      if (declared === 0) state = 'damaged';
    } else if (!unknown && tail === 0) {
      tell('F103', agree`the data chunk states ${declared} byte[s], but ${there} [is|are] present`);
      missingBytes = declared - there;
      state = 'truncated';
    } else if (!unknown) {
      tell(
        'F102',
        agree`the data chunk states ${declared} byte[s], but the next chunk begins after ${end - data.start}; the bytes before it are read as audio`,
      );
      state = 'damaged';
    }
    if (tail > 0 && end > data.start) tell('F105', agree`${tail} byte[s] of metadata chunks at the end [is|are] not read as audio`);
  } else {
    const rest = bytes.size - end;
    believed = rest < walk.layout.align || chainHolds(after, walk, bytes.size);
    if (!believed && Math.abs(walk.declaredEnd - end) <= 1 && rest < 2 ** 32) {
      behind = [end, bytes.size];
    } else if (!believed) {
      // Loxone and FreeSWITCH leave sizes that are too small (sizes beyond 4 GiB wrap).
      end = await findTailChunks(bytes, end, bytes.size, walk, signal);
      tell('F102', agree`the data chunk states ${declared} byte[s]; ${end - data.start} [is|are] present and [was|were] read as audio`);
      if (end < bytes.size) tell('F105', agree`${bytes.size - end} byte[s] of metadata chunks at the end [is|are] not read as audio`);
      state = 'damaged';
    }
  }

  const spans: [number, number][] = end > data.start ? [[data.start, end]] : [];
  if (believed || end === data.start) {
    for (const chunk of after) if (chunk.id === 'data') addSpan(spans, chunk, bytes.size);
    if (spans.length > 1) {
      tell('F108', agree`${spans.length} data chunks with ${spans.map(([from, to]) => to - from).join(' and ')} byte[s]; played one after the other`);
    }
    const last = after.at(-1);
    if (believed && last !== undefined && last.start + last.declared > bytes.size) {
      if (last.id === 'data') {
        tell('F103', agree`the last data chunk states ${last.declared} byte[s], but ${bytes.size - last.start} [is|are] present`);
        missingBytes = last.declared - (bytes.size - last.start);
        state = 'truncated';
      } else
        tell(
          'F104',
          agree`the chunk at ${last.at} states ${last.declared} byte[s], but ${bytes.size - last.start} [is|are] present; it is not sound`,
        );
    } else if (believed && walk.end < bytes.size) {
      bytesBehind = bytes.size - walk.end;
      tell('F111', agree`${bytesBehind} byte[s] at the end [belongs|belong] to no chunk; [it is|they are] not read as audio`);
    }
  }
  if (spans.length === 0)
    return {
      spans,
      silences: [],
      behind,
      lengthGuessed: false,
      state: 'header-only',
      findings: [...findings, finding('F110', bytes.name, agree`a header of ${data.start - walk.at} byte[s] and no sound`)],
    };
  if (findings.length === 0 && behind === null) findings.push(...riffSizeFindings(bytes, walk));
  // `RIFF…WAVESIGN` occurs in recordings of Verint (recorder facts 1.8); the meaning of its bytes is unknown.
  const seal = walk.chunks.find(({ id }) => id === 'SIGN');
  if (seal !== undefined) tell('F124', agree`a SIGN chunk of ${seal.declared} byte[s]`);
  const lengthGuessed = spans.length === 1 && end !== data.start + declared;
  return { spans, silences: [], state, findings, behind, lengthGuessed, missingBytes, bytesBehind };
}

/**
 * Returns true for the size that sox 14.4 states when it writes to a pipe: 0x7FFFF000 bytes rounded down to complete blocks (wav.c, wavwritehdr), e.g.
 * 0x7FFFEFC2 for GSM.
 */
async function isRoundedMark(bytes: ByteReader, walk: RiffWalk, size: number, signal: AbortSignal): Promise<boolean> {
  const format = walk.chunks.find(({ id }) => id === 'fmt ');
  if (format === undefined || size > soxMark || size <= soxMark - 0x10000) return false;
  const body = await bytes.read(format.start, 14, signal);
  if (body.length < 14) return false;
  const block = new DataView(body.buffer, body.byteOffset, 14).getUint16(12, walk.kind !== 'RIFX'); // nBlockAlign.
  return block > 0 && size === soxMark - (soxMark % block);
}

const soxMark = 0x7ffff000;

/** Returns a size as text for people; sizes that mean "unknown" in hexadecimal. */
function sizeText(size: number): string {
  if (size === sizeBeyondNumbers) return 'more than 2^53';
  return isSizeMark(size) ? `0x${size.toString(16).toUpperCase()}` : String(size);
}

/** Returns true if the audio is really followed by a row of chunks, and not by more audio that looks like one. */
function chainHolds(after: readonly Chunk[], walk: RiffWalk, size: number): boolean {
  const next = after[0];
  if (next === undefined) return false;
  return knownIds.has(next.id) || (walk.end === size && after.every((chunk) => chunk.start + chunk.declared <= size));
}

function addSpan(spans: [number, number][], chunk: Chunk, size: number): void {
  const end = Math.min(size, chunk.start + chunk.declared);
  if (end > chunk.start) spans.push([chunk.start, end]);
}

/** Returns findings about the stated size of the file, if the audio itself is intact. */
function riffSizeFindings(bytes: ByteReader, walk: RiffWalk): Finding[] {
  const stated = walk.declaredEnd;
  if (stated === Number.POSITIVE_INFINITY || Math.abs(stated - bytes.size) < walk.layout.align) return [];
  return [
    finding(
      'F106',
      bytes.name,
      `the RIFF header states ${sizeText(stated - walk.at - 8)} bytes, ${bytes.size - walk.at - 8} are there; the data chunk is right`,
    ),
  ];
}
