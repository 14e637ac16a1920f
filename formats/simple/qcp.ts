import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Shortfall } from '../../src/core/base/shortfall.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { addSpan, type FrameWindow, frameWindow } from '../frames/frame-window.ts';
import { walkRiff } from '../riff/riff.ts';

/** Codecs by GUID in the byte order of the file (RFC 3625, section 2.2; the GUID of QCELP has two variants of its first byte). */
const codings = new Map<string, readonly [name: string, codec: string]>([
  ['416d7f5e15b1d011ba9100805fb4b97e', ['QCELP 13K', 'qcelp']],
  ['426d7f5e15b1d011ba9100805fb4b97e', ['QCELP 13K', 'qcelp']],
  ['8dd489e67690b54691ef736a5100ceb4', ['EVRC', 'evrc']],
  ['752b7c8d97a749ed985ed53c8cc75f84', ['SMV', 'unknown']],
  ['ca29fd3c53f6f54e90e9f4236d599b61', ['4GV', 'unknown']],
]);
const formatBytes = 150;
/** Number of samples of a packet in all codings: 20 ms at 8 kHz. */
const packetSamples = 160;
/** Largest rate that means audio; 14, for example, means an erased packet (RFC 3625, section 2.2.1). */
const mostSoundRate = 4;

/** Identifies voice of CDMA telephones: RIFF with the form QLCM. */
export const qcp: Format = {
  id: 'qcp',
  title: 'QCP (QCELP, EVRC)',
  extensions: ['.qcp'],
  mediaType: 'audio/qcelp',
  grade: 'verified',
  pronom: ['fmt/962'],
  facts: ['RFC 3625 (The QCP File Format); FFmpeg 7.1 libavformat/qcp.c; one file of a telephone, decoded identically by FFmpeg'],
  /** One function: the chunks in the order of the file, each with what it may contradict. */
  async identify(bytes, _hint, signal) {
    const walk = await walkRiff(bytes, 'QLCM', 0, 0, signal);
    if (walk === null) return null;
    const answer = { format: qcp.id, confidence: 'signature', basis: 'RIFF/QLCM at 0' } as const;
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const fmt = walk.chunks.find(({ id }) => id === 'fmt ');
    const data = walk.chunks.find(({ id }) => id === 'data');
    if (data === undefined || data.start >= bytes.size) {
      tell('F110', 'a header and no data chunk');
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const body = fmt === undefined ? new Uint8Array(0) : await bytes.read(fmt.start, formatBytes, signal);
    if (body.length < formatBytes) {
      tell('F115', fmt === undefined ? 'no fmt chunk' : agree`a fmt chunk of ${body.length} byte[s]`);
    }
    const cursor = new Cursor(body);
    let guid = '';
    let packetBytes = 0;
    let sampleRateHz = 8000;
    const sizes = new Map<number, number>();
    if (body.length >= formatBytes) {
      cursor.skip(2, 'version');
      for (const byte of cursor.bytes(16, 'codec')) guid += byte.toString(16).padStart(2, '0');
      cursor.skip(2 + 80 + 2, 'codec version, name, bits per second');
      packetBytes = cursor.u16('packet size');
      cursor.skip(2, 'block size');
      sampleRateHz = cursor.u16('rate') || 8000;
      cursor.skip(2, 'sample size');
      const rates = Math.min(8, cursor.u32('rates'));
      for (let i = 0; i < rates; i++) {
        const size = cursor.u8('size');
        sizes.set(cursor.u8('rate octet'), size);
      }
    }
    const vrat = walk.chunks.find(({ id }) => id === 'vrat');
    const variable = vrat === undefined ? null : await bytes.read(vrat.start, 8, signal);
    const isVariable = packetBytes === 0 || (variable !== null && variable.length === 8 && new Cursor(variable).u32('flag') !== 0);
    const [name, codec] = codings.get(guid) ?? [guid === '' ? 'codec not stated' : `codec GUID ${guid}`, 'unknown'];
    let end = data.start + data.declared;
    let state: Identification['state'] = body.length < formatBytes ? 'damaged' : 'ok';
    const missingBytes = Math.max(0, end - bytes.size);
    if (end > bytes.size) {
      tell('F103', agree`${data.declared} byte[s] of sound [is|are] stated, but ${bytes.size - data.start} [is|are] present`);
      end = bytes.size;
      state = 'truncated';
    } else if (data.declared === 0) {
      tell('F101', agree`0 bytes of sound are stated; ${bytes.size - data.start} byte[s] up to the end [is|are] used`);
      end = bytes.size;
      state = 'damaged';
    }
    const base = { sampleRateHz, channels: 1, bitsPerSample: null, blockBytes: null };
    if (codec === 'unknown') {
      const track = { ...base, codec, codecName: `${name} (QCP)`, frames: null, setup: null, spans: [[data.start, end]] as const };
      return { ...answer, tracks: [track], findings, state };
    }
    const packets = await walkPackets(frameWindow(bytes, signal), data.start, end, isVariable ? null : packetBytes, sizes);
    if (packets.strangers > 0) {
      tell('F302', agree`${packets.strangers} byte[s] [does|do] not begin a packet that the header describes`);
      state = 'damaged';
    }
    if (packets.missing > 0) tell('F118', `the last packet lacks ${packets.missing} of its bytes`);
    if (packets.erased > 0) tell('F301', agree`${packets.erased} of ${packets.count} packet[s] [is|are] erased or blank: silence is played for them`);
    let statedFrames: Pick<Shortfall, 'statedFrames'> = {};
    if (variable !== null && variable.length === 8) {
      const stated = new Cursor(variable, 4).u32('packets');
      if (stated > packets.count && stated * packetSamples <= limits.mediumSeconds * sampleRateHz)
        statedFrames = { statedFrames: stated * packetSamples };
      if (stated !== packets.count && stated > 0) tell('F308', agree`${stated} packet[s] [is|are] stated, but ${packets.count} [is|are] present`);
    }
    if (packets.spans.length === 0) {
      tell('F110', 'no packet of audio');
      return { ...answer, tracks: [], shortfall: { bytesWithoutSound: packets.strangers }, findings, state: 'header-only' };
    }
    const soundBytes = packets.spans.reduce((sum, [from, to]) => sum + to - from, 0);
    return {
      ...answer,
      basis: agree`${answer.basis}, ${packets.count} packet[s]`,
      tracks: [
        {
          ...base,
          // If most bytes begin no packet, the packets found are a coincidence.
          codec: packets.strangers > (end - data.start) / 2 ? 'unknown' : codec,
          codecName: `${name} (QCP)`,
          frames: packets.count * packetSamples,
          setup: qcpHeader(body, isVariable, packets.count, soundBytes),
          spans: packets.spans,
          ...(packets.silences.length > 0 && { silences: packets.silences }),
        },
      ],
      shortfall: { missingBytes, strayBytes: packets.strangers, ...statedFrames },
      findings,
      state,
    };
  },
};

/** Returns a header to precede packets of audio only. */
function qcpHeader(fmt: Uint8Array, variable: boolean, count: number, soundBytes: number): Uint8Array {
  const header = new Uint8Array(12 + 8 + formatBytes + 16 + 8);
  const view = new DataView(header.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) header[at + i] = value.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, header.length - 8 + soundBytes, true);
  text(8, 'QLCMfmt ');
  view.setUint32(16, formatBytes, true);
  header.set(fmt, 20);
  text(170, 'vrat');
  view.setUint32(174, 8, true);
  view.setUint32(178, variable ? 1 : 0, true);
  view.setUint32(182, count, true);
  text(186, 'data');
  view.setUint32(190, soundBytes, true);
  return header;
}

interface QcpPackets {
  readonly spans: [number, number][];
  readonly silences: [number, number][];
  readonly count: number;
  readonly erased: number;
  readonly strangers: number;
  readonly missing: number;
}

/** Walks packets: one byte of rate, then as many bytes as the rate map states; or packets of one size. */
async function walkPackets(
  window: FrameWindow,
  start: number,
  end: number,
  packetBytes: number | null,
  sizes: ReadonlyMap<number, number>,
): Promise<QcpPackets> {
  const spans: [number, number][] = [];
  const silences: [number, number][] = [];
  const walk = { count: 0, erased: 0, strangers: 0, missing: 0 };
  for (let at = start; at < end; ) {
    if (spans.length + silences.length >= limits.trackStretches) {
      walk.missing = end - at;
      break;
    }
    const rate = (window.peek(at, 1) ?? (await window.read(at, 256)))[0] ?? 0;
    const mapped = sizes.get(rate);
    const size = packetBytes ?? (mapped === undefined ? (rate === 14 ? 1 : 0) : mapped + 1);
    if (size === 0) {
      walk.strangers++;
      at++;
      continue;
    }
    if (at + size > end) {
      walk.missing = at + size - end;
      break;
    }
    // FFmpeg takes packets without audio (blank, erased) for the end, or skips them.
    if (rate > mostSoundRate || size === 1) {
      addSpan(silences, walk.count * packetSamples, (walk.count + 1) * packetSamples);
      walk.erased++;
    } else addSpan(spans, at, at + size);
    walk.count++;
    at += size;
  }
  return { spans, silences, ...walk };
}
