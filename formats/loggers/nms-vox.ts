import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { type NmsEncoding, nmsEncodings } from './nms-encodings.ts';

/** Size of the header and of each index (NMS manual 6422-12, appendix D; NMS vcedef.h, VOXHDR and VOXIDX, both packed). */
const headerBytes = 32;
const indexBytes = 10;
/** Bit of a message number: the segment is text about the message, not audio (vcedef.h). */
const isText = 0x8000;

/** Identifies NMS indexed voice files: numbered messages in segments. */
export const nmsVox: Format = {
  id: 'nms-vox',
  title: 'NMS (Natural MicroSystems) indexed voice file',
  extensions: ['.vox'],
  mediaType: 'audio/x-nms-vox',
  grade: 'documented',
  facts: [
    'NMS manual 6422-12, appendix D (32-byte header, 10-byte segment descriptors: active, freed, unused) and appendix F (encodings and frame sizes)',
    'NMS Communications vcedef.h: VOXHDR and VOXIDX, little-endian and packed',
    'Dialogic Natural Access, Voice Control Element manual: the output of voxinfo for one file agrees with both in every number; no file available',
  ],
  async identify(bytes, _hint, signal) {
    const head = await readHead(bytes, signal);
    if (head === null) return null;
    const { encoding, segments, freed } = await readSegments(bytes, head, signal);
    if (segments === null) return null;
    return answer(bytes, head, encoding, segments, freed);
  },
};

interface Head {
  readonly vtype: number;
  readonly encoding: NmsEncoding;
  readonly indices: number;
  readonly used: number;
  readonly active: number;
  readonly totalBytes: number;
}

/** Returns true if a file begins like an NMS voice file; such a file is never treated as one without a header. */
export async function hasNmsHeader(bytes: ByteReader, signal: AbortSignal): Promise<boolean> {
  return (await readHead(bytes, signal)) !== null;
}

/** Reads the header; returns null if its counts contradict each other or the file, which is then not an NMS file. */
async function readHead(bytes: ByteReader, signal: AbortSignal): Promise<Head | null> {
  const head = await bytes.read(0, headerBytes, signal);
  if (head.length < headerBytes) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const vtype = view.getUint16(0, true);
  const encoding = nmsEncodings.get(vtype);
  const indices = view.getUint16(2, true);
  const used = view.getUint16(4, true);
  const active = view.getUint16(6, true);
  const free = view.getUint16(8, true);
  const highest = view.getUint16(10, true);
  const totalBytes = view.getUint32(12, true);
  const totalFrames = view.getUint32(16, true);
  if (encoding === undefined || indices === 0 || used + free !== indices || active > used || (highest & isText) !== 0) return null;
  const soundAt = headerBytes + indices * indexBytes;
  // The total number of bytes includes header, indices and all segments, even erased ones (voxinfo's example).
  const isWhole = totalBytes === soundAt + totalFrames * encoding.frameBytes;
  return bytes.size >= soundAt && (isWhole || totalBytes === bytes.size) ? { vtype, encoding, indices, used, active, totalBytes } : null;
}

interface Segment {
  readonly message: number;
  readonly start: number;
  readonly end: number;
}

async function readSegments(
  bytes: ByteReader,
  { encoding, indices, used, active }: Head,
  signal: AbortSignal,
): Promise<{ encoding: NmsEncoding; segments: Segment[] | null; freed: number }> {
  const table = await bytes.read(headerBytes, used * indexBytes, signal);
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const soundAt = headerBytes + indices * indexBytes;
  const segments: Segment[] = [];
  let freed = 0;
  for (let index = 0; index < used; index++) {
    const at = index * indexBytes;
    const message = view.getUint16(at, true);
    const start = view.getUint32(at + 2, true);
    const frames = view.getUint32(at + 6, true);
    const end = start + frames * encoding.frameBytes;
    if (start < soundAt) return { encoding, segments: null, freed };
    if (index >= active) freed += end - start;
    else segments.push({ message, start, end });
  }
  return { encoding, segments, freed };
}

function answer(bytes: ByteReader, head: Head, encoding: NmsEncoding, segments: readonly Segment[], freed: number): Identification {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const spoken = segments.filter(({ message }) => (message & isText) === 0);
  const messages = new Set(spoken.map(({ message }) => message)).size;
  const inFile = spoken.map(({ start, end }) => [Math.min(start, bytes.size), Math.min(end, bytes.size)] as const);
  const spans = inFile.filter(([start, end]) => end > start);
  const missing = spoken.reduce((sum, { start, end }, at) => sum + (end - start) - ((inFile[at]?.[1] ?? 0) - (inFile[at]?.[0] ?? 0)), 0);
  const ordered = [...spans].sort((a, b) => a[0] - b[0]);
  const overlaps = ordered.some(([start], at) => at > 0 && start < (ordered[at - 1]?.[1] ?? 0));
  if (messages > 1) tell('F348', agree`${messages} message[s] in ${spoken.length} segment[s]`);
  if (freed > 0) tell('F349', agree`${head.used - head.active} erased segment[s] of ${freed} byte[s]`);
  if (missing > 0 || overlaps || head.totalBytes !== bytes.size) {
    const what = [
      ...(missing > 0 ? [agree`${missing} byte[s] of its segments [is|are] after its end`] : []),
      ...(overlaps ? ['segments overlap'] : []),
      ...(head.totalBytes === bytes.size ? [] : [agree`the header counts ${head.totalBytes} byte[s], the file has ${bytes.size}`]),
    ];
    tell('F350', what.join('; '));
  }
  if (spans.length === 0) tell('F110', 'an index without a segment of sound');
  const basis = agree`NMS voice file header at 0: encoding ${head.vtype}, ${head.active} of ${head.indices} segment[s] active`;
  return {
    format: nmsVox.id,
    confidence: 'structure',
    basis,
    tracks:
      spans.length === 0
        ? []
        : [
            {
              codec: encoding.codec,
              codecName: `NMS encoding ${head.vtype} (${encoding.name})`,
              sampleRateHz: encoding.sampleRateHz,
              channels: 1,
              bitsPerSample: encoding.bitsPerSample,
              blockBytes: encoding.frameBytes,
              frames: null,
              setup: null,
              spans,
            },
          ],
    findings,
    state: spans.length === 0 ? 'header-only' : missing > 0 ? 'truncated' : 'ok',
  };
}
