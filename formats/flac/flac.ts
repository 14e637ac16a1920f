import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import type { Shortfall } from '../../src/core/base/shortfall.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { type FlacStream, readStreamInfo, streamInfoBytes } from '../codecs/flac/frame.ts';
import { skipId3 } from '../mpeg/id3.ts';
import { type FlacWalk, walkFlac } from './walk.ts';

/** Largest number of metadata blocks that are skipped. */
const mostBlocks = 1_000;

/** Identifies FLAC in its own container. */
export const flac: Format = {
  id: 'flac',
  title: 'FLAC',
  extensions: ['.flac'],
  mediaType: 'audio/flac',
  grade: 'verified',
  pronom: ['fmt/279'],
  facts: ['RFC 9639 (FLAC); files of flac 1.5, sox 14.4 and FFmpeg 7.1'],
  async identify(bytes, _hint, signal) {
    const tagged = await skipId3(bytes, signal);
    const head = await bytes.read(tagged, 8 + streamInfoBytes, signal);
    if (String.fromCharCode(...head.subarray(0, 4)) !== 'fLaC') return null;
    const findings: Finding[] = [];
    const answer = { format: flac.id, confidence: 'signature' } as const;
    const where = `${tagged > 0 ? `ID3 up to ${tagged}, ` : ''}fLaC at ${tagged}`;
    const stream = ((head[4] ?? 0x7f) & 0x7f) === 0 ? readStreamInfo(head, 8) : null;
    if (stream === null) {
      const short = head.length < 8 + streamInfoBytes;
      findings.push(finding(short ? 'F110' : 'F115', bytes.name, short ? agree`${head.length} byte[s] of a header` : 'no usable STREAMINFO block'));
      return { ...answer, basis: `${where}, no STREAMINFO`, tracks: [], findings, state: short ? 'header-only' : 'damaged' };
    }
    const start = await firstFrame(bytes, tagged + 4, signal);
    const walk = await walkFlac(bytes, start, stream, signal);
    const md5 = stream.md5 === null ? 'no MD5 stated' : `MD5 of the samples ${stream.md5} stated`;
    const basis = `${where}, ${walk.complete ? agree`${walk.frames} frame[s] with correct checksums` : 'checksums of the first frames correct'}, ${md5}`;
    if (walk.frames + walk.damaged === 0) {
      const shortfall = { bytesWithoutSound: bytes.size - start };
      findings.push(finding('F110', bytes.name, `metadata up to ${start} and no whole frame after it`));
      return { ...answer, basis, tracks: [], shortfall, findings, state: 'header-only' };
    }
    const { state, frames, shortfall } = weigh(bytes, stream, walk, findings);
    return {
      ...answer,
      basis,
      tracks: [
        {
          codec: 'flac',
          codecName: agree`FLAC, ${stream.bitsPerSample} bit[s]`,
          sampleRateHz: stream.sampleRateHz,
          channels: stream.channels,
          bitsPerSample: stream.bitsPerSample,
          blockBytes: null,
          frames,
          setup: null,
          spans: [[tagged, walk.end]],
        },
      ],
      shortfall,
      findings,
      state,
    };
  },
};

/** Returns where the metadata blocks end (RFC 9639, section 8.1: a mark of the last one, 7 bits of type, 24 bits of size). */
async function firstFrame(bytes: ByteReader, from: number, signal: AbortSignal): Promise<number> {
  let at = from;
  for (let blocks = 0; blocks < mostBlocks; blocks++) {
    const head = await bytes.read(at, 4, signal);
    const [kind, a, b, c] = head;
    if (kind === undefined || a === undefined || b === undefined || c === undefined) return Math.min(at, bytes.size);
    at += 4 + ((a << 16) | (b << 8) | c);
    if (kind & 0x80) break;
  }
  return Math.min(at, bytes.size);
}

/** Compares the stated number of samples with the frames; returns the number that decoding must yield. */
function weigh(bytes: ByteReader, stream: FlacStream, walk: FlacWalk, findings: Finding[]) {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  let state: Identification['state'] = 'ok';
  const behind = bytes.size - walk.end;
  if (walk.damaged > 0 || walk.lost > 0) {
    tell('F225', agree`${walk.damaged} frame[s] [has|have] a wrong checksum, ${walk.lost} sample[s] [is|are] in no frame`);
    state = 'damaged';
  }
  if (stream.frames > walk.samples) {
    tell('F103', agree`${stream.frames} sample[s] [is|are] stated, the last whole frame ends at ${walk.samples}`);
    state = 'truncated';
  } else if (stream.frames > 0 && stream.frames < walk.samples) {
    tell('F220', agree`${stream.frames} sample[s] [is|are] stated, the frames hold ${walk.samples}`);
  }
  if (behind > 0 && state !== 'truncated')
    tell('F111', agree`${behind} byte[s] [follows|follow] the last whole frame; [it is|they are] not read as audio`);
  // Lost and damaged frames become silence of their duration, so damage does not change the count.
  const shortfall: Shortfall = {
    statedFrames: Math.max(stream.frames, walk.samples),
    filledFrames: walk.lost,
    bytesBehind: state === 'truncated' ? 0 : behind,
  };
  return { state, frames: walk.samples, shortfall };
}
