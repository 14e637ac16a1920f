import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { bytesAfter, judgeBytesAfter } from '../judge/sound-behind.ts';

const magic = 'NIST_1A\n';
/** Size of the preamble: the magic, and a line of 8 bytes with the header's size. */
const preambleBytes = 16;
/** Largest number of header bytes that are read; headers have 1,024 bytes. */
const mostHeaderBytes = 64 * 1024;

/** Identifies NIST SPHERE: speech corpora of linguistics, and call collections on CD-ROM. */
export const nistSphere: Format = {
  id: 'nist-sphere',
  title: 'NIST SPHERE',
  extensions: ['.sph', '.nist'],
  mediaType: 'audio/x-nist',
  grade: 'verified',
  facts: ['NIST, SPHERE 2.7 (1990s), doc/header.doc; files of sox 14.4 and libsndfile 1.2; FFmpeg 7.1 libavformat/nistspheredec.c'],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, preambleBytes, signal);
    const start = String.fromCharCode(...head);
    if (!start.startsWith(magic)) return null;
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: nistSphere.id, confidence: 'signature', basis: 'NIST_1A at 0' } as const;
    let headerBytes = Number(/^ *(\d+)/.exec(start.slice(magic.length))?.[1] ?? Number.NaN);
    if (!Number.isSafeInteger(headerBytes) || headerBytes < preambleBytes || headerBytes > bytes.size) {
      tell(
        'F140',
        agree`a header of ${Number.isNaN(headerBytes) ? 'no stated' : headerBytes} byte[s] is stated, the file has ${bytes.size}: 1024 is used`,
      );
      headerBytes = 1024;
    }
    const fields = readFields(
      String.fromCharCode(...(await bytes.read(preambleBytes, Math.min(headerBytes, mostHeaderBytes) - preambleBytes, signal))),
    );
    const there = bytes.size - headerBytes;
    if (there <= 0) {
      tell('F110', agree`a header of ${headerBytes} byte[s] and no sound`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const channels = countOf(fields, 'channel_count') ?? assumed(tell, 'number of channels', 1);
    const sampleRateHz = Math.round(Number(fields.get('sample_rate') ?? 0)) || assumed(tell, 'rate', 8000);
    const coding = codingOf(fields, channels);
    const described = { sampleRateHz, channels, bitsPerSample: coding.bytes === null ? null : coding.bytes * 8, frames: null, setup: null };
    const { span, state, missingBytes = 0 } = weigh(bytes, headerBytes, coding, { channels, count: countOf(fields, 'sample_count') }, findings);
    const track: Track = {
      ...described,
      codec: coding.codec ?? 'unknown',
      codecName: `SPHERE ${coding.name}`,
      blockBytes: coding.codec === null || coding.bytes === null ? null : coding.bytes * channels,
      spans: [span],
    };
    const believed = await judgeSamples(bytes, track, signal);
    findings.push(...believed.findings);
    const judged = await judgeBytesAfter(bytes, believed.track, state, findings, signal);
    const basis = `${answer.basis}, sample_coding ${fields.get('sample_coding') ?? 'not stated'}`;
    const shortfall = { missingBytes, bytesBehind: bytesAfter(judged.track, bytes) };
    return { ...answer, basis, tracks: [judged.track], shortfall, findings, state: judged.state };
  },
};

function assumed(tell: (code: FindingCode, message: string) => void, what: string, value: number): number {
  tell('F123', `no ${what} is stated, ${value} is assumed`);
  return value;
}

/** Reads the header's lines `name -type value` up to `end_head`. The types are -i, -r, and -sN, where N is the length of the text. */
function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === 'end_head') break;
    const [, name, type, value] = /^\s*(\w+)\s+-([irs]\d*)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || type === undefined || value === undefined) continue;
    const length = type.startsWith('s') ? Number(type.slice(1)) || value.length : value.length;
    fields.set(name, value.slice(0, length).trim());
  }
  return fields;
}

/** Returns a field that is a plausible count above 0; otherwise null. */
function countOf(fields: ReadonlyMap<string, string>, name: string): number | null {
  const value = Number(fields.get(name) ?? Number.NaN);
  return Number.isSafeInteger(value) && value > 0 && value <= 2 ** 40 ? value : null;
}

interface Coding {
  /** Id of the codec; null: the coding is identified and not decoded. */
  readonly codec: string | null;
  readonly name: string;
  /** Size of one sample; null if samples do not fill whole bytes. */
  readonly bytes: number | null;
}

/** Returns the coding that the header's fields state together. */
function codingOf(fields: ReadonlyMap<string, string>, channels: number): Coding {
  const stated = fields.get('sample_coding') ?? 'pcm';
  const [coding = '', ...embedded] = stated.split(',');
  const bytes = countOf(fields, 'sample_n_bytes') ?? (coding === 'pcm' ? 2 : 1);
  const order = fields.get('sample_byte_format') ?? '';
  const refuse = (why: string): Coding => ({ codec: null, name: `${stated}: ${why}`, bytes: null });
  // Compressed inside the container: SPHERE 2 uses frozen versions of shorten and wavpack, for which there is no open decoder here.
  if (embedded.length > 0) return refuse('compressed by its own program; unpack it with the SPHERE tools (w_decode) first');
  if (channels > limits.channels) return refuse(agree`${channels} channel[s]`);
  if (fields.get('channels_interleaved') === 'FALSE' && channels > 1) return refuse('channels one after the other');
  switch (coding) {
    case 'ulaw':
    case 'mu-law':
      return bytes === 1 ? { codec: 'mulaw', name: stated, bytes } : refuse(agree`${bytes} byte[s] per sample`);
    case 'alaw':
    case 'a-law':
      return bytes === 1 ? { codec: 'alaw', name: stated, bytes } : refuse(agree`${bytes} byte[s] per sample`);
    case 'pcm': {
      if (bytes === 1) return { codec: 'pcm-s8', name: 'pcm, 8 bits', bytes };
      if (bytes > 4) return refuse(agree`${bytes} byte[s] per sample`);
      // The order lists the bytes by weight: 01 has the low byte first, 10 the high byte. sox and libsndfile write two digits for any width.
      const low = '0123'.slice(0, bytes);
      const high = [...low].reverse().join('');
      const little = order === low || order === '01';
      if (!little && order !== high && order !== '10') return refuse(`byte order ${order === '' ? 'not stated' : order}`);
      return { codec: `pcm-s${bytes * 8}${little ? 'le' : 'be'}`, name: agree`pcm, ${bytes * 8} bit[s], order ${order}`, bytes };
    }
    default:
      return refuse('not known here');
  }
}

/** Compares the stated number of samples with the bytes that are present. */
function weigh(
  bytes: ByteReader,
  start: number,
  { codec, bytes: sampleBytes }: Coding,
  { channels, count }: { readonly channels: number; readonly count: number | null },
  findings: Finding[],
): { span: readonly [number, number]; state: Identification['state']; missingBytes?: number } {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const there = bytes.size - start;
  const all: readonly [number, number] = [start, bytes.size];
  if (codec === null || sampleBytes === null) return { span: all, state: 'ok' };
  const frame = sampleBytes * channels;
  if (count === null) {
    tell('F101', agree`no count of samples is stated; ${there} byte[s] up to the end [is|are] used`);
    return { span: all, state: 'ok' };
  }
  const wanted = count * frame;
  if (wanted > there) {
    tell('F103', agree`${count} sample[s] [needs|need] ${wanted} byte[s], but ${there} [is|are] present`);
    return { span: all, state: 'truncated', missingBytes: wanted - there };
  }
  return { span: [start, start + wanted], state: 'ok' };
}
