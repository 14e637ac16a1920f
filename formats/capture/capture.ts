import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { createDatagrams } from '../../src/core/capture/ip-datagrams.ts';
import type { CaptureWalk, RecordSink } from '../../src/core/capture/pcap-records.ts';
import { createSipStreams } from '../../src/core/capture/sip-streams.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Identification, Track } from '../../src/core/model/format.ts';
import { captureFindings, gapWords } from './capture-findings.ts';
import { type CaptureCall, chooseCall } from './rtp-call.ts';
import { type DescribedStream, groupStreams, isRtpStream, type StreamGroup } from './rtp-sides.ts';
import { createRtpStreams } from './rtp-streams.ts';
import { tracksOf } from './rtp-tracks.ts';
import { createSipCalls } from './sip-calls.ts';

/** Walks the records of a capture into a sink. */
export type CaptureWalker = (file: ByteReader, sink: RecordSink, signal: AbortSignal) => Promise<CaptureWalk>;

/** Identifies a capture. Its longest call becomes tracks in packets, one channel per side. @param begins words for how the file begins */
export async function identifyCapture(
  format: string,
  begins: string,
  walk: CaptureWalker,
  file: ByteReader,
  signal: AbortSignal,
): Promise<Identification> {
  const streams = createRtpStreams();
  const calls = createSipCalls();
  /** Pairs of endpoints that agreed on encryption keys. */
  const keyed = new Set<string>();
  const messages = createSipStreams((message, seconds) => {
    calls.take(message, 0, message.length, seconds);
  });
  const datagrams = createDatagrams((datagram) => {
    const { bytes, from, to, seconds, isTcp, source, target } = datagram;
    // A message may need several segments. Each single segment is read as well, since others may be missing.
    if (isTcp) messages.take(datagram);
    if (calls.take(bytes, from, to, seconds) || isTcp || streams.take(datagram)) return;
    if (isHandshake(bytes, from, to) && keyed.size < limits.captureStreams) keyed.add(`${source} ${target}`).add(`${target} ${source}`);
  });
  const walked = await walk(
    file,
    (record) => {
      datagrams.take(record);
      return true;
    },
    signal,
  );
  const candidates = streams.list();
  const found = candidates.filter(isRtpStream);
  const { groups, other } = groupStreams(found, calls.list(), datagrams.endpoints.host);
  const call = chooseCall(groups.map((group) => withKeys(group, keyed)));
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, file.name, message));
  };
  if (walked.problem !== null) tell(walked.problem.cut ? 'F103' : 'F261', walked.problem.what);
  for (const [type, count] of datagrams.strange) tell('F273', agree`${count} of ${walked.records} frame[s] [is|are] of link type ${type}`);
  if (datagrams.incomplete > 0) tell('F274', `${datagrams.incomplete} datagrams lack fragments`);
  const overflow = streams.overflow + calls.overflow;
  if (overflow > 0) tell('F275', agree`${overflow} packet[s] beyond ${limits.capturePackets} or ${limits.captureStreams} streams`);
  if (call === null) {
    const chance = candidates.reduce((sum, stream) => sum + (isRtpStream(stream) ? 0 : stream.count), 0);
    const without = agree`${found.length} stream[s] of RTP without [sounds|sound], ${chance} packet[s] that might be RTP`;
    tell('F260', agree`${walked.records} frame[s], ${calls.list().length} call[s] in the signalling, ${without}`);
  }
  if (call !== null) captureFindings(call, other.length, tell);
  const tracks = call === null ? [] : call.sides.flatMap((side) => tracksOf(side, longest(call)));
  const links = [...walked.linkTypes.keys()].sort((a, b) => a - b).join(', ');
  return {
    format,
    confidence: 'signature',
    basis: agree`${begins}, ${walked.records} frame[s], link type ${links}${call === null ? '' : `; ${callWords(call)}`}`,
    tracks,
    // Data in the capture that is not RTP is reported as F260.
    shortfall: { bytesWithoutSound: 0 },
    findings,
    state: stateOf(walked, tracks),
  };
}

/** Returns true for a DTLS handshake, after which RTP between the same endpoints is SRTP (RFC 5764; record header: RFC 6347, section 4.1). */
function isHandshake(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from >= 13 && bytes[from] === 22 && bytes[from + 1] === 0xfe && ((bytes[from + 2] ?? 0) | 2) === 0xff;
}

function withKeys({ sides, isSignalled, isRecording }: StreamGroup, keyed: ReadonlySet<string>): StreamGroup {
  const own = (side: readonly DescribedStream[]): DescribedStream[] =>
    side.map((described) => {
      const { source, target } = described.stream;
      return keyed.has(`${source} ${target}`) ? { ...described, secure: true } : described;
    });
  return { sides: [own(sides[0]), own(sides[1])], isSignalled, isRecording };
}

function stateOf({ problem }: CaptureWalk, tracks: readonly Track[]): Identification['state'] {
  if (problem !== null) return problem.cut ? 'truncated' : 'damaged';
  return tracks.length === 0 ? 'header-only' : 'ok';
}

const longest = ({ sides }: CaptureCall): number => Math.max(...sides.map(({ line }) => line.end));

/** Returns a text about what is played: the party on each channel, and the silent stretches. */
function callWords(call: CaptureCall): string {
  const { sides, isSignalled, isRecording } = call;
  const names = isRecording
    ? ['the first medium of a recording session', 'its second']
    : isSignalled
      ? ['the caller (sender of the first INVITE)', 'the callee']
      : ['the party who sent first', 'the other'];
  const sound = sides.map(({ side, streams, line }) => {
    const codings = [...new Set(line.tables.map(({ coding }) => coding.name))].join(', ');
    const silent = gapWords(line.gaps);
    return agree`channel ${side} is ${names[side] ?? ''}: ${line.packets} packet[s] of ${codings} in ${streams.length} stream[s]${silent === '' ? '' : `, silent ${silent}`}`;
  });
  return `RTP, ${sound.join('; ')}`;
}
